"""Packed days of weeks that go on: what is read of them is what the hours hold, whatever comes meanwhile."""

import random
import threading

import pytest
from sqlalchemy import delete, select

from doubles.drawn_figures import ARN, fill, is_same, never, now_of, read
from vedette.clock import milliseconds
from vedette.metering.days import DAY
from vedette.metering.figure import Figure
from vedette.metering.meter import Meter
from vedette.metering.recent import SETTLED, pack_recent
from vedette.metering.tables import hours, packed_recent
from vedette.metering.weeks import HOUR, WEEK, pack_weeks, week_of

# Hours of a day that goes on, after a week and so many days.
TODAY = 7 * HOUR


@pytest.fixture
def meter(database, clock):
    now = now_of(clock)
    clock.move(minutes=week_of(now) + WEEK - now)  # a week begins
    return Meter(database, clock, lambda: milliseconds(clock()) / 1000)


def held(database):
    """Return of which models there are rows, from when on, and up to when."""
    columns = packed_recent.c
    with database.read() as connection:
        query = select(columns.arn, columns.begin, columns.until).order_by(columns.arn, columns.begin)
        return [(arn.removeprefix(ARN), begin, end) for arn, begin, end in connection.execute(query)]


def questions(drawn, now):
    """Return times and periods; days from any hour on, and minutes, which rows of hours do not have."""
    drawn_ones = [
        (now - drawn.randrange(3 * 168) * HOUR, now - drawn.randrange(3 * DAY), drawn.choice((1, 2, 24, 168)))
        for _ in range(6)
    ]
    return [*((since, until, hours * HOUR) for since, until, hours in drawn_ones),
            (now - 3 * WEEK, now, DAY), (now - 2 * DAY - 30, now, DAY)]  # fmt: skip


@pytest.mark.parametrize("days", [1, 3, 7], ids=["a day", "three days", "a week that is over"])
def test_recent_days_are_what_their_hours_are(meter, database, clock, days):
    """A week is packed a day after its end: then there are two that are not, of which one begins."""
    drawn, now = random.Random(days), now_of(clock) + days * DAY + TODAY
    fill(database, now, 3, drawn)
    asked = questions(drawn, now)
    before = [read(meter, *question) for question in asked]
    pack_weeks(database, now=now, is_stopped=never)
    pack_recent(database, now=now, is_stopped=never)
    begin = week_of(now - DAY) if days < 7 else week_of(now) - WEEK
    ends = [(begin, min(begin + WEEK, now - TODAY))]
    assert held(database) == [(model, *end) for model in "12" for end in ends]
    for ask, one in zip(asked, before, strict=True):
        assert is_same(read(meter, *ask), one), ask


def test_what_is_packed_is_not_read_by_the_hour(meter, database, clock):
    now = now_of(clock) + 3 * DAY + TODAY
    fill(database, now, 2, random.Random(4))
    expected = read(meter, now - 10 * DAY, now, DAY)
    pack_weeks(database, now=now, is_stopped=never)
    pack_recent(database, now=now, is_stopped=never)
    with database.write() as connection:
        connection.execute(delete(hours).where(hours.c.minute < now - TODAY))
    assert is_same(read(meter, now - 10 * DAY, now, DAY), expected)


def test_a_figure_that_comes_late_is_told_at_once_and_packed_anew(meter, database, clock):
    now = now_of(clock) + 3 * DAY + TODAY
    fill(database, now, 2, random.Random(5))
    pack_weeks(database, now=now, is_stopped=never)
    pack_recent(database, now=now, is_stopped=never)
    rows = held(database)
    since = now - 3 * DAY - TODAY
    counts = read(meter, since, now, WEEK)[1]
    # Of a model that has a row, of one that has none yet, and of the hours after the rows.
    for model, minute in (("2", now - DAY), ("3", now - 2 * DAY), ("1", now - TODAY), ("1", now - 1)):
        meter.put((f"{ARN}{model}", minute, "ms"), Figure(3.0, 1, 3.0, 3.0))
    meter.write()
    assert held(database) == [row for row in rows if row[0] == "1"]
    assert read(meter, since, now, WEEK)[1] == {since: counts[since] + 2}
    assert read(meter, since, now, DAY)[1] == {
        **(by_days := read_hours(database, since)), since: by_days[since]
    }  # fmt: skip
    pack_recent(database, now=now, is_stopped=never)
    assert [model for model, *_ in held(database)] == ["1", "2", "3"]
    assert read(meter, since, now, WEEK)[1] == {since: counts[since] + 2}


