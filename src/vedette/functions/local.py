"""Events handled on this machine, one after the other: tried again as AWS Lambda does, and never dropped.

What failed waits without holding up the others. Each event ends in one of two ways: it was handled, or it
failed three times and is handed over as a dead letter.
"""

import heapq
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson

from vedette.functions.confine import Confinement
from vedette.functions.environment import FunctionEnvironment
from vedette.functions.values import FunctionProgram, InvocationRequest, InvocationResult

# AWS Lambda's, of events that nobody waits for: two more tries, after one minute and after two.
RETRIES, RETRY_S = 2, 60.0


@dataclass(frozen=True, slots=True)
class LocalEvent:
    """An event: its own id, which stays over all tries, and what it is about, for whoever keeps the list."""

    event: Any
    subject: str = ""
    id: str = field(default_factory=lambda: str(uuid4()))
    tries: int = 0


@dataclass(frozen=True, slots=True)
class LocalListener:
    """Who is told: of each call with its log, of each event that is over, and of each that was given up."""

    answered: Callable[[LocalEvent, InvocationResult], None]
    ended: Callable[[LocalEvent], None]
    given_up: Callable[[LocalEvent, InvocationResult], None]


class LocalFunction:
    """A function on this machine, with a process that is begun when it is needed. One thread at a time."""

    def __init__(self, program: FunctionProgram, confinement: Confinement) -> None:
        self._program = program
        self._confinement = confinement
        self._environment: FunctionEnvironment | None = None

    def call(self, event: LocalEvent) -> InvocationResult:
        """Return what came of one call."""
        if self._environment is None or self._environment.is_over:
            self.close()
            self._environment = FunctionEnvironment(self._program, self._confinement)
        return self._environment.invoke(InvocationRequest(event.id, orjson.dumps(event.event)))

    def close(self) -> None:
        """End its process."""
        if self._environment is not None:
            self._environment.close()
            self._environment = None


@contextmanager
def opened(program: FunctionProgram, confinement: Confinement) -> Iterator[LocalFunction]:
    """Yield a function; its process is ended at the end."""
    function = LocalFunction(program, confinement)
    try:
        yield function
    finally:
        function.close()


class LocalQueue:
    """Events that wait, those that are due first."""

    def __init__(
        self,
        function: LocalFunction,
        listener: LocalListener,
        *,
        retries: int = RETRIES,
        retry_s: float = RETRY_S,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._function = function
        self._listener = listener
        self._retries = retries
        self._retry_s = retry_s
        self._ticks = ticks
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, LocalEvent]] = []

    def add(self, event: LocalEvent, *, after_s: float = 0.0) -> None:
        """Have an event handled, now or later."""
        heapq.heappush(self._waiting, (self._ticks() + after_s, next(self._numbers), event))

    @property
    def subjects(self) -> set[str]:
        """What the events that wait are about."""
        return {event.subject for _, _, event in self._waiting}

    @property
    def pause_s(self) -> float | None:
        """How long it is until the next one is due; None where there is none."""
        return max(0.0, self._waiting[0][0] - self._ticks()) if self._waiting else None

    def run_due(self) -> None:
        """Handle every event that is due."""
        while self._waiting and self._waiting[0][0] <= self._ticks():
            self._handle(heapq.heappop(self._waiting)[2])

    def _handle(self, event: LocalEvent) -> None:
        result = self._function.call(event)
        self._listener.answered(event, result)
        tries = event.tries + 1
        later = LocalEvent(event.event, event.subject, event.id, tries)
        if not result.failed:
            self._listener.ended(later)
        elif tries <= self._retries:
            self.add(later, after_s=self._retry_s * tries)
        else:
            self._listener.given_up(later, result)
            self._listener.ended(later)
