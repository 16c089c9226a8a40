"""The pointing game (Zhang et al., 2016): is the hottest place of a heat map on what it is about?

Pictures are drawn, so that the place of everything is known, of whole-picture labels too.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from vedette.runtime.heat import HeatMap
from vedette.runtime.model import Model
from vedette.vision.annotations import Mask, Sample
from vedette.vision.drawn_sets import COLORS, PARTS, _apart, _photographed, _place, _put, _steel, draw_set
from vedette.vision.images import Pixels

# As far as the hottest place may be beside a thing, in shares of a side: one cell of the networks' last maps.
TOLERANCE = 0.07


@dataclass(frozen=True)
class PlacedPicture:
    """A drawn picture, what is true of it, and for each label where it is: (rows, columns) of truth."""

    name: str
    image: Image.Image
    sample: Sample
    places: dict[str, np.ndarray]


def placed(kind: str, count: int, folder: Path, *, seed: int) -> Iterator[PlacedPicture]:
    """Draw pictures of a kind of model into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind in ("classification", "multilabel"):
        yield from _parts(kind, count, folder, seed)
        return
    for drawn in draw_set(kind, count, seed=seed):
        path = _saved(drawn.image, folder / drawn.name)
        mask = None
        places: dict[str, np.ndarray] = {}
        for label, box in drawn.boxes or ():
            places[label] = places.get(label, False) | _inside(box, drawn.image)
        if drawn.mask is not None:
            truth = np.asarray(drawn.mask).min(axis=2) < 255
            places |= {"anomaly": truth, **dict.fromkeys(drawn.kinds, truth)}
            if kind == "segmentation":
                colors = {COLORS[name]: name for name in drawn.kinds}
                mask = Mask(_saved(drawn.mask, folder / "masks" / drawn.name), colors)
        sample = Sample(path, (), drawn.boxes, drawn.is_anomalous, mask)
        yield PlacedPicture(drawn.name, drawn.image, sample, places)


def _parts(kind: str, count: int, folder: Path, seed: int) -> Iterator[PlacedPicture]:
    """Draw as the example sets do, and remember where each part was put."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        image = _steel(rng)
        if kind == "classification":
            labels = (PARTS[number % len(PARTS)],)
            where = [_place(rng, 0.34, 0.5)]
        else:
            labels = tuple(part for bit, part in enumerate(PARTS) if (number % 7 + 1) >> bit & 1)
            where = _apart(rng, len(labels))
        boxes = [_put(image, label, place, rng) for label, place in zip(labels, where, strict=True)]
        final = _photographed(image, rng)
        path = _saved(final, folder / f"{kind}-{seed}-{number}.png")
        places = {label: _inside(box, final) for label, box in zip(labels, boxes, strict=True)}
        yield PlacedPicture(path.name, final, Sample(path, labels), places)


def points_at(heat: HeatMap, truth: np.ndarray) -> bool:
    """Return whether the hottest place of a map is on what is true, or right beside it."""
    rows, columns = heat.values.shape
    row, column = np.unravel_index(int(heat.values.argmax()), heat.values.shape)
    down, across = (row + 0.5) / rows, (column + 0.5) / columns
    where = np.argwhere(truth)
    apart = np.abs((where + 0.5) / truth.shape - (down, across)).max(axis=1)
    return bool(apart.min() <= TOLERANCE)


def heat_over(heat: HeatMap, shape: tuple[int, ...]) -> np.ndarray:
    """Return a map's values for each pixel of a picture."""
    rows, columns = (
        np.arange(side) * have // side for side, have in zip(shape, heat.values.shape, strict=True)
    )
    values: np.ndarray = heat.values[np.ix_(rows, columns)]
    return values


def chance(truth: np.ndarray) -> float:
    """Return how often a blind guess would be called a hit."""
    side = int(TOLERANCE * min(truth.shape))
    grown = np.zeros_like(truth)
    for row, column in np.argwhere(truth):
        grown[max(0, row - side) : row + side + 1, max(0, column - side) : column + side + 1] = True
    return float(grown.mean())


@dataclass
class PointingScore:
    """How many maps pointed at what they are about, and how many a blind guess would have."""

    hits: int = 0
    maps: int = 0
    blind: float = 0.0

    def add(self, model: Model, picture: PlacedPicture) -> None:
        """Count the maps of the labels that are in a picture."""
        labels = [label for label in picture.places if label in {*model.labels, "anomaly"}]
        if model.task == "anomaly":
            labels = ["anomaly"] if picture.places else []
        if not labels:
            return
        pixels: Pixels = np.asarray(picture.image.convert("RGB"))
        for heat in model.explain(model.decode(pixels), labels=labels).maps:
            truth = picture.places[heat.label]
            self.maps += 1
            self.hits += points_at(heat, truth)
            self.blind += chance(truth)

    @property
    def share(self) -> float:
        """The share of hits."""
        return self.hits / max(1, self.maps)


def share_that_points(model: Model, samples: Sequence[Sample]) -> float:
    """Return how often a map's hottest place is on what a sample's boxes or its mask show."""
    hits = []
    for sample in samples:
        image = Image.open(sample.picture).convert("RGB")
        places: dict[str, np.ndarray] = {}
        for label, box in sample.boxes or ():
            places[label] = places.get(label, False) | _inside(box, image)
        if sample.mask is not None:
            places["anomaly"] = np.asarray(Image.open(sample.mask.path).convert("RGB")).min(axis=2) < 255
        for heat in model.explain(model.decode(image), labels=list(places)).maps if places else ():
            hits.append(points_at(heat, places[heat.label]))
    return float(np.mean(hits))


def _inside(box, image: Image.Image) -> np.ndarray:
    truth = np.zeros((image.height, image.width), bool)
    top, left = round(box.top * image.height), round(box.left * image.width)
    bottom, right = top + round(box.height * image.height), left + round(box.width * image.width)
    truth[max(0, top) : bottom, max(0, left) : right] = True
    return truth


def _saved(image: Image.Image, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    image.save(out, "PNG")
    path.write_bytes(out.getvalue())
    return path
