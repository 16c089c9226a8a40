"""The limit of simultaneous connections, and which is closed when one more comes.

Idle connections are closed before busy ones: a client that holds many without sending requests cannot
keep others out.
"""

import logging
import time
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger("vedette.server")

# Each line that works holds a few hundred KiB at most; the files that they need beside them count too.
MOST_CONNECTIONS = 2048
# The same sentence again only after this; a flood of lines must not become a flood of log lines.
SILENCE_S = 60.0


class Connection(Protocol):
    """What the limiter needs of a connection."""

    idle_since: float | None

    def end(self) -> None:
        """Close the connection."""


class ConnectionLimiter:
    """The connections of one server."""

    def __init__(self, most: int = MOST_CONNECTIONS, ticks: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._lines: dict[Connection, None] = {}  # in the order they came
        self._ticks = ticks
        self._warned_at: float | None = None

    def admit(self, line: Connection) -> bool:
        """Return whether there is room for it; the connection that was idle longest is closed for it."""
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
                "There are %s connections, as many as this server holds: idle ones are closed, "
                "and new ones are refused while all are busy.",
                self.most,
            )


def connection_limit() -> int:
    """Return how many connections the process can hold: half of the files that it may open."""
    try:
        import resource
    except ImportError:  # Windows counts no files.
        return MOST_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * MOST_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft // 2)


def _idle_since(line: Connection) -> float:
    return line.idle_since or 0.0
