"""The last resort of a unit: what decodes for longer than it may is given up, and the process with it.

A picture's head is held to bounds before anybody decodes it (vision/heads.py); this is for what those miss.
Processor time counts, not the clock's, since a unit may have to wait for its core.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class DecodingLimit:
    """Holds what one thread does to a bound of its processor time.

    `give_up` is called in a thread of its own when the bound is passed, and the process ends after it: a
    decoder cannot be interrupted.
    """

    def __init__(self, seconds: float, give_up: Callable[[], None]) -> None:
        self._seconds = seconds
        self._give_up = give_up
        self._clock = _clock_of_this_thread()
        self._began: float | None = None
        # Held while giving up, so that nothing is answered twice.
        self._lock = threading.Lock()
        threading.Thread(target=self._watch, name="limit", daemon=True).start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold what is done within to the bound."""
        self._began = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._began = None

    def _watch(self) -> None:
        while True:
            time.sleep(self._seconds / 8)
            with self._lock:
                if self._began is not None and self._clock() - self._began > self._seconds:
                    self._give_up()
                    os._exit(1)


def _clock_of_this_thread() -> Callable[[], float]:
    """Return a clock of the calling thread's processor time that other threads can read."""
    if not hasattr(time, "pthread_getcpuclockid"):  # macOS, Windows
        return time.monotonic
    number = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(number)
