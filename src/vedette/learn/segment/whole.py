"""Masks by a network that learns as a whole: for textures, of which frozen features see too little.

It enters the race where the head on frozen features leaves much to win and enough is drawn, and is judged on
the same held-out pictures. What is called normal shows no place (decisions 0250 and 0251).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vedette.learn.device import Device
from vedette.learn.net.backbone import floats
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.crops import Region, RegionStock, cut, stock_regions
from vedette.learn.net.dense import InputPlan
from vedette.learn.net.served import Ask, opened
from vedette.learn.net.sharded import Loss
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.learn.segment.crops import MaskCrops
from vedette.learn.segment.judging import Weights, look, measure, outcomes
from vedette.learn.segment.loss import crop_loss
from vedette.learn.segment.pyramid import WholeMaskGraph, WholeMaskNet, ask_twice, evidence, full_size
from vedette.learn.segment.recipe import colors_of
from vedette.learn.segment.regions import open_region, owners_of
from vedette.learn.segment.views import MaskedPicture, MaskViews, is_mirrored, plan_input
from vedette.learn.warp import Pixels
from vedette.learn.whole import WholeRecipe, WholeSettings, WholeState, may_learn
from vedette.vision.annotations import ANOMALY, Sample

# A crop's side: half of a usual input. At 224 and less than half of the steps the sketch of the second round
# had 0.36 instead of 0.59 (docs/experiments.md, 2026-11-28).
CROP = 256
# From this overlap on the frozen recipe is good enough: held out it has 0.75 on biscuits, 0.65 on drawn
# concrete, 0.63 on brushed metal and less than 0.6 on a casting (docs/experiments.md, 2026-11-28).
GOOD_ENOUGH = 0.68
# With fewer drawn pictures, five of them to learn from, a whole network learns them by heart.
FEWEST_DRAWN = 8
# So many views are judged at once.
JUDGED_AT_ONCE = 4


@dataclass(slots=True)
class WholeMaskState(WholeState[WholeMaskNet]):
    """Masks being learnt, and what makes a verdict of the evidence."""

    weights: Weights = (1.0, 0.0, 0.0)
    threshold: float = 0.5
    pixel_thresholds: dict[str, float] = field(default_factory=dict)


class WholeSegmenter(WholeRecipe[MaskedPicture, WholeMaskState]):
    """The recipe. Labels are the anomaly types, in the order of the outputs."""

    name = "whole-segmenter"
    settings = WholeSettings(steps=700, entry=0.2, judging=0.4, fitting=0.4, resuming=0.2)
    _measure = "mean_iou"

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: RunContext) -> bool:
        """Say whether the backbone can learn, enough is drawn, and the best so far leaves much to win."""
        masks = sum(sample.mask is not None and bool(sample.is_anomalous) for sample in train)
        return may_learn(work) and masks >= FEWEST_DRAWN and best.quality < GOOD_ENOUGH

    def _read(self, train: Sequence[Sample]) -> Sequence[MaskedPicture]:
        return [MaskedPicture(sample, self.labels) for sample in train]

    def _plan(self, pictures: Sequence[MaskedPicture]) -> InputPlan:
        return plan_input(pictures)

    def _stock(self, pictures: Sequence[MaskedPicture], plan: InputPlan, work: RunContext) -> RegionStock:
        owners = owners_of(pictures, plan, seed=work.seed)

        def region(number: int) -> Region:
            rng = np.random.default_rng([work.seed, number])
            return open_region(pictures[owners[number]], plan, rng)

        return stock_regions(region, owners, plan.size, work)

    def _network(self, work: RunContext) -> nn.Module:
        return WholeMaskNet(open_backbone(work.backbone), len(self.labels))

    def _begin(self, plan: InputPlan, net: Any, stock: RegionStock, held_out: list[int]) -> WholeMaskState:
        return WholeMaskState(plan, net, stock, held_out)

    def _sampler(self, state: WholeMaskState, rows: Sequence[int], work: RunContext) -> MaskCrops:
        return MaskCrops(state.stock, rows, _crop_size(state), np.random.default_rng(work.seed))

    def _loss(self, state: WholeMaskState) -> Loss:
        stock, size = state.stock, _crop_size(state)

        def loss(net: nn.Module, crops: list[Any]) -> Tensor:
            pixels, places = cut(stock, crops, size)
            kinds, cells = net(pixels)
            return crop_loss(full_size(kinds.float()), cells.float(), places)

        return loss

    def _measured(
        self, state: WholeMaskState, pictures: Sequence[MaskedPicture], work: RunContext
    ) -> Judgement:
        ask = ask_whole(state.net, work.device, mirrored=is_mirrored(state.plan))
        views = opened(lambda i: MaskViews(pictures[i], state.plan), state.held_out, work.device)
        most = work.device.at_once(state.plan.size)
        findings = look(ask, views, batch=max(most, JUDGED_AT_ONCE), gather=most)
        measured = measure(findings, self.labels)
        state.quality, state.weights = measured.quality, measured.weights
        state.threshold, state.pixel_thresholds = measured.threshold, measured.pixel_thresholds
        return Judgement(
            state.quality,
            outcomes=outcomes(findings, state.held_out, measured, len(pictures)),
            facts={self._measure: round(state.quality, 4)},
            carry=state,
        )

    def _trained(self, state: WholeMaskState, train: Sequence[Sample], judgement: Judgement) -> Trained:
        graph = WholeMaskGraph(
            state.net, state.weights, silence=state.threshold, is_mirrored=is_mirrored(state.plan)
        )
        return Trained(
            graph=graph.eval(),
            labels=self.labels,
            input_size=state.plan.size,
            thresholds={ANOMALY: state.threshold},
            pixel_thresholds=state.pixel_thresholds,
            tiling=state.plan.tiling,
            colors=colors_of(train, self.labels),
            facts={"recipe": self.name, "held_out_iou": judgement.quality},
        )

    def _remembered(self, state: WholeMaskState) -> Mapping[str, Any]:
        return {
            "weights": state.weights,
            "threshold": state.threshold,
            "pixel_thresholds": state.pixel_thresholds,
        }

    def _restore(self, state: WholeMaskState, earlier: Mapping[str, Any]) -> None:
        first, second, offset = earlier["weights"]
        state.weights, state.threshold = (first, second, offset), earlier["threshold"]
        state.pixel_thresholds = dict(earlier["pixel_thresholds"])


def _crop_size(state: WholeMaskState) -> tuple[int, int]:
    """Return height and width of a crop: no more than there is of a region."""
    height, width = state.plan.size
    return min(CROP, height), min(CROP, width)


def ask_whole(net: WholeMaskNet, device: Device, *, mirrored: bool) -> Ask:
    """Return how a whole network is asked, as serving will ask it, on the device that learns."""
    network = net.to(device.name).eval()

    def ask(pixels: Pixels) -> tuple[Tensor, Tensor]:
        with torch.inference_mode():
            (pictures,) = device.put([floats(torch.from_numpy(pixels))])
            kinds, cells = ask_twice(network, pictures) if mirrored else network(pictures)
            return full_size(kinds).cpu(), torch.stack(evidence(kinds, cells), 1).cpu()

    return ask
