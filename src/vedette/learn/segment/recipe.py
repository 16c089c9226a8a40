"""Anomaly segmentation: which places are of which type, and whether the picture is anomalous at all.

judge   train on two thirds, look at the rest: IoU, the score's calibration, all thresholds; where masks are
        few, whether a map of what is normal finds them (normal.py)
fit     go on from there with all pictures
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional

from vedette.evaluation.metrics import count_pixels, overlap
from vedette.learn.calibrate import f1_threshold
from vedette.learn.memo import Arrays
from vedette.learn.net.backbone import open_backbone
from vedette.learn.net.dense import (
    SHELF_BYTES,
    Course,
    Eye,
    Levels,
    Shelf,
    held_out,
    learn,
    load_into,
    unload,
    view_bytes,
)
from vedette.learn.pictures import side_by_side
from vedette.learn.recipe import Judgement, Trained, Work
from vedette.learn.segment.head import MaskHead, SegmentGraph, look_twice, strongest
from vedette.learn.segment.normal import (
    FEW,
    MOST_NORMAL,
    SEEN,
    NormalMap,
    choose_limit,
    remember_normal,
)
from vedette.learn.segment.parts import Lessons
from vedette.learn.segment.views import UNKNOWN, Looking, Scene, Views, choose_looking
from vedette.learn.warp import Pixels
from vedette.vision.annotations import ANOMALY, Sample
from vedette.vision.masks import Kinds

LEVELS = ("s4", "s8", "s16", "s32")
COPIES, FEW_PICTURES = 10, 40  # twice as many of each where there are few
# This share of the views should be of drawn anomalies, which teach most; none is shown more times as often.
DRAWN_SHARE, MOST_TIMES = 0.65, 3
BATCH, RATE = 20, 5e-3
MOST_STEPS, FEWEST_STEPS = 600, 300
# More pictures than this make no better judge, and tiled ones take long to look at.
MOST_HELD, MOST_TILED = 200, 40
# The judgement needs thresholds, not the last point of IoU: this share of the steps.
JUDGED = 0.4
# After an earlier training of nearly the same pictures this share is enough, of this share of the views.
RESUMED, RESUMED_VIEWS = 0.3, 0.3
# The picture's verdict is the easier task; it must not outweigh the places.
VERDICT_WEIGHT = 0.2
# The judged network learns on and grows surer: a threshold far from a half would not fit it any more.
PIXEL_THRESHOLDS = (0.4, 0.5, 0.6)
# Few pictures judge, and a network that has learnt less than the one that ships: another than a half needs
# to be better by so much.
CLEARLY = 0.02
# Below this share of the threshold a picture's places are silent: what is called normal shows no anomaly. Not
# below all of it, since a test part may lower the threshold a little.
SILENCE = 0.9


@dataclass(frozen=True, slots=True)
class Seen:
    """What a held-out picture showed: its evidence, and of each type's threshold the pixels."""

    evidence: tuple[float, float]
    is_anomalous: bool
    counts: npt.NDArray[np.int64] | None  # [type, threshold, (shared, true, predicted)]


@dataclass(slots=True)
class Learnt:
    """What a judgement hands to fit."""

    eye: Eye
    looking: Looking
    net: MaskHead
    shelf: Shelf
    truths: list[Kinds]
    weights: tuple[float, float, float]
    threshold: float
    pixel_thresholds: dict[str, float]
    owners: list[int]
    quality: float = 0.0
    is_resumed: bool = False
    normal: NormalMap | None = None


