"""Units that take a known time, in a loop whose time is simulated: nobody waits for it."""

import asyncio
import selectors

from vedette.engines.socket_unit import UnitPace


class LeapingSelector(selectors.SelectSelector):
    """Waits for nothing: the time that it should have waited has passed at once."""

    now = 1000.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready:
            self.now += timeout or 0.0
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.leaping = LeapingSelector()
        super().__init__(self.leaping)

    def time(self):
        return self.leaping.now


class PacedUnit:
    """A unit that answers one picture after the other, each after the seconds that `takes` returns."""

    alive = True
    pid = 0

    def __init__(self, takes, start_s):
        self.about = {"colors": {}, "thresholds": {}}
        self.in_flight = 0
        self.idle = asyncio.Event()
        self._takes = takes
        self._pace = UnitPace(start_s)
        self._turn = asyncio.Lock()

    @property
    def pace_s(self):
        return self._pace.seconds

    def overdue_s(self):
        return 0.0

    def take(self):
        self.in_flight += 1
        self.idle.clear()

    def give_back(self):
        self.in_flight -= 1
        if not self.in_flight:
            self.idle.set()

    async def ask(self, _head, _body):
        async with self._turn:
            seconds = self._takes()
            await asyncio.sleep(seconds)
            self._pace.add(seconds)
            return {}, b""

    async def close(self):
        self.alive = False
