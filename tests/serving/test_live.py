"""The last minute of a version: outcomes, percentiles, and a row a second."""

from hypothesis import given
from hypothesis import strategies as st

from vedette.serving.live import MOST_VERSIONS, WINDOW_S, LiveFigures, percentile

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/1"


class Ticks:
    """A monotonic clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_has_a_row_a_second_and_percentiles():
    ticks = Ticks()
    live = LiveFigures(ticks)
    for ms in range(1, 101):
        live.count(ARN, {"answered": 1, "ms": float(ms)})
    live.count(ARN, {"throttled": 1})
    live.count(ARN, {"in_service_units": 2, "desired_units": 3})
    ticks.now += 2
    live.count(ARN, {"invalid": 1})
    ticks.now += 1
    report = live.report(ARN)
    assert report.counts == {"answered": 100, "invalid": 1, "throttled": 1, "errors": 0}
    assert (report.p50_ms, report.p99_ms) == (50.0, 99.0)
    assert report.answered[-3:] == [100, 0, 0]
    assert report.refusals[-3:] == [1, 0, 1]
    assert report.units[-4:] == [0, 2, 2, 2]
    assert len(report.answered) == len(report.refusals) == len(report.units) == WINDOW_S


def test_what_is_older_than_a_minute_is_forgotten():
    ticks = Ticks()
    live = LiveFigures(ticks)
    live.count(ARN, {"answered": 1, "ms": 5.0})
    ticks.now += WINDOW_S + 1
    report = live.report(ARN)
    assert (sum(report.counts.values()), report.p50_ms, sum(report.answered)) == (0, None, 0)


def test_versions_that_nobody_asks_make_room():
    live = LiveFigures(Ticks())
    for number in range(MOST_VERSIONS + 1):
        live.count(f"{ARN}{number}", {"answered": 1})
    assert live.report(f"{ARN}0").counts["answered"] == 0
    assert live.report(f"{ARN}1").counts["answered"] == 1


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.001, 1))
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values, share):
    result = percentile(sorted(values), share)
    assert result in values
    below = sum(value <= result for value in values)
    assert below >= share * len(values) - 1e-9
