"""How many requests of detection are received at once, and which clients have room.

Hashing and parsing a request that will be refused costs those that will not, so a place is taken before a
body is read. All of it happens in the server's loop.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator

from vedette.errors import TooFast

# Requests that are being received and verified, in addition to those that units and queues can hold.
AT_THE_DOOR = 8
# Further places for clients that hold none yet.
FOR_NEWCOMERS = 4


class RequestPlaces:
    """The places of one server, by client; `room` says how many its units and queues can hold."""

    def __init__(self, room: Callable[[], int]) -> None:
        self._room = room
        self._taken: Counter[str] = Counter()

    def refuse_full(self, client: str = "") -> None:
        """Refuse a client when all places are taken; called before a body is read, and again after it."""
        places = AT_THE_DOOR + self._room()
        if client not in self._taken:
            places += FOR_NEWCOMERS
        if self._taken.total() >= places:
            raise TooFast("More requests than all units of this server can answer.", kind="version")

    @contextlib.contextmanager
    def take(self, client: str = "") -> Iterator[None]:
        """Hold a place for one request of a client."""
        self.refuse_full(client)
        self._taken[client] += 1
        try:
            yield
        finally:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]
