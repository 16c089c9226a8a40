"""Who waits for a unit, and who is next: callers take turns, each with its own order.

As long as a caller's turn comes round, it does not matter how many requests another has sent: one that
sends hundreds at once only waits longer itself (fair queueing, as routers do it).
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from vedette.serving.units import Unit


@dataclass(slots=True, eq=False)
class Waiting:
    """One that waits: for whom, since when, with how many bytes in memory, and what gives it a unit."""

    caller: str
    since: float
    size: int
    place: asyncio.Future[Unit] = field(repr=False)


class FairQueue:
    """Requests that wait. Those that are put `first` have lost a unit already, and go before all turns."""

    def __init__(self) -> None:
        self.size = 0
        self._count = 0
        self._first: deque[Waiting] = deque()
        self._turns: OrderedDict[str, deque[Waiting]] = OrderedDict()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Waiting]:
        yield from self._first
        for line in self._turns.values():
            yield from line

    def put(self, entry: Waiting, *, first: bool = False) -> None:
        """Let it wait behind the others of its caller."""
        line = self._first if first else self._turns.setdefault(entry.caller, deque())
        line.append(entry)
        self._count += 1
        self.size += entry.size

    def take(self) -> Waiting:
        """Return who is next; its caller's next one waits until all others have had their turn."""
        if self._first:
            entry = self._first.popleft()
        else:
            caller, line = self._turns.popitem(last=False)
            entry = line.popleft()
            if line:
                self._turns[caller] = line
        self._forget(entry)
        return entry

    def drop(self, entry: Waiting) -> None:
        """Let one go that waits no more; nothing where it has left already."""
        line = self._turns.get(entry.caller, deque()) if entry not in self._first else self._first
        if entry not in line:
            return
        line.remove(entry)
        if not line and line is not self._first:
            del self._turns[entry.caller]
        self._forget(entry)

    def last_of_longest(self, caller: str) -> Waiting | None:
        """Return whom a caller's new request may displace: the last of the one who has most.

        None where the caller would have as many itself.
        """
        line = max(self._turns.values(), key=len, default=None)
        own = len(self._turns.get(caller, ()))
        return line[-1] if line is not None and len(line) > own + 1 else None

    def waited_s(self, now: float) -> float:
        """Return how long the one that waits longest has waited."""
        heads = [line[0].since for line in (self._first, *self._turns.values()) if line]
        return now - min(heads, default=now)

    def _forget(self, entry: Waiting) -> None:
        self._count -= 1
        self.size -= entry.size
