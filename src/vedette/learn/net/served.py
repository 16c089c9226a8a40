"""Held-out pictures as serving will show them, asked of a network in batches.

A picture is shown in one view or in tiles. On a processor each picture is asked alone; where a device wants
many at once, views of several pictures are gathered.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

import numpy as np
from torch import Tensor

from vedette.learn.cores import side_by_side
from vedette.learn.device import Device
from vedette.learn.pictures import Pixels
from vedette.vision.tiles import Window

# What a network says of views of one size [B, H, W, 3]: two tensors, each [B, …], on the processor.
Ask = Callable[[Pixels], tuple[Tensor, Tensor]]
# What it says of one view, and which part of the picture that is.
Answer = tuple[Tensor, Tensor, Window]


class ServedPicture(Protocol):
    """A picture that knows its views."""

    def served(self) -> Iterable[tuple[Pixels, Window]]:
        """Return the views that serving would show the network, and which part of the picture each is."""


Picture = TypeVar("Picture", bound=ServedPicture)


def opened(open_one: Callable[[int], Picture], numbers: Sequence[int], device: Device) -> Iterator[Picture]:
    """Return the pictures of these numbers; where the device wants many at once, opened side by side."""
    return side_by_side(open_one, numbers) if device.is_batched else map(open_one, numbers)


def ask_served(
    ask: Ask, pictures: Iterable[Picture], *, batch: int = 1, gather: int = 1
) -> Iterator[tuple[Picture, list[Answer]]]:
    """Yield every picture with what is said of its views.

    At most `batch` views are asked for at once, after pictures with `gather` views have been opened.
    """
    waiting: list[tuple[Picture, list[tuple[Pixels, Window]]]] = []
    for picture in pictures:
        waiting.append((picture, list(picture.served())))
        if sum(len(views) for _, views in waiting) >= gather:
            yield from _answered(ask, waiting, batch)
            waiting = []
    yield from _answered(ask, waiting, batch)


def _answered(
    ask: Ask, waiting: list[tuple[Picture, list[tuple[Pixels, Window]]]], batch: int
) -> Iterator[tuple[Picture, list[Answer]]]:
    pixels = [view for _, views in waiting for view, _ in views]
    answers = (
        answer
        for start in range(0, len(pixels), batch)
        for answer in zip(*ask(np.stack(pixels[start : start + batch])), strict=True)
    )
    for picture, views in waiting:
        yield picture, [(*next(answers), part) for _, part in views]
