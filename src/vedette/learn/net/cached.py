"""Features of a training's pictures, through the cache: worked out side by side, once, and reported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vedette.learn.cores import in_batches, side_by_side
from vedette.learn.net.backbone import Backbone
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.extract import Array, FeatureExtractor
from vedette.learn.pictures import Pixels
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
        self.extract = FeatureExtractor(self.backbone, levels, threads=1, device=work.device)

    def features(self, paths: Sequence[Path], *, stage: str = "features") -> list[list[Array]]:
        """Return for every picture its levels, each [1, …]."""
        return list(self.each(paths, stage=stage))

    def each(self, paths: Sequence[Path], *, stage: str = "features") -> Iterator[list[Array]]:
        """Yield them in turn, for who does not keep them all."""
        if self.work.device.is_batched:
            yield from self._in_batches(paths, stage)
            return
        for number, levels in enumerate(side_by_side(self._one, paths), start=1):
            yield levels
            self.work.tell(stage, number, len(paths))

    def _in_batches(self, paths: Sequence[Path], stage: str) -> Iterator[list[Array]]:
        """Yield the same: pictures are opened by many threads, and looked at together by one."""
        count = 0
        for batch in in_batches(self._opened, paths, self.work.device.at_once(self.size)):
            unseen = [opened for opened in batch if isinstance(opened, _UnseenPicture)]
            looked_at = iter(self._look(unseen))
            yield from (next(looked_at) if isinstance(o, _UnseenPicture) else o for o in batch)
            count += len(batch)
            self.work.tell(stage, count, len(paths))

    def _look(self, pictures: "Sequence[_UnseenPicture]") -> list[list[Array]]:
        all_levels = self.looked_at([picture.pixels for picture in pictures])
        for picture, features in zip(pictures, all_levels, strict=True):
            self._keep(picture.path, features)
        return all_levels

    def looked_at(self, pictures: Sequence[Pixels]) -> list[list[Array]]:
        """Return for pictures of one size their levels, each [1, …]; nothing of them is remembered."""
        if not pictures:
            return []
        levels = self.extract(np.stack(pictures))
        # Copies, so that one picture's features do not hold the whole batch's.
        return [[level[row : row + 1].copy() for level in levels] for row in range(len(pictures))]

    def _one(self, path: Path) -> list[Array]:
        opened = self._opened(path)
        if not isinstance(opened, _UnseenPicture):
            return opened
        levels = self.extract(opened.pixels[None])
        self._keep(path, levels)
        return levels

    def _opened(self, path: Path) -> "list[Array] | _UnseenPicture":
        """Return the picture's features where they are known, else the picture."""
        cached = [self.work.cache.get(key) for key in self._keys(path)]
        if all(level is not None for level in cached):
            return [level for level in cached if level is not None]
        return _UnseenPicture(path, self.work.pictures.at(path, self.size))

    def _keep(self, path: Path, levels: Sequence[Array]) -> None:
        for key, level in zip(self._keys(path), levels, strict=True):
            self.work.cache.put(key, level)

    def _keys(self, path: Path) -> list[str]:
        work = self.work
        base = (work.pictures.digest(path), self.backbone.name, self.backbone.revision, self.size)
        return [work.cache.key(*base, level) for level in self.extract.levels]


@dataclass(frozen=True, slots=True)
class _UnseenPicture:
    """A picture whose features are not known yet."""

    path: Path
    pixels: Pixels


def pooled(
    paths: Sequence[Path], *, work: RunContext, size: tuple[int, int], quartered: bool = False
) -> Array:
    """Return the features averaged over the pictures, or over their quarters: [picture, 1 or 4, channel]."""
    extractor = CachedExtractor(work, size, ("top/quarters" if quartered else "top/mean",))
    # Into one array: one by one they would be as much memory again, which the heap keeps.
    pictures: Array | None = None
    for number, levels in enumerate(extractor.each(paths, stage=f"features at {size[0]} px")):
        rows = levels[0].reshape(-1, levels[0].shape[-1])
        if pictures is None:
            pictures = np.empty((len(paths), *rows.shape), rows.dtype)
        pictures[number] = rows
    assert pictures is not None, "there is a picture to learn from"
    return pictures
