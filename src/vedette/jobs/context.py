"""What a running job may ask: whether to leave off, a pause, a note of its progress, and its end."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection


class LeaseLost(Exception):
    """The job belongs to another server by now: nothing of this run may be shown."""


class JobContext:
    """One run of one job. Threads may share it."""

    def __init__(self, number: int, subject: str, *, tries: int, end: Callable[[Connection], bool]) -> None:
        self.id = number
        self.subject = subject
        # Which try this is, from 1.
        self.tries = tries
        self._is_cancelled = False
        self.is_lost = False
        self.has_ended = False
        self.is_unreadable = False
        # Why it went back into its queue, if it did.
        self.postponed = ""
        # The kind of what went wrong, once it did.
        self.failure = ""
        self.progress: Mapping[str, Any] | None = None
        self._end = end
        self._leave = threading.Event()
        self._lock = threading.Lock()
        self._hearers: list[Callable[[], None]] = []

    def should_leave(self) -> bool:
        """Say whether to leave off: the server stops, or the job was cancelled or lost."""
        return self._leave.is_set()

    def is_cancelled(self) -> bool:
        """Say whether somebody asked that the job be left for good."""
        return self._is_cancelled

    def pause(self, seconds: float) -> bool:
        """Sleep, unless the job is to be left; return whether it is."""
        return self._leave.wait(seconds)

    @contextlib.contextmanager
    def calling(self, hearer: Callable[[], None]) -> Iterator[None]:
        """Have this called once the job is to be left, or at once where it is: so ends what blocks a run."""
        with self._lock:
            self._hearers.append(hearer)
            late = self._leave.is_set()
        if late:
            hearer()
        try:
            yield
        finally:
            with self._lock:
                self._hearers.remove(hearer)

    def report(self, progress: Mapping[str, Any]) -> None:
        """Note how far the job is; the next renewal of the lease writes it down."""
        self.progress = progress

    def end(self, connection: Connection) -> None:
        """End the job in the transaction that shows its result.

        Raises:
            LeaseLost: where another server has the job by now; the transaction is undone with it.
        """
        if not self._end(connection):
            raise LeaseLost
        self.has_ended = True

    def leave(self, *, cancelled: bool = False, lease_lost: bool = False) -> None:
        """Ask the run to leave off."""
        self._is_cancelled |= cancelled
        self.is_lost |= lease_lost
        with self._lock:
            self._leave.set()
            hearers = list(self._hearers)
        for hearer in hearers:
            hearer()
