"""A plugin of pytest: the processor time of each file of tests, with all the processes that it started.

    .venv/bin/python -m pytest -p tools.processor_time tests/learn -m "not slow"
    make test ARGS="-p tools.processor_time"

The clock says how busy the machine was; this says what the tests took of it, so that two runs on a machine
with other work can be compared. A fixture of a session or a module counts where it was first asked for. What
a process does between two looks at it, and dies unseen by its parent, is missed. Its own looks, a few
milliseconds a test, are left out. Linux only: it reads /proc.

On a quiet machine it also says where tests wait (the clock without the processor time), and for how long each
worker had nothing to do at the end.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TICKS = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat after the name: the parent, then the times of its own and of children that ended.
PARENT, TIMES = 1, slice(11, 15)
LISTED = 60
WAITS = 30


def processor_seconds() -> float:
    """Return the processor time of this process and of all that descend from it, the ended ones too."""
    children: dict[int, list[int]] = defaultdict(list)
    seconds: dict[int, float] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rpartition(") ")[2].split()
            except OSError:  # it ended meanwhile
                continue
            children[int(fields[PARENT])].append(int(place.name))
            seconds[int(place.name)] = sum(map(int, fields[TIMES])) / TICKS
    waiting, total = [os.getpid()], 0.0
    while waiting:
        process = waiting.pop()
        total += seconds.get(process, 0.0)
        waiting += children[process]
    return total


class ProcessorTime:
    """Adds up what the tests of each file took, and prints it at the end."""

    def __init__(self) -> None:
        self.of_files: Counter[str] = Counter()
        self.of_tests: Counter[str] = Counter()
        self.waits: Counter[str] = Counter()
        self.ends: list[float] = []
        self._last = self._looks = 0.0

    def _lap(self) -> float:
        began = time.process_time()
        now = processor_seconds() - self._looks
        self._looks += time.process_time() - began
        # Less than before: a process went without its parent taking its time over.
        lap, self._last = max(0.0, now - self._last), now
        return lap

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Iterator[None]:
        """Count what importing and collecting took."""
        del session
        result = yield
        self.of_files["(collecting)"] += self._lap()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Count one test, with the fixtures that it is the first or the last to need."""
        began = time.monotonic()
        result = yield
        clock, seconds = time.monotonic() - began, self._lap()
        self.of_files[item.nodeid.partition("::")[0]] += seconds
        self.of_tests[item.nodeid] += seconds
        self.waits[item.nodeid] += max(0.0, clock - seconds)
        return result

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand a worker's times to the process that prints."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["processor_time"] = self._times()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the times of a worker that has finished."""
        output = getattr(node, "workeroutput", {})  # a worker that was killed has none
        if "processor_time" in output:
            self._add(output["processor_time"])

    @pytest.hookimpl(optionalhook=True)
    def pytest_fork_begins(self) -> None:
        """Begin anew in a forked worker (forked_lane.py)."""
        self.__init__()  # type: ignore[misc]

    @pytest.hookimpl(optionalhook=True)
    def pytest_fork_ends(self) -> object:
        """Hand a forked worker's times to the process that prints."""
        return {"processor_time": self._times()}

    @pytest.hookimpl(optionalhook=True)
    def pytest_fork_ended(self, answers: list[Any]) -> None:
        """Add them."""
        for answer in answers:
            if "processor_time" in answer:
                self._add(answer["processor_time"])

    def _times(self) -> dict[str, Any]:
        times = [dict(self.of_files), dict(self.of_tests), dict(self.waits)]
        return {"times": times, "ended": time.time()}

    def _add(self, other: dict[str, Any]) -> None:
        for mine, theirs in zip((self.of_files, self.of_tests, self.waits), other["times"], strict=True):
            mine.update(theirs)
        self.ends.append(other["ended"])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print rooms, files and tests, the dearest first."""
        rooms: Counter[str] = Counter()
        for name, seconds in self.of_files.items():
            rooms["/".join(name.split("/")[:2])] += seconds
        terminalreporter.section(f"processor time: {sum(rooms.values()):.1f} s")
        for title, times in (("room", rooms), ("file", self.of_files), ("test", self.of_tests)):
            for name, seconds in times.most_common(LISTED):
                terminalreporter.write_line(f"{seconds:8.2f} s  {title}  {name}")
        terminalreporter.write_line(f"{sum(self.waits.values()):8.2f} s  waits")
        for name, seconds in self.waits.most_common(WAITS):
            terminalreporter.write_line(f"{seconds:8.2f} s  wait  {name}")
        for end in self.ends:
            terminalreporter.write_line(f"{max(self.ends) - end:8.2f} s  a worker idle at the end")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.pluginmanager.register(ProcessorTime())
