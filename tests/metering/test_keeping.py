"""How long figures are kept, to the minute, and what a write that fails leaves."""

import pytest

from vedette.clock import milliseconds
from vedette.metering.figure import Figure
from vedette.metering.fold import FIVES_KEPT, HOURS_KEPT, MINUTES_KEPT
from vedette.metering.meter import Meter
from vedette.metering.spans import KEPT_MS, SET_MS, SILENT_MS, SpanRecorder, UnitSpan
from vedette.metering.tables import hours, minutes
from vedette.metering.usage import PeriodFigure, parts_of

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/1"
OTHER = ARN.replace("111122223333", "444455556666")
DAY = 24 * 60


@pytest.fixture
def meter(database, clock):
    clock.move(minutes=-(minute_of(clock) % 60))
    return Meter(database, clock, lambda: milliseconds(clock()) / 1000)


def minute_of(clock):
    return milliseconds(clock()) // 60_000


def count_at(meter, clock, minutes_past, figures, arn=ARN):
    clock.move(minutes=minutes_past)
    meter.count(arn, figures)
    clock.move(minutes=-minutes_past)


def read_all(meter, name="answered", arn=ARN):
    return meter.read(arn, name, since=0, until=10**9)


def test_minutes_are_kept_for_fifteen_days_five_for_63_and_hours_for_455():
    assert (MINUTES_KEPT, FIVES_KEPT, HOURS_KEPT) == (15 * DAY, 63 * DAY, 455 * DAY)
    assert KEPT_MS == HOURS_KEPT * 60_000


def test_a_minute_is_folded_once_it_is_older_than_minutes_are_kept_and_not_before(meter, clock):
    now = minute_of(clock)
    count_at(meter, clock, 59, {"answered": 2})
    meter.write()
    clock.move(minutes=MINUTES_KEPT + 59)
    meter.fold()
    assert read_all(meter) == [(now + 59, Figure(2, 1, 2, 2))]
    clock.move(minutes=1)
    meter.fold()
    assert read_all(meter) == [(now + 55, Figure(2, 1, 2, 2))]
    clock.move(minutes=FIVES_KEPT - MINUTES_KEPT)
    meter.fold()
    assert read_all(meter) == [(now, Figure(2, 1, 2, 2))]


def test_an_hour_is_deleted_once_it_is_older_than_hours_are_kept_and_not_before(meter, clock):
    now = minute_of(clock)
    count_at(meter, clock, 0, {"answered": 2})
    meter.write()
    edges = [now, now + 60]
    clock.move(minutes=HOURS_KEPT)
    meter.fold()
    assert meter.read_periods(ARN, edges) == [PeriodFigure(ARN, 0, "answered", Figure(2, 1, 2, 2))]
    assert len(read_all(meter)) == 1
    clock.move(minutes=60)
    meter.fold()
    assert meter.read_periods(ARN, edges) == []
    assert read_all(meter) == []


def test_a_server_that_stops_folds_no_further_part(meter, clock, monkeypatch):
    parts = []
    monkeypatch.setattr("vedette.metering.meter.fold", lambda *_, **__: bool(parts.append(1)) or True)
    meter.close()
    meter.fold()
    assert parts == [1]


def test_counts_that_could_not_be_written_are_written_the_next_time(
    meter, clock, database, monkeypatch, caplog
):
    meter.count(ARN, {"answered": 1})

    def full():
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", full)
        with pytest.raises(OSError, match="no space"):
            meter.write()
        meter.count(ARN, {"answered": 4})
        meter.close()
    assert caplog.text.count("figures could not be written and stay in memory") == 1
    assert read_all(meter) == []
    meter.write()
    assert [figure for _, figure in read_all(meter)] == [Figure(5, 2, 1, 4)]


def test_nothing_is_written_where_nothing_was_counted(meter, database, monkeypatch):
    monkeypatch.setattr(database, "write", None)
    meter.write()
    meter.spans.write()


def test_the_writer_writes_counts_and_spans_and_folds(database, clock):
    meter = Meter(database, clock)
    meter.write_every_s = 0.001
    meter.count(ARN, {"answered": 1})
    meter.spans.note(ARN, 1)
    written = []
    meter.fold = lambda: written.append(1) or meter._stop.set()
    meter.open()
    meter._writer.join(30)
    with database.read() as connection:
        spans = connection.exec_driver_sql("select units from unit_spans").scalars().all()
    assert (len(read_all(meter)), spans, written) == (1, [1], [1])
    meter.close()


def test_a_period_has_what_was_counted_from_its_first_minute_up_to_its_last(meter, clock):
    now = minute_of(clock)
    for minutes_past in (-1, 0, 9, 10, 19, 20):
        count_at(meter, clock, minutes_past, {"answered": 1, "ms": 5})
    count_at(meter, clock, 5, {"answered": 1}, OTHER)
    asked = dict.fromkeys(("anomalies", "findings", "invalid", "throttled", "errors"), 1)
    count_at(meter, clock, 12, {"in_service_units": 1, **asked})
    for written in (False, True):
        if written:
            meter.write()
        periods = meter.read_periods(ARN[:-7], [now, now + 10, now + 20])
        sums = {}
        for entry in periods:
            key = (entry.arn, entry.period, entry.name)
            sums[key] = sums.get(key, 0) + entry.figure.total
        assert sums == {
            (ARN, 0, "answered"): 2,
            (ARN, 0, "ms"): 10,
            (ARN, 1, "answered"): 2,
            (ARN, 1, "ms"): 10,
            **{(ARN, 1, name): 1 for name in asked},
        }


