"""The frozen part's features of every picture and of its augmented copies, for fine-tuning.

What lies below the learning stages sees each copy once, through the cache; the copies are dealt again and
again (decision 0050 for boxes and masks, here in memory since they are few: a GPU's, where there is one).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vedette.learn.classify.augment import Jitter, draw_jitter, jitter, joined
from vedette.learn.cores import cores, in_batches, one_thread, side_by_side
from vedette.learn.net.backbone import Backbone, floats
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.cached import frozen_backbone
from vedette.learn.net.extract import FeatureExtractor
from vedette.learn.recipe import RunContext
from vedette.vision.annotations import Sample
from vedette.vision.images import BrokenPicture, decode

# What the frozen part takes for a view of 128 px, on one core.
VIEW_S = 0.003
# Bytes of augmented features held in memory.
MOST_BYTES = 256 * 1024**2
# The least copies that teach anything, and what they may take for all pictures together: a training of the
# default backbone is given 2 GiB on a cluster (engines/ray_plan.py).
FEWEST_COPIES, LARGEST_BYTES = 2, 1536 * 1024**2
# Twice as many copies of a picture as passes over it show nothing new.
MOST_COPIES = 40


@dataclass(frozen=True, slots=True)
class AugmentedFeatures:
    """What the frozen part gives: of every picture its augmented copies, and it as it is."""

    copies: Tensor  # [picture, copy, C, h, w], half precision
    plain: Tensor  # [picture, C, h, w]
    truth: Tensor  # [picture, label]


class CopySampler:
    """Draws pictures in random rounds, and of each picture its copies in turn."""

    def __init__(self, rows: npt.NDArray[np.intp], copies: int, generator: torch.Generator) -> None:
        self.rows = torch.from_numpy(rows)
        self.copies = copies
        self.generator = generator
        self._left: list[int] = []
        self._round = -1

    def draw(self, count: int) -> list[tuple[int, int]]:
        """Return row and copy of each picture of the next batch."""
        batch: list[tuple[int, int]] = []
        while len(batch) < count:
            if not self._left:
                order = torch.randperm(len(self.rows), generator=self.generator)
                self._left = self.rows[order].tolist()
                self._round += 1
            batch.append((self._left.pop(), self._round % self.copies))
        return batch


def side_for(train: Sequence[Sample], *, effort: float) -> int:
    """Return the input side: that of small pictures, or a compromise between detail and time."""
    if shorter_side([sample.picture for sample in train]) <= 140:
        return 128
    return 224 if effort >= 2 else 160


def shorter_side(pictures: Sequence[Path]) -> float:
    """Return the median shorter side of the first few pictures."""
    shorter = []
    for picture in pictures[:8]:
        try:
            shorter.append(min(decode(picture, enough_for=(64, 64))[1]))
        except BrokenPicture:
            continue
    return float(np.median(shorter)) if shorter else 0.0


def has_room(train: Sequence[Sample], level: str, work: RunContext) -> bool:
    """Say whether the least copies of all pictures have room in this machine's memory; a GPU has its own."""
    if work.device.is_batched:
        return True
    view = _view_bytes(frozen_backbone(work), level, side_for(train, effort=work.budget.effort))
    return (1 + FEWEST_COPIES) * view * len(train) <= LARGEST_BYTES


