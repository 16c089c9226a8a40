"""Who changed what when, read back; and one change taken back where it still applies."""

import pytest

from doubles.lines import a_box_line, a_line, a_ref, an_anomaly_line, refs_of
from vedette.datasets import many, restoring
from vedette.datasets.asking import EntryFilter
from vedette.datasets.batches import EntryChange
from vedette.datasets.dataset import Filter
from vedette.datasets.editing import EntryEdit, EntryName
from vedette.datasets.history import JournalFilter
from vedette.errors import Busy, Missing, Wrong
from vedette.identity.principal import Principal

ANNA = Principal("123456789012", "arn:aws:iam::123456789012:user/anna", "AIDAANNA", "anna", "AKIA1")
BEN = Principal("123456789012", "arn:aws:iam::123456789012:user/ben", "AIDABEN", "ben", "AKIA2")


@pytest.fixture
def cats(room):
    room.create([a_line("a", "cat"), a_line("b", "dog"), a_line("c"), a_box_line("d", "cat", "bolt")])
    return room


def edit(room, caller, *lines, kind="train"):
    edits = [EntryEdit(line) for line in lines]
    room.datasets.editor.update(room.project, room.now(kind), edits, caller)


def change_all(room, caller, change, **conditions):
    passing = EntryFilter(Filter(**conditions))
    progress = room.datasets.many.start(room.project, room.now(), passing, change, caller)
    assert room.jobs.wait(60, many.CHANGES)
    return progress


def journal(room, kind="train", **conditions):
    lines, _ = room.datasets.history.lines(room.now(kind), JournalFilter(**conditions))
    return lines


def events(room, name, kind="train"):
    return room.datasets.history.of_picture(room.now(kind), a_ref(name))


def revert(room, line, kind="train"):
    progress = room.datasets.restorations.revert(room.project, room.now(kind), line, BEN)
    assert room.jobs.wait(60, restoring.RESTORATIONS)
    return room.datasets.restorations.describe(room.project, progress.id)


def test_a_change_says_who_how_and_which_labels(cats):
    edit(cats, ANNA, a_line("a", "dog"), a_line("c", "dog"))
    edited, imported = journal(cats)
    assert (edited.kind, edited.caller.name, edited.changed, edited.added) == ("edit", "anna", 2, 0)
    assert edited.labels == {"cat": (0, 1), "dog": (2, 0)}
    assert (imported.kind, imported.added, imported.came_whole) == ("import", 4, True)
    assert imported.labels == {"cat": (2, 0), "dog": (1, 0), "bolt": (1, 0)}
    assert imported.note == "s3://manifests/train.manifest"


def test_every_way_of_changing_entries_leaves_a_line(cats):
    cats.create(None, "test")
    cats.update([a_line("a", "dog"), a_line("e")])
    cats.datasets.editor.remove(cats.now(), [EntryName(a_ref("e"))], ANNA)
    cats.datasets.editor.move(cats.project, cats.now(), cats.now("test"), [EntryName(a_ref("c"))], ANNA)
    change_all(cats, ANNA, EntryChange("label", adds=("new",)))
    change_all(cats, ANNA, EntryChange("label", renames=(("new", "old"),)))
    progress = change_all(cats, ANNA, EntryChange("remove"), contains="boards/a")
    cats.datasets.many.undo(cats.project, progress.id)
    kinds = ["undo", "remove", "rename", "label", "move", "remove", "update", "import"]
    assert [line.kind for line in journal(cats)] == kinds
    (moved,) = journal(cats, "test")
    assert (moved.kind, moved.removed, moved.added, moved.is_giving) == ("move", 1, 1, False)
    undone, removed = journal(cats)[:2]
    assert (undone.reverts, removed.reverted_by) == (removed.number, undone.number)


def test_a_distribution_and_a_copy_are_lines_too(room):
    room.create([a_line(number, "ab"[number % 2]) for number in range(20)])
    room.create(None, "test")
    room.datasets.division.distribute(room.now(), room.now("test"), ANNA)
    room.settled()
    (line,) = journal(room, "test")
    assert (line.kind, line.caller.name, line.added, line.removed) == ("distribute", "anna", 4, 4)
    moved = refs_of(room.lines("test"))[0]
    assert [(event.action, event.dataset, event.kind) for event in events(room, moved)] == [
        ("moved", "train", "distribute"),
        ("added", "train", "import"),
    ]
    room.datasets.delete(room.project, room.now())
    room.copy(room.now("test"), "train")
    (copied,) = journal(room)
    assert (copied.kind, copied.caller.name, copied.added, copied.came_whole) == ("copy", "root", 4, True)


