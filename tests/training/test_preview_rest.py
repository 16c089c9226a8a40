"""Previews of large datasets rest between two looks; those of small ones follow each change."""

import pytest

from doubles.houses import HERE, a_caller
from doubles.lines import a_line
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.training.preview import Previewer
from vedette.training.resting import REST

ALICE = a_caller("vedette")


class Watch:
    """A clock that goes on by one second each time that it is looked at."""

    def __init__(self):
        self.s = 0.0

    def __call__(self):
        self.s += 1.0
        return self.s


class Boards:
    """A project with a training dataset, and what a previewer says of it."""

    def __init__(self, house, tmp_path, costly_s):
        self.house, self.watch = house, Watch()
        self.project = house.projects.create(Scope("rekognition", HERE, ALICE.region), NewProject("boards"))
        house.datasets.create(self.project, NewDataset("train", None, ALICE.principal, {}))
        self.previewer = Previewer(house.datasets, tmp_path, one_size=True, costly_s=costly_s, now=self.watch)

    def label(self, number, label):
        dataset = self.house.datasets.find(self.project, "train")
        self.house.datasets.editor.update(
            self.project, dataset, [EntryEdit(a_line(number, label))], ALICE.principal
        )

    def sources(self):
        return {"train": self.house.datasets.find(self.project, "train")}

    def labels(self):
        return dict(self.previewer.preview(self.project, self.sources()).parts["train"].labels)

    def digested(self):
        return dict(self.previewer.digest(self.project, self.sources()).labels)


@pytest.fixture
def boards(house, tmp_path):
    return Boards(house, tmp_path, costly_s=0.0)


def test_a_preview_that_took_long_stands_for_a_while(boards):
    boards.label(0, "a")
    assert boards.labels() == {"a": 1}
    boards.label(1, "b")
    # It took one tick, and rests four; each question is one.
    assert [boards.labels() for _ in range(REST)][-1] == {"a": 1, "b": 1}
    assert boards.labels() == {"a": 1, "b": 1}


def test_it_does_not_look_again_at_each_change(boards):
    boards.label(0, "a")
    boards.labels()
    boards.label(1, "b")
    assert boards.labels() == {"a": 1}


def test_a_quick_one_follows_each_change(house, tmp_path):
    boards = Boards(house, tmp_path, costly_s=60.0)
    for number, label in enumerate("abc"):
        boards.label(number, label)
        assert boards.labels()[label] == 1


def test_what_is_labelled_now_rests_too(boards):
    boards.label(0, "a")
    assert boards.digested() == {"a": 1}
    boards.label(1, "b")
    assert [boards.digested() for _ in range(REST + 1)] == [{"a": 1}] * (REST - 1) + [{"a": 1, "b": 1}] * 2


def test_projects_do_not_stand_in_for_one_another(boards, house):
    other = house.projects.create(Scope("rekognition", HERE, ALICE.region), NewProject("trays"))
    house.datasets.create(other, NewDataset("train", None, ALICE.principal, {}))
    boards.label(0, "a")
    boards.labels()
    sources = {"train": house.datasets.find(other, "train")}
    assert boards.previewer.preview(other, sources).parts == {}
