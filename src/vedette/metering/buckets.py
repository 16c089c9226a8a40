"""Buckets of periods read: of packed weeks, of rows of hours and minutes, and of what is not written yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from vedette.errors import Wrong
from vedette.metering.days import PackedRequest, PackedRows, read_packed
from vedette.metering.figure import Figure, Key
from vedette.metering.series import (
    MOST_AT_ONCE,
    SeriesRequest,
    first_kept,
    grouped,
    is_hourly,
    packed_border,
    places_of,
    recent_of,
    rows_unwritten,
    sums_of,
    sums_of_requests,
)
from vedette.metering.sketch import Column, count_in, keys_of, load
from vedette.metering.spreads import BucketCounts, PeriodBuckets, codes_of
from vedette.metering.sums import PeriodSums
from vedette.metering.tables import hours, minutes

# Buckets that one request may read: a second or two of one core. A row of the database costs as much as ten,
# an hour of a packed week as one.
MOST_READ, ROW = 5_000_000, 10
# Rows that are in memory at once: with all the buckets that they may have these are some tens of megabytes.
ROWS = 5_000

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
    budget = BucketBudget(MOST_READ)
    answers: dict[int, PeriodBuckets] = {}
    for numbers in grouped(requests):
        together = [requests[number] for number in numbers]
        reader = BucketReader(connection, together, first_kept(together[0], now), budget)
        # Each part is summed by itself first: of days there are fewer buckets than of their hours.
        pieces = chain(reader.read_unwritten(unwritten), reader.read_kept())
        parts = [BucketCounts.summed([part]) for part in pieces]
        buckets = BucketCounts.summed([(part.codes, part.counts) for part in parts])
        for number, request, sums in zip(numbers, together, reader.sums(), strict=True):
            of_arns = [buckets.part(*reader.bounds(arn)) for arn in dict.fromkeys(request.arns)]
            answers[number] = PeriodBuckets(sums, BucketCounts.summed(of_arns))
    return [answers[number] for number in range(len(requests))]


class BucketReader:
    """Reads the buckets of requests of the same figure and periods; places count periods through all ARNs."""

    def __init__(
        self, connection: Connection, requests: Sequence[SeriesRequest], first: int, budget: BucketBudget
    ) -> None:
        self._connection = connection
        self._request = requests[0]
        self._requests = requests
        self._sums: list[PeriodSums] = []
        self._places, self._wide = places_of(requests)
        self._first = first
        self._budget = budget

    def bounds(self, arn: str) -> tuple[int, int]:
        """Return the first place of an ARN, and the one after its last."""
        return self._places[arn], self._places[arn] + self._wide

    def sums(self) -> Iterator[PeriodSums]:
        """Yield the sums of each request, once all is read."""
        sums = PeriodSums.joined(self._sums)
        return sums_of_requests(sums, self._requests, self._places, self._wide)

    def read_unwritten(self, unwritten: Mapping[Key, Figure]) -> Iterator[Part]:
        """Yield what is in memory."""
        request = self._request
        rows = rows_unwritten(unwritten, request, self._places, self._first)
        self._sums.append(PeriodSums.of(list(rows)))
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
        border = packed_border(self._connection, request, self._first)
        packed = PackedRequest(request.figure, request.period, self._first, border)
        for start in range(0, len(arns), MOST_AT_ONCE):
            batch = arns[start : start + MOST_AT_ONCE]
            of_batch = {arn: self._places[arn] for arn in batch}
            recent = recent_of(self._connection, request, packed, batch)
            rows_of_weeks = read_packed(self._connection, packed, of_batch, with_sketches=True)
            rows_of_days = recent.read(self._connection, request.figure, of_batch, with_sketches=True)
            for rows in chain(rows_of_weeks, rows_of_days):
                yield from self._of_packed(rows)
            for of_hours, since in recent.rest():
                yield from self._read_rows(of_hours, since)

    def _read_rows(self, arns: Sequence[str], first: int) -> Iterator[Part]:
        request = self._request
        columns = (hours if is_hourly(request) else minutes).c
        query = select(
            columns.arn,
            columns.minute,
            columns.total,
            columns.samples,
            columns.least,
            columns.most,
            columns.sketch,
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
        names, starts, totals, samples, least, most, sketches = zip(*rows, strict=True)
        of_arns = np.array([self._places[name] for name in names], np.int64)
        places = of_arns + (np.array(starts, np.int64) - request.since) // request.period
        of_rows = PeriodSums(
            places,
            np.array(totals, np.float64),
            np.array(samples, np.int64),
            np.array(least, np.float64),
            np.array(most, np.float64),
        )
        yield from self._of_sums(of_rows)
        with_sketches = [number for number, body in enumerate(sketches) if body is not None]
        of, _, keys, counts = self._load([sketches[number] for number in with_sketches])
        yield codes_of(places[np.array(with_sketches, np.int64)[of]], keys), counts

    def _of_packed(self, rows: PackedRows) -> Iterator[Part]:
        """Yield what is in rows of packed weeks, or of their days."""
        request = self._request
        for of_arns, starts, columns in rows.numbers():
            self._budget.spend(len(columns))
            yield from self._of_sums(sums_of(of_arns + (starts - request.since) // request.period, columns))
        sketched = [row for row in rows.rows if row[3] is not None]
        of, numbers, keys, counts = self._load([row[3] for row in sketched])
        of_arns, begins = (column[of] for column in rows.of_rows(sketched))
        starts, is_asked = rows.asked(of_arns, begins, numbers)
        codes = codes_of(of_arns + (starts - request.since) // request.period, keys)
        if is_asked.all():
            yield codes, counts
        else:
            yield codes[is_asked], counts[is_asked]

    def _of_sums(self, sums: PeriodSums) -> Iterator[Part]:
        """Keep sums, and yield those whose values are all the same: their least says which."""
        self._sums.append(sums.summed())
        is_uniform = (sums.least == sums.most) & np.isfinite(sums.least)
        if np.any(is_uniform):
            alike = sums.chosen(is_uniform)
            keys = keys_of(alike.least.astype(np.float64))
            yield codes_of(alike.minutes, keys), alike.samples.astype(np.int64)

    def _load(self, bodies: Sequence[bytes]) -> tuple[Column, Column, Column, Column]:
        """Load buckets, counted before: each takes ten times its bytes then."""
        self._budget.spend(count_in(bodies))
        return load(bodies)
