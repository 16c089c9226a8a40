"""Memory that a server shares with one unit, so that pictures need not go through a socket piece by piece.

The server writes a body into a free slot and sends where it is; the unit reads it there. The server never
reads this memory, and its size is sealed, so that nothing that a unit does to it can end the server.
Linux alone has such memory; elsewhere there are no slots, and bodies go through the socket.
"""

import mmap
import os
from dataclasses import dataclass

# Twice what a request can carry as bytes; larger objects of buckets are rare and go through the socket.
# What no picture has needed so far takes no memory.
SLOT_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class SlotPlace:
    """Where a body is."""

    slot: int
    start: int
    size: int


class Slots:
    """The server's side, for one thread. `numbers` are the files that the unit needs to see it.

    Without any a unit is sent everything through its socket: it is on another machine.
    """

    def __init__(self, count: int, slot_bytes: int = SLOT_BYTES) -> None:
        self._slot_bytes = slot_bytes
        self._memory: mmap.mmap | None = None
        self.numbers = sealed_file(count * slot_bytes) if count else ()
        self.size = count * slot_bytes if self.numbers else 0
        self._free = list(range(count)) if self.numbers else []
        if self.numbers:
            self._memory = mmap.mmap(self.numbers[0], self.size)

    def put(self, body: bytes) -> SlotPlace | None:
        """Copy a body into a free slot; None where none is free, or it is too large."""
        if not self._free or len(body) > self._slot_bytes:
            return None
        assert self._memory is not None
        slot = self._free.pop()
        start = slot * self._slot_bytes
        self._memory[start : start + len(body)] = body
        return SlotPlace(slot, start, len(body))

    def release(self, place: SlotPlace) -> None:
        """Let the slot be written again: its body has been answered."""
        self._free.append(place.slot)

    def close(self) -> None:
        """Give the memory back; nothing is put any more."""
        self._free.clear()
        if self._memory is not None:
            self._memory.close()
            os.close(self.numbers[0])
            self._memory = None


def sealed_file(size: int) -> tuple[int, ...]:
    """Return a file in memory whose size the kernel keeps: reading behind a shortened end would kill.

    Nothing where the system has none, or a sandbox refuses it.
    """
    if not hasattr(os, "memfd_create"):
        return ()
    import fcntl  # not on Windows

    try:
        number = os.memfd_create("vedette-pictures", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError:
        return ()
    os.ftruncate(number, size)
    fcntl.fcntl(number, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return (number,)


class SlotReader:
    """The unit's side."""

    def __init__(self, number: int, size: int) -> None:
        self._memory = mmap.mmap(number, size, prot=mmap.PROT_READ)
        os.close(number)

    def read(self, start: int, size: int) -> bytes:
        """Return a copy of the body: the slot is the server's again once it is answered."""
        return self._memory[start : start + size]

    def view(self, start: int, size: int) -> memoryview:
        """Return the body where it lies, for who is done with it when it is answered."""
        return memoryview(self._memory)[start : start + size]
