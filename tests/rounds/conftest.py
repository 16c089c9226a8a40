"""A round's room over datasets of each dialect, with people who are in it."""

from dataclasses import dataclass

import pytest

from doubles.houses import HERE, MovedClock
from doubles.lines import Room, a_room
from vedette.datasets.asking import EntryFilter
from vedette.identity.principal import Principal
from vedette.manifest.anomaly import write_class
from vedette.manifest.attributes import Stamp
from vedette.manifest.classification import write_labels
from vedette.manifest.lines import change_line, read_line
from vedette.rounds.answers import GivenAnswer
from vedette.rounds.handback import HAND_BACKS
from vedette.rounds.room import LabellingRounds, open_rounds
from vedette.rounds.round import NewRound, Person, ReviewVerdict, Round


def a_person(name):
    return Person(f"AIDA{name.upper()}", name)


def as_caller(name):
    arn = f"arn:aws:iam::{HERE}:user/{name}"
    return Principal(HERE, arn, f"AIDA{name.upper()}", name, f"AKIA{name.upper()}")


@dataclass
class RoundRoom:
    """The rounds of one project, led and labelled through the room's fronts."""

    room: Room
    rounds: LabellingRounds
    clock: MovedClock

    @property
    def project(self):
        return self.room.project

    def create(self, name="first", task="labels", **terms):
        new = NewRound(name, task, **terms)
        dataset = self.room.now()
        return self.rounds.leads.create(self.project, dataset, new, EntryFilter(), self.room.caller)

    def open(self, *names, **terms) -> Round:
        made = self.create(**terms)
        return self.assign(made, *names)

    def assign(self, made, *names) -> Round:
        people = [a_person(name) for name in names]
        return self.rounds.leads.assign(self.project, made.id, people, self.room.caller)

    def now(self, made) -> Round:
        return self.rounds.leads.find(self.project, made.id)

    def tasks(self, made, name, show="all"):
        tasks, _, _ = self.rounds.answers.page(as_caller(name), made.id, show)
        return tasks

    def answer(self, made, name, labels_of):
        """Let somebody answer every open task: `labels_of` gives the labels of a picture's name."""
        answers = [
            GivenAnswer(labelled(task.line, labels_of(stem(task.source))), task.revision)
            for task in self.tasks(made, name, "unlabelled")
        ]
        return self.rounds.answers.submit(as_caller(name), made.id, answers)

    def pictures(self, made, **terms):
        pictures, _ = self.rounds.leads.pictures(self.project, made.id, **terms)
        return pictures

    def review(self, made, answer, *, accepts=True, comment="", revision=""):
        verdict = ReviewVerdict(answer.entry, answer.person.user_id, accepts, comment, revision)
        return self.rounds.leads.review(self.project, made.id, [verdict], "boss")

    def accept_agreed(self, made) -> Round:
        return self.rounds.leads.accept_agreed(self.project, made.id)

    def hand_back(self, made) -> Round:
        self.rounds.hand_backs.start(self.project, made.id, self.room.caller)
        assert self.room.jobs.wait(30, HAND_BACKS)
        return self.now(made)


def stem(source):
    return source.rpartition("/")[2].removesuffix(".png")


def labelled(line, labels):
    return change_line(read_line(line), write_labels(labels, stamp=Stamp(job="labeling-job/mine"))).text


def judged(line, *, is_anomalous):
    return change_line(read_line(line), write_class(is_anomalous=is_anomalous, stamp=Stamp())).text


@pytest.fixture
def world(database, clock, tmp_path):
    """A round's room over a Rekognition project."""
    with a_room(database, tmp_path, clock) as room:
        yield RoundRoom(room, open_rounds(database, room.datasets, room.blobs, room.jobs, clock), clock)


@pytest.fixture
def lookout_world(database, clock, tmp_path):
    """The same over a Lookout project."""
    with a_room(database, tmp_path, clock, service="lookoutvision") as room:
        yield RoundRoom(room, open_rounds(database, room.datasets, room.blobs, room.jobs, clock), clock)
