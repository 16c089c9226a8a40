"""The frozen part's features of every picture and of its augmented copies, for fine-tuning.

What lies below the learning stages sees each copy once, by ONNX Runtime, through the cache; the copies are
dealt again and again (decision 0050 for boxes and masks, here in memory since they are few).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vedette.learn.classify.augment import jitter
from vedette.learn.cores import cores, one_thread, side_by_side
from vedette.learn.net.backbone import floats
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.extract import FeatureExtractor
from vedette.learn.recipe import RunContext
from vedette.vision.annotations import Sample
from vedette.vision.images import BrokenPicture, decode

# What the frozen part takes for a view of 128 px, on one core.
VIEW_S = 0.003
# Bytes of augmented features held in memory.
MOST_BYTES = 256 * 1024**2
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


def stock(
    train: Sequence[Sample],
    truth: npt.NDArray[np.float64],
    size: tuple[str, int],
    wanted: int,
    work: RunContext,
) -> AugmentedFeatures:
    """Return the features at a level and an input side, of about `wanted` copies of each picture."""
    level, side = size
    backbone = open_backbone(work.backbone)
    extract = FeatureExtractor(backbone, (level,), threads=1)
    cell = int(level.removeprefix("s"))
    view = 2 * backbone.channels[level] * (side // cell) ** 2  # bytes of halves
    copies = _copies(wanted, view, side, len(train), work)

    def look(index: int) -> Tensor:
        digest = work.pictures.digest(train[index].picture)
        key = work.cache.key(digest, backbone.name, backbone.revision, level, side, copies, work.seed)
        cached = work.cache.get(key)
        if cached is not None:
            return torch.from_numpy(cached)
        features = extract(_copies_of(train[index].picture, digest, side, copies, work))[0]
        halves = features.astype(np.float16)
        work.cache.put(key, halves)
        return torch.from_numpy(halves)

    read = []
    with one_thread():
        for done, features in enumerate(side_by_side(look, range(len(train))), start=1):
            read.append(features)
            work.tell(f"augmented features at {side} px", done, len(train))
    both = torch.stack(read)
    return AugmentedFeatures(both[:, 1:], both[:, 0], torch.from_numpy(truth).float())


def _copies(wanted: int, view: int, side: int, pictures: int, work: RunContext) -> int:
    """Return how many copies of each picture there is use, room and time for."""
    # In steps of four, so that a few pictures more or less find the same copies in the cache.
    copies = max(2, min(-(-wanted // 4) * 4, MOST_COPIES, MOST_BYTES // (view * pictures) // 4 * 4))
    if work.seconds_left() < math.inf:  # a third of the time at most
        each_s = VIEW_S * (side / 128) ** 2 / cores()
        copies = max(2, min(copies, int(work.seconds_left() / 3 / each_s / pictures)))
    return copies


def _copies_of(picture: Path, digest: str, side: int, copies: int, work: RunContext) -> npt.NDArray[np.uint8]:
    """Return the picture and its copies, changed by its own random numbers."""
    pixels = torch.from_numpy(work.pictures.at(picture, (side, side)))
    generator = torch.Generator().manual_seed(work.seed + int(digest[:12], 16))
    many = floats(pixels[None]).expand(copies, -1, -1, -1)
    changed = jitter(many, generator, may_mirror=False).round().to(torch.uint8).permute(0, 2, 3, 1)
    both: npt.NDArray[np.uint8] = torch.cat([pixels[None], changed]).contiguous().numpy()
    return both
