"""One change made to many entries, how far it is, and its undoing."""

import threading

import pytest

from doubles.lines import a_box_line, a_line, a_ref, refs_of
from vedette.datasets import many
from vedette.datasets.asking import EntryFilter
from vedette.datasets.batches import EntryChange
from vedette.datasets.dataset import Filter
from vedette.datasets.editing import EntryEdit
from vedette.datasets.history import JournalFilter
from vedette.errors import Missing, TooEarly, Wrong

LABEL = EntryChange("label", adds=("new",))


@pytest.fixture
def cats(room):
    room.create([a_line("a", "cat"), a_line("b", "dog"), a_line("c"), a_box_line("d", "cat", "bolt")])
    return room


def change(room, what, kind="train", **conditions):
    dataset = room.now(kind)
    conditions = EntryFilter(Filter(**conditions))
    progress = room.datasets.many.start(room.project, dataset, conditions, what, room.caller)
    assert room.jobs.wait(60, many.CHANGES)
    return room.datasets.many.describe(room.project, progress.id)


def undo(room, progress):
    room.datasets.many.undo(room.project, progress.id)
    assert room.jobs.wait(60, many.CHANGES)
    return room.datasets.many.describe(room.project, progress.id)


def labels_of(room, kind="train"):
    return {name: pictures for name, (pictures, _) in room.labels(kind).items()}


def test_labels_are_given_and_taken_where_a_filter_says(cats):
    progress = change(cats, LABEL, is_labelled=False)
    assert (progress.status, progress.total, progress.completed, progress.skipped) == ("done", 1, 1, 0)
    assert labels_of(cats) == {"cat": 2, "dog": 1, "bolt": 1, "new": 1}
    change(cats, EntryChange("label", removes=("cat",)), labels=("cat",))
    assert labels_of(cats) == {"dog": 1, "bolt": 1, "new": 1}
    change(cats, EntryChange("label", clears=True, adds=("only",)), contains="boards/b")
    assert labels_of(cats) == {"bolt": 1, "new": 1, "only": 1}


def test_who_listens_hears_of_entries_that_a_change_touched(cats):
    changes = []
    cats.datasets.watch(changes.append)
    change(cats, LABEL, is_labelled=False)
    assert [(item.dataset, list(item.seqs)) for item in changes] == [(cats.now().id, [2])]


def test_labels_are_renamed_and_merged(cats):
    change(cats, EntryChange("label", renames=(("cat", "pet"), ("dog", "pet"))))
    assert labels_of(cats) == {"pet": 3, "bolt": 1}


def test_a_change_of_labels_keeps_when_entries_came(cats, clock):
    (before,) = cats.datasets.queries.page(cats.now(), _only("c")).entries
    clock.move(hours=3)
    change(cats, LABEL)
    (after,) = cats.datasets.queries.page(cats.now(), _only("c")).entries
    assert (after.created_ms, after.labels) == (before.created_ms, ["new"])


def _only(name):
    from vedette.datasets.asking import EntryQuery

    return EntryQuery(EntryFilter(Filter(contains=f"{name}.png")))


@pytest.mark.parametrize(
    "what", [LABEL, EntryChange("remove"), EntryChange("move"), EntryChange("label", clears=True)]
)
def test_a_change_is_undone_to_what_was(cats, what):
    cats.create(None, "test")
    before = cats.lines()
    progress = change(cats, what)
    assert cats.lines() != before
    assert undo(cats, progress).status == "undone"
    assert cats.lines() == before
    assert cats.lines("test") == []
    with pytest.raises(TooEarly, match="it cannot be undone"):
        undo(cats, progress)


def test_what_somebody_changed_since_is_not_undone(cats):
    progress = change(cats, LABEL)
    edits = [EntryEdit(a_line("c", "theirs"))]
    cats.datasets.editor.update(cats.project, cats.now(), edits, cats.caller)
    undone = undo(cats, progress)
    assert (undone.skipped, labels_of(cats)) == (1, {"cat": 2, "dog": 1, "bolt": 1, "theirs": 1})


def test_a_picture_that_somebody_brought_again_is_not_brought_twice(cats):
    progress = change(cats, EntryChange("remove"), labels=("cat",))
    theirs = EntryEdit(a_line("a", "theirs"))
    cats.datasets.editor.update(cats.project, cats.now(), [theirs], cats.caller)
    assert (undo(cats, progress).skipped, labels_of(cats)) == (
        1,
        {"dog": 1, "cat": 1, "bolt": 1, "theirs": 1},
    )
    assert refs_of(cats.lines()) == ["b", "c", "d", "a"]


def test_moved_entries_come_back_with_the_labels_that_they_got_there(cats):
    cats.create(None, "test")
    progress = change(cats, EntryChange("move"), labels=("cat",))
    theirs = EntryEdit(a_line("a", "theirs"))
    cats.datasets.editor.update(cats.project, cats.now("test"), [theirs], cats.caller)
    undo(cats, progress)
    assert refs_of(cats.lines()) == ["a", "b", "c", "d"]
    assert labels_of(cats) == {"cat": 1, "dog": 1, "bolt": 1, "theirs": 1}
    assert cats.lines("test") == []


def test_a_mark_of_doubt_comes_back_too(cats):
    change(cats, EntryChange("label", unsure=True), contains="boards/c")
    progress = change(cats, EntryChange("remove"))
    undo(cats, progress)
    (entry,) = cats.datasets.queries.page(cats.now(), _only("c")).entries
    assert entry.is_unsure
    progress = change(cats, EntryChange("label", unsure=False))
    undo(cats, progress)
    (entry,) = cats.datasets.queries.page(cats.now(), _only("c")).entries
    assert entry.is_unsure


