"""The room's parts, opened together: who leads rounds, who labels in them, and their hand-backs."""

from dataclasses import dataclass

from vedette.clock import Clock, system_clock
from vedette.datasets.datasets import Datasets
from vedette.jobs.runner import JobRunner
from vedette.rounds.answers import Answers
from vedette.rounds.areas import areas_in
from vedette.rounds.handback import HandBacks
from vedette.rounds.rounds import Rounds
from vedette.rounds.statistics import RoundStatistics
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database


@dataclass(frozen=True, slots=True)
class LabellingRounds:
    """All of the room."""

    leads: Rounds
    answers: Answers
    hand_backs: HandBacks
    statistics: RoundStatistics


def open_rounds(
    database: Database, datasets: Datasets, blobs: Blobs, jobs: JobRunner, clock: Clock = system_clock
) -> LabellingRounds:
    """Return the room; to be opened before the jobs start."""
    return LabellingRounds(
        leads=Rounds(database, datasets, clock),
        answers=Answers(database, areas_in(blobs), clock),
        hand_backs=HandBacks(database, datasets, jobs, clock),
        statistics=RoundStatistics(database),
    )
