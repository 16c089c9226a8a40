"""Object localisation: a small head on the frozen backbone; given time, its last stages learn along.

DenseDetector       the head alone (decision 0135)
FineTunedDetector   the deepest stages too, on a GPU or with budget `best`
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vedette.learn.dense import DenseRecipe, DenseSettings, DenseState
from vedette.learn.detect.head import BoxGraph, BoxNet, middles
from vedette.learn.detect.judging import ask_frozen, find, measure
from vedette.learn.detect.loss import BoxTruth, detection_loss
from vedette.learn.detect.views import BoxedPicture, BoxViews, boxed_pictures, plan_input
from vedette.learn.net.backbones import can_learn
from vedette.learn.net.dense import CopyPlan, DenseExtractor, InputPlan, ViewStock
from vedette.learn.net.served import opened
from vedette.learn.net.sharded import Loss
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.vision.annotations import Sample

# Steps at 320 px; larger inputs get fewer, since each step shows them more cells.
MOST_STEPS, FEWEST_STEPS = 800, 400
# From this effort on (`best`) the backbone may learn along, unless the frozen one is as good as this.
MUCH, GOOD_ENOUGH = 4.0, 0.98
# From so many pictures on a fifth of them is enough to judge by.
MANY = 50


@dataclass(slots=True)
class DetectorState(DenseState[BoxNet, BoxTruth]):
    """Boxes being learnt, with what calibrates each label's scores."""

    slopes: list[float] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    thresholds: dict[str, float] = field(default_factory=dict)


class DenseDetector(DenseRecipe[BoxedPicture, DetectorState]):
    """The recipe on frozen features."""

    name = "dense-detector"
    # Views, steps and rates were measured on three sets (docs/experiments.md, 2026-11-21; decisions 0050,
    # 0135). A resumed training shows a quarter of the views in a fifth of the steps (decision 0043).
    settings = DenseSettings(
        levels=("s8", "s16", "s32"),
        copies=CopyPlan(8, few=50),
        batch=8,
        rate=2e-3,
        least_pictures=4,
        judged=1.0,
        resumed=0.2,
        resumed_views=0.25,
        shards=2,
    )
    _measure = "map50"

    def _read(self, train: Sequence[Sample]) -> Sequence[BoxedPicture]:
        return boxed_pictures(train, self.labels)

    def _plan(self, pictures: Sequence[BoxedPicture]) -> InputPlan:
        return plan_input(pictures)

    def _views(self, picture: BoxedPicture, plan: InputPlan) -> BoxViews:
        return BoxViews(picture, plan)

    def _network(self, extractor: DenseExtractor) -> nn.Module:
        return BoxNet(extractor, len(self.labels))

    def _begin(
        self, extractor: DenseExtractor, plan: InputPlan, net: Any, views: ViewStock[BoxTruth]
    ) -> DetectorState:
        return DetectorState(extractor, plan, net, views)

    def _folds(self, pictures: int) -> int:
        return 5 if pictures >= MANY else 3

    def _steps(self, rows: int, plan: InputPlan, work: RunContext, share: float) -> int:
        """Return how long to learn: longer with more views, shorter with larger ones."""
        steps = np.clip(FEWEST_STEPS + rows // 2, FEWEST_STEPS, MOST_STEPS)
        area = max(1.0, plan.size[0] * plan.size[1] / 320**2)
        return max(60, int(steps * share * work.budget.effort / area**0.5))

    def _loss(self, state: DetectorState, work: RunContext) -> Loss:
        device, views = work.device, state.views
        points, spans = device.put(middles(state.extractor.size, state.extractor.strides))

        def loss(net: nn.Module, rows: list[int]) -> Tensor:
            logits, boxes = net(device.put(views.store.batch(rows)))
            truths = [views.truths[row] for row in rows]
            return detection_loss(logits, boxes, truths, (points, spans))

        return loss

    def _measured(
        self,
        state: DetectorState,
        pictures: Sequence[BoxedPicture],
        held_out: Sequence[int],
        work: RunContext,
    ) -> Judgement:
        most = work.device.at_once(state.plan.size)
        ask = ask_frozen(state.net, state.extractor, work.device)
        views = opened(lambda i: BoxViews(pictures[i], state.plan), held_out, work.device)
        measured = measure(find(ask, views, batch=most, gather=most), self.labels)
        state.quality, state.thresholds = measured.quality, measured.thresholds
        state.slopes, state.offsets = measured.slopes, measured.offsets
        facts = {self._measure: round(state.quality, 4)}
        return Judgement(state.quality, facts=facts, by_label=measured.by_label, carry=state)

    def _trained(self, state: DetectorState, train: Sequence[Sample], judgement: Judgement) -> Trained:
        del train
        slopes, offsets = torch.tensor(state.slopes), torch.tensor(state.offsets)
        views = state.views.store.count
        return Trained(
            graph=BoxGraph(state.extractor, state.net, slopes, offsets).eval(),
            labels=self.labels,
            input_size=state.plan.size,
            thresholds=state.thresholds,
            tiling=state.plan.tiling,
            facts={"recipe": self.name, "views": views, "held_out_map50": judgement.quality},
        )

    def _remembered(self, state: DetectorState) -> Mapping[str, Any]:
        return {"slopes": state.slopes, "offsets": state.offsets, "thresholds": state.thresholds}

    def _restore(
        self,
        state: DetectorState,
        earlier: Mapping[str, Any],
        pictures: Sequence[BoxedPicture],
        work: RunContext,
    ) -> None:
        del pictures, work
        state.slopes, state.offsets = list(earlier["slopes"]), list(earlier["offsets"])
        state.thresholds = dict(earlier["thresholds"])


class FineTunedDetector(DenseDetector):
    """The same, the backbone's last stages learning along: three times the work."""

    name = "fine-tuned-detector"
    learns_tail = True

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: RunContext) -> bool:
        """Say whether there is a GPU or a long budget, a backbone that can learn, and something to win."""
        has_time = work.device.name != "cpu" or work.budget.effort >= MUCH
        return has_time and best.quality < GOOD_ENOUGH and can_learn(work.backbone)