def test_what_was_put_in_unchanged_is_no_change(cats):
    edit(cats, ANNA, a_line("a", "cat"))
    assert [line.kind for line in journal(cats)] == ["import"]


def test_a_large_change_is_one_line(room):
    room.create([a_line(number, "cat") for number in range(2500)])
    change_all(room, ANNA, EntryChange("label", adds=("new",)))
    labelled, _ = journal(room)
    assert (labelled.changed, labelled.labels) == (2500, {"new": (2500, 0)})


def test_a_picture_s_past_names_people_and_labels(cats, clock):
    edit(cats, ANNA, a_line("c", "cat"))
    clock.move(hours=1)
    edit(cats, BEN, a_line("c", "dog"))
    newest, older, came = events(cats, "c")
    assert (newest.caller.name, newest.before, newest.after) == ("ben", ("cat",), ("dog",))
    assert (older.caller.name, older.before, older.after) == ("anna", (), ("cat",))
    assert newest.at_ms - older.at_ms == 3_600_000
    assert (came.action, came.kind, came.after) == ("added", "import", ())


def test_a_picture_is_followed_through_both_datasets_and_removals(cats):
    cats.create(None, "test")
    cats.datasets.editor.move(cats.project, cats.now(), cats.now("test"), [EntryName(a_ref("a"))], ANNA)
    edit(cats, BEN, a_line("a", "dog"), kind="test")
    cats.datasets.editor.remove(cats.now("test"), [EntryName(a_ref("a"))], BEN)
    edit(cats, ANNA, a_line("a", "cat"), kind="test")
    assert [(event.action, event.dataset) for event in events(cats, "a")] == [
        ("added", "test"),
        ("removed", "test"),
        ("changed", "test"),
        ("moved", "train"),
        ("added", "train"),
    ]
    assert events(cats, "nothing of the kind") == []


def test_an_anomaly_s_class_is_a_label_of_its_past(lookout_room):
    lookout_room.create([an_anomaly_line("a", "normal")])
    edit(lookout_room, ANNA, an_anomaly_line("a", "anomaly"))
    assert journal(lookout_room)[0].labels == {"anomaly": (1, 0), "normal": (0, 1)}
    assert [(event.before, event.after) for event in events(lookout_room, "a")] == [
        (("normal",), ("anomaly",)),
        ((), ("normal",)),
    ]


def test_lines_are_filtered_by_person_kind_label_picture_and_time(cats, clock):
    edit(cats, ANNA, a_line("c", "Cat"))
    clock.move(days=2)
    edit(cats, BEN, a_line("a", "dog"))
    cats.datasets.editor.remove(cats.now(), [EntryName(a_ref("d"))], BEN)

    def asked(**conditions):
        return [(line.kind, line.caller.name) for line in journal(cats, **conditions)]

    assert asked(person=ANNA.arn) == [("edit", "anna")]
    assert asked(kinds=("remove",)) == [("remove", "ben")]
    assert asked(label="Cat") == [("edit", "anna")]
    assert asked(label="cat") == [("remove", "ben"), ("edit", "ben"), ("import", "root")]
    assert asked(label='c%"') == []
    assert asked(source=a_ref("a")) == [("edit", "ben"), ("import", "root")]
    assert asked(since_ms=journal(cats)[0].began_ms) == [("remove", "ben"), ("edit", "ben")]
    assert asked(until_ms=journal(cats)[0].began_ms) == [("edit", "anna"), ("import", "root")]
    assert [person.name for person in cats.datasets.history.people(cats.now())] == ["root", "anna", "ben"]


def test_days_are_counted_by_person_and_kind(cats, clock):
    edit(cats, ANNA, a_line("c", "cat"))
    edit(cats, ANNA, a_line("a", "dog"), a_line("b", "cat"))
    clock.move(days=1)
    edit(cats, BEN, a_line("a", "cat"))
    counted = [
        (count.caller.name, count.kind, count.lines, count.entries)
        for count in cats.datasets.history.days(cats.now(), JournalFilter())
    ]
    assert counted == [("ben", "edit", 1, 1), ("root", "import", 1, 4), ("anna", "edit", 2, 3)]


def test_pages_of_lines_go_on_where_the_last_ended(cats):
    for number in range(5):
        edit(cats, ANNA, a_line("a", f"label{number}"))
    first, more = cats.datasets.history.lines(cats.now(), JournalFilter(), most=4)
    rest, none = cats.datasets.history.lines(cats.now(), JournalFilter(), before=first[-1].number, most=4)
    assert (len(first), more, [line.kind for line in rest], none) == (4, True, ["edit", "import"], False)


