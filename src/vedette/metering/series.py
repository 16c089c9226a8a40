"""A figure over time: added up in periods, of one resource or of several together.

Figures have the resolution that is kept (metering/fold.py): minutes for 15 days, five minutes for 63, hours
for 455. A period that is finer than what is kept of its time has nothing there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import BigInteger, Connection, Table, bindparam, cast, func, select

from vedette.metering.days import PackedRequest, read_packed
from vedette.metering.figure import Figure, Key
from vedette.metering.fold import FIVES_KEPT, HOURS_KEPT, MINUTES_KEPT
from vedette.metering.recent import RecentDays, recent_days
from vedette.metering.sums import Column, PeriodSums
from vedette.metering.tables import hours, minutes
from vedette.metering.weeks import Hours, packed_until

HOUR, FIVE = 60, 5
# SQLite takes 32,766 parameters of a statement, and PostgreSQL's driver more.
MOST_AT_ONCE = 500
NEXT_ARN = select(func.min(hours.c.arn)).where(hours.c.arn > bindparam("last"))


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """A figure of these resources together, in periods of so many minutes, from the first minute on."""

    arns: tuple[str, ...]
    figure: str
    since: int
    until: int
    period: int


def earliest(period: int, now: int) -> int:
    """Return the first minute of which figures are kept as finely as the period needs."""
    if period % HOUR == 0:
        return now - HOURS_KEPT
    return now - (FIVES_KEPT if period % FIVE == 0 else MINUTES_KEPT)


def round_start(minute: int, now: int) -> int:
    """Return where a series begins that is asked for from this minute on: where what is kept begins."""
    age = now - minute
    step = HOUR if age > FIVES_KEPT else FIVE if age > MINUTES_KEPT else 1
    return minute - minute % step


def read_series(
    connection: Connection, requests: Sequence[SeriesRequest], unwritten: Mapping[Key, Figure], now: int
) -> list[PeriodSums]:
    """Return what each request comes to; requests that differ in their resources alone are read at once."""
    answers: dict[int, PeriodSums] = {}
    for numbers in grouped(requests):
        together = [requests[number] for number in numbers]
        answers |= zip(numbers, _read_alike(connection, together, unwritten, now), strict=True)
    return [answers[number] for number in range(len(requests))]


def grouped(requests: Sequence[SeriesRequest]) -> list[list[int]]:
    """Return the numbers of those requests together that differ in their resources alone."""
    alike: defaultdict[tuple[str, int, int, int], list[int]] = defaultdict(list)
    for number, request in enumerate(requests):
        alike[request.figure, request.since, request.until, request.period].append(number)
    return list(alike.values())


def first_kept(request: SeriesRequest, now: int) -> int:
    """Return where the first period begins whose figures are all kept: half of one would be too low."""
    late = max(0, -(-(earliest(request.period, now) - request.since) // request.period))
    return request.since + late * request.period


def places_of(requests: Sequence[SeriesRequest]) -> tuple[dict[str, int], int]:
    """Return where each ARN's periods begin, counted through those of all of them, and how many each has."""
    request = requests[0]
    arns = sorted({arn for series in requests for arn in series.arns})
    wide = max(0, -(-(request.until - request.since) // request.period))
    return {arn: number * wide for number, arn in enumerate(arns)}, wide


def is_hourly(request: SeriesRequest) -> bool:
    """Say whether it asks for whole hours, from an hour on: the table of hours has added them up already."""
    return request.period % HOUR == 0 and request.since % HOUR == 0


def _read_alike(
    connection: Connection, requests: Sequence[SeriesRequest], unwritten: Mapping[Key, Figure], now: int
) -> Iterator[PeriodSums]:
    """Yield the sums of requests of the same figure and periods."""
    request = requests[0]
    first = first_kept(request, now)
    places, wide = places_of(requests)
    sums = PeriodSums.joined(
        [
            *_read_kept(connection, request, places, first),
            PeriodSums.of(list(rows_unwritten(unwritten, request, places, first))),
        ]
    )
    yield from sums_of_requests(sums, requests, places, wide)


def sums_of_requests(
    sums: PeriodSums, requests: Sequence[SeriesRequest], places: Mapping[str, int], wide: int
) -> Iterator[PeriodSums]:
    """Yield what each of these requests asks for, out of the sums of all their ARNs."""
    for alike in requests:
        parts = [sums.part(places[arn], places[arn] + wide) for arn in dict.fromkeys(alike.arns)]
        whole = parts[0] if len(parts) == 1 else PeriodSums.joined(parts)
        yield whole.moved(alike.since, alike.period)


def rows_unwritten(
    unwritten: Mapping[Key, Figure], request: SeriesRequest, places: Mapping[str, int], first: int
) -> Iterator[tuple[int, float, int, float, float]]:
    """Yield what is in memory: place, total, samples, least and most."""
    for (arn, minute, name), figure in unwritten.items():
        if name == request.figure and arn in places and first <= minute < request.until:
            place = places[arn] + (minute - request.since) // request.period
            yield place, figure.total, figure.samples, figure.least, figure.most


def _read_kept(
    connection: Connection, request: SeriesRequest, places: Mapping[str, int], first: int
) -> Iterator[PeriodSums]:
    """Yield sums by place: of packed weeks, and of what lies in rows of hours or minutes."""
    arns = list(places)
    border = packed_border(connection, request, first)
    packed = PackedRequest(request.figure, request.period, first, border)
    for start in range(0, len(arns), MOST_AT_ONCE):
        batch = arns[start : start + MOST_AT_ONCE]
        of_batch = {arn: places[arn] for arn in batch}
        recent = recent_of(connection, request, packed, batch)
        rows_of_weeks = read_packed(connection, packed, of_batch, with_sketches=False)
        rows_of_days = recent.read(connection, request.figure, of_batch, with_sketches=False)
        for rows in chain(rows_of_weeks, rows_of_days):
            for of_arns, starts, columns in rows.numbers():
                yield sums_of(of_arns + (starts - request.since) // request.period, columns).summed()
        for of_hours, since in recent.rest():
            counted = _read_rows(
                connection, hours if is_hourly(request) else minutes, request, of_hours, since
            )
            yield PeriodSums.of([(places[row[0]] + row[1], *row[2:]) for row in counted])


def packed_border(connection: Connection, request: SeriesRequest, first: int) -> int:
    """Return the minute before which a request is answered from packed rows."""
    return min(max(first, packed_until(connection)), request.until) if is_hourly(request) else first


def recent_of(
    connection: Connection, request: SeriesRequest, packed: PackedRequest, arns: Sequence[str]
) -> RecentDays:
    """Return what is read of packed days after the packed weeks; nothing where minutes are asked for."""
    if is_hourly(request):
        return recent_days(connection, packed, arns, request.until)
    return RecentDays([], arns, packed.until, packed.until)


def sums_of(places: Column, columns: Hours) -> PeriodSums:
    """Return the sums of packed hours or days, as they lie there."""
    return PeriodSums(places, columns["total"], columns["samples"], columns["least"], columns["most"])


def _read_rows(
    connection: Connection, table: Table, request: SeriesRequest, arns: Sequence[str], first: int
) -> Iterable[tuple[str, int, float, int, float, float]]:
    columns = table.c
    place = ((columns.minute - request.since) // request.period).label("place")
    query = (
        select(
            columns.arn,
            place,
            func.sum(columns.total),
            cast(func.sum(columns.samples), BigInteger),
            func.min(columns.least),
            func.max(columns.most),
        )
        .where(
            columns.arn.in_(arns),
            columns.figure == request.figure,
            columns.minute >= first,
            columns.minute < request.until,
        )
        .group_by(columns.arn, place)
    )
    return [tuple(row) for row in connection.execute(query)]


def read_arns(connection: Connection, prefix: str, unwritten: Iterable[Key]) -> list[str]:
    """Return the resources with figures whose ARNs begin so, in order.

    From one to the next by the index: each has tens of thousands of rows, which nobody wants to pass.
    """
    # SQLite's order is that of the bytes; PostgreSQL's is the locale's, where those with a prefix lie apart.
    is_by_bytes = connection.dialect.name == "sqlite"
    arns = {arn for arn, _, _ in unwritten if arn.startswith(prefix)}
    last = prefix if is_by_bytes else ""
    while (arn := connection.execute(NEXT_ARN, {"last": last}).scalar()) is not None:
        if arn.startswith(prefix):
            arns.add(arn)
        elif is_by_bytes:
            break
        last = arn
    return sorted(arns)


def read_names(
    connection: Connection, prefix: str, unwritten: Iterable[Key], *, since: int
) -> dict[str, set[str]]:
    """Return which figures the resources whose ARNs begin so had from a minute on, of those that had any."""
    keys = list(unwritten)
    names: dict[str, set[str]] = {}
    for arn in read_arns(connection, prefix, keys):
        query = select(hours.c.figure).distinct().where(hours.c.arn == arn)
        recent = query.where(hours.c.minute >= since - since % HOUR)
        figures = {figure for (figure,) in connection.execute(recent)}
        figures |= {figure for other, _, figure in keys if other == arn}
        if figures:
            names[arn] = figures
    return names
