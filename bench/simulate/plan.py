"""What 10³ to 10⁹ pictures a day need, and a cell of the largest in its busiest hour with a server killed."""

import argparse
from dataclasses import replace

from bench.common import percentile
from bench.simulate.cell import BACK_S, Answer, run_cell
from bench.simulate.sizing import Load, size_of
from bench.simulate.times import FILE, ServiceTimes

SECONDS, KILL_AT_S = 90.0, 40.0
HEAD = (
    "pictures a day",
    "a second at the peak",
    "versions",
    "cells",
    "servers × cores",
    "Gbit/s in",
    "rows read, written a second and cell",
    "core-hours a million",
)


def line(*cells: object) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def table(times: ServiceTimes, load: Load) -> list[str]:
    """Return a row for each factor of ten."""
    rows = [line(*HEAD), line(*["---"] * len(HEAD))]
    for power in range(4, 10):
        one = replace(load, pictures_a_day=10.0**power)
        size = size_of(one, times)
        rows.append(
            line(
                f"10^{power}",
                f"{one.peak_rate:,.1f}",
                f"{one.versions:,}",
                size.cells,
                f"{size.servers:,} × {size.cores_a_server}",
                f"{size.line_gbit:.3g}",
                f"{size.reads_a_second:,.0f}, {size.writes_a_second:,.0f}",
                f"{size.core_hours_a_million:.1f}",
            )
        )
    return rows


def spans(answers: list[Answer]) -> list[str]:
    """Return what was before, beside and after the death of the server."""
    edges = {
        "before": (10.0, KILL_AT_S),
        "while one is gone": (KILL_AT_S, KILL_AT_S + BACK_S),
        "after": (KILL_AT_S + BACK_S, SECONDS),
    }
    rows = [line("", "requests", "p50", "p99", "tried again", "failed"), line(*["---"] * 6)]
    for name, (since, until) in edges.items():
        some = [answer for answer in answers if since <= answer.came < until]
        took = [answer.took_s * 1000 for answer in some if answer.is_good] or [0.0]
        again = sum(answer.tries > 1 for answer in some) / max(1, len(some))
        failed = sum(not answer.is_good for answer in some) / max(1, len(some))
        p50, p99 = percentile(took, 0.5), percentile(took, 0.99)
        rows.append(
            line(name, f"{len(some):,}", f"{p50:.0f} ms", f"{p99:.0f} ms", f"{again:.2%}", f"{failed:.3%}")
        )
    return rows


def main() -> None:
    """Print both tables."""
    if not FILE.exists():
        print("First: python -m bench.simulate measure")
        return
    parser = argparse.ArgumentParser(prog="python -m bench.simulate plan")
    parser.add_argument("--peak", type=float, default=Load.peak)
    parser.add_argument("--each", type=float, default=Load.a_day_each, help="pictures a day of a version")
    options, _ = parser.parse_known_args()
    times = ServiceTimes.read()
    load = Load(1e9, options.peak, options.each)
    print(times.machine, *table(times, load), "", sep="\n")
    size = size_of(load, times)
    print(
        f"One of {size.cells:,} cells: {size.servers // size.cells} servers of {size.cores_a_server} cores, "
        f"{size.versions_a_cell} versions, {load.peak_rate / size.cells:.0f} pictures a second."
    )
    for tries_next in (True, False):
        print(
            "",
            f"A balancer that {'tries the next server' if tries_next else 'looks no further'}:",
            "",
            sep="\n",
        )
        cell = run_cell(size, load, times, seconds=SECONDS, kill_at_s=KILL_AT_S, tries_next=tries_next)
        print(*spans(cell.answers), sep="\n")
    print(f"{size.price_a_million:.2f} a million pictures at {load.core_hour_price} a core-hour")
