"""The graph of an anomaly model: backbone, what is normal, classifiers, one calibrated logit."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.anomaly.bank import Patches
from vedette.learn.anomaly.evidence import Scorer
from vedette.learn.anomaly.normality import Normality
from vedette.learn.net.backbone import floats
from vedette.learn.net.statistics import Standardised, statistics


class AnomalyGraph(nn.Module):
    """Pictures to the probability of an anomaly, and a heat map that shows the evidence place by place.

    Statistics belong to no place, and have no say in the map.
    """

    def __init__(
        self,
        backbone: nn.Module,
        levels: Sequence[str],
        patches: Patches,
        normality: Normality,
        scorer: Scorer,
    ) -> None:
        super().__init__()
        self.backbone, self.levels, self.patches = backbone, tuple(levels), patches
        self.normality = normality
        self.slopes, self.offset = scorer.slopes, scorer.offset
        self.has_probe = scorer.weight is not None
        weight = scorer.weight if scorer.weight is not None else np.zeros(1)
        self.register_buffer("weight", torch.from_numpy(weight).float())
        self.weight: Tensor
        self.standard: nn.Module | None = None
        if scorer.statistics is not None:
            standard, numbers = scorer.statistics
            self.standard = Standardised(standard)
            self.register_buffer("numbers", torch.from_numpy(numbers).float())
            self.numbers: Tensor

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        logit, heat = self.logits(floats(pixels))
        return torch.sigmoid(logit), torch.sigmoid(heat)

    def logits(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return the same as logits, of floats [B, 3, H, W]."""
        maps = self.backbone(pictures, (*self.levels, "top") if self.has_probe else self.levels)
        levels = [maps[level] for level in self.levels]
        scores, places = self.normality(self.patches(levels))
        logit = (scores * torch.tensor(self.slopes)).sum(1) + self.offset
        heat = self._heat(places)
        if self.has_probe:
            top = maps["top"]
            logit = logit + top.mean((2, 3)) @ self.weight
            evidence = (top * self.weight[:, None, None]).sum(1, keepdim=True)
            heat = heat + enlarged(evidence, places[0])
        if self.standard is not None:
            rows = torch.cat([statistics(level) for level in levels], 1)
            logit = logit + self.standard(rows) @ self.numbers
        return logit, heat

    def _heat(self, places: Sequence[Tensor]) -> Tensor:
        heat = self.slopes[0] * places[0] + self.offset
        for slope, other in zip(self.slopes[1:], places[1:], strict=True):
            heat = heat + slope * enlarged(other[:, None], places[0])
        return heat


def enlarged(level: Tensor, like: Tensor) -> Tensor:
    """Return one channel [B, h, w] of a map, at the size of another map [B, h, w]."""
    size = tuple(int(side) for side in like.shape[1:])
    return functional.interpolate(level, size=size, mode="bilinear", align_corners=False)[:, 0]
