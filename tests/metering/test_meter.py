"""Figures are counted in memory, and added to what the database holds of the same minute."""

import pytest

from vedette.clock import milliseconds
from vedette.metering.meter import Figure, Meter

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/1"


@pytest.fixture
def meter(database, clock):
    return Meter(database, clock)


def minute(clock):
    return milliseconds(clock()) // 60_000


def test_what_is_counted_twice_in_a_minute_is_one_figure(meter, clock):
    meter.count(ARN, {"ms": 4.0})
    meter.write()
    meter.count(ARN, {"ms": 2.0})
    meter.count(ARN, {"ms": 9.0})
    meter.write()
    now = minute(clock)
    assert meter.read(ARN, "ms", since=now, until=now + 1) == [(now, Figure(15.0, 3, 2.0, 9.0))]


def test_minutes_things_and_figures_are_kept_apart(meter, clock):
    began = minute(clock)
    meter.count(ARN, {"ok": 1, "findings": 3})
    clock.move(minutes=1)
    meter.count(ARN, {"ok": 1})
    meter.count(ARN + "2", {"ok": 5})
    meter.write()
    assert [when for when, _ in meter.read(ARN, "ok", since=began, until=began + 9)] == [began, began + 1]
    assert meter.read(ARN, "ok", since=began, until=began + 1)[0][1].total == 1
    assert meter.read(ARN, "findings", since=began + 1, until=began + 9) == []


def test_the_rest_is_written_at_the_end(meter, clock):
    meter.open()
    meter.count(ARN, {"ok": 1})
    meter.close()
    assert meter.read(ARN, "ok", since=0, until=minute(clock) + 1)[0][1].total == 1


def test_a_watcher_sees_every_count(meter):
    seen = []
    meter.watch = lambda *count: seen.append(count)
    meter.count(ARN, {"ok": 1.0, "ms": 3.0})
    assert seen == [(ARN, "ok", 1.0), (ARN, "ms", 3.0)]
