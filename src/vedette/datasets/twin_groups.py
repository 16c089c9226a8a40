"""Which entries of a project show the same picture, worked out beside the requests that ask for it.

A comparison of a quarter of a million pictures takes about a second; small datasets are compared at once,
large ones in a thread of their own, and until it is done the last result holds.
"""

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.vision.near import group_pictures

log = logging.getLogger(__name__)

AT_ONCE = 20_000
"""So many pictures are compared in about a tenth of a second, while somebody waits."""

MOST = 8
Numbers = NDArray[np.int64]
Hashes = NDArray[np.void]
# A number for the one dataset and one for the other.
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TwinGroups:
    """Groups of the same picture among the entries of one dataset and then of the other."""

    own: Numbers
    other: Numbers
    # The hashes have changed since, and the groups of now are on their way.
    is_pending: bool = False

    def own_at(self, end: int) -> Numbers:
        """Return the own groups of so many entries; those that came since are like no other."""
        if len(self.own) >= end:
            return self.own[:end]
        first = int(self.own.max(initial=0)) + 1
        return np.concatenate([self.own, np.arange(first, first + end - len(self.own))])

    def shared(self, present: NDArray[np.bool_], other_present: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which entries show a picture that the other dataset shows too."""
        flags = np.zeros(len(present), bool)
        other_groups = self.other[: len(other_present)]
        other_groups = other_groups[other_present[: len(other_groups)]]
        compared = min(len(self.own), len(present))
        flags[:compared] = np.isin(self.own[:compared], other_groups)
        return flags & present

    def twins(self, present: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which entries show a picture that another entry of the dataset shows."""
        groups = self.own_at(len(present))
        counts = np.bincount(groups[present], minlength=int(groups.max(initial=0)) + 1)
        return (counts[groups] > 1) & present


class TwinFinder:
    """The groups of the projects that were asked for last. Threads may share it."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="twins")
        self._results: OrderedDict[Pair, tuple[Pair, TwinGroups]] = OrderedDict()
        self._pending: dict[Pair, Future[None]] = {}

    def close(self) -> None:
        """Leave off."""
        self._threads.shutdown(cancel_futures=True)

    def later(self, work: Callable[[], object]) -> None:
        """Have something done in the same thread, when it is free."""
        with contextlib.suppress(RuntimeError):  # it is closed
            self._threads.submit(work)

    def find(self, parts: Pair, state: Pair, own: Hashes, other: Hashes) -> TwinGroups:
        """Return the groups of two parts in the state of their pictures, or the last ones that there are."""
        with self._lock:
            last_state, last = self._results.get(parts, ((-1, -1), _nothing()))
        if last_state == state:
            return last
        if len(own) + len(other) <= self._at_once:
            return self._compare(parts, state, np.concatenate([own, other]), len(own))
        with self._lock:
            if parts not in self._pending:
                # The one copy that is made of them: a million take 46 MiB.
                hashes = np.concatenate([own, other])
                later = self._threads.submit(self._compare_later, parts, state, hashes, len(own))
                self._pending[parts] = later
        return TwinGroups(last.own, last.other, is_pending=True)

    def _compare_later(self, parts: Pair, state: Pair, hashes: Hashes, own: int) -> None:
        try:
            self._compare(parts, state, hashes, own)
        except Exception:
            log.exception("the pictures of parts %s were not compared", parts)
        finally:
            with self._lock:
                del self._pending[parts]

    def _compare(self, parts: Pair, state: Pair, hashes: Hashes, own: int) -> TwinGroups:
        groups = group_pictures(hashes["exact"], hashes["alike"])
        result = TwinGroups(groups[:own], groups[own:])
        with self._lock:
            self._results.pop(parts, None)
            self._results[parts] = (state, result)
            if len(self._results) > MOST:
                self._results.popitem(last=False)
        return result


def _nothing() -> TwinGroups:
    return TwinGroups(np.zeros(0, np.int64), np.zeros(0, np.int64))
