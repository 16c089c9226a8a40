"""Kinds of jobs that a test plays: what runs, in which order, and how it ends."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.clock import Clock, system_clock
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.store.db import Database

Play = Callable[[JobContext], None]


@dataclass(frozen=True, slots=True)
class Played:
    """An order of these tests."""

    name: str
    body: bytes = b""


@dataclass
class Stage:
    """Where jobs are played: what ran, what failed, and what each of them does."""

    database: Database
    runs: list[str] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    plays: dict[str, Play] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)

    def runner(
        self, clock: Clock = system_clock, *, concurrency: int = 1, tries: int = 1, again_s: float = 0.01
    ) -> JobRunner:
        """Return a server's runner that knows the kind `played`."""
        runner = JobRunner(self.database, clock, again_s=again_s)
        queue = WorkQueue("played", concurrency)
        runner.register(JobKind("played", Played, queue, self._run, self._fail, tries=tries))
        return runner

    def add(
        self, runner: JobRunner, name: str, account: str = "1", *, begin: bool = True, runs_here: bool = False
    ) -> int:
        """Add a job that bears its name as its subject."""
        with self.database.write() as connection:
            job = NewJob("played", name, account, Played(name))
            number = runner.add(connection, job, runs_here=runs_here)
        if begin:
            runner.begin("played", number)
        return number

    def _run(self, context: JobContext, order: Played) -> None:
        self.runs.append(order.name)
        if play := self.plays.get(order.name):
            play(context)

    def _fail(self, context: JobContext, order: Played, reason: Exception) -> None:
        self.failures.append((order.name, f"{type(reason).__name__} {reason}".strip()))
