"""The threads of one server that run jobs: so many a queue, accounts taking turns, leases renewed.

    add      writes a job down in the caller's transaction
    begin    lets a thread take it, once that transaction is committed
    start    takes up what a stop or a crash left, and listens for what other servers add

Where a thread is idle, a job is owned by this server from the moment it is written, which spares a second
transaction; the others are claimed by whichever server has a thread for them (decisions/0223).
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, system_clock
from vedette.jobs.attempt import Attempt
from vedette.jobs.beats import LeaseBeats
from vedette.jobs.claims import JobClaims, QueueThreads
from vedette.jobs.context import JobContext
from vedette.jobs.guard import QueueGuard
from vedette.jobs.kind import JobBegun, JobKind, NewJob, WorkQueue
from vedette.jobs.passed import PassedTime
from vedette.jobs.store import JobPlace, JobRow, JobTable
from vedette.store.db import Database

log = logging.getLogger(__name__)

# How soon it is tried again to write down an end that could not be written, for want of room mostly.
AGAIN_S = 2.0
# How soon somebody who waits for a job looks again whether another server has ended it.
LOOK_S = 0.2


class JobRunner:
    """The jobs of one server. Threads may share it."""

    def __init__(
        self,
        database: Database,
        clock: Clock = system_clock,
        *,
        again_s: float = AGAIN_S,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ticks = ticks
        # What rooms remove for its age is old by this, not by the clock.
        self.passed = PassedTime(database, clock, ticks)
        self._database = database
        self._closing = threading.Event()
        self._beats = LeaseBeats(self.beat, self._closing)
        self._table = JobTable(secrets.token_hex(16), clock, self._beats.patience_ms)
        self._again_s = again_s
        # Told of each run: kind, number, tries, seconds, and the kind of its failure.
        self.watch: Callable[[str, int, int, float, str], None] | None = None
        self._kinds: dict[str, JobKind[Any]] = {}
        self._queues: dict[str, QueueThreads] = {}
        self._running: dict[int, JobContext] = {}
        self._changed = threading.Condition()
        self._claims = JobClaims(database, self._table, self._changed, self._closing, self._wake)
        self._unknown: set[str] = set()
        self._beat_listeners: list[Callable[[], None]] = []

    @property
    def owner(self) -> str:
        """The id by which jobs are this server's."""
        return self._table.owner

    # The server's life

    def register(self, kind: JobKind[Any]) -> None:
        """Declare a kind of job. Every room does so before the start."""
        assert kind.name not in self._kinds, "a kind is declared once"
        self._kinds[kind.name] = kind
        self._threads(kind.queue).kinds.append(kind.name)

    def guard(self, queue: WorkQueue, guard: QueueGuard) -> None:
        """Hold a queue to a gate and a quota from now on."""
        self._threads(queue).guard = guard

    def start(self, *, is_alone: bool = False) -> None:
        """Take up what a stop or a crash left undone, and from now on what other servers leave.

        Alone, as with SQLite by the lock on its folder, what others own is a dead one's.
        """
        with self._database.write() as connection:
            if is_alone or self._database.file is not None:
                self._table.release(connection, everybodys=True)
        self.passed.look()
        self._beats.start()
        self._wake_for_free_jobs()

    def close(self) -> None:
        """Ask every run to leave off, wait for that, and leave the jobs to whoever starts next."""
        self.stop_taking()
        for queue in list(self._queues.values()):
            queue.pool.shutdown(cancel_futures=True)
        self._beats.join()
        try:
            with self._database.write() as connection:
                self._table.release(connection)
        except Exception:
            # Their leases pass, or the next start on this database takes them.
            log.warning("the jobs of this server could not be released", exc_info=True)

    def stop_taking(self) -> None:
        """Begin nothing more, and ask what runs to leave off; what is added waits for the next start."""
        with self._changed:
            self._closing.set()
            for context in self._running.values():
                context.leave()
            self._changed.notify_all()

    # What rooms ask for

    def add(self, connection: Connection, job: NewJob, *, runs_here: bool = False) -> int:
        """Write a job down in the transaction that promises it; `begin` or `run_here` after the commit."""
        queue = self._queues[self._kinds[job.kind].queue.name]
        with self._changed:
            is_idle = queue.busy + len(queue.handed) < queue.concurrency and not self._closing.is_set()
            is_idle = is_idle and queue.guard is None
        return self._table.add(connection, job, owned=is_idle or runs_here)

    def begin(self, kind: str, number: int) -> None:
        """Let a thread take a job that was added."""
        queue = self._queues[self._kinds[kind].queue.name]
        with self._changed:
            queue.handed.append(number)
        self._wake(queue)

    def run_here(self, number: int) -> None:
        """Run a job that was added for this in the caller's thread, whatever its queue has to do."""
        if (row := self._claims.take(number)) is not None:
            self._perform(row)

    def is_busy(self, queue: WorkQueue) -> bool:
        """Say whether a job of this queue would have to wait for a thread of this server."""
        threads = self._threads(queue)
        with self._changed:
            is_held = threads.guard is not None and bool(threads.guard.reason)
            return is_held or threads.busy >= threads.concurrency

    def places(self, kind: str) -> list[JobPlace]:
        """Return every job of a kind that has not ended, the oldest first, on whichever server it is."""
        with self._database.read() as connection:
            return self._table.listed(connection, kind, self._claims.numbers())

    def number(self, kind: str, subject: str) -> int | None:
        """Return the number of the job of this kind that a subject has, if it has one."""
        with self._database.read() as connection:
            return self._table.number(connection, kind, subject)

    def progress(self, kind: str, subject: str) -> Mapping[str, Any] | None:
        """Return what a job last reported, wherever it runs; nothing where there is none.

        Of one that runs here what it said itself: on a full disk that is written down late or never.
        """
        with self._database.read() as connection:
            number = self._table.number(connection, kind, subject)
            progress = self._table.progress(connection, kind, subject)
        with self._changed:
            context = None if number is None else self._running.get(number)
        return progress if context is None or context.progress is None else context.progress

    def cancel(self, number: int) -> bool:
        """Remove a job that has not begun; else ask its run to leave off and return False."""
        with self._database.write() as connection:
            is_removed = self._table.withdraw(connection, number, self._claims.numbers())
            if not is_removed:
                self._table.cancel(connection, number)
        with self._changed:
            if not is_removed and (context := self._running.get(number)):
                context.leave(cancelled=True)
            self._changed.notify_all()
        return is_removed

    def drop(self, number: int, connection: Connection) -> None:
        """Remove a job that has not begun, in the caller's transaction; raise JobBegun where it has."""
        if not self._table.withdraw(connection, number, self._claims.numbers()):
            raise JobBegun

    def withdraw(self, number: int) -> bool:
        """Remove a job that has not begun; return whether it has not, or has ended."""
        with self._database.write() as connection:
            if self._table.withdraw(connection, number, self._claims.numbers()):
                return True
            return not self._table.exists(connection, number)

    def wait_for(self, number: int, timeout_s: float) -> bool:
        """Wait until a job has ended, here or elsewhere; return whether it has."""
        deadline = time.monotonic() + timeout_s
        while True:
            with self._database.read() as connection:
                if not self._table.exists(connection, number):
                    return True
            with self._changed:
                if self._closing.is_set() or time.monotonic() >= deadline:
                    return False
                self._changed.wait(LOOK_S)

    def wait(self, timeout_s: float | None = None, *queues: WorkQueue) -> bool:
        """Wait until no thread of these queues, or of any, has anything to do; return whether that is so."""
        names = [queue.name for queue in queues] or list(self._queues)

        def is_idle() -> bool:
            return not any(self._queues[name].busy for name in names)

        with self._changed:
            return self._changed.wait_for(is_idle, timeout_s)

    # Threads

    def _threads(self, queue: WorkQueue) -> QueueThreads:
        if queue.name not in self._queues:
            pool = ThreadPoolExecutor(queue.concurrency, thread_name_prefix=queue.name)
            self._queues[queue.name] = QueueThreads(pool, queue.concurrency)
        threads = self._queues[queue.name]
        assert threads.concurrency == queue.concurrency, "a queue is declared alike everywhere"
        return threads

    def _wake(self, queue: QueueThreads) -> None:
        with self._changed:
            queue.wakes += 1
            if queue.busy >= queue.concurrency or self._closing.is_set():
                return
            queue.busy += 1
            queue.pool.submit(self._serve, queue)

    def _serve(self, queue: QueueThreads) -> None:
        """Run jobs until there are none to take; this is the edge of a thread."""
        while True:
            with self._changed:
                wakes = queue.wakes
            row = self._claims.next(queue)
            if row is not None:
                self._perform(row)
                continue
            with self._changed:
                if queue.wakes == wakes or self._closing.is_set():
                    queue.busy -= 1
                    self._changed.notify_all()
                    return

    # One job

    def _perform(self, row: JobRow) -> None:
        context = JobContext(
            row.id,
            row.subject,
            tries=row.tries + 1,
            end=lambda connection: self._table.end(connection, row.id),
        )
        with self._changed:
            self._running[row.id] = context
            if self._closing.is_set() or row.cancelled:
                context.leave(cancelled=row.cancelled)
        began = time.monotonic()
        try:
            Attempt(self._database, self._table, self._closing, self._again_s).perform(
                self._kinds[row.kind], context, row
            )
        finally:
            if self.watch is not None:
                self.watch(row.kind, row.id, context.tries, time.monotonic() - began, context.failure)
            guard = self._threads(self._kinds[row.kind].queue).guard
            if context.postponed and guard is not None:
                guard.postpone(context.postponed)
            with self._changed:
                del self._running[row.id]
                if not context.is_unreadable:
                    # One that this release cannot read stays in hand, so that it is not read again and again.
                    self._claims.let_go(row.id)
                self._changed.notify_all()

    # Leases

    def on_beat(self, listener: Callable[[], None]) -> None:
        """Have this called every few seconds, in a thread of the runner; what it raises is logged."""
        self._beat_listeners.append(listener)

    def beat(self) -> None:
        """Renew the leases of what runs here, hear of what was cancelled or lost, and look for more."""
        with self._changed:
            running = dict(self._running)
        if running:
            reports = {number: context.progress for number, context in running.items()}
            with self._database.write() as connection:
                leases = self._table.renew(connection, reports)
            for number, context in running.items():
                if number not in leases:
                    context.leave(lease_lost=True)
                elif leases[number]:
                    context.leave(cancelled=True)
        self._wake_for_free_jobs()
        self.passed.look()
        for listener in self._beat_listeners:
            listener()

    def _wake_for_free_jobs(self) -> None:
        with self._database.read() as connection:
            free = self._table.free_kinds(connection, self._claims.numbers())
        for name in free:
            if name in self._kinds:
                self._wake(self._threads(self._kinds[name].queue))
            elif name not in self._unknown:
                self._unknown.add(name)
                log.warning("jobs of the kind %s are left: this release does not know it", name)
