"""Percentiles: as close to what was counted as is promised, through folds, and none where nobody knows."""

import random

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from vedette.clock import milliseconds
from vedette.errors import Wrong
from vedette.metering import buckets as reading
from vedette.metering.figure import Figure, add, columns_of
from vedette.metering.meter import Meter
from vedette.metering.series import SeriesRequest
from vedette.metering.sketch import LAST_WHOLE, MOST_BUCKETS, dump, key_of, load, values_of
from vedette.metering.spreads import Cut, PeriodBuckets, PeriodSpreads
from vedette.metering.tables import hours, minutes, packed_weeks
from vedette.metering.weeks import SETTLED, WEEK, pack_weeks, week_of

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/"
HOUR, DAY = 60, 24 * 60
# Half a step of 32 to a doubling.
CLOSE = 2 ** (1 / 64) - 1 + 1e-9


@pytest.fixture
def meter(database, clock):
    now = now_of(clock)
    clock.move(minutes=week_of(now) + WEEK - now)  # a week begins
    return Meter(database, clock, lambda: milliseconds(clock()) / 1000)


def now_of(clock):
    return milliseconds(clock()) // 60_000


def put(meter, minute, value, model="1"):
    meter.put((f"{ARN}{model}", minute, "ms"), Figure(value, 1, value, value))


def spreads(meter, since, until, period, *models):
    arns = tuple(f"{ARN}{model}" for model in models or ("1",))
    (whole,) = meter.read_buckets([SeriesRequest(arns, "ms", since, until, period)])
    return PeriodSpreads.of(whole, since, period)


def nearest_rank(values, share):
    return sorted(values)[max(1, int(np.ceil(share * len(values) - 1e-9))) - 1]


def test_a_key_stands_for_its_values_within_a_hundredth_and_a_tenth_and_keeps_their_order():
    drawn = random.Random(1)
    values = [drawn.lognormvariate(3, 6) * drawn.choice((1, -1)) for _ in range(20_000)]
    values += [5e-324, 1.7e308, -1.7e308, 2.0**360, 0.0, 45.2, 44.99, 1.0001, 0.9999]
    values.sort()
    keys = np.array([key_of(value) for value in values])
    stand_ins = values_of(keys)
    assert np.all(np.diff(keys) >= 0)
    assert np.all(np.diff(stand_ins) >= 0)
    assert stand_ins == pytest.approx(values, rel=CLOSE)


def test_small_whole_numbers_are_exact():
    wholes = [float(whole) for whole in range(-LAST_WHOLE, LAST_WHOLE + 1)]
    assert values_of(np.array([key_of(whole) for whole in wholes])).tolist() == wholes


@pytest.mark.parametrize("count", [1, 255, 70_000, 2**40])
def test_buckets_are_loaded_as_they_were_dumped_of_whatever_width(count):
    rows = [(167, key_of(-1e300), count), (0, key_of(0.0), 1), (3, key_of(1e300), 2)]
    narrow = [(5, key_of(10.5), 3)]
    of, of_hours, keys, counts = load([dump(rows), dump(narrow), dump(rows)])
    loaded = sorted(zip(of.tolist(), of_hours.tolist(), keys.tolist(), counts.tolist(), strict=True))
    assert loaded == sorted(
        [(0, *row) for row in rows] + [(1, *row) for row in narrow] + [(2, *row) for row in rows]
    )


