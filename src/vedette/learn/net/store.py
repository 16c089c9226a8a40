"""Features of views, written once and read in every step: half floats in a file that has no name any more.

Two passes over a backbone are dear and a disk is cheap (decision 0050): the frozen part sees every view
once. The file is mapped, its size is reserved beforehand, and it is gone with the process that made it.
"""

import math
import mmap
import os
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vedette.errors import TooMuch
from vedette.learn.net.layers import Levels

Part = tuple[int, int, int, int]  # top, left, bottom, right
Scalar = TypeVar("Scalar", bound=np.generic)
# What a store may take on the disk (decision 0050).
STORE_BYTES = 768 * 1024**2
# After so much was put down or taken the store's pages are let go: they count as resident while a process
# holds them, though the system may write them out and take them back as it likes.
HELD_BYTES = 64 * 1024**2


class FeatureStore:
    """Features of `count` views: for each level an array [view, h, w, channels] of half floats."""

    def __init__(self, shapes: Sequence[tuple[int, int, int]], count: int) -> None:
        self._files = [_reserve(2 * count * math.prod(shape)) for shape in shapes]
        self.levels = [
            np.frombuffer(file, np.float16).reshape(count, *shape)
            for file, shape in zip(self._files, shapes, strict=True)
        ]
        self.count = count
        self._touched, self._view = 0, view_bytes(shapes)

    def put(self, row: int, levels: Sequence[npt.NDArray[Any]]) -> None:
        """Keep the levels [1, channels, h, w] of one view."""
        for array, level in zip(self.levels, levels, strict=True):
            array[row] = level[0].transpose(1, 2, 0)
        self._let_go_after(1)

    def batch(self, rows: Sequence[int]) -> Levels:
        """Return the levels of some views as [B, C, h, w], channels last in memory."""
        self._let_go_after(len(rows))
        return [_images(array[rows]) for array in self.levels]

    def _let_go_after(self, views: int) -> None:
        """Let the pages go when enough views were touched; they come back when they are asked for."""
        self._touched += views * self._view
        if self._touched >= HELD_BYTES and hasattr(mmap, "MADV_DONTNEED"):
            self._touched = 0
            for file in self._files:
                file.madvise(mmap.MADV_DONTNEED)

    def parts(self, rows: Sequence[int], parts: Sequence[Part]) -> Levels:
        """Return the same of equally large parts of views, given in cells of the deepest level."""
        self._let_go_after(len(rows))
        deepest = self.levels[-1].shape[1]
        return [
            _images(
                np.stack(
                    [
                        cut(array[row], part, array.shape[1] // deepest)
                        for row, part in zip(rows, parts, strict=True)
                    ]
                )
            )
            for array in self.levels
        ]


def cut(array: npt.NDArray[Scalar], part: Part, times: int) -> npt.NDArray[Scalar]:
    """Return a part of a map that has `times` places a cell, down and across."""
    top, left, bottom, right = (edge * times for edge in part)
    return array[top:bottom, left:right]


def _images(levels: npt.NDArray[np.float16]) -> Tensor:
    return torch.from_numpy(levels).float().permute(0, 3, 1, 2)


def view_bytes(shapes: Iterable[tuple[int, int, int]]) -> int:
    """Return what one view takes in a store."""
    return 2 * sum(math.prod(shape) for shape in shapes)


def _reserve(size: int) -> mmap.mmap:
    """Return so many bytes of a file that has no name any more: it is gone with the last who uses it."""
    # Where the user said, although a worker's other temporary files lie with its version.
    place = os.environ.get("TMPDIR") or tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile(prefix="vedette-features-", dir=place) as file:
            # A sparse file would kill the process when the disk fills up; a reserved one refuses here.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
            return mmap.mmap(file.fileno(), size)
    except OSError as error:
        raise TooMuch(
            f"Training needs {size // 1024**2 + 1} MiB in {place}: {error.strerror}. "
            "Make room there, or name another folder in TMPDIR."
        ) from error
