"""Connections of a pool that died while they lay there, found before anybody begins on one.

PostgreSQL that stops, or fails over, closes its connections, which the system knows without a round trip:
there is something to be read from a line on which nothing was asked. Only then, or where a line has lain for
a while (a network may forget one in silence), it is asked whether it still lives. The MySQL driver for Go
(go-sql-driver/mysql, its connCheck) looks the same way.
"""

import select
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

# Shorter than any router forgets a line after; on a busy server no connection lies so long.
ASKED_AFTER_S = 5.0
LEFT = "vedette_left_s"


def find_dead_lines(engine: Engine, ticks: Callable[[], float] = time.monotonic) -> None:
    """Have the engine's pool give out only connections that live; after a dead one it trusts no older one."""

    def note(_line: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[LEFT] = ticks()

    def look(line: Any, entry: ConnectionPoolEntry, _fairy: Any) -> None:
        left_s = entry.info.get(LEFT)
        if left_s is None or (ticks() - left_s < ASKED_AFTER_S and is_quiet(line)):
            return
        try:
            engine.dialect.do_ping(line)
        except Exception as error:
            if not engine.dialect.is_disconnect(error, line, None):  # type: ignore[arg-type]
                raise
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", note)  # codespell:ignore checkin
    event.listen(engine, "checkout", look)


def is_quiet(line: Any) -> bool:
    """Say whether nothing has come on a line of psycopg since its last answer, not even its end."""
    if line.closed or not hasattr(select, "poll"):  # Windows has no poll
        return False
    poll = select.poll()
    poll.register(line.fileno(), select.POLLIN)
    return not poll.poll(0)
