"""A cell in its busiest hour: four servers, their versions, clients that try again; one server is killed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import simpy

from bench.simulate.model import Cores, SimServer, SimVersion, Steps
from bench.simulate.sizing import Load, Size
from bench.simulate.times import ServiceTimes

# boto3's standard mode: three tries, a pause by chance of up to a second, doubled.
TRIES = 3
PAUSE_S = 1.0
# A server is back after so long (`bench.start`, and its units after it: `bench.hosting`).
BACK_S = 20.0
UNIT_START_S = 1.5
# A balancer asks for `/-/health` every second and gives a server up after two that failed.
NOTICED_S = 2.0
MOST_UNITS = 4


@dataclass
class Answer:
    """When a request came, how long it took with its tries, and whether it was answered."""

    came: float
    took_s: float
    tries: int
    is_good: bool


@dataclass
class SimCell:
    """Servers on machines of their own, and a balancer that asks whoever is up by turns."""

    env: simpy.Environment
    times: ServiceTimes
    chance: random.Random
    servers: int
    cores: int
    versions: int
    # Whether the balancer asks the next server where a connection is refused, as the how-to wants it.
    tries_next: bool = True
    members: list[SimServer] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    given_up: list[SimServer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turn = 0
        self.members = [self._begin() for _ in range(self.servers)]

    def _begin(self) -> SimServer:
        server = SimServer(self.env, Cores(self.env, self.cores, self.times.slowdown))
        pace_s = sum(self.times.unit_s) / len(self.times.unit_s)
        for number in range(self.versions):
            server.versions[number] = SimVersion(
                self.env, server.cores, 1, MOST_UNITS, pace_s, start_s=UNIT_START_S
            )
        return server

    def _next(self) -> SimServer:
        known = [server for server in self.members if server not in self.given_up]
        if self.tries_next:
            known = [server for server in known if server.is_up]
        self._turn += 1
        return known[self._turn % len(known)]

    def kill(self, number: int) -> Steps:
        """End a server; what it held is lost, and another one takes its place after a while."""
        dead = self.members[number]
        dead.is_up = False
        yield self.env.timeout(NOTICED_S)
        self.given_up.append(dead)
        yield self.env.timeout(BACK_S - NOTICED_S)
        self.members[number] = self._begin()

    def ask(self, version: int) -> Steps:
        """Ask as an SDK does: again after a pause where the request failed."""
        _, front_s, unit_s = self.times.draw(self.chance)
        came = self.env.now
        for number in range(TRIES):
            server = self._next()
            # A line to a dead server is refused at once; what it held when it died has no answer.
            is_good = server.is_up and (yield from server.detect(version, front_s, unit_s)) and server.is_up
            if is_good:
                break
            yield self.env.timeout(self.chance.random() * PAUSE_S * 2**number)
        self.answers.append(Answer(came, self.env.now - came + self.times.gap_s, number + 1, is_good))

    def arrive(self, rate: float) -> Steps:
        """Let requests come by chance; a few versions are asked much, most a little."""
        weights = [1 / (number + 5) for number in range(self.versions)]
        numbers = range(self.versions)
        while True:
            yield self.env.timeout(self.chance.expovariate(rate))
            (version,) = self.chance.choices(numbers, weights)
            self.env.process(self.ask(version))


def run_cell(
    size: Size,
    load: Load,
    times: ServiceTimes,
    *,
    seconds: float,
    kill_at_s: float,
    tries_next: bool = True,
    seed: int = 1,
) -> SimCell:
    """Run one of the cells at its share of the peak, killing a server on the way."""
    env = simpy.Environment()
    servers = size.servers // size.cells
    chance = random.Random(seed)
    cell = SimCell(env, times, chance, servers, size.cores_a_server, size.versions_a_cell, tries_next)
    env.process(cell.arrive(load.peak_rate / size.cells))

    def kill() -> Iterator[simpy.Event]:
        yield env.timeout(kill_at_s)
        env.process(cell.kill(0))

    if servers > 1:
        env.process(kill())
    env.run(until=seconds)
    return cell
