"""Change random lines of a room, one at a time, run the room's own tests, and print what survived.

    python tools/mutate.py access --lines 50 --seed 1
    nice -n 19 python tools/mutate.py --lines 100 --bar 0.85      # lines of all rooms

Of all rooms, each change is met by the tests of its own room: of `api/s3` those of `tests/api/s3` and the
files of `tests/api`.

The test files that import the changed module, or carry its name, run first: most changes are caught by them,
in a tenth of the time. `--near` runs those alone, or where there are none the nearest folder: a lower bound,
which is affordable for every room.

A change is one operator, comparison, constant, condition or statement. The room is copied first, so the
working tree stays as it is. Sentences, docstrings, decorators and annotations are left alone: what they
say is not behaviour. A change that ends in an endless loop counts as caught.
"""

import argparse
import ast
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Several times what the slowest room's tests take on a busy machine.
LONGEST_S = 600
PASSED, NOTHING_COLLECTED = 0, 5  # pytest's; a file of slow tests alone has nothing in the fast lane
LANE = "not slow and not postgres and not gpu and not browser and not clients"
# Rooms and files without a folder of tests of their own, and the rooms whose tests meet them.
MET_BY = {
    "arn.py": ["projects", "identity", "api/rekognition"],
    "clock.py": ["store", "identity", "metering"],
    "errors.py": ["api", "store"],
    "settings.py": ["server", "cli"],
    "suggestions": ["api/own"],
    "workers": ["training", "engines", "serving", "journeys"],
}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or,
    ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Mod: ast.Add,
}  # fmt: skip

LEFT_ALONE = ("decorator_list", "annotation", "returns", "type_params")

Apply = Callable[[], None]


@dataclass(frozen=True)
class Change:
    """One possible change of a parsed module."""

    line: int
    what: str
    apply: Apply


@dataclass(frozen=True)
class Mutant:
    """A changed file and what was changed in it."""

    path: Path
    line: int
    what: str
    source: str


def changes(node: ast.AST) -> Iterator[Change]:
    """Yield every change that a tree offers; each is applied to the tree itself."""
    for name, value in ast.iter_fields(node):
        if name in LEFT_ALONE:
            continue
        listed = value if isinstance(value, list) else [value]
        for place, child in enumerate(listed):
            if isinstance(child, ast.AST):
                yield from _changes_of(node, name, None if child is value else place, child)
                yield from changes(child)


def _changes_of(parent: ast.AST, name: str, place: int | None, node: ast.AST) -> Iterator[Change]:
    line = getattr(node, "lineno", getattr(parent, "lineno", 0))

    def change(subject: str, new: ast.AST) -> Change:
        return Change(line, subject, lambda: _put(parent, name, place, new))

    if type(node) in SWAPS:
        other = SWAPS[type(node)]
        yield change(f"{type(node).__name__} → {other.__name__}", other())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield change("not removed", node.operand)
    if isinstance(node, ast.Constant) and not isinstance(parent, ast.Expr | ast.JoinedStr):
        yield from (change(f"{node.value!r} → {new!r}", ast.Constant(new)) for new in _other(node.value))
    if isinstance(node, ast.If | ast.IfExp) and not _is_for_types(node):
        yield Change(line, "condition negated", lambda: _negate(node))
    if _is_removable(node):
        yield change(f"{type(node).__name__} removed", ast.Pass())


def _put(parent: ast.AST, name: str, place: int | None, new: ast.AST) -> None:
    if place is None:
        setattr(parent, name, new)
    else:
        getattr(parent, name)[place] = new


def _negate(node: ast.If | ast.IfExp) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _other(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, str) and " " not in value and "\n" not in value:
        return [f"{value}x"]
    return []


def _is_for_types(node: ast.If | ast.IfExp) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _is_removable(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Raise | ast.Delete | ast.Continue)


def mutants(room: Path, count: int, chance: random.Random) -> list[Mutant]:
    """Return one change each of so many lines, over all files of the room."""
    files = {path: path.read_text("utf-8") for path in sorted(room.rglob("*.py"))}
    lines = sorted(
        {(path, change.line) for path, source in files.items() for change in changes(ast.parse(source))}
    )
    sample = chance.sample(lines, min(count, len(lines)))
    return [_mutant(path, files[path], line, chance) for path, line in sorted(sample)]


