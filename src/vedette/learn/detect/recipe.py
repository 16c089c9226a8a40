"""Object localisation: a small head on the frozen backbone; given time, its last stages learn along.

judge   train on four fifths, find on the rest: quality, calibration of the scores, thresholds
fit     go on from there with all pictures
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vedette.evaluation.metrics import best_threshold, coco_precision, match_boxes
from vedette.learn.calibrate import fit_platt
from vedette.learn.detect.head import DetectGraph, Detector, middles
from vedette.learn.detect.loss import Truth, detection_loss
from vedette.learn.detect.views import Looking, Scene, Views, choose_looking, scenes
from vedette.learn.memo import Arrays
from vedette.learn.net.backbone import open_backbone
from vedette.learn.net.dense import (
    SHELF_BYTES,
    Course,
    Eye,
    Shelf,
    held_out,
    learn,
    load_into,
    unload,
    view_bytes,
)
from vedette.learn.pictures import Pixels, side_by_side
from vedette.learn.recipe import Judgement, Trained, Work
from vedette.vision.annotations import Sample
from vedette.vision.geometry import Floats, keep_best, out_of_window

LEVELS = ("s8", "s16", "s32")
# Views of each picture. Fewer where the shelf would overflow, never more than are looked at.
COPIES, FEW_PICTURES = 8, 50  # twice as many of each where there are few
BATCH, RATE = 8, 2e-3
# Steps at 320 px; larger inputs get fewer, since each step shows them more cells.
MOST_STEPS, FEWEST_STEPS = 800, 400
# Going on with all pictures after the judgement takes this share of the steps.
GO_ON = 1.0
# From this effort on (`best`) the backbone may learn along, unless the frozen one is as good as this.
MUCH, GOOD_ENOUGH = 4.0, 0.98
# After an earlier training of nearly the same pictures this share is enough, of this share of the views.
RESUMED, RESUMED_VIEWS = 0.2, 0.25
# More pictures than this make no better judge, and tiled ones take long to look at.
MOST_HELD, MOST_TILED = 200, 40
# Detections below this are noise, and would drown the calibration.
LEAST = 0.05
MOST_OVERLAP = 0.5
# With fewer right findings than this a label borrows the calibration of all labels.
FEW = 15


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one held-out picture, for one label: boxes in shares, logits, and which are right."""

    edges: Floats
    logits: npt.NDArray[np.float64]
    is_right: npt.NDArray[np.bool_]
    truths: Floats


@dataclass(slots=True)
class Learnt:
    """What a judgement hands to fit: the network so far, its views, and the calibration."""

    eye: Eye
    looking: Looking
    net: Detector
    shelf: Shelf
    truths: list[Truth]
    slopes: list[float]
    offsets: list[float]
    thresholds: dict[str, float]
    quality: float = 0.0
    is_resumed: bool = False


