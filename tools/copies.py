"""Copies of the package in which one file at a time is changed, and the runs of tests on them.

The working tree stays as it is. A copy is used again: the changed file is put back, with the time it had.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from tools.forked_runs import BROKEN, NOTHING_COLLECTED, PASSED, ROOT, TOO_LONG, ForkedRun, cold_run
from tools.selection import Selection

# Several times what the slowest chosen tests take on a busy machine.
LONGEST_S = 90
MEMORY = Path("/dev/shm")
# As pytest and warm_session.py print the name of a test.
FAILED_TEST = re.compile(r"^FAILED (.+?)(?: - .*)?$", re.MULTILINE)


class ChangedFile(Protocol):
    """What a copy needs of a change."""

    path: Path
    source: str


Changed = TypeVar("Changed", bound=ChangedFile)
Status = int


@dataclass(frozen=True, slots=True)
class Suite:
    """Test files, and the tests of them that are run, all of them where none is named."""

    files: Sequence[str]
    tests: Sequence[str] | None = None

    def __str__(self) -> str:
        return "no test runs it" if not self.files else f"{len(self.tests or self.files)} tests or files"


class Copy:
    """One copy of the package, and what runs on it."""

    def __init__(self, folder: Path, longest_s: float = LONGEST_S) -> None:
        self._folder = folder
        self._longest_s = longest_s
        self.source = folder / "src"
        # With what was compiled: a changed file has another time, and is compiled again.
        shutil.copytree(ROOT / "src", self.source)

    def change(self, file: ChangedFile, number: int) -> None:
        """Change one file; each change has a time of its own, by which Python knows what is compiled."""
        place = self._place(file)
        place.write_text(file.source, "utf-8")
        os.utime(place, (number, number))

    def restore(self, file: ChangedFile) -> None:
        """Put the file back."""
        shutil.copy2(file.path, self._place(file))

    def run(self, work: Callable[[], Status]) -> ForkedRun:
        """Do this in a process of its own."""
        return ForkedRun(work, output=self._folder / "output", longest_s=self._longest_s)

    def run_cold(self, suite: Suite) -> ForkedRun:
        """Run the tests in a process that imports everything of ours anew."""
        plugins = [] if suite.tests is None else [Selection(suite.tests)]
        return self.run(lambda: cold_run(self.source, suite.files, self._folder / "t", plugins))

    def _place(self, file: ChangedFile) -> Path:
        return self.source / file.path.relative_to(ROOT / "src")


class Trial(Generic[Changed]):
    """One change, met by one suite after another until one fails."""

    def __init__(
        self,
        copy: Copy,
        number: int,
        file: Changed,
        suites: Sequence[Suite],
        begin: Callable[[Copy, Changed, Suite], ForkedRun] | None = None,
    ) -> None:
        self.copy, self.file = copy, file
        self.survived = ""
        self.evidence = self.failing = ""
        self.caught_by: Suite | None = None
        self.is_late = False
        self._begin = begin or (lambda copy, file, suite: copy.run_cold(suite))
        self._left = [*suites]
        self.passed: list[Suite] = []
        copy.change(file, number)
        self._run = self._next()

    def _next(self) -> ForkedRun | None:
        while self._left and not self._left[0].files:
            self.passed.append(self._left.pop(0))
        return self._begin(self.copy, self.file, self._left[0]) if self._left else None

    def is_over(self) -> bool:
        """Say whether all suites passed, or one failed."""
        if self._run is None:
            return self._ended(survived=True)
        status = self._run.status()
        if status is None:
            return False
        if status == BROKEN:
            raise RuntimeError(f"pytest did not begin: {self._run.output.read_text('utf-8')}")
        if status not in (PASSED, NOTHING_COLLECTED):
            text = self._run.output.read_text("utf-8", "replace")
            self.failing = "".join(FAILED_TEST.findall(text)[:1])
            self.evidence = self.failing or _first_error(text) or f"status {status}"
            self.caught_by, self.is_late = self._left[0], status == TOO_LONG
            return self._ended(survived=False)
        self.passed.append(self._left.pop(0))
        self._run = self._next()
        return self._run is None and self._ended(survived=True)

    def stop(self) -> None:
        """End the tests that run."""
        if self._run is not None:
            self._run.end()

    def _ended(self, *, survived: bool) -> bool:
        self.copy.restore(self.file)
        self.survived = "; ".join(map(str, self.passed)) if survived else ""
        return True


def _first_error(text: str) -> str:
    errors = (line for line in text.splitlines() if line.startswith(("ERROR", "E  ")) or "Error" in line)
    return next(errors, "")[:160]


class Copies:
    """So many copies, which work beside one another."""

    def __init__(self, count: int, longest_s: float = LONGEST_S) -> None:
        self._root = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.folder = Path(self._root.name)
        self._count = count
        self.longest_s = longest_s
        self._number = 0

    def __enter__(self) -> "Copies":
        """Make them."""
        self._free = [Copy(self.folder / str(number), self.longest_s) for number in range(self._count)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove them."""
        self._root.cleanup()

    def tried(
        self,
        changed: Iterable[tuple[Changed, Sequence[Suite]]],
        begin: Callable[[Copy, Changed, Suite], ForkedRun] | None = None,
    ) -> Iterator[Trial[Changed]]:
        """Yield each change as it is done with: what it survived, nothing where a suite caught it."""
        running: list[Trial[Changed]] = []
        try:
            yield from self._tried(iter(changed), running, begin)
        finally:  # whoever is interrupted leaves no tests behind, which would write into the folder
            for trial in running:
                trial.stop()

    def _tried(
        self,
        waiting: Iterator[tuple[Changed, Sequence[Suite]]],
        running: list[Trial[Changed]],
        begin: Callable[[Copy, Changed, Suite], ForkedRun] | None,
    ) -> Iterator[Trial[Changed]]:
        while True:
            while self._free and (entry := next(waiting, None)) is not None:
                self._number += 1
                running.append(Trial(self._free.pop(), self._number, *entry, begin))
            if not running:
                return
            for trial in [trial for trial in running if trial.is_over()]:
                running.remove(trial)
                self._free.append(trial.copy)
                yield trial
            time.sleep(0.02)
