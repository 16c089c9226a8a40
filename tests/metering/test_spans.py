"""Hours times units come from records: through kills, set clocks, midnights and summer time."""

import threading
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.clock import milliseconds
from vedette.metering import spans as metering_spans
from vedette.metering.spans import SILENT_MS, SpanRecorder, UnitSpan, unit_hours

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/1"
HOUR_MS = 3_600_000
EVER = {"since_ms": 0, "until_ms": 10**14}


class Wall:
    """A wall clock and a monotonic one; only the first can be set."""

    def __init__(self, clock):
        self.clock, self.ticks = clock, 500.0

    def pass_s(self, seconds):
        self.clock.move(seconds=seconds)
        self.ticks += seconds

    def set_by_s(self, seconds):
        self.clock.move(seconds=seconds)


@pytest.fixture
def wall(clock):
    return Wall(clock)


@pytest.fixture
def recorder(database, wall):
    return SpanRecorder(database, wall.clock, lambda: wall.ticks)


def run(recorder, wall, units, seconds):
    """Count a version's units every second, as its supervisor does."""
    for _ in range(seconds):
        recorder.note(ARN, units)
        wall.pass_s(1)
    recorder.note(ARN, units)


def hours(recorder):
    return unit_hours(recorder.read(ARN, **EVER), **EVER)


def test_a_version_that_runs_has_its_hours_so_far(recorder, wall):
    run(recorder, wall, 2, 90)
    assert hours(recorder) == pytest.approx(2 * 90 / 3600)
    recorder.write()
    run(recorder, wall, 2, 30)
    assert hours(recorder) == pytest.approx(2 * 120 / 3600)
    assert len(recorder.read(ARN, **EVER)) == 1


def test_more_units_begin_another_span(recorder, wall):
    run(recorder, wall, 1, 60)
    run(recorder, wall, 3, 60)
    recorder.note(ARN, 0)
    wall.pass_s(600)
    recorder.note(ARN, 0)
    assert [span.units for span in recorder.read(ARN, **EVER)] == [1, 3]
    assert hours(recorder) == pytest.approx((60 + 3 * 60) / 3600)


def test_a_killed_server_leaves_what_was_written_and_no_more(recorder, database, wall):
    run(recorder, wall, 1, 100)
    recorder.write()
    run(recorder, wall, 1, 10)
    wall.pass_s(7200)
    after = SpanRecorder(database, wall.clock, lambda: 3.0)
    assert hours(after) == pytest.approx(100 / 3600)
    after.note(ARN, 1)
    assert hours(after) == pytest.approx(100 / 3600)


@pytest.mark.parametrize("jump", [-7200, -10, 10, 7200, 86_400 * 400])
def test_a_clock_that_is_set_adds_no_hours_and_takes_none(recorder, wall, jump):
    run(recorder, wall, 1, 50)
    recorder.write()
    wall.set_by_s(jump)
    run(recorder, wall, 1, 50)
    recorder.write()
    # A second between the last count before the jump and the first after it belongs to one of them.
    assert hours(recorder) == pytest.approx(100 / 3600, abs=1.5 / 3600)


def test_a_loop_that_hung_counts_only_what_it_counted(recorder, wall):
    run(recorder, wall, 1, 10)
    wall.pass_s(SILENT_MS / 1000 + 600)
    run(recorder, wall, 1, 10)
    assert hours(recorder) == pytest.approx(20 / 3600, abs=1.5 / 3600)


def test_what_cannot_be_written_is_read_from_memory(recorder, wall, database, monkeypatch):
    run(recorder, wall, 1, 10)
    recorder.write()
    run(recorder, wall, 1, 10)

    def full():
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", full)
        with pytest.raises(OSError, match="no space"):
            recorder.write()
        assert hours(recorder) == pytest.approx(20 / 3600)
    recorder.write()
    assert hours(recorder) == pytest.approx(20 / 3600)


def test_a_prefix_reads_all_that_begin_so(recorder, wall):
    other = ARN.replace("doors", "do_rs")
    for arn in (ARN, other):
        recorder.note(arn, 1)
    wall.pass_s(30)
    for arn in (ARN, other):
        recorder.note(arn, 1)
    for written in (False, True):
        if written:
            recorder.write()
        assert [span.arn for span in recorder.read(f"{other[:-4]}*", **EVER)] == [other]
        assert len(recorder.read("arn:aws:lookoutvision:*", **EVER)) == 2


def test_old_records_are_forgotten(recorder, wall):
    run(recorder, wall, 1, 10)
    recorder.note(ARN, 0)
    recorder.write()
    wall.pass_s(456 * 86_400)
    recorder.forget_old()
    assert recorder.read(ARN, **EVER) == []


def edges(zone, *days):
    return [milliseconds(datetime(*day, tzinfo=ZoneInfo(zone))) for day in days]


@pytest.mark.parametrize(
    ("zone", "days", "lengths"),
    [
        ("Europe/Berlin", ((2026, 3, 28), (2026, 3, 29), (2026, 3, 30)), (24, 23)),
        ("Europe/Berlin", ((2026, 10, 24), (2026, 10, 25), (2026, 10, 26)), (24, 25)),
        ("America/Sao_Paulo", ((2018, 11, 3), (2018, 11, 4), (2018, 11, 5)), (24, 23)),
        ("Asia/Kathmandu", ((2026, 1, 1), (2026, 1, 2), (2026, 1, 3)), (24, 24)),
    ],
)
def test_a_day_has_as_many_hours_as_it_has(zone, days, lengths):
    moments = edges(zone, *days)
    long = UnitSpan(ARN, 2, moments[0] - 10 * HOUR_MS, moments[-1] + 10 * HOUR_MS)
    found = [unit_hours([long], since_ms=since, until_ms=until) for since, until in pairwise(moments)]
    assert found == [2 * length for length in lengths]


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(1, 16))),
    st.lists(st.integers(0, 2 * 10**9), min_size=2, unique=True).map(sorted),
)
def test_periods_add_up_to_the_whole(spans, cuts):
    made = [UnitSpan(ARN, units, began, began + length) for began, length, units in spans]
    parts = [unit_hours(made, since_ms=since, until_ms=until) for since, until in pairwise(cuts)]
    assert sum(parts) == pytest.approx(unit_hours(made, since_ms=cuts[0], until_ms=cuts[-1]))


def test_a_span_on_its_way_to_the_database_is_read_once(recorder, wall, monkeypatch):
    """The attack: a report that was asked for while a span was written showed its hours twice, or not."""
    run(recorder, wall, 2, 90)
    asked, answers = threading.Event(), []

    def read():
        asked.set()
        answers.append(hours(recorder))

    reader = threading.Thread(target=read)
    write = metering_spans._write

    def write_while_somebody_asks(*arguments):
        reader.start()
        asked.wait()
        reader.join(0.2)
        return write(*arguments)

    monkeypatch.setattr(metering_spans, "_write", write_while_somebody_asks)
    recorder.write()
    reader.join()
    assert answers == [pytest.approx(2 * 90 / 3600)]