def test_percentiles_are_close_to_the_samples_written_folded_packed_and_put_late(meter, database, clock):
    drawn, now = random.Random(7), now_of(clock)
    begin = now - 11 * WEEK
    counted = {}
    for _ in range(200):
        minute, model = begin + drawn.randrange(3 * DAY), drawn.choice("12")
        for value in (drawn.lognormvariate(4, 1), drawn.lognormvariate(4, 1), float(drawn.randrange(3))):
            put(meter, minute, value, model)
            counted.setdefault(begin + (minute - begin) // DAY * DAY, []).append(value)

    def check():
        known = spreads(meter, begin, begin + 3 * DAY, DAY, "1", "2")
        for share in (0.0, 0.001, 0.5, 0.9, 0.99, 0.999, 1.0):
            expected = {day: nearest_rank(values, share) for day, values in counted.items()}
            assert known.ranks(share) == pytest.approx(expected, rel=0 if share in (0, 1) else CLOSE)

    clock.move(minutes=-11 * WEEK + 3 * DAY)
    check()
    meter.write()
    check()
    clock.move(days=70)
    meter.fold()
    pack_weeks(database, now=now + SETTLED, is_stopped=lambda: False)
    check()
    # Days from half past an hour on are made of minutes and not of hours, as finely as these are kept.
    half = spreads(meter, begin - 30, begin + 3 * DAY - 30, DAY, "1", "2")
    assert 550 < half.samples.sum() <= 600
    for late in range(20):
        put(meter, begin + DAY + 7, 300.0 + late)
        counted[begin + DAY].append(300.0 + late)
    check()
    meter.write()
    check()
    with database.write() as connection:
        connection.execute(delete(hours))
    check()


def test_a_period_has_no_percentiles_where_one_of_its_figures_is_known_by_its_sums_alone(meter, clock):
    now = now_of(clock)
    for minute in (now - 10, now - 5):
        put(meter, minute, 3.0)
        put(meter, minute, 5.0, "2")
    # A set of statistics says nothing of what lies between; of equal ones it says everything.
    meter.put((f"{ARN}1", now - 10, "ms"), Figure(9.0, 3, 1.0, 5.0))
    meter.put((f"{ARN}1", now - 5, "ms"), Figure(12.0, 3, 4.0, 4.0))
    expected = {now - 5: 4.0}
    assert spreads(meter, now - 10, now, 5, "1", "2").ranks(0.5) == expected
    meter.write()
    assert spreads(meter, now - 10, now, 5, "1", "2").ranks(0.5) == expected
    assert spreads(meter, now - 10, now, 5, "2").ranks(0.5) == {now - 10: 5.0, now - 5: 5.0}
    put(meter, now - 10, 7.0)
    assert spreads(meter, now - 10, now, 5, "1").ranks(0.5) == {now - 5: 4.0}
    assert spreads(meter, now - 10, now, 10).ranks(0.5) == {}


def test_what_an_older_server_adds_to_a_row_takes_its_percentiles_and_no_others(meter, database, clock):
    now = now_of(clock)
    for minute in (now - 2, now - 1):
        for value in (1.0, 2.0, 7.5):
            put(meter, minute, value)
    meter.write()
    assert spreads(meter, now - 2, now, 1).ranks(0.5) == {now - 2: 2.0, now - 1: 2.0}
    with database.write() as connection:
        connection.execute(
            update(minutes).where(minutes.c.minute == now - 2).values(total=30.0, samples=4, most=19.5)
        )
    assert spreads(meter, now - 2, now, 1).ranks(0.5) == {now - 1: 2.0}
    put(meter, now - 2, 1.0)
    meter.write()
    with database.read() as connection:
        sketches = dict(connection.execute(select(minutes.c.minute, minutes.c.sketch)).all())
    assert sketches[now - 2] is None
    assert sketches[now - 1] is not None


def test_equal_values_take_no_room_and_bounded_buckets_are_all_that_any_take(meter, database, clock):
    now = now_of(clock)
    for _ in range(500):
        put(meter, now, 1.0)
    wide = Figure()
    for number in range(MOST_BUCKETS + 1):
        assert (wide.spread() is None) == (number == 0)
        value = 2.0 ** (number / 31.9)
        wide.add(Figure(value, 1, value, value))
    assert wide.spread() is None
    wide.add(Figure(1.0, 1, 1.0, 1.0))
    assert wide.spread() is None
    assert (wide.samples, wide.least) == (MOST_BUCKETS + 2, 1.0)
    meter.put((f"{ARN}2", now, "ms"), wide)
    meter.write()
    with database.read() as connection:
        assert connection.execute(select(hours.c.sketch)).scalars().all() == [None, None]
    assert spreads(meter, now, now + 1, 1).ranks(0.99) == {now: 1.0}
    assert spreads(meter, now, now + 1, 1, "2").ranks(0.99) == {}
    # Only whole numbers here and there, and the largest of counts: some kilobytes at the most.
    full = {key_of(2.0 ** (number / 31.9)): 2**40 for number in range(MOST_BUCKETS)}
    row = columns_of(Figure(1.0, sum(full.values()), 1.0, 2.0**70, full))
    assert len(row["sketch"]) <= 5 + 13 * MOST_BUCKETS


def test_a_packed_week_holds_sketches_of_those_hours_alone_that_need_them(meter, database, clock):
    now = now_of(clock)
    put(meter, now - WEEK, 4.0)
    put(meter, now - WEEK + HOUR, 4.0)
    meter.write()
    pack_weeks(database, now=now + SETTLED, is_stopped=lambda: False)
    with database.read() as connection:
        rows = connection.execute(select(packed_weeks.c.sketches).where(packed_weeks.c.arn != "")).scalars()
        assert rows.all() == [None]
    put(meter, now - WEEK, 8.0)
    meter.write()
    assert spreads(meter, now - WEEK, now, HOUR).ranks(1.0) == {now - WEEK: 8.0, now - WEEK + HOUR: 4.0}
    # From its second hour on; the week is read and its first hour left out.
    assert spreads(meter, now - WEEK + HOUR, now, DAY).ranks(1.0) == {now - WEEK + HOUR: 4.0}


def test_cuts_are_what_their_definitions_say(meter, clock):
    now = now_of(clock)
    values = [float(value) for value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 40)]
    for value in values:
        put(meter, now, value)
    of = spreads(meter, now, now + 1, 1)

    def only(points):
        return points[now]

    tenth = Cut(0.1, 0.9, is_share=True)
    assert only(of.cut_means(tenth)) == 5.5
    assert only(of.cut_counts(tenth)) == 8
    assert only(of.cut_sums(tenth)) == 44
    assert only(of.held_means(tenth)) == (2 + 44 + 9) / 10
    assert only(of.cut_means(Cut(is_share=True))) == 8.5
    between = Cut(2.0, 8.0)
    assert only(of.cut_counts(between)) == 6
    assert only(of.cut_sums(between)) == 33
    assert only(of.cut_means(between)) == 5.5
    assert only(of.cut_shares(between)) == 60
    assert only(of.held_means(between)) == (2 + 2 + 33 + 8 + 8) / 10
    assert only(of.held_means(Cut(high=9.0))) == 5.4
    nothing = Cut(low=1000.0)
    assert of.cut_means(nothing) == {}
    assert (only(of.cut_counts(nothing)), only(of.cut_sums(nothing)), only(of.cut_shares(nothing))) == (
        0,
        0,
        0,
    )
    assert only(of.ranks(0.1)) == 1.0
    assert only(of.ranks(0.11)) == 2.0


