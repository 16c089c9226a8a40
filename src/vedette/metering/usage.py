"""Figures added up over periods: what was asked of every version of an account, as far back as figures go."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, Table, func, select

from vedette.metering.figure import Figure
from vedette.metering.tables import hours, minutes
from vedette.store.db import Database

# What is asked of a version. Units have their own records (metering/spans.py).
ASKED = ("answered", "anomalies", "findings", "invalid", "throttled", "errors", "ms")
HOUR = 60


@dataclass(frozen=True, slots=True)
class PeriodFigure:
    """A figure of one version in one period; `period` counts from the first."""

    arn: str
    period: int
    name: str
    figure: Figure


def read_periods(database: Database, prefix: str, edges: Sequence[int]) -> list[PeriodFigure]:
    """Return the figures of all ARNs that begin so, in periods between these minutes, which are in order."""
    sums: defaultdict[tuple[str, int, str], Figure] = defaultdict(Figure)
    with database.read() as connection:
        for period, (since, until) in enumerate(pairwise(edges)):
            for table, start, end in parts_of(since, until):
                for arn, name, figure in _read(connection, table, prefix, start, end):
                    sums[arn, period, name].add(figure)
    return [PeriodFigure(*key, figure) for key, figure in sums.items()]


def parts_of(since: int, until: int) -> list[tuple[Table, int, int]]:
    """Return where a period's figures are read: whole hours added up already, and the minutes around them.

    A day of a zone that is half an hour off begins within an hour.
    """
    first, last = -(-since // HOUR) * HOUR, until // HOUR * HOUR
    if first >= last:
        return [(minutes, since, until)]
    parts = [(minutes, since, first), (hours, first, last), (minutes, last, until)]
    return [(table, start, end) for table, start, end in parts if start < end]


def _read(
    connection: Connection, table: Table, prefix: str, since: int, until: int
) -> Iterator[tuple[str, str, Figure]]:
    columns = table.c
    query = (
        select(
            columns.arn,
            columns.figure,
            func.sum(columns.total),
            func.sum(columns.samples),
            func.min(columns.least),
            func.max(columns.most),
        )
        .where(
            columns.minute >= since,
            columns.minute < until,
            columns.arn.startswith(prefix, autoescape=True),
            columns.figure.in_(ASKED),
        )
        .group_by(columns.arn, columns.figure)
    )
    for arn, name, total, samples, least, most in connection.execute(query):
        yield arn, name, Figure(total, int(samples), least, most)
