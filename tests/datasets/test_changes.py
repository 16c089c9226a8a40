"""Updates in any order come to what a plain dictionary comes to: entries, counts, labels, filters."""

from collections import Counter

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.houses import MovedClock
from doubles.lines import a_box_line, a_line, a_room
from vedette.datasets.addresses import MOST_SEARCHES, Addresses
from vedette.datasets.dataset import Counts
from vedette.store.db import open_database

NAMES = st.lists(st.sampled_from("abcd"), max_size=3, unique=True)
SAID = st.one_of(
    st.tuples(st.just("class"), NAMES),
    st.tuples(st.just("boxes"), NAMES.filter(bool)),
    st.tuples(st.just("outside"), NAMES.filter(bool)),
)
BATCHES = st.lists(st.dictionaries(st.integers(0, 1100), SAID, min_size=1, max_size=30), max_size=4)


def line_of(number, said):
    kind, names = said
    if kind == "class":
        return a_line(number, *names)
    return a_box_line(number, *names, box=(-9, 0, 30, 40) if kind == "outside" else (1, 2, 30, 40))


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES)
def test_updates_come_to_what_a_dictionary_does(sqlite_maker, tmp_path_factory, batches):
    database = open_database(*sqlite_maker.new())
    told = {number: ("class", ["a"]) for number in range(1030)}
    with a_room(database, tmp_path_factory.mktemp("changes"), MovedClock()) as room:
        room.create([line_of(*each) for each in told.items()])
        for batch in batches:
            told |= batch
            room.update([line_of(*each) for each in batch.items()])
        usable = {number: said for number, said in told.items() if said[0] != "outside"}
        pictures = Counter(name for _, names in usable.values() for name in names)
        boxed = Counter(name for kind, names in usable.values() if kind == "boxes" for name in names)
        assert room.labels() == {name: (pictures[name], boxed[name]) for name in pictures}
        assert room.now().counts == Counts(
            total=len(told),
            labelled=sum(bool(names) for _, names in told.values()),
            errors=len(told) - len(usable),
            labels=len(pictures),
        )
        assert room.lines() == [line_of(*each) for each in told.items()]
        assert len(room.lines(labels=("b", "c"))) == sum(
            bool({"b", "c"} & set(names)) for _, names in usable.values()
        )
    database.close()


def test_a_search_finds_the_same_again_and_what_came_since(room, database):
    made = room.create([a_line(number) for number in range(1500)])
    kept = Addresses()

    def search(text):
        with database.read() as connection:
            bits = kept.search(connection, made.part, np.array([0, 1]), text)
            return np.bitwise_count(bits).sum(axis=1).tolist()

    assert search("boards/14") == [11, 100]
    assert search("boards/14") == [11, 100]
    room.update([a_line("14-late")])
    assert search("boards/14") == [11, 101]
    for number in range(40):
        search(f"text {number}")
    # Of so many texts alone what they were found in is kept, and only of blocks that are full.
    assert len(kept._finds) == MOST_SEARCHES
    assert all(finds.is_known.tolist() == [True, False] for finds in kept._finds.values())


def test_addresses_kept_in_memory_are_those_of_the_table(room, database):
    made = room.create([a_line(number) for number in range(3000)])
    kept = Addresses(most_bytes=60_000)
    with database.read() as connection:
        first = dict(kept.read(connection, made.part, [0, 1, 2]))
        again = dict(kept.read(connection, made.part, [0, 1, 2]))
    assert first == again
    assert [text.count(b"\xff") for text in first.values()] == [1024, 1024, 952]
    # Only what is full is kept, and no more than was allowed.
    assert len(kept._texts) == 1
    assert kept._bytes <= 60_000
