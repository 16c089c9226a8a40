import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.serving.scaling import CALM_S, WAITED_S, Load, places_for, threads_each, units_wanted

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
    ],
)
def test_loads_and_what_they_want(load, wanted):
    assert units_wanted(load, least=1, most=5) == wanted


@pytest.mark.parametrize(("cores", "most", "each"), [(2, 1, 2), (2, 2, 1), (2, 5, 1), (16, 3, 5)])
def test_units_share_the_cores(cores, most, each):
    assert threads_each(cores, most) == each


@pytest.mark.parametrize(
    ("pace_s", "units", "places"),
    [
        (0.01, 1, 80),
        (0.01, 4, 320),
        (0.1, 1, 10),
        (3.0, 2, 20),
        (0.001, 1, 256),
        (0.0, 1, 256),
        (math.inf, 0, 10),
    ],
)
def test_as_many_may_wait_as_units_answer_within_the_wait(pace_s, units, places):
    assert places_for(pace_s, units) == places
