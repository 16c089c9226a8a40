"""Buckets of periods read: of packed weeks, of rows of hours and minutes, and of what is not written yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from vedette.errors import Wrong
from vedette.metering.figure import Figure, Key
from vedette.metering.series import (
    HOUR,
    MOST_AT_ONCE,
    SeriesRequest,
    first_kept,
    grouped,
    is_hourly,
    places_of,
    read_series,
)
from vedette.metering.sketch import Column, Numbers, count_in, keys_of, load
from vedette.metering.spreads import BucketCounts, PeriodBuckets, codes_of
from vedette.metering.tables import hours, minutes, packed_weeks
from vedette.metering.weeks import WEEK, packed_until, unpack

# Buckets that one request may read: a second or two of one core. A row of the database costs as much as ten,
# an hour of a packed week as one.
MOST_READ, ROW = 5_000_000, 10
# Resources whose weeks are read at once: a year of ten busy ones is some millions of buckets.
MOST_AT_ONCE_OF_WEEKS = 10
# Rows that are in memory at once: with all the buckets that they may have these are some tens of megabytes.
ROWS, WEEKS = 5_000, 20

Part = tuple[Column, Column]


@dataclass(slots=True)
class BucketBudget:
    """How many buckets a request may still read."""

    remaining: int

    def spend(self, count: int) -> None:
        """Take so many off it."""
        self.remaining -= count
        if self.remaining < 0:
            raise Wrong(
                "The request asks for percentiles out of too many figures; ask for a shorter time, fewer "
                "metrics, or periods of whole hours that begin with an hour."
            )


def read_buckets(
    connection: Connection, requests: Sequence[SeriesRequest], unwritten: Mapping[Key, Figure], now: int
) -> list[PeriodBuckets]:
    """Return what each request's percentiles are told from."""
    sums = read_series(connection, requests, unwritten, now)
    budget = BucketBudget(MOST_READ)
    answers: dict[int, PeriodBuckets] = {}
    for numbers in grouped(requests):
        together = [requests[number] for number in numbers]
        reader = BucketReader(connection, together, first_kept(together[0], now), budget)
        # Each part is summed by itself first: of days there are fewer buckets than of their hours.
        pieces = chain(reader.read_unwritten(unwritten), reader.read_kept())
        parts = [BucketCounts.summed([part]) for part in pieces]
        buckets = BucketCounts.summed([(part.codes, part.counts) for part in parts])
        for number, request in zip(numbers, together, strict=True):
            of_arns = [buckets.part(*reader.bounds(arn)) for arn in dict.fromkeys(request.arns)]
            answers[number] = PeriodBuckets(sums[number], BucketCounts.summed(of_arns))
    return [answers[number] for number in range(len(requests))]


