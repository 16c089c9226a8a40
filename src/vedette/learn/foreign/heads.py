"""What stands behind a foreign network: its outputs, in the layout of its card, to those of a package.

    scores   [B, C]: a column a label
    yolov8   [B, 4 + C, N] or [B, N, 4 + C]: centre, width and height in pixels of the input; a score a label
    yolov5   the same with one number more, how sure it is that there is anything, times a label's score
    yolox    the same, [B, N, 5 + C], with centres and sizes in steps of a grid: what YOLOX exports
    rows     [B, N, 6] or [N, 6]: left, top, right, bottom, score, number of the label
    boxes    boxes [B, N, 4] or [N, 4], and scores: [B, N, C], or [B, N] with labels [B, N]; the box's form,
             its unit, and the number of the first label, as the card says
    score    [B], [B, 1], or [B, 2] with a column that is the anomaly's
    map      [B, 1, h, w] or [B, h, w]: the picture is as anomalous as its most anomalous place
    masks    [B, C, h, w]: a map a label, the background first where it has one

A model of anomalies may have any of those with labels: a picture is as anomalous as its surest label.

The shapes are those of a run. Nothing here suppresses boxes that overlap; the runtime does, for all alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.errors import Wrong
from vedette.learn.foreign.card import UNLABELLED, ForeignCard
from vedette.learn.foreign.steps import INT64, GraphSteps

Shape = tuple[int, ...]
# Of YOLOX, in pixels a step; the last is of its networks for 1,280 pixels.
GRIDS = (8, 16, 32, 64)
# left, top, right and bottom as sums of the four numbers that a network gives
_EDGES = {
    "xyxy": ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)),
    "yxyx": ((0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0)),
    "cxcywh": ((1, 0, -0.5, 0), (0, 1, 0, -0.5), (1, 0, 0.5, 0), (0, 1, 0, 0.5)),
    "xywh": ((1, 0, 0, 0), (0, 1, 0, 0), (1, 0, 1, 0), (0, 1, 0, 1)),
}


@dataclass(frozen=True, slots=True)
class HeadBuilder:
    """What a head is built with: the card, the steps, and which shape each output had in a run."""

    card: ForeignCard
    steps: GraphSteps
    shapes: Mapping[str, Shape]
    # What stands before the names of the network's values.
    prefix: str
    name: str

    def output(self, name: str, kind: str = "") -> tuple[str, Shape]:
        """Return an output as 32-bit numbers, with its shape: the one named, of a kind, or the first."""
        names = list(self.shapes)
        if name and name not in names:
            listed = ", ".join(repr(other)[:80] for other in names[:8])
            raise Wrong(f"{self.name} has no output {name!r}; it has {listed}.", kind="card")
        output = name or (kind if kind in names else names[0])
        return self.steps.floats(f"{self.prefix}{output}"), self.shapes[output]

    def refuse_shape(self, shape: Sequence[int], expected: str) -> Wrong:
        """Return the refusal of an output that is not laid out as the card says."""
        sides = " × ".join(map(str, shape)) or "one number"
        return Wrong(
            f"{self.name} gives {sides}, where {expected} is expected: correct its card.", kind="card"
        )

    def chosen(self, value: str, axis: int) -> str:
        """Return the columns of the labels that are told."""
        columns = self.card.columns
        if len(columns) == len(self.card.labels):
            return value
        return self.steps.add("Gather", value, self.steps.number(columns, INT64), axis=axis)


def build_head(builder: HeadBuilder) -> None:
    """Add the steps that give a package's outputs."""
    card, steps = builder.card, builder.steps
    _HEADS[card.output.layout](builder)
    if card.task == "anomaly" and card.output.layout not in UNLABELLED:
        # Of [B, C] and of [B, N, C] alike; a network that suppresses by itself may have found no box.
        flat = steps.reshape("scores", (1, -1))
        surest = steps.greatest(steps.add("Concat", flat, steps.number([[0.0]]), axis=1), (1,))
        steps.add("Identity", _within(builder, surest), into="score")


def _scores(at: HeadBuilder) -> None:
    count = len(at.card.labels)
    value, shape = at.output(at.card.output.name, "scores")
    if not shape or int(np.prod(shape[1:])) != count:
        raise at.refuse_shape(shape, f"a number for each of {count} labels")
    flat = at.steps.activated(at.steps.reshape(value, (-1, count)), at.card.output.activation, last=1)
    at.steps.add("Identity", at.chosen(flat, 1), into="scores")


