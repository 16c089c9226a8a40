"""One model in service: its units, the queue of its requests, and the task that supervises the units.

request     → a free unit, or the queue → its answer; retried once on another unit if the first died
supervisor  → starts missing units, scales, drains units, gives up a package that cannot be loaded
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from vedette.engines.frames import Frame
from vedette.engines.port import Unit, UnitGone, Units, UnitStuck
from vedette.errors import TooEarly, TooFast, Wrong
from vedette.serving.plan import HostingPlan
from vedette.serving.queue import FairQueue, QueuedRequest, RequestOrigin
from vedette.serving.scaling import (
    ANSWER_WITHIN_S,
    CALM_S,
    LEAST_PLACES,
    Load,
    places_for,
    units_wanted,
    wait_for,
)
from vedette.serving.starting import UnitStarter

# One picture in progress and the next on its way, so that a busy unit never waits for the server.
AHEAD = 2
# Bytes of pictures in one model's queue, beyond the places that every queue has: they are held in memory.
MOST_WAITING_BYTES = 128 * 1024 * 1024
# While no unit runs yet, after a restart or a sleep: a start takes a second or two.
DEADLINE_STARTING_S = 20.0
TICK_S = 0.25
# How often the number of units is counted where it stays the same.
COUNT_S = 1.0
DRAIN_S = 30.0


@dataclass(frozen=True, slots=True)
class HostingLoad:
    """A model in service at one moment: its units, and the requests with them and before them."""

    units: int
    desired_units: int
    waiting: int
    in_flight: int


class HostedModel:
    """A model in service. `running` is called once when it first runs, `failed` when it never will again."""

    def __init__(
        self,
        plan: HostingPlan,
        engine: Units,
        *,
        running: Callable[[], Awaitable[None]],
        failed: Callable[[str], Awaitable[None]],
        watch: Callable[["HostedModel"], None] = lambda _: None,
        leaves: Callable[[Unit], bool] = lambda _: False,
    ) -> None:
        self.plan = plan
        # Says of a unit whether its machine is being emptied: another one takes its place first.
        self._leaves = leaves
        self.units: list[Unit] = []
        self.desired_units = plan.least
        self.colors: dict[str, str] = {}
        # What a finding has to reach by the training, label by label.
        self.thresholds: dict[str, float] = {}
        self.answer_within_s = ANSWER_WITHIN_S
        self._running, self._failed, self._watch = running, failed, watch
        self._waiting = FairQueue()
        self._starting: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._nudge = asyncio.Event()
        self._has_run = False
        self._closing = False
        self._starter = UnitStarter(plan, engine)
        now = time.monotonic()
        self._since = self._last_wait = self._last_asked = now
        self._worked_s = 0.0
        self._counted: tuple[int, int] = (-1, -1)
        self._counted_at = now
        self._keeper = asyncio.create_task(self._keep())

    @property
    def room(self) -> int:
        """How many requests the units and the queue can hold."""
        return AHEAD * max(1, len(self.units)) + self._places()

    @property
    def load(self) -> HostingLoad:
        """What it has to do at this moment; also from another thread, which may see it a moment late."""
        units = list(self.units)
        in_flight = sum(unit.in_flight for unit in units)
        return HostingLoad(len(units), self.desired_units, len(self._waiting), in_flight)

    @property
    def waits_for(self) -> str:
        """Why units are missing that no machine takes; nothing where none are."""
        return self._starter.placeless if len(self.units) < self.desired_units else ""

    def _places(self) -> int:
        """Return how many requests may wait, at the units' present speed."""
        alive = [unit for unit in self.units if unit.alive]
        return sum(places_for(unit.pace_s, unit.overdue_s()) for unit in alive) or LEAST_PLACES

    # Detection

    async def detect(
        self, head: dict[str, Any], picture: bytes, origin: RequestOrigin | None = None
    ) -> Frame:
        """Return a unit's answer; a unit that dies over it is replaced, and another one tried once."""
        self._last_asked = time.monotonic()
        origin = origin or RequestOrigin()
        try:
            try:
                return await self._ask(head, picture, origin)
            except UnitStuck:
                raise
            except UnitGone:
                return await self._ask(head, picture, origin, again=True)
        except UnitStuck:
            raise Wrong("The picture kept a unit busy for too long.", kind="picture") from None
        except UnitGone:
            raise TooFast("The units are being replaced.", kind="version") from None

    async def _ask(
        self, head: dict[str, Any], picture: bytes, origin: RequestOrigin, *, again: bool = False
    ) -> Frame:
        unit = await self._take(origin, len(picture), again=again)
        began = time.monotonic()
        try:
            return await unit.ask(head, picture)
        finally:
            self._worked_s += (time.monotonic() - began) / max(1, unit.in_flight)
            unit.give_back()
            self._hand_out()

    async def _take(self, origin: RequestOrigin, size: int, *, again: bool) -> Unit:
        """Return a unit with room for one more request, waiting for a short time if need be.

        A request that lost its unit goes to the head of the queue, however long that is.
        """
        if self._closing:
            raise TooEarly(f"The model {self.plan.name} is stopping.", kind="version")
        unit = self._free()
        if unit is not None:
            unit.take()
            return unit
        if not again:
            self._make_room(origin.caller, size)
        now = time.monotonic()
        entry = QueuedRequest(origin.caller, now, size, asyncio.get_running_loop().create_future())
        self._waiting.put(entry, first=again)
        if len(self.units) + len(self._starting) < self.plan.most:
            self._nudge.set()
        # Whose unit died has waited once for nothing, and waits anew.
        elapsed_s = 0.0 if again else now - origin.received
        try:
            async with asyncio.timeout(self._patience_s(elapsed_s)):
                return await self._await_place(entry)
        except TimeoutError:
            raise self._too_fast() from None

    def _patience_s(self, elapsed_s: float) -> float:
        """Return how long a request that was received so long ago may wait for a unit."""
        paces = [unit.pace_s for unit in self.units if unit.alive]
        if not paces:
            return DEADLINE_STARTING_S
        pace_s = sum(paces) / len(paces)
        return wait_for(pace_s, AHEAD, elapsed_s=elapsed_s, within_s=self.answer_within_s)

    async def _await_place(self, entry: QueuedRequest) -> Unit:
        try:
            return await entry.place
        except asyncio.CancelledError:
            self._waiting.drop(entry)
            if entry.place.done() and not entry.place.cancelled():  # a unit was assigned at the same moment
                entry.place.result().give_back()
                self._hand_out()
            raise

    def _make_room(self, caller: str, size: int) -> None:
        """Where the queue is full, refuse the last request of the caller that has most in it."""
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
            f"More requests than the {len(self.units)} units of {self.plan.name} can answer.",
            kind="version",
            name=self.plan.name,
        )

    def _free(self) -> Unit | None:
        free = [unit for unit in self.units if unit.alive and unit.in_flight < AHEAD]
        return min(free, key=lambda unit: unit.in_flight, default=None)

    def _hand_out(self) -> None:
        while self._waiting:
            unit = self._free()
            if unit is None:
                return
            entry = self._waiting.take()
            if not entry.place.done():
                unit.take()
                entry.place.set_result(unit)

    # Supervision

    async def _keep(self) -> None:
        while not self._closing:
            self._drop_dead()
            if self._starter.gives_up:
                await self._give_up()
                return
            self.desired_units = self._count_desired()
            staying = sum(1 for unit in self.units if not self._leaves(unit))
            for _ in range(self.desired_units - staying - len(self._starting)):
                self._begin(self._starting, self._start_one())
            if len(self.units) > self.desired_units:
                self._begin(self._leaving, self._let_go(self._take_surplus()))
            if not self._has_run and len(self.units) >= self.plan.least:
                self._has_run = self._starter.has_run = True
                await self._running()
            self._count_units()
            self._nudge.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._nudge.wait()

    def _count_desired(self) -> int:
        now = time.monotonic()
        sleep = self.plan.asleep_after_s
        if sleep and self._has_run and not self._waiting and now - self._last_asked >= sleep:
            return 0
        if self._waiting:
            self._last_wait = now
        if self._starting:
            return self.desired_units
        period = max(1e-6, now - self._since)
        load = Load(
            units=max(self.desired_units, self.plan.least),
            waiting=len(self._waiting),
            waited_s=self._waiting.waited_s(now),
            busy=min(1.0, self._worked_s / (period * max(1, len(self.units)))),
            calm_s=min(now - self._last_wait, period),
        )
        desired = units_wanted(load, least=self.plan.least, most=self.plan.most)
        if desired != load.units or period > CALM_S * 2:
            self._since, self._worked_s = now, 0.0
        return desired

    def _count_units(self) -> None:
        count, now = (self.desired_units, len(self.units)), time.monotonic()
        if count != self._counted or now - self._counted_at >= COUNT_S:
            self._counted, self._counted_at = count, now
            self._watch(self)

    def _drop_dead(self) -> None:
        self.units = [unit for unit in self.units if unit.alive]

    async def _start_one(self) -> None:
        unit = await self._starter.start(self._nudge.set)
        if unit is None:
            return
        self.colors = unit.about["colors"]
        self.thresholds = unit.about["thresholds"]
        self.units.append(unit)
        self._hand_out()
        self._nudge.set()

    async def _let_go(self, unit: Unit) -> None:
        """Drain a unit, then close it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await unit.idle.wait()
        await unit.close()

    def _take_surplus(self) -> Unit:
        """Take a unit out of service: one whose machine is being emptied, else the youngest."""
        unit = next((unit for unit in self.units if self._leaves(unit)), self.units[-1])
        self.units.remove(unit)
        return unit

    def _begin(self, tasks: set[asyncio.Task[None]], work: Any) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(lambda _: self._nudge.set())

    async def _give_up(self) -> None:
        self._closing = True
        await self._end_all()
        await self._failed(self._starter.failure)

    # The end

    async def close(self) -> None:
        """Refuse new requests, answer accepted ones, and end the units."""
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
                place.set_exception(TooEarly(f"The model {self.plan.name} has stopped.", kind="version"))
