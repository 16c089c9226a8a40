"""Packed days: what is read of them is what the hours hold, from whichever hour on."""

import random
import threading

import pytest
from sqlalchemy import delete, func, insert, select, update

from doubles.drawn_figures import ARN, fill, is_same, never, now_of, read
from vedette.clock import milliseconds
from vedette.metering.days import BLOCK, DAY, WAITING, pack_days
from vedette.metering.figure import Figure, columns_of
from vedette.metering.fold import HOURS_KEPT
from vedette.metering.meter import Meter
from vedette.metering.tables import hours, packed_days, packed_weeks
from vedette.metering.weeks import HOUR, SETTLED, WEEK, pack_weeks, repack, week_of


@pytest.fixture
def meter(database, clock):
    now = now_of(clock)
    clock.move(minutes=week_of(now) + WEEK - now)  # a week begins
    return Meter(database, clock, lambda: milliseconds(clock()) / 1000)


def waiting(database):
    columns = packed_weeks.c
    query = select(columns.arn, columns.begin).where(columns.has_days == WAITING, columns.arn != "")
    with database.read() as connection:
        return [(arn.removeprefix(ARN), begin) for arn, begin in connection.execute(query)]


def test_days_are_what_their_hours_are_from_every_hour_on(meter, database, clock):
    drawn, now = random.Random(1), now_of(clock)
    fill(database, now, 10, drawn)
    asked = [
        (now - drawn.randrange(11 * 168) * HOUR, now - drawn.randrange(WEEK), drawn.choice((1, 1, 2, 7)))
        for _ in range(6)
    ]
    asked += [(now - 9 * WEEK, now, 1), (now - 8 * WEEK + 5 * HOUR, now - 8 * WEEK + 7 * HOUR, 1)]
    before = [read(meter, since, until, days * DAY) for since, until, days in asked]
    pack_weeks(database, now=now + SETTLED, is_stopped=never)
    assert len(waiting(database)) == 20
    # Where a few are packed and the others wait, too.
    looks = iter(range(2))
    pack_days(database, is_stopped=lambda: next(looks, None) is None)
    assert 0 < len(waiting(database)) < 20
    assert all(
        is_same(read(meter, *ask[:2], ask[2] * DAY), one) for ask, one in zip(asked, before, strict=True)
    )
    pack_days(database, is_stopped=never)
    assert waiting(database) == []
    assert all(
        is_same(read(meter, *ask[:2], ask[2] * DAY), one) for ask, one in zip(asked, before, strict=True)
    )


def test_a_year_by_the_day_is_read_from_the_days(meter, database, clock):
    now = now_of(clock)
    fill(database, now, 10, random.Random(2))
    expected = read(meter, now - 9 * WEEK + 14 * HOUR, now, DAY)
    pack_weeks(database, now=now + SETTLED, is_stopped=never)
    pack_days(database, is_stopped=never)
    with database.write() as connection:
        connection.execute(delete(hours))
        connection.execute(
            update(packed_weeks).where(packed_weeks.c.arn != "").values(body=b"", sketches=None)
        )
    assert is_same(read(meter, now - 9 * WEEK + 14 * HOUR, now, DAY), expected)


@pytest.mark.parametrize("phase", [0, 1, 23])
def test_a_figure_that_comes_late_changes_its_day(meter, database, clock, phase):
    now = now_of(clock)
    fill(database, now, 3, random.Random(3))
    pack_weeks(database, now=now + SETTLED, is_stopped=never)
    pack_days(database, is_stopped=never)
    since = now - 3 * WEEK + phase * HOUR
    for late in (now - 2 * WEEK - 1, now - 2 * WEEK, now - 2 * WEEK + 40 * HOUR):
        before = read(meter, since, now, DAY)[1]
        meter.put((f"{ARN}1", late, "ms"), Figure(1e6, 1, 1e6, 1e6))
        day = since + (late - since) // DAY * DAY
        expected = before | {day: before[day] + 1}
        for act in (meter.write, lambda: pack_days(database, is_stopped=never)):
            act()
            after = read(meter, since, now, DAY)
            assert (after[1], after[3][day]) == (expected, 1e6)
    # A week, and eight, that had none.
    first = since - BLOCK
    meter.put((f"{ARN}1", first, "ms"), Figure(7.0, 1, 7.0, 7.0))
    meter.write()
    assert waiting(database) == [("1", week_of(first))]
    pack_days(database, is_stopped=never)
    assert read(meter, first, first + DAY, DAY)[6] == {first: 7.0}


def test_a_week_that_an_older_server_makes_anew_is_read_itself(meter, database, clock):
    now = now_of(clock)
    fill(database, now, 2, random.Random(4))
    pack_weeks(database, now=now + SETTLED, is_stopped=never)
    pack_days(database, is_stopped=never)
    before = read(meter, now - 2 * WEEK, now, DAY)[1]
    # It knows of no days: it adds to an hour, and packs the week.
    key = (f"{ARN}1", now - WEEK, "ms")
    is_hour = (hours.c.arn == key[0]) & (hours.c.minute == key[1])
    with database.write() as connection:
        connection.execute(delete(hours).where(is_hour))
        row = {"arn": key[0], "minute": key[1], "figure": "ms", **columns_of(Figure(5.0, 10**9, 5.0, 5.0))}
        connection.execute(insert(hours), [row])
        repack(connection, [key])
    assert waiting(database) == [("1", now - WEEK)]
    after = read(meter, now - 2 * WEEK, now, DAY)[1]
    assert [day for day in before if before[day] != after[day]] == [now - WEEK]
    assert after[now - WEEK] > 10**9


