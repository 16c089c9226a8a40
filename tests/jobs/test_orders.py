"""Orders as rows keep them."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.jobs.orders import UnreadableOrder, dump_order, load_order


@dataclass(frozen=True, slots=True)
class Place:
    bucket: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    number: int
    place: Place | None = None
    names: tuple[str, ...] = ()
    body: bytes = b""


texts = st.text(st.characters(codec="utf-8"))
numbers = st.integers(-(2**53), 2**53)


@given(
    st.builds(
        Sample,
        numbers,
        st.none() | st.builds(Place, texts, texts),
        st.lists(texts).map(tuple),
        st.binary(max_size=64),
    )
)
def test_any_order_comes_back_as_it_was(order):
    assert load_order(Sample, *dump_order(order)) == order


def test_a_row_of_an_older_release_takes_the_defaults():
    assert load_order(Sample, '{"number":1}', None) == Sample(1)


@pytest.mark.parametrize("text", ['{"number":1,"newer":2}', "{}", '{"number":"one"}', "{", "[]"])
def test_what_is_not_understood_is_not_carried_out(text):
    with pytest.raises(UnreadableOrder):
        load_order(Sample, text, None)
