"""How the C library's heap is kept, for the server's process alone; where it is not glibc nothing is set."""

import ctypes
from contextlib import suppress

# Of mallopt(3). Once a large array was freed glibc takes arrays as large from the heap (its threshold follows
# them up to 32 MiB), where what small things leave between them stays the process's; with a threshold that is
# set, an array of a megabyte is the system's again as soon as it is freed.
MMAP_THRESHOLD = -3
LARGE = 1 << 20
# Of mallopt(3). glibc gives each thread a heap of its own, up to eight a core, and what one of them freed the
# others cannot use: after a million entries in the gallery a third of the server's memory was free and kept.
ARENA_MAX = -8
HEAPS = 1
"""Python runs its threads one at a time, so that they seldom wait for one another here."""


def share_heap() -> bool:
    """Have all threads from now on share one heap, but for what is large; return whether they do."""
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        return bool(mallopt(ARENA_MAX, HEAPS) and mallopt(MMAP_THRESHOLD, LARGE))
    return False
