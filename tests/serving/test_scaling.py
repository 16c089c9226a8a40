import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.serving.scaling import (
    ANSWER_WITHIN_S,
    CALM_S,
    LEAST_TURNS,
    LEAST_WAIT_S,
    MOST_WAIT_S,
    WAITED_S,
    WAY_BACK_S,
    Load,
    places_for,
    threads_each,
    units_wanted,
    wait_for,
)

loads = st.builds(
    Load,
    units=st.integers(0, 30),
    waiting=st.integers(0, 1000),
    waited_s=st.floats(0, 5),
    busy=st.floats(0, 1),
    calm_s=st.floats(0, 100),
)


@given(loads, st.integers(1, 10), st.integers(0, 10))
def test_units_never_leave_the_bounds_the_caller_set(load, least, extra):
    assert least <= units_wanted(load, least=least, most=least + extra) <= least + extra


@given(loads, st.integers(1, 10), st.integers(0, 10))
def test_work_that_waits_brings_a_unit_where_one_is_left(load, least, extra):
    most = least + extra
    waits = replace(load, waiting=load.waiting + 1, waited_s=WAITED_S + load.waited_s)
    assert units_wanted(waits, least=least, most=most) >= min(most, load.units + 1)


@given(loads, st.integers(1, 30))
def test_units_go_one_at_a_time_and_only_after_a_calm(load, least):
    wanted = units_wanted(load, least=least, most=60)
    assert wanted >= min(load.units, load.units - (load.calm_s >= CALM_S))


@given(loads)
def test_more_work_never_wants_fewer_units(load):
    busier = replace(load, busy=1.0)
    assert units_wanted(busier, least=1, most=40) >= units_wanted(load, least=1, most=40)


@pytest.mark.parametrize(
    ("load", "wanted"),
    [
        (Load(1), 1),
        (Load(1, waiting=1, waited_s=0.01), 1),
        (Load(1, waiting=1, waited_s=0.2), 2),
        (Load(1, waiting=12, waited_s=0.2), 4),
        (Load(3, busy=0.2, calm_s=CALM_S), 2),
        (Load(3, busy=0.2, calm_s=CALM_S - 1), 3),
        (Load(3, busy=0.6, calm_s=CALM_S), 3),
        (Load(2, busy=0.35, calm_s=CALM_S), 1),
        (Load(2, busy=0.36, calm_s=CALM_S), 2),
    ],
)
def test_loads_and_what_they_want(load, wanted):
    assert units_wanted(load, least=1, most=5) == wanted


@pytest.mark.parametrize(("cores", "most", "each"), [(2, 1, 2), (2, 2, 1), (2, 5, 1), (16, 3, 5)])
def test_units_share_the_cores(cores, most, each):
    assert threads_each(cores, most) == each


@pytest.mark.parametrize(
    ("pace_s", "overdue_s", "places"),
    [
        (0.01, 0.0, 80),
        (0.01, 0.3, 50),
        (0.01, 5.0, 10),
        (0.1, 0.0, 10),
        (3.0, 0.0, 10),
        (0.001, 0.0, 256),
        (0.0, 0.0, 256),
        (math.inf, 0.0, 10),
    ],
)
def test_as_many_may_wait_as_a_unit_answers_within_the_wait(pace_s, overdue_s, places):
    assert places_for(pace_s, overdue_s) == places


@given(st.floats(0, 0.3), st.floats(0, 0.5), st.integers(1, 3))
def test_who_gets_a_place_in_time_is_answered_in_time(pace_s, elapsed_s, ahead):
    wait_s = wait_for(pace_s, ahead, elapsed_s=elapsed_s)
    answered_s = elapsed_s + wait_s + ahead * pace_s + WAY_BACK_S
    least_s = max(LEAST_WAIT_S, LEAST_TURNS * pace_s)
    assert answered_s <= ANSWER_WITHIN_S + 1e-9 or wait_s == min(MOST_WAIT_S, least_s)


@pytest.mark.parametrize(
    ("pace_s", "elapsed_s", "wait_s"),
    [(0.01, 9.0, 0.3), (0.05, 0.0, 0.8), (0.15, 0.0, 0.75), (0.4, 0.0, 1.0), (2.0, 5.0, 1.0)],
)
def test_who_was_let_in_has_a_chance_and_the_longer_the_slower_a_unit_is(pace_s, elapsed_s, wait_s):
    assert wait_for(pace_s, 2, elapsed_s=elapsed_s) == pytest.approx(wait_s)
