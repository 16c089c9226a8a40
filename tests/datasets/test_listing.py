"""Pages: what a filter lets through is what reading every line would, whatever changes meanwhile."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.houses import MovedClock
from doubles.lines import a_box_line, a_line, a_room, refs_of
from vedette.datasets.addresses import find_containing
from vedette.datasets.dataset import Filter
from vedette.store.db import open_database

NAMES = ["a", "b", "c"]
OUTSIDE = (-9, 0, 30, 40)


def mixed_line(number):
    """Lines of every sort, in a pattern that blocks of 1,024 do not share."""
    if number % 7 == 0:
        return a_line(number)
    if number % 11 == 0:
        return a_box_line(number, "c", "b", box=OUTSIDE if number % 3 else (10, 20, 30, 40))
    return a_line(number, NAMES[number % 2], *(["c"] if number % 5 == 0 else []))


def passes(line, wanted):
    """What the filter means, said the slow way."""
    values = json.loads(line)
    names = {
        name
        for key, about in values.items()
        if key.endswith("-metadata")
        for name in [about.get("class-name"), *about.get("class-map", {}).values()]
        if name
    }
    carries_label = bool(names)
    if values.get("boxes", {}).get("annotations", [{}])[0].get("left", 0) < 0:
        names, has_errors = set(), True
    else:
        has_errors = False
    return (
        (not wanted.labels or bool(names & set(wanted.labels)))
        and (wanted.is_labelled is None or wanted.is_labelled == carries_label)
        and (not wanted.has_errors or has_errors)
        and wanted.contains in values["source-ref"]
    )


@pytest.fixture(scope="module")
def filled(sqlite_maker, tmp_path_factory):
    """A room with 3,000 entries of every sort."""
    database = open_database(*sqlite_maker.new())
    with a_room(database, tmp_path_factory.mktemp("listing"), MovedClock()) as room:
        lines = [mixed_line(number) for number in range(3000)]
        room.create(lines)
        yield room, lines
    database.close()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.builds(
        Filter,
        labels=st.lists(st.sampled_from([*NAMES, "nobody has this"]), max_size=2, unique=True).map(tuple),
        is_labelled=st.sampled_from([None, True, False]),
        has_errors=st.booleans(),
        contains=st.sampled_from(["", "s3://", "boards/1", "99", "2047", ".pngs", "pictures/boards/2"]),
    ),
    most=st.integers(1, 100),
    start=st.integers(-1, 2999),
)
def test_a_page_holds_what_passes(filled, wanted, most, start):
    room, lines = filled
    page, more = room.datasets.contents.page(room.now(), wanted, after=start, most=most)
    expected = [line for line in lines[start + 1 :] if passes(line, wanted)]
    assert [entry.line for entry in page] == expected[:most]
    assert more == (len(expected) > most)


def test_walking_all_pages_meets_every_entry_once(filled):
    room, lines = filled
    assert room.lines(most=77) == lines


@settings(deadline=None)
@given(
    addresses=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=40),
    needle=st.text(min_size=1, max_size=3),
)
def test_one_search_finds_what_many_would(addresses, needle):
    text = b"".join(address.encode() + b"\xff" for address in addresses)
    found = find_containing(text, needle.encode())
    assert found == sum(1 << place for place, address in enumerate(addresses) if needle in address)


def test_pages_go_on_where_they_were_while_entries_change(room):
    room.create([a_line(number, "a") for number in range(300)])
    room.create(None, "test")
    page, _ = room.datasets.contents.page(room.now(), Filter(), most=100)
    room.datasets.division.distribute(room.now(), room.now("test"), room.caller)
    room.settled()
    room.update([a_line("new", "b"), a_line(250, "b")])
    moved = set(refs_of(room.lines("test")))
    seen = []
    after, more = page[-1].seq, True
    while more:
        page, more = room.datasets.contents.page(room.now(), Filter(), after=after, most=50)
        seen += refs_of(entry.line for entry in page)
        after = page[-1].seq
    expected = [str(number) for number in range(100, 300) if str(number) not in moved or number == 250]
    assert sorted(seen) == sorted([*expected, "new"])
    assert len(seen) == len(set(seen))


def test_labels_come_in_pages(room):
    room.create([a_line(number, f"l{number}") for number in range(7)])
    walked, after, more = [], 0, True
    while more:
        page, more = room.datasets.contents.labels(room.now(), after=after, most=3)
        walked += [label.name for label in page]
        after = page[-1].number
    assert walked == [f"l{number}" for number in range(7)]
