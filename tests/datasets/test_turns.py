"""Work that takes turns."""

import threading
import time
from collections import defaultdict
from concurrent.futures import CancelledError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.datasets.turns import FairThreads, Turns

ITEMS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers()), max_size=40)


@given(ITEMS)
def test_every_key_has_its_turn_before_another_has_its_second(items):
    turns, waiting = Turns(), defaultdict(list)
    for key, item in items:
        turns.put(key, item)
        waiting[key].append(item)
    since = set()
    while turns:
        key, item = turns.firsts()[0]
        assert turns.drop(key) == item == waiting[key].pop(0)
        assert key not in since
        since.add(key)
        if since >= {other for other, left in waiting.items() if left}:
            since.clear()
    assert not any(waiting.values())


def test_who_was_served_waits_for_the_others():
    turns = Turns()
    for key in "abc":
        turns.put(key, key)
    turns.serve("a")
    assert [key for key, _ in turns.firsts()] == ["b", "c", "a"]


def test_one_key_with_much_to_do_keeps_no_other_waiting():
    threads, order = FairThreads(1, "test"), []
    gate = threading.Event()
    threads.submit("many", gate.wait)
    many = [threads.submit("many", lambda n=n: order.append(f"many {n}")) for n in range(100)]
    few = [threads.submit("few", lambda n=n: order.append(f"few {n}")) for n in range(3)]
    gate.set()
    for future in [*many, *few]:
        future.result(10)
    threads.close()
    assert max(order.index(f"few {n}") for n in range(3)) <= 6
    assert [each for each in order if each.startswith("many")] == [f"many {n}" for n in range(100)]


def test_a_failure_is_told_and_the_thread_goes_on():
    threads = FairThreads(1, "test")

    def fail():
        raise KeyError("no")

    with pytest.raises(KeyError):
        threads.submit("a", fail).result(10)
    assert threads.submit("a", lambda: 4).result(10) == 4
    threads.close()


def test_what_had_not_begun_at_the_end_is_cancelled():
    threads = FairThreads(1, "test")
    first = threads.submit("a", lambda: time.sleep(0.1) or "done")
    while not first.running():
        time.sleep(0.001)
    second = threads.submit("b", lambda: "never")
    threads.close()
    assert first.result(0) == "done"
    for future in (second, threads.submit("c", lambda: "never")):
        with pytest.raises(CancelledError):
            future.result(0)
