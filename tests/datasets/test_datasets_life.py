"""Datasets made, updated, copied, distributed and deleted, through the room's front."""

from doubles.lines import a_box_line, a_line, refs_of
from vedette.datasets.dataset import Counts


def test_an_import_keeps_every_line_as_it_was(room):
    lines = [a_line(number, f"label-{number % 3}") for number in range(2500)]
    made = room.create(lines)
    assert (made.status, made.message) == (
        "created",
        "The dataset was successfully created from the manifest file.",
    )
    assert made.counts == Counts(total=2500, labelled=2500, labels=3)
    assert made.bucket == "pictures"
    assert room.lines() == lines


def test_an_update_replaces_and_appends(room):
    room.create([a_line(1, "a"), a_line(2, "a"), a_box_line(3, "b", "b", "c")])
    assert room.labels() == {"a": (2, 0), "b": (1, 1), "c": (1, 1)}
    changed = room.update([a_line(2, "d"), a_line(4), a_line(3)])
    assert (changed.status, changed.counts) == ("updated", Counts(total=4, labelled=2, labels=2))
    assert refs_of(room.lines()) == ["1", "2", "3", "4"]
    assert room.labels() == {"a": (1, 0), "d": (1, 0)}
