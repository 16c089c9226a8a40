"""Packed weeks: what is read of them is what the hours hold, whenever figures come and whatever they are."""

import random

import pytest
from sqlalchemy import delete, insert, select

from vedette.clock import milliseconds
from vedette.metering.figure import Figure
from vedette.metering.fold import HOURS_KEPT
from vedette.metering.meter import Meter
from vedette.metering.series import SeriesRequest
from vedette.metering.tables import hours, packed_weeks
from vedette.metering.weeks import DONE, SETTLED, WEEK, pack, pack_weeks, packed_until, unpack, week_of

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/"
HOUR, DAY = 60, 24 * 60


@pytest.fixture
def meter(database, clock):
    now = now_of(clock)
    clock.move(minutes=week_of(now) + WEEK - now)  # a week begins
    return Meter(database, clock, lambda: milliseconds(clock()) / 1000)


def now_of(clock):
    return milliseconds(clock()) // 60_000


def put(meter, minute, value, model="1", name="answered"):
    meter.put((f"{ARN}{model}", minute, name), Figure(value, 1, value, value))


def fill(database, now, weeks, drawn):
    """Put figures of several kinds into hours of weeks past, not into every hour."""
    rows = [
        {"arn": f"{ARN}{model}", "minute": now - weeks * WEEK + hour * HOUR, "figure": name,
         "total": value, "samples": drawn.choice((1, 300)), "least": min(value, 0.5), "most": value}
        for model, name in (("1", "answered"), ("1", "ms"), ("2", "answered"), ("10", "answered"))
        for hour in range(weeks * 168)
        if drawn.random() < 0.4
        for value in [float(drawn.choice((0, 1, 255, 256, 70_000, 2**33, 0.1, -3, 1e300)))]
    ]  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(hours), rows)


def read(meter, since, until, period):
    requests = [
        SeriesRequest((f"{ARN}1",), "answered", since, until, period),
        SeriesRequest((f"{ARN}2", f"{ARN}10", f"{ARN}none"), "answered", since, until, period),
        SeriesRequest((f"{ARN}1",), "ms", since, until, period),
        SeriesRequest((f"{ARN}1", f"{ARN}2"), "answered", since, until, period),
    ]
    return [sums.figures() for sums in meter.read_series(requests)]


def close(first, second):
    """Say whether figures are the same; sums of fractions may differ in their last bit by their order."""
    return [list(series) for series in first] == [list(series) for series in second] and all(
        a.total == pytest.approx(b.total, rel=1e-12)
        and (a.samples, a.least, a.most) == (b.samples, b.least, b.most)
        for one, other in zip(first, second, strict=True)
        for a, b in zip(one.values(), other.values(), strict=True)
    )


def packed(database):
    with database.read() as connection:
        return packed_until(connection), connection.execute(select(packed_weeks)).all()


def test_series_are_the_same_before_and_after_their_weeks_are_packed(meter, database, clock):
    drawn, now = random.Random(1), now_of(clock)
    fill(database, now, 4, drawn)
    asked = [
        (
            now - drawn.randrange(5 * 168) * HOUR,
            now - drawn.randrange(2 * WEEK),
            drawn.choice((1, 5, 24, 168)),
        )
        for _ in range(20)
    ]
    before = [read(meter, since, until, period * HOUR) for since, until, period in asked]
    pack_weeks(database, now=now + SETTLED, is_stopped=lambda: False)
    assert packed(database)[0] == now
    after = [read(meter, since, until, period * HOUR) for since, until, period in asked]
    assert all(close(one, other) for one, other in zip(before, after, strict=True))
    # And they do come from there.
    with database.write() as connection:
        connection.execute(delete(hours))
    again = [read(meter, since, until, period * HOUR) for since, until, period in asked]
    assert all(close(one, other) for one, other in zip(after, again, strict=True))