def test_packing_days_that_is_stopped_anywhere_answers_right_and_goes_on(meter, database, clock):
    drawn, now = random.Random(5), now_of(clock)
    fill(database, now, 9, drawn)
    pack_weeks(database, now=now + SETTLED, is_stopped=never)
    expected = read(meter, now - 9 * WEEK + 3 * HOUR, now, DAY)
    for _ in range(6):
        looks = iter(range(1))
        pack_days(database, is_stopped=lambda looks=looks: next(looks, None) is None)
        assert is_same(read(meter, now - 9 * WEEK + 3 * HOUR, now, DAY), expected)
    assert waiting(database) == []


def test_two_servers_pack_and_a_third_puts_late_figures(meter, database, clock):
    drawn, now = random.Random(6), now_of(clock)
    fill(database, now, 17, drawn)
    pack_weeks(database, now=now + SETTLED, is_stopped=never)
    failures = []

    def pack():
        try:
            for _ in range(5):
                pack_days(database, is_stopped=never)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=pack) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(15):
        meter.put((f"{ARN}2", now - drawn.randrange(1, 17 * WEEK), "ms"), Figure(3.0, 1, 3.0, 3.0))
        meter.write()
    for thread in threads:
        thread.join()
    pack_days(database, is_stopped=never)
    assert (failures, waiting(database)) == ([], [])
    by_days = read(meter, now - 17 * WEEK, now, DAY)
    with database.write() as connection:
        connection.execute(update(packed_weeks).values(has_days=WAITING))
        connection.execute(delete(packed_days))
    assert is_same(read(meter, now - 17 * WEEK, now, DAY), by_days)


def test_what_is_changed_while_its_days_are_computed_is_not_written(meter, database, clock, monkeypatch):
    now = now_of(clock)
    fill(database, now, 1, random.Random(7), models=("1",))
    pack_weeks(database, now=now + SETTLED, is_stopped=never)
    looks, write = iter(range(2)), database.write

    def write_later():
        """Put a figure after the week was read, before its days are written."""
        monkeypatch.undo()
        meter.put((f"{ARN}1", now - WEEK, "ms"), Figure(3.0, 1, 3.0, 3.0))
        meter.write()
        return write()

    monkeypatch.setattr(database, "write", write_later)
    pack_days(database, is_stopped=lambda: next(looks, None) is None)
    assert waiting(database) == []
    sums = read(meter, now - WEEK, now, DAY)[1]
    with database.write() as connection:
        connection.execute(update(packed_weeks).values(has_days=WAITING))
    assert read(meter, now - WEEK, now, DAY)[1] == sums


def test_days_go_when_their_weeks_do(meter, database, clock):
    now = now_of(clock)
    for week in range(1, 10):
        meter.put((f"{ARN}1", now - week * WEEK, "ms"), Figure(2.0, 1, 2.0, 2.0))
    meter.write()
    clock.move(minutes=SETTLED)
    meter.fold()

    def numbers():
        """Return how many weeks are packed, how many wait, and of how many days from midnight on."""
        is_week, is_midnight = packed_weeks.c.arn != "", packed_days.c.phase == 0
        with database.read() as connection:
            weeks = connection.execute(select(func.count()).select_from(packed_weeks).where(is_week)).scalar()
            days = connection.execute(select(packed_days.c.body).where(is_midnight)).scalars()
            # A row of one number of each kind takes a byte for each, and four say which kinds.
            return weeks, len(waiting(database)), sum((len(body) - 4) // 5 for body in days)

    assert numbers() == (9, 0, 9)
    clock.move(minutes=HOURS_KEPT - SETTLED - 7 * WEEK)
    meter.fold()
    assert numbers() == (7, 0, 7)
    # Nothing goes where the clock was set.
    frozen = Meter(database, clock, lambda: 0.0)
    clock.move(minutes=20 * WEEK)
    frozen.fold()
    assert numbers() == (7, 0, 7)


def test_counts_are_written_while_much_is_packed(database, clock):
    def look():
        """Return the time, of which each look takes some."""
        clock.move(seconds=3)
        return milliseconds(clock()) / 1000

    meter = Meter(database, clock, look)
    now = week_of(now_of(clock))
    fill(database, now, 17, random.Random(9), models="12345678")
    pack_weeks(database, now=now + WEEK, is_stopped=never)
    rounds = []
    for _ in range(30):
        meter.count(f"{ARN}1", {"ms": 1.0})
        meter.write()
        meter.fold()
        rounds.append(len(waiting(database)))
    # Some in each round, each once, and all in the end.
    assert rounds[0] > rounds[1] > rounds[2] > 0 == rounds[-1]


def test_nothing_is_packed_where_the_disk_is_nearly_full(meter, database, clock):
    now = now_of(clock)
    fill(database, now, 1, random.Random(8))
    pack_weeks(database, now=now + SETTLED, is_stopped=never)
    database.is_short_of_room = lambda: True
    pack_days(database, is_stopped=never)
    assert len(waiting(database)) == 2
