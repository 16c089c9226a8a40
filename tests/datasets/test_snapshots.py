"""Snapshots of datasets: made, listed, compared, deleted; and datasets put back to them."""

import io
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.lines import a_box_line, a_line, a_ref, a_room, refs_of
from vedette.datasets import many, restoring
from vedette.datasets.asking import EntryFilter, EntryQuery
from vedette.datasets.batches import EntryChange
from vedette.datasets.comparing import DifferencePage
from vedette.datasets.dataset import Filter
from vedette.datasets.editing import EntryEdit, EntryName
from vedette.datasets.snapshots import MOST_AUTOMATIC, NewSnapshot
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.identity.principal import Principal
from vedette.store.db import open_database

ANNA = Principal("123456789012", "arn:aws:iam::123456789012:user/anna", "AIDAANNA", "anna", "AKIA1")


@pytest.fixture
def cats(room):
    room.create([a_line("a", "cat"), a_line("b", "dog"), a_line("c"), a_box_line("d", "cat", "bolt")])
    return room


def snapshot(room, name="first", kind="train", **more):
    return room.datasets.snapshots.create(room.now(kind), NewSnapshot(name, ANNA, **more))


def edit(room, *lines, kind="train"):
    room.datasets.editor.update(room.project, room.now(kind), [EntryEdit(line) for line in lines], ANNA)


def remove(room, *names, kind="train"):
    room.datasets.editor.remove(room.now(kind), [EntryName(a_ref(name)) for name in names], ANNA)


def restore(room, name="first", kind="train", **options):
    room.clock.move(seconds=1)
    progress = room.datasets.restorations.restore(room.project, room.now(kind), name, ANNA, **options)
    assert room.jobs.wait(60, restoring.RESTORATIONS)
    return room.datasets.restorations.describe(room.project, progress.id)


def compare(room, name="first", **page):
    return room.datasets.comparisons.compare(room.now(), name, DifferencePage(**page))


def differing(room, kind):
    entries = compare(room, kind=kind).entries
    return [(Path(entry.source).stem, entry.then, entry.now) for entry in entries]


def test_a_snapshot_says_what_the_dataset_held(cats):
    made = snapshot(cats, description="before the night shift")
    edit(cats, a_line("a", "dog"))
    (listed,) = cats.datasets.snapshots.list(cats.now())
    assert replace(listed, caller=ANNA) == made
    assert (listed.name, listed.description, listed.caller.name) == (
        "first",
        "before the night shift",
        "anna",
    )
    assert (listed.counts.total, listed.counts.labelled) == (4, 3)
    assert listed.labels == {"cat": 2, "dog": 1, "bolt": 1}


def test_a_dataset_is_put_back_exactly_and_in_order(cats):
    before, labels, counts = cats.lines(), cats.labels(), cats.now().counts
    snapshot(cats)
    edit(cats, a_line("a", "dog"), a_box_line("d", "nut"), a_line("new", "cat"))
    remove(cats, "b")
    progress = restore(cats)
    assert (progress.status, progress.total, progress.completed) == ("done", 4, 4)
    assert (cats.lines(), cats.labels(), cats.now().counts) == (before, labels, counts)
    assert cats.now().message == restoring.RESTORED
    assert compare(cats).counts == dict.fromkeys(("gone", "moved", "new", "relabelled", "changed"), 0)


def test_what_was_before_a_restoration_is_a_snapshot_that_can_be_restored(cats):
    snapshot(cats)
    edit(cats, a_line("a", "dog"), a_line("new", "cat"))
    remove(cats, "b")
    changed = cats.lines()
    restore(cats)
    newest = cats.datasets.snapshots.list(cats.now())[0]
    assert (newest.name, newest.reason) == ("Before restoring first", "restore")
    restore(cats, newest.name)
    assert sorted(cats.lines()) == sorted(changed)