def test_a_figure_that_comes_late_is_in_the_packed_week_also_of_a_resource_that_had_none(
    meter, database, clock
):
    now = now_of(clock)
    put(meter, now - 3 * WEEK, 2)
    put(meter, now - WEEK, 5)
    meter.write()
    clock.move(minutes=SETTLED)
    meter.fold()
    assert packed(database)[0] == now
    put(meter, now - 3 * WEEK + 1, 4)
    put(meter, now - 2 * WEEK, 7, "2")  # a week without any figure
    put(meter, now + 1, 1)
    meter.write()
    first, second, _, both = read(meter, now - 3 * WEEK, now + DAY, WEEK)
    assert first == {
        now - 3 * WEEK: Figure(6, 2, 2, 4), now - WEEK: Figure(5, 1, 5, 5), now: Figure(1, 1, 1, 1)
    }  # fmt: skip
    assert second == {now - 2 * WEEK: Figure(7, 1, 7, 7)}
    assert both == first | second


def test_a_week_is_packed_a_day_after_its_end_and_not_before(meter, database, clock):
    now = now_of(clock)
    put(meter, now - 1, 2)
    meter.write()
    pack_weeks(database, now=now + SETTLED - 1, is_stopped=lambda: False)
    assert packed(database) == (0, [])
    pack_weeks(database, now=now + SETTLED, is_stopped=lambda: False)
    assert packed(database)[0] == now


def test_packing_that_is_stopped_anywhere_goes_on_and_answers_right_meanwhile(meter, database, clock):
    drawn, now = random.Random(4), now_of(clock)
    fill(database, now, 2, drawn)
    expected = read(meter, now - 2 * WEEK, now, DAY)
    for stop in range(1, 9):
        looks = iter(range(stop))
        pack_weeks(database, now=now + SETTLED, is_stopped=lambda looks=looks: next(looks, None) is None)
        # What comes late while a week is half packed must be in it as well.
        put(meter, now - 2 * WEEK + stop * DAY + 5, 1, "2")
        meter.write()
        expected[1] = read_hours(database, now - 2 * WEEK, now, ("2", "10"))
        expected[3] = read_hours(database, now - 2 * WEEK, now, ("1", "2"))
        assert close(read(meter, now - 2 * WEEK, now, DAY), expected)
    until, rows = packed(database)
    assert until == now
    assert [row.body for row in rows if not row.arn] == [DONE] * 2


def read_hours(database, since, until, models):
    """Return the days of models' answers by the hours alone."""
    figures = {}
    query = select(hours).where(hours.c.figure == "answered").order_by(hours.c.arn, hours.c.minute)
    with database.read() as connection:
        for row in connection.execute(query):
            if row.arn.removeprefix(ARN) in models and since <= row.minute < until:
                day = since + (row.minute - since) // DAY * DAY
                figure = Figure(row.total, row.samples, row.least, row.most)
                figures.setdefault(day, Figure()).add(figure)
    return dict(sorted(figures.items()))


def test_packed_weeks_go_when_their_hours_do(meter, database, clock):
    now = now_of(clock)
    put(meter, now - WEEK, 2)
    put(meter, now - 2 * WEEK, 2)
    meter.write()
    clock.move(minutes=SETTLED)
    meter.fold()
    clock.move(minutes=HOURS_KEPT - SETTLED - WEEK)
    meter.fold()
    assert {row.begin for row in packed(database)[1]} == {now - WEEK}
    clock.move(minutes=WEEK)
    meter.fold()
    assert packed(database) == (0, [])
    put(meter, now_of(clock) - 1, 3)
    meter.write()
    assert read(meter, now_of(clock) - HOUR, now_of(clock), HOUR)[0] == {
        now_of(clock) - HOUR: Figure(3, 1, 3, 3)
    }


@pytest.mark.parametrize(
    "numbers", [(0.0, 1, 0.0, 0.0), (255.0, 256, -1.0, 65_536.0), (0.5, 2**40, 1e-9, 2.0**360)]
)
def test_numbers_are_packed_exactly(numbers):
    [(weeks, counts, unpacked)] = unpack([("a", 0, pack([(167, *numbers), (0, 1.0, 1, 1.0, 1.0)]))])
    assert [week[0] for week in weeks] == ["a"]
    assert counts == [2]
    assert unpacked.tolist() == [(167, *numbers), (0, 1.0, 1, 1.0, 1.0)]