class DenseSegmenter:
    """The recipe. Labels are the anomaly types, in the order of the outputs."""

    name = "dense-segmenter"

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._earlier: tuple[Mapping[str, Any], Arrays] | None = None
        self._last: Learnt | None = None

    def pause(self) -> tuple[Mapping[str, Any], Arrays]:
        """Return calibration and weights for the next training of nearly the same pictures."""
        assert self._last is not None
        last = self._last
        state = {
            name: getattr(last, name) for name in ("weights", "threshold", "pixel_thresholds", "quality")
        }
        normal = None if last.normal is None else last.normal.limit
        return {**state, "size": list(last.looking.size), "normal": normal}, unload(last.net)

    def resume(self, state: Mapping[str, Any], arrays: Arrays) -> None:
        """Take up what an earlier training left, unless the input's size has to change."""
        self._earlier = (state, arrays)

    def judge(self, train: Sequence[Sample], work: Work) -> Judgement:
        """Return the mean IoU on a held-out part, and the network that goes on in fit."""
        torch.manual_seed(work.seed)
        shown = [Scene(sample, self.labels) for sample in train]
        looking = choose_looking(shown)
        eye = Eye(open_backbone(work.backbone), looking.size, LEVELS, learns_tail=False)
        net = MaskHead(eye.channels, len(self.labels))
        is_resumed = self._takes_up(net, looking)
        shelf, truths, owners = stock(shown, eye, looking, work, share=RESUMED_VIEWS if is_resumed else 1.0)
        learnt = Learnt(eye, looking, net, shelf, truths, (1.0, 0.0, 0.0), 0.5, {}, owners)
        if is_resumed:
            return self._resumed(learnt, shown, work)
        dealt = work.deal(train, 3)
        most = MOST_TILED if looking.tiling else MOST_HELD
        held = held_out(dealt, most=most, seed=work.seed) if len(train) > 5 else []
        rows = [row for row, owner in enumerate(owners) if owner not in held]
        learnt.net = self._learn(learnt, rows, work, "judging", JUDGED)
        seen = [self._see(learnt, Views(shown[i], looking)) for i in held]
        judgement = self._judged(seen, learnt)
        self._support(learnt, shown, work)
        return judgement

    def fit(self, train: Sequence[Sample], work: Work, judgement: Judgement) -> Trained:
        """Return the network after it went on with all pictures."""
        learnt: Learnt = judgement.carry
        share = RESUMED if learnt.is_resumed else 1.0
        net = self._learn(learnt, list(range(learnt.shelf.count)), work, "learning", share)
        learnt.net, self._last = net, learnt
        return Trained(
            graph=self._graph(learnt),
            labels=self.labels,
            input_size=learnt.looking.size,
            thresholds={ANOMALY: learnt.threshold},
            pixel_thresholds=learnt.pixel_thresholds,
            tiling=learnt.looking.tiling,
            colors=colors_of(train, self.labels),
            facts={
                "recipe": self.name,
                "views": learnt.shelf.count,
                "held_out_iou": judgement.quality,
                "normal_map": learnt.normal is not None,
            },
        )

    def _graph(self, learnt: Learnt) -> SegmentGraph:
        silence = SILENCE * learnt.threshold
        graph = SegmentGraph(
            learnt.eye, learnt.net, learnt.weights, silence=silence, is_mirrored=learnt.looking.is_mirrored
        )
        if learnt.normal is not None:
            graph.fall_back_to(learnt.normal, threshold=learnt.threshold)
        return graph.eval()

    def _takes_up(self, net: MaskHead, looking: Looking) -> bool:
        """Load the weights of an earlier training, if there is one that looked the same way."""
        if self._earlier is None or self._earlier[0]["size"] != list(looking.size):
            return False
        return load_into(net, self._earlier[1])

    def _support(self, learnt: Learnt, shown: Sequence[Scene], work: Work) -> None:
        """Add a map of what is normal where masks are few and it finds them."""
        drawn = few_drawn(learnt, len(self.labels))
        if not drawn or learnt.looking.tiling is not None:
            return
        normal = remember_normal(self._normal_views(learnt, shown), seed=work.seed)
        rows = [learnt.owners.index(owner) for owner in drawn]
        if choose_limit(normal, [(learnt.shelf.batch([row]), learnt.truths[row]) for row in rows]):
            learnt.normal = normal

    def _normal_views(self, learnt: Learnt, shown: Sequence[Scene]) -> list[Levels]:
        """Return what a memory wants of normal pictures as they are."""
        normals = [owner for owner, scene in enumerate(shown) if not scene.is_anomalous][:MOST_NORMAL]
        return [learnt.shelf.batch([learnt.owners.index(owner)])[SEEN] for owner in normals]

    def _resumed(self, learnt: Learnt, shown: Sequence[Scene], work: Work) -> Judgement:
        """Return the earlier judgement: its held-out pictures have been learnt from since."""
        assert self._earlier is not None
        state = self._earlier[0]
        learnt.weights, learnt.threshold = tuple(state["weights"]), state["threshold"]
        learnt.pixel_thresholds, learnt.quality = dict(state["pixel_thresholds"]), state["quality"]
        learnt.is_resumed = True
        if state["normal"] is not None:
            learnt.normal = remember_normal(self._normal_views(learnt, shown), seed=work.seed)
            learnt.normal.limit = state["normal"]
        return Judgement(
            learnt.quality, facts={"mean_iou": round(learnt.quality, 4), "resumed": True}, carry=learnt
        )

    def _learn(self, learnt: Learnt, rows: list[int], work: Work, stage: str, share: float) -> MaskHead:
        lessons = Lessons(learnt.shelf, learnt.truths, np.random.default_rng(work.seed))

        def loss(net: nn.Module, chosen: list[int]) -> Tensor:
            levels, kinds = lessons.batch(chosen)
            places, verdicts = net(work.device.put(levels))
            (wanted,) = work.device.put([kinds])
            return segmentation_loss(places.float(), verdicts.float(), wanted)

        course = Course(
            stage,
            steps_for(len(rows), work, share),
            BATCH,
            RATE * (0.5 if learnt.is_resumed else 1.0),
            time_share=1.0 if stage == "learning" else 0.5,
        )
        return cast("MaskHead", learn(learnt.net, loss, rows, course, work))

    def _see(self, learnt: Learnt, view: Views) -> Seen:
        """Return what the network says of one held-out picture, in all views that serving would show."""
        evidence, counts = [], []
        for pixels, part in view.served():
            places, verdict = _look(learnt, pixels)
            evidence.append((float(strongest(places)[0]), float(verdict[0])))
            height, width = part.bottom - part.top, part.right - part.left
            whole = functional.interpolate(places, size=(height, width), mode="bilinear")[0].softmax(0)
            truth = np.asarray(view.kinds)[part.top : part.bottom, part.left : part.right]
            counts.append(_counts(whole.numpy()[1:], truth))
        drawn = view.scene.is_anomalous and view.scene.sample.mask is not None
        worst = max(evidence, key=sum)
        return Seen(worst, view.scene.is_anomalous, np.sum(counts, axis=0) if drawn else None)

    def _judged(self, seen: Sequence[Seen], learnt: Learnt) -> Judgement:
        evidence = np.array([s.evidence for s in seen]).reshape(-1, 2)
        truth = np.array([s.is_anomalous for s in seen], bool)
        learnt.weights = _weights(evidence, truth)
        scores = expit(evidence @ learnt.weights[:2] + learnt.weights[2])
        learnt.threshold = f1_threshold(scores, truth) if len(seen) else 0.5
        qualities = []
        for kind, label in enumerate(self.labels):
            shares = [_ious(s.counts[kind]) for s in seen if s.counts is not None and s.counts[kind, 0, 1]]
            means = np.mean(shares, axis=0) if shares else np.zeros(len(PIXEL_THRESHOLDS))
            best = clearly_best(means)
            learnt.pixel_thresholds[label] = PIXEL_THRESHOLDS[best]
            qualities.append(float(means[best]))
        quality = learnt.quality = float(np.mean(qualities)) if qualities else 0.0
        return Judgement(quality, facts={"mean_iou": round(quality, 4)}, carry=learnt)