def test_a_picture_that_was_removed_and_came_again_keeps_its_new_place(cats):
    snapshot(cats)
    remove(cats, "a")
    edit(cats, a_line("a", "other"))
    assert differing(cats, "relabelled") == [("a", ("cat",), ("other",))]
    restore(cats)
    assert refs_of(cats.lines()) == ["b", "c", "d", "a"]
    assert cats.labels() == {"cat": (2, 1), "dog": (1, 0), "bolt": (1, 1)}


def test_a_comparison_tells_relabelled_from_redrawn(cats):
    snapshot(cats)
    edit(cats, a_line("a", "dog"), a_box_line("d", "cat", "bolt", box=(1, 2, 3, 4)), a_line("new"))
    remove(cats, "b")
    counts = compare(cats).counts
    assert counts == {"gone": 1, "moved": 0, "new": 1, "relabelled": 1, "changed": 1}
    assert differing(cats, "gone") == [("b", ("dog",), ())]
    assert differing(cats, "new") == [("new", (), ())]
    assert differing(cats, "relabelled") == [("a", ("cat",), ("dog",))]
    assert differing(cats, "changed") == [("d", ("bolt", "cat"), ("bolt", "cat"))]


def test_changed_and_changed_back_is_no_difference(cats):
    snapshot(cats)
    edit(cats, a_line("a", "dog"))
    edit(cats, a_line("a", "cat"))
    assert sum(compare(cats).counts.values()) == 0
    assert restore(cats).total == 0


def test_pages_of_differences(cats):
    snapshot(cats)
    edit(cats, *[a_line(f"n{number}") for number in range(5)])
    first, last = compare(cats, kind="new", most=3), compare(cats, kind="new", offset=3, most=3)
    assert ([len(page.entries) for page in (first, last)], first.has_more, last.has_more) == (
        [3, 2],
        True,
        False,
    )


def test_only_labels_are_put_back_if_that_is_wanted(cats):
    snapshot(cats)
    edit(cats, a_line("a", "dog"), a_line("new", "cat"))
    remove(cats, "b")
    progress = restore(cats, only_labels=True)
    assert (progress.completed, progress.skipped) == (1, 2)
    assert refs_of(cats.lines()) == ["a", "c", "d", "new"]
    assert cats.labels() == {"cat": (3, 1), "bolt": (1, 1)}


def test_what_was_moved_to_the_other_dataset_stays_there(cats):
    cats.create(None, "test")
    snapshot(cats)
    names = [EntryName(a_ref("a"))]
    cats.datasets.editor.move(cats.project, cats.now(), cats.now("test"), names, ANNA)
    assert compare(cats).counts["moved"] == 1
    assert differing(cats, "moved") == [("a", ("cat",), ())]
    assert restore(cats).skipped == 1
    assert (refs_of(cats.lines()), refs_of(cats.lines("test"))) == (["b", "c", "d"], ["a"])
    remove(cats, "a", kind="test")
    assert restore(cats).completed == 1
    assert refs_of(cats.lines()) == ["a", "b", "c", "d"]


def test_an_emptied_dataset_that_was_filled_anew_is_put_back(room):
    """A distribution shows the test dataset another part; snapshots of the old one still hold."""
    room.create([a_line("x", "a"), a_line("y", "b")], "test")
    before = room.lines("test")
    snapshot(room, kind="test")
    room.create([a_line(number, "ab"[number % 2]) for number in range(20)])
    remove(room, "x", "y", kind="test")
    room.datasets.division.distribute(room.now(), room.now("test"), ANNA)
    room.settled()
    edit(room, a_line("y", "b"), kind="test")
    room.datasets.start()
    assert room.datasets.wait(60)
    restore(room, kind="test")
    assert sorted(room.lines("test")) == sorted(before)
    assert room.labels("test") == {"a": (1, 0), "b": (1, 0)}


def test_an_empty_dataset_has_snapshots_too(room):
    room.create(None)
    snapshot(room)
    edit(room, a_line("a", "cat"))
    restore(room)
    assert (room.lines(), room.now().counts.total) == ([], 0)


