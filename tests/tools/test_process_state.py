"""What a test leaves changed of the whole process is named, so that innocent tests after it are not."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from doubles.process_state import differences, process_state

ROOT = Path(__file__).parent.parent.parent
LEAKING = """
import tempfile

def test_that_leaks():
    tempfile.tempdir = "/nowhere"

def test_that_does_not():
    assert tempfile.tempdir == "/nowhere"
"""


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("os.environ", lambda patch, _: patch.setenv("A_NAME", "value")),
        ("os.getcwd()", lambda patch, folder: patch.chdir(folder)),
        ("tempfile.gettempdir()", lambda patch, folder: patch.setattr(tempfile, "tempdir", str(folder))),
        ("PIL.Image.MAX_IMAGE_PIXELS", lambda patch, _: patch.setattr(Image, "MAX_IMAGE_PIXELS", 7)),
        ("sys.path", lambda patch, _: patch.syspath_prepend("/nowhere")),
    ],
)
def test_a_change_is_named(monkeypatch, tmp_path, name, change):
    before = process_state()
    with monkeypatch.context() as patch:
        change(patch, tmp_path)
        assert [text.partition(" was ")[0] for text in differences(before, process_state())] == [name]
    assert differences(before, process_state()) == []


@pytest.mark.parametrize(
    ("name", "change", "restore"),
    [
        ("os.umask", lambda: os.umask(0o077), os.umask),
        (
            "socket.getdefaulttimeout()",
            lambda: socket.setdefaulttimeout(3),
            lambda _: socket.setdefaulttimeout(None),
        ),
        (
            "signal handlers",
            lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN),
            lambda before: signal.signal(signal.SIGUSR1, before),
        ),
    ],
)
def test_a_change_of_the_system_s_settings_is_named(name, change, restore):
    before = process_state()
    result = change()
    try:
        changes = differences(before, process_state())
    finally:
        restore(result)
    assert [text.partition(" was ")[0] for text in changes] == [name]


def test_only_the_test_that_leaks_fails(tmp_path):
    (tmp_path / "test_leaking.py").write_text(LEAKING, "utf-8")
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    words = [
        "-m",
        "pytest",
        "-q",
        "-c",
        ROOT / "pyproject.toml",
        "--rootdir",
        tmp_path,
        "-p",
        "no:cacheprovider",
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)])}
    ran = subprocess.run(
        [sys.executable, *words, tmp_path], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert ran.stdout.startswith(".E."), ran.stdout
    assert "ERROR test_leaking.py::test_that_leaks" in ran.stdout
    assert "and is '/nowhere'." in ran.stdout
