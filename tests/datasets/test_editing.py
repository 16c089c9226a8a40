"""Entries edited, moved and removed at once, each only in the revision that was named; and label settings."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from doubles.lines import a_line, a_ref, an_anomaly_line
from vedette.datasets import changes
from vedette.datasets.dataset import Filter
from vedette.datasets.editing import NONE, EntryEdit, EntryName, revision_of
from vedette.datasets.label_settings import LabelSetting
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.projects.projects import NewProject

MASK = {
    "internal-color-map": {"1": {"class-name": "rust", "hex-color": "#ff0000"}},
    "type": "groundtruth/semantic-segmentation",
    "human-annotated": "yes",
}


def labels_of(lines):
    return [json.loads(line).get("a0-metadata", {}).get("class-name") for line in lines]


def edit(room, *edits, kind="train"):
    return room.datasets.editor.update(room.project, room.now(kind), edits, room.caller)


def test_an_edit_in_the_named_revision_is_made_and_tells_the_next_one(room):
    room.create([a_line("a", "cat"), a_line("b", "dog")])
    line = a_line("a", "lynx")
    (edited,) = edit(room, EntryEdit(line, revision_of(a_line("a", "cat"))))
    assert (edited.source, edited.revision) == (a_ref("a"), revision_of(line))
    assert labels_of(room.lines()) == ["lynx", "dog"]
    assert room.labels() == {"dog": (1, 0), "lynx": (1, 0)}
    assert (room.now().status, room.now().counts.labelled) == ("updated", 2)


def test_a_stale_edit_refuses_the_whole_call_and_changes_nothing(room):
    room.create([a_line("a", "cat"), a_line("b", "dog")])
    before = room.lines()
    good = EntryEdit(a_line("b", "wolf"), revision_of(a_line("b", "dog")))
    with pytest.raises(Busy, match=a_ref("a")):
        edit(room, good, EntryEdit(a_line("a", "lynx"), revision_of(a_line("a", "tiger"))))
    assert (room.lines(), room.now().status) == (before, "created")


def test_two_people_cannot_both_edit_the_same_revision(room):
    room.create([a_line("a", "cat")])
    revision = revision_of(a_line("a", "cat"))

    def label(name):
        try:
            edit(room, EntryEdit(a_line("a", name), revision))
        except Busy:
            return None
        return name

    with ThreadPoolExecutor(4) as pool:
        outcomes = [name for name in pool.map(label, ["lynx", "tiger", "lion", "puma"]) if name]
    assert len(outcomes) == 1
    assert labels_of(room.lines()) == outcomes


def test_an_entry_that_must_be_new_is_refused_where_it_exists(room):
    room.create([a_line("a", "cat")])
    with pytest.raises(Busy):
        edit(room, EntryEdit(a_line("a", "lynx"), NONE))
    edit(room, EntryEdit(a_line("b", "lynx"), NONE))
    assert labels_of(room.lines()) == ["cat", "lynx"]


def test_without_a_revision_an_edit_overwrites_or_appends(room):
    room.create([a_line("a", "cat")])
    edit(room, EntryEdit(a_line("a", "lynx")), EntryEdit(a_line("b", "dog")))
    assert labels_of(room.lines()) == ["lynx", "dog"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{not json}", "Line 1 is not JSON"),
        ('{"a":1}', "Line 1 has no source-ref"),
        ('{"source-ref":"http://x/y.png"}', "Line 1 has no source-ref"),
        (" ", "Line 1 is not JSON"),
        (a_line("x") + "\n" + a_line("y"), "Line 1"),
    ],
)
def test_what_an_import_would_drop_in_silence_is_refused_here(room, line, sentence):
    room.create([a_line("a", "cat")])
    with pytest.raises(Wrong, match=sentence):
        edit(room, EntryEdit(line))
    assert len(room.lines()) == 1


def test_the_same_picture_twice_in_one_call_is_refused(room):
    room.create([a_line("a", "cat")])
    with pytest.raises(Wrong):
        edit(room, EntryEdit(a_line("b", "dog")), EntryEdit(a_line("b", "wolf")))


def test_a_picture_of_another_bucket_is_refused(room, lookout_room):
    room.create([a_line("a", "cat")])
    with pytest.raises(Wrong, match="bucket"):
        edit(room, EntryEdit(a_line("b", "dog", bucket="elsewhere")))
    lookout_room.create([an_anomaly_line("a", "normal")])
    with pytest.raises(Wrong, match="bucket"):
        edit(lookout_room, EntryEdit(an_anomaly_line("b", "normal", bucket="elsewhere")))


def test_a_dataset_that_was_emptied_may_begin_anew_in_another_bucket(room, lookout_room):
    for its, line in ((room, a_line), (lookout_room, an_anomaly_line)):
        its.create(None)
        edit(its, EntryEdit(line("a", "normal", bucket="mistyped")))
        its.datasets.editor.remove(its.now(), [EntryName(a_ref("a", "mistyped"))], its.caller)
        edit(its, EntryEdit(line("a", "normal", bucket="pictures")))
        assert its.now().bucket == "pictures"


def test_what_lookout_refuses_is_refused_in_its_own_sentence(lookout_room):
    lookout_room.create([an_anomaly_line("a", "normal")])
    with pytest.raises(Wrong, match="must be the S3 address"):
        edit(lookout_room, EntryEdit(an_anomaly_line("b", "anomaly", **{"m-ref": 7, "m-ref-metadata": MASK})))
    assert len(lookout_room.lines()) == 1


def test_more_than_a_thousand_edits_are_refused(room):
    room.create([a_line("a", "cat")])
    with pytest.raises(Wrong, match="1000"):
        edit(room, *[EntryEdit(a_line(number)) for number in range(1001)])
    with pytest.raises(Wrong, match="1000"):
        edit(room)


def test_entries_can_be_taken_out_and_pages_go_on_where_they_were(room):
    room.create([a_line(number, "cat") for number in range(6)])
    page, _ = room.datasets.contents.page(room.now(), Filter(), most=3)
    names = [EntryName(a_ref(1)), EntryName(a_ref(4), revision_of(a_line(4, "cat")))]
    room.datasets.editor.remove(room.now(), names, room.caller)
    rest, _ = room.datasets.contents.page(room.now(), Filter(), after=page[-1].seq)
    assert [json.loads(entry.line)["source-ref"] for entry in rest] == [a_ref(3), a_ref(5)]
    assert (room.now().counts.total, room.labels()) == (4, {"cat": (4, 0)})


def test_an_entry_that_is_not_there_cannot_be_removed_and_no_other_is(room):
    room.create([a_line("a", "cat")])
    with pytest.raises(Missing, match=a_ref("z")):
        room.datasets.editor.remove(room.now(), [EntryName(a_ref("a")), EntryName(a_ref("z"))], room.caller)
    with pytest.raises(Busy):
        room.datasets.editor.remove(room.now(), [EntryName(a_ref("a"), "0123456789abcdef")], room.caller)
    assert len(room.lines()) == 1


def test_entries_move_with_their_labels_and_their_times(room):
    room.create([a_line("a", "cat"), a_line("b", "dog")])
    room.create(kind="test")
    room.clock.move(hours=3)
    editor = room.datasets.editor
    editor.move(room.project, room.now(), room.now("test"), [EntryName(a_ref("a"))], room.caller)
    assert (labels_of(room.lines()), labels_of(room.lines("test"))) == (["dog"], ["cat"])
    assert (room.labels(), room.labels("test")) == ({"dog": (1, 0)}, {"cat": (1, 0)})
    assert room.lines("test", created_after_ms=room.now("test").updated.timestamp() * 1000 - 1) == []


def test_a_picture_that_is_in_both_datasets_cannot_be_moved(room):
    room.create([a_line("a", "cat")])
    room.create([a_line("a", "dog")], kind="test")
    with pytest.raises(Wrong, match="already"):
        room.datasets.editor.move(
            room.project, room.now(), room.now("test"), [EntryName(a_ref("a"))], room.caller
        )
    assert (labels_of(room.lines()), labels_of(room.lines("test"))) == (["cat"], ["dog"])


def test_listeners_hear_of_edited_and_moved_entries(room):
    room.create([a_line("a", "cat"), a_line("b", "dog")])
    room.create(kind="test")
    heard = []
    room.datasets.watch(heard.append)
    edit(room, EntryEdit(a_line("b", "wolf")))
    room.datasets.editor.move(
        room.project, room.now(), room.now("test"), [EntryName(a_ref("b"))], room.caller
    )
    assert [(change.part, list(change.seqs)) for change in heard] == [
        (room.now().part, [1]),
        (room.now("test").part, [0]),
    ]


def test_a_dataset_that_is_being_imported_cannot_be_edited(room):
    room.create([a_line("a", "cat")])
    with room.datasets._database.write() as connection:
        changes.set_status(connection, room.now().id, "updating", 0)
    with pytest.raises(Busy, match="is being updated"):
        edit(room, EntryEdit(a_line("b", "dog")))


# Label settings


def test_colours_and_keys_are_kept_in_the_order_in_which_labels_came(room):
    settings = room.datasets.label_settings
    settings.put(room.project, [LabelSetting("cat", "#ff00aa", "c"), LabelSetting("dog")])
    assert settings.put(room.project, [LabelSetting("dog", "#00FF00", "d")]) == [
        LabelSetting("cat", "#FF00AA", "c"),
        LabelSetting("dog", "#00FF00", "d"),
    ]
    assert settings.put(room.project, [], removed=["cat", "never"]) == [LabelSetting("dog", "#00FF00", "d")]


def test_a_key_belongs_to_one_label_but_can_change_hands_in_one_call(room):
    settings = room.datasets.label_settings
    settings.put(room.project, [LabelSetting("cat", key="c")])
    with pytest.raises(Taken, match="cat"):
        settings.put(room.project, [LabelSetting("cow", key="c")])
    settings.put(room.project, [LabelSetting("cow", key="c"), LabelSetting("cat", key="k")])
    assert {entry.name: entry.key for entry in settings.list(room.project)} == {"cat": "k", "cow": "c"}


@pytest.mark.parametrize(
    "setting",
    [
        LabelSetting(""),
        LabelSetting("x" * 257),
        LabelSetting("x", "red"),
        LabelSetting("x", "#12345"),
        LabelSetting("x", "#1234567"),
        LabelSetting("x", "#12345g"),
        LabelSetting("x", key="C"),
        LabelSetting("x", key="cc"),
        LabelSetting("x", key="²"),
    ],
)
def test_a_setting_that_is_wrong_changes_nothing(room, setting):
    with pytest.raises(Wrong):
        room.datasets.label_settings.put(room.project, [LabelSetting("good"), setting])
    assert room.datasets.label_settings.list(room.project) == []


def test_a_project_has_settings_for_250_labels(room):
    settings = room.datasets.label_settings
    settings.put(room.project, [LabelSetting(f"l{number}") for number in range(250)])
    with pytest.raises(TooMuch):
        settings.put(room.project, [LabelSetting("one too many")])
    settings.put(room.project, [LabelSetting("l0", "#000000")])


def test_settings_go_with_their_project_and_are_nobody_elses(room):
    settings = room.datasets.label_settings
    other = room.projects.create(room.project.scope, NewProject("others"))
    settings.put(room.project, [LabelSetting("cat", key="c")])
    settings.put(other, [LabelSetting("cat", key="x")])
    room.projects.delete(room.project.scope, room.project.name)
    assert settings.list(room.project) == []
    assert settings.list(other) == [LabelSetting("cat", key="x")]
