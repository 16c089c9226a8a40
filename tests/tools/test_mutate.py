"""Which tests a change of a file is met by, and which changes a line offers."""

import ast
import os
import random
import struct
import sys
import time
from pathlib import Path
from types import FunctionType

import pytest
from tools.copies import Copies, Suite, Trial
from tools.touched_lines import FileRun, RecordedTest
from tools.tracing import sitecustomize
from tools.unchanged import Unchanged
from tools.warm_session import code_pairs

from tools import mutate, suites


@pytest.mark.parametrize(
    ("file", "first", "beside"),
    [
        ("access/judge.py", "tests/access", ()),
        ("api/door.py", "tests/api", ()),
        ("api/s3/objects.py", "tests/api/s3", ("tests/api/test_faults.py",)),
        ("learn/net/dense.py", "tests/learn/net", ("tests/learn/test_split.py",)),
        ("store/blobs/files.py", "tests/store", ()),
        ("workers/train.py", "tests/training", ("tests/journeys",)),
        ("arn.py", "tests/projects", ("tests/identity",)),
        ("stacks/removing.py", "tests/api/cloudformation", ()),
        ("cli/alias.py", "tests/cli", ("tests/docs/test_reference.py",)),
        ("__init__.py", "tests/runtime", ("tests/docs",)),
    ],
)
def test_a_file_is_met_by_the_tests_of_its_room(file, first, beside):
    tests = suites.tests_of(suites.ROOT / "src" / "vedette" / file)
    assert tests[0] == first
    assert set(beside) <= set(tests)


def test_every_file_of_the_package_has_tests_that_exist():
    for path in sorted((suites.ROOT / "src" / "vedette").rglob("*.py")):
        tests = suites.tests_of(path)
        assert [test for test in tests if not (suites.ROOT / test).exists()] == [], path
        is_front = path.name in ("__init__.py", "__main__.py") and path.parent.name == "vedette"
        assert (tests == ["tests/runtime", "tests/docs"]) == is_front, path


@pytest.mark.parametrize(
    ("file", "count"), [("api/kms/crypto.py", 2), ("wire/cbor.py", 1), ("api/kms/grants.py", 1)]
)
def test_the_nearest_tests_alone_are_enough_where_they_are_of_the_room(file, count):
    path = suites.ROOT / "src" / "vedette" / file
    assert len(suites.suites_of(path, 1, seconds=60, is_near=True)) == count


def test_a_line_offers_its_operator_its_constant_and_its_condition():
    tree = ast.parse("if a < 1:\n    b = 'x'\n")
    assert {(change.line, change.what) for change in mutate.changes(tree)} == {
        (1, "condition negated"),
        (1, "Lt → LtE"),
        (1, "1 → 2"),
        (2, "Assign removed"),
        (2, "'x' → 'xx'"),
    }


@pytest.mark.parametrize(
    ("file", "near"),
    [
        ("serving/queue.py", {"tests/serving/test_admission.py", "tests/serving/test_queue.py"}),
        ("cores.py", {"tests/test_cores.py", "tests/serving/test_spinning.py"}),
        ("dialects/lookout/dialect.py", set()),
    ],
)
def test_the_files_that_import_a_module_or_carry_its_name_come_first(file, near):
    files = set(suites.near_tests(suites.ROOT / "src" / "vedette" / file))
    assert near <= files
    assert all((suites.ROOT / test).is_file() for test in files)


SOURCE = """LIMIT = 3

def judge(
    value,
):
    if (
        value
        > LIMIT
    ):
        return call(
            1,
            2)
    try:
        pass
    except OSError:
        pass
"""


@pytest.mark.parametrize(
    ("line", "lines", "in_function"),
    [
        (1, {1}, False),
        (4, {3, 4, 5}, False),
        (8, {6, 7, 8, 9}, True),
        (11, {10, 11, 12}, True),
        (13, {13}, True),
        (15, {15}, True),
        (16, {16}, True),
    ],
)
def test_a_changed_line_stands_for_its_statement_or_for_the_head_of_it(line, lines, in_function):
    assert suites.place_of(SOURCE, line) == suites.Place(frozenset(lines), in_function)


def file_run(file, *tests, set_up=()):
    run = FileRun(file, "", {})
    run.set_up["serving/queue.py"] = set(set_up)
    for name, seconds, passed, lines in tests:
        run.tests.append(RecordedTest(f"{file}::{name}", seconds, passed))
        run.tests[-1].lines["serving/queue.py"] = set(lines)
    return run


def recorded_suite(monkeypatch, seconds, runs, line):
    monkeypatch.setattr(suites, "test_files", lambda _: [run.file for run in runs])
    monkeypatch.setattr(suites, "near_tests", lambda _: ["near"])
    path = suites.PACKAGE / "serving" / "queue.py"
    place = suites.place_of(path.read_text("utf-8"), line)
    return suites.suite_of(path, place, {run.file: run for run in runs}, seconds)


