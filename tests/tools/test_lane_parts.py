"""A lane in parts leaves no test out for ever, and what takes long is marked by what was measured."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import lane_parts

ROOT = Path(__file__).parent.parent.parent


def divide(part, *, hours=0, names=(), marks=()):
    """Return which tests of nine files are left in a part, and the marks that these got."""
    options = {"--part": part, "--with-changes": hours}
    left_out, marked = [], []
    config = SimpleNamespace(
        getoption=options.__getitem__,
        hook=SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items)),
    )
    items = [
        SimpleNamespace(
            nodeid=f"tests/test_{number}.py::test_one[{case}]",
            iter_markers=lambda: [SimpleNamespace(name=mark) for mark in marks],
            add_marker=marked.append,
        )
        for number in range(9)
        for case in "ab"
    ]
    everything = [*items]
    lane_parts.pytest_collection_modifyitems(config, items)
    assert sorted(item.nodeid for item in [*items, *left_out]) == [item.nodeid for item in everything]
    return {item.nodeid for item in items}, marked


def test_a_file_is_in_one_part_of_a_lane():
    parts = [divide(f"{part}/3")[0] for part in (1, 2, 3)]
    assert all(parts)
    assert sum(len(part) for part in parts) == len(set().union(*parts)) == 18
    assert divide("1/1")[0] == set().union(*parts)


def test_a_file_that_changed_is_in_every_part(monkeypatch):
    monkeypatch.setattr(
        lane_parts, "changed_files", lambda hours: {"tests/test_3.py"} if hours == 6 else set()
    )
    cases = {"tests/test_3.py::test_one[a]", "tests/test_3.py::test_one[b]"}
    assert all(cases <= divide(f"{part}/3", hours=6)[0] for part in (1, 2, 3))
    assert sum(cases <= divide(f"{part}/3", hours=0)[0] for part in (1, 2, 3)) == 1


def test_what_is_listed_is_marked_but_for_what_has_a_lane_of_its_own(monkeypatch):
    monkeypatch.setattr(lane_parts, "read_long_tests", lambda: {"tests/test_3.py::test_one"})
    assert divide("1/1")[1] == ["long", "long"]
    assert divide("1/1", marks=["slow"])[1] == []


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/", "-1/3"])
def test_a_part_that_there_is_not_is_said(text):
    with pytest.raises(pytest.UsageError, match="expected K/N"):
        lane_parts.read_part(text)


def test_a_file_that_a_commit_changed_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(lane_parts, "ROOT", tmp_path)
    assert lane_parts.changed_files(1) == set(), "no checkout"
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_new.py").touch()
    (tmp_path / "other.py").touch()
    me = ("-c", "user.name=Me", "-c", "user.email=me@example.com", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "."), (*me, "commit", "-q", "--no-verify", "-m", "Add")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert lane_parts.changed_files(1) == {"tests/test_new.py"}
    assert lane_parts.changed_files(0) == set()


def test_a_function_is_long_by_the_mean_of_its_cases_and_what_was_not_measured_stays(tmp_path, monkeypatch):
    listed = tmp_path / "long_tests.txt"
    listed.write_text("tests/a/test_b.py::test_slow\ntests/a/test_b.py::test_other_lane\n", "utf-8")
    monkeypatch.setattr(lane_parts, "LONG_TESTS", listed)
    (tmp_path / "fast.xml").write_text(
        "<testsuites><testsuite>"
        '<testcase classname="tests.a.test_b" name="test_cases[1]" time="1.0"/>'
        '<testcase classname="tests.a.test_b" name="test_cases[2]" time="0.001"/>'
        '<testcase classname="tests.a.test_b" name="test_few[1]" time="0.4"/>'
        '<testcase classname="tests.a.test_b" name="test_few[2]" time="0.001"/>'
        '<testcase classname="tests.a.test_b" name="test_slow" time="0.1"/>'
        "</testsuite></testsuites>",
        "utf-8",
    )
    lane_parts.main([str(tmp_path / "fast.xml")])
    assert listed.read_text("utf-8") == "tests/a/test_b.py::test_cases\ntests/a/test_b.py::test_other_lane\n"


def test_each_long_test_is_there():
    functions = {}
    for name in lane_parts.read_long_tests():
        file, _, function = name.partition("::")
        if file not in functions:
            text = (ROOT / file).read_text("utf-8") if (ROOT / file).is_file() else ""
            functions[file] = set(re.findall(r"^(?:async )?def (\w+)\(", text, re.MULTILINE))
        assert function in functions[file], (
            f"{name} was renamed: change or remove its line in {lane_parts.LONG_TESTS}"
        )
