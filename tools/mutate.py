"""Change random lines of a room, one at a time, run the tests that run those lines, and print what survived.

    python -m tools.mutate access --lines 50 --seed 1
    python -m tools.mutate access --record --untouched            # lines that no test runs
    nice -n 19 python -m tools.mutate --lines 100 --bar 0.85      # lines of all rooms

Of all rooms, each change is met by the tests of its own room: of `api/s3` those of `tests/api/s3` and the
files of `tests/api`.

`--record` runs the tests of the room once, traced, and keeps which test runs which line (touched_lines.py); a
change is then met by those tests alone, the nearest and quickest first, as many as fit into `--seconds`.
Where nothing is recorded, the test files that import the changed module, or carry its name, run first.
`--near` runs those alone, or where there are none the nearest folder. Both are lower bounds.

A change is one operator, comparison, constant, condition or statement. The package is copied, so the
working tree stays as it is. Sentences, docstrings, decorators and annotations are left alone: what they
say is not behaviour.

Whatever catches a change is run again without it. A test that fails then too is left out of the count, and so
are tests that were ended for taking too long and need more than half of that time anyway (`--longest`).

What survived its nearest tests may be met by more of them, with the same seed and the same files:

    python -m tools.mutate --lines 100 --seed 71 --near --verbose | tee near.log
    python -m tools.mutate --lines 100 --seed 71 --again near.log

And a run that was cut off goes on, with the same seed and the same files; `--verbose` must have been given:

    python -m tools.mutate --lines 100 --seed 71 --near --verbose --after near.log | tee -a near.log
"""

import argparse
import ast
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.copies import LONGEST_S, Copies, Copy, Suite, Trial
from tools.forked_runs import ROOT, ForkedRun, import_libraries
from tools.suites import place_of, record_missing, suites_of, untouched
from tools.touched_lines import PACKAGE
from tools.unchanged import Unchanged
from tools.warm_session import CodePairs, WarmSession, code_pairs, run_warm

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

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.what}"


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
    paths = [room] if room.is_file() else sorted(room.rglob("*.py"))
    # What protoc writes (`make generate`) is not ours to hold.
    paths = [path for path in paths if not path.stem.endswith(("_pb2", "_pb2_grpc"))]
    files = {path: path.read_text("utf-8") for path in paths}
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


Met = tuple[Mutant, list[Suite]]


class Report:
    """Prints what survives as it is known: a long run may be stopped."""

    def __init__(self, *, is_verbose: bool) -> None:
        self.caught = self.count = self.left_out = 0
        self._is_verbose = is_verbose

    def take_up(self, created: list[Mutant], log: str) -> list[Mutant]:
        """Count what a run has printed already; return the changes of which it printed nothing."""
        waiting = []
        for mutant in created:
            ends = {line.partition(": ")[0] for line in log.splitlines() if _is_about(line, mutant)}
            self.caught += "caught" in ends
            self.left_out += "not counted" in ends
            self.count += bool(ends & {"caught", "survived"})
            if not ends & {"caught", "survived", "not counted"}:
                waiting.append(mutant)
        return waiting

    def add(self, trial: Trial[Mutant]) -> None:
        """Count a change that is done with."""
        self.count += 1
        if trial.survived:
            print(f"survived: {trial.file} ({trial.survived})", flush=True)
            return
        self.caught += 1
        if self._is_verbose:
            print(f"caught: {trial.file}: {trial.evidence}", flush=True)

    def leave_out(self, trial: Trial[Mutant], reason: str) -> None:
        """Print what says nothing."""
        self.left_out += 1
        print(f"not counted: {trial.file}: {reason}", flush=True)


def try_all(created: list[Met], copies: Copies, report: Report) -> None:
    """Try changes of functions on tests that are imported already, and all others on a cold start."""
    pairs = {id(mutant): _pairs_of(mutant) for mutant, _ in created}
    cold = [entry for entry in created if pairs[id(entry[0])] is None]
    warm = [entry for entry in created if pairs[id(entry[0])] is not None]
    unchanged = Unchanged(Copy.run_cold, copies.longest_s)
    _try(cold, copies, report, lambda copy, _, suite: copy.run_cold(suite), unchanged)
    files = sorted({file for _, suites in warm for suite in suites for file in suite.files})
    if files:
        run_warm(files, copies.folder, lambda session: _try_warm(session, warm, copies, report))


