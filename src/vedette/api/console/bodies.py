"""Bodies of requests at the console: read once it is known who sends them, where there is memory for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vedette.api.door import SMALL_REQUEST, Visit
from vedette.api.reading import declared_length, read_whole, refuse_long


@asynccontextmanager
async def whole_body(visit: Visit, most: int) -> AsyncIterator[bytes]:
    """Hold room for the body, read it whole, and yield it; refuse what is longer before it is read."""
    request = visit.request
    refuse_long(request, most)
    size = most if "transfer-encoding" in request.headers else declared_length(request)
    if size <= SMALL_REQUEST or visit.room is None:
        await read_whole(request, most)
        yield request.body
        return
    assert visit.principal is not None
    async with visit.room.hold((visit.principal.account, request.client), size):
        await read_whole(request, most)
        yield request.body
