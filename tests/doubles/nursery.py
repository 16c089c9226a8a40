"""A process that has imported the server and forks: a start then takes a tenth of the processor time.

Most of a start is 1,400 imports, and the lane starts some seventy servers. What is forked runs the same
command with its own arguments, environment, files and signals. That the command starts from nothing is tested
too: tests/cli, tests/docs and tests/server/test_start.py run it as people do.

The nursery is the parent of what it forks. It answers requests, a line of JSON each, until its socket closes.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any

LONGEST_REQUEST = 1 << 20


class ForkedProcess:
    """A process of the nursery's, with what tests use of `subprocess.Popen`."""

    def __init__(self, nursery: "Nursery", pid: int, stdout: IO[str]) -> None:
        self._nursery = nursery
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""
        if self.returncode is None:
            self.returncode = self._nursery.ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return the exit status."""
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(["vedette"], timeout or 0)
            time.sleep(0.005)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The nursery of one run, as those who start servers see it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        self._answers = self._socket.makefile("r")
        self._turn = threading.Lock()

    def start(
        self, words: Sequence[str], *, errors: IO[Any], environment: Mapping[str, str], own_group: bool
    ) -> ForkedProcess:
        """Fork `vedette` with these words; what it prints can be read from its `stdout`."""
        reading, writing = os.pipe()
        try:
            request = {"words": [*words], "environment": {**environment}, "own_group": own_group}
            pid = self.ask(request, [writing, errors.fileno()])
        finally:
            os.close(writing)
        assert pid is not None
        return ForkedProcess(self, pid, os.fdopen(reading))

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run `vedette` with these words to its end; return what it printed, or raise with what it said."""
        with tempfile.TemporaryFile("w+") as errors:
            process = self.start(words, errors=errors, environment=environment, own_group=False)
            with process.stdout as printed:
                output = printed.read()
            status = process.wait()
            errors.seek(0)
            if status:
                raise subprocess.CalledProcessError(status, ["vedette", *words], output, errors.read())
        return output

    def ask(self, request: Mapping[str, Any], files: Sequence[int] = ()) -> int | None:
        """Return the nursery's answer; threads ask one after another."""
        with self._turn:
            socket.send_fds(self._socket, [json.dumps(request).encode()], [*files])
            answer: int | None = json.loads(self._answers.readline())
        return answer

    def close(self) -> None:
        """End the nursery; what it forked goes on."""
        self._answers.close()
        self._socket.close()
        self._process.wait()


def serve_requests(line: socket.socket) -> int | None:
    """Fork and report until the other side goes; return the exit status where this is a forked process."""
    while True:
        text, files, _, _ = socket.recv_fds(line, LONGEST_REQUEST, 3)
        if not text:
            return None
        request = json.loads(text)
        if "poll" in request:
            answer = _status(request["poll"])
        else:
            answer = os.fork()
            if answer == 0:
                line.close()
                return _run(request, files)
            for file in files:
                os.close(file)
        line.sendall(json.dumps(answer).encode() + b"\n")


def _status(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _run(request: Mapping[str, Any], files: Sequence[int]) -> int:
    from vedette.cli.main import run

    if request.get("own_group"):
        os.setsid()
    if "folder" in request:
        os.chdir(request["folder"])
    for number, file in enumerate(files, start=3 - len(files)):  # the last two are what it prints to
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["vedette", *request["words"]]
    try:
        run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def main() -> None:
    """Import what servers need, then wait."""
    import vedette.cli.main
    import vedette.migrations.steps
    import vedette.server.run  # noqa: F401

    with socket.socket(fileno=int(sys.argv[1])) as line:
        status = serve_requests(line)
    if status is not None:
        # As an interpreter ends, but for taking apart what a server imports: half a second, of most commands
        # three quarters.
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads that are no daemons
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status & 0xFF)


if __name__ == "__main__":
    main()
