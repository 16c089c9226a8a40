"""A plugin of pytest: tests are collected once, and forked processes run them, a file at a time.

    .venv/bin/python -m pytest -p tools.forked_lane --forks 4 tests/api

Each worker of pytest-xdist imports and collects everything itself: nine seconds of a core for 8,000 tests. A
forked one begins with what this process has imported, and sends home what pytest-xdist would send. The
longest files come first, by what they took the last time, so that no worker is left alone with one at the
end. A worker that dies fails the test that it was in, and another one goes on with what it had taken.
"""

import gc
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

import pytest
from tools.forked_worker import NUMBER_BYTES, Files, Message, Work

SECONDS = "forked_lane/seconds"
# What a test takes that no run has measured yet.
USUAL_S = 0.05
# How long a worker that is told to stop may take its fixtures down.
LONGEST_END_S = 60
# How often it is looked whether a worker has died while another process holds its line open.
LOOK_S = 1.0


class ForkHooks:
    """What plugins may do at the begin and the end of a worker."""

    def pytest_fork_begins(self, config: pytest.Config) -> None:
        """Forget what was of the first process; called in the worker."""

    def pytest_fork_ends(self, config: pytest.Config) -> object:
        """Return what the first process should know; called in the worker."""

    def pytest_fork_ended(self, config: pytest.Config, answers: list[Any]) -> None:
        """Take what the plugins of a worker returned; called in the first process."""


class ForkedProcessOfTests:
    """A worker, as the first process knows it."""

    def __init__(self, pid: int, line: Connection, files: Files) -> None:
        self.pid, self.line = pid, line
        self.files = [*files]
        self.last = ""
        self.has_ended = False