def test_names_are_held_to_be_readable_and_unique(cats):
    snapshot(cats)
    with pytest.raises(Taken, match="has a snapshot first already"):
        snapshot(cats)
    for name in ("", " ", "a" * 101, "a\nb", " a", "a\0", "\u202ea"):
        with pytest.raises(Wrong):
            snapshot(cats, name)
    with pytest.raises(Wrong):
        snapshot(cats, "long", description="a" * 1001)
    assert snapshot(cats, "<b>é 标签</b>").name == "<b>é 标签</b>"


def test_snapshots_are_deleted_and_the_dataset_stays(cats):
    made = snapshot(cats)
    edit(cats, a_line("a", "dog"))
    before = cats.lines()
    cats.datasets.snapshots.delete(cats.now(), made.id)
    assert (cats.datasets.snapshots.list(cats.now()), cats.lines()) == ([], before)
    with pytest.raises(Missing, match="no snapshot first"):
        restore(cats)


def test_snapshots_of_one_dataset_are_not_found_by_another(cats):
    cats.create(None, "test")
    made = snapshot(cats)
    with pytest.raises(Missing):
        cats.datasets.snapshots.find(cats.now("test"), made.id)


def test_no_more_snapshots_are_made_than_anybody_looks_through(cats, monkeypatch):
    from vedette.datasets import snapshots

    monkeypatch.setattr(snapshots, "MOST", 2)
    snapshot(cats, "one")
    snapshot(cats, "two")
    with pytest.raises(TooMuch, match="delete one"):
        snapshot(cats, "three")


def test_automatic_snapshots_make_way(cats, clock):
    snapshot(cats)
    for number in range(MOST_AUTOMATIC + 3):
        clock.move(minutes=1)
        edit(cats, a_line("a", f"label{number}"))
        restore(cats)
    listed = cats.datasets.snapshots.list(cats.now())
    assert len(listed) == MOST_AUTOMATIC + 1
    assert listed[-1].name == "first"


def test_snapshots_go_with_their_dataset(cats):
    snapshot(cats)
    edit(cats, a_line("a", "dog"))
    cats.datasets.delete(cats.project, cats.now())
    assert cats.datasets.wait(60)
    cats.create(None)
    assert cats.datasets.snapshots.list(cats.now()) == []


def test_what_a_snapshot_needs_is_kept_for_as_long_as_it_is_there(cats, clock):
    before = cats.lines()
    made = snapshot(cats)
    edit(cats, a_line("a", "dog"))
    clock.move(days=400)
    cats.datasets.start()
    assert cats.datasets.wait(60)
    restore(cats)
    assert cats.lines() == before
    cats.datasets.snapshots.delete(cats.now(), made.id)


