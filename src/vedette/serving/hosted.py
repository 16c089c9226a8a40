"""One model in service: its units, the requests that wait for one, and the task that keeps them up.

request → a free unit, or the queue → its answer; asked once more of another if the unit died
keeper  → starts what is missing, scales, lets units go, gives up on a package that cannot be loaded
"""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.errors import TooEarly, TooFast, Wrong
from vedette.serving.queue import FairQueue, Waiting
from vedette.serving.scaling import (
    CALM_S,
    LEAST_PLACES,
    WAIT_S,
    Load,
    places_for,
    threads_each,
    units_wanted,
)
from vedette.serving.units import Frame, Unit, UnitGone, UnitStuck, start_unit

log = logging.getLogger("vedette.serving")

# One picture in work and the next on its way, so that a busy unit never waits for the server.
AHEAD = 2
# A little longer than the wait that the queue is for: the pace is an estimate.
DEADLINE_S = WAIT_S * 1.25
# Bytes of pictures that wait for one model, beyond the places that every queue has: they lie in memory.
MOST_WAITING_BYTES = 128 * 1024 * 1024
# While no unit is there yet, after a restart or a sleep: a start takes a second or two.
DEADLINE_STARTING_S = 20.0
TICK_S = 0.25
DRAIN_S = 30.0
# A package that cannot be loaded this many times in a row is given up.
MOST_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a model is to be hosted with; `asleep_after_s` of 0 never lets all units go."""

    name: str
    package: Path
    least: int
    most: int
    cores: int
    asleep_after_s: float = 0.0


class Hosted:
    """A model in service. `running` and `failed` are called once, when it first is or for good is not."""

    def __init__(
        self,
        wishes: Wishes,
        *,
        running: Callable[[], Awaitable[None]],
        failed: Callable[[str], Awaitable[None]],
        watch: Callable[["Hosted"], None] = lambda _: None,
    ) -> None:
        self.wishes = wishes
        self.units: list[Unit] = []
        self.wanted = wishes.least
        self.colors: dict[str, str] = {}
        self.deadline_s = DEADLINE_S
        self._running, self._failed, self._watch = running, failed, watch
        self._waiting = FairQueue()
        self._starting: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._nudge = asyncio.Event()
        self._has_run = False
        self._closing = False
        self._failures = 0
        self._refused = ""
        now = time.monotonic()
        self._since = self._last_wait = self._last_asked = now
        self._worked_s = 0.0
        self._keeper = asyncio.create_task(self._keep())

    @property
    def room(self) -> int:
        """How many requests the units and the queue hold."""
        return AHEAD * max(1, len(self.units)) + self._places()

    def _places(self) -> int:
        """Return how many may wait, at the speed of the units as they are."""
        alive = [unit for unit in self.units if unit.alive]
        pace_s = sum(unit.pace() for unit in alive) / len(alive) if alive else math.inf
        return places_for(pace_s, len(alive))

    # Looking at pictures

    async def detect(self, head: dict[str, Any], picture: bytes, caller: str = "") -> Frame:
        """Return a unit's answer; one that died over it is replaced, and another asked once."""
        self._last_asked = time.monotonic()
        try:
            try:
                return await self._ask(head, picture, caller)
            except UnitStuck:
                raise
            except UnitGone:
                return await self._ask(head, picture, caller, again=True)
        except UnitStuck:
            raise Wrong("The picture kept a unit busy for too long.", kind="picture") from None
        except UnitGone:
            raise TooFast("The units are being replaced.", kind="version") from None

    async def _ask(self, head: dict[str, Any], picture: bytes, caller: str, *, again: bool = False) -> Frame:
        unit = await self._take(caller, len(picture), again=again)
        began = time.monotonic()
        try:
            return await unit.ask(head, picture)
        finally:
            self._worked_s += (time.monotonic() - began) / max(1, unit.taken)
            unit.give_back()
            self._hand_out()

    async def _take(self, caller: str, size: int, *, again: bool) -> Unit:
        """Return a unit with room for one more, waiting for it if need be, but not for long.

        Who lost a unit comes first in the queue, however long that is.
        """
        if self._closing:
            raise TooEarly(f"The model {self.wishes.name} is stopping.", kind="version")
        unit = self._free()
        if unit is not None:
            unit.take()
            return unit
        if not again:
            self._make_room(caller, size)
        entry = Waiting(caller, time.monotonic(), size, asyncio.get_running_loop().create_future())
        self._waiting.put(entry, first=again)
        self._nudge.set()
        try:
            async with asyncio.timeout(self.deadline_s if self._has_units() else DEADLINE_STARTING_S):
                return await self._given(entry)
        except TimeoutError:
            raise self._too_fast() from None

    async def _given(self, entry: Waiting) -> Unit:
        try:
            return await entry.place
        except asyncio.CancelledError:
            self._waiting.drop(entry)
            if entry.place.done() and not entry.place.cancelled():  # given a unit in the very moment
                entry.place.result().give_back()
                self._hand_out()
            raise

    def _make_room(self, caller: str, size: int) -> None:
        """Refuse what the queue cannot hold: of the caller who has most in it, the last."""
        count, bytes_waiting = len(self._waiting), self._waiting.size + size
        least = LEAST_PLACES * max(1, len(self.units))
        if count < least or (count < self._places() and bytes_waiting <= MOST_WAITING_BYTES):
            return
        displaced = self._waiting.last_of_longest(caller)
        if displaced is None:
            raise self._too_fast()
        self._waiting.drop(displaced)
        if not displaced.place.done():
            displaced.place.set_exception(self._too_fast())

    def _too_fast(self) -> TooFast:
        return TooFast(
            f"More requests than the {len(self.units)} units of {self.wishes.name} can answer.",
            kind="version",
            name=self.wishes.name,
        )

    def _has_units(self) -> bool:
        return any(unit.alive for unit in self.units)

    def _free(self) -> Unit | None:
        free = [unit for unit in self.units if unit.alive and unit.taken < AHEAD]
        return min(free, key=lambda unit: unit.taken, default=None)

    def _hand_out(self) -> None:
        while self._waiting:
            unit = self._free()
            if unit is None:
                return
            entry = self._waiting.take()
            if not entry.place.done():
                unit.take()
                entry.place.set_result(unit)

    # Keeping up

    async def _keep(self) -> None:
        while not self._closing:
            self._drop_dead()
            if self._failures >= MOST_FAILURES:
                await self._give_up()
                return
            self.wanted = self._count_wanted()
            for _ in range(self.wanted - len(self.units) - len(self._starting)):
                self._begin(self._starting, self._start_one())
            if len(self.units) > self.wanted:
                self._begin(self._leaving, self._let_go(self.units.pop()))
            if not self._has_run and len(self.units) >= self.wishes.least:
                self._has_run = True
                await self._running()
            self._watch(self)
            self._nudge.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._nudge.wait()

    def _count_wanted(self) -> int:
        now = time.monotonic()
        sleep = self.wishes.asleep_after_s
        if sleep and self._has_run and not self._waiting and now - self._last_asked >= sleep:
            return 0
        if self._waiting:
            self._last_wait = now
        if self._starting:
            return self.wanted
        period = max(1e-6, now - self._since)
        load = Load(
            units=max(self.wanted, self.wishes.least),
            waiting=len(self._waiting),
            waited_s=self._waiting.waited_s(now),
            busy=min(1.0, self._worked_s / (period * max(1, len(self.units)))),
            calm_s=min(now - self._last_wait, period),
        )
        wanted = units_wanted(load, least=self.wishes.least, most=self.wishes.most)
        if wanted != load.units or period > CALM_S * 2:
            self._since, self._worked_s = now, 0.0
        return wanted

    def _drop_dead(self) -> None:
        self.units = [unit for unit in self.units if unit.alive]

    async def _start_one(self) -> None:
        threads = threads_each(self.wishes.cores, self.wishes.most)
        try:
            unit = await start_unit(self.wishes.package, threads=threads, gone=self._nudge.set)
        except (Wrong, UnitGone, OSError) as error:
            self._failures += 1
            self._refused = _told(error, self.wishes.package)
            log.warning("a unit of %s did not start: %s", self.wishes.name, str(error) or self._refused)
            # The more often, the later: a broken package must not cost a core.
            await asyncio.sleep(0.2 * self._failures)
            return
        self._failures = 0
        self.colors = unit.about["colors"]
        self.units.append(unit)
        self._hand_out()
        self._nudge.set()

    async def _let_go(self, unit: Unit) -> None:
        """Let a unit end what it has begun, then close it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await unit.idle.wait()
        await unit.close()

    def _begin(self, tasks: set[asyncio.Task[None]], work: Any) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(lambda _: self._nudge.set())

    async def _give_up(self) -> None:
        self._closing = True
        await self._end_all()
        await self._failed(self._refused)

    # The end

    async def close(self) -> None:
        """Take nothing new, answer what was taken, and end the units."""
        self._closing = True
        self._nudge.set()
        await self._keeper
        if self._waiting and self.units:
            await asyncio.wait([entry.place for entry in self._waiting], timeout=DRAIN_S)
        await self._end_all()

    async def _end_all(self) -> None:
        for task in [*self._starting]:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        units, self.units = self.units, []
        await asyncio.gather(*(self._let_go(unit) for unit in units), *self._leaving)
        while self._waiting:
            place = self._waiting.take().place
            if not place.done():
                place.set_exception(TooEarly(f"The model {self.wishes.name} has stopped.", kind="version"))


def _told(error: Exception, package: Path) -> str:
    """Return what programs are told of a unit that did not start: not where the server keeps things."""
    if isinstance(error, Wrong):
        said = error.sentence.replace(f"{package}/", "").replace(str(package), "its folder")
        return f"The model cannot be loaded: {said}"
    return "A unit of the model did not start; the server's log tells more."