def first_line_of_a_function():
    tree = ast.parse((suites.PACKAGE / "serving" / "queue.py").read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return functions[0].body[-1].lineno


def test_a_change_is_met_by_the_tests_that_run_its_line_the_nearest_and_quickest_first(monkeypatch):
    line = first_line_of_a_function()
    runs = [
        file_run("far", ("quick", 0.1, True, [line])),
        file_run(
            "near", ("slow", 3, True, [line]), ("other", 0, True, [line + 1000]), ("quick", 1, True, [line])
        ),
        file_run("failing", ("fails", 0.1, False, [line])),
        file_run("shares", ("any", 0.1, True, []), set_up=[line]),
    ]
    suite = recorded_suite(monkeypatch, 60, runs, line)
    assert suite.tests == ["near::quick", "near::slow", "far::quick", "shares::any"]
    assert suite.files == ["near", "far", "shares"]


def test_no_more_tests_are_run_than_the_seconds_hold_but_always_one(monkeypatch):
    line = first_line_of_a_function()
    runs = [file_run("near", ("a", 3, True, [line]), ("b", 4, True, [line]), ("c", 5, True, [line]))]
    assert recorded_suite(monkeypatch, 7, runs, line).tests == ["near::a", "near::b"]
    assert recorded_suite(monkeypatch, 1, runs, line).tests == ["near::a"]


def test_what_is_set_at_import_is_met_by_whoever_uses_the_module(monkeypatch):
    runs = [file_run("near", ("uses", 1, True, [900]), ("other", 1, True, []))]
    assert recorded_suite(monkeypatch, 60, runs, 1).tests == ["near::uses"]


class PlayedRun:
    output = Path(os.devnull)

    def __init__(self, status):
        self._statuses = [None, status]

    def status(self):
        return self._statuses.pop(0)


class PlayedCopy:
    def __init__(self, **statuses):
        self.calls = []
        self._statuses = statuses

    def change(self, file, number):
        self.calls.append("changed")

    def restore(self, file):
        self.calls.append("restored")

    def run_cold(self, suite):
        self.calls.append(suite.files[0])
        return PlayedRun(self._statuses[suite.files[0]])


@pytest.mark.parametrize(
    ("near", "rest", "calls", "survived"),
    [
        (0, 0, ["near", "rest"], True),
        (0, 5, ["near", "rest"], True),
        (0, 1, ["near", "rest"], False),
        (1, 0, ["near"], False),
        (2, 0, ["near"], False),
        (124, 0, ["near"], False),
    ],
)
def test_a_change_survives_when_no_suite_fails_and_the_file_is_put_back(near, rest, calls, survived):
    copy = PlayedCopy(near=near, rest=rest)
    trial = Trial(copy, 1, None, [Suite(["near"]), Suite([]), Suite(["rest"])])
    while not trial.is_over():
        pass
    assert copy.calls == ["changed", *calls, "restored"]
    assert bool(trial.survived) is survived


class FinishedRun(PlayedRun):
    """A run of unchanged tests that takes its seconds of a played clock."""

    def __init__(self, status, seconds, clock):
        super().__init__(status)
        self._seconds, self._clock = seconds, clock

    def wait(self):
        self._clock.append(self._clock[-1] + self._seconds)
        return self._statuses[-1]


def doubt_of(status, *, unchanged=0, seconds=1, printed="", uncollected=(), tmp_path):
    """Return what is doubted of a change whose first suite ended so, and which tests were run unchanged."""
    clock, runs = [0], []

    def run(copy, suite):
        runs.append([*(suite.tests or suite.files)])
        return FinishedRun(unchanged, seconds, clock)

    copy = PlayedCopy(near=status)
    trial = Trial(copy, 1, None, [Suite(["near"])])
    output = tmp_path / "output"
    output.write_text(printed)
    trial._run.output = output
    while not trial.is_over():
        pass
    known = Unchanged(run, 90, uncollected, now=lambda: clock[-1])
    assert known.doubt(trial) == known.doubt(trial)
    return known.doubt(trial), runs


def test_a_named_failure_counts_where_that_test_alone_passes_without_the_change(tmp_path):
    printed = "FAILED near.py::test_a[1] - assert 1 == 2\n"
    assert doubt_of(1, printed=printed, tmp_path=tmp_path) == ("", [["near.py::test_a[1]"]])
    reason, _ = doubt_of(1, unchanged=1, printed=printed, tmp_path=tmp_path)
    assert reason == "near.py::test_a[1]: fails without any change"


@pytest.mark.parametrize("status", [2, 4, -11])
def test_tests_that_do_not_even_begin_count_where_they_do_without_the_change(status, tmp_path):
    assert doubt_of(status, tmp_path=tmp_path) == ("", [["near"]])
    reason, _ = doubt_of(status, unchanged=2, tmp_path=tmp_path)
    assert reason == "1 tests or files: fails without any change"


@pytest.mark.parametrize(
    ("unchanged", "seconds", "reason"),
    [
        (0, 45, ""),
        (0, 46, "1 tests or files: 46 s without any change"),
        (124, 90, "1 tests or files: fails without any change"),
    ],
)
def test_tests_that_take_too_long_have_caught_a_change_if_they_are_in_time_without_it(
    unchanged, seconds, reason, tmp_path
):
    assert doubt_of(124, unchanged=unchanged, seconds=seconds, tmp_path=tmp_path) == (reason, [["near"]])


def test_a_survivor_of_tests_that_cannot_be_imported_here_is_left_out(tmp_path):
    reason, runs = doubt_of(0, uncollected={"near/test_a.py", "nearby/test_b.py"}, tmp_path=tmp_path)
    assert (reason, runs) == ("near/test_a.py: cannot be imported here", [])
    assert doubt_of(0, uncollected={"other"}, tmp_path=tmp_path) == ("", [])


class EndlessRun(PlayedRun):
    def __init__(self, ended):
        super().__init__(None)
        self._ended = ended

    def status(self):
        return None

    def end(self):
        self._ended.append(self)


def test_tests_that_run_when_a_person_interrupts_are_ended(monkeypatch):
    ended = []
    monkeypatch.setattr(time, "sleep", interrupt)
    copies = Copies(2)
    copies._free = [PlayedCopy(), PlayedCopy()]
    trials = copies.tried([(None, [Suite(["a"])])] * 3, lambda copy, file, suite: EndlessRun(ended))
    with pytest.raises(KeyboardInterrupt):
        next(trials)
    assert len(ended) == 2
    copies.__exit__(None, None, None)


def interrupt(seconds):
    raise KeyboardInterrupt


def test_a_change_that_no_test_runs_survives():
    trial = Trial(PlayedCopy(), 1, None, [Suite([], [])])
    assert trial.is_over()
    assert trial.survived == "no test runs it"


def test_each_line_is_logged_once_in_each_phase_of_a_test(tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "a.py").write_text("")
    file = package / "b.py"
    file.write_text("def f(x):\n    if x:\n        return 1\n    return 2\nf(0)\n")
    (tmp_path / "phase").write_bytes(struct.pack("=I", 7))
    log = sitecustomize.LineLog(tmp_path, package)
    space = {}
    before = sys.gettrace()
    sys.settrace(log.call)
    try:
        exec(compile(file.read_text(), file, "exec"), space)
        space["f"](0)
        (tmp_path / "phase").write_bytes(struct.pack("=I", 8))
        space["f"](1)
    finally:
        sys.settrace(before)
    entries = list(sitecustomize.ENTRY.iter_unpack((tmp_path / "lines").read_bytes()))
    assert entries == [(7, 1, 2), (7, 1, 4), (8, 1, 2), (8, 1, 3)]


BEFORE = """def f(x):
    def g():
        return x + 1
    return g()

class A:
    def f(self):
        return 1
"""


def test_functions_have_their_new_code_where_nothing_else_changed():
    pairs = code_pairs(Path("m.py"), BEFORE, BEFORE.replace("x + 1", "x - 1"))
    codes = {(old.co_qualname, old.co_firstlineno): new for old, new in pairs}
    function = FunctionType(codes["f", 1], {})
    assert function(5) == 4
    assert FunctionType(codes["A.f", 7], {})(None) == 1


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.replace("return x + 1", "pass"),
        BEFORE.replace("self", "self, other"),
        "def f(:",
    ],
)
def test_functions_of_another_shape_are_met_by_a_cold_run(after):
    assert code_pairs(Path("m.py"), BEFORE, after) is None


def test_what_survived_or_was_not_counted_is_tried_again_and_nothing_else():
    path = mutate.PACKAGE / "arn.py"
    created = [mutate.Mutant(path, line, "1 → 2", "") for line in (1, 2, 3, 22)]
    log = (
        "survived: src/vedette/arn.py:2: 1 → 2 (3 tests or files)\n"
        "caught: src/vedette/arn.py:1: 1 → 2: tests/projects/test_arn.py::test_it\n"
        "not counted: src/vedette/arn.py:3: 1 → 2: 1 tests or files: fails without any change\n"
    )
    assert [mutant.line for mutant in mutate.undecided(created, log)] == [2, 3]
    report = mutate.Report(is_verbose=True)
    assert [mutant.line for mutant in report.take_up(created, log)] == [22]
    assert (report.caught, report.count, report.left_out) == (1, 2, 1)


def test_stubs_that_protoc_writes_are_left_alone(tmp_path):
    for name in ("ours.py", "edge_pb2.py", "edge_pb2_grpc.py"):
        (tmp_path / name).write_text("A = 1\n")
    assert {mutant.path.name for mutant in mutate.mutants(tmp_path, 9, random.Random(1))} == {"ours.py"}
