"""What the benchmarks share: the machine's name, a server of our own, and a table."""

import contextlib
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from doubles.servers import RunningServer, start_server, stop_server

PICTURES = Path(os.environ.get("VEDETTE_TEST_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def machine() -> str:
    """Return what the figures were measured on."""
    info = Path("/proc/cpuinfo")
    names = (
        [line.split(":", 1)[1].strip() for line in info.open() if line.startswith("model name")]
        if info.exists()
        else []
    )
    day = datetime.now(UTC).date().isoformat()  # noqa: TID251  (a benchmark is dated by the wall clock)
    processor = names[0] if names else platform.processor()
    return f"{day}, {os.cpu_count()} cores of {processor}, Python {platform.python_version()}"


@contextlib.contextmanager
def own_server(*options: str) -> Iterator[RunningServer]:
    """Yield a fresh server on a folder that goes away again."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        server = start_server(Path(place) / "data", *options)
        try:
            yield server
        finally:
            stop_server(server)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def row(subject: str, measured: str, bar: str, is_met: bool) -> None:
    """Print one figure beside its bar."""
    print(f"| {subject} | {measured} | {bar} | {'met' if is_met else 'MISSED'} |", flush=True)


def resident_mib(pid: int) -> float:
    """Return the process's resident memory."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_s(pid: int) -> float:
    """Return the processor time of a process and its ended children; a busy machine adds little."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _parent(entry) == pid
    ]


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0
