"""Which tests a change of a file is met by, and which changes a line offers."""

import ast

import pytest

from tools import mutate


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
        ("__init__.py", "tests/runtime", ("tests/docs",)),
    ],
)
def test_a_file_is_met_by_the_tests_of_its_room(file, first, beside):
    tests = mutate.tests_of(mutate.ROOT / "src" / "vedette" / file)
    assert tests[0] == first
    assert set(beside) <= set(tests)


def test_every_file_of_the_package_has_tests_that_exist():
    for path in sorted((mutate.ROOT / "src" / "vedette").rglob("*.py")):
        tests = mutate.tests_of(path)
        assert [test for test in tests if not (mutate.ROOT / test).exists()] == [], path


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
    files = set(mutate.near_tests(mutate.ROOT / "src" / "vedette" / file))
    assert near <= files
    assert all((mutate.ROOT / test).is_file() for test in files)


def test_a_change_is_met_by_the_near_files_and_then_by_the_rest(monkeypatch):
    path = mutate.ROOT / "src" / "vedette" / "serving" / "queue.py"
    ran = []
    monkeypatch.setattr(mutate, "run_tests", lambda _, suite: ran.append(suite) or len(ran) < 2)
    mutant = mutate.Mutant(path, 1, "nothing", path.read_text("utf-8"))
    assert not mutate.survives(mutant, ["near"], [], ["rest"], ["never"])
    assert ran == [["near"], ["rest"]]
