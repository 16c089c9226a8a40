"""A disk of a few MiB, which a test may fill: memory, mounted as a file system, where that is allowed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """A mounted disk and the file that fills it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._filler = place / "filler"

    def fill(self) -> None:
        """Leave nothing."""
        with self._filler.open("ab", buffering=0) as file:
            for piece in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(piece))
                except OSError:
                    continue

    def clear(self) -> None:
        """Give back what filled it."""
        self._filler.unlink()

    def remount(self, mode: str) -> None:
        """Make it read-only (`ro`) or writable (`rw`)."""
        subprocess.run(["mount", "-o", f"remount,{mode}", self.place], check=True, capture_output=True)


@contextmanager
def small_disk(place: Path, *, mib: int) -> Iterator[SmallDisk]:
    """Mount a disk of that size; the test is skipped where mounting is not allowed."""
    place.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(place)]
    try:
        mounted = os.geteuid() == 0 and subprocess.run(options, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "-l", place], check=True)
