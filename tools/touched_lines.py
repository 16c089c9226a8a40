"""Which tests run a line of the package: recorded once per test file, kept until that file changes.

Lines count in every process that a test starts, servers and workers too. Lines that run while a module is
imported belong to no test. What the set-up of a test runs counts for all tests of its file, since they may
share a fixture.
"""

import functools
import hashlib
import mmap
import os
import pickle
import struct
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tools.forked_runs import ROOT, ForkedRun, cold_run
from tools.tracing.sitecustomize import ENTRY, sources, start

STORED = ROOT / "build" / "mutation"
PACKAGE = ROOT / "src" / "vedette"
SET_UP, CALL = 0, 1
LONGEST_S = 3000


@dataclass
class RecordedTest:
    """How one test went, and the lines that it ran."""

    name: str
    seconds: float = 0.0
    passed: bool = False
    lines: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class FileRun:
    """The tests of one file as they were recorded, and what they looked at."""

    file: str
    digest: str
    sources: dict[str, str]
    tests: list[RecordedTest] = field(default_factory=list)
    set_up: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


class Recorder:
    """A plugin of pytest that numbers the phases of a run and notes how each test went."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tests: list[RecordedTest] = []
        with (folder / "phase").open("r+b") as file:
            self._phase = mmap.mmap(file.fileno(), 4)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Begin a test."""
        self._tests.append(RecordedTest(item.nodeid))
        self._put(SET_UP)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Begin the test itself."""
        del item
        self._put(CALL)
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the time, and whether it passed."""
        self._tests[-1].seconds += report.duration
        if report.when == "call":
            self._tests[-1].passed = report.passed

    def pytest_sessionfinish(self) -> None:
        """Leave what was noted."""
        (self._folder / "tests").write_bytes(pickle.dumps(self._tests))

    def _put(self, phase: int) -> None:
        self._phase[:4] = struct.pack("=I", 2 * len(self._tests) + phase)


class Tracing:
    """A plugin that has the process of the tests trace itself once their modules are imported."""

    def pytest_collection_finish(self) -> None:
        """Begin."""
        start()


def recorded(files: Collection[str], changed: Collection[str]) -> dict[str, FileRun]:
    """Return what is known of these test files and still true, as far as these sources go."""
    known = {}
    for file in files:
        run = _load(_place(file))
        fresh = run is not None and run.digest == digest(ROOT / file)
        if (
            run is not None
            and fresh
            and all(run.sources.get(name) == digest(PACKAGE / name) for name in changed)
        ):
            known[file] = run
    return known


@functools.cache
def _load(place: Path) -> FileRun | None:
    return pickle.loads(place.read_bytes()) if place.is_file() else None


def record(files: Sequence[str]) -> int:
    """Run these test files once, traced, and keep what they touched; return the seconds it took."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=_memory()) as name:
        folder = Path(name)
        (folder / "phase").write_bytes(bytes(4))
        os.environ.update({"LINE_LOG": str(folder), "LINE_LOG_PACKAGE": str(PACKAGE)})
        try:
            plugins = [Recorder(folder), Tracing()]
            ForkedRun(
                lambda: cold_run(ROOT / "src", files, folder / "t", plugins, is_traced=True),
                output=STORED / "record.log",
                longest_s=LONGEST_S,
            ).wait()
        finally:
            del os.environ["LINE_LOG"], os.environ["LINE_LOG_PACKAGE"]
        _keep(folder, files)
    return int(time.monotonic() - began)


def _keep(folder: Path, files: Sequence[str]) -> None:
    names = [str(path.relative_to(PACKAGE)) for path in sources(PACKAGE)]
    digests = {name: digest(PACKAGE / name) for name in names}
    runs = {file: FileRun(file, digest(ROOT / file), digests) for file in files}
    tests: list[RecordedTest] = pickle.loads((folder / "tests").read_bytes())
    for test in tests:
        runs[_file_of(test)].tests.append(test)
    for phase, source, line in ENTRY.iter_unpack(_whole(folder / "lines")):
        if phase < 2:
            continue
        test = tests[phase // 2 - 1]
        touched = test.lines if phase % 2 == CALL else runs[_file_of(test)].set_up
        touched[names[source]].add(line)
    _load.cache_clear()
    for file, run in runs.items():
        _place(file).write_bytes(pickle.dumps(run))


def _whole(file: Path) -> bytes:
    content = file.read_bytes()
    return content[: len(content) - len(content) % ENTRY.size]


def _file_of(test: RecordedTest) -> str:
    return test.name.partition("::")[0]


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _place(file: str) -> Path:
    STORED.mkdir(parents=True, exist_ok=True)
    return STORED / f"{file.replace('/', '.')}.pickle"


@functools.cache
def digest(path: Path) -> str:
    """Return the digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
