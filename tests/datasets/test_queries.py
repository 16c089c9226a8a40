"""Entries asked for by any condition, in any order, from any place."""

import random

import pytest

from doubles.lines import a_box_line, a_line, a_ref, refs_of
from vedette.datasets.asking import SORT_KEYS, EntryFilter, EntryQuery, SizeRange
from vedette.datasets.dataset import Filter
from vedette.datasets.editing import EntryEdit, EntryName
from vedette.datasets.picture_facts import PictureFact, write_facts
from vedette.errors import Missing


def ask(room, query=None, kind="train", **terms):
    page = room.datasets.queries.page(room.now(kind), query or EntryQuery(), **terms)
    return refs_of(entry.line for entry in page.entries if entry), page


def names(room, conditions=None, kind="train", **sorting):
    return ask(room, EntryQuery(conditions or EntryFilter(), **sorting), kind)[0]


def basic(**conditions):
    return EntryFilter(basic=Filter(**conditions))


def see(room, facts, kind="train"):
    """Say of the pictures at these places what a look at them found."""
    dataset = room.now(kind)
    with room.datasets._database.write() as connection:
        write_facts(connection, dataset.part, facts)


LINES = [
    a_line("img_10", "cat"),
    a_line("img_2", "dog"),
    a_line("Other_1"),
    a_box_line("boxed", "bolt", "nut"),
    a_line("img_1", "cat", "dog"),
]


@pytest.fixture
def animals(room):
    room.create(LINES)
    return room


def test_without_conditions_entries_come_in_the_datasets_order(animals):
    assert names(animals) == ["img_10", "img_2", "Other_1", "boxed", "img_1"]
    assert names(animals, descending=True) == ["img_1", "boxed", "Other_1", "img_2", "img_10"]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (basic(is_labelled=False), ["Other_1"]),
        (basic(labels=("cat", "bolt")), ["img_10", "boxed", "img_1"]),
        (EntryFilter(without_labels=("cat", "dog")), ["Other_1", "boxed"]),
        (EntryFilter(basic=Filter(labels=("dog",)), without_labels=("cat",)), ["img_2"]),
        (EntryFilter(has_boxes=True), ["boxed"]),
        (EntryFilter(has_boxes=False), ["img_10", "img_2", "Other_1", "img_1"]),
        (basic(contains="IMG_1"), ["img_10", "img_1"]),
        (basic(contains="s3://"), []),
        (basic(contains="pictures/"), []),
        (basic(contains="/boards/IMG_1."), []),
        (basic(contains="boards/IMG_1."), ["img_1"]),
        (basic(labels=("no such label",)), []),
    ],
)
def test_entries_pass_where_every_condition_holds(animals, conditions, expected):
    assert names(animals, conditions) == expected


def test_numbers_in_names_are_ordered_by_their_value_and_case_does_not_matter(animals):
    assert names(animals, sort="name") == ["boxed", "img_1", "img_2", "img_10", "Other_1"]
    animals.update([a_line("img_3")])
    assert names(animals, sort="name") == ["boxed", "img_1", "img_2", "img_3", "img_10", "Other_1"]


def test_entries_are_ordered_by_their_first_label_and_those_without_come_last(animals):
    assert names(animals, sort="label") == ["boxed", "img_10", "img_1", "img_2", "Other_1"]


def test_what_is_known_of_pictures_is_asked_for(animals):
    see(
        animals,
        {
            0: PictureFact("sound", 640, 480, 900),
            1: PictureFact("sound", 100, 2000, 5000),
            2: PictureFact("broken", bytes=7),
            3: PictureFact("missing"),
        },
    )
    assert names(animals, EntryFilter(picture_states=("broken", "missing"))) == ["Other_1", "boxed"]
    assert names(animals, EntryFilter(picture_states=("pending",))) == ["img_1"]
    assert names(animals, EntryFilter(size=SizeRange(least_side=101))) == ["img_10"]
    assert names(animals, EntryFilter(size=SizeRange(most_bytes=1000))) == ["img_10"]
    assert names(animals, sort="size", descending=True)[:2] == ["img_10", "img_2"]
    _, page = ask(animals)
    facts = [(entry.picture_state, entry.width, entry.bytes) for entry in page.entries[:2]]
    assert (facts, page.is_pending) == ([("sound", 640, 900), ("sound", 100, 5000)], True)


def test_the_same_picture_is_found_within_a_dataset_and_in_the_other_one(animals):
    animals.create([a_line("copy"), a_line("else")], "test")
    look, lone = "0f" * 32, "f0f0" * 16
    see(animals, {0: PictureFact("sound", alike=look), 3: PictureFact("sound", alike="1f" + look[2:])})
    see(animals, {1: PictureFact("sound", exact="ab" * 16), 2: PictureFact("sound", alike=lone)})
    see(animals, {0: PictureFact("sound", exact="ab" * 16)}, "test")
    assert names(animals, EntryFilter(has_twin=True)) == ["img_10", "boxed"]
    assert names(animals, EntryFilter(is_shared=True)) == ["img_2"]
    assert names(animals, EntryFilter(is_shared=True), "test") == ["copy"]
    assert set(names(animals, sort="alike")[:2]) == {"img_10", "boxed"}
    assert names(animals, sort="unlike")[0] == "Other_1"
    animals.datasets.editor.remove(animals.now(), [EntryName(a_ref("boxed"))], animals.caller)
    assert names(animals, EntryFilter(has_twin=True)) == [], "its twin has gone"


