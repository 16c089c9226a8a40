"""Boxes by a network that learns as a whole: for textures, of which frozen features see too little.

It enters the race where the head on frozen features finds little (decisions 0251 and 0252), and is judged on
the same held-out pictures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from vedette.learn.detect.crops import BoxCrop, BoxCrops
from vedette.learn.detect.head import BoxHead, middles
from vedette.learn.detect.judging import find, measure
from vedette.learn.detect.loss import BoxTruth, detection_loss
from vedette.learn.detect.recipe import MANY
from vedette.learn.detect.views import BoxedPicture, BoxViews, boxed_pictures, plan_input
from vedette.learn.device import Device
from vedette.learn.net.backbone import Backbone, floats
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.crops import Region, RegionStock, cut_pixels, room_for, stock_regions
from vedette.learn.net.dense import InputPlan
from vedette.learn.net.served import Ask, opened
from vedette.learn.net.sharded import Loss
from vedette.learn.net.whole import SteadyBackbone
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.learn.warp import Pixels
from vedette.learn.whole import WholeRecipe, WholeSettings, WholeState, may_learn
from vedette.vision.annotations import Sample

LEVELS, STRIDES = ("s8", "s16", "s32"), (8, 16, 32)
# A crop's side; a smaller input is shown whole, which is what the usual one of 320 px is.
CROP = 320
# From this precision on the frozen recipe is good enough: it has 0.53 on steel, 0.74 on boards of a few
# pixels, 0.89 on blood cells and 0.96 on raccoons (docs/experiments.md, 2026-11-28); the first two are poor.
GOOD_ENOUGH, FEWEST_BOXES = 0.8, 20
# Of a picture that is shown in tiles, so many regions, and so many views are judged at once.
PARTS, JUDGED_AT_ONCE = 6, 4


class WholeBoxNet(nn.Module):
    """Pictures, floats [B, 3, H, W], to logits [B, N, L] and boxes [B, N, 4] in pixels."""

    def __init__(self, backbone: Backbone, labels: int) -> None:
        super().__init__()
        self.backbone = SteadyBackbone(backbone, LEVELS)
        self.head = BoxHead([backbone.channels[level] for level in LEVELS], STRIDES, labels)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        return cast("tuple[Tensor, Tensor]", self.head(self.backbone(pictures)))


class WholeBoxGraph(nn.Module):
    """What is exported: pictures to boxes in shares of the input and calibrated scores."""

    def __init__(
        self, net: WholeBoxNet, size: tuple[int, int], slopes: Sequence[float], offsets: Sequence[float]
    ) -> None:
        super().__init__()
        self.net = net
        height, width = size
        self.register_buffer("size", torch.tensor([width, height, width, height], dtype=torch.float32))
        self.register_buffer("slopes", torch.tensor(slopes, dtype=torch.float32))
        self.register_buffer("offsets", torch.tensor(offsets, dtype=torch.float32))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        logits, boxes = self.net(floats(pictures))
        return (boxes / self.size).clamp(0.0, 1.0), torch.sigmoid(logits * self.slopes + self.offsets)


class BoxedStock(RegionStock):
    """Regions with their boxes, in pixels."""

    def __init__(
        self, pixels: Tensor, places: Tensor, owners: Sequence[int], truths: Sequence[BoxTruth]
    ) -> None:
        super().__init__(pixels, places, owners)
        self.truths = list(truths)


@dataclass(slots=True)
class WholeBoxState(WholeState[WholeBoxNet]):
    """Boxes being learnt, and what calibrates each label's scores."""

    slopes: list[float] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    thresholds: dict[str, float] = field(default_factory=dict)