def test_one_change_is_taken_back_and_that_again(cats):
    before = cats.lines()
    edit(cats, ANNA, a_line("a", "dog"), a_line("e", "new"))
    after = cats.lines()
    progress = revert(cats, journal(cats)[0].number)
    assert (progress.status, progress.total, progress.completed) == ("done", 2, 2)
    assert cats.lines() == before
    taken_back, edited, _ = journal(cats)
    assert (taken_back.kind, taken_back.caller.name, taken_back.reverts) == ("revert", "ben", edited.number)
    revert(cats, taken_back.number)
    assert cats.lines() == after


def test_what_was_changed_since_stays(cats):
    edit(cats, ANNA, a_line("a", "dog"), a_line("b", "cat"))
    line = journal(cats)[0].number
    edit(cats, ANNA, a_line("b", "mine"))
    progress = revert(cats, line)
    assert (progress.total, progress.completed, progress.skipped) == (1, 1, 1)
    assert cats.labels() == {"cat": (2, 1), "mine": (1, 0), "bolt": (1, 1)}
    with pytest.raises(Wrong, match="nothing to take back"):
        revert(cats, line)


def test_a_removal_is_taken_back_to_the_old_place(cats):
    before = cats.lines()
    cats.datasets.editor.remove(cats.now(), [EntryName(a_ref("a")), EntryName(a_ref("d"))], ANNA)
    line = journal(cats)[0].number
    edit(cats, ANNA, a_line("d", "again"))
    progress = revert(cats, line)
    assert (progress.total, progress.skipped) == (1, 1)
    assert cats.lines()[:3] == before[:3]


def test_a_move_is_taken_back_from_the_other_dataset(cats):
    cats.create(None, "test")
    before = cats.lines()
    cats.datasets.editor.move(
        cats.project, cats.now(), cats.now("test"), [EntryName(a_ref("a")), EntryName(a_ref("b"))], ANNA
    )
    edit(cats, ANNA, a_line("b", "theirs"), kind="test")
    line = journal(cats)[0].number
    with pytest.raises(Missing, match="no change"):
        revert(cats, line, "test")
    progress = revert(cats, line)
    assert (progress.total, progress.skipped, refs_of(cats.lines("test"))) == (1, 1, ["b"])
    assert cats.lines() == [before[0], *before[2:]]
    assert (cats.now().counts.total, cats.now("test").counts.total) == (3, 1)


def test_a_distribution_is_taken_back(room):
    room.create([a_line(number, "ab"[number % 2]) for number in range(20)])
    before = room.lines()
    room.create(None, "test")
    room.datasets.division.distribute(room.now(), room.now("test"), ANNA)
    room.settled()
    revert(room, journal(room)[0].number)
    assert (room.lines(), room.lines("test")) == (before, [])


def test_an_import_is_not_taken_back(cats):
    with pytest.raises(Wrong, match="delete the dataset"):
        revert(cats, journal(cats)[0].number)
    with pytest.raises(Missing):
        revert(cats, 999_999)


def test_what_entries_said_is_forgotten_after_a_month_and_who_changed_them_is_not(cats, clock):
    edit(cats, ANNA, a_line("a", "dog"))
    line = journal(cats)[0].number
    clock.move(hours=1)
    cats.jobs.passed.look()
    clock.move(days=31)
    cats.datasets.start()
    assert cats.datasets.wait(60)
    with pytest.raises(Wrong, match="30 days"):
        revert(cats, line)
    assert [event.after for event in events(cats, "a")] == [("dog",), ("cat",)]


@pytest.mark.parametrize(("before", "after"), [(0, 400), (-20_000, 20_000)])
def test_a_clock_that_leaps_forgets_nothing(cats, clock, before, after):
    lines = cats.lines()
    clock.leap(days=before)
    edit(cats, ANNA, a_line("a", "dog"))
    line = journal(cats)[0].number
    clock.leap(days=after)
    clock.move(days=29)
    cats.datasets.start()
    assert cats.datasets.wait(60)
    revert(cats, line)
    assert cats.lines() == lines


def test_lines_of_a_deleted_dataset_go(cats):
    edit(cats, ANNA, a_line("a", "dog"))
    cats.datasets.delete(cats.project, cats.now())
    assert cats.datasets.wait(60)
    cats.create(None)
    assert journal(cats) == []


def test_while_something_is_restored_nobody_changes_anything(cats):
    edit(cats, ANNA, a_line("a", "dog"))
    from vedette.datasets import changes

    with cats.datasets._database.write() as connection:
        changes.set_status(connection, cats.now().id, "updating", 0, restoring.RESTORING)
    with pytest.raises(Busy):
        edit(cats, ANNA, a_line("a", "cat"))
    with pytest.raises(Busy):
        revert(cats, journal(cats)[0].number)
