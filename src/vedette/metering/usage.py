"""Figures added up over periods: what was asked of every version of an account, as far back as figures go."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import func, select

from vedette.metering.figure import Figure
from vedette.metering.tables import minutes
from vedette.store.db import Database

# What is asked of a version. Units have their own records (metering/spans.py).
ASKED = ("answered", "anomalies", "findings", "invalid", "throttled", "errors", "ms")


@dataclass(frozen=True, slots=True)
class PeriodFigure:
    """A figure of one version in one period; `period` counts from the first."""

    arn: str
    period: int
    name: str
    figure: Figure


def read_periods(database: Database, prefix: str, edges: Sequence[int]) -> list[PeriodFigure]:
    """Return the figures of all ARNs that begin so, in periods between these minutes, which are in order."""
    figures: list[PeriodFigure] = []
    with database.read() as connection:
        for period, (since, until) in enumerate(pairwise(edges)):
            rows = connection.execute(
                select(
                    minutes.c.arn,
                    minutes.c.figure,
                    func.sum(minutes.c.total).label("total"),
                    func.sum(minutes.c.samples).label("samples"),
                    func.min(minutes.c.least).label("least"),
                    func.max(minutes.c.most).label("most"),
                )
                .where(
                    minutes.c.minute >= since,
                    minutes.c.minute < until,
                    minutes.c.arn.startswith(prefix, autoescape=True),
                    minutes.c.figure.in_(ASKED),
                )
                .group_by(minutes.c.arn, minutes.c.figure)
            ).all()
            figures += [
                PeriodFigure(
                    row.arn, period, row.figure, Figure(row.total, int(row.samples), row.least, row.most)
                )
                for row in rows
            ]
    return figures
