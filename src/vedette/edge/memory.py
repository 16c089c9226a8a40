"""Memory of a device: how much is to spare, whether a model fits, bounds, and giving back what is free."""

import ctypes
from contextlib import suppress
from pathlib import Path

from vedette.edge.catalogue import ModelOnDisk
from vedette.errors import TooMuch
from vedette.runtime.package_files import MODEL

MEMINFO = Path("/proc/meminfo")
# What a process takes without its network: Python, numpy, ONNX Runtime and a picture.
PROCESS_BYTES = 120 << 20
# The weights are read, and held by two sessions (runtime/session.py).
COPIES = 3
# Pictures and masks come and go by the megabyte. As it is, glibc maps each anew, and the kernel clears its
# pages one fault at a time: ten times the work of writing it. Blocks up to 32 MiB, the most that mallopt(3)
# allows, are taken from what was freed before. One heap for all threads, else each would keep its own; Python
# runs them one at a time anyway.
MMAP_THRESHOLD, TRIM_THRESHOLD, ARENA_MAX = -3, -1, -8
LARGEST_REUSED_BYTES = 32 << 20
# Where the kernel has to end a process for want of memory, models and cameras go before the agent (proc(5)).
OOM_SCORE = "500"


def limit_memory(most_bytes: int) -> None:
    """Bound what this process may allocate; files that it maps do not count."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE, "ascii")
    try:
        import resource
    except ImportError:  # Windows; there the machine's memory is the bound
        return
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def return_free_memory() -> None:
    """Give freed memory back to the system, where the C library can."""
    with suppress(AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


def reuse_freed_memory(most_free: int) -> None:
    """Have memory of pictures used again instead of mapped anew, and so much of it kept; where glibc can."""
    with suppress(AttributeError):
        c_library = ctypes.CDLL(None)
        c_library.mallopt(ARENA_MAX, 1)
        c_library.mallopt(MMAP_THRESHOLD, LARGEST_REUSED_BYTES)
        c_library.mallopt(TRIM_THRESHOLD, most_free)


def available_bytes(meminfo: Path = MEMINFO) -> int | None:
    """Return what could be allocated without swapping, by the kernel's estimate; None where it gives none."""
    with suppress(OSError, ValueError, IndexError):
        for line in meminfo.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    return None


def needed_bytes(model: ModelOnDisk) -> int:
    """Return about what a model will take, by the size of its network."""
    network = model.package / MODEL if model.package.is_dir() else model.package
    try:
        return PROCESS_BYTES + COPIES * network.stat().st_size
    except OSError:  # its process will say what is wrong with the package
        return PROCESS_BYTES


def refuse_without_memory(model: ModelOnDisk, meminfo: Path = MEMINFO) -> None:
    """Refuse to start a model that the memory has no room for."""
    free, needed = available_bytes(meminfo), needed_bytes(model)
    if free is not None and free < needed:
        raise TooMuch(
            f"There is not enough memory to load {model.name}: it needs about {needed >> 20} MiB, "
            f"and {free >> 20} MiB are free.",
            kind="model",
            name=model.name,
        )
