"""A figure of one resource in one minute, and how it is added to the database."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, and_, insert, select, update

from vedette.metering.sketch import MOST_BUCKETS, Buckets, dump_buckets, key_of, load_buckets
from vedette.metering.tables import minutes

# ARN, minute, name.
Key = tuple[str, int, str]


@dataclass(slots=True)
class Figure:
    """Enough for every statistic that CloudWatch has."""

    total: float = 0.0
    samples: int = 0
    least: float = float("inf")
    most: float = float("-inf")
    # How often which values came. None where all are the same, which the least and the most say, and where
    # nobody knows: then it has no percentiles.
    buckets: Buckets | None = None

    def add(self, other: "Figure") -> None:
        """Add another figure of the same resource and minute."""
        if self.samples == 0:
            self.buckets = None if other.buckets is None else dict(other.buckets)
        elif not self.least == self.most == other.least == other.most:
            self.buckets = _merged(self.spread(), other.spread())
        self.total += other.total
        self.samples += other.samples
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)

    def copy(self) -> "Figure":
        """Return the same, which a later count does not change."""
        buckets = None if self.buckets is None else dict(self.buckets)
        return Figure(self.total, self.samples, self.least, self.most, buckets)

    def spread(self) -> Buckets | None:
        """Return how often which values came; None where nobody knows."""
        if self.buckets is not None:
            return self.buckets
        if self.least == self.most and math.isfinite(self.least):
            return {key_of(self.least): self.samples}
        return None


def _merged(buckets: Buckets | None, others: Buckets | None) -> Buckets | None:
    """Add the second buckets to the first ones; nobody knows a whole of which a part is unknown."""
    if buckets is None or others is None:
        return None
    for key, count in others.items():
        buckets[key] = buckets.get(key, 0) + count
    return buckets if len(buckets) <= MOST_BUCKETS else None


def figure_of(row: Any) -> Figure:
    """Return the figure of a database's row."""
    figure = Figure(row.total, row.samples, row.least, row.most)
    if row.sketch is not None and figure.least < figure.most:
        buckets = load_buckets(row.sketch)
        # A server of an older release adds to a row and knows of no sketch in it.
        figure.buckets = buckets if sum(buckets.values()) == figure.samples else None
    return figure


def columns_of(figure: Figure) -> Mapping[str, Any]:
    """Return a figure as its row has it."""
    return {
        "total": figure.total,
        "samples": figure.samples,
        "least": figure.least,
        "most": figure.most,
        "sketch": None if figure.buckets is None else dump_buckets(figure.buckets),
    }


def add(connection: Connection, key: Key, figure: Figure, table: Table = minutes) -> None:
    """Add a figure to the database's row of it."""
    arn, minute, name = key
    key_matches = and_(table.c.arn == arn, table.c.minute == minute, table.c.figure == name)
    row = connection.execute(select(table).where(key_matches)).first()
    if row is None:
        connection.execute(insert(table).values(arn=arn, minute=minute, figure=name, **columns_of(figure)))
        return
    whole = figure_of(row)
    whole.add(figure)
    connection.execute(update(table).where(key_matches).values(columns_of(whole)))
