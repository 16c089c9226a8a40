"""The queue of requests for a unit: fair queueing, round robin by caller, in order within a caller.

A caller that sends hundreds of requests at once only waits longer itself (Nagle, RFC 970, as routers do it).
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from vedette.engines.port import Unit


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """Whose request it is, and when the whole of it was here, by the monotonic clock."""

    caller: str = ""
    received: float = field(default_factory=time.monotonic)


@dataclass(slots=True, eq=False)
class QueuedRequest:
    """A queued request: its caller, since when, its bytes in memory, and the future of its unit."""

    caller: str
    since: float
    size: int
    place: asyncio.Future[Unit] = field(repr=False)


class FairQueue:
    """Queued requests. Those that are put `first` have lost a unit already, and go before all others."""

    def __init__(self) -> None:
        self.size = 0
        self._count = 0
        self._first: deque[QueuedRequest] = deque()
        self._turns: OrderedDict[str, deque[QueuedRequest]] = OrderedDict()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[QueuedRequest]:
        yield from self._first
        for line in self._turns.values():
            yield from line

    def put(self, entry: QueuedRequest, *, first: bool = False) -> None:
        """Append a request to those of its caller."""
        line = self._first if first else self._turns.setdefault(entry.caller, deque())
        line.append(entry)
        self._count += 1
        self.size += entry.size

    def take(self) -> QueuedRequest:
        """Return the next request; its caller's next one comes after one of every other caller."""
        if self._first:
            entry = self._first.popleft()
        else:
            caller, line = self._turns.popitem(last=False)
            entry = line.popleft()
            if line:
                self._turns[caller] = line
        self._forget(entry)
        return entry

    def drop(self, entry: QueuedRequest) -> None:
        """Remove a request that waits no more; a no-op where it was removed already."""
        line = self._turns.get(entry.caller, deque()) if entry not in self._first else self._first
        if entry not in line:
            return
        line.remove(entry)
        if not line and line is not self._first:
            del self._turns[entry.caller]
        self._forget(entry)

    def last_of_longest(self, caller: str) -> QueuedRequest | None:
        """Return the request that a caller's new one may displace: the last of the caller that has most.

        None where the caller would then have as many itself.
        """
        line = max(self._turns.values(), key=len, default=None)
        own = len(self._turns.get(caller, ()))
        return line[-1] if line is not None and len(line) > own + 1 else None

    def waited_s(self, now: float) -> float:
        """Return how long the oldest request has waited."""
        heads = [line[0].since for line in (self._first, *self._turns.values()) if line]
        return now - min(heads, default=now)

    def _forget(self, entry: QueuedRequest) -> None:
        self._count -= 1
        self.size -= entry.size
