"""Processes of functions that wait for the next invocation, so that most need not begin one.

A process is let go when its function changed, when nobody needed it for two minutes, or after twenty: its
temporary keys are good for an hour.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from vedette.functions.environment import FunctionEnvironment
from vedette.functions.store import Function

log = logging.getLogger(__name__)

IDLE_S, OLDEST_S = 120.0, 1200.0
# How many wait, of all functions together: each has an interpreter in memory.
MOST_IDLE = 8

Begin = Callable[[Function], FunctionEnvironment]


class EnvironmentPool:
    """The processes of one server. Threads may share it."""

    def __init__(self, begin: Begin, ticks: Callable[[], float] = time.monotonic) -> None:
        self._begin = begin
        self._ticks = ticks
        self._idle: list[tuple[str, float, FunctionEnvironment]] = []
        self._busy: set[FunctionEnvironment] = set()
        self._lock = threading.Lock()
        self._is_closed = False

    @contextmanager
    def lent(self, function: Function) -> Iterator[FunctionEnvironment]:
        """Yield a process of a function, for this thread alone."""
        environment = self._take(function.revision) or self._begin(function)
        with self._lock:
            self._busy.add(environment)
        try:
            yield environment
        finally:
            with self._lock:
                self._busy.discard(environment)
            self._give_back(function.revision, environment)

    def sweep(self) -> None:
        """Let go of what nobody needed, or is too old."""
        now = self._ticks()
        with self._lock:
            old = [item for item in self._idle if now - item[1] > IDLE_S or now - item[2].began > OLDEST_S]
            self._idle = [item for item in self._idle if item not in old]
        _close(environment for _, _, environment in old)

    def close(self) -> None:
        """End all, those that run too: what they were doing is tried again, where nobody waited for it."""
        with self._lock:
            self._is_closed = True
            environments = [environment for _, _, environment in self._idle]
            self._idle = []
            running = list(self._busy)
        _close(environments)
        for environment in running:
            environment.stop()

    def _take(self, revision: str) -> FunctionEnvironment | None:
        now = self._ticks()
        with self._lock:
            for item in reversed(self._idle):
                fits = item[0] == revision and now - item[2].began < OLDEST_S and not item[2].is_over
                if fits:
                    self._idle.remove(item)
                    return item[2]
        return None

    def _give_back(self, revision: str, environment: FunctionEnvironment) -> None:
        with self._lock:
            keeps = not self._is_closed and not environment.is_over
            if keeps:
                self._idle.append((revision, self._ticks(), environment))
            spare = [] if len(self._idle) <= MOST_IDLE else [self._idle.pop(0)[2]]
        _close(spare if keeps else [environment])


def _close(environments: Iterator[FunctionEnvironment] | list[FunctionEnvironment]) -> None:
    for environment in environments:
        with suppress(OSError):
            environment.close()
