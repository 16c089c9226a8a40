"""The job that takes a loop from where it is to where it waits.

What each step notes is written down before the next one begins, and each may be done twice, so that a server
may be killed anywhere. No job is there while a loop waits: a beat looks whether it still does.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds
from vedette.errors import Refusal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.loops import records
from vedette.loops.port import LoopActor, LoopFailed
from vedette.loops.steps import asks, next_step, outcome
from vedette.loops.values import LoopState
from vedette.projects.projects import by_id
from vedette.store.db import Database
from vedette.store.disk import disk_refusal

log = logging.getLogger(__name__)

STEP = "loop"
# A step takes seconds, but for the look at what differs: that one takes a minute of one core.
LOOPS = WorkQueue("loops", 2)
FAILED = "The service failed in this step; its log tells why. Go on to try it again."
# How soon after its start a server takes loops up, and how often it looks whether one still waits.
LOOK_S = 0.2
AGAIN_S = 3.0


@dataclass(frozen=True, slots=True)
class GoOn:
    """Take a loop on."""

    loop: str


@dataclass(slots=True)
class LoopTools:
    """What loops work with. `inputs` is handed over once the doors are there."""

    database: Database
    jobs: JobRunner
    clock: Clock
    ticks: Callable[[], float] = time.monotonic
    inputs: LoopActor | None = None
    ready: threading.Event = field(default_factory=threading.Event)

    def hand_over(self, actor: LoopActor) -> None:
        """Take what does the steps; jobs that wait for it go on."""
        self.inputs = actor
        self.ready.set()

    @property
    def actor(self) -> LoopActor:
        """What does the steps."""
        assert self.inputs is not None, "the doors are open before anybody asks"
        return self.inputs

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())


class LoopRunning:
    """Takes loops on: by a job each, when nothing holds them up."""

    def __init__(self, tools: LoopTools) -> None:
        self._tools = tools
        self._database = tools.database
        self._look_tick = float("-inf")
        tools.jobs.register(JobKind(STEP, GoOn, LOOPS, self._run, self._fail))

    def add_job(self, connection: Connection, loop: str, account: str) -> int:
        """Add the job of a loop that was taken in hand in the same transaction."""
        return self._tools.jobs.add(connection, NewJob(STEP, loop, account, GoOn(loop)))

    def begin(self, number: int) -> None:
        """Begin a job that was added."""
        self._tools.jobs.begin(STEP, number)

    def beat(self) -> None:
        """Take up the loops that wait for nothing any more."""
        now = self._tools.ticks()
        if not self._tools.ready.is_set() or now - self._look_tick < AGAIN_S:
            return
        self._look_tick = now
        with self._database.read() as connection:
            resting = records.at_rest(connection)
        for loop in resting:
            if not self._is_held(loop):
                self.take_up(loop)

    def take_up(self, loop: LoopState) -> None:
        """Begin a job for a loop, unless another server was quicker."""
        with self._database.write() as connection:
            project = by_id(connection, loop.project)
            if project is None or not records.take(connection, loop.id):
                return
            number = self.add_job(connection, loop.id, project.scope.account)
        self.begin(number)

    def _is_held(self, loop: LoopState) -> bool:
        try:
            return bool(asks(loop) or self._tools.actor.waits_for(loop))
        except Exception:
            # Its job says what is wrong with it.
            log.warning("loop %s could not be looked at", loop.id, exc_info=True)
            return False

    def _run(self, context: JobContext, order: GoOn) -> None:
        while not self._tools.ready.wait(LOOK_S):
            if context.should_leave():
                raise JobInterrupted
        while (loop := self._find(order.loop)) is not None and loop.status == "running":
            if context.should_leave():
                raise JobCancelled if context.is_cancelled() else JobInterrupted
            if asks(loop) or self._tools.actor.waits_for(loop):
                break
            self._do(loop, context)
        with self._database.write() as connection:
            records.let_go(connection, order.loop)
            context.end(connection)

    def _do(self, loop: LoopState, context: JobContext) -> None:
        """Do the next step, and write down what came of it."""
        step = getattr(self._tools.actor, loop.step)
        notes = dict(step(loop, context))
        following = next_step(loop, notes)
        values: dict[str, Any] = {
            "facts": {**loop.facts, **notes},
            "step": following,
            # A word is for one step.
            "is_confirmed": False,
            "changed_ms": self._tools.now_ms(),
        }
        with self._database.write() as connection:
            if records.change(connection, loop, **values) and following == "end":
                ended = records.find(connection, loop.id)
                assert ended is not None, "it was changed in this transaction"
                records.change(connection, ended, status="done", message=outcome(ended))

    def _fail(self, context: JobContext, order: GoOn, problem: Exception) -> None:
        failure = problem if isinstance(problem, LoopFailed) else None
        refusal = problem if isinstance(problem, Refusal) else disk_refusal(problem)
        sentence = failure.sentence if failure else FAILED if refusal is None else refusal.sentence
        is_cancelled = isinstance(problem, JobCancelled)
        if failure is None and refusal is None and not is_cancelled:
            log.error("loop %s failed", order.loop, exc_info=problem)
        with self._database.write() as connection:
            loop = records.find(connection, order.loop)
            if loop is not None and loop.status == "running" and not is_cancelled:
                again = failure.again if failure and failure.again else loop.step
                values: dict[str, Any] = {"step": again, "status": "failed", "message": sentence}
                records.change(
                    connection, loop, is_confirmed=False, changed_ms=self._tools.now_ms(), **values
                )
            records.let_go(connection, order.loop)
            context.end(connection)

    def _find(self, loop: str) -> LoopState | None:
        with self._database.read() as connection:
            return records.find(connection, loop)
