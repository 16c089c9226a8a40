"""A sealed package on its way to a device, a piece at a time."""

import asyncio
from typing import BinaryIO

from vedette.devices.packages import KeptPackage

PIECE = 1 << 19


class PackageStream:
    """The rest of a package, whose first piece was opened already."""

    def __init__(self, stream: BinaryIO, first: bytes) -> None:
        self._stream = stream
        self._first = first

    def __aiter__(self) -> "PackageStream":
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece."""
        piece, self._first = self._first, b""
        piece = piece or await asyncio.to_thread(self._stream.read, PIECE)
        if not piece:
            await self.aclose()
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """Let go of the file."""
        self._stream.close()


def stream_package(package: KeptPackage, start: int) -> PackageStream:
    """Return a package from a byte on; a damaged one is told as an error before the answer begins."""
    stream = package.open()
    try:
        stream.seek(start)
        return PackageStream(stream, stream.read(PIECE))
    except BaseException:
        stream.close()
        raise
