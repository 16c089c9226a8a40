"""A pool without processes, held to the same tests as the real one."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vedette.engines.local import run_to_end
from vedette.engines.pool import WorkerLost
from vedette.engines.port import Event


class PoolHere:
    """Answers in the caller's thread. `asked` lists what was asked for; who asks for `poison` loses it."""

    def __init__(self, job: str = "look", size: int = 2) -> None:
        self.size = size
        self.asked: list[Mapping[str, Any]] = []
        self.poison: set[bytes] = set()
        self._job = job
        self._closed = False

    def ask(self, order: Mapping[str, Any]) -> Event:
        self.asked += order.get("looks", [order])
        if self._closed:
            raise WorkerLost("the server stops")
        if any(Path(item["file"]).read_bytes() in self.poison for item in order.get("looks", [])):
            raise WorkerLost("its process was killed by signal 11")
        return run_to_end(self._job, order, lambda _: None, threading.Event())

    def close(self) -> None:
        self._closed = True