def _mutant(path: Path, source: str, line: int, chance: random.Random) -> Mutant:
    tree = ast.parse(source)
    change = chance.choice([change for change in changes(tree) if change.line == line])
    change.apply()
    return Mutant(path, line, change.what, ast.unparse(ast.fix_missing_locations(tree)))


def tests_of(path: Path) -> list[str]:
    """Return the tests of the room that a file belongs to, the nearest first."""
    folders = path.relative_to(ROOT / "src" / "vedette").parts
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


def near_tests(path: Path) -> list[str]:
    """Return the test files that import a module, or carry its name within the tests of its room."""
    module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
    owner, _, last = module.rpartition(".")
    names = re.compile(rf"\b{re.escape(module)}\b|from {re.escape(owner)} import [^\n]*\b{last}\b")
    rooms = [ROOT / place for place in tests_of(path)]
    files = [file for file in sorted((ROOT / "tests").rglob("test_*.py")) if "browser" not in file.parts]
    return [
        str(file.relative_to(ROOT))
        for file in files
        if names.search(file.read_text("utf-8")) or (_is_named(file, last) and _is_in(file, rooms))
    ]


def _is_named(file: Path, module: str) -> bool:
    return file.stem == f"test_{module}" or file.stem.endswith(f"_{module}")


def _is_in(file: Path, rooms: list[Path]) -> bool:
    return any(room == file or room in file.parents for room in rooms)


def survives(mutant: Mutant, *suites: list[str]) -> bool:
    """Run suites, one after the other, on a copy of the package with the change; say whether all pass."""
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "src"
        # With what was compiled: the changed file has another time, and is compiled again.
        shutil.copytree(ROOT / "src", copied)
        (copied / mutant.path.relative_to(ROOT / "src")).write_text(mutant.source, "utf-8")
        return all(run_tests(copied, suite) for suite in suites if suite)


def run_tests(source: Path, tests: list[str]) -> bool:
    """Say whether the tests pass on that source."""
    # What compiles the tests once for all changes; images of Python turn it off.
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": ""}
    words = ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", LANE, *tests]
    try:
        ran = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode in (PASSED, NOTHING_COLLECTED)


def main() -> int:
    """Print every survivor and the share that was caught; return 1 when that is below the bar."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("room", nargs="?", default="", help="a folder of src/vedette; all of them if unnamed")
    parser.add_argument("--tests", nargs="*", help="what is run; the tests of each room if nothing is named")
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bar", type=float, default=0.95, help="the share that must be caught")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--near", action="store_true", help="run the nearest test files alone")
    arguments = parser.parse_args()
    room = ROOT / "src" / "vedette" / arguments.room
    created = mutants(room, arguments.lines, random.Random(arguments.seed))
    suites = {tuple(suite) for mutant in created for suite in _suites(mutant, arguments)[:1]}
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        sound = list(pool.map(lambda suite: run_tests(ROOT / "src", [*suite]), sorted(suites)))
        if not all(sound):
            failing = [suite for suite, passed in zip(sorted(suites), sound, strict=True) if not passed]
            print(f"These tests fail without any change: {failing}")
            return 2
        results = list(pool.map(lambda mutant: _tried(mutant, _suites(mutant, arguments)), created))
    caught = results.count(False)
    name = arguments.room or "all rooms"
    share = f"{caught / len(created):.0%}"
    print(f"{caught} of {len(created)} changes of {name} caught ({share}), seed {arguments.seed}")
    return 0 if caught >= arguments.bar * len(created) else 1


def _suites(mutant: Mutant, arguments: argparse.Namespace) -> list[list[str]]:
    """Return what is run for a change, the quickest to catch it first."""
    if arguments.tests:
        return [arguments.tests]
    near = near_tests(mutant.path)
    if arguments.near:
        return [near or tests_of(mutant.path)[:1]]
    return [near, tests_of(mutant.path)] if near else [tests_of(mutant.path)]


def _tried(mutant: Mutant, suites: list[list[str]]) -> bool:
    """Say whether a change survives, and print it at once: a long run may be stopped."""
    survived = survives(mutant, *suites)
    if survived:
        print(f"survived: {mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.what}", flush=True)
    return survived


if __name__ == "__main__":
    sys.exit(main())
