"""Tests that forked processes run are told like those of one process, whatever becomes of a process."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import forked_lane

ROOT = Path(__file__).parent.parent.parent

CONFTEST = """
import os, time
from pathlib import Path
import pytest

HERE = Path(__file__).parent

@pytest.fixture(scope="session")
def opened():
    place = HERE / f"opened-{os.getpid()}"
    place.touch()
    yield place
    place.rename(HERE / f"closed-{os.getpid()}")

def wait_for(pattern):
    for _ in range(3000):
        if list(HERE.glob(pattern)):
            return
        time.sleep(0.02)
    raise AssertionError(pattern)

def pytest_collection_finish(session):
    (HERE / f"collected-{os.getpid()}").touch()
"""
TWO_FILES = {
    "test_a.py": """
from conftest import wait_for

def test_opens(opened, tmp_path):
    print("said by a")
    (opened.parent / "a-began").touch()
    wait_for("b-began")
    (tmp_path / "same").touch(exist_ok=False)

def test_keeps_it(opened):
    assert opened.exists(), opened
""",
    "test_b.py": """
from conftest import wait_for

def test_fails(opened, tmp_path):
    print("said by b")
    (opened.parent / "b-began").touch()
    wait_for("a-began")
    (tmp_path / "same").touch(exist_ok=False)
    assert opened.name == "b"

def test_is_still_run(opened):
    pass
""",
}
DYING = {
    "test_dies.py": """
import os, signal

def test_before(opened): pass
def test_dies(): os.kill(os.getpid(), signal.SIGKILL)
def test_after(opened): pass
def test_leaves(): os._exit(7)
def test_last(opened): pass
""",
    "test_other.py": "def test_other(): pass",
}
STOPPING = {
    "test_a.py": """
from conftest import wait_for

def test_fails(opened):
    wait_for("b-began")
    assert False

def test_is_not_run(): pass
""",
    "test_b.py": """
from conftest import wait_for

def test_waits(opened):
    (opened.parent / "b-began").touch()
    wait_for("nothing")
""",
    "test_c.py": "def test_c(): pass",
}


def run(folder: Path, files: dict[str, str], *words: str) -> tuple[int, str, dict[str, str]]:
    """Run these files in two forks; return the status, what was printed, and how each test went."""
    for name, text in {"conftest.py": CONFTEST, **files}.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    # Without the plugins that are installed, which take most of the start.
    few = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
    command = [sys.executable, "-m", "pytest", "-p", "tools.forked_lane", "--forks", "2", *words]
    ran = subprocess.run(
        [*command, "--junitxml=junit.xml", "-p", "no:cacheprovider", "."],
        cwd=folder,
        env={**os.environ, **few},
        capture_output=True,
        text=True,
    )
    # One that had begun when all was stopped has no name there.
    cases = [case for case in ET.parse(folder / "junit.xml").iter("testcase") if case.get("name")]
    return ran.returncode, ran.stdout + ran.stderr, {case.get("name"): _outcome(case) for case in cases}


def _outcome(case: ET.Element) -> str:
    return next(
        (part.get("message", part.tag) for part in case if part.tag in ("failure", "error")), "passed"
    )


def test_each_process_has_fixtures_folders_and_an_output_of_its_own_and_collects_nothing(tmp_path):
    status, printed, outcomes = run(tmp_path, TWO_FILES)
    assert status == 1
    assert outcomes.pop("test_fails").startswith("AssertionError: assert 'opened-")
    assert outcomes == {"test_opens": "passed", "test_keeps_it": "passed", "test_is_still_run": "passed"}
    assert "said by b" in printed
    assert "said by a" not in printed
    assert "1 failed, 3 passed" in printed
    assert len([*tmp_path.glob("collected-*")]) == 1
    assert (len([*tmp_path.glob("closed-*")]), [*tmp_path.glob("opened-*")]) == (2, [])


def test_a_process_that_dies_fails_its_test_and_the_others_of_its_file_are_run(tmp_path):
    status, printed, outcomes = run(tmp_path, DYING)
    assert status == 1
    assert outcomes == {
        "test_before": "passed",
        "test_dies": "test_dies.py::test_dies: its process ended with signal SIGKILL.",
        "test_after": "passed",
        "test_leaves": "test_dies.py::test_leaves: its process ended with status 7.",
        "test_last": "passed",
        "test_other": "passed",
    }
    assert "2 failed, 4 passed" in printed


def test_a_lane_that_stops_at_a_failure_ends_every_process_in_good_order(tmp_path):
    status, printed, outcomes = run(tmp_path, STOPPING, "-x")
    assert status == 1
    assert set(outcomes) <= {"test_fails", "test_c"}
    assert "stopping after 1 failures" in printed
    assert (len([*tmp_path.glob("closed-*")]), [*tmp_path.glob("opened-*")]) == (2, [])


@pytest.mark.parametrize(
    ("forks", "errors", "collectonly"),
    [(0, 0, False), (2, 1, False), (2, 0, True)],
)
def test_pytest_s_own_loop_goes_on_where_no_forks_are_wanted_or_a_file_cannot_be_imported(
    forks, errors, collectonly
):
    config = SimpleNamespace(getoption={"forks": forks}.get, option=SimpleNamespace(collectonly=collectonly))
    session = SimpleNamespace(testsfailed=errors, config=config)
    assert forked_lane.pytest_runtestloop(session) is None


def test_the_file_that_took_longest_comes_first_and_an_unknown_one_by_its_tests():
    names = ["a.py::1", "b.py::1", "b.py::2", "c.py::1", "b.py::3"]
    items = [SimpleNamespace(nodeid=name) for name in names]
    files = forked_lane._by_weight(items, {"c.py": 0.12, "gone.py": 9})
    assert [[item.nodeid for item in file] for file in files] == [
        ["b.py::1", "b.py::2", "b.py::3"],
        ["c.py::1"],
        ["a.py::1"],
    ]
