"""Processor cores: how many there are, how many are idle, one of one's own, and a thread on the others."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

# The fourth field is "threads that are ready to run / threads": "0.17 0.87 1.72 1/230 25394".
LOADAVG = Path("/proc/loadavg")
# So many cores are this process's share of its machine, as whoever started it has shared that out.
SHARE = "VEDETTE_SHARE_OF_CORES"
# Where Linux says in which groups a process is, and where those say what their processes may use.
GROUPS, LIMITS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")


def count_cores() -> int:
    """Return how many cores this process may use: its share, or what the system says.

    A container that is given two cores of sixty-four (`docker run --cpus=2`, `limits.cpu` of Kubernetes) may
    run on any of them, and is stopped for the rest of each tenth of a second once it has had its part.
    """
    if share := os.environ.get(SHARE):
        return int(share)
    return min(_count_runnable(), _quota(GROUPS, LIMITS))


def limited_cores() -> int | None:
    """Return how many cores this process may use, if libraries that count by themselves would take more."""
    count = count_cores()
    return count if count < _count_runnable() else None


def _count_runnable() -> int:
    """Return on how many cores the system lets this process run; macOS tells only how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(groups: Path, limits: Path) -> int:
    """Return to how many cores' time the process's groups hold it, rounded up as the JVM and Go do."""
    shares = [share for folder in _group_folders(groups, limits) if (share := _share_of(folder))]
    return max(1, math.ceil(min(shares, default=1 << 30)))


def _group_folders(groups: Path, limits: Path) -> Iterator[Path]:
    """Yield the folders of the groups that hold the process's processor time, and of those around them.

    Of version 2 of Linux's control groups, and of version 1. In a container the names may be those of the
    machine outside; its own group is then what is mounted as the root.
    """
    with suppress(OSError, ValueError):
        for line in groups.read_text("utf-8").splitlines():
            _, names, place = line.split(":", 2)
            if names and "cpu" not in names.split(","):
                continue
            roots = (limits / names, limits / "cpu") if names else (limits, limits / "unified")
            inner = Path(place.lstrip("/"))
            for root in roots:
                yield from (root / folder for folder in (inner, *inner.parents))


def _share_of(folder: Path) -> float | None:
    """Return how many cores' time a group has, or None where it has no limit."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = (folder / "cpu.max").read_text("ascii").split()
        return None if quota == "max" else int(quota) / int(period)
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = ((folder / f"cpu.cfs_{name}_us").read_text("ascii") for name in ("quota", "period"))
        return None if int(quota) <= 0 else int(quota) / int(period)
    return None


def claim_core(turn: int) -> Sequence[int]:
    """Bind the calling thread to one core, by turns, and return the others; none where that cannot be done.

    A thread that wakes another one is likely to get it onto its own core, where both take turns for some
    milliseconds until the kernel moves one (docs/experiments.md, 2026-11-29). Threads of a pool that may
    run on the other cores alone cannot end there.
    """
    if not hasattr(os, "sched_setaffinity"):
        return ()
    cores = sorted(os.sched_getaffinity(0))
    own = cores[turn % len(cores)]
    try:
        os.sched_setaffinity(0, {own})
    except OSError:  # a sandbox may forbid it
        return ()
    return [core for core in cores if core != own]


class IdleCores:
    """Counts idle cores by the kernel's count of threads that are ready to run.

    A look costs some microseconds, since the file stays open. Where the system does not tell (macOS,
    Windows, a sandbox that counts nothing), no core is idle.
    """

    def __init__(self, file: Path = LOADAVG, cores: int | None = None) -> None:
        self._cores = count_cores() if cores is None else cores
        try:
            self._number = os.open(file, os.O_RDONLY)
        except OSError:
            self._number = -1

    def __del__(self) -> None:
        """Close the file."""
        if self._number >= 0:
            os.close(self._number)

    def count(self) -> int:
        """Return how many cores are idle; whoever asks runs, and so uses one."""
        if self._number < 0:
            return 0
        try:
            running = int(os.pread(self._number, 64, 0).split()[3].partition(b"/")[0])
        except (OSError, ValueError, IndexError):
            return 0
        return max(0, self._cores - running) if running > 0 else 0


class Helper:
    """A thread on other cores that does half of a work, while there is a core for it."""

    def __init__(self, cores: Sequence[int], idle_cores: Callable[[], int]) -> None:
        self._idle_cores = idle_cores
        self._thread = ThreadPoolExecutor(1, "helper", initializer=_move, initargs=(cores,))

    def spread(self, works: Sequence[Callable[[], Any]]) -> list[Any]:
        """Do pieces of work, the later half of them in the other thread; return their results in order.

        Where one of them fails, all have ended before its exception is raised.
        """
        middle = (len(works) + 1) // 2
        if middle == len(works) or not self._idle_cores():
            return _in_turn(works)
        later = self._thread.submit(_in_turn, works[middle:])
        try:
            return [*_in_turn(works[:middle]), *later.result()]
        except BaseException:
            later.exception()
            raise

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()


def _in_turn(works: Sequence[Callable[[], Any]]) -> list[Any]:
    return [work() for work in works]


def _move(cores: Sequence[int]) -> None:
    """Have this thread run on these cores; it has come with its maker's one."""
    if cores:
        with suppress(OSError):
            os.sched_setaffinity(0, cores)
