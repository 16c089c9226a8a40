"""How many cores there are, and how they are shared: many small things side by side, not one thing split.

Splitting small matrix products over threads is slow where other programs want the cores too: a core
set took 4.0 s with two threads and 0.25 s with one on a busy machine of two cores (2026-11-20).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock, get_ident
from typing import TypeVar

import torch
from threadpoolctl import threadpool_limits

from vedette.cores import count_cores

Thing = TypeVar("Thing")
Result = TypeVar("Result")

# Beyond this, decoding waits for memory rather than for cores.
MOST = 8


def cores() -> int:
    """Return how many cores this process may use, within reason."""
    return max(1, min(MOST, count_cores()))


def side_by_side(
    work: Callable[[Thing], Result],
    things: Iterable[Thing],
    *,
    threads: int | None = None,
    ahead: int | None = None,
) -> Iterator[Result]:
    """Yield work(thing) in order, a few at a time in threads; decoders and networks release the lock.

    So many are worked out ahead of whoever takes them, by default twice as many as there are threads.
    """
    threads = threads or cores()
    ahead = 2 * threads if ahead is None else ahead
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = []
        for thing in things:
            waiting.append(pool.submit(work, thing))
            if len(waiting) > ahead:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()


def in_batches(work: Callable[[Thing], Result], items: Iterable[Thing], count: int) -> Iterator[list[Result]]:
    """Yield work(item) in order, so many at once; the next batch is worked out while one is used."""
    batch: list[Result] = []
    for result in side_by_side(work, items, ahead=max(count, 2 * cores())):
        batch.append(result)
        if len(batch) == count:
            yield batch
            batch = []
    if batch:
        yield batch


class _OneThread:
    """How many threads torch and numpy split work over, while trainings in threads of one process overlap.

    The settings belong to the whole process. Who put back what it had met would put back the one thread of
    a training that has ended since, for good; and numpy's would be split again under one that goes on.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._depths: Counter[int] = Counter()  # by thread: torch counts its threads by the one that asks
        self._threads = 1
        self._numpy = _NumpyLimit()

    def enter(self) -> None:
        """Let nothing be split."""
        with self._lock:
            if not self._depths:
                self._threads = torch.get_num_threads()
                self._numpy.set()
            self._depths[get_ident()] += 1
            torch.set_num_threads(1)

    def leave(self) -> None:
        """Let this thread's work be split again, as it was before the first came."""
        thread = get_ident()
        with self._lock:
            self._depths[thread] -= 1
            if self._depths[thread]:
                return
            del self._depths[thread]
            torch.set_num_threads(self._threads)
            if not self._depths:
                self._numpy.lift()


class _NumpyLimit:
    """One thread for OpenBLAS, from the first training to the last.

    threadpoolctl lets only the thread that limited OpenBLAS first change it again, and the first training's
    need not be the last one's: so that a thread of its own sets it and lifts it.
    """

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._limits: threadpool_limits | None = None

    def set(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._limits = self._thread.submit(threadpool_limits, 1).result()

    def lift(self) -> None:
        if self._thread is not None and self._limits is not None:
            self._thread.submit(self._limits.restore_original_limits).result()
            self._thread.shutdown()
        self._thread = self._limits = None


_ONE_THREAD = _OneThread()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch and numpy split nothing while this lasts."""
    _ONE_THREAD.enter()
    try:
        with threadpool_limits(1):  # of libraries that count their threads by the one that asks
            yield
    finally:
        _ONE_THREAD.leave()
