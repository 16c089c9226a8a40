"""Which processes of a cluster have ended, by the ports at which they listened.

A cluster finds out some 12 to 15 s late that a node has died (Ray asks five times, three seconds apart), and
lists it until then with all its room free. A port that refuses says so at once. One that is silent says
nothing: its machine may be gone, or a firewall before it.
"""

import errno
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

# A machine on the same network answers in milliseconds.
ANSWER_S = 0.5
MOST_AT_ONCE = 16

Door = tuple[str, int]


def refusing(
    doors: Sequence[Door], connect: Callable[[Door, float], Any] = socket.create_connection
) -> list[bool]:
    """Return of each address and port whether nobody listens there; they are tried side by side."""
    if not doors:
        return []
    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(doors))) as threads:
        return list(threads.map(lambda door: _refuses(door, connect), doors))


def _refuses(door: Door, connect: Callable[[Door, float], Any]) -> bool:
    try:
        connect(door, ANSWER_S).close()
    except OSError as error:
        return error.errno in (errno.ECONNREFUSED, errno.EHOSTUNREACH)
    return False
