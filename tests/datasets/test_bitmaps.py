"""Bitmaps in memory are those of the moment that a transaction sees, whatever is written meanwhile."""

import numpy as np

from doubles.lines import a_box_line, a_line
from vedette.datasets.bitmaps import LISTED, MOST_LABELS, BitmapStore
from vedette.datasets.dataset import Filter


def assert_as_read_anew(connection, part, store):
    kept, anew = store.of(connection, part), BitmapStore().of(connection, part)
    assert kept.changes == anew.changes
    for name in LISTED:
        np.testing.assert_array_equal(kept.columns[name], anew.columns[name], name)


def test_what_was_changed_is_read_again_and_nothing_else_is_lost(room, database):
    room.create([a_line(number, "a") for number in range(2100)])
    part, store = room.now().part, BitmapStore()
    with database.read() as connection:
        assert_as_read_anew(connection, part, store)
    room.update([a_line(1500), a_line("new", "b"), a_box_line(7, "c", box=(-9, 0, 30, 40))])
    with database.read() as connection:
        before = store.of(connection, part)
        assert_as_read_anew(connection, part, store)
        assert store.of(connection, part) is before  # nothing was changed since


def test_a_transaction_sees_the_bitmaps_of_its_own_moment(room, database):
    room.create([a_line(number, "a") for number in range(1100)])
    part, store = room.now().part, BitmapStore()
    with database.read() as earlier:
        old = store.of(earlier, part)
        room.update([a_line(number) for number in range(50)] + [a_line("new", "b")])
        with database.read() as later:
            new = store.of(later, part)
        again = store.of(earlier, part)
        assert (old.changes, new.changes > old.changes) == (again.changes, True)
        np.testing.assert_array_equal(old.columns["labelled"], again.columns["labelled"])
        assert int(np.bitwise_count(old.columns["labelled"]).sum()) == 1100
        assert int(np.bitwise_count(new.columns["labelled"]).sum()) == 1051
    with database.read() as connection:
        assert store.of(connection, part) is new  # the older moment took no newer one's place


def test_of_many_labels_the_last_are_kept(room, database):
    count = MOST_LABELS + 8
    room.create([a_line(number, f"l{number % count}") for number in range(2 * count)])
    part, store = room.now().part, BitmapStore()
    with database.read() as connection:
        bitmaps = store.of(connection, part)
        for number in [*range(1, count + 1), 1]:
            having = bitmaps.having(connection, part, [number])
            places = np.flatnonzero(np.unpackbits(having.ravel(), bitorder="little"))
            assert places.tolist() == [number - 1, number - 1 + count]
        assert len(bitmaps.labels) == MOST_LABELS
        assert 1 in bitmaps.labels
        assert not bitmaps.having(connection, part, []).any()


def test_pages_follow_changes_of_labels_at_once(room):
    room.create([a_line(number, "a" if number % 2 else "b") for number in range(1200)])
    room.create(None, "test")
    wanted = Filter(labels=("a",))
    assert len(room.datasets.contents.page(room.now(), wanted, most=1200)[0]) == 600
    room.update([a_line(0, "a"), a_line(1, "b"), a_line(1199, "b")])
    lines = {entry.line for entry in room.datasets.contents.page(room.now(), wanted, most=1200)[0]}
    assert lines == {a_line(0, "a"), *(a_line(number, "a") for number in range(3, 1199, 2))}


def test_pages_by_date_hold_what_came_then(room):
    dates = ["2025-01-01T00:00:00", "2026-01-01T00:00:00"]
    about = [{"source-ref-metadata": {"creation-date": date}} for date in dates]
    lines = [a_line(number, "a", **about[number % 2]) for number in range(1300)]
    room.create(lines)
    new_year_ms = 1_767_225_600_000  # 2026-01-01 in UTC
    entries = room.datasets.contents.page(room.now(), Filter(created_before_ms=new_year_ms), most=1300)[0]
    assert [entry.line for entry in entries] == lines[::2]
    entries = room.datasets.contents.page(
        room.now(), Filter(created_after_ms=new_year_ms - 1), after=1100, most=1300
    )[0]
    assert [entry.line for entry in entries] == lines[1101::2]
