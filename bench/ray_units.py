"""Units on a Ray cluster of three raylets on this machine beside units of its own: as many, the same package.

    python -m bench.ray_units [ADDRESS]

The clients take turns between both in one run, so that whatever else the machine does meets both; only the
ratios say something. Without an address a cluster of its own is started (`pip install 'vedette[ray]'`).
"""

import asyncio
import io
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from bench.processor_time import processor_s
from vedette.engines.local_units import LocalUnits
from vedette.engines.port import UnitOrder
from vedette.engines.ray_plan import read_plan
from vedette.engines.ray_units import RayUnits

TESTS = Path(__file__).parent.parent / "tests"
UNITS, ROUNDS, LONE, ROUND_S, AHEAD = 2, 5, 15, 2.0, 2
BARS = {"throughput": 0.85, "lone": 5.0, "start": 8.0}
HEAD = {"least": 0.5, "orientation": 1}


def picture() -> bytes:
    """Return a JPEG of about 500 KB, as a camera makes them."""
    rng = np.random.default_rng(5)
    coarse = rng.integers(0, 256, (120, 160, 3), np.uint8)
    image = Image.fromarray(coarse).resize((1600, 1200), Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=92)
    return stream.getvalue()


async def lone(unit, data) -> list[float]:
    """Return the milliseconds of answers, one after the other."""
    times = []
    for _ in range(LONE):
        began = time.perf_counter()
        await unit.ask(HEAD, data)
        times.append((time.perf_counter() - began) * 1000)
    return times


async def answered(units, data) -> tuple[int, float]:
    """Return the answers of units that always have the next picture, and in how many seconds."""
    count, end = 0, time.perf_counter() + ROUND_S

    async def client(unit):
        nonlocal count
        while time.perf_counter() < end:
            await unit.ask(HEAD, data)
            count += 1

    began = time.perf_counter()
    await asyncio.gather(*(client(unit) for unit in units for _ in range(AHEAD)))
    return count, time.perf_counter() - began


async def compare(address: str, package: Path) -> None:
    """Print the figures of both, and their ratios."""
    data, cache = picture(), tempfile.mkdtemp(prefix="vedette-node-")
    engines = {"local": LocalUnits(), "ray": RayUnits(read_plan(address, "cores=1,memory=0.4", "", cache))}
    sets, starts = {}, {}
    for name, engine in engines.items():
        await (await engine.start(UnitOrder(package, 1), on_death=print)).close()  # the relay, and the cache
        began = time.perf_counter()
        sets[name] = [await engine.start(UnitOrder(package, 1), on_death=print)]
        starts[name] = time.perf_counter() - began
        sets[name] += [await engine.start(UnitOrder(package, 1), on_death=print) for _ in range(UNITS - 1)]
    times: dict[str, list[float]] = {name: [] for name in sets}
    rates: dict[str, list[float]] = {name: [] for name in sets}
    used: dict[str, Counter[str]] = {name: Counter() for name in sets}
    for _ in range(ROUNDS):
        for name, units in sets.items():
            times[name] += await lone(units[0], data)
            before = processor_s()
            count, seconds = await answered(units, data)
            rates[name].append(count / seconds)
            used[name].update(processor_s() - before)
            used[name]["pictures"] += count
    print(f"a picture of {len(data) // 1000} KB, {UNITS} units each, load {os.getloadavg()[0]:.0f}")
    for name in sets:
        median, rate = statistics.median(times[name]), statistics.median(rates[name])
        print(f"{name:6} start {starts[name]:5.1f} s  lone p50 {median:6.1f} ms  {rate:6.1f} pictures/s")
    for name, each in used.items():
        count = each.pop("pictures")
        parts = ", ".join(
            f"{part} {s * 1000 / count:.2f}" for part, s in each.most_common() if s >= 0.01 * each.total()
        )
        print(f"{name:6} {each.total() * 1000 / count:.2f} ms of processor a picture: {parts}")
    share = statistics.median(rates["ray"]) / statistics.median(rates["local"])
    more = statistics.median(times["ray"]) - statistics.median(times["local"])
    print(f"throughput {share:.2f} of local (bar {BARS['throughput']})")
    print(f"a lone request takes {more:+.1f} ms (bar +{BARS['lone']:g})")
    print(f"warm start {starts['ray']:.1f} s (bar {BARS['start']})")
    for name, engine in engines.items():
        await asyncio.gather(*(unit.close() for unit in sets[name]))
        await engine.close()


def main() -> None:
    """Compare on a cluster that stands, or on one of our own."""
    if find_spec("ray") is None:
        print("Not run: Ray is not installed (pip install 'vedette[ray]').")
        return
    sys.path.insert(0, str(TESTS))
    package = Path(os.environ["VEDETTE_BENCH_PACKAGE"]) if "VEDETTE_BENCH_PACKAGE" in os.environ else None
    if package is None:
        from doubles.packages import tiny_package

        package = tiny_package(Path(tempfile.mkdtemp()) / "package", "classification")
    if len(sys.argv) > 1:
        asyncio.run(compare(sys.argv[1], package))
        return
    from doubles.ray_process import RayNodes

    nodes = RayNodes()
    try:
        asyncio.run(compare(nodes.address, package))
    finally:
        nodes.close()


if __name__ == "__main__":
    main()
