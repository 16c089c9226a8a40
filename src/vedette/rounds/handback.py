"""Accepted answers put into the dataset by a durable job: a batch a transaction, with a note of each picture.

An answer goes in only where the dataset still says of the picture what it said when the round was made;
anything else is a conflict that is shown and left to a person. A batch and its notes are one transaction,
so a killed server's hand-back goes on where it was, and nothing is put in twice.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, select

from vedette.clock import Clock, milliseconds
from vedette.datasets import changes
from vedette.datasets.blocks import find_places
from vedette.datasets.dataset import MOVES, Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import require_editable, revision_of
from vedette.datasets.filling import Changed
from vedette.datasets.journal import ChangeOrigin, ChangeRecorder
from vedette.datasets.parts import read_lines_at
from vedette.datasets.standing import Deviations, count_changes
from vedette.errors import Busy, Missing, Refusal, Wrong
from vedette.identity.principal import Principal, dump_principal, load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.rounds.caching import RevisionCache
from vedette.rounds.handback_previews import deviations_of, preview_of
from vedette.rounds.records import (
    count_changes_of,
    move,
    note_change,
    read_round,
    require_round,
)
from vedette.rounds.round import HandBackPreview, Round
from vedette.rounds.tables import round_answers, round_entries, rounds
from vedette.rounds.weighing import WeighedAnswer, note_outcome, put_answers, weigh
from vedette.store.db import Database

log = logging.getLogger(__name__)

BATCH = 200
"""Pictures of one transaction: other writers wait for it about a twentieth of a second."""
WAIT_S = 0.2
"""While something else is done to the dataset, a batch waits for it."""
HAND_BACKS = WorkQueue("round-hand-backs", 1)
KIND = "round-hand-back"
MOST_CHOICES = 500
NO_PART = -1
"""A part that no dataset has: everything of a dataset that was deleted is removed from it."""
UNFORESEEN = "The service failed; its log tells why. Hand the round back again."

Choice = Literal["round", "dataset"]


@dataclass(frozen=True, slots=True)
class HandBackOrder:
    """Hand a round back, by the rights of whoever asked for it."""

    round: str
    caller: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConflictChoice:
    """Which version of a picture holds; `revision` is that of the dataset's that was looked at."""

    entry: str
    choice: Choice
    revision: str = ""


class HandBacks:
    """Hands rounds back. Threads may share it."""

    def __init__(self, database: Database, datasets: Datasets, jobs: JobRunner, clock: Clock) -> None:
        self._database = database
        self._datasets = datasets
        self._jobs = jobs
        self._clock = clock
        self._deviations: RevisionCache[Deviations] = RevisionCache()
        self._previews: RevisionCache[HandBackPreview] = RevisionCache()
        jobs.register(JobKind(KIND, HandBackOrder, HAND_BACKS, self._run, self._fail))

    def preview(self, project: Project, round_id: str) -> HandBackPreview:
        """Return what a hand-back would do now."""
        with self._database.read() as connection:
            current = require_round(connection, project.id, round_id)
            dataset = changes.find_by_id(connection, current.dataset)
            part = dataset.part if dataset else NO_PART
            part_revision = part, count_changes(connection, part)
            # What a round copied never changes: who reviews has no line of the dataset read anew.
            deviations = self._deviations.read(
                round_id, part_revision, lambda: deviations_of(connection, round_id, part)
            )
            revision = count_changes_of(connection, round_id), *part_revision
            return self._previews.read(
                round_id, revision, lambda: preview_of(connection, current, deviations)
            )

    def start(self, project: Project, round_id: str, caller: Principal) -> Round:
        """Begin to hand a round back: what is accepted, and nothing else."""
        with self._database.write() as connection:
            current = require_round(connection, project.id, round_id)
            if not current.counts.accepted:
                raise Wrong("No answer is accepted yet; review the round first.", kind="round")
            if changes.find_by_id(connection, current.dataset) is None:
                raise Missing("The dataset of this round was deleted.", kind="dataset", name=current.kind)
            move(connection, current, "handing-back")
            note_change(connection, round_id)
            order = HandBackOrder(round_id, dump_principal(caller))
            job = self._jobs.add(connection, NewJob(KIND, round_id, project.scope.account, order))
        self._jobs.begin(KIND, job)
        with self._database.read() as connection:
            return require_round(connection, project.id, round_id)

    def resolve(
        self, project: Project, round_id: str, choices: Sequence[ConflictChoice], caller: Principal
    ) -> Round:
        """Settle conflicts: put the round's answer in over what was looked at, or leave the dataset's."""
        if not 1 <= len(choices) <= MOST_CHOICES:
            raise Wrong(f"From 1 to {MOST_CHOICES} conflicts are settled at once, not {len(choices)}.")
        with self._database.write() as connection:
            current = require_round(connection, project.id, round_id)
            dataset = changes.find_by_id(connection, current.dataset)
            if dataset is None:
                raise Missing("The dataset of this round was deleted.", kind="dataset", name=current.kind)
            dataset = require_editable(connection, dataset)
            note_change(connection, round_id)
            changed = _resolve(connection, project, current, dataset, choices, caller, self._now())
        if changed is not None:
            self._datasets.announce(changed)
        with self._database.read() as connection:
            return require_round(connection, project.id, round_id)

    def _now(self) -> int:
        return milliseconds(self._clock())

    # The job

    def _run(self, context: JobContext, order: HandBackOrder) -> None:
        caller = load_principal({"caller": order.caller})
        while not context.has_ended:
            if context.should_leave():
                raise JobInterrupted
            with self._database.write() as connection:
                changed = self._step(connection, context, order.round, caller)
            if isinstance(changed, Changed):
                self._datasets.announce(changed)
            elif changed == "busy":
                context.pause(WAIT_S)

    def _step(
        self, connection: Connection, context: JobContext, round_id: str, caller: Principal
    ) -> Changed | Literal["busy", ""]:
        row = connection.execute(select(rounds).where(rounds.c.id == round_id)).first()
        if row is None:  # its project was deleted
            context.end(connection)
            return ""
        current = read_round(connection, row, is_counted=False)
        dataset = changes.find_by_id(connection, current.dataset)
        if dataset is None:
            raise Missing("The dataset of this round was deleted.", kind="dataset", name=current.kind)
        if dataset.status not in MOVES["updated"]:
            return "busy"
        numbers = _next_batch(connection, round_id)
        if not numbers:
            move(connection, current, "handed-back")
            context.end(connection)
            return ""
        project = by_id(connection, current.project)
        assert project is not None, "a project's rounds go with it"
        ready = weigh(connection, current, dataset, numbers)
        origin = ChangeOrigin("round", caller, f"round:{round_id}", current.name)
        recorder = ChangeRecorder(connection, dataset.id, origin, self._now())
        places = put_answers(recorder, project, dataset, ready, caller)
        note_change(connection, round_id)
        for item in ready:
            note_outcome(
                connection, round_id, item.number, "handed-back" if item.outcome == "put" else item.outcome
            )
        return Changed(dataset.id, dataset.part, places) if places else ""

    def _fail(self, context: JobContext, order: HandBackOrder, problem: Exception) -> None:
        """Say why a hand-back stopped; what it put in until then stays, and it can be begun again."""
        sentence = problem.sentence if isinstance(problem, Refusal) else UNFORESEEN
        if not isinstance(problem, Refusal):
            log.error("the hand-back of round %s failed", order.round, exc_info=problem)
        with self._database.write() as connection:
            row = connection.execute(select(rounds).where(rounds.c.id == order.round)).first()
            if row is not None:
                move(connection, read_round(connection, row), "review", sentence)
            context.end(connection)


