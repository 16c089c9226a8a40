"""A training that no machine takes waits with a sentence, loses nothing, and goes on by itself."""

import time

import pytest

from doubles.trainings import NO_ROOM, a_training_room, find_no_room, hang, succeed
from vedette.jobs import guard
from vedette.quotas import Quota


@pytest.fixture
def training(database, tmp_path, clock):
    opened = []

    def begin(*scripts, **options):
        manager = a_training_room(database, tmp_path, clock, *scripts, **options)
        opened.append(manager)
        return manager.__enter__()

    yield begin
    for manager in reversed(opened):
        manager.__exit__(None, None, None)


def until(claim):
    deadline = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def test_more_than_three_looks_for_room_are_no_failure(training, monkeypatch):
    monkeypatch.setattr(guard, "POSTPONED_S", 0.0)
    training = training(*[find_no_room] * 5, succeed, gate=lambda under_way: "")
    training.with_dataset()
    version = training.order()
    for tries in range(1, 6):
        until(lambda tries=tries: len(training.engine.orders) >= tries and training.room.jobs.wait(30))
        training.room.jobs.beat()
    assert training.ended(version).state == "trained"
    assert len(training.engine.orders) == 6


def test_a_training_that_waits_for_room_says_so_and_can_be_stopped(training):
    closed = [NO_ROOM]
    training = training(gate=lambda under_way: closed[0])
    training.with_dataset()
    version = training.order()
    queue = training.trainings.queue
    until(lambda: queue.why(version) == NO_ROOM)
    assert training.trainings.facts.progress(version) is None
    assert [(item.position, item.reason) for item in queue.waiting(queue.places())] == [(1, NO_ROOM)]
    training.trainings.stop(version)
    assert training.trainings.versions.find_by_id(version.id).state == "failed"
    assert queue.why(version) == ""
    assert training.engine.orders == []


def test_it_begins_when_there_is_room_without_being_asked_again(training):
    closed = [NO_ROOM]
    training = training(gate=lambda under_way: closed[0])
    training.with_dataset()
    version = training.order()
    until(lambda: training.trainings.queue.why(version) == NO_ROOM)
    closed[0] = ""
    training.room.jobs.beat()
    assert training.ended(version).state == "trained"


def test_behind_others_it_says_how_many_run_at_once(training):
    training = training(hang, at_once=1)
    training.with_dataset()
    training.order("v1")
    until(lambda: training.engine.orders)
    waits = training.order("v2")
    assert (
        training.trainings.queue.why(waits) == "As many trainings are under way as a server runs at once: 1."
    )


def test_an_account_waits_for_its_own_trainings_where_it_has_a_quota(training):
    training = training(hang, at_once=4, quota=Quota(1))
    training.with_dataset()
    training.order("v1")
    until(lambda: training.engine.orders)
    waits = training.order("v2")
    training.room.jobs.beat()
    assert training.trainings.queue.why(waits) == "The account has 1 under way, and may have 1 at once."
    assert len(training.engine.orders) == 1
