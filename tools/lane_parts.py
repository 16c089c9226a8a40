"""A plugin of pytest: a lane may be run in parts, and the tests that take long are marked.

    .venv/bin/python -m pytest -p tools.lane_parts --part 2/4 -m slow

A file of tests belongs to one part of N, by its name, whatever else there is: after N runs with other K every
file has run. Files that a commit of the last hours changed run in every part (`--with-changes 12`).

`tests/long_tests.txt` names the functions whose cases take longer than LONG_S in the mean; they carry the
mark `long`. It is written from what a run measured (decision 0472):

    make test test-long ARGS=--junitxml=build/lane-$$.xml
    .venv/bin/python -m tools.lane_parts build/lane-*.xml
"""

import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean

import pytest

ROOT = Path(__file__).parent.parent
LONG_TESTS = ROOT / "tests" / "long_tests.txt"
# In a lane of four processes on two slow cores, where it is twice what the test takes alone.
LONG_S = 0.25
# These have lanes of their own, however long they take.
OWN_LANES = frozenset({"slow", "gpu", "postgres", "browser", "clients", "cluster", "ray", "deploy"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add which part is run."""
    group = parser.getgroup("parts of a lane")
    group.addoption("--part", default="1/1", metavar="K/N", help="run the files of part K of N alone")
    group.addoption(
        "--with-changes", type=int, default=0, metavar="HOURS", help="and files that changed within HOURS"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what takes long, and leave the other parts out."""
    names = read_long_tests()
    for item in items:
        if name_of(item.nodeid) in names and not OWN_LANES & {mark.name for mark in item.iter_markers()}:
            item.add_marker("long")
    part, parts = read_part(config.getoption("--part"))
    if parts == 1:
        return
    changed = changed_files(config.getoption("--with-changes"))
    chosen, others = [], []
    for item in items:
        file = item.nodeid.partition("::")[0]
        (chosen if part_of(file, parts) == part or file in changed else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = chosen


def read_part(text: str) -> tuple[int, int]:
    """Return K and N of K/N."""
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise pytest.UsageError(f"--part {text}: expected K/N, with K from 1 to N.")
    return int(part), int(parts)


def part_of(file: str, parts: int) -> int:
    """Return the part that a file belongs to; it does not move when others come or go."""
    return zlib.crc32(file.encode()) % parts + 1


def changed_files(hours: int) -> frozenset[str]:
    """Return the files that commits of the last hours changed; none where this is no checkout of git."""
    if not hours:
        return frozenset()
    command = ["git", "log", f"--since={hours} hours ago", "--name-only", "--format=", "--", "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return frozenset(done.stdout.split("\n")) - {""}


def read_long_tests() -> frozenset[str]:
    """Return the functions that carry the mark."""
    return frozenset(LONG_TESTS.read_text("utf-8").split("\n")) - {""}


def name_of(nodeid: str) -> str:
    """Return a test's file and function, without its parameters."""
    return nodeid.partition("[")[0]


def measured(places: Iterable[Path]) -> dict[str, float]:
    """Return what a case of each function takes in the mean, in seconds, by files that pytest wrote."""
    cases: dict[str, list[float]] = defaultdict(list)
    for place in places:
        for case in ET.parse(place).iter("testcase"):
            file = case.attrib["classname"].replace(".", "/") + ".py"
            name = f"{file}::{name_of(case.attrib['name'])}"
            cases[name].append(float(case.attrib["time"]))
    return {name: fmean(seconds) for name, seconds in cases.items()}


def main(arguments: Sequence[str]) -> None:
    """Write the list anew: what was measured counts, and what was not stays as it was."""
    means = measured(map(Path, arguments))
    names = {name for name, seconds in means.items() if seconds > LONG_S}
    names |= read_long_tests() - means.keys()
    LONG_TESTS.write_text("".join(f"{name}\n" for name in sorted(names)), "utf-8")
    print(f"{len(names)} functions take longer than {LONG_S} s.")


if __name__ == "__main__":
    main(sys.argv[1:])
