"""What a backbone gives to networks that answer for every place of a picture.

DenseExtractor   its frozen part at one input size, and what a head starts from
FrozenLevels     the same part as the beginning of an exported graph
InputPlan        at what size pictures are shown, and in which tiles
stock            all views of a training, looked at once and put into a store
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vedette.errors import Wrong
from vedette.learn.device import Device
from vedette.learn.net.backbone import Backbone, floats
from vedette.learn.net.extract import FeatureExtractor
from vedette.learn.net.layers import Levels
from vedette.learn.net.store import STORE_BYTES, ViewStore, open_store, view_bytes
from vedette.learn.pictures import side_by_side
from vedette.learn.recipe import RunContext
from vedette.learn.warp import Pixels
from vedette.runtime.facts import Tiling

Truth = TypeVar("Truth")
TruthOut = TypeVar("TruthOut", covariant=True)


@dataclass(frozen=True, slots=True)
class InputPlan:
    """The input's (height, width), and the tiles where there are any."""

    size: tuple[int, int]
    tiling: Tiling | None = None


class DenseExtractor:
    """The frozen part of the backbone at one input size, and the levels that a head then starts from.

    With `learns_tail` the last stages learn along with the head, where the backbone can do that.
    """

    def __init__(
        self,
        backbone: Backbone,
        size: tuple[int, int],
        levels: Sequence[str],
        *,
        learns_tail: bool = True,
        device: Device | None = None,
    ) -> None:
        missing = [level for level in levels if level not in backbone.channels]
        if missing:
            raise Wrong(
                f"The backbone {backbone.name} sees nothing at stride {missing[0].removeprefix('s')}, which "
                "boxes and masks need: train them with lite0."
            )
        self.backbone, self.size = backbone, size
        self.has_tail = learns_tail and bool(backbone.tail_levels)
        self.levels = tuple(
            level for level in levels if not (self.has_tail and level in backbone.tail_levels)
        )
        self.all_levels = tuple(levels)
        self.extract = FeatureExtractor(backbone, self.levels, threads=1, device=device)

    @property
    def channels(self) -> list[int]:
        """How many channels the levels have, the tail's among them."""
        return [self.backbone.channels[level] for level in self.all_levels]

    @property
    def strides(self) -> list[int]:
        """How many pixels a cell of each level stands for."""
        return [int(level.removeprefix("s")) for level in self.all_levels]

    def shapes(self) -> list[tuple[int, int, int]]:
        """Return height, width and channels of what lies in the store."""
        sample = self.extract(np.zeros((1, *self.size, 3), np.uint8))
        return [(level.shape[2], level.shape[3], level.shape[1]) for level in sample]

    def tail(self) -> nn.Module:
        """Return what turns the levels of the store into all levels, ready to learn."""
        return self.backbone.tail() if self.has_tail else NoTail()

    def __call__(self, pixels: Pixels) -> list[npt.NDArray[Any]]:
        """Return the store's levels of one picture."""
        return self.extract(pixels[None])


class NoTail(nn.Module):
    """The levels as they are, where no stage of the backbone learns along."""

    def forward(self, levels: Levels) -> Levels:
        return levels


class FrozenLevels(nn.Module):
    """The backbone up to the store's levels, from uint8 pictures: the first part of an exported graph."""

    def __init__(self, extractor: DenseExtractor) -> None:
        super().__init__()
        self.backbone = extractor.backbone
        self.levels = extractor.levels

    def forward(self, pictures: Tensor) -> Levels:
        maps = self.backbone(floats(pictures), self.levels)
        return [maps[level] for level in self.levels]


class PictureViews(Protocol[TruthOut]):
    """Variations of one picture, each with what is true of it."""

    def plain(self) -> tuple[Pixels, TruthOut]:
        """Return the whole picture as it is."""

    def varied(self, rng: np.random.Generator) -> tuple[Pixels, TruthOut]:
        """Return the picture changed at random."""


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """How many views of each picture a store holds: `usual`, twice as many below `few` pictures."""

    usual: int
    few: int

    def mean(self, pictures: int, room: int, *, effort: float, share: float) -> int:
        """Return how many a picture there are where the store has room for so many views."""
        most = self.usual * (2 if pictures < self.few else 1) * min(1.0, effort * 2) * share
        return int(np.clip(max(pictures, room) // pictures, 1, max(1, most)))


def room_for(extractor: DenseExtractor) -> int:
    """Return how many views a store holds at most."""
    return STORE_BYTES // view_bytes(extractor.shapes())


@dataclass(frozen=True, slots=True)
class ViewStock(Generic[Truth]):
    """The views of a training: their features, what is true of each, and whose it is."""

    store: ViewStore
    truths: list[Truth]
    owners: list[int]


def stock(
    open_views: Callable[[int], PictureViews[Truth]],
    copies: Sequence[int],
    extractor: DenseExtractor,
    plan: InputPlan,
    work: RunContext,
) -> ViewStock[Truth]:
    """Return so many views of each picture.

    The first view is the picture as it is, except where pictures are shown in tiles.
    """
    store = open_store(extractor.shapes(), sum(copies), work.device)
    views: ViewStock[Truth] = ViewStock(store, [], [])

    def vary(number: int) -> list[tuple[Pixels, Truth]]:
        opened = open_views(number)
        rng = np.random.default_rng([work.seed, number])
        return list(_variants(opened, copies[number], rng, has_plain=plan.tiling is None))

    def look(number: int) -> list[tuple[list[npt.NDArray[Any]], Truth]]:
        return [(extractor(pixels), truth) for pixels, truth in vary(number)]

    if work.device.is_batched:
        return _looked_at_together(vary, copies, extractor, views, work)
    batches = side_by_side(look, range(len(copies)), threads=torch.get_num_threads())
    for number, batch in enumerate(batches):
        for levels, truth in batch:
            views.store.put(len(views.truths), levels)
            views.truths.append(truth)
            views.owners.append(number)
        work.tell("looking at the pictures", number + 1, len(copies))
    return views


def _looked_at_together(
    vary: Callable[[int], list[tuple[Pixels, Truth]]],
    copies: Sequence[int],
    extractor: DenseExtractor,
    views: ViewStock[Truth],
    work: RunContext,
) -> ViewStock[Truth]:
    """Return the views filled: many threads vary the pictures, one looks at many views at once."""
    most = work.device.at_once(extractor.size)
    waiting: list[Pixels] = []
    row = 0
    varied = side_by_side(vary, range(len(copies)), ahead=max(2, most // max(copies)))
    for number, variants in enumerate(varied):
        waiting += [pixels for pixels, _ in variants]
        views.truths.extend(truth for _, truth in variants)
        views.owners.extend([number] * len(variants))
        while len(waiting) >= most or (waiting and number == len(copies) - 1):
            batch, waiting = waiting[:most], waiting[most:]
            views.store.put(row, extractor.extract.on_device(torch.from_numpy(np.stack(batch))))
            row += len(batch)
        work.tell("looking at the pictures", number + 1, len(copies))
    return views


def _variants(
    views: PictureViews[Truth], count: int, rng: np.random.Generator, *, has_plain: bool
) -> Iterator[tuple[Pixels, Truth]]:
    if has_plain:
        yield views.plain()
    for _ in range(count - has_plain):
        yield views.varied(rng)


def held_out(dealt: npt.NDArray[np.int64], *, most: int, seed: int) -> list[int]:
    """Return whose views are kept for the judgement: the first fold, or so many of it at random."""
    fold = np.flatnonzero(dealt == 0)
    return sorted(np.random.default_rng(seed).permutation(fold)[:most].tolist())
