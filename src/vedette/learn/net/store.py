"""Features of views, written once and read in every step, as half floats.

    FeatureStore   in a file that has no name any more: mapped, reserved beforehand, gone with its process;
                   in memory where what a training leaves is sealed, since what is mapped lies in clear
    DeviceStore    in the memory of the device that learns, where it has the room

Two passes over a backbone are dear and a disk is cheap (decision 0050): the frozen part sees every view
once.
"""

import math
import mmap
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vedette.errors import TooMuch
from vedette.file_access import is_sealed_place
from vedette.learn.device import Device
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
        self._is_file = not is_sealed_place(Path(tempfile.gettempdir(), "features"))
        reserve = _reserve if self._is_file else _reserve_memory
        self._files = [reserve(2 * count * math.prod(shape)) for shape in shapes]
        self.levels = [
            np.frombuffer(file, np.float16).reshape(count, *shape)
            for file, shape in zip(self._files, shapes, strict=True)
        ]
        self.count = count
        self._touched, self._view = 0, view_bytes(shapes)

    def put(self, row: int, levels: Sequence[npt.NDArray[Any] | Tensor]) -> None:
        """Keep the levels [n, channels, h, w] of n views, from this row on."""
        count = len(levels[0])
        for array, level in zip(self.levels, levels, strict=True):
            numbers = level.cpu().numpy() if isinstance(level, Tensor) else level
            array[row : row + count] = numbers.transpose(0, 2, 3, 1)
        self._let_go_after(count)

    def batch(self, rows: Sequence[int]) -> Levels:
        """Return the levels of some views as [B, C, h, w], channels last in memory."""
        self._let_go_after(len(rows))
        return [_images(array[rows]) for array in self.levels]

    def _let_go_after(self, views: int) -> None:
        """Let the pages go when enough views were touched; they come back when they are asked for."""
        self._touched += views * self._view
        if self._touched >= HELD_BYTES and hasattr(mmap, "MADV_DONTNEED"):
            self._touched = 0
            for file in self._files if self._is_file else ():
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


class DeviceStore:
    """The same on a device: levels [view, h, w, channels], read by a call a level, however many views."""

    def __init__(self, shapes: Sequence[tuple[int, int, int]], count: int, device: Device) -> None:
        self._levels = [
            torch.zeros(count, *shape, dtype=torch.float16, device=device.name) for shape in shapes
        ]
        self.count = count

    def put(self, row: int, levels: Sequence[npt.NDArray[Any] | Tensor]) -> None:
        """Keep the levels [n, channels, h, w] of n views, from this row on."""
        for array, level in zip(self._levels, levels, strict=True):
            numbers = level if isinstance(level, Tensor) else torch.from_numpy(level)
            array[row : row + len(numbers)] = numbers.permute(0, 2, 3, 1)

    def batch(self, rows: Sequence[int]) -> Levels:
        """Return the levels of some views as [B, C, h, w], channels last in memory."""
        views = torch.tensor(rows, device=self._levels[0].device)
        return [level[views].float().permute(0, 3, 1, 2) for level in self._levels]

    def parts(self, rows: Sequence[int], parts: Sequence[Part]) -> Levels:
        """Return the same of equally large parts of views, given in cells of the deepest level."""
        device, deepest = self._levels[0].device, self._levels[-1].shape[1]
        views = torch.tensor(rows, device=device)[:, None, None]
        starts = torch.tensor([part[:2] for part in parts], device=device)
        height, width = parts[0][2] - parts[0][0], parts[0][3] - parts[0][1]
        levels = []
        for level in self._levels:
            times = int(level.shape[1]) // deepest
            down = starts[:, :1] * times + torch.arange(height * times, device=device)
            across = starts[:, 1:] * times + torch.arange(width * times, device=device)
            cut_out = level[views, down[:, :, None], across[:, None, :]]
            levels.append(cut_out.float().permute(0, 3, 1, 2))
        return levels


class ViewStore(Protocol):
    """What both stores are to whoever fills and reads them."""

    count: int

    def put(self, row: int, levels: Sequence[npt.NDArray[Any] | Tensor]) -> None:
        """Keep the levels of n views, from this row on."""

    def batch(self, rows: Sequence[int]) -> Levels:
        """Return the levels of some views."""

    def parts(self, rows: Sequence[int], parts: Sequence[Part]) -> Levels:
        """Return the levels of parts of some views."""


def open_store(shapes: Sequence[tuple[int, int, int]], count: int, device: Device) -> ViewStore:
    """Return a store of so many views: on the device where that holds features and has room, else a file."""
    if device.is_batched:
        try:
            return DeviceStore(shapes, count, device)
        except torch.OutOfMemoryError:
            pass  # steps then read from the file, and move what they read
    return FeatureStore(shapes, count)


def cut(array: npt.NDArray[Scalar], part: Part, times: int) -> npt.NDArray[Scalar]:
    """Return a part of a map that has `times` places a cell, down and across."""
    top, left, bottom, right = (edge * times for edge in part)
    return array[top:bottom, left:right]


def _images(levels: npt.NDArray[np.float16]) -> Tensor:
    return torch.from_numpy(levels).float().permute(0, 3, 1, 2)


def view_bytes(shapes: Iterable[tuple[int, int, int]]) -> int:
    """Return what one view takes in a store."""
    return 2 * sum(math.prod(shape) for shape in shapes)


def _reserve_memory(size: int) -> mmap.mmap:
    """Return so many bytes of memory, for a training of which nothing may lie on a disk in clear."""
    try:
        return mmap.mmap(-1, size)
    except OSError as error:
        raise TooMuch(
            f"Training with a key needs {size // 1024**2 + 1} MiB of memory: {error.strerror}."
        ) from error


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
