"""The pieces that heads are built of.

Depthwise and pointwise convolutions in turn (MobileNets, Howard et al. 2017): much to see for little work
on a processor.
"""

from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

Levels = list[Tensor]
Net = TypeVar("Net", bound=nn.Module)


class Conv(nn.Sequential):
    """A convolution, normalised over the batch, and rectified."""

    def __init__(self, into: int, out: int, kernel: int = 1, *, groups: int = 1) -> None:
        super().__init__(
            nn.Conv2d(into, out, kernel, padding=kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(inplace=True),
        )


class Separable(nn.Sequential):
    """A wide depthwise convolution and a pointwise one: much to see for little work."""

    def __init__(self, into: int, out: int, kernel: int = 5) -> None:
        super().__init__(Conv(into, into, kernel, groups=into), Conv(into, out))


def enlarge(x: Tensor, like: Tensor) -> Tensor:
    """Return x at the height and width of another map, bilinear."""
    size = (int(like.shape[2]), int(like.shape[3]))
    return functional.interpolate(x, size=size, mode="bilinear", align_corners=False)


def channels_last(net: Net) -> Net:
    """Lay out the weights as convolutions on a CPU want them: three times as fast."""
    return cast("Net", cast("Any", net).to(memory_format=torch.channels_last))
