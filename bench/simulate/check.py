"""The simulation beside a real server, at loads that it was not fed with.

Its service times come from a lone client; a real server then meets two to sixteen clients without a pause,
and clients that come by chance at a share of what it can do. Rates and medians have to agree within 15 %.
"""

import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

import simpy

from bench.common import RunningServer, machine, median, own_server, percentile, row
from bench.detect_wire import as_bytes
from bench.simulate.measure import UNITS, measure
from bench.simulate.model import Cores, SimServer, SimVersion, Steps
from bench.simulate.times import ServiceTimes
from bench.storm import Storm, cookies, probe, put_model, start, storm

CLIENTS = (1, 2, 4, 8, 16)
SECONDS, ROUNDS = 6.0, 3
WITHIN = 0.15


@dataclass(frozen=True)
class Figures:
    """What came of a load: answers a second, and the median and the slow ones' seconds."""

    rate: float
    p50_s: float
    p95_s: float


def simulated(times: ServiceTimes, clients: int, *, cores: int, seconds: float, seed: int = 1) -> Figures:
    """Return what the simulation says of so many clients without a pause, on the same cores as the server."""
    env, chance = simpy.Environment(), random.Random(seed)
    machine_cores = Cores(env, cores, times.slowdown)
    server = SimServer(env, machine_cores)
    pace_s = median(list(times.unit_s))
    server.versions[0] = SimVersion(env, machine_cores, UNITS, UNITS, pace_s)
    generator = simpy.Resource(env, capacity=1)  # its threads are of one Python process
    good: list[float] = []

    def client() -> Steps:
        while True:
            client_s, front_s, unit_s = times.draw(chance)
            began = env.now
            yield env.timeout(times.gap_s)
            with generator.request() as turn:
                yield turn
                yield from machine_cores.work(client_s)
            if (yield from server.detect(0, front_s, unit_s)):
                good.append(env.now - began)

    for _ in range(clients):
        env.process(client())
    env.run(until=seconds)
    return Figures(len(good) / seconds, median(good), percentile(good, 0.95))


def real(server: RunningServer, requests: list[bytes], clients: int) -> Figures:
    """Return the same of a real server, the middle of some rounds."""
    storms: list[Storm] = [
        storm(server, requests, clients=clients, seconds=SECONDS / ROUNDS) for _ in range(ROUNDS)
    ]
    return Figures(
        median([len(one.good) / one.wall_s for one in storms]),
        median([median(one.good) for one in storms]),
        median([percentile(one.good, 0.95) for one in storms]),
    )


def main() -> None:
    """Print both beside each other."""
    pictures = cookies(16)
    if not pictures:
        print("There are no pictures of cookies.")
        return
    print(machine())
    with tempfile.TemporaryDirectory() as place, own_server() as server:
        package = probe(Path(place) / "model")
        arn = put_model(server, package, "cookies")
        start(server, arn, UNITS)
        times = measure(server, package, arn, pictures)
        print(f"lone: gap {times.gap_s * 1000:.2f} ms, slowdown {times.slowdown}")
        requests = [as_bytes(server, arn, path) for path in pictures]
        storm(server, requests, clients=4, seconds=1)
        for clients in CLIENTS:
            _compare(times, server, requests, clients)


def _compare(times: ServiceTimes, server: RunningServer, requests: list[bytes], clients: int) -> None:
    was = real(server, requests, clients)
    said = simulated(times, clients, cores=len(times.slowdown), seconds=60)
    for name, unit, factor in (("rate", "a second", 1), ("p50_s", "ms", 1000), ("p95_s", "ms", 1000)):
        measured, expected = getattr(was, name) * factor, getattr(said, name) * factor
        share = expected / measured
        row(
            f"{clients} clients: {name}",
            f"{expected:.1f} beside {measured:.1f} {unit} ({share:.2f})",
            "within 15 %" if name != "p95_s" else "no bar",
            name == "p95_s" or abs(share - 1) <= WITHIN,
        )
