"""What GetMetricData takes over 13 months of figures of 100 models (bar: 200 ms).

Every minute of every model has one figure, kept as finely as the server keeps it: minutes for 15 days, five
minutes for 63, hours for 395. The answer is computed and not sent. `make bench` does not run it: it fills a
database for some minutes.
"""

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert

from vedette.clock import milliseconds, system_clock
from vedette.errors import Wrong
from vedette.metering.days import pack_days
from vedette.metering.figure import Figure, columns_of
from vedette.metering.fold import FIVES_KEPT, MINUTES_KEPT
from vedette.metering.meter import Meter
from vedette.metering.recent import pack_recent
from vedette.metering.tables import hours, minutes
from vedette.metering.weeks import pack_weeks
from vedette.migrations import upgrade
from vedette.monitoring.metrics import KnownMetrics, Place, named
from vedette.monitoring.queries import Answered, MetricQuery, MetricStatistic, answer
from vedette.store.db import Database, open_database

DAY = 24 * 60
PLACE = Place("111122223333", "us-east-1")
FIGURE = "in_service_units"


def fill(database: Database, models: int, days: int, now: int) -> int:
    """Write the figures; return how many rows there are."""
    count, drawn = 0, random.Random(1)
    # Few enough to be made in a moment, and many enough that no two hours beside each other are the same.
    pool = [columns_of(drawn_figure(drawn)) for _ in range(500)]
    for model in range(models):
        arn = f"arn:aws:lookoutvision:us-east-1:111122223333:model/line-{model}/1"
        of_hours = range((now - days * DAY) // 60 * 60, now, 60)
        late, five = now - MINUTES_KEPT, now - FIVES_KEPT
        of_minutes = [
            *range(of_hours[0], five, 60), *range(five // 5 * 5, late, 5), *range(late, now)
        ]  # fmt: skip
        with database.write() as connection:
            for table, starts in ((hours, of_hours), (minutes, of_minutes)):
                rows = [
                    {"arn": arn, "minute": start, "figure": FIGURE, **drawn.choice(pool)}
                    for start in dict.fromkeys(starts)
                ]
                connection.execute(insert(table), rows)
                count += len(rows)
    return count


def drawn_figure(drawn: random.Random) -> Figure:
    """Return a figure of sixty values, from one to ten units."""
    most = drawn.randint(1, 10)
    whole = Figure()
    for value in (1.0, *(float(drawn.randint(1, most)) for _ in range(5))):
        whole.add(Figure(10 * value, 10, value, value))
    return whole


def queries(models: int, period: int, statistic: str = "Average") -> list[MetricQuery]:
    """Return a query a model."""
    return [
        MetricQuery(
            f"m{model}",
            MetricStatistic(
                named(
                    "AWS/LookoutVision",
                    "InServiceInferenceUnits",
                    [("ProjectName", f"line-{model}"), ("ModelVersion", "1")],
                ),
                statistic,
                period,
            ),
        )
        for model in range(models)
    ]


def main() -> None:
    """Fill, ask, print: from the rows of hours, packed weeks, their days, and recent ones, in one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--days", type=int, default=395)
    options = parser.parse_args()
    now = milliseconds(system_clock()) // 60_000
    with tempfile.TemporaryDirectory() as folder:
        database = open_database("", Path(folder))
        upgrade(database, Path(folder))
        began = time.perf_counter()
        rows = fill(database, options.models, options.days, now)
        print(f"{rows:,} rows in {time.perf_counter() - began:.0f} s")
        metrics = KnownMetrics(database, Meter(database), system_clock)
        print("from hours:")
        ask(metrics, options.models, options.days, now)
        began = time.perf_counter()
        pack_weeks(database, now=now, is_stopped=lambda: False)
        print(f"from packed weeks, packed in {time.perf_counter() - began:.0f} s:")
        ask(metrics, options.models, options.days, now)
        began = time.perf_counter()
        pack_days(database, is_stopped=lambda: False)
        print(f"from packed days, packed in {time.perf_counter() - began:.0f} s:")
        ask(metrics, options.models, options.days, now)
        began = time.perf_counter()
        pack_recent(database, now=now, is_stopped=lambda: False)
        print(f"and from days of the week that goes on, packed in {time.perf_counter() - began:.0f} s:")
        ask(metrics, options.models, options.days, now)


def ask(metrics: KnownMetrics, models: int, all_days: int, now: int) -> None:
    """Ask each question five times; print the median, the least, and the least of processor time."""
    for name, count, period, days in (
        ("one model, 13 months by the hour", 1, 60, all_days),
        ("one model, 13 months by the day", 1, DAY, all_days),
        ("one model, 15 days by the minute", 1, 1, 15),
        ("all models, a day by the hour", models, 60, 1),
        ("all models, two weeks by the hour", models, 60, 14),
        ("all models, 13 months by the day", models, DAY, all_days),
        ("one model, 13 months by the day, p90", 1, DAY, all_days),
        ("all models, a day by the hour, p90", models, 60, 1),
        ("all models, 15 days by the hour, p90", models, 60, 15),
        ("all models, 13 months by the day, p90", models, DAY, all_days),
    ):
        asked = queries(count, period, "p90" if name.endswith("p90") else "Average")
        times, of_processor, answered = [], [], list[Answered]()
        try:
            for _ in range(5):
                began, began_s = time.perf_counter(), time.process_time()
                answered = answer(metrics, PLACE, asked, since=now - days * DAY, until=now)
                times.append(1000 * (time.perf_counter() - began))
                of_processor.append(1000 * (time.process_time() - began_s))
        except Wrong as refusal:
            print(f"{name}: refused: {refusal.sentence}")
            continue
        points = sum(len(series.points) for one in answered for series in one.series)
        least = f"least {min(times):.0f}, of a core {min(of_processor):.0f}"
        print(f"{name}: {statistics.median(times):.0f} ms ({least}), {points:,} values")


if __name__ == "__main__":
    main()