def test_large_datasets_are_compared_beside_the_request(animals):
    finder = animals.datasets.queries._twins
    finder._at_once = 0
    see(animals, {at: PictureFact("sound", exact="ab" * 16) for at in (0, 1)})
    twins, page = ask(animals, EntryQuery(EntryFilter(has_twin=True)))
    assert (twins, page.is_pending) == ([], True)
    finder._threads.submit(int).result(10)
    assert names(animals, EntryFilter(has_twin=True)) == ["img_10", "img_2"]


def test_pages_of_a_snapshot_agree_while_the_dataset_changes(animals):
    first, page = ask(animals, most=2)
    gone = [EntryName(a_ref("img_2")), EntryName(a_ref("boxed"))]
    animals.datasets.editor.remove(animals.now(), gone, animals.caller)
    animals.update([a_line("new")])
    again, rest = ask(animals, offset=2, snapshot=page.snapshot)
    assert (first, again) == (["img_10", "img_2"], ["Other_1", "img_1"])
    assert [entry is None for entry in rest.entries] == [False, True, False], (
        "the place of what has gone stays"
    )
    assert (rest.total, rest.is_stale, rest.snapshot == page.snapshot) == (5, True, True)
    now, fresh = ask(animals)
    assert (now, fresh.is_stale, fresh.total) == (["img_10", "Other_1", "img_1", "new"], False, 4)


def test_a_snapshot_of_another_query_is_not_believed(animals):
    _, page = ask(animals)
    cats = EntryQuery(basic(labels=("cat",)))
    assert ask(animals, cats, snapshot=page.snapshot)[0] == ["img_10", "img_1"]
    assert ask(animals, cats, snapshot="1.2.3.nonsense")[0] == ["img_10", "img_1"]


def test_an_entry_is_found_where_it_is_in_the_answer(animals):
    queries, query = animals.datasets.queries, EntryQuery(sort="name")
    _, page = ask(animals, query)
    entry = page.entries[3]
    around = queries.page_around(animals.now(), query, entry.id, most=3)
    assert (around.offset, [e.id for e in around.entries]) == (2, [e.id for e in page.entries[2:5]])
    with pytest.raises(Missing, match="is not among those that pass"):
        queries.page_around(animals.now(), EntryQuery(basic(is_labelled=False)), entry.id)


def test_an_entry_keeps_its_id_where_it_moves_to_the_other_dataset(animals):
    animals.create(None, "test")
    _, page = ask(animals)
    animals.datasets.editor.move(
        animals.project, animals.now(), animals.now("test"), [EntryName(a_ref("img_2"))], animals.caller
    )
    _, moved = ask(animals, kind="test")
    assert [entry.id for entry in moved.entries] == [page.entries[1].id]
    by_id = EntryFilter(ids=(page.entries[0].id, page.entries[1].id))
    assert names(animals, by_id) == ["img_10"]


def test_counts_follow_every_change(animals):
    counts = animals.datasets.queries.count(animals.now(), EntryFilter())
    labels = {name: (pictures, boxed) for name, pictures, boxed in counts.labels}
    assert (counts.total, counts.labelled, counts.pending) == (5, 4, 5)
    assert labels == {"cat": (2, 0), "dog": (2, 0), "bolt": (1, 1), "nut": (1, 1)}
    edits = [EntryEdit(a_line("img_10", "dog")), EntryEdit(a_line("Other_1", "x" * 300))]
    animals.datasets.editor.update(animals.project, animals.now(), edits, animals.caller)
    counts = animals.datasets.queries.count(animals.now(), basic(contains="img"))
    assert (counts.total, counts.errors, {name: n for name, n, _ in counts.labels}) == (
        3,
        0,
        {"cat": 1, "dog": 3},
    )
    assert animals.datasets.queries.count(animals.now(), EntryFilter()).errors == 1


def test_every_filter_agrees_with_the_lists_of_the_services(room):
    dice = random.Random(3)
    labels = ["a", "b", "c"]
    lines = [a_line(number, *dice.sample(labels, dice.randint(0, 2))) for number in range(2500)]
    room.create(lines)
    gone = [EntryName(a_ref(number)) for number in dice.sample(range(2500), 300)]
    room.datasets.editor.remove(room.now(), gone, room.caller)
    for conditions in (
        {},
        {"labels": ("a", "c")},
        {"is_labelled": False},
        {"contains": "99", "labels": ("b",)},
    ):
        pages, offset = [], 0
        while True:
            more, page = ask(room, EntryQuery(basic(**conditions)), offset=offset, most=170)
            pages, offset = pages + more, offset + 170
            if offset >= page.total:
                break
        assert pages == refs_of(room.lines(most=1000, **conditions))


@pytest.mark.parametrize("sort", SORT_KEYS)
def test_every_order_answers_of_an_empty_dataset_and_holds_every_entry_of_another(room, sort):
    room.create(None, "test")
    assert names(room, kind="test", sort=sort) == []
    room.create(LINES)
    assert sorted(names(room, sort=sort)) == sorted(names(room))
