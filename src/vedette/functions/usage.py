"""What a process and all below it use, as /proc and the disk say it; nothing where a system has no /proc."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
# No folder of a function has more files: whoever makes more is filling the disk with names.
MOST_NAMES = 100_000


@dataclass(frozen=True, slots=True)
class ProcessUsage:
    """The memory of processes in bytes, shared pages counted in each, and how many processes there are."""

    memory: int
    processes: int


def usage_below(pid: int) -> ProcessUsage:
    """Return what all below a process use, without the process itself."""
    memory = processes = 0
    waiting = _children(pid)
    while waiting and processes < 10_000:
        child = waiting.pop()
        processes += 1
        memory += _resident(child)
        waiting += _children(child)
    return ProcessUsage(memory, processes)


def _children(pid: int) -> list[int]:
    children: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += [int(word) for word in (task / "children").read_text("ascii").split()]
    except (OSError, ValueError):
        pass
    return children


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def folder_size(folder: Path, most: int) -> int:
    """Return how much is in a folder; more than `most` where it is more, or where it has too many names."""
    total = names = 0
    for place, folders, files in os.walk(folder):
        names += len(folders) + len(files)
        for name in files:
            with suppress(OSError):
                total += Path(place, name).lstat().st_blocks * 512
        if total > most or names > MOST_NAMES:
            return most + 1
    return total
