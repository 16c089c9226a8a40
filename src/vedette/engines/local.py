"""Jobs as processes of this machine: the default engine.

The order goes in by a pipe, events come back by another, a line of JSON each; the job's own output
goes to standard error. The child exits when its parent has gone, so that nothing is orphaned.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import count
from typing import Any, TextIO

from vedette.engines.jobs import resolve
from vedette.engines.port import LAST, Event, Job, RunEnded
from vedette.errors import Refusal
from vedette.store.disk import disk_refusal
from vedette.store.sealed_folders import take_keys

# How long a job may take to stop after SIGTERM, before it gets SIGKILL.
GRACE_S = 10.0

# One thread for numpy's small matrices: their threads spin and cost more than they give (a
# cross-validated probe took 2.6 s with them and 0.04 s without, two cores, 2026-11-20).
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MKL_DYNAMIC": "FALSE"}


class LocalEngine:
    """Runs every job in a process of its own."""

    def __init__(self, *, grace_s: float = GRACE_S) -> None:
        self.grace_s = grace_s
        # What its jobs find in their environment besides.
        self.environment: Mapping[str, str] = {}
        self._runs: dict[str, tuple[subprocess.Popen[str], TextIO]] = {}
        self._numbers = count(1)
        self._cancelled: set[str] = set()

    def submit(self, job: Job) -> str:
        """Start a process for the job."""
        reading, writing = os.pipe()
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
            [sys.executable, "-m", "vedette.engines.local", str(writing)],
            stdin=subprocess.PIPE,
            stdout=sys.stderr.fileno() if _has_number(sys.stderr) else subprocess.DEVNULL,
            pass_fds=(writing,),
            env={**os.environ, **ENVIRONMENT, **self.environment},
            text=True,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which cancels in order
        )
        os.close(writing)
        assert process.stdin is not None
        message = {"name": job.name, "order": dict(job.order), "keys": dict(job.keys)}
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        run = f"{process.pid}-{next(self._numbers)}"
        self._runs[run] = (process, os.fdopen(reading, encoding="utf-8"))
        return run

    def events(self, run: str) -> Iterator[Event]:
        """Yield the run's events; a process that dies without a last event has failed, or was cancelled."""
        process, lines = self._runs[run]
        try:
            for line in lines:
                event = Event(**json.loads(line))
                yield event
                if event.kind in LAST:
                    return
            yield self._silent_end(run, process)
        finally:
            self._reap(run)

    def cancel(self, run: str) -> None:
        """Send SIGTERM, and SIGKILL after the grace period."""
        if run not in self._runs:
            return
        process, _ = self._runs[run]
        self._cancelled.add(run)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            timer = threading.Timer(self.grace_s, process.kill)
            timer.daemon = True
            timer.start()

    def _silent_end(self, run: str, process: subprocess.Popen[str]) -> Event:
        status = process.wait()
        if run in self._cancelled:
            return Event("cancelled", {"sentence": "It did not stop when asked and was killed."})
        ending = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        hint = " The machine may have run out of memory." if status == -signal.SIGKILL else ""
        return Event("failed", {"sentence": f"The process of the job {ending}.{hint}"})

    def _reap(self, run: str) -> None:
        process, lines = self._runs.pop(run, (None, None))
        if process is None or lines is None:
            return
        lines.close()
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(self.grace_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _has_number(stream: TextIO) -> bool:
    try:
        return stream.fileno() >= 0
    except (OSError, ValueError, AttributeError):
        return False


def _child(writing: int) -> None:
    """Run the one job that standard input names, and write its events to the file number `writing`."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    take_keys(order.get("keys", {}))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    out = os.fdopen(writing, "w", encoding="utf-8", buffering=1)

    def emit(event: Event) -> None:
        out.write(json.dumps(asdict(event)) + "\n")

    emit(run_to_end(order["name"], order["order"], emit, stop))
    out.close()


def run_to_end(name: str, order: Mapping[str, Any], emit: Any, stop: threading.Event) -> Event:
    """Run a job here and return its last event, whatever happens: this is the edge of the process."""
    try:
        result = resolve(name)(order, emit, stop.is_set)
    except RunEnded as end:
        return end.event
    except Refusal as refusal:
        return Event("failed", {"sentence": refusal.sentence, "refusal": type(refusal).__name__})
    except Exception as error:  # noqa: BLE001  (the edge of a process: everything becomes an event)
        if stop.is_set():
            return Event("cancelled", {"sentence": str(error)})
        disks = disk_refusal(error)
        if disks is not None:
            return Event("failed", {"sentence": disks.sentence, "refusal": type(disks).__name__})
        facts = {"sentence": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
        return Event("failed", facts)
    return Event("done", dict(result))


def _end_with_parent() -> None:
    """Exit at the end of standard input, which is the end of the parent process."""
    while sys.stdin.readline():
        pass
    os._exit(70)


if __name__ == "__main__":
    _child(int(sys.argv[1]))
