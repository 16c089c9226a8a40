"""A limit of processor time for decoding, after which a unit exits.

Pictures are checked before they are decoded (vision/heads.py); this is for what those checks miss.
Processor time counts, not wall time, since a unit may have to wait for its core.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class DecodingLimit:
    """Limits the processor time of one thread.

    `give_up` is called in another thread when the limit is exceeded, and then the process exits: a
    decoder cannot be interrupted.
    """

    def __init__(self, seconds: float, give_up: Callable[[], None]) -> None:
        self._seconds = seconds
        self._give_up = give_up
        self._clock = _clock_of_this_thread()
        self._began: float | None = None
        # Taken while giving up, so that nothing is answered twice.
        self._lock = threading.Lock()
        threading.Thread(target=self._watch, name="limit", daemon=True).start()

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Apply the limit to this block."""
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
