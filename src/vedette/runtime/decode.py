"""What the outputs of a network mean, for each task: arrays to findings.

A picture is looked at in one view or in several (tiles, and the whole). Every output has
the views as its first axis; here they become statements about the one picture.

    classification   the mean over views; several labels: the most of any view
    detection        boxes of all views together, the best of those that overlap
    anomaly          the most anomalous view; heat maps laid side by side
    segmentation     the same, and masks laid side by side, blended where tiles overlap
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vedette.runtime.facts import PackageFacts
from vedette.runtime.session import HEATMAP, Outputs
from vedette.vision.annotations import ANOMALY, Box, Finding
from vedette.vision.geometry import Floats, box_of, clipped, covered, keep_best, out_of_frame, out_of_window
from vedette.vision.tiles import Window

Map = NDArray[np.float32]

# Before suppression no label keeps more candidates than this; it bounds the work of a confidence of 0.
_MOST_CANDIDATES = 1000
# A box cut by the edge of its tile gives way to a whole one of its label that covers this much of it.
_COVERED = 0.7
_AT_EDGE = 0.01
# Stitched maps need no more than this; screens and masks are upsampled from them.
_LONGEST_CANVAS = 2048
# The whole picture is a coarse witness beside its tiles.
_WHOLE_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class View:
    """A part of the picture as the network saw it: the part, and where it lies within the input."""

    window: Window
    frame: Box
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of one picture of `height` × `width` pixels.

    `findings` come best first, coordinates in shares of the upright picture. `scores` hold every
    label's probability where labels are of whole pictures. In the anomaly tasks `score` is the
    probability of an anomaly, and `confidence` how sure `is_anomalous` is, at least a half.
    `mask` has the picture's size and the number of a type plus one where a pixel is of it.
    `heatmaps` are in 0–1, at the network's own resolution, for the picture as a whole.
    """

    findings: tuple[Finding, ...]
    height: int
    width: int
    is_anomalous: bool | None = None
    confidence: float | None = None
    score: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    mask: NDArray[np.uint8] | None = None
    heatmaps: Mapping[str, Map] = field(default_factory=dict)

    @property
    def heatmap(self) -> Map | None:
        """The heat map of the best finding, or of the anomaly; None when none was asked for."""
        names = [*(finding.label for finding in self.findings), *self.heatmaps]
        return next((self.heatmaps[name] for name in names if name in self.heatmaps), None)


def read_labels(out: Outputs, facts: PackageFacts, views: Sequence[View], least: float | None) -> Answer:
    """Classification, one label or several."""
    scores = out["scores"].mean(axis=0) if facts.task == "classification" else out["scores"].max(axis=0)
    confidences = {label: _share(score) for label, score in zip(facts.labels, scores, strict=True)}
    findings = [
        Finding(label, score)
        for label, score in confidences.items()
        if score >= (facts.threshold(label) if least is None else least)
    ]
    heat = {}
    if HEATMAP in out:
        # Shown are the labels found, or else the likeliest: each map is as large as the network's grid.
        heat_labels = [f.label for f in findings] or [max(confidences, key=lambda label: confidences[label])]
        for label in heat_labels:
            column = facts.labels.index(label)
            heat[label] = relative(stitch(out[HEATMAP][:, column], views, blend=False))
    height, width = _size(views)
    return Answer(_best_first(findings), height, width, scores=confidences, heatmaps=heat)


def read_boxes(out: Outputs, facts: PackageFacts, views: Sequence[View], least: float | None) -> Answer:
    """Detection: one list of boxes out of all views."""
    height, width = _size(views)
    edges, scores, cut = box_candidates(out, views)
    findings: list[Finding] = []
    for column, label in enumerate(facts.labels):
        floor = facts.threshold(label) if least is None else least
        findings += _boxes_of(label, edges, scores[:, column], cut, floor=floor, overlap=facts.most_overlap)
    return Answer(_best_first(findings)[: facts.most_findings], height, width)


