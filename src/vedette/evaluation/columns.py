"""An evaluation as columns: what a page needs to move thresholds over ten thousand pictures at once.

    head      JSON: the document without its outcomes and curves, the pictures' names, and the columns
    columns   one array after the other, little-endian, each at a multiple of eight

The whole is packed with gzip, behind the head's length in four bytes. Scores are rounded to single precision,
but never over their label's threshold: what a label counts at its threshold is what the document says. The
columns by the labels' numbers, of tasks whose labels are of whole pictures:

    scores/N   float32   a score a picture
    truth/N    bits      whether it is so, a bit a picture

and of boxes, an item a box that was found, and an item a picture that has true ones:

    at/N       uint32    the picture's number
    scores/N   float32   its confidence
    truth/N    bits      whether it is right
    true_at/N  uint32    a picture with true boxes
    true_n/N   uint32    how many

Of all tasks `correct` (bits), of one label a picture `predicted` (uint32: the likeliest label's number), of
anomaly types `iou/N` (float32; no number where there is none) of the type's number. Reads no file.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.document import (
    AnomalyEvaluation,
    BoxFinding,
    ClassificationEvaluation,
    DetectionEvaluation,
    Evaluation,
    LabelFigures,
    MultilabelEvaluation,
    SegmentationEvaluation,
    write_evaluation,
)

Column = NDArray[np.generic]
Columns = Iterator[tuple[str, Column]]

FORMAT = 1
ALIGNMENT = 8
# Scores hardly pack, and more effort gains a hundredth.
EFFORT = 5
KINDS = {"f": "float32", "u": "uint32", "B": "bits"}


def pack_columns(evaluation: Evaluation) -> bytes:
    """Return the columns of an evaluation, packed."""
    columns = list(_columns(evaluation))
    described, place = [], 0
    for name, column in columns:
        kind = "bits" if column.dtype == np.uint8 else KINDS[column.dtype.kind]
        described.append({"name": name, "kind": kind, "offset": place, "bytes": column.nbytes})
        place += -(-column.nbytes // ALIGNMENT) * ALIGNMENT
    head = {
        "format": FORMAT,
        "figures": _figures(evaluation),
        "pictures": [outcome.picture for outcome in evaluation.outcomes],
        "columns": described,
    }
    # In ASCII: a name may hold half of a pair of surrogates, which no UTF-8 has.
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % ALIGNMENT)
    pieces = [len(text).to_bytes(4, "little"), text, *(_aligned(column) for _, column in columns)]
    return gzip.compress(b"".join(pieces), EFFORT, mtime=0)


def round_scores(scores: NDArray[np.float64], threshold: float) -> NDArray[np.float32]:
    """Return the scores in single precision, none of them moved over the threshold."""
    rounded = scores.astype("<f4")
    is_called = scores >= threshold
    moved = (rounded.astype(np.float64) >= threshold) != is_called
    towards = np.where(is_called, np.float32(2), np.float32(-1))
    result: NDArray[np.float32] = np.where(moved, np.nextafter(rounded, towards), rounded).astype("<f4")
    return result


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    document = write_evaluation(evaluation)
    del document["outcomes"]
    for row in document["labels"]:
        row.pop("curve", None)
    return document


def _columns(evaluation: Evaluation) -> Columns:
    yield "correct", _bits([outcome.correct for outcome in evaluation.outcomes])
    if isinstance(evaluation, ClassificationEvaluation):
        numbers = {row.label: number for number, row in enumerate(evaluation.labels)}
        yield "predicted", np.array([numbers[o.predicted] for o in evaluation.outcomes], "<u4")
    if isinstance(evaluation, ClassificationEvaluation | MultilabelEvaluation):
        yield from _label_columns(evaluation)
    elif isinstance(evaluation, DetectionEvaluation):
        yield from _box_columns(evaluation)
    else:
        yield from _anomaly_columns(evaluation)


def _label_columns(evaluation: ClassificationEvaluation | MultilabelEvaluation) -> Columns:
    truths = [frozenset(outcome.truth) for outcome in evaluation.outcomes]
    for number, row in enumerate(evaluation.labels):
        scores = np.array([outcome.scores.get(row.label, 0.0) for outcome in evaluation.outcomes], np.float64)
        yield f"scores/{number}", round_scores(scores, row.threshold)
        yield f"truth/{number}", _bits([row.label in truth for truth in truths])


def _box_columns(evaluation: DetectionEvaluation) -> Columns:
    findings: dict[str, list[tuple[int, BoxFinding]]] = {row.label: [] for row in evaluation.labels}
    true_boxes: dict[str, Counter[int]] = {row.label: Counter() for row in evaluation.labels}
    for place, outcome in enumerate(evaluation.outcomes):
        for finding in outcome.findings:
            if finding.label in findings:
                findings[finding.label].append((place, finding))
        for box in outcome.truth:
            if box.label in true_boxes:
                true_boxes[box.label][place] += 1
    for number, row in enumerate(evaluation.labels):
        items, counts = findings[row.label], true_boxes[row.label]
        scores = np.array([finding.confidence for _, finding in items], np.float64)
        yield f"at/{number}", np.array([place for place, _ in items], "<u4")
        yield f"scores/{number}", round_scores(scores, row.threshold)
        yield f"truth/{number}", _bits([finding.is_present for _, finding in items])
        yield f"true_at/{number}", np.array(list(counts), "<u4")
        yield f"true_n/{number}", np.array(list(counts.values()), "<u4")


def _anomaly_columns(evaluation: AnomalyEvaluation | SegmentationEvaluation) -> Columns:
    for number, row in enumerate(evaluation.labels):
        if isinstance(row, LabelFigures):
            scores = np.array([outcome.score for outcome in evaluation.outcomes], np.float64)
            yield f"scores/{number}", round_scores(scores, row.threshold)
            yield f"truth/{number}", _bits([outcome.truth for outcome in evaluation.outcomes])
        elif isinstance(evaluation, SegmentationEvaluation):
            overlaps = [(outcome.iou or {}).get(row.label) for outcome in evaluation.outcomes]
            yield f"iou/{number}", np.array([np.nan if iou is None else iou for iou in overlaps], "<f4")


def _bits(flags: Sequence[bool]) -> NDArray[np.uint8]:
    return np.packbits(np.array(flags, bool), bitorder="little")


def _aligned(column: Column) -> bytes:
    data = column.tobytes()
    return data + bytes(-len(data) % ALIGNMENT)
