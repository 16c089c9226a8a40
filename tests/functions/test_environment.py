"""A function's process: what it answers, what it may not, and that nothing of it stays."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from vedette.dialects import aws_lambda
from vedette.functions import confine, process
from vedette.functions.bundle import bundle_of
from vedette.functions.confine import Confinement, find_confinement, require_confinement
from vedette.functions.environment import FunctionEnvironment
from vedette.functions.values import FunctionProgram, InvocationRequest

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are Linux's")
shut_in = pytest.mark.skipif(not find_confinement().is_close, reason="nothing here shuts a process in")

HANDLER = "def handle(event, context):\n"


@pytest.fixture
def start(tmp_path):
    """Start functions of a source; each is closed, and must leave no folder."""
    begun: list[FunctionEnvironment] = []
    # Not below pytest's folder, into which its owner alone may go.
    place = Path(tempfile.mkdtemp(prefix="vedette-test-"))
    place.chmod(0o755)

    def begin(source: str, confinement: Confinement | None = None, **more) -> FunctionEnvironment:
        file = tmp_path / "lambda_function.py"
        file.write_text(source)
        facts = {"timeout_s": 20.0, "memory_mb": 256, **more}
        program = FunctionProgram("sorter", bundle_of(file), "lambda_function.handle", **facts)
        begun.append(FunctionEnvironment(program, confinement or find_confinement(), place=place))
        return begun[-1]

    yield begin
    for environment in begun:
        environment.close()
    left = list(place.iterdir())
    shutil.rmtree(place)
    assert left == []


def processes_with(mark: str) -> list[int]:
    """Return the processes that have a word in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            content = (folder / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in content:
            found.append(int(folder.name))
    return found


def wait_until_none(mark: str) -> None:
    """Return as soon as no process has a word in its environment."""
    deadline = time.monotonic() + 60
    while processes_with(mark):
        assert time.monotonic() < deadline, processes_with(mark)
        time.sleep(0.05)


def test_a_container_without_high_numbers_has_others(monkeypatch, tmp_path):
    users = tmp_path / "uid_map"
    monkeypatch.setattr(confine, "UID_MAP", users)
    for text, expected in (
        ("         0          0 4294967295\n", confine.USERS_OF_NOBODY),
        ("         0     100000      65536\n", confine.USERS_OF_CONTAINERS),
        ("0 1000 1\n1 100000 65536\n", confine.USERS_OF_CONTAINERS),
        ("no numbers", confine.USERS_OF_NOBODY),
    ):
        users.write_text(text)
        numbers = confine.UserNumbers()
        lent = [numbers.take() for _ in range(50)]
        assert len({*lent}) == 50
        assert all(number in expected for number in lent)


def call(environment: FunctionEnvironment, event=None, number="request-1"):
    return environment.invoke(InvocationRequest(number, json.dumps(event).encode(), "arn:of:it"))


def problem(result) -> tuple[str, str]:
    answer = json.loads(result.payload)
    assert answer["errorType"] == result.error
    return answer["errorType"], answer["errorMessage"]


def test_a_handler_gets_its_event_and_its_context(start):
    source = (
        "import logging, os\n"
        "count = 0\n" + HANDLER + "    global count\n"
        "    count += 1\n"
        "    print('it says', event['word'])\n"
        "    logging.getLogger().warning('beware')\n"
        "    left = context.get_remaining_time_in_millis()\n"
        "    return [count, context.function_name, context.aws_request_id, context.invoked_function_arn,\n"
        "            context.memory_limit_in_mb, 0 < left <= 20000, os.environ['WORD'],\n"
        "            os.environ.get('VEDETTE_MASTER_KEY'), os.getcwd() == os.environ['LAMBDA_TASK_ROOT']]\n"
    )
    environment = start(source, variables={"WORD": "grün"})
    expected = ["sorter", "request-1", "arn:of:it", "256", True, "grün", None, True]
    first = call(environment, {"word": "häh"})
    assert json.loads(first.payload) == [1, *expected], first.log
    assert first.init_ms > 0
    # What the module made stays, as in AWS Lambda.
    second = call(environment, {"word": "again"})
    assert json.loads(second.payload) == [2, *expected]
    assert second.init_ms == 0
    lines = first.log.splitlines()
    assert lines[0] == "START RequestId: request-1 Version: $LATEST"
    assert lines[1] == "it says häh"
    assert lines[2].startswith("[WARNING]\t")
    assert lines[2].endswith("\trequest-1\tbeware")
    assert lines[3] == "END RequestId: request-1"
    assert lines[4].startswith("REPORT RequestId: request-1\tDuration: ")
    assert "häh" not in second.log


def test_nothing_of_the_servers_environment_is_there(start, monkeypatch):
    monkeypatch.setenv("VEDETTE_MASTER_KEY", "secret")
    monkeypatch.setenv("SOMETHING", "secret")
    environment = start("import os\n" + HANDLER + "    return dict(os.environ)\n")
    assert "secret" not in call(environment).payload.decode()


@pytest.mark.parametrize(
    ("source", "kind", "sentence"),
    [
        (HANDLER + "    raise KeyError('colour')\n", "KeyError", "'colour'"),
        (HANDLER + "    return {1, 2}\n", "Runtime.MarshalError", "not JSON serializable"),
        (HANDLER + "    return float('nan')\n", "Runtime.MarshalError", "Out of range float"),
        ("import nothing_there\n", "Runtime.ImportModuleError", "No module named 'nothing_there'"),
        ("def handle(:\n", "Runtime.UserCodeSyntaxError", "lambda_function.py, line 1"),
        ("", "Runtime.HandlerNotFound", "Handler 'handle' missing"),
        ("1 / 0\n", "ZeroDivisionError", "division by zero"),
        (HANDLER + "    import os; os._exit(3)\n", aws_lambda.EXITED, "exit status 3"),
        (HANDLER + "    import sys; sys.exit(4)\n", aws_lambda.EXITED, "exit status 4"),
        (HANDLER + "    import os; os.kill(os.getpid(), 9)\n", aws_lambda.EXITED, "signal: 9"),
        (HANDLER + "    return 'x' * (7 << 20)\n", aws_lambda.TOO_LARGE, "exceeded maximum"),
        (HANDLER + "    import os\n    for n in range(3, 1000):\n"
         "        try: os.write(n, b'\\0\\0\\0\\5hello')\n        except OSError: pass\n",
         aws_lambda.NO_JSON, "no JSON"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said(start, source, kind, sentence):
    result = call(start(source))
    assert result.failed
    found, message = problem(result)
    assert found == kind
    assert sentence in message
    assert message in result.log


def test_after_an_exception_the_process_goes_on_and_after_a_crash_it_does_not(start):
    environment = start("import os\n" + HANDLER + "    if event: os._exit(1)\n    raise ValueError('no')\n")
    assert problem(call(environment)) == ("ValueError", "no")
    assert not environment.is_over
    assert call(environment, event=1).error == aws_lambda.EXITED
    assert environment.is_over


def test_a_handler_that_loops_is_ended(start):
    environment = start(HANDLER + "    while True: pass\n", timeout_s=1.0)
    kind, sentence = problem(call(environment))
    assert kind == aws_lambda.TIMED_OUT
    assert sentence == "RequestId: request-1 Error: Task timed out after 1.00 seconds"
    assert environment.is_over


def test_a_module_that_loops_is_ended(start, monkeypatch):
    from vedette.functions import environment as room

    monkeypatch.setattr(room, "INIT_S", 1.0)
    assert "not imported within 1 s" in problem(call(start("while True: pass\n")))[1]


@linux
def test_a_handler_that_fills_memory_is_ended(start):
    source = HANDLER + "    held = []\n    while True: held.append(bytearray(1 << 20))\n"
    assert call(start(source, memory_mb=128)).error in (aws_lambda.OUT_OF_MEMORY, "MemoryError")


@linux
def test_a_handler_that_fills_the_disk_is_ended(start, monkeypatch):
    monkeypatch.setattr(process, "DISK_MB", 8)
    monkeypatch.setattr(process, "DISK_WATCH_S", 0.05)
    source = (
        "import os, tempfile, time\n" + HANDLER + "    for number in range(100):\n"
        "        with open(f'{tempfile.gettempdir()}/{number}', 'wb') as file: file.write(bytes(1 << 20))\n"
        "        time.sleep(0.02)\n"
    )
    assert call(start(source)).error == aws_lambda.OUT_OF_DISK


@linux
def test_a_handler_that_forks_is_ended_with_all_that_it_left(start, tmp_path):
    source = (
        "import os, time\n" + HANDLER + "    left, gone = os.pipe()\n    if os.fork() == 0:\n"
        "        os.setsid()\n        child = os.fork()\n        if child == 0: time.sleep(600)\n"
        "        os.write(gone, str(child).encode())\n        os._exit(0)\n"
        "    os.wait()\n    return int(os.read(left, 20))\n"
    )
    environment = start(source)
    child = int(json.loads(call(environment).payload))
    assert Path(f"/proc/{child}").exists()
    environment.close()
    end = time.monotonic() + 10
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < end, "what the handler left lives on"
        time.sleep(0.02)


@linux
def test_what_left_its_session_ends_when_a_call_is_stopped(start):
    mark = f"left-{os.urandom(4).hex()}"
    source = (
        "import os, time\n" + HANDLER + "    if os.fork() == 0:\n        os.setsid()\n"
        "        time.sleep(600)\n    print('begun', flush=True)\n    time.sleep(600)\n"
    )
    environment = start(source, timeout_s=600.0, variables={"MARK": mark})
    results = []
    thread = threading.Thread(target=lambda: results.append(call(environment)))
    thread.start()
    end = time.monotonic() + 30
    while len(processes_with(mark)) < 3:
        assert time.monotonic() < end, "the handler has not begun"
        time.sleep(0.02)
    environment.stop()
    thread.join(60)
    assert [result.error for result in results] == [aws_lambda.EXITED]
    assert processes_with(mark) == []


@linux
def test_a_bomb_of_forks_is_ended(start, monkeypatch):
    monkeypatch.setattr(process, "MOST_PROCESSES", 20)
    source = (
        "import os, time\n" + HANDLER + "    for _ in range(30):\n"
        "        if os.fork() == 0: time.sleep(600)\n    time.sleep(600)\n"
    )
    assert call(start(source)).error in (aws_lambda.TOO_MANY_PROCESSES, aws_lambda.OUT_OF_MEMORY)


@linux
@pytest.mark.parametrize("has_own_user", [True, False])
def test_what_forks_on_and_on_is_ended(start, has_own_user):
    confinement = find_confinement() if has_own_user else Confinement(has_own_user=False, landlock=0)
    mark = f"forks-{os.urandom(4).hex()}"
    # Ten processes, each of which has gone to the next one before a list of them is read.
    source = (
        "import os, time\n" + HANDLER + "    for _ in range(10):\n        if os.fork() == 0:\n"
        "            while True:\n                if os.fork(): os._exit(0)\n    time.sleep(600)\n"
    )
    environment = start(source, confinement, timeout_s=1.0, variables={"MARK": mark})
    # Which limit it meets first depends on how quickly it is looked at.
    assert call(environment).failed
    environment.close()
    assert processes_with(mark) == []


@linux
@pytest.mark.skipif(not find_confinement().has_own_user, reason="nothing limits how many processes there are")
def test_as_many_as_may_be_that_fork_without_end_are_ended(start, monkeypatch):
    # So that the keeper meets as many as the kernel lets there be.
    monkeypatch.setattr(process, "MOST_PROCESSES", 10_000)
    mark = f"forks-{os.urandom(4).hex()}"
    source = (
        "import os\n" + HANDLER + "    while True:\n        try: os.fork()\n        except OSError: pass\n"
    )
    environment = start(source, timeout_s=1.0, memory_mb=10_000, variables={"MARK": mark})
    assert call(environment).error == aws_lambda.TIMED_OUT
    environment.close()
    assert processes_with(mark) == []


@linux
def test_a_keeper_that_is_slow_goes_on_alone(start, monkeypatch):
    monkeypatch.setattr(process, "LONGEST_END_S", 0.0)
    mark = f"slow-{os.urandom(4).hex()}"
    source = "import os, time\n" + HANDLER + "    for _ in range(3): os.fork()\n    time.sleep(600)\n"
    confinement = Confinement(has_own_user=False, landlock=0)
    environment = start(source, confinement, timeout_s=0.3, variables={"MARK": mark})
    assert call(environment).error == aws_lambda.TIMED_OUT
    environment.close()
    wait_until_none(mark)


@linux
@pytest.mark.parametrize("leaves_group", ["pass", "os.setsid()", "os.setpgid(0, os.getsid(0))"])
def test_what_leaves_its_group_of_processes_is_ended_too(start, leaves_group):
    mark = f"group-{os.urandom(4).hex()}"
    source = (
        "import os, time\n" + HANDLER + "    for _ in range(3):\n        if os.fork() == 0:\n"
        f"            try: {leaves_group}\n            except OSError: pass\n"
        "            os.fork(), time.sleep(600)\n"
    )
    environment = start(source, Confinement(has_own_user=False, landlock=0), variables={"MARK": mark})
    assert not call(environment).failed
    assert len(processes_with(mark)) > 2
    environment.close()
    assert processes_with(mark) == []


def test_of_what_is_printed_the_beginning_and_the_end_are_kept(start):
    source = (
        HANDLER + "    print('first')\n    for _ in range(30): print('x' * (1 << 20))\n    print('last')\n"
    )
    result = call(start(source))
    assert json.loads(result.payload) is None
    assert result.log.splitlines()[1] == "first"
    assert "\nlast\n" in result.log
    assert "bytes more were printed" in result.log
    assert len(result.log) < 400_000


@shut_in
def test_nothing_of_the_server_can_be_read_or_signalled(start, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    source = (
        "import os\n" + HANDLER + "    said = []\n    for path in event:\n"
        "        try: said.append(open(path).read())\n        except OSError as error: said.append(None)\n"
        f"    try: os.kill({os.getpid()}, 0); said.append('signalled')\n"
        "    except OSError: said.append(None)\n"
        "    try: os.kill(os.getppid(), 9); said.append('killed')\n    except OSError: said.append(None)\n"
        "    try: open('/usr/lib/x', 'w'); said.append('written')\n    except OSError: said.append(None)\n"
        "    return said\n"
    )
    places = [str(secret), f"/proc/{os.getpid()}/environ", "/etc/shadow", __file__]
    result = call(start(source), places)
    confinement = find_confinement()
    answers = json.loads(result.payload)
    if confinement.landlock == 0:
        # A user of its own reads what everybody may.
        answers[3] = None
    assert answers == [None] * 7


@linux
def test_a_server_that_is_killed_leaves_no_process(tmp_path):
    file = tmp_path / "lambda_function.py"
    file.write_text("import time\n" + HANDLER + "    print('begun', flush=True)\n    time.sleep(600)\n")
    program = f"""
import sys, threading, time
from pathlib import Path
from vedette.functions.bundle import bundle_of
from vedette.functions.confine import find_confinement
from vedette.functions.environment import FunctionEnvironment
from vedette.functions.values import FunctionProgram, InvocationRequest
program = FunctionProgram("sleeper", bundle_of(Path({str(file)!r})), "lambda_function.handle", timeout_s=600)
environment = FunctionEnvironment(program, find_confinement())
threading.Thread(target=environment.invoke, args=(InvocationRequest("a", b"1"),), daemon=True).start()
while not environment._is_ready: time.sleep(0.01)
print(environment._process._process.pid, flush=True)
time.sleep(600)
"""
    place = Path(tempfile.mkdtemp(prefix="vedette-test-"))
    place.chmod(0o755)
    home = {**os.environ, "TMPDIR": str(place)}
    words = [sys.executable, "-c", program]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=home) as server:
        assert server.stdout is not None
        keeper = int(server.stdout.readline())
        assert Path(f"/proc/{keeper}").exists()
        assert list(place.iterdir())
        server.kill()
    end = time.monotonic() + 30
    while Path(f"/proc/{keeper}").exists():
        assert time.monotonic() < end, "the keeper lives on"
        time.sleep(0.02)
    assert list(place.iterdir()) == []
    place.rmdir()


def test_a_machine_that_cannot_shut_it_in_is_named(monkeypatch):
    from vedette.functions import confine

    assert Confinement(has_own_user=False, landlock=0).is_close is False
    monkeypatch.setattr(confine, "find_confinement", lambda: Confinement(has_own_user=False, landlock=0))
    with pytest.raises(Exception, match="VEDETTE_FUNCTIONS=trusted"):
        require_confinement()
    assert Confinement(has_own_user=True, landlock=7).sentence == "a user of its own and Landlock 7"
