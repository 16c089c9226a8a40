"""Events that waited for longer than their function lets them: given up before a try, not after it."""

import json

import pytest

from doubles.function_requests import make_function
from doubles.houses import HERE
from vedette.dialects.aws_lambda import TOO_OLD
from vedette.functions.events import EventOrder, event_kind
from vedette.functions.results import TellingPlan
from vedette.functions.store import DEAD, WAITING, FunctionPlace
from vedette.functions.values import InvocationResult, NewEvent

PLACE = FunctionPlace(HERE, "eu-west-1")


class Room:
    """The functions of a house, whose calls are counted and fail."""

    def __init__(self, functions):
        self.database, self.store = functions.database, functions.store
        self.results = self
        self.calls, self.counted, self.log, self.ends = 0, [], "", []

    def run(self, function, request, context=None):
        self.calls += 1
        return InvocationResult(b'{"errorMessage": "it cannot be"}', "ValueError", "", 1.0, 0.0, 1)

    def begin(self, jobs):
        assert list(jobs) == []

    def keep_log(self, function, request, text):
        self.log += text

    def count(self, function, outcome):
        self.counted.append(outcome)

    def plan(self, ended):
        self.ends.append(ended)
        return TellingPlan()

    def note(self, connection, ended, plan):
        return ()

    def say(self, function, request, problems):
        assert problems == []


class Context:
    def should_leave(self):
        return False

    def end(self, connection):
        pass


@pytest.fixture
def waiting(house):
    """A function that lets events be tried for a minute, and one of them."""
    functions = house.functions
    make_function(functions, HERE, PLACE.region)
    functions.change(PLACE, "sorter", {"oldest_s": 60})
    room = Room(functions)
    function = functions.find(PLACE, "sorter")
    with functions.database.write() as connection:
        number = room.store.add_event(connection, function.id, NewEvent("one", b'{"a": 1}', ""))
    kind = event_kind(room)

    def attempt():
        kind.run(Context(), EventOrder(number))
        with functions.database.read() as connection:
            return room.store.event(connection, number)

    return house, room, attempt


def test_an_event_that_came_too_late_is_not_tried(waiting):
    house, room, attempt = waiting
    house.clock.move(seconds=61)
    event = attempt()
    assert (room.calls, event.state, event.tries, event.condition) == (0, DEAD, 0, TOO_OLD)
    sentence = "The event waited for more than 60 seconds, its function's most, and is not tried any more."
    assert json.loads(event.answer) == {"errorMessage": sentence, "errorType": "EventAgeExceededException"}
    assert (room.counted, "is not tried any more" in room.log) == (["failed"], True)
    [ended] = room.ends
    assert ended.record["requestContext"]["condition"] == "EventAgeExceeded"
    assert ended.record["requestContext"]["approximateInvokeCount"] == 0


def test_in_its_last_moment_it_is_tried(waiting):
    house, room, attempt = waiting
    house.clock.move(seconds=60)
    event = attempt()
    assert (room.calls, event.state, event.condition) == (1, DEAD, TOO_OLD), "the next try would be too late"


def test_one_that_was_tried_keeps_its_answer(waiting):
    house, room, attempt = waiting
    house.functions.change(PLACE, "sorter", {"oldest_s": 90})
    assert attempt().state == WAITING
    house.clock.move(seconds=91)
    event = attempt()
    assert (room.calls, event.state, event.tries, event.condition) == (1, DEAD, 1, TOO_OLD)
    assert json.loads(event.answer) == {"errorMessage": "it cannot be"}


def test_who_redrives_it_gives_it_its_time_again(waiting):
    house, room, attempt = waiting
    house.clock.move(days=1)
    assert attempt().state == DEAD
    with house.functions.database.write() as connection:
        assert room.store.redrive(connection, house.functions.find(PLACE, "sorter").id, "") == 1
    attempt()
    assert room.calls == 1
