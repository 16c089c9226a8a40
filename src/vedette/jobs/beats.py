"""The beats of a server: every few seconds it renews its leases, and tells who wants to hear of it."""

import logging
import threading
import time
from collections.abc import Callable

from vedette.jobs.store import LEASE_MS

log = logging.getLogger(__name__)

# Leases are renewed five times as often as they pass, and other servers' jobs are looked for as often.
BEAT_S = 3.0
# A server whose beats are further apart than this was kept from the database: it was away, or a long write
# stood before them. Other servers' leases may have passed for the same reason.
LATE_S = 3 * BEAT_S


class LeaseBeats:
    """Calls `beat` in a thread of its own until it is closed; what that raises is logged."""

    def __init__(self, beat: Callable[[], None], closing: threading.Event) -> None:
        self._beat = beat
        self._closing = closing
        self._patient_until = 0.0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to beat."""
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the last beat is over, once `closing` is set."""
        if self._thread is not None:
            self._thread.join()

    def patience_ms(self) -> int:
        """Return for how much longer than their leases other servers are believed to live."""
        return LEASE_MS if time.monotonic() < self._patient_until else 0

    def _run(self) -> None:
        beaten = time.monotonic()
        while not self._closing.wait(BEAT_S):
            if time.monotonic() - beaten > LATE_S:
                self._be_patient()
            try:
                self._beat()
            except Exception:
                log.warning("the leases of this server's jobs could not be renewed", exc_info=True)
                self._be_patient()
                continue
            if time.monotonic() - beaten > LATE_S:
                self._be_patient()
            beaten = time.monotonic()

    def _be_patient(self) -> None:
        """Believe for a while that other servers live: what kept this one from the database kept them too."""
        self._patient_until = time.monotonic() + LEASE_MS / 1000