def test_a_change_that_changed_nothing_is_undone_at_once(cats):
    progress = change(cats, EntryChange("label", removes=("nobody",)))
    assert (progress.completed, undo(cats, progress).status) == (4, "undone")


def test_undoing_too_is_taken_back_on_the_page_of_the_history(cats):
    progress = change(cats, LABEL)
    undo(cats, progress)
    lines, _ = cats.datasets.history.lines(cats.now(), JournalFilter())
    assert [(line.kind, line.changed) for line in lines[:2]] == [("undo", 4), ("label", 4)]
    assert lines[0].reverts == lines[1].number


def test_after_a_minute_nothing_is_undone(cats, clock):
    progress = change(cats, EntryChange("remove"))
    clock.move(seconds=61)
    with pytest.raises(Wrong, match="for a minute"):
        undo(cats, progress)


def test_an_entry_that_the_other_dataset_has_is_not_moved(cats):
    cats.create([a_line("a", "mine")], "test")
    progress = change(cats, EntryChange("move"))
    assert (progress.skipped, progress.message) == (1, "1 are in the test dataset already.")
    assert (refs_of(cats.lines()), refs_of(cats.lines("test"))) == (["a"], ["a", "b", "c", "d"])


def test_without_another_dataset_nothing_moves(cats):
    with pytest.raises(Missing, match="no test dataset"):
        change(cats, EntryChange("move"))


def test_a_label_that_the_service_does_not_know_is_skipped_with_a_sentence(lookout_room):
    lookout_room.create(None)
    edits = [EntryEdit(f'{{"source-ref": "{a_ref("a")}"}}')]
    lookout_room.datasets.editor.update(lookout_room.project, lookout_room.now(), edits, lookout_room.caller)
    progress = change(lookout_room, EntryChange("label", adds=("scratch",)))
    assert progress.skipped == 1
    assert progress.message.startswith("Lookout knows the labels normal and anomaly")
    assert change(lookout_room, EntryChange("label", adds=("anomaly",))).skipped == 0


def test_a_large_change_runs_beside_and_goes_on_where_a_stop_left_it(room, monkeypatch):
    room.create([a_line(number) for number in range(2300)])
    begun, go_on = threading.Event(), threading.Event()
    take = many.apply_batch

    def slow(batch, what, places):
        if len(begun_with) == 2:
            begun.set()
            go_on.wait(10)
        begun_with.append(places[0])
        return take(batch, what, places)

    begun_with = []
    monkeypatch.setattr(many, "apply_batch", slow)
    progress = room.datasets.many.start(room.project, room.now(), EntryFilter(), LABEL, room.caller)
    assert (progress.status, progress.total) == ("running", 2300)
    assert begun.wait(10)
    room.jobs.stop_taking()
    go_on.set()
    assert room.jobs.wait(10, many.CHANGES)
    half = room.datasets.many.describe(room.project, progress.id)
    assert (half.status, half.completed) == ("running", 1500)
    with room.datasets._database.write() as connection:
        room.jobs._table.release(connection)
    room.jobs._closing.clear()
    room.jobs.start()
    assert room.jobs.wait(30, many.CHANGES)
    whole = room.datasets.many.describe(room.project, progress.id)
    assert (whole.status, whole.completed, labels_of(room)) == ("done", 2300, {"new": 2300})
    assert begun_with == [0, 500, 1000, 1500, 2000]
    assert undo(room, progress).completed == 2300
    assert labels_of(room) == {}


def test_an_undoing_goes_on_where_a_stop_left_it(room, monkeypatch):
    room.create([a_line(number) for number in range(1700)])
    progress = change(room, LABEL)
    take, steps = many.undo_batch, []

    def stopping(batch, line, ahead_of, *, is_move):
        steps.append(ahead_of)
        if len(steps) == 2:
            room.jobs.stop_taking()
        return take(batch, line, ahead_of, is_move=is_move)

    monkeypatch.setattr(many, "undo_batch", stopping)
    room.datasets.many.undo(room.project, progress.id)
    assert room.jobs.wait(10, many.CHANGES)
    half = room.datasets.many.describe(room.project, progress.id)
    assert half.status == "undoing"
    assert 0 < half.completed < 1700
    with room.datasets._database.write() as connection:
        room.jobs._table.release(connection)
    room.jobs._closing.clear()
    room.jobs.start()
    assert room.jobs.wait(30, many.CHANGES)
    whole = room.datasets.many.describe(room.project, progress.id)
    assert (whole.status, whole.completed, whole.skipped, labels_of(room)) == ("undone", 1700, 0, {})
    assert steps == [None, *sorted(steps[1:], reverse=True)]


@pytest.mark.parametrize("hours", [1, 24, -1])
def test_the_minute_of_undoing_is_one_whatever_the_clock_shows(cats, clock, hours):
    first, second = change(cats, LABEL), change(cats, EntryChange("label", adds=("more",)))
    clock.leap(hours=hours)
    clock.move(seconds=50)
    assert undo(cats, second).status == "undone"
    clock.move(seconds=20)
    with pytest.raises(Wrong, match="for a minute"):
        undo(cats, first)


def test_a_change_is_remembered_for_a_day_that_passed_and_not_for_one_that_the_clock_leapt(cats, clock):
    progress = change(cats, LABEL)
    clock.leap(days=3)
    clock.move(hours=1)
    change(cats, LABEL)
    assert cats.datasets.many.describe(cats.project, progress.id).status == "done"
    clock.move(days=2)
    change(cats, LABEL)
    with pytest.raises(Missing):
        cats.datasets.many.describe(cats.project, progress.id)
