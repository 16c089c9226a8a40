"""Figures are counted in memory, and added to what the database holds of the same minute."""

import threading

import pytest

from vedette.clock import milliseconds
from vedette.metering import fold
from vedette.metering import meter as metering_meter
from vedette.metering.figure import Figure
from vedette.metering.meter import Meter

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/1"


@pytest.fixture
def meter(database, clock):
    return Meter(database, clock, lambda: milliseconds(clock()) / 1000)


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


def test_more_samples_than_thirty_two_bits_hold_are_counted(meter, clock):
    now, many = minute(clock), 3_000_000_000
    meter.put((ARN, now, "own"), Figure(6e9, many, 1.0, 3.0))
    meter.count(ARN, {"ms": 4.0})
    meter.write()
    meter.put((ARN, now, "own"), Figure(6e9, many, 1.0, 3.0))
    meter.write()
    assert meter.read(ARN, "own", since=now, until=now + 1) == [(now, Figure(12e9, 2 * many, 1.0, 3.0))]
    assert [figure.samples for _, figure in meter.read(ARN, "ms", since=now, until=now + 1)] == [1]


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


def rows(meter, clock):
    return meter.read(ARN, "ms", since=0, until=minute(clock) + 1)


def count_some(meter, clock, values):
    for value in values:
        meter.count(ARN, {"ms": value})
        clock.move(minutes=1)
    meter.write()


def test_old_minutes_are_added_up_to_hours(meter, clock):
    clock.move(minutes=-minute(clock) % 60)
    hour = minute(clock)
    count_some(meter, clock, [float(value) for value in range(90)])
    clock.move(days=14)
    meter.fold()
    assert len(rows(meter, clock)) == 90
    clock.move(days=2)
    meter.fold()
    assert [when - hour for when, _ in rows(meter, clock)] == list(range(0, 90, 5))
    clock.move(days=48)
    meter.fold()
    first, second = Figure(1770.0, 60, 0.0, 59.0), Figure(2235.0, 30, 60.0, 89.0)
    assert rows(meter, clock) == [(hour, first), (hour + 60, second)]


def test_what_is_folded_in_parts_is_the_same(meter, clock, monkeypatch):
    monkeypatch.setattr(fold, "ROWS", 7)
    count_some(meter, clock, [1.0, 5.0] * 40)
    whole = sum(figure.total for _, figure in rows(meter, clock))
    for days, step, most in ((16, 5, 17), (48, 60, 3)):
        clock.move(days=days)
        meter.fold()
        left = rows(meter, clock)
        assert all(when % step == 0 for when, _ in left)
        assert (sum(figure.total for _, figure in left), len(left) <= most) == (whole, True)


def test_hours_are_forgotten_after_a_year_and_a_quarter(meter, clock):
    count_some(meter, clock, [1.0])
    clock.move(days=456)
    meter.fold()
    assert rows(meter, clock) == []


def test_folding_looks_once_an_hour(meter, clock):
    clock.move(minutes=-minute(clock) % 60, days=16)
    meter.fold()
    clock.move(days=-15, minutes=1)
    count_some(meter, clock, [1.0])
    clock.move(days=15)
    meter.fold()
    assert [when % 60 for when, _ in rows(meter, clock)] == [1]
    clock.move(hours=1)
    meter.fold()
    assert [when % 60 for when, _ in rows(meter, clock)] == [0]


def test_a_count_on_its_way_to_the_database_is_read_once(meter, clock, monkeypatch):
    """The attack: a dashboard that asked while figures were written showed none of them, or each twice."""
    now = minute(clock)
    asked, answers = threading.Event(), []

    def read():
        asked.set()
        answers.append(sum(entry.figure.total for entry in meter.read_periods(ARN, [now, now + 1])))

    reader = threading.Thread(target=read)
    add = metering_meter.add

    def add_while_somebody_asks(*arguments):
        if not asked.is_set():
            reader.start()
            asked.wait()
            reader.join(0.2)
        add(*arguments)

    monkeypatch.setattr(metering_meter, "add", add_while_somebody_asks)
    meter.count(ARN, {"answered": 3})
    meter.write()
    reader.join()
    assert answers == [3]