def _yolo(at: HeadBuilder, lead: int) -> None:
    """Boxes and scores in one table; `lead` numbers stand before the scores."""
    count, steps = len(at.card.labels), at.steps
    value, shape = at.output(at.card.output.name)
    expected = f"{lead + count} numbers for each box ({lead} and {count} labels)"
    if len(shape) != 3 or lead + count not in shape[1:]:
        raise at.refuse_shape(shape, expected)
    # Where both sides fit, a table of version 8 lies on its side, and one of version 5 stands.
    if shape[2] != lead + count or (shape[1] == shape[2] and lead == 4):
        value = steps.add("Transpose", value, perm=[0, 2, 1])
    scores = steps.activated(steps.part(value, 2, lead, lead + count), at.card.output.activation, last=2)
    if lead == 5:
        objects = steps.activated(steps.part(value, 2, 4, 5), at.card.output.activation, last=2)
        scores = steps.add("Mul", scores, objects)
    _put_boxes(at, steps.part(value, 2, 0, 4), "cxcywh", at.card.output.box_unit)
    steps.add("Identity", at.chosen(scores, 2), into="scores")


def _rows(at: HeadBuilder) -> None:
    value, shape = at.output(at.card.output.name)
    if len(shape) not in (2, 3) or shape[-1] != 6:
        raise at.refuse_shape(shape, "six numbers for each box (its edges, its score, its label)")
    steps = at.steps
    value = value if len(shape) == 3 else steps.reshape(value, (1, -1, 6))
    _put_boxes(at, steps.part(value, 2, 0, 4), at.card.output.box_form, at.card.output.box_unit)
    _put_numbered(at, steps.part(value, 2, 4, 5), steps.part(value, 2, 5, 6))


def _boxes(at: HeadBuilder) -> None:
    card, steps = at.card.output, at.steps
    if not card.scores:
        raise Wrong(f'{at.name}: the layout boxes needs "scores", the name of that output.', kind="card")
    boxes, box_shape = at.output(card.name, "boxes")
    if len(box_shape) < 2 or box_shape[-1] != 4:
        raise at.refuse_shape(box_shape, "four numbers for each box")
    scores, score_shape = at.output(card.scores)
    lead = 1 if len(box_shape) == 2 else 0
    _put_boxes(at, steps.reshape(boxes, (lead, -1, 4)), card.box_form, card.box_unit)
    if card.labels:
        labels, label_shape = at.output(card.labels)
        if label_shape != score_shape:
            raise at.refuse_shape(label_shape, f"a label for each of {score_shape} scores")
        shape = (1 if len(score_shape) == 1 else 0, -1, 1)
        _put_numbered(at, steps.reshape(scores, shape), steps.reshape(labels, shape))
        return
    count = len(at.card.labels)
    if len(score_shape) < 2 or score_shape[-1] != count:
        raise at.refuse_shape(score_shape, f"a number for each of {count} labels, for each box")
    shape = (1 if len(score_shape) == 2 else 0, -1, count)
    flat = steps.activated(steps.reshape(scores, shape), card.activation, last=2)
    steps.add("Identity", at.chosen(flat, 2), into="scores")


def _put_boxes(at: HeadBuilder, value: str, form: str, unit: str) -> None:
    """Give the boxes by their edges, in shares of the input."""
    sides = (at.card.input.width, at.card.input.height) * 2 if unit == "pixels" else (1, 1, 1, 1)
    matrix = np.array(_EDGES[form], np.float64).T / np.array(sides)
    at.steps.add("MatMul", value, at.steps.number(matrix), into="boxes")


def _put_numbered(at: HeadBuilder, scores: str, labels: str) -> None:
    """Give each box's one score in the column of its label."""
    steps = at.steps
    places = np.array(at.card.columns, np.float32) + at.card.output.first_label
    # Numbers are equal that are no half apart: Equal itself takes none of this kind before opset 11.
    distance = steps.add("Abs", steps.add("Sub", labels, steps.number(places.reshape(1, 1, -1))))
    is_label = steps.add("Less", distance, steps.number(0.5))
    steps.add("Mul", steps.activated(scores, _plain(at), last=2), steps.floats(is_label), into="scores")


def _plain(at: HeadBuilder) -> str:
    """Return the activation of a lone score; a softmax of one number would always be 1."""
    if at.card.output.activation == "softmax":
        raise Wrong(f"{at.name}: a score by itself has no softmax; leave it out of the card.", kind="card")
    return at.card.output.activation


def _score(at: HeadBuilder) -> None:
    card, steps = at.card.output, at.steps
    value, shape = at.output(card.name, "score")
    count = int(np.prod(shape[1:])) if shape else 0
    if count not in (1, 2):
        raise at.refuse_shape(shape, "one number for a picture, or two")
    flat = steps.activated(
        steps.reshape(value, (-1, count)), card.activation if count == 2 else _plain(at), last=1
    )
    column = steps.part(flat, 1, card.anomaly_column, card.anomaly_column + 1) if count == 2 else flat
    steps.add("Identity", _within(at, steps.reshape(column, (-1,))), into="score")
    if card.map:
        steps.add("Identity", _map(at, card.map), into="heatmap")


