"""Which tests meet a changed line: by what was recorded, or else by names and imports."""

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.copies import Suite
from tools.forked_runs import ROOT
from tools.touched_lines import PACKAGE, FileRun, RecordedTest, record, recorded

# How near a test is to a change, the nearest least; the test, and its file.
RankedTest = tuple[tuple[bool, bool, float], RecordedTest, str]

# Rooms and files without a folder of tests of their own, and the rooms whose tests meet them.
MET_BY = {
    "addresses.py": ["monitoring"],
    "arn.py": ["projects", "identity", "api/rekognition"],
    "cli": ["cli", "docs/test_reference.py"],
    "clock.py": ["store", "identity", "metering"],
    "cores.py": ["test_cores.py"],
    "errors.py": ["api", "store"],
    "file_access.py": ["store"],
    "outgoing.py": ["monitoring"],
    "quotas.py": ["test_quotas.py"],
    "settings.py": ["server", "cli", "docs/test_reference.py"],
    "stacks": ["api/cloudformation"],
    "suggestions": ["api/own"],
    "trace_context.py": ["telemetry"],
    "workers": ["training", "engines", "serving", "journeys"],
}


@dataclass(frozen=True)
class Place:
    """The lines of the statement that a change is in, or of its head, and whether a function holds it."""

    lines: frozenset[int]
    in_function: bool


def tests_of(path: Path) -> list[str]:
    """Return the tests of the room that a file belongs to, the nearest first."""
    folders = path.relative_to(PACKAGE).parts
    room = MET_BY.get(folders[0])
    if room is not None:
        return [f"tests/{name}" for name in room]
    nearest = next(
        place
        for depth in range(len(folders) - 1, -1, -1)
        if (place := ROOT.joinpath("tests", *folders[:depth])).is_dir()
    )
    if nearest == ROOT / "tests":
        return ["tests/runtime", "tests/docs"]  # The package's own front.
    above = [] if nearest.parent == ROOT / "tests" else sorted(nearest.parent.glob("test_*.py"))
    return [str(place.relative_to(ROOT)) for place in (nearest, *above)]


@functools.cache
def near_tests(path: Path) -> list[str]:
    """Return the test files that import a module, or carry its name within the tests of its room."""
    module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
    owner, _, last = module.rpartition(".")
    names = re.compile(rf"\b{re.escape(module)}\b|from {re.escape(owner)} import [^\n]*\b{last}\b")
    rooms = [ROOT / place for place in tests_of(path)]
    files = [file for file in sorted((ROOT / "tests").rglob("test_*.py")) if "browser" not in file.parts]
    more = ["tests/migrations/test_upgrade.py"] if path.name == "tables.py" else []
    return more + [
        str(file.relative_to(ROOT))
        for file in files
        if names.search(file.read_text("utf-8")) or (_is_named(file, last) and _is_in(file, rooms))
    ]


def _is_named(file: Path, module: str) -> bool:
    return file.stem == f"test_{module}" or file.stem.endswith(f"_{module}")


def _is_in(file: Path, rooms: list[Path]) -> bool:
    return any(room == file or room in file.parents for room in rooms)


def place_of(source: str, line: int) -> Place:
    """Return the statement that a line belongs to."""
    return _place_in(ast.parse(source).body, line, in_function=False) or Place(frozenset([line]), False)


def _place_in(statements: list[ast.stmt], line: int, *, in_function: bool) -> Place | None:
    for node in statements:
        if not node.lineno <= line <= (node.end_lineno or node.lineno):
            continue
        children = list(_children(node))
        within = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        inner = _place_in(children, line, in_function=within)
        if inner is not None:
            return inner
        end = min((child.lineno - 1 for child in children), default=node.end_lineno or node.lineno)
        # The head of a handler or of a case has its own line.
        lines = range(node.lineno, max(end, node.lineno) + 1) if line <= end else [line]
        return Place(frozenset(lines), in_function)
    return None


def _children(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.excepthandler | ast.match_case):
            yield from _children(child)


def suite_of(path: Path, place: Place, runs: dict[str, FileRun], seconds: float) -> Suite | None:
    """Return the recorded tests that run changed lines, None where their files are not all recorded."""
    files = test_files(path)
    if not set(files) <= set(runs):
        return None
    name = str(path.relative_to(PACKAGE))
    near = set(near_tests(path))
    ranked: list[RankedTest] = []
    for file in files:
        run = runs[file]
        shared = _meets(run.set_up.get(name, set()), place)
        for test in run.tests:
            direct = _meets(test.lines.get(name, set()), place)
            if test.passed and (direct or shared):
                ranked.append(((not direct, file not in near, test.seconds), test, file))
    return _affordable(sorted(ranked, key=lambda entry: entry[0]), seconds)


def _meets(lines: set[int], place: Place) -> bool:
    # What is set at import has no test: whoever uses the module may meet it.
    return bool(lines & place.lines) if place.in_function else bool(lines)


def _affordable(ranked: list[RankedTest], seconds: float) -> Suite:
    names: dict[str, list[str]] = defaultdict(list)
    spent = 0.0
    for _, test, file in ranked:
        if names and spent + test.seconds > seconds:
            break
        spent += test.seconds
        names[file].append(test.name)
    return Suite([*names], [name for group in names.values() for name in group])


def test_files(path: Path) -> list[str]:
    """Return every test file that may meet a file: those of its room, and those that name it."""
    files = set(near_tests(path))
    for place in tests_of(path):
        folder = ROOT / place
        paths = [folder] if folder.is_file() else folder.rglob("test_*.py")
        files |= {str(file.relative_to(ROOT)) for file in paths}
    return sorted(files)


def record_missing(paths: set[Path]) -> None:
    """Record the tests of these files, as far as what is known of them is no longer true."""
    stale: set[str] = set()
    for path in paths:
        files = test_files(path)
        stale |= set(files) - set(recorded(files, [str(path.relative_to(PACKAGE))]))
    if stale:
        print(f"Recording {len(stale)} test files …", flush=True)
        print(f"recorded in {record(sorted(stale))} s", flush=True)


def untouched(path: Path, lines: Collection[int]) -> list[int]:
    """Return which of these lines no recorded test runs; what is set at import is left out."""
    source, name = path.read_text("utf-8"), str(path.relative_to(PACKAGE))
    touched: set[int] = set()
    for run in recorded(test_files(path), [name]).values():
        touched.update(run.set_up.get(name, ()), *(test.lines.get(name, ()) for test in run.tests))
    places = {line: place_of(source, line) for line in sorted(lines)}
    return [line for line, place in places.items() if place.in_function and not place.lines & touched]


def suites_of(path: Path, line: int, *, seconds: float, is_near: bool) -> list[Suite]:
    """Return what is run for a change, the quickest to catch it first."""
    name = str(path.relative_to(PACKAGE))
    runs = recorded(test_files(path), [name])
    suite = suite_of(path, place_of(path.read_text("utf-8"), line), runs, seconds)
    is_known = any(name in test.lines for run in runs.values() for test in run.tests)
    if suite is not None and (suite.files or is_known):
        return [suite]
    near, room = near_tests(path), tests_of(path)
    suites = [suite for suite in (Suite(near), Suite(room)) if suite.files]
    # A table of many modules names one without meeting much of it.
    is_of_room = any(_is_in(ROOT / file, [ROOT / room[0]]) for file in near)
    return suites[:1] if is_near and is_of_room else suites
