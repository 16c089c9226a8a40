"""What is worked out of a whole round, kept for those who ask again while nothing has changed.

Pages ask every few seconds. Nothing is kept on disk, and an answer of another revision is never given.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

MOST = 64
"""Answers that are kept: rounds that somebody looks at at once, in all projects of the installation."""

Value = TypeVar("Value")


class RevisionCache(Generic[Value]):
    """One value a name, of the last revision that was asked for. Threads may share it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._values: OrderedDict[str, tuple[Hashable, Value]] = OrderedDict()
        self._lock = Lock()

    def read(self, name: str, revision: Hashable, work_out: Callable[[], Value]) -> Value:
        """Return the value of this revision, worked out where it is not kept."""
        with self._lock:
            last_revision, value = self._values.get(name, (None, None))
            if value is not None and last_revision == revision:
                return value
        value = work_out()
        with self._lock:
            self._values[name] = revision, value
            self._values.move_to_end(name)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
