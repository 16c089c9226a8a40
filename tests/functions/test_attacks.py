"""What a hostile handler tries, under each way of being shut in: nothing is read, reached or left."""

import json
import os
import time
from pathlib import Path

import pytest

from functions.test_environment import HANDLER, call, linux, processes_with, shut_in
from functions.test_environment import start as start
from vedette.dialects import aws_lambda
from vedette.functions.confine import Confinement, find_confinement

FOUND = find_confinement()
BOTH, NONE = FOUND, Confinement(has_own_user=False, landlock=0)
# Each means by itself, as far as this machine has it.
MEANS = {
    "both": BOTH,
    "Landlock": Confinement(False, FOUND.landlock, FOUND.python_is_private),
    "a user": Confinement(FOUND.has_own_user and not FOUND.python_is_private, 0),
}
means = pytest.mark.parametrize(
    "confinement", [value for value in MEANS.values() if value.is_close], ids=lambda value: value.sentence
)


@means
@shut_in
def test_other_functions_and_their_keepers_stay_unknown(start, confinement):
    neighbour = start("SECRET = 'of the neighbour'\n" + HANDLER + "    return 1\n", confinement,
                      variables={"TOKEN": "of-the-neighbour"})  # fmt: skip
    call(neighbour)
    place = neighbour._process._scratch.parent
    pids = [neighbour._process._process.pid, *processes_with("of-the-neighbour")]
    assert len(pids) >= 2
    source = (
        "import glob, os, signal\n" + HANDLER + "    got = []\n    for path in event['paths']:\n"
        "        try: got.append(open(path, 'rb').read(64).decode('latin-1'))\n"
        "        except OSError: pass\n"
        "        try: got += [str(name) for name in os.listdir(path)]\n        except OSError: pass\n"
        "    for pid in event['pids']:\n        for number in (0, signal.SIGTERM, signal.SIGKILL):\n"
        "            try: os.kill(pid, number); got.append(f'signalled {pid} by {number}')\n"
        "            except OSError: pass\n"
        "        for name in ('environ', 'mem', 'maps', 'cwd/lambda_function.py', 'root/etc/shadow', 'fd'):\n"
        "            try: got.append(open(f'/proc/{pid}/{name}', 'rb').read(8).decode('latin-1'))\n"
        "            except OSError: pass\n"
        "    return got\n"
    )
    paths = [str(place), str(place / "code"), str(place / "code" / "lambda_function.py"), str(place / "tmp")]
    if confinement.landlock == 0:
        # A user alone reads what anybody may: the code of others is no secret from it, their scratch is.
        paths = [str(place / "tmp")]
    asked = {"paths": paths, "pids": [*pids, os.getpid(), os.getppid()]}
    result = call(start(source, confinement), asked)
    assert json.loads(result.payload) == []
    assert json.loads(call(neighbour).payload) == 1, "the neighbour lives"


@linux
@means
def test_one_that_ignores_signals_and_daemonises_is_ended(start, confinement):
    mark = f"daemon-{os.urandom(4).hex()}"
    source = (
        "import os, signal, time\n" + HANDLER + "    for number in range(1, 32):\n"
        "        try: signal.signal(number, signal.SIG_IGN)\n        except (OSError, ValueError): pass\n"
        "    for _ in range(3):\n        if os.fork() == 0:\n            os.setsid()\n"
        "            if os.fork(): os._exit(0)\n            while True: time.sleep(1)\n"
        "    while True: pass\n"
    )
    environment = start(source, confinement, timeout_s=2.0, variables={"MARK": mark})
    began = time.monotonic()
    assert call(environment).error == aws_lambda.TIMED_OUT
    environment.close()
    assert time.monotonic() - began < 60
    assert processes_with(mark) == []


@linux
@means
def test_of_ten_thousand_sockets_it_gets_a_tenth(start, confinement):
    source = (
        "import socket\n" + HANDLER + "    held = []\n    try:\n"
        "        for _ in range(10_000): held.append(socket.socket())\n"
        "    except OSError as error: return len(held), error.errno\n"
    )
    count, number = json.loads(call(start(source, confinement)).payload)
    assert count < 1024
    assert number == 24


@pytest.mark.parametrize("confinement", [BOTH, NONE], ids=["shut in", "trusted"])
def test_a_gigabyte_of_lines_takes_no_memory(start, confinement):
    source = (
        "import sys\n" + HANDLER + "    line = 'x' * 1023 + '\\n'\n"
        "    for _ in range(1 << 10): sys.stdout.write(line * 256)\n    return 'written'\n"
    )
    before = _resident()
    result = call(start(source, confinement, timeout_s=120.0))
    assert json.loads(result.payload) == "written"
    assert len(result.log) < 400_000
    assert _resident() - before < 32 << 20


def test_an_answer_of_seven_megabytes_is_refused_and_the_next_call_answered(start):
    source = HANDLER + "    return 'x' * event\n"
    environment = start(source)
    assert call(environment, 7 << 20).error == aws_lambda.TOO_LARGE
    assert json.loads(call(start(source), 3).payload) == "xxx"


@shut_in
@means
def test_what_it_links_to_in_its_folder_is_not_followed_by_the_server(start, tmp_path, confinement):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("of the server")
    source = (
        "import os\n" + HANDLER + "    os.symlink(event, os.environ['TMPDIR'] + '/link')\n"
        "    os.symlink('/', os.environ['TMPDIR'] + '/root')\n"
        "    try: return open(os.environ['TMPDIR'] + '/link/file').read()\n"
        "    except OSError: return None\n"
    )
    precious.chmod(0o700)
    environment = start(source, confinement)
    assert json.loads(call(environment, str(precious)).payload) is None
    environment.close()
    assert (precious / "file").read_text() == "of the server"


def _resident() -> int:
    if not Path("/proc/self/statm").exists():
        return 0
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
