"""When, for which service and in which region each access key last signed a request.

Noted in memory by whoever verifies signatures, which takes no time and no write; written to the database
every minute, and before somebody reads it here. Uses of a key within a quarter of an hour are one.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update

from vedette.clock import milliseconds
from vedette.identity.tables import keys
from vedette.store.db import Database

log = logging.getLogger(__name__)

# AWS's figure for how exact this is: it may be as old as that.
EXACT_MS = 15 * 60 * 1000
WRITE_EVERY_S = 60.0
# Ids of keys that are remembered; with more than that, all are written once more.
MOST_REMEMBERED = 10_000
LONGEST_NAME = 64


class KeyUses:
    """Remembers uses of keys. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._last_ms: dict[tuple[str, str, str], int] = {}
        self._new: dict[str, tuple[int, str, str]] = {}
        self._stop = threading.Event()
        self._writer: threading.Thread | None = None

    def note(self, key_id: str, service: str, region: str, now: datetime) -> None:
        """Note that a key signed a request; temporary keys are not stored and so not noted."""
        if key_id.startswith("ASIA"):
            return
        use, moment = (key_id, service, region), milliseconds(now)
        before = self._last_ms.get(use)
        if before is not None and abs(moment - before) < EXACT_MS:
            return
        with self._lock:
            if len(self._last_ms) >= MOST_REMEMBERED:
                self._last_ms.clear()
            self._last_ms[use] = moment
            self._new[key_id] = (moment, service[:LONGEST_NAME], region[:LONGEST_NAME])

    def write(self) -> None:
        """Write what was noted since the last time."""
        with self._lock:
            uses, self._new = self._new, {}
        if not uses:
            return
        with self._database.write() as connection:
            for key_id, (moment, service, region) in uses.items():
                is_older = keys.c.used_ms.is_(None) | (keys.c.used_ms < moment)
                values = {"used_ms": moment, "used_service": service, "used_region": region}
                connection.execute(update(keys).where(keys.c.id == key_id, is_older).values(values))

    def open(self) -> None:
        """Start the thread that writes."""
        self._writer = threading.Thread(target=self._write_often, name="key uses", daemon=True)
        self._writer.start()

    def close(self) -> None:
        """Write the rest."""
        self._stop.set()
        if self._writer is not None:
            self._writer.join()
        _try(self.write)

    def _write_often(self) -> None:
        while not self._stop.wait(WRITE_EVERY_S):
            _try(self.write)


def _try(write: Callable[[], None]) -> None:
    """Write; what cannot be written is lost, since no request should suffer for it."""
    try:
        write()
    except Exception:
        log.warning("When access keys were used last could not be written.", exc_info=True)
