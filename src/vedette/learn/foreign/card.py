"""The card of a foreign network: a small JSON file that says what an ONNX file does not say of itself.

    {"task": "detection",
     "labels": ["cat", "dog"],
     "input": {"height": 640, "width": 640, "layout": "NCHW", "channels": "RGB", "scale": 0.00392156862745098,
               "mean": [0, 0, 0], "std": [1, 1, 1], "resize": "letterbox"},
     "output": {"layout": "yolov8"}}

Reading is strict: a word that is not known here is refused by its name, since a card that is half understood
gives a model that is wrong without a word.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from vedette.errors import Wrong
from vedette.runtime.facts import MOST_INPUT
from vedette.vision.annotations import ANOMALY, Task
from vedette.vision.images import Policy

Activation = Literal["none", "softmax", "sigmoid"]
BoxForm = Literal["xyxy", "yxyx", "cxcywh", "xywh"]

# The ways in which outputs are laid out, by task; what each means is in heads.py.
LAYOUTS: Mapping[Task, tuple[str, ...]] = {
    "classification": ("scores",),
    "multilabel": ("scores",),
    "detection": ("yolov8", "yolov5", "yolox", "rows", "boxes"),
    "anomaly": ("score", "map", "scores", "yolov8", "yolov5", "yolox", "rows", "boxes"),
    "segmentation": ("masks",),
}
# Those without labels; of a model of anomalies with labels, the surest says how anomalous a picture is.
UNLABELLED = ("score", "map")
# What the makers of classifiers of faults call the pictures without one.
WITHOUT_FAULT = frozenset({"normal", "good", "ok", "background", "no defect", "no_defect"})
# Networks of twenty thousand classes exist; a service's answer, an evaluation and a page hold no such list.
MOST_LABELS = 10_000
MOST_LETTERS = 255
_INPUT = ("name", "height", "width", "layout", "channels", "scale", "mean", "std", "resize")
_OUTPUT = (
    "layout", "name", "scores", "labels", "map", "activation", "box_form", "box_unit", "first_label",
    "anomaly_column", "range",
)  # fmt: skip
_CARD = ("task", "labels", "input", "output", "thresholds", "most_overlap", "licence", "origin", "about")


@dataclass(frozen=True, slots=True)
class CardInput:
    """How a picture becomes the network's input: value = (byte × scale − mean) ÷ std, for each channel."""

    height: int
    width: int
    name: str = ""
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    channels: Literal["RGB", "BGR", "gray"] = "RGB"
    scale: float = 1 / 255
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    resize: Policy = "stretch"


@dataclass(frozen=True, slots=True)
class CardOutput:
    """What the network's outputs are; one without a name here is the first output, or that of its kind."""

    layout: str
    name: str = ""
    scores: str = ""
    labels: str = ""
    map: str = ""
    activation: Activation = "none"
    box_form: BoxForm = "xyxy"
    box_unit: Literal["pixels", "shares"] = "pixels"
    first_label: int = 0
    anomaly_column: int = 1
    range: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class ForeignCard:
    """All that a card says. A label that is None is one that the network has and nobody is told of."""

    task: Task
    labels: tuple[str | None, ...]
    input: CardInput
    output: CardOutput
    thresholds: Mapping[str, float] = field(default_factory=dict)
    most_overlap: float = 0.5
    licence: str = ""
    origin: str = ""

    @property
    def told(self) -> tuple[str, ...]:
        """The labels that the model answers with, in the order of the network's."""
        if self.task == "anomaly":
            return (ANOMALY,)
        return tuple(label for label in self.labels if label is not None)

    @property
    def columns(self) -> tuple[int, ...]:
        """Where those stand among the network's."""
        return tuple(place for place, label in enumerate(self.labels) if label is not None)


def read_card(document: Any, name: str) -> ForeignCard:
    """Return the card of a document; `name` is its file's, for what is said when it is refused."""
    try:
        return _card(document)
    except KeyError as error:
        raise Wrong(f"{name}: the card lacks {error}.", kind="card", name=name) from error
    except (TypeError, ValueError, OverflowError) as error:
        raise Wrong(f"{name}: {error}.", kind="card", name=name) from error


def _card(document: Any) -> ForeignCard:
    entries = _known(document, "the card", _CARD)
    task = entries["task"]
    if task not in get_args(Task):
        raise ValueError(f"there is no task {task!r}; there are {', '.join(get_args(Task))}")
    output = _output(_known(entries["output"], "output", _OUTPUT), task)
    has_labels = output.layout not in UNLABELLED
    card = ForeignCard(
        task=task,
        labels=_labels(entries.get("labels", None if has_labels else [ANOMALY])),
        input=_input(_known(entries["input"], "input", _INPUT)),
        output=output,
        thresholds=_thresholds(entries.get("thresholds", {})),
        most_overlap=_share(entries.get("most_overlap", 0.5), "most_overlap"),
        licence=_text(entries.get("licence", ""), "licence"),
        origin=_text(entries.get("origin", ""), "origin"),
    )
    if not has_labels and card.labels != (ANOMALY,):
        raise ValueError(f'the layout {output.layout} has the one label "{ANOMALY}"; leave out labels')
    if task == "anomaly":
        _refuse_normal(card)
    if task == "segmentation" and any(label is None for label in card.labels[1:]):
        raise ValueError("of the labels of a segmentation only the first may be null, the background")
    if unknown := sorted(set(card.thresholds) - {*card.told, ANOMALY}):
        raise ValueError(f"thresholds name {unknown[0]!r}, which is none of the labels")
    return card


