"""A few threads for what takes longer than a request; they end with the server."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Any

# One long import leaves room for somebody else's short update.
THREADS = 3


class Background:
    """Runs what is given to it, in the order of giving, so many at a time."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="datasets")
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: set[Future[Any]] = set()

    def is_stopping(self) -> bool:
        """Whether what runs shall leave off."""
        return self._stopping.is_set()

    def run(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Run it when a thread is free; not at all when the server stops first."""
        with self._lock:
            if self._stopping.is_set():
                return
            future = self._pool.submit(function, *arguments)
            self._running.add(future)
        future.add_done_callback(self._forget)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is left to run; return whether that is so."""
        while True:
            with self._lock:
                running = set(self._running)
            if not running:
                return True
            if wait_for(running, timeout_s).not_done:
                return False

    def pause(self, seconds: float) -> bool:
        """Sleep, unless the server stops; return whether it does."""
        return self._stopping.wait(seconds)

    def close(self) -> None:
        """Tell what runs to leave off, and wait for it."""
        with self._lock:
            self._stopping.set()
        self._pool.shutdown(cancel_futures=True)

    def _forget(self, future: "Future[Any]") -> None:
        with self._lock:
            self._running.discard(future)