def read_anomaly(out: Outputs, facts: PackageFacts, views: Sequence[View], least: float | None) -> Answer:
    """Anomaly classification: the picture is as anomalous as its worst part."""
    height, width = _size(views)
    score = _share(out["score"].max())
    is_anomalous, confidence = decide(score, facts.threshold(ANOMALY) if least is None else least)
    heat = {}
    if HEATMAP in out:
        heat[ANOMALY] = np.clip(stitch(out[HEATMAP], views, blend=False), 0, 1)
    findings = (Finding(ANOMALY, confidence),) if is_anomalous else ()
    return Answer(findings, height, width, is_anomalous, confidence, score, heatmaps=heat)


def read_masks(out: Outputs, facts: PackageFacts, views: Sequence[View], least: float | None) -> Answer:
    """Anomaly segmentation: the same verdict, and which pixels are of which type."""
    height, width = _size(views)
    score = _share(out["score"].max())
    is_anomalous, confidence = decide(score, facts.threshold(ANOMALY) if least is None else least)
    maps = [stitch(out["masks"][:, kind + 1], views, blend=True) for kind in range(len(facts.labels))]
    mask, sure = _typed(maps, facts, height, width)
    findings = [
        Finding(label, float(sure[kind] / count), area=count / mask.size)
        for kind, label in enumerate(facts.labels)
        if (count := int((mask == kind + 1).sum())) and sure[kind] / count >= (least or 0.0)
    ]
    heat = {}
    if HEATMAP in out:
        heat[ANOMALY] = np.clip(stitch(out[HEATMAP], views, blend=False), 0, 1)
    return Answer(
        _best_first(findings), height, width, is_anomalous, confidence, score, mask=mask, heatmaps=heat
    )


def decide(score: float, threshold: float) -> tuple[bool, float]:
    """Return whether the score is anomalous, and how sure that is: a half at the threshold, 1 at the ends."""
    if score >= threshold:
        return True, 0.5 + 0.5 * (score - threshold) / (1 - threshold) if threshold < 1 else 1.0
    return False, 0.5 + 0.5 * (threshold - score) / threshold


def enlarged(small: Map, height: int, width: int) -> Map:
    """Return a map at another size, bilinear."""
    image = Image.fromarray(np.ascontiguousarray(small, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def _size(views: Sequence[View]) -> tuple[int, int]:
    return max(view.window.bottom for view in views), max(view.window.right for view in views)


def _share(value: np.floating) -> float:
    """Return a probability; a network that overflowed says nothing, not NaN."""
    return float(np.clip(np.nan_to_num(value, nan=0.0), 0, 1))


def _best_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: -finding.confidence))


