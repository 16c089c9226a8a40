"""The job `study`: look at pictures, keep their features, and say what is striking about a dataset.

order   items: {key, file, box (shares) or null}, to be looked at; stores: files of features by key, in the
        first of which new ones are kept;
        question and answer: files of JSON, where there is something to answer; cores
says    progress {done}: so many of the items
result  broken: the keys of pictures that cannot be decoded

question  pictures: {key, labels, is_labelled, doubt (0 to 1) or null}; boxes: {key, picture, label, place};
          one_label: whether a picture has one label at most
answer    mislabelled, boxes, odd, teach, as lists of JSON that name pictures by their number
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from vedette.engines.port import EmitEvent, Event
from vedette.file_access import read_file, write_file
from vedette.learn.cores import side_by_side
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.extract import FeatureExtractor
from vedette.learn.order import DEFAULT_BACKBONE
from vedette.learn.suspects import Suspect, find_suspects, scaled
from vedette.learn.teaching import LEAST_DOUBT, doubts_of, find_odd, order_lessons
from vedette.suggestions.features import read_features, write_features
from vedette.vision.images import BrokenPicture, decode, fit
from vedette.vision.tiles import Window

# Of a box so much is shown around it, since what it lies on tells something too.
MARGIN = 0.1
EVERY = 20

Array = npt.NDArray[np.float32]
Doubts = npt.NDArray[np.float32] | None


class Stopped(Exception):
    """The study was told to stop; what it had looked at is kept."""


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Look at the items, and answer the question."""
    stores = [Path(store) for store in order["stores"]]
    broken = _look(order, emit, cancelled)
    if order.get("question"):
        question = json.loads(read_file(Path(order["question"])))
        write_file(Path(order["answer"]), json.dumps(answer(question, read_features(*stores))))
        needed = {item["key"] for part in ("pictures", "boxes") for item in question[part]}
        for store in stores:
            features = read_features(store)
            if not features.keys() <= needed:
                write_features(store, {key: row for key, row in features.items() if key in needed})
    return {"broken": broken}


class _Eyes:
    """The backbone, which looks at pictures and at parts of them."""

    def __init__(self) -> None:
        backbone = open_backbone(DEFAULT_BACKBONE)
        self._side = backbone.sides[0]
        self._extract = FeatureExtractor(backbone, ("top/mean",), threads=1)

    def look(self, item: Mapping[str, Any]) -> Array | None:
        """Return an item's features; nothing of a picture that cannot be decoded."""
        size = (self._side, self._side)
        try:
            image, _ = decode(Path(item["file"]), enough_for=None if item["box"] else size)
        except BrokenPicture:
            return None
        pixels, _ = fit(image, size, part=_window(image, item["box"]))
        return np.asarray(self._extract(pixels[None])[0].reshape(-1), np.float32)


