"""Classification by fine-tuning: most of the backbone learns, where a probe is not good enough.

What lies below stride 8 (edges, colours, textures) stays as it is. That is both better and quicker on few
pictures: ten drawn gestures, ten pictures each, reached 0.975 in 15 s of processor time so, and 0.21 after as
many steps with all layers learning (docs/experiments.md, 2026-11-20; decision 0041). And since the lower
part is frozen, what it sees of a few augmented copies of each picture is computed once (augmented.py).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.classify.augmented import AugmentedFeatures, CopySampler, has_room, side_for, stock
from vedette.learn.classify.probe import (
    Calibration,
    ClassifierGraph,
    JudgedClassifier,
    calibrate,
    outcomes_of,
    thresholds_of,
    truth_of,
)
from vedette.learn.cores import cores, one_thread, side_by_side
from vedette.learn.linear import Linear
from vedette.learn.memo import Arrays
from vedette.learn.net.backbone import Joined
from vedette.learn.net.backbones import can_learn, open_backbone
from vedette.learn.net.loop import Schedule, learn
from vedette.learn.net.weights import load_into, unload
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.vision.annotations import Sample

LEVEL = "s8"
BATCH = 16
# The linear classifier begins from nothing, and learns five times as fast as what knows pictures already.
RATE, BODY_SLOWER = 5e-3, 5.0
SMOOTHING, DROPOUT, DECAY = 0.1, 0.2, 0.02
# Twenty passes over a hundred pictures, fewer over more, and never fewer steps than a small set needs.
PASSES, FEWEST_STEPS = 20, 150
# Above this quality (accuracy and a tenth for confidence) the probe leaves nothing to win.
GOOD_ENOUGH = 0.98
# Held-out pictures that a judgement should rest on, and the most folds that are spent on it.
JUDGED_ON, MOST_FOLDS = 40, 3
# Going on from an earlier training takes this share of the steps.
GO_ON = 0.3

Array = npt.NDArray[np.float64]


class FineTunedNet(nn.Module):
    """What learns: the stages above the frozen level and a linear classifier."""

    def __init__(self, body: nn.Module, channels: int, labels: int) -> None:
        super().__init__()
        self.body = body
        self.linear = nn.Linear(channels, labels)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, low: Tensor, dropped: Tensor | None = None) -> Tensor:
        pooled = self.body(low).mean((2, 3))
        if dropped is not None:
            pooled = pooled * dropped / (1 - DROPOUT)
        logits: Tensor = self.linear(pooled)
        return logits


class FineTune:
    """Fine-tuning from the backbone's weights."""

    def __init__(self, labels: Sequence[str], *, is_multilabel: bool) -> None:
        self.labels = tuple(labels)
        self.is_multilabel = is_multilabel
        self.name = "fine-tune"
        self._features: tuple[int, AugmentedFeatures] | None = None
        self._earlier: tuple[Mapping[str, Any], Arrays] | None = None
        self._later: tuple[Mapping[str, Any], Arrays] = ({}, {})

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: RunContext) -> bool:
        """Say whether the probe leaves something to win, the backbone can learn here, and there is room."""
        if work.budget.effort < 0.5 or best.quality >= GOOD_ENOUGH:
            return False
        return can_learn(work.backbone) and has_room(train, LEVEL, work)

    def judge(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return the quality on as many folds as a fair judgement needs, or an earlier one."""
        if self._earlier is not None:
            return _judgement(self._earlier[0])
        side, features = self._read(train, work)
        held_out = _folds(work.folds(train))
        logits = np.concatenate(self._logits(features, held_out, work))
        rows = np.concatenate(held_out)
        truth = truth_of(train, self.labels)[rows]
        calibration = calibrate(logits, truth, is_multilabel=self.is_multilabel)
        probability = calibration(logits)
        outcomes = np.full(len(train), np.nan)
        outcomes[rows] = outcomes_of(probability, truth, is_multilabel=self.is_multilabel)
        thresholds = thresholds_of(probability, truth, self.labels)
        facts = {"side": side, "judged_on_pictures": len(rows)}
        carry = JudgedClassifier(0.0, calibration, thresholds)
        return Judgement(float(outcomes[rows].mean()), outcomes, facts, carry)

    def fit(self, train: Sequence[Sample], work: RunContext, judgement: Judgement) -> Trained:
        """Return the network fine-tuned on all of the training part."""
        carry: JudgedClassifier = judgement.carry
        side, features = self._read(train, work)
        with one_thread():
            rows = np.arange(len(train))
            net = self._learn(features, rows, work, "fine-tuning", share=1.0, from_earlier=True)
        self._later = _state(judgement), {name.removeprefix("body."): a for name, a in unload(net).items()}
        lower, _ = open_backbone(work.backbone).split(LEVEL)
        head = Linear(net.linear.weight.double().numpy().T, net.linear.bias.double().numpy())
        graph = ClassifierGraph(Joined(lower, net.body), head, carry.calibration)
        contiguous = cast("Any", graph).to(memory_format=torch.contiguous_format)
        return Trained(
            contiguous.eval().requires_grad_(False),
            self.labels,
            (side, side),
            carry.thresholds,
            facts={"recipe": self.name, **judgement.facts},
        )

    def pause(self) -> tuple[Mapping[str, Any], Arrays]:
        """Return the judgement and the weights."""
        return self._later

    def resume(self, state: Mapping[str, Any], arrays: Arrays) -> None:
        """Go on from an earlier judgement and its weights."""
        self._earlier = state, arrays

    def _read(self, train: Sequence[Sample], work: RunContext) -> tuple[int, AugmentedFeatures]:
        """Return the features of all pictures and their copies; the second time what the first has read."""
        if self._features is None:
            side = side_for(train, effort=work.budget.effort)
            repeats = -(-steps_for(len(train), work) * BATCH // len(train))
            truth = truth_of(train, self.labels)
            self._features = side, stock(train, truth, (LEVEL, side), repeats, work)
        return self._features

    def _logits(
        self, features: AugmentedFeatures, held_out: Sequence[npt.NDArray[np.intp]], work: RunContext
    ) -> list[Array]:
        """Return the logits of each held-out part by a network that learnt from all but it."""
        everything = np.arange(len(features.plain))

        def one(fold: tuple[int, npt.NDArray[np.intp]]) -> Array:
            number, mine = fold
            # As many folds at once as there are threads, and then the fit: each round takes its part.
            rounds = (len(held_out) - 1) // threads - number // threads + 2
            rest = np.setdiff1d(everything, mine)
            net = self._learn(features, rest, work, "judging fine-tune", share=1 / rounds)
            with torch.inference_mode():
                low = features.plain[mine].float()
                return np.asarray(net.to(low.device)(low).cpu().numpy(), np.float64)

        # On a GPU one after the other: two networks there wait for one another.
        threads = 1 if work.device.is_batched else cores()
        with one_thread():
            return list(side_by_side(one, enumerate(held_out), threads=threads))

    def _learn(
        self,
        features: AugmentedFeatures,
        rows: npt.NDArray[np.intp],
        work: RunContext,
        stage: str,
        *,
        share: float,
        from_earlier: bool = False,
    ) -> FineTunedNet:
        """Return a network that learnt from the rows, in this share of the time left."""
        backbone = open_backbone(work.backbone)
        channels = backbone.channels["top"]
        net = FineTunedNet(backbone.split(LEVEL)[1], channels, len(self.labels))
        steps = steps_for(len(rows), work)
        if from_earlier and self._earlier is not None and _load(net, self._earlier[1]):
            steps = max(FEWEST_STEPS // 3, round(GO_ON * steps))
        generator = torch.Generator().manual_seed(work.seed)

        def loss(learner: nn.Module, batch: list[tuple[int, int]]) -> Tensor:
            pictures, copies = (torch.tensor(part) for part in zip(*batch, strict=True))
            low = features.copies[pictures, copies].float().contiguous(memory_format=torch.channels_last)
            dropped = (torch.rand(len(batch), channels, generator=generator) >= DROPOUT).float()
            low, dropped, truth = work.device.put([low, dropped, features.truth[pictures]])
            return self._loss(learner(low, dropped), truth)

        schedule = Schedule(
            stage,
            steps,
            BATCH,
            RATE,
            time_share=share,
            slower={"body.": BODY_SLOWER},
            decay=DECAY,
            warm_up=0.2,
            most_gradient=math.inf,  # smoothed labels bound the loss
            learns_norms=False,
            averages=False,
        )
        sampler = CopySampler(rows, features.copies.shape[1], generator)
        return learn(net, loss, sampler, schedule, work)

    def _loss(self, logits: Tensor, truth: Tensor) -> Tensor:
        if self.is_multilabel:
            soft = truth * (1 - SMOOTHING) + SMOOTHING / 2
            return functional.binary_cross_entropy_with_logits(logits, soft)
        return functional.cross_entropy(logits, truth.argmax(1), label_smoothing=SMOOTHING)


def _folds(folds: npt.NDArray[np.int64]) -> list[npt.NDArray[np.intp]]:
    """Return the rows of as many folds as a fair judgement needs."""
    dealt = int(folds.max()) + 1
    count = min(MOST_FOLDS, dealt, -(-JUDGED_ON * dealt // len(folds)))
    return [np.flatnonzero(folds == fold) for fold in range(count)]


def _load(net: FineTunedNet, arrays: Arrays) -> bool:
    """Take up an earlier training's weights, whose names know no body; say whether they fit."""
    return load_into(net, {n if n.startswith("linear.") else f"body.{n}": a for n, a in arrays.items()})


def _state(judgement: Judgement) -> dict[str, Any]:
    carry: JudgedClassifier = judgement.carry
    return {
        "quality": judgement.quality,
        "facts": dict(judgement.facts),
        "slope": carry.calibration.slope.tolist(),
        "offset": carry.calibration.offset.tolist(),
        "is_multilabel": carry.calibration.is_multilabel,
        "thresholds": carry.thresholds,
    }


def _judgement(state: Mapping[str, Any]) -> Judgement:
    calibration = Calibration(np.array(state["slope"]), np.array(state["offset"]), state["is_multilabel"])
    facts = {**state["facts"], "went_on": "from an earlier training of most of these pictures"}
    return Judgement(
        state["quality"], None, facts, JudgedClassifier(0.0, calibration, dict(state["thresholds"]))
    )


def steps_for(count: int, work: RunContext) -> int:
    """Return how many steps are taken with so many pictures."""
    fewer, more = min(1.0, math.sqrt(100 / count)), min(2.0, math.sqrt(max(1.0, work.budget.effort)))
    return max(FEWEST_STEPS, round(PASSES * fewer * more * count / BATCH))
