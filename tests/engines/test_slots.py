"""Pictures that server and unit share in memory: as they were put, never written over, never shortened."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.engines.slots import SlotReader, Slots

pytestmark = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux has such memory")
SIZE = 64


@pytest.fixture
def slots():
    slots = Slots(2, SIZE)
    yield slots
    slots.close()


def reader_of(slots):
    return SlotReader(os.dup(slots.numbers[0]), slots.size)


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=SIZE + 2)), max_size=30))
def test_a_body_stays_until_it_is_released(steps):
    slots, standing = Slots(2, SIZE), []
    reader = reader_of(slots)
    for releases, body in steps:
        if releases and standing:
            slots.release(standing.pop(0)[0])
        place = slots.put(body)
        assert (place is None) == (len(standing) == 2 or len(body) > SIZE)
        if place is not None:
            standing.append((place, body))
        for at, held in standing:
            assert reader.read(at.start, at.size) == held
            assert reader.view(at.start, at.size) == held
    slots.close()


def test_what_was_read_is_a_copy(slots):
    first = slots.put(b"a" * 10)
    copy = reader_of(slots).read(first.start, first.size)
    slots.release(first)
    assert slots.put(b"b" * 10).start == first.start
    assert copy == b"a" * 10


def test_a_unit_cannot_shorten_what_the_server_writes_to(slots):
    with pytest.raises(PermissionError):
        os.ftruncate(slots.numbers[0], 1)


def test_nothing_is_put_into_closed_slots(slots):
    slots.close()
    assert slots.put(b"a") is None


@pytest.mark.parametrize("trouble", ["missing", "refused"])
def test_a_system_without_such_memory_has_no_slots(monkeypatch, trouble):
    def refuse(*_):
        raise PermissionError

    if trouble == "missing":
        monkeypatch.delattr(os, "memfd_create")
    else:
        monkeypatch.setattr(os, "memfd_create", refuse)
    slots = Slots(2)
    assert (slots.numbers, slots.size, slots.put(b"a")) == ((), 0, None)
    slots.close()
