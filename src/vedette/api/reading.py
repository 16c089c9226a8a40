"""Reading a request's body whole, held to a length before the first byte of it is read."""

import sys

from vedette.api.door import LongBody
from vedette.wire.http import Request
from vedette.wire.scalars import read_count


def declared_length(request: Request) -> int:
    """Return the length that the head names, 0 without one; what is no number is too long for anybody."""
    try:
        return read_count(request.headers.get("content-length", "0"), most=sys.maxsize)
    except ValueError:
        return sys.maxsize


def refuse_long(request: Request, most: int) -> None:
    """Refuse a body that says of itself that it is too long."""
    if declared_length(request) > most:
        raise LongBody(f"The request is longer than {most} bytes.")


async def read_whole(request: Request, most: int) -> None:
    """Put the whole body into `request.body`, refusing more than `most` bytes before they are read."""
    refuse_long(request, most)
    parts: list[bytes] = []
    size = 0
    assert request.stream is not None
    async for part in request.stream:
        size += len(part)
        if size > most:
            raise LongBody(f"The request is longer than {most} bytes.")
        parts.append(part)
    request.body = parts[0] if len(parts) == 1 else b"".join(parts)
    request.stream = None
