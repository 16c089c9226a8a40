"""A file as the body of an answer, a piece at a time, closed at its end or when the client has gone."""

import asyncio
from typing import IO

PIECE = 1 << 18


class FilePieces:
    """The pieces of an open file; one that was read already comes first."""

    def __init__(self, stream: IO[bytes], first: bytes = b"") -> None:
        self._stream = stream
        self._first = first

    def __aiter__(self) -> "FilePieces":
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
        """Let go of the file, and with it of the room it may take."""
        self._stream.close()