def test_nothing_counted_has_no_statistic(meter, clock):
    now = now_of(clock)
    of = spreads(meter, now - 5, now, 1, "none")
    cut = Cut(0.1, 0.9, is_share=True)
    assert [of.ranks(0.5), of.cut_means(cut), of.cut_counts(cut), of.held_means(cut), of.cut_shares(cut)] == [
        {}
    ] * 5
    empty = PeriodSpreads.of(PeriodBuckets.joined([]), now, 1)
    assert (empty.ranks(0.5), empty.held_means(cut)) == ({}, {})


def test_several_sources_know_a_period_only_together(meter, clock):
    now = now_of(clock)
    for value in (1.0, 2.0):
        put(meter, now, value)
        put(meter, now - 1, value)
    meter.put((f"{ARN}2", now, "ms"), Figure(9.0, 3, 1.0, 5.0))
    asked = [SeriesRequest((f"{ARN}{model}",), "ms", now - 1, now + 1, 1) for model in "12"]
    joined = PeriodBuckets.joined(meter.read_buckets(asked))
    assert PeriodSpreads.of(joined, now - 1, 1).ranks(1.0) == {now - 1: 2.0}


def test_a_request_that_reads_too_much_is_refused(meter, database, clock, monkeypatch):
    now = now_of(clock)
    with database.write() as connection:
        for minute in range(now - 12, now):
            add(connection, (f"{ARN}1", minute, "ms"), Figure(1.0, 1, 1.0, 1.0))
    assert len(spreads(meter, now - 12, now, 1).ranks(0.5)) == 12
    monkeypatch.setattr(reading, "MOST_READ", 119)
    with pytest.raises(Wrong, match="ask for a shorter time"):
        spreads(meter, now - 12, now, 1)


@pytest.mark.parametrize("is_packed", [False, True])
def test_what_is_too_much_is_not_loaded_first(meter, database, clock, monkeypatch, is_packed):
    now = now_of(clock)
    for hour in range(100):
        for value in range(50, 90):
            put(meter, now - WEEK + hour * HOUR, 1.5**value)
    meter.write()
    if is_packed:
        pack_weeks(database, now=now + SETTLED, is_stopped=lambda: False)
    loaded = []

    def load_noting(bodies):
        columns = load(bodies)
        loaded.append(len(columns[0]))
        return columns

    monkeypatch.setattr(reading, "load", load_noting)
    assert len(spreads(meter, now - WEEK, now, HOUR).ranks(0.5)) == 100
    assert sum(loaded) == 4000
    loaded.clear()
    monkeypatch.setattr(reading, "MOST_READ", 3999)
    with pytest.raises(Wrong, match="ask for a shorter time"):
        spreads(meter, now - WEEK, now, HOUR)
    assert loaded == []


@pytest.mark.parametrize("limit", [50.0, 0.3, -50.0, 1234.5, 1e9])
def test_a_limit_that_values_are_takes_them_in_at_its_upper_end_and_leaves_them_out_at_its_lower(
    meter, clock, limit
):
    """CloudWatch: exclusive on the lower bound, inclusive on the upper one."""
    now = now_of(clock)
    for value, times in ((limit - abs(limit) / 2, 4), (limit, 3), (limit + abs(limit), 3)):
        for _ in range(times):
            put(meter, now, value)
    whole = spreads(meter, now, now + 5, 5)
    assert list(whole.cut_shares(Cut(high=limit)).values()) == [70]
    assert list(whole.cut_shares(Cut(low=limit)).values()) == [30]
    assert list(whole.cut_counts(Cut(low=limit - abs(limit) / 2, high=limit)).values()) == [3]
    assert list(whole.cut_shares(Cut(high=limit - abs(limit))).values()) == [0]
