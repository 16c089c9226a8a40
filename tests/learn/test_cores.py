"""How many cores a training may use, on systems that say so in different ways."""

import os

import pytest

from vedette.learn.cores import MOST, cores, side_by_side


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system binds no process to cores")
def test_a_process_bound_to_one_core_uses_one():
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(("count", "usable"), [(4, 4), (64, MOST), (None, 1)])
def test_a_system_that_binds_no_process_tells_how_many_cores_it_has(monkeypatch, count, usable):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert cores() == usable
    assert list(side_by_side(lambda number: number + 1, range(5))) == [1, 2, 3, 4, 5]