class DenseDetector:
    """The recipe on frozen features. Labels are in the order of the outputs."""

    name = "dense-detector"
    learns_tail = False

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._earlier: tuple[Mapping[str, Any], Arrays] | None = None
        self._last: Learnt | None = None

    def pause(self) -> tuple[Mapping[str, Any], Arrays]:
        """Return calibration and weights for the next training of nearly the same pictures."""
        assert self._last is not None
        last = self._last
        state = {name: getattr(last, name) for name in ("slopes", "offsets", "thresholds", "quality")}
        return {**state, "size": list(last.looking.size)}, unload(last.net)

    def resume(self, state: Mapping[str, Any], arrays: Arrays) -> None:
        """Take up what an earlier training left, unless the input's size has to change."""
        self._earlier = (state, arrays)

    def judge(self, train: Sequence[Sample], work: Work) -> Judgement:
        """Return mAP50 on a held-out part, and the network that goes on in fit."""
        torch.manual_seed(work.seed)
        shown = scenes(train, self.labels)
        looking = choose_looking(shown)
        eye = Eye(open_backbone(work.backbone), looking.size, LEVELS, learns_tail=self.learns_tail)
        net = Detector(eye, len(self.labels))
        is_resumed = self._takes_up(net, looking)
        shelf, truths, owners = stock(shown, eye, looking, work, share=RESUMED_VIEWS if is_resumed else 1.0)
        learnt = Learnt(eye, looking, net, shelf, truths, [], [], {})
        if is_resumed:
            return self._resumed(learnt)
        hands = 5 if len(train) >= 50 else 3
        dealt = work.deal(train, hands)
        most = MOST_TILED if looking.tiling else MOST_HELD
        held = held_out(dealt, most=most, seed=work.seed) if len(train) > 3 else []
        rows = [row for row, owner in enumerate(owners) if owner not in held]
        learnt.net = self._learn(learnt, rows, work, "judging", 1.0)
        found = [self._find(learnt.net, eye, Views(shown[i], looking)) for i in held]
        return self._judged(found, learnt)

    def fit(self, train: Sequence[Sample], work: Work, judgement: Judgement) -> Trained:
        """Return the network after it went on with all pictures."""
        carried: Learnt = judgement.carry
        share = RESUMED if carried.is_resumed else GO_ON
        net = self._learn(carried, list(range(carried.shelf.count)), work, "learning", share)
        carried.net, self._last = net, carried
        slopes, offsets = torch.tensor(carried.slopes), torch.tensor(carried.offsets)
        return Trained(
            graph=DetectGraph(carried.eye, net, slopes, offsets).eval(),
            labels=self.labels,
            input_size=carried.looking.size,
            thresholds=carried.thresholds,
            tiling=carried.looking.tiling,
            facts={"recipe": self.name, "views": carried.shelf.count, "held_out_map50": judgement.quality},
        )

    def _takes_up(self, net: Detector, looking: Looking) -> bool:
        """Load the weights of an earlier training, if there is one that looked the same way."""
        if self._earlier is None or self._earlier[0]["size"] != list(looking.size):
            return False
        return load_into(net, self._earlier[1])

    def _resumed(self, learnt: Learnt) -> Judgement:
        """Return the earlier judgement: its held-out pictures have been learnt from since."""
        assert self._earlier is not None
        state = self._earlier[0]
        learnt.slopes, learnt.offsets = list(state["slopes"]), list(state["offsets"])
        learnt.thresholds, learnt.quality = dict(state["thresholds"]), state["quality"]
        learnt.is_resumed = True
        return Judgement(
            learnt.quality, facts={"map50": round(learnt.quality, 4), "resumed": True}, carry=learnt
        )

    def _learn(self, learnt: Learnt, rows: list[int], work: Work, stage: str, share: float) -> Detector:
        eye, shelf, truths = learnt.eye, learnt.shelf, learnt.truths
        device = work.device
        points, spans = device.put(middles(eye.size, eye.strides))

        def loss(net: nn.Module, chosen: list[int]) -> Tensor:
            logits, boxes = net(device.put(shelf.batch(chosen)))
            wanted = [Truth(*device.put([truths[row].edges, truths[row].labels])) for row in chosen]
            return detection_loss(logits, boxes, wanted, (points, spans))

        steps = steps_for(len(rows), eye.size, work, share)
        course = Course(stage, steps, BATCH, RATE if share == 1 else RATE / 2, hands=2)
        course = replace(course, time_share=1.0 if stage == "learning" else 0.5)
        mean = learn(learnt.net, loss, rows, course, work)
        assert isinstance(mean, Detector)
        return mean

    def _find(self, net: Detector, eye: Eye, view: Views) -> list[Found]:
        """Return what the network finds in one picture, for each label."""
        edges, logits = (np.concatenate(parts) for parts in zip(*_look(net, eye, view), strict=True))
        owners = np.array(view.scene.labels, np.int64)
        return [
            _matched(edges, logits[:, label], view.scene.edges[owners == label])
            for label in range(len(self.labels))
        ]

    def _judged(self, found: list[list[Found]], learnt: Learnt) -> Judgement:
        """Work out quality, calibration and thresholds from what was found in held-out pictures."""
        columns = [[picture[label] for picture in found] for label in range(len(self.labels))]
        pooled = [one for column in columns for one in column]
        qualities = []
        for label, column in zip(self.labels, columns, strict=True):
            slope, offset = _calibration(column) or _calibration(pooled) or (1.0, 0.0)
            learnt.slopes.append(slope)
            learnt.offsets.append(offset)
            learnt.thresholds[label] = _threshold(column, slope, offset)
            if any(len(one.truths) for one in column):
                qualities.append(_precision(column))
        quality = learnt.quality = float(np.mean(qualities)) if qualities else 0.0
        return Judgement(quality, facts={"map50": round(quality, 4)}, carry=learnt)


