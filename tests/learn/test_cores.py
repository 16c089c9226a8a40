"""How many cores a training may use, on systems that say so in different ways."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import torch
from threadpoolctl import threadpool_info

from vedette.learn.cores import MOST, cores, one_thread, side_by_side


def threads_of_numpy():
    return [pool["num_threads"] for pool in threadpool_info() if pool["internal_api"] == "openblas"]


@pytest.mark.parametrize("first_out", [0, 1])
def test_trainings_that_overlap_leave_as_many_threads_as_there_were(first_out):
    before, of_numpy = torch.get_num_threads(), threads_of_numpy()
    assert of_numpy
    open_ones = [ExitStack(), ExitStack()]
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        threads = [one, other]
        for number in range(2):
            threads[number].submit(open_ones[number].enter_context, one_thread()).result()
            assert threads[number].submit(torch.get_num_threads).result() == 1
        for number in (first_out, 1 - first_out):
            assert set(threads_of_numpy()) == {1}
            threads[number].submit(open_ones[number].close).result()
    assert (torch.get_num_threads(), threads_of_numpy()) == (before, of_numpy)
    with ThreadPoolExecutor(1) as later:
        assert later.submit(torch.get_num_threads).result() == before


def test_what_is_nested_splits_nothing_to_its_end():
    with one_thread():
        with one_thread():
            pass
        assert torch.get_num_threads() == 1


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