def _refuse_normal(card: ForeignCard) -> None:
    """Refuse a label of pictures without a fault: the surer of it, the more anomalous a picture would be."""
    for label in card.labels:
        if label is not None and label.casefold() in WITHOUT_FAULT:
            raise ValueError(
                f"the label {label!r} of a model of anomalies is written as null: it is no fault"
            )


def _known(value: Any, part: str, words: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{part} is no JSON object")
    for word in value:
        if word not in words:
            raise ValueError(f"{part} has {word!r}, which is not known here; known are {', '.join(words)}")
    return value


def _labels(value: Any) -> tuple[str | None, ...]:
    if not isinstance(value, list) or not value:
        raise TypeError("labels must be a list of the network's labels, in the order of its outputs")
    if len(value) > MOST_LABELS:
        raise ValueError(f"{len(value):,} labels are more than {MOST_LABELS:,}")
    by_case: dict[str, str] = {}
    for label in value:
        if label is None:
            continue
        is_name = isinstance(label, str) and label.strip() == label and label.isprintable()
        if not is_name or not 0 < len(label) <= MOST_LETTERS:
            raise ValueError(f"{label!r:.80} is no label: a text of 1 to {MOST_LETTERS} letters, or null")
        if other := by_case.get(label.casefold()):
            alike = "stands twice" if other == label else f"and {other!r} differ only in case"
            raise ValueError(f"the label {label!r} {alike}")
        by_case[label.casefold()] = label
    if not by_case:
        raise ValueError("no label has a name")
    return tuple(value)


def _input(entry: dict[str, Any]) -> CardInput:
    height, width = _side(entry["height"], "height"), _side(entry["width"], "width")
    if height * width > MOST_INPUT:
        raise ValueError(f"an input of {width} × {height} pixels is more than {MOST_INPUT:,}")
    channels = _one_of(entry.get("channels", "RGB"), "channels", ("RGB", "BGR", "gray"))
    count = 1 if channels == "gray" else 3
    std = _numbers(entry.get("std", [1.0] * count), "std", count)
    if not all(std):
        raise ValueError("std has a 0, and nothing can be divided by it")
    return CardInput(
        height,
        width,
        name=_text(entry.get("name", ""), "name"),
        layout=cast(Any, _one_of(entry.get("layout", "NCHW"), "input layout", ("NCHW", "NHWC"))),
        channels=cast(Any, channels),
        scale=_number(entry.get("scale", 1 / 255), "scale"),
        mean=_numbers(entry.get("mean", [0.0] * count), "mean", count),
        std=std,
        resize=cast(Policy, _one_of(entry.get("resize", "stretch"), "resize", get_args(Policy))),
    )


def _output(entry: dict[str, Any], task: Task) -> CardOutput:
    layout = _one_of(entry.get("layout", LAYOUTS[task][0]), f"output layout of {task}", LAYOUTS[task])
    first = entry.get("first_label", 0)
    column = entry.get("anomaly_column", 1)
    if type(first) is not int or type(column) is not int or column not in (0, 1):
        raise ValueError("first_label is a whole number, and anomaly_column is 0 or 1")
    low, high = _numbers(entry.get("range", [0.0, 1.0]), "range", 2)
    if not low < high:
        raise ValueError("range is a lower and a higher number")
    return CardOutput(
        layout,
        **{word: _text(entry.get(word, ""), word) for word in ("name", "scores", "labels", "map")},
        activation=cast(
            Activation, _one_of(entry.get("activation", "none"), "activation", get_args(Activation))
        ),
        box_form=cast(BoxForm, _one_of(entry.get("box_form", "xyxy"), "box_form", get_args(BoxForm))),
        box_unit=cast(Any, _one_of(entry.get("box_unit", "pixels"), "box_unit", ("pixels", "shares"))),
        first_label=first,
        anomaly_column=column,
        range=(low, high),
    )


def _thresholds(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise TypeError("thresholds are no JSON object")
    return {label: _share(share, f"the threshold of {label}") for label, share in value.items()}


def _one_of(value: Any, part: str, words: Sequence[str]) -> str:
    if value not in words:
        raise ValueError(f"{part} {value!r:.80} is not known here; known are {', '.join(words)}")
    return str(value)


def _text(value: Any, part: str) -> str:
    if not isinstance(value, str) or len(value) > 1024:
        raise TypeError(f"{part} is no text")
    return value


def _side(value: Any, part: str) -> int:
    if type(value) is not int or not 1 <= value <= 65_536:
        raise ValueError(f"{part} {value!r:.80} is no number of pixels")
    return value


def _number(value: Any, part: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{part} {value!r:.80} is no number")
    return float(value)


def _numbers(value: Any, part: str, count: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(f"{part} must be a list of {count}")
    return tuple(_number(number, part) for number in value)


def _share(value: Any, part: str) -> float:
    if not 0 <= _number(value, part) <= 1:
        raise ValueError(f"{part} is not between 0 and 1")
    return float(value)
