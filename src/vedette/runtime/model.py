"""A trained model in use: a picture in, findings out. ONNX Runtime, numpy and Pillow; no torch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vedette.errors import Wrong
from vedette.runtime.decode import Answer, View, read_anomaly, read_boxes, read_labels, read_masks
from vedette.runtime.facts import PackageFacts
from vedette.runtime.heat import Explanation, evidence_by_covering, explain, refuse_unknown
from vedette.runtime.package import open_package
from vedette.runtime.session import HEATMAP, NEEDED, OnnxSession, Outputs
from vedette.vision.annotations import Box, Task
from vedette.vision.bitmaps import Spread, in_turn
from vedette.vision.images import MARGIN, Pixels, Source, decode, fit, fit_bitmap
from vedette.vision.tiles import Window, count_tiles, tiles

# Tiles go through the network this many at a time, which bounds memory whatever the picture.
TILES_AT_ONCE = 4
# Tiles of 200 pixels, as small objects ask for, look at 8192 × 8192 in three thousand.
MOST_TILES = 4096

# An upright picture, maybe smaller than it is, or the bytes of a bitmap; and its true height and width.
Decoded = tuple[Image.Image | Pixels, tuple[int, int]]
Reader = Callable[[Outputs, PackageFacts, Sequence[View], float | None], Answer]
READERS: dict[Task, Reader] = {
    "classification": read_labels,
    "multilabel": read_labels,
    "detection": read_boxes,
    "anomaly": read_anomaly,
    "segmentation": read_masks,
}


class Model:
    """A model package, opened. Safe to use from several threads at once."""

    def __init__(  # noqa: PLR0913  (how a network is run has that many sides)
        self,
        facts: PackageFacts,
        model: Path | bytes,
        *,
        threads: int | None = None,
        name: str = "the model",
        idle_cores: Callable[[], int] | None = None,
        spin_us: int = 0,
        pool_cores: Sequence[int] = (),
        accelerated: bool = False,
        spread: Spread = in_turn,
    ) -> None:
        """Open a network; the cores are for whoever answers single pictures at once (session.py).

        `spread` does parts of what comes before the network, in turn or at once.
        """
        self.facts = facts
        self._spread = spread
        self.name = name
        self._session = OnnxSession(
            model,
            facts.task,
            threads=threads,
            name=name,
            idle_cores=idle_cores,
            spin_us=spin_us,
            pool_cores=pool_cores,
            accelerated=accelerated,
        )
        _refuse_mismatch(facts, self._session, name)

    @property
    def task(self) -> Task:
        """What the model does."""
        return self.facts.task

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can find."""
        return self.facts.labels

    @property
    def explains(self) -> bool:
        """Whether it can say where its evidence lies."""
        return self._session.explains

    def detect(
        self, picture: Source, *, min_confidence: float | None = None, heatmap: bool = False, name: str = ""
    ) -> Answer:
        """Return what the model sees in a picture: a path, bytes, a Pillow picture or an array (RGB).

        Without `min_confidence` every label is held to its own threshold, found in training.

        Raises:
            BrokenPicture: when the picture cannot be read.
        """
        if min_confidence is not None and not 0 <= min_confidence <= 1:
            raise ValueError(f"a confidence is between 0 and 1, not {min_confidence}")
        return self.look(self.decode(picture, name=name), min_confidence=min_confidence, heatmap=heatmap)

    def decode(self, picture: Source, *, name: str = "") -> Decoded:
        """Return the picture as `look` wants it.

        Raises:
            BrokenPicture: when the picture cannot be read.
        """
        # Tiles want every pixel; one view of the whole may be decoded small.
        enough = None if self.facts.tiling else self.facts.input_size
        return decode(picture, enough_for=enough, name=name)

    def look(
        self,
        decoded: Decoded,
        *,
        min_confidence: float | None = None,
        heatmap: bool = False,
        thresholds: Mapping[str, float] | None = None,
    ) -> Answer:
        """Return what the model sees in a picture; `thresholds` stand in for its own of those labels."""
        image, size = decoded
        out, views = self._look(image, self._windows(size), heatmap=heatmap)
        facts = self.facts
        if thresholds:
            facts = replace(facts, thresholds={**facts.thresholds, **thresholds})
        return READERS[self.task](out, facts, views, min_confidence)

    def explain(
        self,
        decoded: Decoded,
        *,
        labels: Sequence[str] = (),
        thresholds: Mapping[str, float] | None = None,
    ) -> Explanation:
        """Return what the model sees in a picture, and where the evidence for labels lies.

        Without `labels` these are the labels found, or else the likeliest.
        """
        refuse_unknown(labels, self.facts, self.name)
        image, size = decoded
        out, views = self._look(image, self._windows(size), heatmap=True)
        facts = self.facts
        if thresholds:
            facts = replace(facts, thresholds={**facts.thresholds, **thresholds})
        needed = {name: out[name] for name in NEEDED[self.task]}
        answer = READERS[self.task](needed, facts, views, None)
        if self.task != "detection" and HEATMAP not in out:
            out, views = self._cover(image, size)
        return Explanation(answer, explain(out, facts, views, answer, labels))

    def _cover(self, image: Image.Image | Pixels, size: tuple[int, int]) -> tuple[Outputs, list[View]]:
        """Return a heat map of the whole picture for a network that has none of its own."""
        pixels, frame = self._fit(image, None)
        heat = evidence_by_covering(self._scores_of, pixels)
        if self.task == "anomaly":
            heat = heat[0]
        return {HEATMAP: heat[None]}, [View(Window(0, 0, size[1], size[0]), frame, is_whole=True)]

    def _scores_of(self, batch: Pixels) -> NDArray[np.float32]:
        (name,) = NEEDED[self.task]
        at_once = self._session.batch or TILES_AT_ONCE
        parts = [
            self._session.run(batch[first : first + at_once])[name] for first in range(0, len(batch), at_once)
        ]
        return np.concatenate(parts).reshape(len(batch), -1)

    def warm(self) -> None:
        """Run the network for nothing, since a first run costs several times the others."""
        self._session.warm(np.full((1, *self.facts.input_size, 3), MARGIN, np.uint8))

    def batches(self, decoded: Decoded) -> Iterator[Pixels]:
        """Yield what the network is given of a picture, so many tiles at a time."""
        image, size = decoded
        for batch, _ in self._batches(image, self._windows(size)):
            yield batch

    def _batches(
        self, image: Image.Image | Pixels, windows: Sequence[Window]
    ) -> Iterator[tuple[Pixels, list[View]]]:
        whole = Window(0, 0, max(part.right for part in windows), max(part.bottom for part in windows))
        if self.facts.tiling and isinstance(image, np.ndarray):
            image = Image.fromarray(image)
        for first in range(0, len(windows), TILES_AT_ONCE):
            batch_windows = windows[first : first + TILES_AT_ONCE]
            # Without tiling the image may be a reduced decoding, of which all is wanted.
            parts = batch_windows if self.facts.tiling else [None]
            fitted = self._spread([partial(self._fit, image, part) for part in parts])
            views = [
                View(part, frame, is_whole=part == whole)
                for part, (_, frame) in zip(batch_windows, fitted, strict=True)
            ]
            yield np.stack([pixels for pixels, _ in fitted]), views

    def _fit(self, image: Image.Image | Pixels, part: Window | None) -> tuple[Pixels, Box]:
        """Return a part of a picture, or all of it, as the network takes it."""
        size, policy = self.facts.input_size, self.facts.policy
        if isinstance(image, np.ndarray):
            return fit_bitmap(image, size, policy=policy, spread=self._spread)
        return fit(image, size, policy=policy, part=part)

    def _windows(self, size: tuple[int, int]) -> list[Window]:
        """Return the parts of a picture of (height, width) that the network looks at."""
        height, width = size
        whole = Window(0, 0, width, height)
        tiling = self.facts.tiling
        if tiling is None:
            return [whole]
        count = count_tiles(height, width, tile=tiling.tile, overlap=tiling.overlap)
        if count > MOST_TILES:
            raise Wrong(
                f"{self.name} would look at a picture of {width} × {height} pixels in {count:,} tiles; "
                f"{MOST_TILES:,} are the most.",
                kind="picture",
            )
        parts = tiles(height, width, tile=tiling.tile, overlap=tiling.overlap)
        return [whole, *parts] if tiling.whole and len(parts) > 1 else parts

    def _look(
        self, image: Image.Image | Pixels, windows: Sequence[Window], *, heatmap: bool
    ) -> tuple[Outputs, list[View]]:
        views: list[View] = []
        parts: list[dict[str, NDArray[np.float32]]] = []
        for batch, batch_views in self._batches(image, windows):
            views += batch_views
            parts.append(dict(self._session.run(batch, heatmap=heatmap)))
        # One output after the other, each let go as it is joined: masks of many tiles are large.
        return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}, views


def _refuse_mismatch(facts: PackageFacts, session: OnnxSession, name: str) -> None:
    """Refuse a network that cannot be what package.json says it is; sides that it leaves open pass."""
    for wanted_side, actual in zip(facts.input_size, session.input_size, strict=True):
        if actual not in (None, wanted_side):
            raise Wrong(
                f"{name}: the network takes pictures of {session.input_size}, not {facts.input_size}."
            )
    width = {"scores": len(facts.labels), "masks": len(facts.labels) + 1}
    for output in NEEDED[facts.task]:
        shape = session.shapes[output]
        actual = shape[1 if output == "masks" else -1] if len(shape) > 1 else None
        if output in width and actual not in (None, width[output]):
            raise Wrong(
                f"{name}: the network's {output} are for {actual} labels, "
                f"and package.json names {len(facts.labels)}."
            )


def load(path: str | Path, *, threads: int | None = None) -> Model:
    """Return the model in a package: a folder, or a zip of it.

    Raises:
        Refusal: when there is none, or it is not as it was written.
    """
    package = open_package(Path(path))
    return Model(package.facts, package.model, threads=threads, name=str(path))
