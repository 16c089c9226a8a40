"""Figures of hours that are drawn, and all that is told of them."""

import pytest
from sqlalchemy import insert

from vedette.clock import milliseconds
from vedette.metering.figure import Figure, columns_of
from vedette.metering.series import SeriesRequest
from vedette.metering.spreads import Cut, PeriodSpreads
from vedette.metering.tables import hours
from vedette.metering.weeks import HOUR, WEEK

ARN = "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/"


def now_of(clock):
    return milliseconds(clock()) // 60_000


def fill(database, now, weeks, drawn, models=("1", "2")):
    """Put hours of one value, of many, of some that nobody knows, and infinite ones; not every hour."""
    rows = []
    for model in models:
        for hour in range(weeks * 168):
            if drawn.random() < 0.3:
                continue
            whole = Figure()
            for _ in range(drawn.choice((1, 1, 3, 8))):
                value = drawn.choice((0.0, 2.0, 2.0, drawn.lognormvariate(3, 2), -drawn.random()))
                count = drawn.choice((1, 300, 70_000))
                whole.add(Figure(value * count, count, value, value))
            if drawn.random() < 0.01:
                whole.add(Figure(9.0, 3, 1.0, 5.0))
            if drawn.random() < 0.003:
                whole.add(Figure(float("inf"), 1, 1e308, float("inf")))
            key = {"arn": f"{ARN}{model}", "minute": now - weeks * WEEK + hour * HOUR, "figure": "ms"}
            rows.append({**key, **columns_of(whole)})
    with database.write() as connection:
        connection.execute(insert(hours), rows)


def read(meter, since, until, period):
    """Return sums, and what is told from buckets, of one model and of several together."""
    answers = []
    for models in (("1",), ("1", "2", "none")):
        request = SeriesRequest(tuple(f"{ARN}{model}" for model in models), "ms", since, until, period)
        (sums,) = meter.read_series([request])
        (whole,) = meter.read_buckets([request])
        spreads = PeriodSpreads.of(whole, since, period)
        cut = Cut(0.1, 0.9, is_share=True)
        answers += [sums.points(name) for name in ("Sum", "SampleCount", "Minimum", "Maximum")]
        answers += [whole.sums.points("SampleCount"), whole.sums.points("Sum")]
        answers += [spreads.ranks(0.5), spreads.ranks(0.99), spreads.cut_means(cut), spreads.cut_counts(cut)]
    return answers


def is_same(first, second):
    """Say whether points are the same; sums of fractions may differ in their last bits by their order."""
    return all(
        one == pytest.approx(other, rel=1e-9, abs=1e-3) for one, other in zip(first, second, strict=True)
    )


def never():
    return False