@pytest.mark.parametrize(
    ("since", "until", "parts"),
    [
        (60, 180, [(hours, 60, 180)]),
        (59, 181, [(minutes, 59, 60), (hours, 60, 180), (minutes, 180, 181)]),
        (61, 119, [(minutes, 61, 119)]),
        (60, 119, [(minutes, 60, 119)]),
        (60, 120, [(hours, 60, 120)]),
        (30, 120, [(minutes, 30, 60), (hours, 60, 120)]),
    ],
)
def test_whole_hours_are_read_added_up_and_the_rest_by_the_minute(since, until, parts):
    assert parts_of(since, until) == parts


class Ticks:
    def __init__(self, clock):
        self.clock, self.ticks = clock, 0.0

    def pass_ms(self, ticked, *, shown=None):
        self.ticks += ticked / 1000
        self.clock.move(milliseconds=ticked if shown is None else shown)


@pytest.fixture
def wall(clock):
    return Ticks(clock)


@pytest.fixture
def recorder(database, wall):
    return SpanRecorder(database, wall.clock, lambda: wall.ticks)


def spans_of(recorder):
    return [
        (span.units, span.until_ms - span.began_ms)
        for span in recorder.read(ARN, since_ms=0, until_ms=10**14)
    ]


def test_a_supervisor_that_was_silent_for_a_minute_counts_on_and_for_longer_does_not(recorder, wall):
    recorder.note(ARN, 2)
    wall.pass_ms(SILENT_MS)
    recorder.note(ARN, 2)
    assert spans_of(recorder) == [(2, 60_000)]
    wall.pass_ms(SILENT_MS + 1)
    recorder.note(ARN, 2)
    wall.pass_ms(500)
    recorder.note(ARN, 2)
    assert spans_of(recorder) == [(2, 60_000), (2, 500)]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_that_is_corrected_by_less_than_five_seconds_begins_no_new_span(recorder, wall, sign):
    recorder.note(ARN, 1)
    wall.pass_ms(10_000, shown=10_000 + sign * (SET_MS - 1))
    recorder.note(ARN, 1)
    assert spans_of(recorder) == [(1, 10_000)]
    wall.pass_ms(1_000, shown=1_000 + sign)
    recorder.note(ARN, 1)
    wall.pass_ms(1_000)
    recorder.note(ARN, 1)
    assert sorted(spans_of(recorder)) == [(1, 1_000), (1, 11_000)]


def test_records_are_kept_as_long_as_hours_are_and_not_longer(recorder, wall, clock):
    recorder.note(ARN, 1)
    wall.pass_ms(10)
    recorder.note(ARN, 0)
    recorder.write()
    clock.move(milliseconds=KEPT_MS)
    recorder.forget_old()
    assert spans_of(recorder) == [(1, 10)]
    clock.move(milliseconds=1)
    recorder.forget_old()
    assert spans_of(recorder) == []


def test_a_span_that_grew_after_it_was_written_is_written_again_and_no_other(recorder, wall, database):
    for arn in (ARN, OTHER):
        recorder.note(arn, 2)
    wall.pass_ms(100)
    for arn in (ARN, OTHER):
        recorder.note(arn, 2)
    recorder.write()
    wall.pass_ms(100)
    recorder.note(ARN, 2)
    recorder.write()
    after_a_crash = SpanRecorder(database, wall.clock, lambda: 0.0)
    ever = {"since_ms": 0, "until_ms": 10**14}
    lengths = {span.arn: span.until_ms - span.began_ms for span in after_a_crash.read("arn:*", **ever)}
    assert lengths == {ARN: 200, OTHER: 100}


def test_a_time_has_the_spans_that_overlap_it_in_their_order(recorder, wall, clock):
    began = milliseconds(clock())
    for units in (1, 2, 3):
        recorder.note(ARN, units)
        wall.pass_ms(100)
    recorder.note(ARN, 0)
    recorder.write()
    whole = [UnitSpan(ARN, units, began + 100 * (units - 1), began + 100 * units) for units in (1, 2, 3)]
    assert recorder.read(ARN, since_ms=began, until_ms=began + 300) == whole
    assert recorder.read(ARN, since_ms=began + 100, until_ms=began + 200) == whole[1:2]
    assert recorder.read(ARN, since_ms=began + 99, until_ms=began + 201) == whole


def test_a_clock_that_leaps_ahead_deletes_nothing(database, clock):
    now, ticks = minute_of(clock), [0.0]
    meter = Meter(database, clock, lambda: ticks[0])
    count_at(meter, clock, 0, {"answered": 2})
    meter.write()
    clock.move(minutes=2 * HOURS_KEPT)
    meter.fold()
    edges = [now - now % 60, now - now % 60 + 60]
    assert [entry.figure.total for entry in meter.read_periods(ARN, edges)] == [2]
    ticks[0] += 2 * HOURS_KEPT * 60  # it went on as time did after all
    clock.move(minutes=60)
    ticks[0] += 3600
    meter.fold()
    assert meter.read_periods(ARN, edges) == []


def test_a_server_that_starts_years_later_waits_a_day_before_it_deletes(database, clock):
    first = Meter(database, clock)
    now = minute_of(clock)
    count_at(first, clock, 0, {"answered": 2})
    first.write()
    clock.move(minutes=2 * HOURS_KEPT)
    meter = Meter(database, clock, lambda: milliseconds(clock()) / 1000)
    meter.write_every_s = 3600
    meter.open()
    edges = [now - now % 60, now - now % 60 + 60]
    meter.fold()
    assert [entry.figure.total for entry in meter.read_periods(ARN, edges)] == [2]
    clock.move(minutes=DAY + 60)
    meter.fold()
    assert meter.read_periods(ARN, edges) == []
    meter.close()
