"""Where a model's evidence for a label lies in one picture: a map for each label that is asked for.

    classification   what each place of the last features adds to the label's logit, as the network says it
    detection        how sure any box of the label is there, those that are too doubtful to be called as well
    anomaly          the anomaly map, as the network says it
    segmentation     the same, and how probable each type is

A network without such a map (a package from elsewhere) is asked again with parts of the picture covered: what
was covered where the score fell most was the evidence (Zeiler and Fergus, 2014). Nothing here draws.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vedette.errors import Wrong
from vedette.runtime.decode import Answer, View, box_candidates, relative, stitch
from vedette.runtime.facts import PackageFacts
from vedette.runtime.session import HEATMAP, Outputs
from vedette.vision.annotations import ANOMALY
from vedette.vision.images import MARGIN, Pixels

Map = NDArray[np.float32]
Scale = Literal["relative", "probability"]

# A screen shows a map blurred over the picture; finer than this nobody sees.
LONGEST = 128
# Below this a box of ours says nothing: a cell that believes in nothing says 0.018.
LEAST_BOX = 0.03
MOST_BOXES = 500
# Of a picture that is covered part by part: patches of two cells, a cell apart.
COVERED_CELLS = 8
MOST_LABELS = 5


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A label's map in 0–1; with `relative` its strongest place is 1, however weak the evidence is."""

    label: str
    confidence: float
    values: Map
    scale: Scale


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a model says of a picture, and where the evidence for each label lies in the upright picture."""

    answer: Answer
    maps: tuple[HeatMap, ...]


def explain(
    out: Outputs, facts: PackageFacts, views: Sequence[View], answer: Answer, labels: Sequence[str]
) -> tuple[HeatMap, ...]:
    """Return the maps of these labels, or where none is named, of those that were found."""
    names = list(labels) or default_labels(facts, answer)
    return tuple(_map_of(label, out, facts, views, answer) for label in names)


def default_labels(facts: PackageFacts, answer: Answer) -> list[str]:
    """Return the labels that were found, the best first, or else the likeliest; of the anomaly tasks one."""
    if facts.task in ("anomaly", "segmentation"):
        return [ANOMALY]
    names = list(dict.fromkeys(finding.label for finding in answer.findings))[:MOST_LABELS]
    if names or not answer.scores:
        return names or list(facts.labels[:1])
    return [max(answer.scores, key=lambda label: answer.scores[label])]


def _map_of(label: str, out: Outputs, facts: PackageFacts, views: Sequence[View], answer: Answer) -> HeatMap:
    if facts.task == "detection":
        edges, scores, _ = box_candidates(out, views)
        column = scores[:, facts.labels.index(label)]
        values = _map_of_boxes(edges, column, answer.height, answer.width)
        return HeatMap(label, float(column.max(initial=0.0)), _small(values), "probability")
    if label in answer.scores:
        places = stitch(out[HEATMAP][:, facts.labels.index(label)], views, blend=False)
        return HeatMap(label, answer.scores[label], _small(relative(places)), "relative")
    if facts.task == "segmentation" and label in facts.labels:
        probabilities = stitch(out["masks"][:, facts.labels.index(label) + 1], views, blend=True)
        return HeatMap(label, float(probabilities.max(initial=0.0)), _small(probabilities), "probability")
    heat = np.clip(np.nan_to_num(stitch(out[HEATMAP], views, blend=False)), 0, 1)
    return HeatMap(label, float(answer.score or 0.0), _small(heat), "probability")


def _map_of_boxes(edges: NDArray[np.float64], scores: NDArray[np.float64], height: int, width: int) -> Map:
    """Return how sure any box is of each place: its confidence in its middle, nothing at its edge."""
    share = LONGEST / max(height, width)
    rows, columns = max(1, round(height * share)), max(1, round(width * share))
    canvas = np.zeros((rows, columns), np.float32)
    best = np.argsort(-scores, kind="stable")[:MOST_BOXES]
    for index in best[scores[best] >= LEAST_BOX]:
        left, top, right, bottom = edges[index] * (columns, rows, columns, rows)
        across, down = slice(int(left), int(np.ceil(right))), slice(int(top), int(np.ceil(bottom)))
        place = canvas[down, across]
        if place.size:
            bump = _bump(left, right, across, columns)[None, :] + _bump(top, bottom, down, rows)[:, None]
            np.maximum(place, scores[index] * np.clip(1 - bump, 0, 1), out=place)
    return canvas


def _bump(low: float, high: float, cells: slice, most: int) -> NDArray[np.float64]:
    """Return how far cells are from the middle of a side, squared: 1 at its ends."""
    middles = np.arange(cells.start, min(cells.stop, most)) + 0.5
    half = max((high - low) / 2, 0.5)
    return np.square((middles - (low + high) / 2) / half)


def _small(values: Map) -> Map:
    """Return a map of a bounded size; of cells that become one the hottest counts: no spot is lost."""
    step = -(-max(values.shape) // LONGEST)
    bounded: Map = np.clip(values, 0, 1).astype(np.float32)
    if step == 1:
        return bounded
    rows, columns = (-(-side // step) for side in values.shape)
    padded = np.zeros((rows * step, columns * step), np.float32)
    padded[: values.shape[0], : values.shape[1]] = bounded
    small: Map = padded.reshape(rows, step, columns, step).max(axis=(1, 3))
    return small


def evidence_by_covering(scores_of: Callable[[Pixels], NDArray[np.float32]], pixels: Pixels) -> Map:
    """Return by how much each score falls where a part of the picture is covered: [scores, cells, cells].

    A cell has the mean of the patches that cover it.
    """
    height, width = pixels.shape[:2]
    base = scores_of(pixels[None])[0]
    edges = [np.linspace(0, side, COVERED_CELLS + 1).astype(int) for side in (height, width)]
    total = np.zeros((len(base), COVERED_CELLS, COVERED_CELLS), np.float32)
    counts = np.zeros((COVERED_CELLS, COVERED_CELLS), np.float32)
    for row in range(COVERED_CELLS - 1):
        batch = np.repeat(pixels[None], COVERED_CELLS - 1, axis=0)
        for column in range(COVERED_CELLS - 1):
            down = slice(edges[0][row], edges[0][row + 2])
            batch[column, down, edges[1][column] : edges[1][column + 2]] = MARGIN
        for column, scores in enumerate(scores_of(batch)):
            total[:, row : row + 2, column : column + 2] += (base - scores)[:, None, None]
            counts[row : row + 2, column : column + 2] += 1
    return total / counts


def refuse_unknown(labels: Sequence[str], facts: PackageFacts, name: str) -> None:
    """Refuse labels that the model does not know."""
    names = {*facts.labels, *((ANOMALY,) if facts.task in ("anomaly", "segmentation") else ())}
    unknown = next((label for label in labels if label not in names), None)
    if unknown is not None:
        raise Wrong(f'{name} has no label "{unknown:.100}".', kind="label", name=unknown)
    if len(labels) > MOST_LABELS:
        raise Wrong(f"A picture is explained for {MOST_LABELS} labels at most.", kind="label")
