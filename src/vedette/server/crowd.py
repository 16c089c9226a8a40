"""How many connections there may be at once, and which goes when one more comes.

One that does nothing goes before one that works: whoever holds many lines without a request on
them cannot keep others out.
"""

import logging
import time
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger("vedette.server")

# Each line that works holds a few hundred KiB at most; the files that they need beside them count too.
MOST_LINES = 2048
# The same sentence again only after this; a flood of lines must not become a flood of log lines.
SILENCE_S = 60.0


class Connection(Protocol):
    """What the crowd asks of a connection."""

    idle_since: float | None

    def end(self) -> None:
        """Close the connection."""


class Crowd:
    """The connections of one server."""

    def __init__(self, most: int = MOST_LINES, ticks: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._lines: dict[Connection, None] = {}  # in the order they came
        self._ticks = ticks
        self._warned_at: float | None = None

    def admit(self, line: Connection) -> bool:
        """Return whether there is room for it; the line that was idle longest makes room."""
        if len(self._lines) >= self.most:
            self._note()
            idle = [other for other in self._lines if other.idle_since is not None]
            if not idle:
                return False
            oldest = min(idle, key=_idle_since)
            del self._lines[oldest]
            oldest.end()
        self._lines[line] = None
        return True

    def leave(self, line: Connection) -> None:
        """Forget a connection that has ended."""
        self._lines.pop(line, None)

    def _note(self) -> None:
        now = self._ticks()
        if self._warned_at is None or now - self._warned_at >= SILENCE_S:
            self._warned_at = now
            log.warning(
                "There are %s connections, as many as this server holds: those without a request are closed, "
                "and new ones are refused where all work.",
                self.most,
            )


def room_for_lines() -> int:
    """Return how many lines the process can hold: half the files it may open, after asking for more."""
    try:
        import resource
    except ImportError:  # Windows counts no files.
        return MOST_LINES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * MOST_LINES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_LINES if soft == resource.RLIM_INFINITY else min(MOST_LINES, soft // 2)


def _idle_since(line: Connection) -> float:
    return line.idle_since or 0.0
