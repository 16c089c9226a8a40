"""The pace of a unit: it begins with what the unit says itself, falls soon and rises slowly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.engines.socket_unit import UnitPace

times = st.lists(st.floats(0.001, 10), min_size=1, max_size=60)


def after(pace, *measured):
    for seconds in measured:
        pace.add(seconds)
    return pace.seconds


@given(times)
def test_the_pace_lies_among_what_was_measured(measured):
    assert min(measured) - 1e-9 <= after(UnitPace(), *measured) <= max(measured) + 1e-9


@given(times, st.floats(0.001, 10), st.floats(0.001, 10))
def test_a_slower_picture_never_makes_the_pace_quicker(measured, one, other):
    first, second = UnitPace(), UnitPace()
    after(first, *measured, min(one, other))
    after(second, *measured, max(one, other))
    assert first.seconds <= second.seconds + 1e-9


def test_a_unit_that_measured_nothing_is_as_quick_as_its_first_picture():
    assert (UnitPace().seconds, after(UnitPace(), 0.5)) == (0.0, 0.5)


def test_a_burst_moves_the_pace_a_little_and_a_slow_minute_all_the_way():
    pace = UnitPace(0.01)
    assert after(pace, *[0.02] * 12) < 0.0125
    assert after(pace, *[0.02] * 400) == pytest.approx(0.02, rel=0.01)


def test_a_unit_that_is_quick_again_is_believed_soon():
    assert after(UnitPace(0.04), *[0.01] * 20) < 0.014