def test_a_large_restoration_goes_on_where_a_stop_left_it(database, clock, tmp_path):
    folder = tmp_path
    with a_room(database, folder, clock) as room:
        room.create([a_line(number, "cat") for number in range(2600)])
        before = room.lines(most=1000)
        snapshot(room)
        change = EntryChange("label", clears=True, adds=("dog",))
        room.datasets.many.start(room.project, room.now(), EntryFilter(Filter()), change, ANNA)
        assert room.jobs.wait(60, many.CHANGES)
        stopped = threading.Event()

        def stop(changed):
            if not stopped.is_set():
                stopped.set()
                threading.Thread(target=room.jobs.close).start()

        room.datasets.watch(stop)
        progress = room.datasets.restorations.restore(room.project, room.now(), "first", ANNA)
        assert stopped.wait(60)
    with a_room(database, folder, clock) as room:
        half = room.datasets.restorations.describe(room.project, progress.id)
        assert half.status == "running"
        assert 0 < half.completed < 2600
        with pytest.raises(Busy):
            edit(room, a_line(0, "mine"))
        with pytest.raises(Busy):
            room.datasets.delete(room.project, room.now())
        with pytest.raises(Busy, match="in use"):
            room.datasets.snapshots.delete(room.now(), "first")
        room.start()
        assert room.jobs.wait(60, restoring.RESTORATIONS)
        done = room.datasets.restorations.describe(room.project, progress.id)
        assert (done.status, done.completed, room.now().status) == ("done", 2600, "updated")
        assert room.lines(most=1000) == before


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_snapshot_is_what_the_dataset_was(data, clock, sqlite_maker):
    address, folder = sqlite_maker.new()
    database = open_database(address, folder)
    names = st.integers(0, 6)
    try:
        with a_room(database, folder, clock) as room:
            room.create([a_line(number, "cat") for number in range(4)])
            past = {}
            for number in range(data.draw(st.integers(2, 12))):
                action = data.draw(st.sampled_from(["edit", "remove", "snapshot", "restore"]))
                if action == "edit":
                    chosen = data.draw(st.lists(names, min_size=1, max_size=3, unique=True))
                    edit(room, *[a_line(name, data.draw(st.sampled_from("xyz"))) for name in chosen])
                elif action == "remove" and room.lines():
                    remove(room, data.draw(st.sampled_from(refs_of(room.lines()))))
                elif action == "snapshot":
                    snapshot(room, f"s{number}")
                    past[f"s{number}"] = sorted(room.lines()), room.labels()
                elif action == "restore" and past:
                    chosen = data.draw(st.sampled_from(sorted(past)))
                    compared = compare(room, chosen).counts
                    assert restore(room, chosen).total == sum(compared.values())
                    lines, labels = past[chosen]
                    assert (sorted(room.lines()), room.labels()) == (lines, labels)
    finally:
        database.close()


def freeze(room, kind="train"):
    return room.datasets.contents.freeze(room.now(kind), io.BytesIO())


def keep(room, moment, version, name="Trained: v1"):
    new = NewSnapshot(name, ANNA, reason="training", version=version)
    with room.datasets._database.write() as connection:
        room.datasets.snapshots.keep(connection, moment, new)


def test_a_snapshot_of_a_moment_that_was_read_before_is_of_that_moment(cats):
    before, moment = cats.lines(), freeze(cats)
    edit(cats, a_line("a", "dog"), a_line("new", "cat"))
    keep(cats, moment, 7)
    (made,) = cats.datasets.snapshots.list(cats.now())
    assert (made.version, made.reason, made.counts.total) == (7, "training", 4)
    assert made.labels == {"cat": 2, "dog": 1, "bolt": 1}
    restore(cats, "Trained: v1")
    assert cats.lines() == before


def test_what_a_version_was_trained_with_stays_with_it_and_goes_with_it(cats):
    keep(cats, freeze(cats), 7)
    for _ in range(MOST_AUTOMATIC + 1):
        snapshot(cats, "automatic", reason="import")
    keep(cats, freeze(cats), 8, "Trained: v2")
    assert {7, 8} <= {one.version for one in cats.datasets.snapshots.list(cats.now())}
    cats.datasets.snapshots.forget_version(7)
    names = {one.name for one in cats.datasets.snapshots.list(cats.now())}
    assert "Trained: v2" in names
    assert "Trained: v1" not in names


def test_nothing_is_kept_of_a_dataset_that_was_deleted_meanwhile(cats):
    moment = freeze(cats)
    cats.datasets.delete(cats.project, cats.now())
    keep(cats, moment, 7)
    assert cats.datasets.snapshots.list(moment.dataset) == []


def test_a_mark_of_doubt_is_restored(cats):
    marked = EntryChange("label", unsure=True)
    progress = cats.datasets.many.start(cats.project, cats.now(), EntryFilter(), marked, ANNA)
    assert progress.status == "done"
    snapshot(cats)
    edit(cats, a_line("a", "dog"))
    remove(cats, "b")
    restore(cats)
    page = cats.datasets.queries.page(cats.now(), EntryQuery(EntryFilter()))
    assert [entry.is_unsure for entry in page.entries] == [True] * 4
