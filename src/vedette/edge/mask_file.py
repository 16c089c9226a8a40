"""A file in memory for a mask on its way from a model's process to the agent.

A socket takes a mask of 1.3 MB in a dozen pieces, and the two processes take turns for each. It is read as a
file and never mapped, so that nothing a model's process does to it can end the agent.
"""

import os
from contextlib import suppress

from vedette.engines.slots import sealed_file

# Twice what answers hold where clients say nothing of their limit; a larger mask goes through the socket.
MOST_BYTES = 8 << 20
NONE = -1


class MaskFile:
    """Either side of it; the lock of the agent's ModelProcess keeps them in turn."""

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.size = size

    @classmethod
    def create(cls) -> "MaskFile":
        """Return a new one; an empty one where the system has no such files."""
        for number in sealed_file(MOST_BYTES):
            return cls(number, MOST_BYTES)
        return cls(NONE, 0)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The files that the other side needs."""
        return () if self.number == NONE else (self.number,)

    def put(self, content: bytes) -> bool:
        """Write a mask; say whether it is there whole."""
        if len(content) > self.size:
            return False
        try:
            return os.pwrite(self.number, content, 0) == len(content)
        except OSError:  # no memory for it
            return False

    def take(self, size: int) -> bytes:
        """Return the mask of that size."""
        return os.pread(self.number, size, 0)

    def close(self) -> None:
        """Give the memory back."""
        if self.number != NONE:
            with suppress(OSError):
                os.close(self.number)
            self.number, self.size = NONE, 0
