"""How far two answers to one picture agree, as a number from 0 to 1, and whether they do.

    labels   the Jaccard index of both sets of labels; they agree when the sets are equal
    boxes    pairs of boxes of one label, the nearest first: the sum of their IoU by the larger number of
             boxes; they agree when every box has a partner of at least one half
    masks    0 where one says normal and the other anomaly; else the mean IoU of the types' pixels, which
             agree from one half

Half is what both services' evaluations take for the same object (IoU 0.5). Pure: reads no bucket.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.manifest.attributes import MalformedPair, read_pairs
from vedette.manifest.classification import read_label, read_tags
from vedette.manifest.detection import read_boxes
from vedette.manifest.lines import Line
from vedette.rounds.round import RoundTask
from vedette.vision.annotations import Box

SAME_OBJECT = 0.5

# What each type of a mask covers.
MaskAreas = Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two answers agree."""

    score: float
    agrees: bool


def labels_of(line: Line) -> set[str]:
    """Return the image-level labels of a line, a normal or anomalous class among them."""
    names: set[str] = set()
    for pair in read_pairs(line):
        try:
            if pair.kind == "class":
                names.add(read_label(pair))
            elif pair.kind == "tags":
                names.update(name for name, _ in read_tags(pair))
        except MalformedPair:
            continue
    return names


def boxes_of(line: Line) -> list[tuple[str, Box]]:
    """Return the labelled boxes of a line."""
    boxes: list[tuple[str, Box]] = []
    for pair in read_pairs(line):
        if pair.kind == "boxes":
            try:
                boxes += read_boxes(pair)
            except MalformedPair:
                continue
    return boxes


def names_in(line: Line) -> set[str]:
    """Return every label that a line gives its picture or a box on it."""
    return labels_of(line) | {name for name, _ in boxes_of(line)}


def compare(task: RoundTask, first: Line, second: Line, masks: Sequence[MaskAreas] = ()) -> Agreement:
    """Return how far two lines agree on what the round asks; `masks` are what theirs show, where they do."""
    if task == "boxes":
        return compare_boxes(boxes_of(first), boxes_of(second))
    labels = compare_labels(labels_of(first), labels_of(second))
    if task == "masks" and labels.agrees and len(masks) == 2:
        return compare_masks(*masks)
    return labels if task == "labels" or labels.agrees else Agreement(0.0, agrees=False)


def compare_labels(first: set[str], second: set[str]) -> Agreement:
    """Return the Jaccard index of two sets of labels."""
    union = first | second
    score = len(first & second) / len(union) if union else 1.0
    return Agreement(score, agrees=first == second)


def compare_boxes(first: Sequence[tuple[str, Box]], second: Sequence[tuple[str, Box]]) -> Agreement:
    """Pair the boxes of each label, the nearest first, and return how far they cover one another."""
    most = max(len(first), len(second))
    if not most:
        return Agreement(1.0, agrees=True)
    overlaps = sorted(
        (
            (iou(box, twin), place, at)
            for place, (label, box) in enumerate(first)
            for at, (name, twin) in enumerate(second)
            if label == name
        ),
        reverse=True,
    )
    free_first, free_second, paired = set(range(len(first))), set(range(len(second))), []
    for overlap, place, at in overlaps:
        if place in free_first and at in free_second and overlap > 0:
            free_first.discard(place)
            free_second.discard(at)
            paired.append(overlap)
    agrees = len(paired) == len(first) == len(second) and min(paired) >= SAME_OBJECT
    return Agreement(sum(paired) / most, agrees=agrees)


def compare_masks(first: MaskAreas, second: MaskAreas) -> Agreement:
    """Return the mean IoU of the pixels of each type that either shows."""
    scores = [_pixel_iou(first.get(name), second.get(name)) for name in sorted({*first, *second})]
    score = sum(scores) / len(scores) if scores else 1.0
    return Agreement(score, agrees=score >= SAME_OBJECT)


def iou(first: Box, second: Box) -> float:
    """Return the area that two boxes share, by the area that either covers."""
    width = min(first.left + first.width, second.left + second.width) - max(first.left, second.left)
    height = min(first.top + first.height, second.top + second.height) - max(first.top, second.top)
    shared = max(0.0, width) * max(0.0, height)
    return shared / (first.width * first.height + second.width * second.height - shared)


def _pixel_iou(first: NDArray[np.bool_] | None, second: NDArray[np.bool_] | None) -> float:
    if first is None or second is None or first.shape != second.shape:
        return 0.0
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else 1.0
