"""How often somebody may fail to sign in. Counted in memory: a restart forgives.

A secret has 238 bits and a link 256, so nobody guesses them; the limit keeps the log and the database from
those who try. It goes by the address alone: who counted failures by the key would let anybody lock its holder
out with nonsense. Wrong codes of a second factor, which can be guessed, are counted by person in the
database (`identity/factors.py`).
"""

from collections import deque
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from vedette.api.console.faults import ConsoleFault

WINDOW_S = 300.0
# A person mistypes a few times; behind a proxy all people share one address.
MOST_FAILURES = 20
# Whoever goes on waits twice as long each time, up to this; after so long a quiet time all is forgotten.
LONGEST_S = 3600.0
# Addresses in memory: beyond that the oldest are forgotten.
MOST_ADDRESSES = 10_000
# A household has that many addresses of version 6, and uses them as it likes.
HOUSEHOLD = 64


@dataclass(slots=True)
class _Failures:
    moments: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_FAILURES))
    # How often it had to wait already, and until when it waits.
    waits: int = 0
    until: float = 0.0


class FailedAttempts:
    """Failed sign-ins by address. Used in the event loop alone."""

    def __init__(self) -> None:
        self._failures: dict[str, _Failures] = {}

    def refuse_too_many(self, address: str, now: float) -> None:
        """Refuse an address that has failed too often, for as long as it waits."""
        failures = self._failures.get(_household(address))
        if failures is not None and failures.until > now:
            wait = max(1, round(failures.until - now))
            raise ConsoleFault(
                "TooManyAttempts",
                429,
                f"Too many failed sign-ins from {address}. Try again in {wait} seconds.",
                retry_after_s=wait,
            )

    def count(self, address: str, now: float, servers: int = 1) -> None:
        """Count a failure; each of several servers allows its part."""
        household = _household(address)
        if household not in self._failures and len(self._failures) >= MOST_ADDRESSES:
            self._failures.pop(next(iter(self._failures)))
        failures = self._failures.setdefault(household, _Failures())
        if failures.waits and now - failures.until > LONGEST_S:
            failures.waits = 0
        while failures.moments and failures.moments[0] <= now - WINDOW_S:
            failures.moments.popleft()
        failures.moments.append(now)
        if len(failures.moments) >= max(1, MOST_FAILURES // servers):
            failures.until = now + min(WINDOW_S * 2**failures.waits, LONGEST_S)
            failures.waits += 1
            failures.moments.clear()

    def forget(self, address: str) -> None:
        """Forget an address that has succeeded."""
        self._failures.pop(_household(address), None)


def _household(address: str) -> str:
    """Return what is counted as one: an address of version 4, or a network of version 6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((int(parsed), HOUSEHOLD), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
