"""A server in what a container of packaging/compose.yaml is: a read-only root, no capabilities, a user of its
own, /tmp in memory, and no network but its own. By bubblewrap, where it is installed and root runs the tests.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VISIT = Path(__file__).with_name("confined_visit.py")
# As packaging/Dockerfile names it.
USER = 10001
NO_RIGHTS = "0" * 16


@pytest.fixture
def container(tmp_path):
    """`container(words)` runs a program as the image's user, with a folder of data of its own."""
    if shutil.which("bwrap") is None or shutil.which("setpriv") is None:
        pytest.skip("bubblewrap is not installed (apt-get install bubblewrap)")
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    os.chown(data, USER, USER)
    # The program as an image has it: for everybody to read, whatever this checkout's own modes are.
    program = tmp_path / "program"
    shutil.copytree(ROOT / "src" / "vedette", program / "vedette")
    subprocess.run(["chmod", "-R", "a+rX", str(program)], check=True)
    # The interpreter and what is installed, wherever they lie.
    places = [Path(place) for place in sorted({sys.prefix, sys.base_prefix, *sys.path} - {""})]
    shown = []
    for place in (place for place in places if place.is_absolute() and place.exists()):
        for parent in reversed(place.parents[:-1]):  # bubblewrap makes them for their owner alone
            shown += ["--perms", "0755", "--dir", str(parent)]
        shown += ["--ro-bind", str(place), str(place)]
    system = [
        word
        for place in ("/usr", "/etc", "/bin", "/lib", "/lib64", "/sbin")
        if Path(place).exists()
        for word in ("--ro-bind", place, place)
    ]
    walls = [
        "bwrap", *system, "--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp", *shown,
        "--ro-bind", str(program), "/program", "--bind", str(data), "/data", "--remount-ro", "/",
        "--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session",
        "--chdir", "/data",
    ]  # fmt: skip
    rights = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--bounding-set=-all"]
    rights += ["--inh-caps=-all", "--no-new-privs"]
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": "/data", "VEDETTE_DATA": "/data", "VEDETTE_TRAINING_BUDGET": "fast",
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": os.pathsep.join(["/program", *sys.path]),
    }  # fmt: skip

    def run(*words):
        return subprocess.run(
            [*walls, *rights, *words], env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_confined_server_serves_trains_and_detects(container):
    done = container(sys.executable, "-c", VISIT.read_text("utf-8"))
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["process"] == {
        "Uid": str(USER), "CapEff": NO_RIGHTS, "CapBnd": NO_RIGHTS, "NoNewPrivs": "1",
    }  # fmt: skip
    written = {folder for folder, result in seen["written"].items() if result == "written"}
    assert written == {"/tmp", "/data"}
    assert (seen["trained"], seen["started"], seen["label"]) == ("TRAINING_COMPLETED", "RUNNING", "red")
    assert seen["ended"] == 0