class WholeDetector(WholeRecipe[BoxedPicture, WholeBoxState]):
    """The recipe. Labels are in the order of the outputs."""

    name = "whole-detector"
    settings = WholeSettings(steps=500, entry=0.2, judging=0.4, fitting=0.4, resuming=0.2)
    _measure = "map50"

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: RunContext) -> bool:
        """Say whether the backbone can learn, there are boxes enough, and the best so far finds few."""
        boxes = sum(len(sample.boxes or ()) for sample in train)
        return may_learn(work) and boxes >= FEWEST_BOXES and best.quality < GOOD_ENOUGH

    def _folds(self, pictures: int) -> int:
        return 5 if pictures >= MANY else 3

    def _read(self, train: Sequence[Sample]) -> Sequence[BoxedPicture]:
        return boxed_pictures(train, self.labels)

    def _plan(self, pictures: Sequence[BoxedPicture]) -> InputPlan:
        return plan_input(pictures)

    def _stock(self, pictures: Sequence[BoxedPicture], plan: InputPlan, work: RunContext) -> BoxedStock:
        parts = PARTS if plan.tiling else 1
        numbers = np.random.default_rng(work.seed).permutation(len(pictures))
        owners = sorted(int(n) for n in numbers[: max(1, room_for(plan.size) // parts)] for _ in range(parts))
        truths: dict[int, BoxTruth] = {}

        def region(number: int) -> Region:
            views = BoxViews(pictures[owners[number]], plan)
            rng = np.random.default_rng([work.seed, number])
            pixels, truths[number] = views.varied(rng) if plan.tiling else views.plain()
            return Region(pixels)

        stock = stock_regions(region, owners, plan.size, work)
        return BoxedStock(stock.pixels, stock.places, owners, [truths[n] for n in range(len(owners))])

    def _network(self, work: RunContext) -> nn.Module:
        return WholeBoxNet(open_backbone(work.backbone), len(self.labels))

    def _begin(self, plan: InputPlan, net: Any, stock: RegionStock, held_out: list[int]) -> WholeBoxState:
        return WholeBoxState(plan, net, stock, held_out)

    def _sampler(self, state: WholeBoxState, rows: Sequence[int], work: RunContext) -> BoxCrops:
        truths = cast("BoxedStock", state.stock).truths
        return BoxCrops(truths, rows, state.plan.size, _crop_size(state), np.random.default_rng(work.seed))

    def _loss(self, state: WholeBoxState) -> Loss:
        stock, size = state.stock, _crop_size(state)
        device = Device(str(stock.pixels.device))
        cells = device.put(middles(size, STRIDES))

        def loss(net: nn.Module, crops: list[BoxCrop]) -> Tensor:
            pixels = cut_pixels(stock, [row.crop for row in crops], size, beyond="zeros")
            logits, boxes = net(pixels)
            truths = [row.truth for row in crops]
            return detection_loss(logits, boxes, truths, (cells[0], cells[1]))

        return loss

    def _measured(
        self, state: WholeBoxState, pictures: Sequence[BoxedPicture], work: RunContext
    ) -> Judgement:
        ask = ask_whole(state.net, work.device)
        views = opened(lambda i: BoxViews(pictures[i], state.plan), state.held_out, work.device)
        most = work.device.at_once(state.plan.size)
        measured = measure(find(ask, views, batch=max(most, JUDGED_AT_ONCE), gather=most), self.labels)
        state.quality, state.thresholds = measured.quality, measured.thresholds
        state.slopes, state.offsets = measured.slopes, measured.offsets
        facts = {self._measure: round(state.quality, 4)}
        return Judgement(state.quality, facts=facts, by_label=measured.by_label, carry=state)

    def _trained(self, state: WholeBoxState, train: Sequence[Sample], judgement: Judgement) -> Trained:
        del train
        return Trained(
            graph=WholeBoxGraph(state.net, state.plan.size, state.slopes, state.offsets).eval(),
            labels=self.labels,
            input_size=state.plan.size,
            thresholds=state.thresholds,
            tiling=state.plan.tiling,
            facts={"recipe": self.name, "held_out_map50": judgement.quality},
        )

    def _remembered(self, state: WholeBoxState) -> Mapping[str, Any]:
        return {"slopes": state.slopes, "offsets": state.offsets, "thresholds": state.thresholds}

    def _restore(self, state: WholeBoxState, earlier: Mapping[str, Any]) -> None:
        state.slopes, state.offsets = list(earlier["slopes"]), list(earlier["offsets"])
        state.thresholds = dict(earlier["thresholds"])


def _crop_size(state: WholeBoxState) -> tuple[int, int]:
    """Return height and width of a crop: no more than there is of a region."""
    height, width = state.plan.size
    return min(CROP, height), min(CROP, width)


def ask_whole(net: WholeBoxNet, device: Device) -> Ask:
    """Return how a whole network is asked, on the device that learns."""
    network = net.to(device.name).eval()

    def ask(pixels: Pixels) -> tuple[Tensor, Tensor]:
        with torch.inference_mode():
            (pictures,) = device.put([floats(torch.from_numpy(pixels))])
            logits, boxes = network(pictures)
            return logits.cpu(), boxes.cpu()

    return ask
