"""How the C library's heap is kept, for the server's process alone; where it is not glibc nothing is set."""

import ctypes
from contextlib import suppress

# Of mallopt(3). glibc gives each thread a heap of its own, up to eight a core, and what one of them freed the
# others cannot use: after a million entries in the gallery a third of the server's memory was free and kept.
ARENA_MAX = -8
HEAPS = 1
"""Python runs its threads one at a time, so that they seldom wait for one another here."""


def share_heap() -> bool:
    """Have all threads that start from now on share one heap; return whether that can be had."""
    with suppress(AttributeError, OSError):
        return bool(ctypes.CDLL(None).mallopt(ARENA_MAX, HEAPS))
    return False
