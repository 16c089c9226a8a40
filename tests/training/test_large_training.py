"""Trainings with large datasets: asked for at once, their lines written out by the job, as they were."""

import time

import pytest

from doubles.houses import HERE
from doubles.lines import a_line
from doubles.trainings import a_training_room, hang, succeed
from vedette.datasets.dataset import Filter
from vedette.datasets.editing import EntryName
from vedette.errors import Busy, Missing
from vedette.identity.principal import root_of
from vedette.training import start
from vedette.training.gather import MOMENTS
from vedette.training.sources import TrainingSources


@pytest.fixture
def training(database, tmp_path, clock, monkeypatch):
    """Return a function that opens a room to which every dataset is large."""
    monkeypatch.setattr(start, "FROZEN_AT_ONCE", 1)
    opened = []

    def begin(*scripts, **options):
        manager = a_training_room(database, tmp_path, clock, *scripts, **options)
        opened.append(manager)
        return manager.__enter__()

    yield begin
    for manager in reversed(opened):
        manager.__exit__(None, None, None)


def until(claim):
    deadline = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def manifest_of(training, version, part="train"):
    return training.trainings.folder(version).manifest(part)


def without_jobs(training, monkeypatch):
    """Have jobs written down and none begun, as if the server had died at once."""
    monkeypatch.setattr(training.room.jobs, "begin", lambda kind, number: None)


def test_a_training_learns_from_what_the_dataset_was_when_it_was_asked_for(training, monkeypatch):
    training = training(succeed)
    training.with_dataset()
    training.with_dataset("test", 2)
    lines = {kind: training.room.lines(kind) for kind in ("train", "test")}
    without_jobs(training, monkeypatch)
    version = training.order("v1")
    assert not manifest_of(training, version).exists()
    assert set(version.inputs[MOMENTS]) == {"train", "test"}
    monkeypatch.undo()
    # All of it changes before the job begins.
    training.room.update([a_line("late", "a"), a_line(0, "other")])
    page, _ = training.room.datasets.contents.page(training.room.now("test"), Filter())
    name = EntryName(page[0].line.split('"')[3])
    training.room.datasets.editor.remove(training.room.now("test"), [name], root_of(HERE))
    training.trainings._begin(version)
    assert training.trainings.wait(version).state == "trained"
    for kind, before in lines.items():
        assert manifest_of(training, version, kind).read_text("utf-8").splitlines() == before


def test_a_dataset_is_not_deleted_while_a_training_has_yet_to_read_it(training, monkeypatch):
    training = training(hang)
    training.with_dataset()
    training.with_dataset("test", 2)
    without_jobs(training, monkeypatch)
    version = training.order("v1")
    monkeypatch.undo()
    room = training.room
    with pytest.raises(Busy, match=r"The training of boards/v1 is still reading the train dataset"):
        room.datasets.delete(training.project, room.now())
    assert room.now().counts.total == 4
    training.trainings._begin(version)
    until(lambda: manifest_of(training, version).exists() and manifest_of(training, version, "test").exists())
    room.datasets.delete(training.project, room.now())
    with pytest.raises(Missing):
        room.now()
    training.trainings.stop(version)


def test_a_snapshot_that_somebody_deletes_first_ends_the_training_in_a_sentence(training, monkeypatch):
    training = training(succeed)
    training.with_dataset()
    training.with_dataset("test", 2)
    without_jobs(training, monkeypatch)
    version = training.order("v1")
    monkeypatch.undo()
    room = training.room
    room.update([a_line("late", "a")])
    room.datasets.snapshots.delete(room.now(), "Trained: v1")
    training.trainings._begin(version)
    failed = training.trainings.wait(version)
    assert failed.state == "failed"
    assert "The snapshot of the train dataset was deleted" in failed.message
    assert training.engine.orders == []


def test_a_dataset_that_is_deleted_before_the_version_is_written_begins_nothing(training, monkeypatch):
    training = training(succeed)
    training.with_dataset()
    room = training.room
    own = TrainingSources.own

    def delete_then(*arguments, **options):
        sources = own(*arguments, **options)
        room.datasets.delete(training.project, room.now())
        return sources

    monkeypatch.setattr(TrainingSources, "own", delete_then)
    with pytest.raises(Missing, match="was deleted"):
        training.order("v1")
    assert training.versions.list(training.project)[0] == []
    assert [place.name for place in training.trainings._rooms.root.iterdir()] == []
