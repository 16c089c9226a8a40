"""The pace of a unit: what it says itself counts as one picture, and no burst moves it at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.serving.units import NEWEST, UnitPace

times = st.lists(st.floats(0.001, 10), min_size=1, max_size=60)


@given(times)
def test_the_pace_of_the_first_pictures_is_their_average(measured):
    pace = UnitPace(measured[0])
    for seconds in measured[1 : int(1 / NEWEST)]:
        pace.add(seconds)
    first = measured[: int(1 / NEWEST)]
    assert pace.seconds == pytest.approx(sum(first) / len(first))


@given(times)
def test_the_pace_lies_among_what_was_measured(measured):
    pace = UnitPace()
    for seconds in measured:
        pace.add(seconds)
    assert min(measured) - 1e-9 <= pace.seconds <= max(measured) + 1e-9


def test_a_burst_moves_the_pace_by_a_third_and_a_slow_hour_all_the_way():
    pace = UnitPace(0.01)
    for _ in range(100):
        pace.add(0.01)
    for _ in range(8):
        pace.add(0.04)
    assert 0.018 < pace.seconds < 0.021
    for _ in range(100):
        pace.add(0.04)
    assert pace.seconds == pytest.approx(0.04, rel=0.01)
