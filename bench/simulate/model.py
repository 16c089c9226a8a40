"""The parts: cores that processes share, a version with its units and its queue, a server in front of them.

A version takes requests as `serving/hosted.py` does: a unit holds so many at once, the others wait, as many
as `places_for` allows and as long as `wait_for` says; `units_wanted` scales. What is left out, since nothing
of it was seen in what is measured: fair turns between callers, bytes in the queue, memory.
"""

import itertools
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from vedette.serving.hosted import AHEAD, TICK_S
from vedette.serving.scaling import CALM_S, LEAST_PLACES, Load, places_for, units_wanted, wait_for

Steps = Generator[simpy.Event, Any, None]

# How long a process keeps a core while others wait: Linux's scheduler gives some milliseconds on few cores.
SLICE_S = 0.003
# A unit's pace is an average of its last pictures.
PACE_SHARE = 0.1


class Cores:
    """Cores of one machine: whoever works holds one for a slice at a time, and they slow one another."""

    def __init__(self, env: simpy.Environment, count: int, slowdown: Sequence[float] = (1.0,)) -> None:
        self._env = env
        self._cores = simpy.Resource(env, capacity=count)
        self._slowdown = slowdown
        self.worked_s = 0.0

    def work(self, seconds: float) -> Steps:
        """Use a core for so long, as it would take alone."""
        while seconds > 1e-9:
            with self._cores.request() as turn:
                yield turn
                is_full = self._cores.count == self._cores.capacity
                part = min(seconds, SLICE_S) if is_full else seconds
                took = part * self._slowdown[min(self._cores.count, len(self._slowdown)) - 1]
                yield self._env.timeout(took)
                self.worked_s += took
                seconds -= part


@dataclass
class SimUnit:
    """A process that answers one picture after another."""

    line: simpy.Resource
    pace_s: float
    in_flight: int = 0


@dataclass
class SimVersion:
    """A version in service at one server: units, queue and the task that scales them."""

    env: simpy.Environment
    cores: Cores
    least: int
    most: int
    pace_s: float
    start_s: float = 1.5
    units: list[SimUnit] = field(default_factory=list)
    waiting: deque[tuple[float, simpy.Event]] = field(default_factory=deque)
    refused: int = 0

    def __post_init__(self) -> None:
        self._starting = 0
        self._busy_s = 0.0
        self._since = self._last_wait = self.env.now
        for _ in range(self.least):
            self._add()
        if self.most > self.least:
            self.env.process(self._keep())

    def _add(self) -> None:
        self.units.append(SimUnit(simpy.Resource(self.env, capacity=1), self.pace_s))
        self._hand_out()

    def _free(self) -> SimUnit | None:
        free = [unit for unit in self.units if unit.in_flight < AHEAD]
        return min(free, key=lambda unit: unit.in_flight, default=None)

    def _places(self) -> int:
        return sum(places_for(unit.pace_s) for unit in self.units) or LEAST_PLACES

    def answer(self, work_s: float, received: float) -> Generator[simpy.Event, Any, bool]:
        """Answer one picture; False where it is refused, at once or when its time is over."""
        unit = self._free()
        if unit is None:
            unit = yield from self._wait(received)
            if unit is None:
                self.refused += 1
                return False
        else:
            unit.in_flight += 1
        with unit.line.request() as turn:
            yield turn
            began = self.env.now
            yield from self.cores.work(work_s)
            took = self.env.now - began
        self._busy_s += took
        unit.pace_s += PACE_SHARE * (took - unit.pace_s)
        unit.in_flight -= 1
        self._hand_out()
        return True

    def _wait(self, received: float) -> Generator[simpy.Event, Any, SimUnit | None]:
        least = LEAST_PLACES * max(1, len(self.units))
        if len(self.waiting) >= max(least, self._places()):
            return None
        place = self.env.event()
        self.waiting.append((self.env.now, place))
        pace_s = sum(unit.pace_s for unit in self.units) / max(1, len(self.units))
        patience = self.env.timeout(wait_for(pace_s, AHEAD, elapsed_s=self.env.now - received))
        yield place | patience
        if place.triggered:
            unit: SimUnit = place.value  # which counts this request already
            return unit
        self.waiting.remove(next(item for item in self.waiting if item[1] is place))
        return None

    def _hand_out(self) -> None:
        while self.waiting and (unit := self._free()) is not None:
            unit.in_flight += 1
            self.waiting.popleft()[1].succeed(unit)

    def _keep(self) -> Steps:
        for _ in itertools.count():
            yield self.env.timeout(TICK_S)
            now = self.env.now
            if self.waiting:
                self._last_wait = now
            count = len(self.units)
            period = max(1e-6, now - self._since)
            load = Load(
                units=count + self._starting,
                waiting=len(self.waiting),
                waited_s=now - self.waiting[0][0] if self.waiting else 0.0,
                busy=min(1.0, self._busy_s / (period * max(1, count))),
                calm_s=min(now - self._last_wait, period),
            )
            wanted = load.units if self._starting else units_wanted(load, least=self.least, most=self.most)
            for _ in range(wanted - load.units):
                self._starting += 1
                self.env.process(self._start())
            if wanted < load.units and self.units[-1].in_flight == 0:
                self.units.pop()
            if wanted != load.units or period > 2 * CALM_S:
                self._since, self._busy_s = now, 0.0

    def _start(self) -> Steps:
        yield self.env.timeout(self.start_s)
        self._starting -= 1
        self._add()


class SimServer:
    """A server's own process, which does one thing at a time, and the versions in service at it."""

    def __init__(self, env: simpy.Environment, cores: Cores) -> None:
        self.env, self.cores = env, cores
        self.front = simpy.Resource(env, capacity=1)
        self.versions: dict[int, SimVersion] = {}
        self.is_up = True

    def detect(self, number: int, front_s: float, unit_s: float) -> Generator[simpy.Event, Any, bool]:
        """Take a request in, have a unit answer it, and give the answer back."""
        received = self.env.now
        with self.front.request() as turn:
            yield turn
            yield from self.cores.work(front_s)
        return (yield from self.versions[number].answer(unit_s, received))
