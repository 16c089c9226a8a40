"""How many cores there are, and how they are shared: many small things side by side, not one thing split.

Splitting small matrix products over threads is slow where other programs want the cores too: a core
set took 4.0 s with two threads and 0.25 s with one on a busy machine of two cores (2026-11-20).
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
    work: Callable[[Thing], Result], things: Iterable[Thing], *, threads: int | None = None
) -> Iterator[Result]:
    """Yield work(thing) in order, a few at a time in threads; decoders and networks release the lock."""
    threads = threads or cores()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = []
        for thing in things:
            waiting.append(pool.submit(work, thing))
            if len(waiting) > 2 * threads:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch and numpy split nothing while this lasts."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
