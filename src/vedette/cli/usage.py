"""`vedette usage`: hours that models ran, times their units, and what they were asked, of a month.

What is billed elsewhere is hours times units, also while nothing is asked; this is the same count, from the
spans of units that the server writes down (`metering/spans.py`). Days begin at midnight UTC.
"""

import csv
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.directory import table
from vedette.cli.listing import Columns, is_for_people, print_records, prints_records
from vedette.cli.opening import opened, translate_refusals
from vedette.cli.signatures import Option
from vedette.clock import milliseconds, system_clock
from vedette.errors import Wrong

if TYPE_CHECKING:
    from vedette.store.db import Database

EVERY_ARN = "arn:aws:"
MINUTE_MS = 60_000
COUNTS = ("answered", "findings", "anomalies", "errors")


class UsageBy(StrEnum):
    """What a line is of."""

    VERSION = "version"
    PROJECT = "project"
    ACCOUNT = "account"


@dataclass(slots=True)
class UsageLine:
    """Hours, hours times units, and counts of what was asked."""

    hours: float = 0.0
    unit_hours: float = 0.0
    counts: dict[str, float] = field(default_factory=lambda: defaultdict(float))


@prints_records
def usage(
    data: Data = None,
    month: Annotated[str, Option("--month", help="Which month: 2026-11; the one that is now.")] = "",
    by: Annotated[UsageBy, Option("--by", help="What a line is of.")] = UsageBy.VERSION,
    account: Annotated[str, Option("--account", help="Of this account alone.")] = "",
    project: Annotated[str, Option("--project", help="Of projects of this name alone.")] = "",
    is_csv: Annotated[bool, Option("--csv", help="As CSV, for a spreadsheet.")] = False,
) -> None:
    """Say how long models ran in a month, with how many units, and what they were asked."""
    with translate_refusals():
        name, since_ms, until_ms = edges_of(month, system_clock())
    with opened(data) as installation:
        lines = read_usage(installation.database, since_ms, until_ms, by, account=account, project=project)
    heads = ("account", "region", "service", "project", "version")
    depth = {UsageBy.ACCOUNT: 1, UsageBy.PROJECT: 4, UsageBy.VERSION: 5}[by]
    head = ("month", *heads[:depth], "hours", "unit hours", "pictures", *COUNTS[1:])
    if not is_for_people():
        print_records(_columns(name, heads[:depth]), sorted(lines.items()))
        return
    rows = [head, *(_row(name, key, line) for key, line in sorted(lines.items()))]
    if is_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
        return
    total = UsageLine()
    for line in lines.values():
        _add(total, line)
    print(table([*rows, _row("together", ("",) * depth, total)] if len(lines) > 1 else rows))
    if not lines:
        print(f"No model ran and nothing was asked in {name} (UTC).", file=sys.stderr)


def _columns(month: str, heads: tuple[str, ...]) -> Columns:
    """Return what a program gets of a line: its figures as they were counted, not rounded."""
    names = {head: partial(_part, at) for at, head in enumerate(heads)}
    counts = {"pictures" if name == "answered" else name: partial(_count, name) for name in COUNTS}
    return {
        "month": lambda _: month,
        **names,
        "hours": lambda item: round(item[1].hours, 6),
        "unit_hours": lambda item: round(item[1].unit_hours, 6),
        **counts,
    }


def _part(at: int, item: tuple[tuple[str, ...], UsageLine]) -> str:
    return item[0][at]


def _count(name: str, item: tuple[tuple[str, ...], UsageLine]) -> int:
    return round(item[1].counts.get(name, 0))


def edges_of(month: str, now: datetime) -> tuple[str, int, int]:
    """Return a month's name, and when it begins and ends, in milliseconds."""
    try:
        begin = datetime.strptime(month or f"{now.astimezone(UTC):%Y-%m}", "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise Wrong(f'"{month}" is no month: say 2026-11.') from None
    year, following = divmod(begin.year * 12 + begin.month, 12)
    if not 1970 <= begin.year < 9999:
        raise Wrong(f'"{month}" is not in a year between 1970 and 9998.')
    end = datetime(year, following + 1, 1, tzinfo=UTC)
    return f"{begin:%Y-%m}", milliseconds(begin), milliseconds(end)


def read_usage(
    database: "Database", since_ms: int, until_ms: int, by: UsageBy, *, account: str = "", project: str = ""
) -> dict[tuple[str, ...], UsageLine]:
    """Return what each version, project or account used; versions that were deleted are in it."""
    from vedette.metering.spans import SpanRecorder, UnitSpan, unit_hours
    from vedette.metering.usage import read_periods

    lines: defaultdict[tuple[str, ...], UsageLine] = defaultdict(UsageLine)
    for span in SpanRecorder(database).read(f"{EVERY_ARN}*", since_ms=since_ms, until_ms=until_ms):
        key = _key(span.arn, by, account, project)
        if key is not None:
            alone = UnitSpan(span.arn, 1, span.began_ms, span.until_ms)
            lines[key].hours += unit_hours([alone], since_ms=since_ms, until_ms=until_ms)
            lines[key].unit_hours += unit_hours([span], since_ms=since_ms, until_ms=until_ms)
    for entry in read_periods(database, EVERY_ARN, [since_ms // MINUTE_MS, until_ms // MINUTE_MS]):
        key = _key(entry.arn, by, account, project)
        if key is not None and entry.name in COUNTS:
            lines[key].counts[entry.name] += entry.figure.total
    return dict(lines)


def _key(arn: str, by: UsageBy, account: str, project: str) -> tuple[str, ...] | None:
    """Return what the line is of to which an ARN belongs; None where it is not asked for."""
    from vedette.projects.version import read_version_arn

    identity = read_version_arn(arn)
    if identity is None:
        return None
    scope, name, version = identity
    if (account and scope.account != account) or (project and name != project):
        return None
    if by is UsageBy.ACCOUNT:
        return (scope.account,)
    place = (scope.account, scope.region, scope.service, name)
    return place if by is UsageBy.PROJECT else (*place, version)


def _add(total: UsageLine, line: UsageLine) -> None:
    total.hours += line.hours
    total.unit_hours += line.unit_hours
    for name, count in line.counts.items():
        total.counts[name] += count


def _row(month: str, key: tuple[str, ...], line: UsageLine) -> tuple[str, ...]:
    counts = [f"{line.counts.get(name, 0):.0f}" for name in COUNTS]
    return (month, *key, f"{line.hours:.2f}", f"{line.unit_hours:.2f}", *counts)
