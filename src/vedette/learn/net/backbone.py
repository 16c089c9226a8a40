"""What a backbone is: a network trained on other people's pictures, from which ours begin.

    Backbone   the interface that recipes know; which ones there are is decided in backbones/
    Joined     a backbone put together again from its two parts, the upper one having learnt

A level is named for its stride: s2, s4, s8, s16, s32; `top` is what is pooled for a whole picture. Recipes
ask for levels by these names and for `channels`, and never for one network. How to add one:
docs/how-to/add-a-backbone.md.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from torch import Tensor, nn

FeatureMaps = dict[str, Tensor]


class Backbone(Protocol):
    """What every backbone can do. Input sides are multiples of `multiple`."""

    name: str
    revision: str  # of the weights; features of two revisions are never mixed
    channels: Mapping[str, int]  # of every level, the finest first, `top` last
    multiple: int
    sides: tuple[int, ...]  # of a picture shown whole: what it was trained at, then where small things show
    tail_levels: tuple[str, ...]  # what `tail` adds; empty where no stage can learn here

    def __call__(self, pictures: Tensor, levels: Sequence[str] = ...) -> FeatureMaps:
        """Return the levels asked for, of a float batch [B, 3, H, W], RGB in 0..255."""

    def tail(self) -> nn.Module:
        """Return a copy of the deepest stages, ready to learn: from the levels before to all of them."""

    def split(self, level: str) -> tuple[nn.Module, nn.Module]:
        """Return copies of what leads to a level, and of what leads from it to `top`, which may learn."""


def floats(pixels: Tensor) -> Tensor:
    """Return uint8 pictures [B, H, W, 3] as floats [B, 3, H, W]."""
    return pixels.permute(0, 3, 1, 2).float()


class Joined(nn.Module):
    """The two parts of a split backbone in a row: what a fine-tuned network is exported with."""

    def __init__(self, lower: nn.Module, upper: nn.Module) -> None:
        super().__init__()
        self.lower, self.upper = lower, upper

    def forward(self, pictures: Tensor, levels: Sequence[str] = ("top",)) -> FeatureMaps:
        top = cast("Tensor", self.upper(self.lower(pictures)))
        return dict.fromkeys(levels, top)