def _anomaly_map(at: HeadBuilder) -> None:
    value = at.steps.add("Identity", _map(at, at.card.output.map or at.card.output.name), into="heatmap")
    at.steps.add("Identity", at.steps.greatest(value, (1, 2)), into="score")


def _map(at: HeadBuilder, name: str) -> str:
    value, shape = at.output(name)
    if len(shape) not in (3, 4) or (len(shape) == 4 and shape[1] != 1):
        raise at.refuse_shape(shape, "one map for a picture")
    if len(shape) == 4:
        value = at.steps.reshape(value, (0, *shape[2:]))
    return _within(at, at.steps.activated(value, _plain(at), last=2))


def _within(at: HeadBuilder, value: str) -> str:
    """Return a value that has the card's range between 0 and 1."""
    low, high = at.card.output.range
    if (low, high) != (0.0, 1.0):
        offset = at.steps.add("Sub", value, at.steps.number(low))
        value = at.steps.add("Div", offset, at.steps.number(high - low))
    return at.steps.clipped(value)


def _masks(at: HeadBuilder) -> None:
    card, steps = at.card, at.steps
    value, shape = at.output(card.output.name, "masks")
    if len(shape) != 4 or shape[1] != len(card.labels):
        raise at.refuse_shape(shape, f"a map for each of {len(card.labels)} labels")
    last = steps.activated(steps.add("Transpose", value, perm=[0, 2, 3, 1]), card.output.activation, last=3)
    masks = steps.add("Transpose", last, perm=[0, 3, 1, 2])
    has_background = card.labels[0] is None
    types = steps.part(masks, 1, 1, len(card.labels)) if has_background else masks
    best = steps.greatest(types, (1,), keep=True)
    if not has_background:
        masks = steps.add("Concat", steps.add("Sub", steps.number(1.0), best), masks, axis=1)
    steps.add("Identity", masks, into="masks")
    steps.add("Identity", steps.reshape(steps.greatest(best, (1, 2, 3)), (-1,)), into="score")


def _yolov8(at: HeadBuilder) -> None:
    _yolo(at, 4)


def _yolov5(at: HeadBuilder) -> None:
    _yolo(at, 5)


def _yolox(at: HeadBuilder) -> None:
    steps = at.steps
    value, shape = at.output(at.card.output.name)
    columns = 5 + len(at.card.labels)
    grid = _grid((at.card.input.height, at.card.input.width), shape[1] if len(shape) == 3 else 0)
    if grid is None or shape[2] != columns:
        expected = (
            f"{columns} numbers for each place of grids of {GRIDS[0]}, {GRIDS[1]} and {GRIDS[2]} pixels"
        )
        raise at.refuse_shape(shape, expected)
    places, strides = grid
    centres = steps.add("Add", steps.part(value, 2, 0, 2), steps.number(places))
    sizes = steps.add("Exp", steps.part(value, 2, 2, 4))
    boxes = steps.add("Mul", steps.add("Concat", centres, sizes, axis=2), steps.number(strides))
    objects = steps.activated(steps.part(value, 2, 4, 5), _plain(at), last=2)
    scores = steps.activated(steps.part(value, 2, 5, columns), at.card.output.activation, last=2)
    scores = steps.add("Mul", scores, objects)
    _put_boxes(at, boxes, "cxcywh", at.card.output.box_unit)
    steps.add("Identity", at.chosen(scores, 2), into="scores")


def _grid(size: tuple[int, int], count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Return the places and strides of so many boxes; the coarsest grid is of large networks alone."""
    places: list[NDArray[np.float32]] = []
    strides: list[NDArray[np.float32]] = []
    for stride in GRIDS:
        rows, columns = size[0] // stride, size[1] // stride
        down, across = np.mgrid[0:rows, 0:columns].astype(np.float32)
        places.append(np.stack([across.ravel(), down.ravel()], axis=1))
        strides.append(np.full((rows * columns, 1), stride, np.float32))
        if stride >= GRIDS[2] and sum(map(len, places)) == count:
            return np.concatenate(places)[None], np.concatenate(strides)[None]
    return None


_HEADS: Mapping[str, Callable[[HeadBuilder], None]] = {
    "scores": _scores,
    "yolov8": _yolov8,
    "yolov5": _yolov5,
    "yolox": _yolox,
    "rows": _rows,
    "boxes": _boxes,
    "score": _score,
    "map": _anomaly_map,
    "masks": _masks,
}
