"""Memory for bodies that are held whole: a total, and at most half of it for one client.

A place is taken before a body is read, for all that it may be, so that two half-read bodies never wait for
each other. Nothing is read while there is none: the sender's own sockets fill, and it waits.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from dataclasses import dataclass

from vedette.errors import TooFast

# Sixteen of the largest requests of the JSON services, or 36 pictures of 4 MiB in base64.
MOST_BYTES = 256 * 1024 * 1024
# As long as SDKs' shortest usual patience for an answer leaves time for the answer itself.
PATIENCE_S = 10.0


@dataclass(slots=True)
class _BodyRequest:
    client: Hashable
    size: int
    granted: asyncio.Future[None]


class BodyMemory:
    """The memory of one server for bodies. Used in its event loop only."""

    def __init__(self, most: int = MOST_BYTES, patience_s: float = PATIENCE_S) -> None:
        self.most = most
        self.used = 0
        self._patience_s = patience_s
        self._of: Counter[Hashable] = Counter()
        self._wishes: list[_BodyRequest] = []

    @contextlib.asynccontextmanager
    async def hold(self, client: Hashable, size: int) -> AsyncIterator[None]:
        """Hold room for so many bytes, waiting for it; who holds least comes first."""
        if self._wishes or not self._fits(client, size):
            await self._wait(client, size)
        else:
            self._take(client, size)
        try:
            yield
        finally:
            self._give(client, size)

    def _fits(self, client: Hashable, size: int) -> bool:
        return self.used + size <= self.most and self._of[client] + size <= max(size, self.most // 2)

    def _take(self, client: Hashable, size: int) -> None:
        self.used += size
        self._of[client] += size

    def _give(self, client: Hashable, size: int) -> None:
        self.used -= size
        self._of[client] -= size
        if not self._of[client]:
            del self._of[client]
        self._grant()

    async def _wait(self, client: Hashable, size: int) -> None:
        wish = _BodyRequest(client, size, asyncio.get_running_loop().create_future())
        self._wishes.append(wish)
        self._grant()
        try:
            async with asyncio.timeout(self._patience_s):
                await wish.granted
        except BaseException as error:
            self._withdraw(wish)
            if isinstance(error, TimeoutError):
                raise TooFast(
                    "More large requests at once than this server holds in memory.", kind="body"
                ) from None
            raise

    def _withdraw(self, wish: _BodyRequest) -> None:
        if wish in self._wishes:
            self._wishes.remove(wish)
            self._grant()
        else:  # granted in the very moment
            self._give(wish.client, wish.size)

    def _grant(self) -> None:
        for wish in sorted(self._wishes, key=lambda wish: self._of[wish.client]):
            if self.used + wish.size > self.most:
                return  # nothing overtakes: a large request would wait for ever
            if self._fits(wish.client, wish.size):
                self._take(wish.client, wish.size)
                self._wishes.remove(wish)
                wish.granted.set_result(None)
