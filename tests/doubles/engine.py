"""An engine without processes, held to the same tests as the real one."""

import queue
import threading
from collections.abc import Iterator

from vedette.engines.local import run_to_end
from vedette.engines.port import LAST, Event, Job


class InAThread:
    """Runs every job in a thread of this process."""

    def __init__(self) -> None:
        self._runs: dict[str, tuple[queue.SimpleQueue[Event], threading.Event]] = {}

    def submit(self, job: Job) -> str:
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        stop = threading.Event()
        run = f"thread-{len(self._runs) + 1}"
        self._runs[run] = (events, stop)
        work = lambda: events.put(run_to_end(job.name, job.order, events.put, stop))  # noqa: E731
        threading.Thread(target=work, daemon=True).start()
        return run

    def events(self, run: str) -> Iterator[Event]:
        while True:
            event = self._runs[run][0].get(timeout=30)
            yield event
            if event.kind in LAST:
                return

    def cancel(self, run: str) -> None:
        if run in self._runs:
            self._runs[run][1].set()