def _view_bytes(backbone: Backbone, level: str, side: int) -> int:
    return 2 * backbone.channels[level] * (side // int(level.removeprefix("s"))) ** 2  # of halves


def stock(
    train: Sequence[Sample],
    truth: npt.NDArray[np.float64],
    size: tuple[str, int],
    wanted: int,
    work: RunContext,
) -> AugmentedFeatures:
    """Return the features at a level and an input side, of about `wanted` copies of each picture."""
    copying = CopiedPictures.planned(size, wanted, len(train), work)
    paths = [sample.picture for sample in train]
    features = copying.in_batches(paths) if work.device.is_batched else copying.one_by_one(paths)
    both = torch.empty(0)
    with one_thread():
        for number, halves in enumerate(features):
            if not number:  # in place: beside a list of them they would be as much memory again
                both = halves.new_empty((len(train), *halves.shape))
            both[number] = halves
            work.tell(f"augmented features at {size[1]} px", number + 1, len(train))
    return AugmentedFeatures(both[:, 1:], both[:, 0], torch.from_numpy(truth).float())


@dataclass(frozen=True, slots=True)
class CopiedPictures:
    """How copies of pictures are made and looked at: at a level and an input side, so many of each."""

    level: str
    side: int
    copies: int
    extract: FeatureExtractor
    work: RunContext

    @classmethod
    def planned(cls, size: tuple[str, int], wanted: int, pictures: int, work: RunContext) -> "CopiedPictures":
        """Return how to make about `wanted` copies of each of so many pictures."""
        level, side = size
        backbone = open_backbone(work.backbone)
        view = _view_bytes(backbone, level, side)
        extract = FeatureExtractor(backbone, (level,), threads=1, device=work.device)
        return cls(level, side, _copies(wanted, view, side, pictures, work), extract, work)

    def one_by_one(self, paths: Sequence[Path]) -> Iterator[Tensor]:
        """Yield the halves [1 + copies, C, h, w] of each picture, a picture a thread."""
        return side_by_side(self._look, paths)

    def in_batches(self, paths: Sequence[Path]) -> Iterator[Tensor]:
        """Yield the same, on the device that learns; copies of many pictures are made at once."""
        count = self.work.device.at_once((self.side, self.side), scale=1 + self.copies)
        for batch in in_batches(self._opened, paths, count):
            unseen = [opened for opened in batch if isinstance(opened, _UncopiedPicture)]
            looked_at = iter(self._look_together(unseen))
            yield from (next(looked_at) if isinstance(o, _UncopiedPicture) else self._put(o) for o in batch)

    def _put(self, features: Tensor) -> Tensor:
        return self.work.device.put([features])[0]

    def _look(self, path: Path) -> Tensor:
        opened = self._opened(path)
        return opened if isinstance(opened, Tensor) else next(iter(self._look_together([opened])))

    def _look_together(self, pictures: "Sequence[_UncopiedPicture]") -> Iterator[Tensor]:
        if not pictures:
            return
        plain = self._put(torch.stack([picture.pixels for picture in pictures]))
        numbers = joined([self._drawn(picture) for picture in pictures])
        many = floats(plain).repeat_interleave(self.copies, 0)
        changed = jitter(many, numbers).round().to(torch.uint8).permute(0, 2, 3, 1)
        views = torch.cat([plain[:, None], changed.reshape(len(plain), -1, *plain.shape[1:])], 1)
        features = self.extract.on_device(views.flatten(0, 1).contiguous())[0].half()
        for picture, halves in zip(pictures, torch.split(features, 1 + self.copies), strict=True):
            if self.work.cache.folder is not None:
                self.work.cache.put(self._key(picture.path), halves.cpu().numpy())
            yield halves

    def _opened(self, path: Path) -> "Tensor | _UncopiedPicture":
        """Return the features of a picture and its copies where they are known, else the picture."""
        cached = self.work.cache.get(self._key(path))
        if cached is not None:
            return torch.from_numpy(cached)
        return _UncopiedPicture(path, torch.from_numpy(self.work.pictures.at(path, (self.side, self.side))))

    def _drawn(self, picture: "_UncopiedPicture") -> Jitter:
        """Return the picture's own random numbers, by its bytes."""
        digest = self.work.pictures.digest(picture.path)
        generator = torch.Generator().manual_seed(self.work.seed + int(digest[:12], 16))
        return draw_jitter(self.copies, generator, may_mirror=False)

    def _key(self, path: Path) -> str:
        work, backbone = self.work, self.extract.backbone
        digest = work.pictures.digest(path)
        of_backbone = backbone.name, backbone.revision, self.level
        return work.cache.key(digest, *of_backbone, self.side, self.copies, work.seed)


@dataclass(frozen=True, slots=True)
class _UncopiedPicture:
    """A picture of whose copies nothing is known yet."""

    path: Path
    pixels: Tensor  # [H, W, 3]


def _copies(wanted: int, view: int, side: int, pictures: int, work: RunContext) -> int:
    """Return how many copies of each picture there is use, room and time for."""
    # In steps of four, so that a few pictures more or less find the same copies in the cache.
    most = min(MOST_COPIES, MOST_BYTES // (view * pictures) // 4 * 4)
    copies = max(FEWEST_COPIES, min(-(-wanted // 4) * 4, most))
    if work.seconds_left() < math.inf:  # a third of the time at most
        each_s = VIEW_S * (side / 128) ** 2 / cores()
        copies = max(FEWEST_COPIES, min(copies, int(work.seconds_left() / 3 / each_s / pictures)))
    return copies
