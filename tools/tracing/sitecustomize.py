"""Note which lines of the package run, in this process and in every Python process that it starts.

A process traces itself where `LINE_LOG` names a folder: `phase` in it holds the number of what runs now, and
each line is added to `lines` once a phase. Python imports a module of this name in every process that has its
folder in PYTHONPATH. It never changes what it looks at: it is about eight times as slow, nothing else.
"""

import mmap
import os
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ENTRY = struct.Struct("=IHH")  # phase, file, line
Trace = Callable[[FrameType, str, Any], Any]


class LineLog:
    """The log of one process."""

    def __init__(self, folder: Path, package: Path) -> None:
        self._lines = os.open(folder / "lines", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        with (folder / "phase").open("r+b") as file:
            self._phase = mmap.mmap(file.fileno(), 4)
        self._numbers = {str(path): number for number, path in enumerate(sources(package))}
        self._last = b""
        self._missing: dict[CodeType, set[int]] = {}

    def call(self, frame: FrameType, event: str, argument: Any) -> Trace | None:
        """Trace a function of the package with lines that are new in this phase; a module is of no test."""
        del event, argument
        number = self._numbers.get(frame.f_code.co_filename)
        if number is None or frame.f_code.co_name == "<module>":
            return None
        phase = self._phase[:4]
        if phase != self._last:
            self._last = phase
            self._missing.clear()
        missing = self._missing.get(frame.f_code)
        if missing is None:
            missing = {line for _, _, line in frame.f_code.co_lines() if line}
            self._missing[frame.f_code] = missing
        return self._tracer(number, missing) if missing else None

    def _tracer(self, number: int, missing: set[int]) -> Trace:
        (phase,) = struct.unpack("=I", self._last)
        lines = self._lines

        def trace(frame: FrameType, event: str, argument: Any) -> Trace:
            del argument
            if event == "line" and frame.f_lineno in missing:
                missing.discard(frame.f_lineno)
                os.write(lines, ENTRY.pack(phase, number, frame.f_lineno))
            return trace

        return trace


def sources(package: Path) -> list[Path]:
    """Return the files of the package; an entry of the log names one by its place."""
    return sorted(package.rglob("*.py"))


def start() -> None:
    """Trace this process from now on, where it is asked to."""
    folder = os.environ.get("LINE_LOG")
    if folder:
        log = LineLog(Path(folder), Path(os.environ["LINE_LOG_PACKAGE"]))
        threading.settrace(log.call)
        sys.settrace(log.call)


start()
