"""Features of a training's pictures, through the cache: worked out side by side, once, and reported."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vedette.learn.cores import side_by_side
from vedette.learn.net.backbone import Backbone
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.extract import Array, FeatureExtractor
from vedette.learn.recipe import RunContext


def frozen_backbone(work: RunContext) -> Backbone:
    """Return the training's one backbone to read from; who lets it learn, or exports it, opens another.

    To build the network takes a twentieth of a second, and eight did so in a training of three seconds.
    """
    if work.opened is None:
        work.opened = open_backbone(work.backbone)
    backbone: Backbone = work.opened
    return backbone


class CachedExtractor:
    """A frozen backbone at one size of pictures, with the cache of what it gave."""

    def __init__(self, work: RunContext, size: tuple[int, int], levels: Sequence[str]) -> None:
        self.work, self.size = work, size
        self.backbone: Backbone = frozen_backbone(work)
        self.extract = FeatureExtractor(self.backbone, levels, threads=1)

    def features(self, paths: Sequence[Path], *, stage: str = "features") -> list[list[Array]]:
        """Return for every picture its levels, each [1, …]."""
        features = []
        for done, levels in enumerate(side_by_side(self._one, paths), start=1):
            features.append(levels)
            self.work.tell(stage, done, len(paths))
        return features

    def _one(self, path: Path) -> list[Array]:
        work = self.work
        base = (work.pictures.digest(path), self.backbone.name, self.backbone.revision, self.size)
        keys = [work.cache.key(*base, level) for level in self.extract.levels]
        cached = [work.cache.get(key) for key in keys]
        if all(level is not None for level in cached):
            return [level for level in cached if level is not None]
        levels = self.extract(work.pictures.at(path, self.size)[None])
        for key, level in zip(keys, levels, strict=True):
            work.cache.put(key, level)
        return levels


def pooled(
    paths: Sequence[Path], *, work: RunContext, size: tuple[int, int], quartered: bool = False
) -> Array:
    """Return the features averaged over the pictures, or over their quarters: [picture, 1 or 4, channel]."""
    extractor = CachedExtractor(work, size, ("top/quarters" if quartered else "top/mean",))
    features = extractor.features(paths, stage=f"features at {size[0]} px")
    return np.stack([levels[0].reshape(-1, levels[0].shape[-1]) for levels in features])
