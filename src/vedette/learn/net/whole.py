"""A backbone that learns as a whole, and a plain feature pyramid on it.

SteadyBackbone   a copy of the backbone in which every layer learns but the statistics of batch norm
Pyramid          its levels from the deepest to the finest, summed (Feature Pyramid Networks, Lin et al. 2017)

It knows nothing of masks, boxes or labels. What it is for: textures, of which frozen features see too
little (decision 0250).
"""

import copy
from collections.abc import Sequence
from typing import Self, cast

from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.net.backbone import Backbone
from vedette.learn.net.layers import Conv, Levels

CHANNELS = 48


class SteadyBackbone(nn.Module):
    """Pictures, floats [B, 3, H, W] in 0..255, to levels.

    Batch norms keep the statistics of their first training: those of eight crops of one material are none.
    """

    def __init__(self, backbone: Backbone, levels: Sequence[str]) -> None:
        super().__init__()
        self.net = copy.deepcopy(cast("nn.Module", backbone))
        self.levels = tuple(levels)

    def train(self, mode: bool = True) -> Self:
        """Leave the batch norms as they are."""
        super().train(mode)
        self.net.eval()
        return self

    def forward(self, pictures: Tensor) -> Levels:
        maps = self.net(pictures, self.levels)
        return [maps[level] for level in self.levels]


class Pyramid(nn.Module):
    """Levels to maps of equal channels, the finest first; what is seen from afar flows down."""

    def __init__(self, into: Sequence[int], *, channels: int = CHANNELS) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(c, channels, 1) for c in into)
        self.mix = nn.ModuleList(Conv(channels, channels, 3) for _ in into[:-1])

    def forward(self, levels: Levels) -> Levels:
        maps = [lateral(level) for lateral, level in zip(self.lateral, levels, strict=True)]
        for i in range(len(maps) - 2, -1, -1):
            above = functional.interpolate(maps[i + 1], scale_factor=2.0, mode="nearest")
            maps[i] = self.mix[i](maps[i] + above)
        return maps