class Lane:
    """Runs what was collected."""

    def __init__(self, session: pytest.Session, forks: int) -> None:
        self._session, self._config = session, session.config
        self._forks = forks
        self._seconds = _known_seconds(session.config)
        self._measured: Counter[str] = Counter()
        self._files = _by_weight(session.items, self._seconds)
        self._places = {item.nodeid: item for item in session.items}
        self._workers: list[ForkedProcessOfTests] = []
        self._count = 0
        self._queue, writing = os.pipe()
        # Some 440 numbers: a pipe holds 16,000. Nobody writes any more, so that an empty one says so.
        with os.fdopen(writing, "wb") as file:
            file.write(b"".join(number.to_bytes(NUMBER_BYTES) for number in range(len(self._files))))

    def run(self) -> None:
        """Fork the workers, and take their reports until the last one has ended."""
        gc.freeze()  # collecting would copy the pages that they share
        try:
            for _ in range(min(self._forks, len(self._files))):
                self._begin([])
            while self._workers:
                self._listen()
                self._stop_if_asked()
        finally:
            self._end()
            gc.unfreeze()
            self._keep_seconds()

    def _begin(self, first: Files) -> None:
        reading, writing = Pipe(duplex=False)
        self._count += 1
        base = self._config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            for line in (reading, *(worker.line for worker in self._workers)):
                line.close()
            Work(self._session, self._files, self._queue, writing, base / f"fork{self._count}").run(first)
        writing.close()
        self._workers.append(ForkedProcessOfTests(pid, reading, first))

    def _listen(self) -> None:
        lines = {worker.line: worker for worker in self._workers}
        ready = wait([*lines], timeout=LOOK_S)
        for line in ready:
            worker = lines[line]  # type: ignore[index]
            try:
                self._hear(worker, worker.line.recv())
            except EOFError:
                self._take_leave(worker, os.waitpid(worker.pid, 0)[1])
        for worker in [] if ready else [*self._workers]:
            pid, status = os.waitpid(worker.pid, os.WNOHANG)
            if pid:
                self._take_leave(worker, status)

    def _hear(self, worker: ForkedProcessOfTests, message: Message) -> None:
        kind, value = message
        hook = self._config.hook
        if kind == "takes":
            worker.files.append(self._files[value])
        elif kind == "begins":
            worker.last = value
            hook.pytest_runtest_logstart(nodeid=value, location=self._places[value].location)
        elif kind == "report":
            report = hook.pytest_report_from_serializable(config=self._config, data=value)
            self._measured[_file_of(report.nodeid)] += report.duration
            hook.pytest_runtest_logreport(report=report)
        elif kind == "finishes":
            hook.pytest_runtest_logfinish(nodeid=value, location=self._places[value].location)
        else:
            worker.has_ended = True
            hook.pytest_fork_ended(config=self._config, answers=value)

    def _take_leave(self, worker: ForkedProcessOfTests, status: int) -> None:
        self._workers.remove(worker)
        worker.line.close()
        if worker.has_ended:
            return
        self._report_death(worker, os.waitstatus_to_exitcode(status))
        left = _left_of(worker)
        if left and not self._is_asked_to_stop():
            self._begin(left)

    def _report_death(self, worker: ForkedProcessOfTests, status: int) -> None:
        reason = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        if not worker.last:
            raise RuntimeError(f"A process of tests ended with {reason} before its first test.")
        text = f"{worker.last}: its process ended with {reason}."
        location = self._places[worker.last].location
        report = pytest.TestReport(worker.last, location, {}, "failed", text, "call")
        self._config.hook.pytest_runtest_logreport(report=report)

    def _is_asked_to_stop(self) -> bool:
        return bool(self._session.shouldfail or self._session.shouldstop)

    def _stop_if_asked(self) -> None:
        if self._session.shouldfail:
            raise self._session.Failed(self._session.shouldfail)
        if self._session.shouldstop:
            raise self._session.Interrupted(self._session.shouldstop)

    def _end(self) -> None:
        """End whoever still runs: in good order, so that servers of fixtures end too, or else at once."""
        os.close(self._queue)
        end = time.monotonic() + LONGEST_END_S
        for worker in self._workers:
            os.kill(worker.pid, signal.SIGINT)
        for worker in self._workers:
            worker.line.close()
            while os.waitpid(worker.pid, os.WNOHANG) == (0, 0):
                if time.monotonic() > end:
                    os.kill(worker.pid, signal.SIGKILL)
                time.sleep(0.02)
        self._workers.clear()

    def _keep_seconds(self) -> None:
        cache = getattr(self._config, "cache", None)
        if cache is not None:
            cache.set(SECONDS, {**self._seconds, **{file: round(s, 2) for file, s in self._measured.items()}})


def _left_of(worker: ForkedProcessOfTests) -> Files:
    """Return the tests of a dead worker's files that come after the one it was in."""
    tests = [item for file in worker.files for item in file]
    done = [item.nodeid for item in tests].index(worker.last) + 1
    return list(_by_file(tests[done:]).values())


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _known_seconds(config: pytest.Config) -> dict[str, float]:
    cache = getattr(config, "cache", None)
    return dict(cache.get(SECONDS, {})) if cache is not None else {}


def _by_file(items: Sequence[pytest.Item]) -> dict[str, list[pytest.Item]]:
    files: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[_file_of(item.nodeid)].append(item)
    return files


def _by_weight(items: Sequence[pytest.Item], seconds: dict[str, float]) -> list[list[pytest.Item]]:
    """Return the tests of each file, the file first that takes longest."""
    files = _by_file(items)
    weights = {name: seconds.get(name, USUAL_S * len(tests)) for name, tests in files.items()}
    return [files[name] for name in sorted(files, key=lambda name: -weights[name])]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the number of workers."""
    parser.addoption("--forks", type=int, default=0, metavar="N", help="run tests in N forked processes")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add what plugins may do in a worker."""
    pluginmanager.add_hookspecs(ForkHooks)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests in forks, where some are wanted and there is more than one file of them."""
    forks = session.config.getoption("forks")
    if forks < 1 or session.testsfailed or session.config.option.collectonly:
        return None
    Lane(session, forks).run()
    return True
