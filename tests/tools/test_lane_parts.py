"""A lane in parts leaves no test out for ever, and what takes long is marked by what was measured."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import lane_parts

ROOT = Path(__file__).parent.parent.parent


def collected(folder, *words):
    """Return what pytest would run of a folder, by a process of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tools.lane_parts",
        "-p",
        "no:cacheprovider",
        "--collect-only",
    ]
    done = subprocess.run(
        [*command, "-q", f"--rootdir={folder}", "-c", str(folder / "pytest.ini"), *words, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 5), done.stdout + done.stderr
    return {line for line in done.stdout.split("\n") if "::" in line}


def test_a_file_is_in_one_part_of_a_lane_and_one_that_changed_is_in_all(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    long: long\n", "utf-8")
    names = {f"test_{number}.py" for number in range(9)}
    for name in names:
        (tmp_path / name).write_text("def test_one(): pass\n", "utf-8")
    parts = [collected(tmp_path, "--part", f"{part}/3") for part in (1, 2, 3)]
    assert sorted(test for part in parts for test in part) == sorted(f"{name}::test_one" for name in names)
    assert all(parts)
    assert collected(tmp_path, "--part", "1/1") == set().union(*parts)


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
        '<testcase classname="tests.a.test_b" name="test_few[1]" time="0.7"/>'
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
