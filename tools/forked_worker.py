"""What a forked process of a lane does (forked_lane.py): it runs tests, and sends their reports home."""

import os
import signal
import sys
import traceback
from collections.abc import Generator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tools.forked_runs import use_folder

NUMBER_BYTES = 4
Files = Sequence[Sequence[pytest.Item]]
# What it is about, and the value.
Message = tuple[str, Any]


class Work:
    """The work of one process, which has just been forked."""

    def __init__(
        self, session: pytest.Session, files: Files, queue: int, line: Connection, folder: Path
    ) -> None:
        self._session, self._config = session, session.config
        self._files, self._queue = files, queue
        self._line = line
        self._folder = folder
        self._is_taking_down = False

    def run(self, first: Files) -> NoReturn:
        """Run these files and then those that nobody has taken; the process ends here."""
        status = 1
        try:
            self._begin()
            self._run_files([*first])
            self._take_down()
            answers = self._config.hook.pytest_fork_ends(config=self._config)
            self._send("ends", [answer for answer in answers if answer is not None])
            status = 0
        except KeyboardInterrupt:
            self._take_down()
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
            raise
        finally:
            os._exit(status)

    def _take_down(self) -> None:
        """Close what fixtures opened, as far as it is not closed; pytest has no other name for it."""
        self._is_taking_down = True
        self._session._setupstate.teardown_exact(None)

    def _interrupt(self, *_: object) -> None:
        """Stop at once, but for what is being closed: nobody else closes a fixture left half closed."""
        if not self._is_taking_down:
            raise KeyboardInterrupt
        self._session.shouldstop = "interrupted"

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None]:
        """Let the end of a test be whole."""
        self._is_taking_down = True
        try:
            yield
        finally:
            self._is_taking_down = False

    def _begin(self) -> None:
        signal.signal(signal.SIGINT, self._interrupt)
        manager = self._config.pluginmanager
        # Its files are the other workers' too.
        capture: Any = manager.getplugin("capturemanager")
        capture.stop_global_capturing()
        capture.start_global_capturing()
        manager.unregister(name="terminalreporter")
        manager.register(self, "forked_worker")
        use_folder(self._config, self._folder)
        self._config.hook.pytest_fork_begins(config=self._config)

    def _run_files(self, waiting: list[Sequence[pytest.Item]]) -> None:
        """Run files one after the other; which one follows is known before the last test of each.

        pytest takes down at the end of a test what the next one does not need.
        """
        tests = waiting.pop(0) if waiting else self._take()
        while tests:
            following: Sequence[pytest.Item] = ()
            for place, item in enumerate(tests, start=1):
                if place == len(tests):
                    following = waiting.pop(0) if waiting else self._take()
                after = [*tests[place : place + 1], *following[:1]]
                self._config.hook.pytest_runtest_protocol(item=item, nextitem=after[0] if after else None)
                if self._session.shouldfail or self._session.shouldstop:
                    return
            tests = following

    def _take(self) -> Sequence[pytest.Item]:
        number = os.read(self._queue, NUMBER_BYTES)
        if not number:
            return ()
        self._send("takes", int.from_bytes(number))
        return self._files[int.from_bytes(number)]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tell which test begins: should the process die, it is to blame."""
        self._send("begins", nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Send a report."""
        hook = self._config.hook
        self._send("report", hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell which test is over."""
        self._send("finishes", nodeid)

    def _send(self, kind: str, value: Any) -> None:
        self._line.send((kind, value))
