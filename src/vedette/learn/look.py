"""Looking at many pictures with the frozen backbone: in parallel, once, reported."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vedette.learn.backbone import Backbone, open_backbone
from vedette.learn.cores import side_by_side
from vedette.learn.features import Array, Reader
from vedette.learn.pictures import Pixels
from vedette.learn.recipe import Work

# How a picture may be shown to the backbone besides as it is.
VARIANTS = ("plain", "mirror")


def vary(pixels: Pixels, variant: str) -> Pixels:
    """Return the picture as the variant shows it."""
    return np.ascontiguousarray(pixels[:, ::-1]) if variant == "mirror" else pixels


class Gaze:
    """A backbone that looks at pictures at one size; what it saw is kept in the cache."""

    def __init__(self, work: Work, size: tuple[int, int], levels: Sequence[str] = ("top/mean",)) -> None:
        self.work, self.size = work, size
        self.backbone: Backbone = open_backbone(work.backbone)
        self.reader = Reader(self.backbone, levels, threads=1)

    def look(
        self, paths: Sequence[Path], *, variants: Sequence[str] = ("plain",), stage: str = "features"
    ) -> list[list[Array]]:
        """Return for every picture its levels, each [variant, …]."""
        found = []
        pairs = side_by_side(lambda path: self._one(path, variants), paths)
        for done, levels in enumerate(pairs, start=1):
            found.append(levels)
            self.work.tell(stage, done, len(paths))
        return found

    def _one(self, path: Path, variants: Sequence[str]) -> list[Array]:
        read = [self._variant(path, variant) for variant in variants]
        return [np.concatenate(level) for level in zip(*read, strict=True)]

    def _variant(self, path: Path, variant: str) -> list[Array]:
        work, reader = self.work, self.reader
        base = (work.pictures.digest(path), self.backbone.name, self.backbone.revision, self.size, variant)
        keys = [work.cache.key(*base, level) for level in reader.levels]
        kept = [work.cache.get(key) for key in keys]
        if all(level is not None for level in kept):
            return [level for level in kept if level is not None]
        levels = reader(vary(work.pictures.at(path, self.size), variant)[None])
        for key, level in zip(keys, levels, strict=True):
            work.cache.put(key, level)
        return levels


def pooled(
    paths: Sequence[Path], *, work: Work, size: tuple[int, int], variants: Sequence[str] = ("plain",)
) -> Array:
    """Return the pooled features of the pictures: [picture, variant, channel]."""
    found = Gaze(work, size).look(paths, variants=variants, stage=f"features at {size[0]} px")
    return np.stack([levels[0] for levels in found])