class FineTunedDetector(DenseDetector):
    """The same, the backbone's last stages learning along: three times the work."""

    name = "fine-tuned-detector"
    learns_tail = True

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: Work) -> bool:
        """Say whether there is a GPU or a long budget, a backbone that can learn, and something to win."""
        has_time = work.device.name != "cpu" or work.budget.effort >= MUCH
        return has_time and work.backbone == "lite0" and best.quality < GOOD_ENOUGH


def steps_for(rows: int, size: tuple[int, int], work: Work, share: float) -> int:
    """Return how long to learn: longer with more views, shorter with larger ones."""
    wanted = np.clip(FEWEST_STEPS + rows // 2, FEWEST_STEPS, MOST_STEPS)
    area = max(1.0, size[0] * size[1] / 320**2)
    return max(60, int(wanted * share * work.budget.effort / area**0.5))


def stock(
    shown: Sequence[Scene], eye: Eye, looking: Looking, work: Work, *, share: float = 1.0
) -> tuple[Shelf, list[Truth], list[int]]:
    """Return the features of all views, their truths, and whose they are; of fewer views with a share."""
    shapes = eye.shapes()
    room = max(len(shown), SHELF_BYTES // view_bytes(shapes))
    most = COPIES * (2 if len(shown) < FEW_PICTURES else 1) * min(1.0, work.budget.effort * 2) * share
    copies = int(np.clip(room // len(shown), 1, max(1, most)))
    shelf = Shelf(shapes, copies * len(shown))
    truths: list[Truth] = []
    owners: list[int] = []

    def show(number: int) -> list[tuple[list[npt.NDArray[np.float32]], Truth]]:
        rng = np.random.default_rng([work.seed, number])
        views = Views(shown[number], looking)
        variants: list[tuple[Pixels, Truth]] = [views.plain()] if looking.tiling is None else []
        while len(variants) < copies:
            variants.append(views.varied(rng))
        return [(eye(pixels), truth) for pixels, truth in variants]

    batches = side_by_side(show, range(len(shown)), threads=torch.get_num_threads())
    for number, batch in enumerate(batches):
        for levels, truth in batch:
            shelf.put(len(truths), levels)
            truths.append(truth)
            owners.append(number)
        work.tell("looking at the pictures", number + 1, len(shown))
    return shelf, truths, owners


def _look(net: Detector, eye: Eye, view: Views) -> Iterator[tuple[Floats, Floats]]:
    """Yield for every view that serving would show: boxes in shares of the picture, and logits."""
    height, width = eye.size
    for pixels, part in view.served():
        with torch.inference_mode():
            logits, boxes = net([torch.from_numpy(level) for level in eye(pixels)])
        edges = np.clip(boxes[0].double().numpy() / [width, height, width, height], 0, 1)
        size = {"height": view.image.height, "width": view.image.width}
        yield out_of_window(edges, part, **size), logits[0].double().numpy()


def _matched(edges: Floats, logits: npt.NDArray[np.float64], truths: Floats) -> Found:
    sure = np.flatnonzero(logits > np.log(LEAST / (1 - LEAST)))
    sure = sure[keep_best(edges[sure], logits[sure], most_overlap=MOST_OVERLAP)]
    edges, logits = edges[sure], logits[sure]
    right = match_boxes(truths, edges, logits, least_overlap=0.5) >= 0
    return Found(edges, logits, right, truths)


def _calibration(found: Sequence[Found]) -> tuple[float, float] | None:
    """Return slope and offset of the logits, or None where there is too little to tell."""
    logits = np.concatenate([np.zeros(0), *(one.logits for one in found)])
    right = np.concatenate([np.zeros(0, bool), *(one.is_right for one in found)])
    if right.sum() < FEW or (~right).sum() < 3:
        return None
    return fit_platt(logits, right)


def _threshold(found: Sequence[Found], slope: float, offset: float) -> float:
    logits = np.concatenate([np.zeros(0), *(one.logits for one in found)])
    right = np.concatenate([np.zeros(0, bool), *(one.is_right for one in found)])
    scores = 1 / (1 + np.exp(-(slope * logits + offset)))
    positives = sum(len(one.truths) for one in found)
    return best_threshold(scores, right, positives=positives, fallback=0.4)


def _precision(found: Sequence[Found]) -> float:
    return coco_precision(
        [one.truths for one in found], [one.edges for one in found], [one.logits for one in found]
    ).at_50
