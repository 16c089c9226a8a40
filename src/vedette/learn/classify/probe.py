"""Classification: one label a picture, or several.

    Probe      a linear classifier on frozen features, at one resolution; learnt in a second
    FineTune   in finetune.py: the whole network learns, where the probe is not good enough

Both end as a backbone with a linear head on its last map, so that the evidence for a label can be
shown place by place: the mean of the map's logits is the picture's logit. A probe's head may be another one
in each quarter of the picture, for labels that are told by where something is or how it is turned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vedette.learn.calibrate import f1_threshold, fit_platt, fit_temperature, sigmoid, softmax
from vedette.learn.cores import one_thread
from vedette.learn.linear import PENALTIES, Linear, fit_linear, fold_logits, span
from vedette.learn.net.backbone import floats
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.cached import pooled
from vedette.learn.net.quarters import shares
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.vision.annotations import Sample

Array = npt.NDArray[np.float64]

# With more pictures no probe has a head a quarter: its features would be 5,120 numbers of each.
MOST_QUARTERED = 1000


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logits to probabilities: softmax(slope · x + offset), or sigmoid where labels stand alone."""

    slope: Array
    offset: Array
    is_multilabel: bool

    def __call__(self, logits: Array) -> Array:
        scaled = logits * self.slope + self.offset
        return np.asarray(sigmoid(scaled) if self.is_multilabel else softmax(scaled), np.float64)


def truth_of(samples: Sequence[Sample], labels: Sequence[str]) -> Array:
    """Return [picture, label], 1 where the picture has the label."""
    place = {label: index for index, label in enumerate(labels)}
    truth = np.zeros((len(samples), len(labels)))
    for row, sample in enumerate(samples):
        for label in sample.labels:
            if label in place:
                truth[row, place[label]] = 1.0
    return truth


def calibrate(logits: Array, truth: Array, *, is_multilabel: bool) -> Calibration:
    """Return the calibration of out-of-fold logits."""
    labels = truth.shape[1]
    if not is_multilabel:
        slope = 1.0 / fit_temperature(logits, truth.argmax(axis=1))
        return Calibration(np.full(labels, slope), np.zeros(labels), is_multilabel=False)
    pairs = [fit_platt(logits[:, i], truth[:, i] > 0.5) for i in range(labels)]
    return Calibration(
        np.array([slope for slope, _ in pairs]), np.array([offset for _, offset in pairs]), is_multilabel=True
    )


def outcomes_of(probabilities: Array, truth: Array, *, is_multilabel: bool) -> Array:
    """Return how good each answer is, 0 to 1: right or wrong, and a tenth for how sure of the truth."""
    if not is_multilabel:
        right = probabilities.argmax(axis=1) == truth.argmax(axis=1)
        return np.asarray((right + 0.1 * (probabilities * truth).sum(axis=1)) / 1.1)
    predicted, actual = probabilities > 0.5, truth > 0.5
    union = np.maximum((predicted | actual).sum(axis=1), 1)
    overlap = np.where((predicted | actual).any(axis=1), (predicted & actual).sum(axis=1) / union, 1.0)
    return np.asarray((overlap + 0.1 * (1 - np.abs(probabilities - truth).mean(axis=1))) / 1.1)


def thresholds_of(probabilities: Array, truth: Array, labels: Sequence[str]) -> dict[str, float]:
    """Return for each label the threshold of the best F1 out of fold."""
    return {
        label: f1_threshold(probabilities[:, i], truth[:, i] > 0.5, default=0.5)
        for i, label in enumerate(labels)
    }


class ClassifierGraph(nn.Module):
    """The graph: backbone, linear head, calibration; `scores` and the `heatmap` of each label.

    With `heads` of 4 the weights are those of the quarters, one after the other.
    """

    def __init__(
        self, backbone: nn.Module, head: Linear, calibration: Calibration, *, heads: int = 1
    ) -> None:
        super().__init__()
        self.backbone, self.heads = backbone, heads
        slope = torch.from_numpy(calibration.slope).float()
        weight = torch.from_numpy(np.concatenate(np.split(head.weight, heads), axis=1).T).float()
        self.head = nn.Conv2d(weight.shape[1], weight.shape[0], 1, bias=False)
        with torch.no_grad():
            self.head.weight.copy_((weight * slope.repeat(heads)[:, None])[..., None, None])
        bias = torch.from_numpy(head.bias).float() * slope + torch.from_numpy(calibration.offset).float()
        self.register_buffer("bias", bias[:, None, None])
        self.bias: Tensor
        self.is_multilabel = calibration.is_multilabel

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        places = self.head(self.backbone(floats(pixels), ("top",))["top"])
        if self.heads > 1:
            rows, columns = (int(side) for side in places.shape[2:])
            weight = shares(rows, columns)[:, None] * (rows * columns)
            places = (places.unflatten(1, (self.heads, -1)) * weight).sum(1)
        places = places + self.bias
        logits = places.mean((2, 3))
        if self.is_multilabel:
            return torch.sigmoid(logits), evidence(places)
        return torch.softmax(logits, 1), evidence(places - places.mean(1, keepdim=True))


