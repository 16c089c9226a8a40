"""Figures over time: at each age as finely as is kept, those not written yet too."""

import pytest

from vedette.clock import milliseconds
from vedette.metering.figure import Figure
from vedette.metering.meter import Meter
from vedette.metering.series import SeriesRequest, earliest, round_start

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/1"
OTHER = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/10"
PREFIX = "arn:aws:lookoutvision:eu-west-1:111122223333:"
DAY = 24 * 60


@pytest.fixture
def meter(database, clock):
    clock.move(minutes=-(milliseconds(clock()) // 60_000 % 60))
    return Meter(database, clock)


def now_of(clock):
    return milliseconds(clock()) // 60_000


def put(meter, minute, value, arn=ARN, name="answered"):
    meter.put((arn, minute, name), Figure(value, 1, value, value))


def read(meter, since, until, period, *arns):
    request = SeriesRequest(arns or (ARN,), "answered", since, until, period)
    return meter.read_series([request])[0].figures()


def test_a_period_has_the_sum_of_its_minutes_of_all_that_are_asked_for_written_or_not(meter, clock):
    now = now_of(clock)
    put(meter, now - 10, 2)
    put(meter, now - 8, 6, OTHER)
    put(meter, now - 8, 100, OTHER, "ms")
    meter.write()
    put(meter, now - 8, 1)
    put(meter, now - 5, 4)
    assert read(meter, now - 10, now, 5, ARN, OTHER) == {
        now - 10: Figure(9, 3, 1, 6), now - 5: Figure(4, 1, 4, 4)
    }  # fmt: skip
    assert read(meter, now - 10, now - 5, 1) == {now - 10: Figure(2, 1, 2, 2), now - 8: Figure(1, 1, 1, 1)}
    assert read(meter, now - 7, now - 5, 1) == {}
    assert meter.read_arns(PREFIX) == [ARN, OTHER]
    assert meter.read_arns(PREFIX.replace("eu-west-1", "eu-west-2")) == []
    assert meter.read_names(PREFIX, since=now - 60) == {ARN: {"answered"}, OTHER: {"answered", "ms"}}
    assert meter.read_names(PREFIX, since=now + 60) == {ARN: {"answered"}}  # what is not written is of now


@pytest.mark.parametrize(("days", "kept"), [(14, 1), (16, 5), (62, 5), (64, 60), (454, 60)])
def test_what_is_old_is_kept_as_finely_as_its_age_allows_and_no_finer(meter, clock, days, kept):
    then = now_of(clock)
    for minute in (0, 1, 7, 59, 61):
        put(meter, then + minute, 1)
    meter.write()
    clock.move(days=days)
    meter.fold()
    now = now_of(clock)
    since = round_start(then + 3, now)
    assert since == then + 3 - (3 % kept)
    for period in (1, 5, 60):
        found = read(meter, then, then + 120, period)
        assert sum(figure.total for figure in found.values()) == (5 if period >= kept else 0), period
        assert (earliest(period, now) <= then) == (period >= kept)
    assert read(meter, then, then + 120, 60) == {then: Figure(4, 4, 1, 1), then + 60: Figure(1, 1, 1, 1)}


def test_folding_twice_and_after_an_older_fold_changes_no_sum(meter, clock):
    then = now_of(clock)
    for minute in range(0, 180, 7):
        put(meter, then + minute, minute)
    meter.write()
    whole = read(meter, then, then + 180, 60)
    for days in (15.1, 1, 47, 1, 1, 100):
        clock.move(days=days)
        meter.fold()
        assert read(meter, then, then + 180, 60) == whole
    clock.move(days=455)
    meter.fold()
    assert read(meter, then, then + 180, 60) == {}
