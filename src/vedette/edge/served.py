"""A model on the device: its moves from state to state, a process while it runs, its restarts.

Threads share it. A process that ends or hangs is started anew while the model stays RUNNING; who asks
meanwhile waits for that.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from vedette.edge.catalogue import ModelOnDisk
from vedette.edge.life import MOVES, LoadingLost, ModelReport, ModelState, ProcessFailed
from vedette.edge.memory import refuse_without_memory
from vedette.edge.process import ModelProcess, ProcessHung, ProcessLimits, ProcessLost
from vedette.engines.frames import Frame
from vedette.errors import Busy, TooFast, Wrong

log = logging.getLogger("vedette.edge")

# More requests than this for one model are refused: fifty clients that ask at once are not.
MOST_WAITING = 96
# Their bitmaps are held meanwhile, each up to 48 MiB: fifty of the largest would take all that a device has.
MOST_WAITING_BYTES = 512 << 20
# How long a request waits for a process that is started anew; a start takes a second or two.
RESTART_WAIT_S = 30.0
# A model whose process ends so often within a minute fails: to start it again would not mend it.
MOST_LOSSES, LOSSES_WITHIN_S = 4, 60.0
# An idle process is asked for a sign of life this often.
PING_AFTER_S = 10.0
TICK_S = 0.25
# Requests that a model has when it is stopped are answered first, for so long.
DRAIN_S = 30.0


Observer = Callable[["ServedModel"], None]


class ServedModel:
    """One model of the device."""

    def __init__(self, model: ModelOnDisk, limits: ProcessLimits, observe: Observer = lambda _: None) -> None:
        self.model = model
        self.state = ModelState.STOPPED
        self._limits = limits
        self._observe = observe
        self._message = ""
        self._process: ModelProcess | None = None
        self._retired: list[ModelProcess] = []
        lock = threading.RLock()
        self._changed = threading.Condition(lock)
        self._keeper = threading.Condition(lock)  # apart, so that an answer does not wake the one who watches
        self._life = 0  # counts starts: who watches an earlier life has nothing to say in this one
        self._waiting = 0
        self._waiting_bytes = 0
        self._losses: deque[float] = deque(maxlen=MOST_LOSSES)
        self._task = ""

    # What it is

    @property
    def name(self) -> str:
        """Its name on the wire."""
        return self.model.name

    @property
    def report(self) -> ModelReport:
        """What it is and where it stands."""
        with self._changed:
            pid = self._process.pid if self._process else 0
            return ModelReport(self.name, self.model.arn, self.state, self._message, self._task, pid)

    @property
    def task(self) -> str:
        """What it does; empty before it first ran."""
        return self._task

    @property
    def waiting(self) -> int:
        """How many requests it has."""
        return self._waiting

    def _move(self, state: ModelState, message: str = "") -> None:
        assert state in MOVES[self.state], f"{self.state} to {state}"
        self.state, self._message = state, message
        self._changed.notify_all()
        self._keeper.notify_all()
        log.info("%s is %s%s", self.name, state.value, f": {message}" if message else "")
        self._observe(self)

    def _refuse_unless(self, *states: ModelState) -> None:
        if self.state not in states:
            raise Busy(
                f"The agent can't perform the operation. The model is {self.state.value}.",
                kind="model",
                name=self.name,
            )

    # Starting and stopping

    def start(self, model: ModelOnDisk) -> None:
        """Begin to start it; it is STARTING when this returns."""
        with self._changed:
            self._refuse_unless(ModelState.STOPPED, ModelState.FAILED)
            refuse_without_memory(model)
            self.model = model
            self._losses.clear()
            self._life += 1
            self._move(ModelState.STARTING)
            life = self._life
        threading.Thread(target=self._start, args=(life,), name=f"keep {self.name}", daemon=True).start()

    def _start(self, life: int) -> None:
        try:
            process = self._open()
        except ProcessFailed as error:
            with self._changed:
                if self.state is ModelState.STARTING and self._life == life:
                    self._move(ModelState.FAILED, str(error))
            return
        with self._changed:
            is_wanted = self.state is ModelState.STARTING and self._life == life
            if is_wanted:
                self._process = process
                self._move(ModelState.RUNNING)
        if is_wanted:
            self._keep(life)
        else:
            process.close()  # the agent is being stopped

    def _open(self) -> ModelProcess:
        """Return a process that has loaded the model."""
        if self.model.problem:
            raise ProcessFailed(self.model.problem)
        try:
            process = ModelProcess(self.model, self._limits)
        except OSError as error:
            raise ProcessFailed(f"No process could be started: {error.strerror}.") from error
        try:
            process.load()
        except Wrong as refusal:
            process.close()
            raise ProcessFailed(refusal.sentence) from None
        except ProcessLost as error:
            process.close()
            raise LoadingLost(f"The model's process {error} while it loaded the model.") from None
        self._task = process.about["task"]
        return process

    def stop(self) -> None:
        """Stop it; what it has been asked is answered first. It is STOPPED when this returns."""
        with self._changed:
            self._refuse_unless(ModelState.RUNNING)
            self._move(ModelState.STOPPING)
            self._changed.wait_for(lambda: not self._waiting, DRAIN_S)
            processes = [process for process in (self._process, *self._retired) if process]
            self._process, self._retired = None, []
        for process in processes:
            process.close()
        with self._changed:
            if self.state is ModelState.STOPPING:  # else the agent ended it meanwhile
                self._move(ModelState.STOPPED)

    def close(self) -> None:
        """End its process, in whatever state it is: the agent ends."""
        with self._changed:
            if self.state is ModelState.RUNNING:
                self._move(ModelState.STOPPING)
            if self.state in (ModelState.STARTING, ModelState.STOPPING):
                self._move(ModelState.STOPPED)
            processes = [process for process in (self._process, *self._retired) if process]
            self._process, self._retired = None, []
        for process in processes:
            process.close()

    def switch(self, model: ModelOnDisk, process: ModelProcess) -> bool:
        """Have another process answer from now on, which has loaded another package of the model.

        What the one before has in hand it answers; then it ends. One that is STARTING is waited for. Returns
        whether the model was RUNNING, else nothing has changed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.state is not ModelState.STARTING, self._limits.start_s)
            if self.state is not ModelState.RUNNING:
                return False
            before, self._process = self._process, process
            self.model, self._task, self._message = model, process.about["task"], ""
            self._losses.clear()
            self._changed.notify_all()
            self._keeper.notify_all()
            if before is not None:
                self._changed.wait_for(lambda: not before.callers, DRAIN_S)
        if before is not None:
            before.close()
        return True

    # Being asked

    def ask(
        self, head: Mapping[str, Any], body: bytes = b"", *, is_awaited: Callable[[], bool] = lambda: True
    ) -> Frame:
        """Return what its process answers. A process that ends over a picture gets it once more, anew.

        Raises:
            Busy: when it is not RUNNING.
            TooFast: when too many wait already.
            ProcessFailed: when there is no answer, for a reason that is ours.
            CallerGone: when nobody waits any more.
        """
        with self._changed:
            self._refuse_unless(ModelState.RUNNING)
            is_large = self._waiting_bytes and self._waiting_bytes + len(body) > MOST_WAITING_BYTES
            if self._waiting >= MOST_WAITING or is_large:
                raise TooFast(
                    f"The agent can't keep up with the rate of calls: {self._waiting} wait for {self.name}"
                    f"{f', with {self._waiting_bytes >> 20} MiB of pictures' if is_large else ''}.",
                    kind="model",
                    name=self.name,
                )
            self._waiting += 1
            self._waiting_bytes += len(body)
        try:
            return self._ask(head, body, is_awaited)
        finally:
            with self._changed:
                self._waiting -= 1
                self._waiting_bytes -= len(body)
                if self.state is ModelState.STOPPING:
                    self._changed.notify_all()

    def _ask(self, head: Mapping[str, Any], body: bytes, is_awaited: Callable[[], bool]) -> Frame:
        for is_last in (False, True):
            process = self._running_process()
            try:
                return self._ask_process(process, head, body, is_awaited)
            except ProcessHung as error:
                self._retire(process)
                raise ProcessFailed(f"The model's process {error}.") from None
            except ProcessLost as error:
                if is_last:
                    raise ProcessFailed(f"The model's process {error}.") from None
                self._retire(process)
        raise AssertionError("unreachable")

    def _running_process(self) -> ModelProcess:
        with self._changed:
            self._changed.wait_for(
                lambda: self._process is not None or self.state is not ModelState.RUNNING, RESTART_WAIT_S
            )
            if self._process is None:
                self._refuse_unless(ModelState.RUNNING)
                raise ProcessFailed("The model's process ended, and another one is not ready yet.")
            self._process.callers += 1
            return self._process

    def _ask_process(
        self, process: ModelProcess, head: Mapping[str, Any], body: bytes, is_awaited: Callable[[], bool]
    ) -> Frame:
        """Return the answer of a process that counts this call already."""
        try:
            return process.ask(head, body, is_awaited=is_awaited)
        finally:
            with self._changed:
                process.callers -= 1
                if process is not self._process:
                    self._changed.notify_all()  # who switched waits for it

    # Being kept running, by the thread that started it

    def _is_running(self, life: int) -> bool:
        return self.state is ModelState.RUNNING and self._life == life

    def _keep(self, life: int) -> None:
        """Restart the process whenever it ends or gives no sign of life, until the model is stopped."""
        while self._is_running(life):
            process = self._process
            if process is None or not self._is_well(process):
                self._restart(life, process)
            with self._changed:
                if self._is_running(life) and self._process is not None:
                    self._keeper.wait(TICK_S)

    def _is_well(self, process: ModelProcess) -> bool:
        if not process.is_alive:
            return False
        if process.silent_s < PING_AFTER_S:
            return True
        try:
            process.ping()
        except ProcessLost as error:
            log.warning("%s: its process %s", self.name, error)
            return False
        return True

    def _retire(self, process: ModelProcess) -> None:
        """Take a process that ended out of service."""
        with self._changed:
            if self._process is process:
                self._process = None
                self._retired.append(process)
                self._keeper.notify_all()

    def _restart(self, life: int, process: ModelProcess | None) -> None:
        with self._changed:
            if not self._is_running(life):
                return
            if process is not None:
                self._retire(process)
            retired, self._retired = self._retired, []
            now = time.monotonic()
            self._losses.append(now)
            is_hopeless = len(self._losses) == MOST_LOSSES and now - self._losses[0] < LOSSES_WITHIN_S
            self._message = "Its process ended and is being started anew."
        for ended in retired:
            ended.close()
        if is_hopeless:
            self._fail(life, f"Its process ended {MOST_LOSSES} times within {LOSSES_WITHIN_S:g} s.")
        else:
            self._replace(life)

    def _replace(self, life: int) -> None:
        log.warning("%s: its process ended and is started anew", self.name)
        try:
            other = self._open()
        except LoadingLost as error:
            log.warning("%s: %s", self.name, error)
            return  # and is started once more, until it is hopeless
        except ProcessFailed as error:
            self._fail(life, str(error))
            return
        with self._changed:
            # Meanwhile another package may have been switched to, with a process of its own.
            is_wanted = self._is_running(life) and self._process is None
            if is_wanted:
                self._process, self._message = other, ""
                self._changed.notify_all()
        if not is_wanted:
            other.close()

    def _fail(self, life: int, message: str) -> None:
        with self._changed:
            if self._is_running(life):
                self._move(ModelState.FAILED, message)
