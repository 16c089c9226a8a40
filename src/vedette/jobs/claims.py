"""Which job a thread of this server takes next: one that was handed to it, else one that is claimed in turns.

Of two threads that come upon a job one takes it; of two servers, one. Runs nothing (runner.py).
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from vedette.jobs.guard import QueueGuard
from vedette.jobs.store import JobRow, JobTable, Turn
from vedette.store.db import Database

log = logging.getLogger("vedette.jobs.runner")


@dataclass(slots=True)
class QueueThreads:
    """The threads of a queue, and what they have to know of one another."""

    pool: ThreadPoolExecutor
    concurrency: int
    kinds: list[str] = field(default_factory=list)
    busy: int = 0
    # Grows with every reason to look: a thread that finds nothing looks again if it grew meanwhile.
    wakes: int = 0
    # Jobs that are ours already and wait for a thread.
    handed: list[int] = field(default_factory=list)
    # When each account was last served, in turns.
    served: dict[str, int] = field(default_factory=dict)
    # What may keep jobs waiting though a thread is idle.
    guard: QueueGuard | None = None
    # Whoever asks the gate claims before the next one asks: else one place would be given to several.
    claiming: threading.Lock = field(default_factory=threading.Lock)


class JobClaims:
    """The jobs that threads of this server run or are about to. Threads may share it."""

    def __init__(
        self,
        database: Database,
        table: JobTable,
        changed: threading.Condition,
        closing: threading.Event,
        wake: Callable[[QueueThreads], None],
    ) -> None:
        self._database = database
        self._table = table
        # The runner's own, under which it counts its threads too.
        self._changed = changed
        self._closing = closing
        self._wake = wake
        self._in_hand: set[int] = set()

    def numbers(self) -> list[int]:
        """Return the jobs that threads have in their hands."""
        with self._changed:
            return list(self._in_hand)

    def let_go(self, number: int) -> None:
        """Let whoever comes upon a job next take it."""
        with self._changed:
            self._in_hand.discard(number)

    def next(self, queue: QueueThreads) -> JobRow | None:
        """Return a job that is this server's now; nothing where none can be had."""
        try:
            if (row := self._next_handed(queue)) is not None or queue.guard is None:
                return row or self._claim(queue)
            with queue.claiming:
                return self._claim(queue)
        except Exception:
            # The database is away or full: the next beat looks again.
            log.warning("no job could be taken", exc_info=True)
            return None

    def _next_handed(self, queue: QueueThreads) -> JobRow | None:
        while True:
            with self._changed:
                if self._closing.is_set() or not queue.handed:
                    return None
                number = queue.handed.pop(0)
            if (row := self.take(number)) is not None:
                with self._changed:
                    queue.served[row.account] = queue.wakes
                return row

    def take(self, number: int) -> JobRow | None:
        """Return a job that is this server's already, for this thread alone."""
        with self._changed:
            if number in self._in_hand:
                return None
            self._in_hand.add(number)
        row = None
        try:
            with self._database.read() as connection:
                row = self._table.owned(connection, number)
        finally:
            if row is None:
                self.let_go(number)
        return row

    def _claim(self, queue: QueueThreads) -> JobRow | None:
        if self._closing.is_set() or not self._may_claim(queue):
            return None
        number = None
        try:
            with self._database.write() as connection:
                turns = _allowed(queue, self._table.turns(connection, queue.kinds, self.numbers()))
                number = self._choose(queue, turns)
                row = None if number is None else self._table.claim(connection, number)
        except BaseException:
            self.let_go(number or 0)
            raise
        if sum(turn.free for turn in turns) > 1:
            self._wake(queue)
        return row

    def _may_claim(self, queue: QueueThreads) -> bool:
        """Say whether there is a job for which there is room; the gate is asked outside the transaction."""
        with self._database.read() as connection:
            turns = self._table.turns(connection, queue.kinds, self.numbers())
            if not _allowed(queue, turns):
                return False
            under_way = self._table.under_way(connection, queue.kinds, self.numbers())
        return queue.guard is None or not queue.guard.closes(under_way)

    def _choose(self, queue: QueueThreads, turns: list[Turn]) -> int | None:
        """Return the job of who has fewest under way, and of these of who has waited longest; it is taken."""
        with self._changed:
            if not turns or self._closing.is_set():
                return None
            turn = min(turns, key=lambda turn: (turn.running, queue.served.get(turn.account, -1), turn.first))
            if turn.first in self._in_hand:
                return None  # another thread has it in its hands, and claims it if it is free
            self._in_hand.add(turn.first)
            queue.wakes += 1
            queue.served[turn.account] = queue.wakes
        return turn.first


def _allowed(queue: QueueThreads, turns: list[Turn]) -> list[Turn]:
    """Return the turns of accounts that may begin one more."""
    return turns if queue.guard is None else queue.guard.allowed(turns)