def box_candidates(out: Outputs, views: Sequence[View]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the boxes of all views in shares of the picture, and which a tile's edge may have cut."""
    boxes, scores = out["boxes"], out["scores"]
    height, width = _size(views)
    edges, cut = [], []
    for raw, view in zip(boxes.astype(np.float64), views, strict=True):
        inner = clipped(out_of_frame(raw, view.frame))
        window = view.window
        # Only an edge inside the picture cuts.
        inside = np.array([window.left > 0, window.top > 0, window.right < width, window.bottom < height])
        near = np.concatenate([inner[:, :2] <= _AT_EDGE, inner[:, 2:] >= 1 - _AT_EDGE], axis=1)
        cut.append((near & inside).any(axis=1))
        edges.append(out_of_window(inner, window, height=height, width=width))
    flat = np.nan_to_num(scores.reshape(-1, scores.shape[-1]).astype(np.float64))
    return np.concatenate(edges), np.clip(flat, 0, 1), np.concatenate(cut)


def _boxes_of(
    label: str, edges: Floats, scores: Floats, cut: NDArray[np.bool_], *, floor: float, overlap: float
) -> list[Finding]:
    near = np.flatnonzero(scores >= floor)
    near = near[np.argsort(-scores[near], kind="stable")][:_MOST_CANDIDATES]
    best = near[keep_best(edges[near], scores[near], most_overlap=overlap)]
    if cut[best].any():
        best = _without_pieces(best, edges, cut)
    boxes = [(box_of(edges[index]), float(scores[index])) for index in best]
    return [Finding(label, score, box) for box, score in boxes if box is not None]


def _without_pieces(rows: NDArray[np.intp], edges: Floats, cut: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Leave out boxes that a tile's edge cut where another box covers them and more."""
    within = covered(edges[rows], edges[rows])
    np.fill_diagonal(within, 0)
    area = (edges[rows, 2] - edges[rows, 0]) * (edges[rows, 3] - edges[rows, 1])
    larger = area[None, :] > area[:, None]
    is_piece = cut[rows] & ((within >= _COVERED) & larger).any(axis=1)
    whole: NDArray[np.intp] = rows[~is_piece]
    return whole


def _typed(
    maps: Sequence[Map], facts: PackageFacts, height: int, width: int
) -> tuple[NDArray[np.uint8], list[float]]:
    """Return the type of every pixel, and for each type the sum of its probability over its pixels."""
    mask = np.zeros((height, width), np.uint8)
    best = np.zeros((height, width), np.float32)
    for kind, small in enumerate(maps):
        least = facts.pixel_thresholds.get(facts.labels[kind], 0.5)
        if not small.size or float(small.max()) < least:
            continue
        share = enlarged(small, height, width)
        won = (share >= least) & (share > best)
        np.copyto(mask, np.uint8(kind + 1), where=won)  # half the time of indexing by a mask
        np.copyto(best, share, where=won)
    return mask, [float(best[mask == kind + 1].sum(dtype=np.float64)) for kind in range(len(maps))]


def relative(evidence: Map) -> Map:
    """Return evidence for a label in 0–1: what speaks against it is 0, the strongest is 1."""
    positive: Map = np.maximum(np.nan_to_num(evidence), 0).astype(np.float32)
    top = np.float32(positive.max(initial=0.0)) or np.float32(1)
    return np.divide(positive, top, dtype=np.float32)


def stitch(maps: NDArray[np.float32], views: Sequence[View], *, blend: bool) -> Map:
    """Return one map of the picture: blended where tiles overlap, or the most of any view."""
    inner = [_unframed(single, view.frame) for single, view in zip(maps, views, strict=True)]
    if len(views) == 1:
        return inner[0]
    height, width = _size(views)
    rows, columns = _canvas(inner, views)
    total = np.zeros((rows, columns), np.float32)
    weight = np.zeros((rows, columns), np.float32)
    for single, view in zip(inner, views, strict=True):
        window = view.window
        top, bottom = (round(edge * rows / height) for edge in (window.top, window.bottom))
        left, right = (round(edge * columns / width) for edge in (window.left, window.right))
        enlarged_map = enlarged(single, max(1, bottom - top), max(1, right - left))
        place = np.s_[top : top + enlarged_map.shape[0], left : left + enlarged_map.shape[1]]
        if blend:
            share = _WHOLE_WEIGHT if view.is_whole else _feather(*enlarged_map.shape)
            total[place] += enlarged_map * share
            weight[place] += share
        else:
            total[place] = np.maximum(total[place], enlarged_map)
    return np.divide(total, np.maximum(weight, 1e-6), dtype=np.float32) if blend else total


def _canvas(inner: Sequence[Map], views: Sequence[View]) -> tuple[int, int]:
    """Return a size at which no view loses detail, within a bound."""
    height, width = _size(views)
    scale = max(
        max(m.shape[0] / (v.window.bottom - v.window.top), m.shape[1] / (v.window.right - v.window.left))
        for m, v in zip(inner, views, strict=True)
    )
    scale = min(scale, 1.0, _LONGEST_CANVAS / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _unframed(single: Map, frame: Box) -> Map:
    """Return the part of a map that shows the picture and not the margin of its letterbox."""
    rows, columns = single.shape
    top, left = round(frame.top * rows), round(frame.left * columns)
    bottom = max(top + 1, round((frame.top + frame.height) * rows))
    right = max(left + 1, round((frame.left + frame.width) * columns))
    return single[top:bottom, left:right]


def _feather(rows: int, columns: int) -> Map:
    """Return weights that fall towards the edges, where a tile sees least around a pixel."""
    down = np.minimum(np.arange(1, rows + 1), np.arange(rows, 0, -1)) / rows
    across = np.minimum(np.arange(1, columns + 1), np.arange(columns, 0, -1)) / columns
    return np.outer(down, across).astype(np.float32)
