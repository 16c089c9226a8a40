"""Sealed objects on their way out: small ones whole, large ones a piece at a time."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

from vedette.api.s3.call import Call, in_thread
from vedette.api.s3.encryption import sealing_of
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.ranges import ByteSpan
from vedette.store.blobs.sealed import SealedStretch, place_of, read_sealed
from vedette.store.blobs.values import Blob

# Opened and sent at once, as other files of this size are; more goes through a thread, piece by piece.
SMALL = 1 << 20
# Chunks that are opened in one turn of a thread.
TURN = 8
Headers = list[tuple[str, str]]


async def sealed_body(
    call: Call, blob: Blob, span: ByteSpan, headers: Headers
) -> tuple[Headers, bytes | AsyncIterator[bytes]]:
    """Return the headers and the body of an answer from a sealed object."""
    if not span.length or call.request.method == "HEAD":
        return [*headers, ("content-length", str(span.length))], b""
    if sealing_of(call).is_ready(blob):
        stretches = call.store.stretches(blob)
    else:
        stretches = await in_thread(call.store.stretches, blob)
    try:
        file = os.open(call.store.file_of(blob), os.O_RDONLY)
    except FileNotFoundError:
        raise S3Fault("InternalError", "The file of this object is missing from the server's disk.") from None
    if span.length > SMALL:
        return [*headers, ("content-length", str(span.length))], await _begun(
            _turns(file, stretches, blob, span)
        )
    try:
        return headers, b"".join(_chunks(file, stretches, blob, span))
    finally:
        os.close(file)


def _chunks(file: int, stretches: list[SealedStretch], blob: Blob, span: ByteSpan) -> Iterator[bytes]:
    return read_sealed(file, stretches, place_of(blob.bucket, blob.key), span.start, span.length)


async def _turns(
    file: int, stretches: list[SealedStretch], blob: Blob, span: ByteSpan
) -> AsyncIterator[bytes]:
    chunks = _chunks(file, stretches, blob, span)

    def take() -> bytes:
        return b"".join(chunk for _, chunk in zip(range(TURN), chunks, strict=False))

    try:
        while data := await asyncio.to_thread(take):
            yield data
    finally:
        os.close(file)


async def _begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Open the first piece before the answer begins, so that a damaged file is told as an error."""
    first = await anext(pieces)

    async def every() -> AsyncIterator[bytes]:
        try:
            yield first
            async for piece in pieces:
                yield piece
        finally:
            await pieces.aclose()  # type: ignore[attr-defined]

    return every()
