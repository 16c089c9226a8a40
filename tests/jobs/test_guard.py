"""A queue that is held: by a gate, by a quota, or since what began last found no room after all."""

import threading
import time
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.jobs_played import Stage
from vedette.jobs.guard import POSTPONED_S, QueueGuard
from vedette.jobs.kind import JobPostponed, WorkQueue
from vedette.jobs.line import waiting_line
from vedette.jobs.store import JobPlace
from vedette.quotas import Quota

FULL = "All nodes are taken."


class Hall:
    """A runner of so many threads whose queue is held, and the gate that a test moves."""

    def __init__(self, database, *, concurrency=1, **options):
        self.stage, self.full, self.asked, self.now = Stage(database), "", [], 0.0
        self.runner = self.stage.runner(concurrency=concurrency)
        self.guard = QueueGuard(self.gate, ticks=lambda: self.now, **options)
        self.runner.guard(WorkQueue("played", concurrency), self.guard)

    def gate(self, under_way):
        self.asked.append(under_way)
        return self.full

    def add(self, *names, account="1"):
        for name in names:
            self.stage.add(self.runner, name, account)

    def wait(self):
        assert self.runner.wait(30)
        return self.stage.runs


@pytest.fixture
def hall(database):
    halls = []

    def begin(**options):
        halls.append(Hall(database, **options))
        return halls[-1]

    yield begin
    for each in halls:
        each.stage.gate.set()
        each.runner.close()


def until(claim):
    deadline = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def hold(stage):
    entered = threading.Event()

    def play(context):
        entered.set()
        assert stage.gate.wait(30)

    return entered, play


def test_nothing_begins_while_the_gate_is_closed_and_all_does_when_it_opens(hall):
    hall = hall()
    hall.full = FULL
    hall.add("one", "two")
    assert hall.wait() == []
    assert hall.guard.reason == FULL
    assert hall.runner.is_busy(WorkQueue("played", 1))
    assert [place.owner for place in hall.runner.places("played")] == ["", ""]
    hall.full = ""
    hall.runner.beat()
    assert hall.wait() == ["one", "two"]
    assert hall.guard.reason == ""


def test_the_gate_is_told_how_many_are_under_way(hall):
    hall = hall(concurrency=2)
    entered, hall.stage.plays["one"] = hold(hall.stage)
    hall.add("one")
    assert entered.wait(30)
    hall.add("two")
    until(lambda: "two" in hall.stage.runs)
    assert hall.asked[0] == 0
    assert hall.asked[-1] == 1
    (running,) = [place for place in hall.runner.places("played") if place.subject == "one"]
    assert running.owner == hall.runner.owner


def test_one_place_is_given_to_one_however_many_threads_ask(hall):
    hall = hall(concurrency=8)
    hall.gate = lambda under_way: FULL if under_way else ""
    hall.guard._gate = lambda under_way: (time.sleep(0.02), hall.gate(under_way))[1]
    for name in "abcdefgh":
        hall.stage.plays[name] = lambda context: hall.stage.gate.wait(30)
    hall.add(*"abcdefgh")
    # The threads that found the gate closed have gone.
    until(lambda: hall.stage.runs and hall.runner._queues["played"].busy == 1)
    assert len(hall.stage.runs) == 1
    assert hall.guard.reason == FULL


def test_a_job_that_found_no_room_goes_back_and_counts_no_try(hall):
    hall, tries = hall(), []

    def refuse_once(context):
        tries.append(context.tries)
        if len(tries) == 1:
            raise JobPostponed(FULL)

    hall.stage.plays["one"] = refuse_once
    hall.add("one")
    assert hall.wait() == ["one"]
    assert hall.guard.reason == FULL
    hall.runner.beat()
    assert hall.wait() == ["one"], "it is left alone for a while"
    hall.now += POSTPONED_S
    hall.runner.beat()
    assert hall.wait() == ["one", "one"]
    assert (tries, hall.stage.failures) == ([1, 1], [])


def test_when_the_gate_opens_accounts_take_turns(hall):
    hall = hall()
    hall.full = FULL
    hall.add(*(f"much{number}" for number in range(50)), account="much")
    hall.add("few", account="few")
    hall.full = ""
    hall.runner.beat()
    assert hall.wait().index("few") <= 1


def test_an_account_has_no_more_under_way_than_its_quota(hall):
    hall = hall(concurrency=3, quota=Quota(9, {"a": 1}))
    entered, hall.stage.plays["a1"] = hold(hall.stage)
    hall.add("a1", "a2", account="a")
    assert entered.wait(30)
    hall.add("b1", account="b")
    until(lambda: "b1" in hall.stage.runs)
    assert "a2" not in hall.stage.runs
    assert hall.guard.quota_sentence("a", 1) == "The account has 1 under way, and may have 1 at once."
    assert hall.guard.quota_sentence("a", 0) == ""
    assert hall.guard.quota_sentence("b", 8) == ""
    hall.stage.gate.set()
    hall.runner.beat()
    until(lambda: "a2" in hall.stage.runs)


def test_a_queue_that_nothing_holds_has_no_quota():
    assert QueueGuard().quota_sentence("a", 99) == ""
    assert not QueueGuard().closes(99)


def place(number, account, owner=""):
    return JobPlace(number, str(number), account, owner, {})


def test_the_line_tells_who_is_next():
    places = [place(1, "a", "s"), *(place(number, "a") for number in (2, 3)), place(4, "b"), place(5, "b")]
    assert [each.id for each in waiting_line(places)] == [4, 2, 5, 3]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans())))
def test_everybody_who_waits_is_in_line_once_and_in_the_order_of_the_own_account(jobs):
    numbers = count(1)
    places = [place(next(numbers), account, "s" if runs else "") for account, runs in jobs]
    line = waiting_line(places)
    assert sorted(each.id for each in line) == [each.id for each in places if not each.owner]
    for account in "abc":
        own = [each.id for each in line if each.account == account]
        assert own == sorted(own)