def _next_batch(connection: Connection, round_id: str) -> list[int]:
    """Return the numbers of the next pictures with an accepted answer that is not put in yet."""
    entry, answer = round_entries.c, round_answers.c
    query = (
        select(answer.number)
        .join(round_entries, (answer.round == entry.round) & (answer.number == entry.number))
        .where(answer.round == round_id, answer.status == "accepted", entry.outcome == "")
        .order_by(answer.number)
        .limit(BATCH)
    )
    return list(connection.execute(query).scalars())


def _resolve(  # noqa: PLR0913  (a choice has that many sides)
    connection: Connection,
    project: Project,
    current: Round,
    dataset: Dataset,
    choices: Sequence[ConflictChoice],
    caller: Principal,
    now: int,
) -> Changed | None:
    numbers = _conflicts(connection, current, [choice.entry for choice in choices])
    revisions = {numbers[choice.entry]: choice.revision for choice in choices if choice.choice == "round"}
    for choice in choices:
        if choice.choice == "dataset":
            note_outcome(connection, current.id, numbers[choice.entry], "kept")
    ready = weigh(connection, current, dataset, list(revisions))
    places = find_places(connection, dataset.part, [item.source for item in ready])
    lines = read_lines_at(connection, dataset.part, list(places.values()))
    _refuse_stale(ready, revisions, {source: lines[place] for source, place in places.items()})
    put = [WeighedAnswer(item.number, item.source, item.line, "put") for item in ready]
    origin = ChangeOrigin("round", caller, f"round:{current.id}", current.name)
    recorder = ChangeRecorder(connection, dataset.id, origin, now)
    changed = put_answers(recorder, project, dataset, put, caller)
    for item in put:
        note_outcome(connection, current.id, item.number, "handed-back")
    return Changed(dataset.id, dataset.part, changed) if changed else None


def _refuse_stale(
    ready: Sequence[WeighedAnswer], revisions: Mapping[int, str], lines: Mapping[str, str]
) -> None:
    for item in ready:
        line = lines.get(item.source)
        if line is None or revision_of(line) != revisions[item.number]:
            raise Busy(f"{item.source} was changed again meanwhile; look again.", kind="round")


def _conflicts(connection: Connection, current: Round, entries: Sequence[str]) -> dict[str, int]:
    entry_row = round_entries.c
    query = select(entry_row.ref_hash, entry_row.number).where(
        entry_row.round == current.id, entry_row.outcome == "conflict"
    )
    numbers = {bytes(row.ref_hash).hex(): row.number for row in connection.execute(query)}
    if missing := [entry for entry in entries if entry not in numbers]:
        raise Missing(
            f"The picture {missing[0]} is no conflict of this round.", kind="round", name=current.name
        )
    return numbers