def evidence(places: Tensor) -> Tensor:
    """Return what each place says for a label (above 0) or against it, the strongest of the picture being 1.

    Not as probabilities: a place that is a little surer than its neighbours would already say 1, and the
    map would be one flat patch.
    """
    return places / places.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-6)


@dataclass(frozen=True, slots=True)
class JudgedClassifier:
    """What a judged classifier hands to its fit."""

    penalty: float
    calibration: Calibration
    thresholds: dict[str, float]
    heads: int = 1


@dataclass(frozen=True, slots=True)
class ProbeTrial:
    """A penalty and a number of heads, judged out of fold."""

    quality: float
    outcomes: Array
    carry: JudgedClassifier


class Probe:
    """A linear classifier on the frozen backbone's features, averaged over the picture or its quarters."""

    def __init__(self, labels: Sequence[str], *, side: int, is_multilabel: bool) -> None:
        self.labels = tuple(labels)
        self.size = (side, side)
        self.is_multilabel = is_multilabel
        self.name = f"probe-{side}"

    def judge(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return the quality out of fold of the best penalty, with one head or with one a quarter."""
        features, truth = self._read(train, work)
        folds = work.folds(train)
        with one_thread():  # on many, the last bits would depend on how many cores there are
            spaces = {heads: span(rows_for(features, heads)).rows for heads in sorted({1, features.shape[1]})}
        del features  # of 80,000 pictures they take 0.8 GB, and their space as much again
        ways = [(heads, penalty) for heads in spaces for penalty in PENALTIES]
        judged = []
        for done, (heads, penalty) in enumerate(ways, start=1):
            judged.append(self._try(spaces[heads], truth, folds, heads, penalty))
            work.tell(f"judging {self.name}", done, len(ways))
        best = max(judged, key=lambda trial: trial.quality)
        facts = {
            "penalty": best.carry.penalty,
            "averaged_over": "the picture" if best.carry.heads == 1 else "its quarters",
        }
        return Judgement(best.quality, best.outcomes, facts, best.carry)

    def fit(self, train: Sequence[Sample], work: RunContext, judgement: Judgement) -> Trained:
        """Return the probe on all of the training part."""
        carry: JudgedClassifier = judgement.carry
        features, truth = self._read(train, work)
        with one_thread():
            rows = rows_for(features, carry.heads)
            head = fit_linear(rows, truth, penalty=carry.penalty, is_multilabel=self.is_multilabel)
        backbone = open_backbone(work.backbone)
        assert isinstance(backbone, nn.Module)
        return Trained(
            ClassifierGraph(backbone, head, carry.calibration, heads=carry.heads).eval(),
            self.labels,
            self.size,
            carry.thresholds,
            facts={"recipe": self.name, **judgement.facts},
        )

    def _try(
        self, rows: Array, truth: Array, folds: npt.NDArray[np.int64], heads: int, penalty: float
    ) -> ProbeTrial:
        with one_thread():
            logits = fold_logits(rows, truth, folds, penalty=penalty, is_multilabel=self.is_multilabel)
        calibration = calibrate(logits, truth, is_multilabel=self.is_multilabel)
        probabilities = calibration(logits)
        outcomes = outcomes_of(probabilities, truth, is_multilabel=self.is_multilabel)
        thresholds = thresholds_of(probabilities, truth, self.labels)
        return ProbeTrial(
            float(outcomes.mean()), outcomes, JudgedClassifier(penalty, calibration, thresholds, heads)
        )

    def _read(self, train: Sequence[Sample], work: RunContext) -> tuple[Array, Array]:
        paths = [sample.picture for sample in train]
        quartered = len(train) <= MOST_QUARTERED
        features = pooled(paths, work=work, size=self.size, quartered=quartered).astype(np.float64)
        return features, truth_of(train, self.labels)


def rows_for(features: Array, heads: int) -> Array:
    """Return of [picture, 1 or 4, channel] what one head sees, or a head a quarter: [picture, number]."""
    if heads > 1:
        return features.reshape(len(features), -1)
    return features[:, 0] if features.shape[1] == 1 else np.asarray(features.mean(axis=1))