def _try_warm(session: WarmSession, warm: list[Met], copies: Copies, report: Report) -> None:
    def begin(copy: Copy, mutant: Mutant, suite: Suite) -> ForkedRun:
        pairs = _pairs_of(mutant) or []
        return copy.run(lambda: session.run(mutant.path, pairs, copy.source, suite))

    unchanged = Unchanged(session.run_unchanged, copies.longest_s, session.uncollected)
    _try(warm, copies, report, begin, unchanged)


def _try(
    waiting: list[Met],
    copies: Copies,
    report: Report,
    begin: Callable[[Copy, Mutant, Suite], ForkedRun],
    unchanged: Unchanged,
) -> None:
    for trial in copies.tried(waiting, begin):
        reason = unchanged.doubt(trial)
        if reason:
            report.leave_out(trial, reason)
        else:
            report.add(trial)


def _pairs_of(mutant: Mutant) -> CodePairs | None:
    source = mutant.path.read_text("utf-8")
    # The functions of a room's tables.py have done all they do when it is imported, and migrations are run
    # from their files.
    is_early = mutant.path.name == "tables.py" or "migrations" in mutant.path.parts
    if is_early or not place_of(source, mutant.line).in_function:
        return None
    return code_pairs(mutant.path, source, mutant.source)


def main() -> int:
    """Print every survivor and the share that was caught; return 1 when that is below the bar."""
    arguments = _parser().parse_args()
    created = mutants(PACKAGE / arguments.room, arguments.lines, random.Random(arguments.seed))
    if arguments.functions:
        created = [mutant for mutant in created if _pairs_of(mutant) is not None]
    if arguments.again:
        created = undecided(created, arguments.again.read_text("utf-8"))
    report = Report(is_verbose=arguments.verbose)
    if arguments.after:
        created = report.take_up(created, arguments.after.read_text("utf-8"))
    if arguments.record:
        record_missing({mutant.path for mutant in created})
    if arguments.untouched:
        return _print_untouched(sorted({mutant.path for mutant in created}))
    import_libraries()
    met = [(mutant, _suites(mutant, arguments)) for mutant in created]
    with Copies(arguments.jobs, arguments.longest) as copies:
        try_all(met, copies, report)
    name = arguments.room or "all rooms"
    share = report.caught / max(1, report.count)
    print(
        f"{report.caught} of {report.count} changes of {name} caught ({share:.0%}), "
        f"{report.left_out} undecided, seed {arguments.seed}"
    )
    return 0 if share >= arguments.bar else 1


def _suites(mutant: Mutant, arguments: argparse.Namespace) -> list[Suite]:
    if arguments.tests:
        return [Suite(arguments.tests)]
    return suites_of(mutant.path, mutant.line, seconds=arguments.seconds, is_near=arguments.near)


def undecided(created: list[Mutant], log: str) -> list[Mutant]:
    """Return the changes of which a run printed that they survived, or that they were not counted."""
    kept = [line for line in log.splitlines() if line.startswith(("survived: ", "not counted: "))]
    return [mutant for mutant in created if any(_is_about(line, mutant) for line in kept)]


def _is_about(line: str, mutant: Mutant) -> bool:
    return line.partition(": ")[2].startswith((f"{mutant} (", f"{mutant}: "))


def _print_untouched(paths: list[Path]) -> int:
    for path in paths:
        lines = untouched(path, {change.line for change in changes(ast.parse(path.read_text("utf-8")))})
        if lines:
            print(f"{path.relative_to(ROOT)}: no test runs {', '.join(map(str, lines))}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mutate", description=__doc__.partition("\n")[0])
    parser.add_argument("room", nargs="?", default="", help="a folder or file of src/vedette; all if unnamed")
    parser.add_argument("--tests", nargs="*", help="what is run; the tests of each room if nothing is named")
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bar", type=float, default=0.95, help="the share that must be caught")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--near", action="store_true", help="run the nearest test files alone")
    parser.add_argument(
        "--again", type=Path, help="what a run printed: only what survived or was not counted"
    )
    parser.add_argument("--after", type=Path, help="what a run printed until it was cut off: go on with it")
    parser.add_argument("--record", action="store_true", help="first record which tests run which lines")
    parser.add_argument("--seconds", type=float, default=60, help="recorded seconds of tests for one change")
    parser.add_argument(
        "--longest", type=float, default=LONGEST_S, help="seconds after which tests are ended"
    )
    parser.add_argument("--untouched", action="store_true", help="print the lines that no recorded test runs")
    parser.add_argument("--functions", action="store_true", help="change what stands in functions alone")
    parser.add_argument("--verbose", action="store_true", help="print by which failure a change was caught")
    return parser


if __name__ == "__main__":
    sys.exit(main())