def clearly_best(overlaps: npt.NDArray[np.float64]) -> int:
    """Return the number of the threshold with the best overlap; a half's unless another is clearly better."""
    half, best = PIXEL_THRESHOLDS.index(0.5), int(np.argmax(overlaps))
    return best if overlaps[best] >= overlaps[half] + CLEARLY else half


def segmentation_loss(places: Tensor, verdicts: Tensor, truth: Tensor) -> Tensor:
    """Return the loss of a batch: cross-entropy of places, overlap of each type, and the pictures' verdicts.

    Overlap is 1 - IoU, a picture and type at a time, as it will be judged; a type that a picture does not
    have is left to the cross-entropy. Places are uint8 [B, h, w]; of unknown ones nothing is asked but that
    the picture is anomalous.
    """
    known = (truth != UNKNOWN).float()
    target = torch.where(truth == UNKNOWN, 0, truth).long()
    missed = functional.cross_entropy(places, target, reduction="none")
    loss = 2.0 * (missed * known).sum() / known.sum().clamp(min=1.0)
    shares = torch.softmax(places, 1)[:, 1:] * known[:, None]
    wanted = functional.one_hot(target, places.shape[1]).permute(0, 3, 1, 2)[:, 1:] * known[:, None]
    shared, area = (shares * wanted).sum((2, 3)), wanted.sum((2, 3))
    union = shares.sum((2, 3)) + area - shared
    has = (area > 0).float()
    loss = loss + ((1 - (shared + 1) / (union + 1)) * has).sum() / has.sum().clamp(min=1.0)
    is_anomalous = (truth > 0).flatten(1).any(1).float()
    return loss + VERDICT_WEIGHT * functional.binary_cross_entropy_with_logits(verdicts, is_anomalous)


def few_drawn(learnt: Learnt, types: int) -> list[int]:
    """Return whose masks there are, where some type has few; none where every type has enough."""
    kinds = {
        owner: set(np.unique(learnt.truths[learnt.owners.index(owner)]).tolist()) - {0, UNKNOWN}
        for owner in set(learnt.owners)
    }
    drawn = sorted(owner for owner, each in kinds.items() if each)
    counts = [sum(kind in kinds[owner] for owner in drawn) for kind in range(1, types + 1)]
    return drawn if min(counts) <= FEW else []


