"""A figure over time: added up in periods, of one resource or of several together.

Figures have the resolution that is kept (metering/fold.py): minutes for 15 days, five minutes for 63, hours
for 455. A period that is finer than what is kept of its time has nothing there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, bindparam, func, select

from vedette.metering.figure import Figure, Key
from vedette.metering.fold import FIVES_KEPT, HOURS_KEPT, MINUTES_KEPT
from vedette.metering.tables import hours, minutes

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
    connection: Connection, request: SeriesRequest, unwritten: Mapping[Key, Figure], now: int
) -> dict[int, Figure]:
    """Return the periods that have figures, by their first minute."""
    sums: defaultdict[int, Figure] = defaultdict(Figure)
    kept_from = earliest(request.period, now)
    # The first period whose figures are all kept: half of one would be a lower number than it was.
    late = max(0, -(-(kept_from - request.since) // request.period))
    first = request.since + late * request.period
    # A whole number of hours, from an hour on, is what the table of hours has added up already.
    is_hourly = request.period % HOUR == 0 and request.since % HOUR == 0
    table = hours if is_hourly else minutes
    for start in range(0, len(request.arns), MOST_AT_ONCE):
        arns = request.arns[start : start + MOST_AT_ONCE]
        for place, figure in _read(connection, table, request, arns, first):
            sums[request.since + place * request.period].add(figure)
    arns_of_request = set(request.arns)
    for (arn, minute, name), figure in unwritten.items():
        if name == request.figure and arn in arns_of_request and first <= minute < request.until:
            sums[minute - (minute - request.since) % request.period].add(figure)
    return dict(sums)


def _read(
    connection: Connection, table: Table, request: SeriesRequest, arns: Sequence[str], first: int
) -> Iterable[tuple[int, Figure]]:
    columns = table.c
    place = ((columns.minute - request.since) // request.period).label("place")
    query = (
        select(
            place,
            func.sum(columns.total),
            func.sum(columns.samples),
            func.min(columns.least),
            func.max(columns.most),
        )
        .where(
            columns.arn.in_(arns),
            columns.figure == request.figure,
            columns.minute >= first,
            columns.minute < request.until,
        )
        .group_by(place)
    )
    for number, total, samples, least, most in connection.execute(query):
        yield int(number), Figure(total, int(samples), least, most)


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
