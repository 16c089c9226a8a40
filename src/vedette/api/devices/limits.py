"""How often devices may ask. Counted in memory, in the event loop alone: a restart forgives.

A secret has 256 bits, so nobody guesses one; this keeps the database from those who try, and from a device
that asks without end.
"""

from vedette.errors import TooFast

# A device reports twice a minute, and a few times more while it installs.
BURST, A_SECOND = 20.0, 1.0
# Behind one address there may be a hall of devices, each with a wrong secret after a restore.
STRANGER_BURST, STRANGERS_A_SECOND = 60.0, 0.2
# Senders in memory: beyond that the oldest are forgotten.
MOST_SENDERS = 10_000


class CallRates:
    """A bucket of tokens a sender."""

    def __init__(self, burst: float, a_second: float) -> None:
        self._burst = burst
        self._a_second = a_second
        self._levels: dict[str, tuple[float, float]] = {}

    def refuse_empty(self, sender: str, now: float, servers: int = 1) -> None:
        """Refuse a sender that has asked too often; each of several servers allows its part."""
        if self._level(sender, now) < min(servers, self._burst):
            raise TooFast("Too many calls: ask less often.", kind="device")

    def take(self, sender: str, now: float, servers: int = 1) -> None:
        """Count a call; of several servers, as if each of the others had one like it."""
        level = self._level(sender, now)
        self._levels.pop(sender, None)
        if len(self._levels) >= MOST_SENDERS:
            self._levels.pop(next(iter(self._levels)))
        self._levels[sender] = (max(0.0, level - servers), now)

    def _level(self, sender: str, now: float) -> float:
        level, then = self._levels.get(sender, (self._burst, now))
        return min(self._burst, level + (now - then) * self._a_second)
