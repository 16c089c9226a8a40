"""A network that says of a whole picture whether it is anomalous, and the graph that it shares with the bank.

It learns nothing here and reads no picture.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.anomaly.graph import AnomalyGraph, enlarged
from vedette.learn.net.backbone import Backbone, floats
from vedette.learn.net.whole import SteadyBackbone

LEVELS = ("s16", "s32", "top")
CHANNELS = 64
# So many places of stride 16 speak for a picture, as in the sketch of the second round (docs/experiments.md,
# 2026-11-28).
STRONGEST = 8


class VerdictNet(nn.Module):
    """Pictures, floats [B, 3, H, W], to the evidence of each place [B, h, w] and of the whole [B]."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = SteadyBackbone(backbone, LEVELS)
        channels = backbone.channels
        self.near, self.far = nn.Conv2d(channels["s16"], CHANNELS, 1), nn.Conv2d(channels["s32"], CHANNELS, 1)
        self.mix = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.place, self.whole = nn.Conv2d(CHANNELS, 1, 1), nn.Linear(channels["top"], 1)
        for layer in (self.place, self.whole):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(cast("Tensor", layer.bias))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        near, far, top = self.backbone(pictures)
        wide = functional.interpolate(self.far(far), scale_factor=2.0, mode="nearest")
        mixed = functional.relu(self.mix(functional.relu(self.near(near) + wide)))
        return self.place(mixed)[:, 0], self.whole(top.mean((2, 3)))[:, 0]


def verdict(places: Tensor, whole: Tensor) -> Tensor:
    """Return the logit of each picture: what its strongest places say, and what it says as a whole."""
    return places.flatten(1).topk(STRONGEST, 1).values.mean(1) + whole


def shrunk(pictures: Tensor, side: int) -> Tensor:
    """Return pictures [B, 3, H, W] at the side that the network sees; the same here and in the graph."""
    if tuple(pictures.shape[2:]) == (side, side):
        return pictures
    return functional.interpolate(pictures, size=(side, side), mode="bilinear", align_corners=False)


class JointGraph(nn.Module):
    """What is exported: pictures to the probability of an anomaly and where it shows, by both.

    `frozen` knows what is normal, `net` what labels said; their logits are weighed by `shares`.
    """

    def __init__(
        self, frozen: AnomalyGraph, net: VerdictNet, side: int, shares: tuple[float, float], offset: float
    ) -> None:
        super().__init__()
        self.frozen, self.net, self.side = frozen, net, side
        self.shares, self.offset = shares, offset

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        pictures = floats(pixels)
        logit, heat = self.frozen.logits(pictures)
        places, whole = self.net(shrunk(pictures, self.side))
        places_there = enlarged((places + whole[:, None, None])[:, None], heat)
        old, new = self.shares
        score = old * logit + new * verdict(places, whole) + self.offset
        return torch.sigmoid(score), torch.sigmoid(old * heat + new * places_there + self.offset)
