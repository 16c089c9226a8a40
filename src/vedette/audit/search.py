"""Events of the trail by time and by what they are of, the newest first, over all chains."""

import heapq
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vedette.audit.event import AuditEvent
from vedette.audit.lines import chains_of, lines_of, part_name, parts_of, read_line


@dataclass(frozen=True, slots=True, order=True)
class TrailPlace:
    """Where an event lies: its time, chain and line. Events are told from later to earlier places."""

    time_ms: int
    chain: str
    n: int


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Which events: from a time to a time, before a place, and those that `is_wanted`.

    `text` is what the line of every wanted event holds: other lines are not parsed.
    """

    since_ms: int = 0
    until_ms: int = 1 << 62
    before: TrailPlace | None = None
    text: bytes = b""
    is_wanted: Callable[[AuditEvent], bool] = lambda _: True


# An event at its place; no event where a part ended, in which nothing later is left.
Found = tuple[TrailPlace, AuditEvent | None]


def search(data: Path, query: TrailQuery) -> Iterator[tuple[TrailPlace, AuditEvent]]:
    """Yield the events, the newest first. Lines that are no events are passed over: verifying names them."""
    yield from ((place, event) for place, event in walk(data, query) if event is not None)


def walk(data: Path, query: TrailQuery) -> Iterator[Found]:
    """Yield the same, and where each part begins that was read: from there one may go on another time."""
    chains = [_newest_first(chain, query) for chain in chains_of(data)]
    yield from heapq.merge(*chains, key=lambda pair: pair[0], reverse=True)


def _newest_first(chain: Path, query: TrailQuery) -> Iterator[Found]:
    until = min(query.until_ms, query.before.time_ms if query.before else query.until_ms)
    for part in reversed(parts_of(chain)):
        if _hour_ms(part, 0) > until:
            continue
        if _hour_ms(part, 2) < query.since_ms:
            return
        yield from _of_part(part, chain, query)


def _of_part(part: Path, chain: Path, query: TrailQuery) -> Iterator[Found]:
    try:
        every = list(lines_of(part))
    except (OSError, EOFError, zlib.error):  # it was packed or removed meanwhile, or is damaged
        return
    lines = [line for line in every if query.text in line]
    pairs = [pair for line in lines if (pair := _read(line, chain)) is not None]
    # Of requests that end together the later one may have been written first.
    for place, event in sorted(pairs, key=lambda pair: pair[0], reverse=True):
        is_before = query.before is None or place < query.before
        if is_before and query.since_ms <= event.time_ms <= query.until_ms and query.is_wanted(event):
            yield place, event
    beginning = next((pair for line in every if (pair := _read(line, chain)) is not None), None)
    if beginning is not None and (query.before is None or beginning[0] < query.before):
        yield beginning[0], None


def _read(line: bytes, chain: Path) -> tuple[TrailPlace, AuditEvent] | None:
    try:
        n, _, document = read_line(line)
        event = AuditEvent.load(document)
    except (ValueError, TypeError, KeyError):
        return None
    return TrailPlace(event.time_ms, chain.name, n), event


def _hour_ms(part: Path, later: int) -> int:
    """Return when a part's hour began, or so many hours later; clocks may have gone back within it."""
    try:
        hour = datetime.strptime(part_name(part)[:13], "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return int((hour + timedelta(hours=later)).timestamp() * 1000)