def read_hours(database, since):
    """Return how many samples the first model has by the day, out of the hours alone."""
    counts = {}
    with database.read() as connection:
        query = select(hours.c.minute, hours.c.samples).where(
            hours.c.arn == f"{ARN}1", hours.c.minute >= since
        )
        for minute, samples in connection.execute(query):
            day = minute - (minute - since) % DAY
            counts[day] = counts.get(day, 0) + samples
    return counts


def test_what_is_counted_now_leaves_the_rows(meter, database, clock):
    now = now_of(clock) + 3 * DAY + TODAY
    clock.move(minutes=now - now_of(clock))
    fill(database, now, 1, random.Random(6))
    pack_recent(database, now=now, is_stopped=never)
    rows = held(database)
    assert len(rows) == 4, "two weeks of two models: none is packed"
    meter.count(f"{ARN}1", {"ms": 5.0})
    meter.write()
    assert held(database) == rows


def test_a_pass_that_is_stopped_anywhere_answers_right_and_goes_on(meter, database, clock):
    models = [str(number) for number in range(25)]
    now = now_of(clock) + 2 * DAY + TODAY
    fill(database, now, 1, random.Random(7), models)
    expected = read(meter, now - WEEK, now, DAY)
    sizes = []
    for _ in range(4):
        looks = iter(range(1))
        pack_recent(database, now=now, is_stopped=lambda looks=looks: next(looks, None) is None)
        assert is_same(read(meter, now - WEEK, now, DAY), expected)
        sizes.append(len(held(database)))
    assert sizes == [20, 40, 50, 50]


def test_a_day_is_added_two_hours_after_its_end(meter, database, clock):
    now = week_of(now_of(clock))
    fill(database, now + 2 * DAY, 1, random.Random(8), models=("1",))
    ends = []
    for moment in (DAY - 1, DAY + SETTLED - 1, DAY + SETTLED, DAY + SETTLED + 30, 2 * DAY + SETTLED):
        pack_recent(database, now=now + moment, is_stopped=never)
        ends.append([end - now for _, begin, end in held(database) if begin == now])
    assert ends == [[], [], [DAY], [DAY], [2 * DAY]]


def test_rows_go_when_their_week_is_packed(meter, database, clock):
    now = now_of(clock) + 3 * DAY + TODAY
    clock.move(minutes=now - now_of(clock))
    fill(database, now, 2, random.Random(9))
    meter.fold()
    assert [begin for model, begin, _ in held(database) if model == "1"] == [week_of(now)]
    clock.move(minutes=WEEK)
    now += WEEK
    meter.count(f"{ARN}1", {"ms": 5.0})
    meter.write()
    expected = read(meter, now - 3 * WEEK, now, DAY)
    meter.fold()
    assert held(database) == []
    assert is_same(read(meter, now - 3 * WEEK, now, DAY), expected)


def test_two_servers_pack_and_a_third_puts_late_figures(meter, database, clock):
    drawn, now = random.Random(10), now_of(clock) + 4 * DAY + TODAY
    fill(database, now, 2, drawn, models=[str(number) for number in range(1, 30)])
    pack_weeks(database, now=now, is_stopped=never)
    failures = []

    def pack():
        try:
            for _ in range(5):
                pack_recent(database, now=now, is_stopped=never)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=pack) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(15):
        key = f"{ARN}{drawn.choice((1, 2))}", now - drawn.randrange(1, 4 * DAY), "ms"
        meter.put(key, Figure(3.0, 1, 3.0, 3.0))
        meter.write()
    for thread in threads:
        thread.join()
    pack_recent(database, now=now, is_stopped=never)
    assert (failures, len(held(database))) == ([], 29)
    by_rows = read(meter, now - 10 * DAY, now, DAY)
    with database.write() as connection:
        connection.execute(delete(packed_recent))
    assert is_same(read(meter, now - 10 * DAY, now, DAY), by_rows)


def test_nothing_is_packed_where_the_disk_is_nearly_full(meter, database, clock):
    now = now_of(clock) + 3 * DAY
    fill(database, now, 1, random.Random(11))
    database.is_short_of_room = lambda: True
    pack_recent(database, now=now, is_stopped=never)
    assert held(database) == []


def test_a_year_that_waits_to_be_packed_is_not_packed_twice(meter, database, clock):
    now = now_of(clock)
    fill(database, now, 5, random.Random(12))
    pack_recent(database, now=now, is_stopped=never)
    assert held(database) == []