def _look(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> list[str]:
    """Keep the features of the items, also of half of them where that is all there is time for."""
    items, store = order["items"], Path(order["stores"][0])
    if not items:
        return []
    new: dict[str, Array | None] = {}
    eyes = _Eyes()
    try:
        rows = side_by_side(eyes.look, items, threads=int(order.get("cores", 1)))
        for item, row in zip(items, rows, strict=True):
            new[item["key"]] = row
            if len(new) % EVERY == 0:
                emit(Event("progress", {"done": len(new)}))
            if cancelled():
                raise Stopped
    finally:
        features = {key: row for key, row in new.items() if row is not None}
        if features:
            write_features(store, {**read_features(store), **features})
    return [key for key, row in new.items() if row is None]


def _window(image: Image.Image, box: Sequence[float] | None) -> Window | None:
    """Return the pixels of a box with a little around it, at least one."""
    if box is None:
        return None
    left, right = _span(box[0], box[2], image.width)
    top, bottom = _span(box[1], box[3], image.height)
    return Window(left, top, right, bottom)


def _span(start: float, size: float, side: int) -> tuple[int, int]:
    """Return from which pixel to which a box reaches in one direction, with a little around it."""
    first = min(int(max(start - MARGIN * size, 0.0) * side), side - 1)
    return first, max(first + 1, round(min(start + (1 + MARGIN) * size, 1.0) * side))


@dataclass(frozen=True, slots=True)
class Studied:
    """The pictures that there are features of: their numbers in the question, and their rows."""

    numbers: Sequence[int]
    rows: Array

    def where(self, numbers: Sequence[int]) -> "Studied":
        """Return those of some numbers."""
        place = {number: at for at, number in enumerate(self.numbers)}
        present = [number for number in numbers if number in place]
        return Studied(present, self.rows[[place[number] for number in present]])


def answer(question: Mapping[str, Any], features: Mapping[str, Array]) -> dict[str, Any]:
    """Return what is striking, by numbers of pictures."""
    pictures = question["pictures"]
    numbers = [number for number, picture in enumerate(pictures) if picture["key"] in features]
    if not numbers:
        return {"mislabelled": [], "boxes": [], "odd": [], "teach": []}
    studied = Studied(numbers, scaled(np.stack([features[pictures[number]["key"]] for number in numbers])))
    labelled = studied.where([number for number in numbers if pictures[number]["is_labelled"]])
    unlabelled = studied.where([number for number in numbers if not pictures[number]["is_labelled"]])
    doubts = [pictures[number]["doubt"] for number in unlabelled.numbers]
    probed = _probe(unlabelled, labelled, pictures, one_label=question["one_label"])
    lessons = order_lessons(unlabelled.rows, labelled.rows, weights=_weights(doubts, probed))
    return {
        "mislabelled": list(_mislabelled(labelled, pictures, one_label=question["one_label"])),
        "boxes": list(_mislabelled_boxes(question["boxes"], features)),
        "odd": [{"picture": studied.numbers[row], "deviations": far} for row, far in find_odd(studied.rows)],
        "teach": [
            {"picture": unlabelled.numbers[lesson.row], "stands_for": lesson.stands_for} for lesson in lessons
        ],
    }


def _probe(
    unlabelled: Studied, labelled: Studied, pictures: Sequence[Mapping[str, Any]], *, one_label: bool
) -> Doubts:
    """Return how much is in doubt by what is labelled, without any model; None where that is too little."""
    bearers = [number for number in labelled.numbers if pictures[number]["labels"] or not one_label]
    names, truth = _truth([pictures[number]["labels"] for number in bearers])
    if not names:
        return None
    return doubts_of(unlabelled.rows, labelled.where(bearers).rows, truth, one_label=one_label)


def _weights(doubts: Sequence[float | None], probed: Doubts) -> Doubts:
    """Return a model's doubts as weights; of pictures that it was not asked about, the regression's."""
    values = [doubt for doubt in doubts if doubt is not None]
    if not values and probed is None:
        return None
    middle = float(np.median(values)) if values else 0.0
    others = [middle] * len(doubts) if probed is None else probed.tolist()
    own = [other if doubt is None else doubt for doubt, other in zip(doubts, others, strict=True)]
    return np.asarray(own, np.float32) + LEAST_DOUBT


def _mislabelled(
    labelled: Studied, pictures: Sequence[Mapping[str, Any]], *, one_label: bool
) -> Iterator[dict[str, Any]]:
    bearers = [number for number in labelled.numbers if pictures[number]["labels"] or not one_label]
    part = labelled.where(bearers)
    names, truth = _truth([pictures[number]["labels"] for number in part.numbers])
    for suspect in find_suspects(part.rows, truth, one_label=one_label) if names else ():
        facts = _facts_of(suspect, names)
        yield {
            "picture": part.numbers[suspect.row],
            **facts,
            "like": [part.numbers[row] for row in suspect.like],
        }


def _mislabelled_boxes(
    boxes: Sequence[Mapping[str, Any]], features: Mapping[str, Array]
) -> Iterator[dict[str, Any]]:
    studied = [box for box in boxes if box["key"] in features]
    if not studied:
        return
    rows = scaled(np.stack([features[box["key"]] for box in studied]))
    names, truth = _truth([[box["label"]] for box in studied])
    for suspect in find_suspects(rows, truth, one_label=True):
        box = studied[suspect.row]
        like = dict.fromkeys(studied[row]["picture"] for row in suspect.like)
        yield {
            "picture": box["picture"],
            "place": box["place"],
            **_facts_of(suspect, names),
            "like": list(like),
        }


def _truth(labels: Sequence[Sequence[str]]) -> tuple[list[str], npt.NDArray[np.float64]]:
    names = sorted({name for row_labels in labels for name in row_labels})
    place = {name: at for at, name in enumerate(names)}
    truth = np.zeros((len(labels), len(names)))
    for row, row_labels in enumerate(labels):
        truth[row, [place[name] for name in row_labels]] = 1.0
    return names, truth


def _facts_of(suspect: Suspect, names: Sequence[str]) -> dict[str, Any]:
    return {
        "label": names[suspect.label] if suspect.label >= 0 else "",
        "suggested": names[suspect.suggested] if suspect.suggested >= 0 else "",
        "strength": round(suspect.strength, 3),
    }
