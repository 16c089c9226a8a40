"""Imports that something comes between: a full disk, a line without end, a page that was begun before."""

import json
import threading

import pytest

from doubles.lines import a_box_line, a_line, a_ref
from vedette.datasets.dataset import Filter
from vedette.datasets.editing import EntryName
from vedette.datasets.tables import entries, parts
from vedette.errors import Busy, Taken


def rows_of(database):
    """How many entries and parts the database holds, whoever points at them."""
    from sqlalchemy import func, select

    with database.read() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar() for table in (entries, parts)
        ]


def test_a_disk_that_gets_full_in_the_middle_leaves_a_sentence_and_nothing_else(room, database):
    source = room.put([a_line(number, "a") for number in range(5000)])
    looks = iter([False, False, False, *[True] * 99])
    database.is_short_of_room = lambda: next(looks)
    made = room.create_from(source)
    assert made.status == "create-failed"
    assert made.fault == "service"
    assert "disk" in made.message
    database.is_short_of_room = lambda: False
    room.datasets.start()
    assert room.datasets.wait(60)
    assert rows_of(database) == [0, 1]
    # With room again the same dataset is made anew.
    room.datasets.delete(room.project, room.now())
    assert room.create_from(source).counts.total == 5000


def test_a_line_of_ten_megabytes_is_dropped_and_the_rest_is_taken(room):
    lines = [a_line(number, "a") for number in range(30)]
    long = json.dumps({"source-ref": a_ref("long"), "note": "x" * 10_000_000})
    made = room.create("\n".join([*lines[:20], long, *lines[20:]]).encode())
    assert (made.status, made.counts.total) == ("created", 30)
    assert room.lines() == lines


def test_while_one_import_runs_there_is_no_second_and_nothing_is_deleted(room, database):
    source = room.put([a_line(number, "a") for number in range(3000)])
    begun, go_on = threading.Event(), threading.Event()

    def wait():
        begun.set()
        assert go_on.wait(30)
        return False

    database.is_short_of_room = wait
    from vedette.datasets.dataset import NewDataset

    new = NewDataset("train", source, room.caller, {})
    room.datasets.create(room.project, new)
    assert begun.wait(30)
    try:
        with pytest.raises(Taken, match="has a train dataset already"):
            room.datasets.create(room.project, new)
        with pytest.raises(Busy, match="is still being made"):
            room.datasets.delete(room.project, room.now())
    finally:
        go_on.set()
    assert room.settled().counts.total == 3000


def test_a_page_goes_on_behind_a_block_that_lost_all_that_passed(room):
    rare = {number: a_box_line(number, "rare") for number in (3, 900, 1500, 2050)}
    room.create([rare.get(number) or a_line(number, "usual") for number in range(2100)])
    conditions = Filter(labels=("rare",))
    page, more = room.datasets.contents.page(room.now(), conditions, most=1)
    assert ([entry.seq for entry in page], more) == ([3], True)
    names = [EntryName(a_ref(number)) for number in (3, 900)]
    room.datasets.editor.remove(room.now(), names, room.caller)
    page, more = room.datasets.contents.page(room.now(), conditions, after=3, most=1)
    assert ([entry.seq for entry in page], more) == ([1500], True)
    page, more = room.datasets.contents.page(room.now(), conditions, after=1500, most=1)
    assert ([entry.seq for entry in page], more) == ([2050], False)


@pytest.mark.parametrize(
    ("conditions", "seqs"),
    [
        (Filter(is_labelled=False), [1030, 2099]),
        (Filter(is_labelled=True, has_errors=True), [2]),
        (Filter(is_labelled=False, labels=("usual",)), []),
        (Filter(labels=("nobody has this",)), []),
        (Filter(has_errors=True, contains="/2.png"), [2]),
    ],
)
def test_blocks_that_cannot_pass_are_left_out_and_the_others_are_whole(room, conditions, seqs):
    odd = {1030: a_line(1030), 2099: a_line(2099), 2: a_box_line(2, "usual", box=(-9, 0, 30, 40))}
    room.create([odd.get(number) or a_line(number, "usual") for number in range(2100)])
    page, more = room.datasets.contents.page(room.now(), conditions, most=50)
    assert ([entry.seq for entry in page], more) == (seqs, False)
