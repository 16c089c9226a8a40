"""How often somebody may fail to sign in. Counted in memory: a restart forgives.

A secret has 238 bits and a link 256, so nobody guesses them; the limit keeps the log and the database from
those who try.
"""

from collections import deque

from vedette.api.console.faults import ConsoleFault

WINDOW_S = 300.0
# A person mistypes a few times; behind a proxy all people share one address.
MOST_FAILURES = 20
# Addresses in memory: beyond that the oldest are forgotten.
MOST_ADDRESSES = 10_000


class FailedAttempts:
    """Failed sign-ins by address. Used in the event loop alone."""

    def __init__(self) -> None:
        self._failures: dict[str, deque[float]] = {}

    def refuse_too_many(self, address: str, now: float, servers: int = 1) -> None:
        """Refuse an address that has failed too often; each of several servers allows its part."""
        most = max(1, MOST_FAILURES // servers)
        failures = self._failures.get(address)
        if failures is None:
            return
        while failures and failures[0] <= now - WINDOW_S:
            failures.popleft()
        if len(failures) >= most:
            wait = max(1, round(failures[-most] + WINDOW_S - now))
            raise ConsoleFault(
                "TooManyAttempts",
                429,
                f"Too many failed sign-ins from {address}. Try again in {wait} seconds.",
                retry_after_s=wait,
            )

    def count(self, address: str, now: float) -> None:
        """Count a failure."""
        if address not in self._failures and len(self._failures) >= MOST_ADDRESSES:
            self._failures.pop(next(iter(self._failures)))
        self._failures.setdefault(address, deque(maxlen=MOST_FAILURES)).append(now)

    def forget(self, address: str) -> None:
        """Forget an address that has succeeded."""
        self._failures.pop(address, None)