class BucketReader:
    """Reads the buckets of requests of the same figure and periods; places count periods through all ARNs."""

    def __init__(
        self, connection: Connection, requests: Sequence[SeriesRequest], first: int, budget: BucketBudget
    ) -> None:
        self._connection = connection
        self._request = requests[0]
        self._places, self._wide = places_of(requests)
        self._first = first
        self._budget = budget

    def bounds(self, arn: str) -> tuple[int, int]:
        """Return the first place of an ARN, and the one after its last."""
        return self._places[arn], self._places[arn] + self._wide

    def read_unwritten(self, unwritten: Mapping[Key, Figure]) -> Iterator[Part]:
        """Yield what is in memory."""
        request = self._request
        for (arn, minute, name), figure in unwritten.items():
            is_asked = name == request.figure and arn in self._places
            if not is_asked or not self._first <= minute < request.until:
                continue
            buckets = figure.spread() or {}
            place = self._places[arn] + (minute - request.since) // request.period
            keys = np.array(list(buckets), np.int64)
            yield codes_of(np.full(len(keys), place), keys), np.array(list(buckets.values()), np.int64)

    def read_kept(self) -> Iterator[Part]:
        """Yield what is in the database."""
        request, arns = self._request, list(self._places)
        border = self._first
        if is_hourly(request):
            border = min(max(border, packed_until(self._connection)), request.until)
            for start in range(0, len(arns) if border > self._first else 0, MOST_AT_ONCE_OF_WEEKS):
                yield from self._read_weeks(arns[start : start + MOST_AT_ONCE_OF_WEEKS], border)
        for start in range(0, len(arns), MOST_AT_ONCE):
            yield from self._read_rows(arns[start : start + MOST_AT_ONCE], border)

    def _read_rows(self, arns: Sequence[str], first: int) -> Iterator[Part]:
        request = self._request
        columns = (hours if is_hourly(request) else minutes).c
        query = select(
            columns.arn, columns.minute, columns.samples, columns.least, columns.most, columns.sketch
        ).where(
            columns.arn.in_(arns),
            columns.figure == request.figure,
            columns.minute >= first,
            columns.minute < request.until,
        )
        query = query.limit(self._budget.remaining // ROW + 1).execution_options(yield_per=ROWS)
        with self._connection.execute(query) as result:
            for rows in result.partitions():
                yield from self._of_rows(rows)

    def _of_rows(self, rows: Sequence[Any]) -> Iterator[Part]:
        request = self._request
        self._budget.spend(ROW * len(rows))
        names, starts, samples, least, most, sketches = zip(*rows, strict=True)
        of_arns = np.array([self._places[name] for name in names], np.int64)
        places = of_arns + (np.array(starts, np.int64) - request.since) // request.period
        yield from _uniform(
            places, np.array(samples, np.int64), np.array(least, np.float64), np.array(most, np.float64)
        )
        with_sketches = [number for number, body in enumerate(sketches) if body is not None]
        of, _, keys, counts = self._load([sketches[number] for number in with_sketches])
        yield codes_of(places[np.array(with_sketches, np.int64)[of]], keys), counts

    def _read_weeks(self, arns: Sequence[str], until: int) -> Iterator[Part]:
        columns = packed_weeks.c
        query = select(columns.arn, columns.begin, columns.body, columns.sketches).where(
            columns.arn.in_(arns),
            columns.figure == self._request.figure,
            columns.begin > self._first - WEEK,
            columns.begin < until,
        )
        with self._connection.execute(query.execution_options(yield_per=WEEKS)) as result:
            for rows in result.partitions():
                yield from self._of_weeks(rows, until)

    def _of_weeks(self, rows: Sequence[Any], until: int) -> Iterator[Part]:
        weeks = [(row.arn, row.begin, bytes(row.body)) for row in rows]
        for members, lengths, packed in unpack(weeks):
            self._budget.spend(len(packed))
            starts = np.repeat(np.array([begin for _, begin, _ in members], np.int64), lengths)
            of_arns = np.repeat(np.array([self._places[arn] for arn, _, _ in members], np.int64), lengths)
            places, is_asked = self._of_hours(starts, of_arns, packed["hour"], until)
            hours_asked = packed[is_asked]
            yield from _uniform(
                places[is_asked],
                hours_asked["samples"].astype(np.int64),
                hours_asked["least"].astype(np.float64),
                hours_asked["most"].astype(np.float64),
            )
        sketched = [row for row in rows if row.sketches is not None]
        of, of_week, keys, counts = self._load([row.sketches for row in sketched])
        starts = np.array([row.begin for row in sketched], np.int64)[of]
        of_arns = np.array([self._places[row.arn] for row in sketched], np.int64)[of]
        places, is_asked = self._of_hours(starts, of_arns, of_week, until)
        yield codes_of(places[is_asked], keys[is_asked]), counts[is_asked]

    def _load(self, bodies: Sequence[bytes]) -> tuple[Column, Column, Column, Column]:
        """Load buckets, counted before: each takes ten times its bytes then."""
        self._budget.spend(count_in(bodies))
        return load(bodies)

    def _of_hours(
        self, starts: Column, of_arns: Column, of_week: Column, until: int
    ) -> tuple[Column, npt.NDArray[np.bool_]]:
        """Return the places of hours of weeks, and whether they are asked for."""
        at = starts + of_week * np.int64(HOUR)
        places = of_arns + (at - self._request.since) // self._request.period
        return places, (at >= self._first) & (at < until)


def _uniform(places: Column, samples: Column, least: Numbers, most: Numbers) -> Iterator[Part]:
    """Yield rows whose values are all the same: their least says which."""
    is_uniform = (least == most) & np.isfinite(least)
    if np.any(is_uniform):
        yield codes_of(places[is_uniform], keys_of(least[is_uniform])), samples[is_uniform]
