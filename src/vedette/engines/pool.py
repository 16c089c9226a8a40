"""A few warm processes for orders that take milliseconds, one order at a time each.

For work on untrusted input: a process that crashes or hangs costs its own order only, and the next
order gets a fresh process. A process starts when it is first needed, has a memory limit and a low
priority (nice), and ends with its server.
"""

import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vedette.engines.local import ENVIRONMENT, run_to_end
from vedette.engines.port import Event

# For what no limit of processor time ends; a process of low priority may wait long for a core.
TIMEOUT_S = 60.0
# Twice what decoding the largest picture takes, above what Python and its libraries map.
MEMORY = 2 << 30
NICE = 10
# The signal that ends a process at its own limit of processor time (workers/look.py).
_PROFILE = getattr(signal, "SIGPROF", 0)
# After so many orders a process is replaced, so that a decoder's leaks do not add up.
MOST_ORDERS = 20_000


class WorkerLost(Exception):
    """The process ended before it answered an order; the message says how."""


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """The limits of one order."""

    timeout_s: float = TIMEOUT_S
    memory: int = MEMORY


class Pool:
    """Processes for one job. Threads may share it."""

    def __init__(self, job: str, size: int, bounds: OrderLimits | None = None) -> None:
        self.size = size
        self._job = job
        self._bounds = bounds or OrderLimits()
        self._lock = threading.Lock()
        self._closed = False
        # A slot holds a process, or None before the first order and after a lost process.
        self._free: queue.SimpleQueue[_WarmProcess | None] = queue.SimpleQueue()
        self._all: set[_WarmProcess] = set()
        for _ in range(size):
            self._free.put(None)

    def ask(self, order: Mapping[str, Any]) -> Event:
        """Return the last event of the order; blocks until a process is free for it.

        Raises:
            Lost: when the process ended or was killed over this order, or the pool is closed.
        """
        process = self._free.get()
        try:
            process = process or self._start()
            event = process.ask(order, self._bounds.timeout_s)
        except WorkerLost:
            self._end(process)
            process = None
            raise
        finally:
            if process is not None and process.orders >= MOST_ORDERS:
                self._end(process)
                process = None
            self._free.put(process)
        return event

    def close(self) -> None:
        """End the processes, also those that work on an order."""
        with self._lock:
            self._closed = True
            running = list(self._all)
        for process in running:
            process.kill()
        for _ in range(self.size):
            self._end(self._free.get())  # a thread that waits for an answer reads the end of the pipe
            self._free.put(None)

    def _start(self) -> "_WarmProcess":
        with self._lock:
            if self._closed:
                raise WorkerLost("the server stops")
            process = _WarmProcess(self._job, self._bounds.memory)
            self._all.add(process)
        return process

    def _end(self, process: "_WarmProcess | None") -> None:
        if process is not None:
            process.end()
            with self._lock:
                self._all.discard(process)


class _WarmProcess:
    """One process and both pipes to it."""

    def __init__(self, job: str, memory: int) -> None:
        self._reading, writing = os.pipe()
        self._buffer = b""
        self.orders = 0
        self._child = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
            [sys.executable, "-m", "vedette.engines.pool", job, str(writing), str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(writing,),
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,  # Ctrl-C reaches the server alone
        )
        os.close(writing)

    def ask(self, order: Mapping[str, Any], timeout_s: float) -> Event:
        assert self._child.stdin is not None
        self.orders += 1
        try:
            self._child.stdin.write(json.dumps(dict(order)).encode() + b"\n")
            self._child.stdin.flush()
        except (OSError, ValueError):  # it has exited, or was killed by another thread
            raise WorkerLost(self._how_it_ended()) from None
        return Event(**json.loads(self._line(timeout_s)))

    def _line(self, timeout_s: float) -> bytes:
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._buffer:
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0 or not select.select([self._reading], [], [], remaining_s)[0]:
                raise WorkerLost(f"it took more than {timeout_s:g} s")
            chunk = os.read(self._reading, 1 << 16)
            if not chunk:
                raise WorkerLost(self._how_it_ended())
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def kill(self) -> None:
        """Kill it: it holds nothing that needs a clean end."""
        self._child.kill()

    def _how_it_ended(self) -> str:
        self.kill()
        status = self._child.wait()
        if status == -_PROFILE:
            return "it took too long"
        return (
            f"its process was killed by signal {-status}" if status < 0 else f"its process ended ({status})"
        )

    def end(self) -> None:
        """Kill it and close its pipes."""
        self.kill()
        self._child.wait()
        os.close(self._reading)
        assert self._child.stdin is not None
        with contextlib.suppress(OSError):  # buffered bytes of an order that it never read
            self._child.stdin.close()


def _serve(job: str, writing: int, memory: int) -> None:
    """Take orders from standard input until it ends, which is the end of the parent process."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _limit_resources(memory)
    never = threading.Event()
    with os.fdopen(writing, "w", encoding="utf-8") as out:
        for line in sys.stdin:
            event = run_to_end(job, json.loads(line), lambda _: None, never)
            out.write(json.dumps(asdict(event)) + "\n")
            out.flush()


def _limit_resources(memory: int) -> None:
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        import resource
    except ImportError:  # Windows; there the machine's memory is the bound
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
