"""A model's process as the agent has it: started, asked, pinged, killed. Threads may share it.

One request is with the process at a time; the others wait for the lock, in no order. A process that does
not answer in time is killed.
"""

import itertools
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from vedette.edge.catalogue import ModelOnDisk
from vedette.edge.mask_file import MaskFile
from vedette.engines.frames import Frame, frame_start, read_frame
from vedette.engines.slots import Slots
from vedette.errors import Wrong

WORKER = "vedette.edge.worker"
# Loading takes a second; on a small device that starts everything at once, many.
START_S = 120.0
# The largest picture in tiles takes some seconds. A process that is silent for this long hangs.
ANSWER_S = 60.0
GRACE_S = 5.0
# numpy's threads would spin beside ONNX Runtime's; two heaps instead of one a thread save memory.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
# Whose turn it is to have which core for its own thread: processes that start in turn share none.
_turns = itertools.count(secrets.randbelow(1024))


class ProcessLost(Exception):
    """The process ended or was killed before it answered."""


class ProcessHung(ProcessLost):
    """The process did not answer in time and was killed; what it hung on must not be sent again."""


class CallerGone(Exception):
    """Whoever asked does not wait for an answer any more."""


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What one model may use: threads (0 for every core), bytes of memory, and time."""

    threads: int = 0
    memory: int = 2 << 30
    answer_s: float = ANSWER_S
    start_s: float = START_S


class ModelProcess:
    """A running process that holds one model."""

    def __init__(self, model: ModelOnDisk, limits: ProcessLimits) -> None:
        """Start the process, which has not loaded its model yet."""
        self.about: Mapping[str, Any] = {}
        # How many calls have it in hand; whoever hands it out counts them.
        self.callers = 0
        self._limits = limits
        self._lock = threading.Lock()
        self._slots = Slots(1)
        self._masks = MaskFile.create()
        self._line, other_end = socket.socketpair()
        self._stream = self._line.makefile("rb")
        self._answered = time.monotonic()
        numbers = (other_end.fileno(), *self._slots.numbers, *self._masks.numbers)
        try:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
                [sys.executable, "-P", "-m", WORKER, str(other_end.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=numbers,
                env={**os.environ, **ENVIRONMENT},
                start_new_session=True,  # Ctrl-C reaches the agent alone, which ends its models in order
            )
        except BaseException:
            self._close_line()
            raise
        finally:
            other_end.close()
        self._order = {
            "package": str(model.package),
            "component": str(model.component or ""),
            "name": model.name,
            "keys": list(model.keys),
            "threads": limits.threads,
            "memory": limits.memory,
            "core": next(_turns),
            "slots": [*self._slots.numbers, self._slots.size],
            "mask_file": [self._masks.number, self._masks.size],
        }

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def silent_s(self) -> float:
        """For how long it has not answered anything, asked or not."""
        return time.monotonic() - self._answered

    def load(self) -> None:
        """Have the model loaded.

        Raises:
            Wrong: when it cannot be loaded, with the reason.
            ProcessLost: when the process ended over it.
        """
        with self._lock:
            reply, _ = self._exchange(self._order, b"", self._limits.start_s)
        if "refused" in reply:
            raise Wrong(reply["refused"], kind="model")
        self.about = reply

    def ask(
        self, head: Mapping[str, Any], body: bytes = b"", *, is_awaited: Callable[[], bool] = lambda: True
    ) -> Frame:
        """Return the answer to a request, once it is its turn.

        Raises:
            CallerGone: when nobody waits for it any more by then.
            ProcessLost: when the process ended over it, or before.
        """
        with self._lock:
            if not is_awaited():
                raise CallerGone
            place = self._slots.put(body) if body and self._slots.numbers else None
            if place is not None:
                head, body = {**head, "slot": [place.start, place.size]}, b""
            try:
                reply, mask = self._exchange(head, body, self._limits.answer_s)
                return reply, self._masks.take(reply["mask_size"]) if "mask_size" in reply else mask
            finally:
                if place is not None:
                    self._slots.release(place)

    def ping(self) -> None:
        """Find out whether it still answers; pictures that it works on or that wait are proof enough."""
        if self._lock.acquire(blocking=False):
            try:
                self._exchange({"ping": True}, b"", self._limits.answer_s)
            finally:
                self._lock.release()

    def kill(self) -> None:
        """Kill it; it holds nothing that needs a clean end. Who waits for an answer gets ProcessLost."""
        with suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        """End the process: its socket closes, and where that does not end it, it is killed."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        with self._lock:
            self._close_line()

    def _exchange(self, head: Mapping[str, Any], body: bytes, timeout_s: float) -> Frame:
        try:
            self._line.settimeout(timeout_s)
            self._line.sendall(frame_start(head, body))
            if body:
                self._line.sendall(body)
            frame = read_frame(self._stream)
        except TimeoutError:
            self.kill()
            raise ProcessHung(f"did not answer for {timeout_s:g} s and was ended") from None
        except (OSError, ValueError):  # its end is closed, or ours was by close()
            frame = None
        if frame is None:
            raise ProcessLost(self._how_it_ended())
        self._answered = time.monotonic()
        return frame

    def _how_it_ended(self) -> str:
        self.kill()
        status = self._process.wait()
        return f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"

    def _close_line(self) -> None:
        self._stream.close()
        self._line.close()
        self._slots.close()
        self._masks.close()
