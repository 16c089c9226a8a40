"""A snapshot's lines are those of its moment, whatever was done to the dataset since."""

import io

import pytest

from doubles.lines import a_box_line, a_line
from vedette.datasets.dataset import Filter
from vedette.datasets.editing import EntryName
from vedette.datasets.snapshots import NewSnapshot
from vedette.errors import Missing


@pytest.fixture
def taken(room):
    """A dataset of 2,100 entries, and its snapshot."""
    room.create([a_line(number, "a") for number in range(2100)])
    snapshot = room.datasets.snapshots.create(room.now(), NewSnapshot("then", room.caller))
    return snapshot, room.lines()


def lines_of(room, snapshot):
    out = io.BytesIO()
    room.datasets.contents.write_snapshot(snapshot, out)
    return out.getvalue().decode().splitlines()


def names(room, *places):
    page, _ = room.datasets.contents.page(room.now(), Filter(), most=3000)
    by_place = {entry.seq: entry.line for entry in page}
    return [EntryName(by_place[place].split('"')[3]) for place in places]


def test_where_nothing_was_done_they_are_the_dataset_s(room, taken):
    snapshot, lines = taken
    assert lines_of(room, snapshot) == lines


def test_what_was_changed_twice_removed_and_put_again_is_as_it_was(room, taken):
    snapshot, lines = taken
    room.update([a_line(5, "b"), a_box_line(1500, "c"), a_line("new", "b")])
    room.update([a_line(5, "c"), a_line(2099, "b")])
    room.datasets.editor.remove(room.now(), names(room, 0, 1024, 2099), room.caller)
    room.update([a_line(0, "z")])
    assert room.lines() != lines
    assert lines_of(room, snapshot) == lines


def test_they_stay_while_another_part_takes_the_place_of_theirs(room, taken):
    snapshot, lines = taken
    room.create(None, "test")
    room.datasets.division.distribute(room.now(), room.now("test"), room.caller)
    room.settled()
    assert len(room.lines()) < len(lines)
    assert lines_of(room, snapshot) == lines


def test_what_is_not_kept_any_more_is_said_and_nothing_is_made_up(room, taken, database):
    from vedette.datasets.tables import journal_steps

    snapshot, _ = taken
    room.update([a_line(5, "b")])
    with database.write() as connection:
        connection.execute(journal_steps.update().values(rows=None))
    with pytest.raises(Missing, match="not kept"):
        lines_of(room, snapshot)