def steps_for(rows: int, work: Work, share: float) -> int:
    """Return how long to learn: longer with more views."""
    wanted = np.clip(FEWEST_STEPS + rows // 2, FEWEST_STEPS, MOST_STEPS)
    return max(40, int(wanted * share * work.budget.effort))


def stock(
    shown: Sequence[Scene], eye: Eye, looking: Looking, work: Work, *, share: float = 1.0
) -> tuple[Shelf, list[Kinds], list[int]]:
    """Return the features of all views, their kinds, and whose they are; of fewer views with a share."""
    shapes = eye.shapes()
    room = max(len(shown), SHELF_BYTES // view_bytes(shapes))
    most = COPIES * (2 if len(shown) < FEW_PICTURES else 1) * min(1.0, work.budget.effort * 2) * share
    copies = copies_of(shown, int(np.clip(room // len(shown), 1, max(1, most))))
    shelf = Shelf(shapes, sum(copies))
    truths: list[Kinds] = []
    owners: list[int] = []

    def show(number: int) -> list[tuple[list[npt.NDArray[np.float32]], Kinds]]:
        rng = np.random.default_rng([work.seed, number])
        views = Views(shown[number], looking)
        variants = [views.plain()] if looking.tiling is None else []
        while len(variants) < copies[number]:
            variants.append(views.varied(rng))
        return [(eye(pixels), kinds) for pixels, kinds in variants]

    for number, batch in enumerate(side_by_side(show, range(len(shown)), threads=torch.get_num_threads())):
        for levels, kinds in batch:
            shelf.put(len(truths), levels)
            truths.append(kinds)
            owners.append(number)
        work.tell("looking at the pictures", number + 1, len(shown))
    return shelf, truths, owners


def copies_of(shown: Sequence[Scene], mean: int) -> list[int]:
    """Return how many views of each picture to show: of drawn anomalies more, of all together no more."""
    is_drawn = [scene.is_anomalous and scene.sample.mask is not None for scene in shown]
    drawn, views = sum(is_drawn), mean * len(shown)
    if not 0 < drawn < DRAWN_SHARE * len(shown):
        return [mean] * len(shown)
    more = min(MOST_TIMES * mean, round(DRAWN_SHARE * views / drawn))
    less = max(1, (views - more * drawn) // (len(shown) - drawn))
    return [more if each else less for each in is_drawn]


def colors_of(samples: Sequence[Sample], labels: Sequence[str]) -> dict[str, str]:
    """Return the colour that each type has most often in the masks."""
    counts = Counter(
        (label, color) for sample in samples if sample.mask for color, label in sample.mask.colors.items()
    )
    found: dict[str, str] = {}
    for (label, color), _ in counts.most_common():
        if label in labels:
            found.setdefault(label, color)
    return found


def _look(learnt: Learnt, pixels: Pixels) -> tuple[Tensor, Tensor]:
    """Return what the network says of one view, as serving will hear it."""
    with torch.inference_mode():
        levels = [torch.from_numpy(level) for level in learnt.eye(pixels)]
        if not learnt.looking.is_mirrored:
            return cast("tuple[Tensor, Tensor]", learnt.net(levels))
        mirrored = [torch.from_numpy(level) for level in learnt.eye(np.ascontiguousarray(pixels[:, ::-1]))]
        return look_twice(learnt.net, [torch.cat(pair) for pair in zip(levels, mirrored, strict=True)])


def _counts(shares: npt.NDArray[np.float32], truth: Kinds) -> npt.NDArray[np.int64]:
    """Return for every type and threshold how many pixels are shared, true and predicted."""
    best = shares.argmax(0)
    return np.array(
        [
            [
                count_pixels(truth == kind + 1, (share >= least) & (best == kind), True)
                for least in PIXEL_THRESHOLDS
            ]
            for kind, share in enumerate(shares)
        ]
    )


def _ious(counts: npt.NDArray[np.int64]) -> list[float]:
    return [overlap(int(shared), int(true), int(found)) or 0.0 for shared, true, found in counts]


def _weights(evidence: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return how much the places and the verdict count, calibrated; the same where there is too little."""
    if truth.sum() < 2 or (~truth).sum() < 2:
        return 0.5, 0.5, 0.0
    spread = evidence.std(0) + 1e-6
    model = LogisticRegression(C=1.0).fit((evidence - evidence.mean(0)) / spread, truth)
    slopes = np.maximum(model.coef_[0], 0.0) / spread
    offset = float(model.intercept_[0] - slopes @ evidence.mean(0))
    return float(slopes[0]), float(slopes[1]), offset
