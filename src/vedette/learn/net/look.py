"""Looking at many pictures with the frozen backbone: in parallel, once, reported."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vedette.learn.cores import side_by_side
from vedette.learn.net.backbone import Backbone, open_backbone
from vedette.learn.net.features import Array, Reader
from vedette.learn.recipe import Work


class Gaze:
    """A backbone that looks at pictures at one size; what it saw is kept in the cache."""

    def __init__(self, work: Work, size: tuple[int, int], levels: Sequence[str]) -> None:
        self.work, self.size = work, size
        self.backbone: Backbone = open_backbone(work.backbone)
        self.reader = Reader(self.backbone, levels, threads=1)

    def look(self, paths: Sequence[Path], *, stage: str = "features") -> list[list[Array]]:
        """Return for every picture its levels, each [1, …]."""
        found = []
        for done, levels in enumerate(side_by_side(self._one, paths), start=1):
            found.append(levels)
            self.work.tell(stage, done, len(paths))
        return found

    def _one(self, path: Path) -> list[Array]:
        work, reader = self.work, self.reader
        base = (work.pictures.digest(path), self.backbone.name, self.backbone.revision, self.size)
        keys = [work.cache.key(*base, level) for level in reader.levels]
        kept = [work.cache.get(key) for key in keys]
        if all(level is not None for level in kept):
            return [level for level in kept if level is not None]
        levels = reader(work.pictures.at(path, self.size)[None])
        for key, level in zip(keys, levels, strict=True):
            work.cache.put(key, level)
        return levels


def pooled(paths: Sequence[Path], *, work: Work, size: tuple[int, int], quartered: bool = False) -> Array:
    """Return the features averaged over the pictures, or over their quarters: [picture, 1 or 4, channel]."""
    gaze = Gaze(work, size, ("top/quarters" if quartered else "top/mean",))
    found = gaze.look(paths, stage=f"features at {size[0]} px")
    return np.stack([levels[0].reshape(-1, levels[0].shape[-1]) for levels in found])
