"""One way to read a number from the wire: ASCII digits within bounds, whatever else a text holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire.scalars import OutOfRange, read_count, read_float, read_integer

STRANGE = [
    "²",
    "٣",
    "１",
    "+1",
    " 1",
    "1 ",
    "1_0",
    "-1",
    "1.0",
    "1e3",
    "0x1",
    "NaN",
    "",
    "-",
    "1\n",
]


@pytest.mark.parametrize("text", STRANGE)
def test_what_is_no_plain_decimal_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a whole number"):
        read_count(text, most=2**63)


@pytest.mark.parametrize("text", [text for text in STRANGE if text not in ("-1", "1.0", "1e3", "+1")])
def test_what_is_no_plain_number_with_a_point_is_refused(text):
    with pytest.raises(ValueError, match="is not a number"):
        read_float(text)


def test_more_digits_than_any_number_has_are_too_many_and_not_converted():
    with pytest.raises(OutOfRange, match="is not between 0 and 9"):
        read_count("9" * 5000, most=9)


@given(st.integers(0, 10**20), st.integers(0, 10**10), st.integers(0, 10**10))
def test_a_number_is_returned_exactly_when_it_lies_within_both_bounds(number, least, more):
    text = str(number)
    if least <= number <= least + more and len(text) <= 20:
        assert read_count(text, least=least, most=least + more) == number
    else:
        with pytest.raises(ValueError, match="is not"):
            read_count(text, least=least, most=least + more)


@given(st.text())
def test_any_text_is_a_number_or_a_value_error(text):
    try:
        number = read_count(text, most=10**20)
    except ValueError:
        assert not (text.isascii() and text.isdecimal()) or len(text) > 20
    else:
        assert 0 <= number == int(text)


@pytest.mark.parametrize("text", [str(2**31), str(-(2**31) - 1), "1" * 20, "9" * 5000, "-" + "9" * 5000])
def test_an_integer_beyond_its_type_is_said_to_be(text):
    with pytest.raises(ValueError, match="beyond the numbers of its type"):
        read_integer(text, 2**31)


@pytest.mark.parametrize("number", [2**31 - 1, -(2**31), 0, -1])
def test_an_integer_at_its_bounds_is_read(number):
    assert read_integer(str(number), 2**31) == number
