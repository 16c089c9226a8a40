"""Callers take turns, each keeps its own order, and a full queue gives way where it is unfair."""

import asyncio
from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from vedette.serving.queue import FairQueue, QueuedRequest

callers = st.lists(st.sampled_from("abcd"), max_size=40)


def entries(names):
    loop = asyncio.new_event_loop()
    try:
        return [
            QueuedRequest(name, float(number), number, loop.create_future())
            for number, name in enumerate(names)
        ]
    finally:
        loop.close()


def filled(waiting):
    queue = FairQueue()
    for entry in waiting:
        queue.put(entry)
    return queue


@given(callers)
def test_nobody_has_two_turns_while_another_waits(names):
    queue = filled(entries(names))
    left, order = Counter(names), defaultdict(list)
    turns = Counter()
    while queue:
        entry = queue.take()
        assert turns[entry.caller] == min(turns[name] for name in left)
        turns[entry.caller] += 1
        order[entry.caller].append(entry.since)
        left[entry.caller] -= 1
        left += Counter()
    assert all(numbers == sorted(numbers) for numbers in order.values())
    assert (sum(turns.values()), queue.size) == (len(names), 0)


@given(callers, st.data())
def test_who_waits_no_more_leaves_the_others_as_they_were(names, data):
    waiting = entries(names)
    gone = data.draw(st.sets(st.sampled_from(range(len(names))))) if names else set()
    queue = filled(waiting)
    for number in gone:
        queue.drop(waiting[number])
        queue.drop(waiting[number])
    assert {entry.since for entry in queue} == {entry.since for entry in waiting} - set(map(float, gone))
    assert len(queue) == len(names) - len(gone)
    assert queue.size == sum(entry.size for entry in queue)


@given(callers, st.sampled_from("abcde"))
def test_a_new_request_displaces_only_where_its_caller_then_has_no_more_than_the_other(names, caller):
    queue = filled(entries(names))
    displaced = queue.last_of_longest(caller)
    counts = Counter(names)
    most = max(counts.values(), default=0)
    assert (displaced is None) == (most <= counts[caller] + 1)
    if displaced is not None:
        assert counts[displaced.caller] == most
        assert displaced.since == max(entry.since for entry in queue if entry.caller == displaced.caller)


def test_who_lost_a_unit_comes_before_all_turns():
    waiting = entries("abc")
    queue = filled(waiting[:2])
    queue.put(waiting[2], first=True)
    assert [queue.take().caller for _ in range(3)] == ["c", "a", "b"]


def test_the_longest_wait_is_of_whoever_came_first():
    queue = filled(entries("aab"))
    assert queue.waited_s(10.0) == 10.0
    queue.take()
    assert queue.waited_s(10.0) == 9.0
    assert FairQueue().waited_s(10.0) == 0.0
