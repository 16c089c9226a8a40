"""The network that finds boxes: a small feature pyramid and two towers' worth of depthwise convolutions.

Every cell of strides 8, 16 and 32 says how sure it is of each label and how far the four sides of its box
are away. There are no anchors. Source of the parts: NanoDet-Plus and PicoDet (both Apache-2.0), from their
papers' descriptions; sizes from our own trials (docs/experiments.md).
"""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.net.dense import DenseExtractor, FrozenLevels
from vedette.learn.net.layers import Conv, Levels, Separable

CHANNELS = 96
# Blocks on each coarser level, before the levels meet: they see far, and are a seventh of a step's work.
DEEP = 2
# With focal losses a cell begins by believing in nothing: sigmoid(-4) is 0.018.
DOUBT = -4.0


class ResidualSeparable(nn.Module):
    """A separable convolution with a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.more = Separable(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + cast("Tensor", self.more(x))


class BoxHead(nn.Module):
    """Levels to logits [B, N, L] and boxes [B, N, 4], edges in pixels of the input."""

    def __init__(self, into: Sequence[int], strides: Sequence[int], labels: int, *, channels: int = CHANNELS):
        super().__init__()
        self.strides = list(strides)
        self.lateral = nn.ModuleList(
            nn.Sequential(Conv(c, channels), *(ResidualSeparable(channels) for _ in range(DEEP if i else 0)))
            for i, c in enumerate(into)
        )
        self.down = nn.ModuleList(Separable(channels, channels) for _ in into[1:])
        self.up = nn.ModuleList(Separable(channels, channels) for _ in into[1:])
        self.tower = nn.ModuleList(
            nn.Sequential(Separable(channels, channels), Separable(channels, channels)) for _ in into
        )
        self.label = nn.ModuleList(_last(channels, labels, DOUBT) for _ in into)
        self.sides = nn.ModuleList(_last(channels, 4, 1.0) for _ in into)

    def forward(self, levels: Levels) -> tuple[Tensor, Tensor]:
        logits, boxes = [], []
        for index, x in enumerate(self._pyramid(levels)):
            x = self.tower[index](x)
            # Floats, whatever the layers below worked in: halves would round edges to whole pixels.
            reach = functional.softplus(self.sides[index](x).float()) * (2.0 * self.strides[index])
            logits.append(self.label[index](x).float().flatten(2).transpose(1, 2))
            boxes.append(_boxes(reach, self.strides[index]))
        return torch.cat(logits, 1), torch.cat(boxes, 1)

    def _pyramid(self, levels: Levels) -> Levels:
        """Let what is seen from afar flow down, and what is seen closely flow up again."""
        maps = [lateral(level) for lateral, level in zip(self.lateral, levels, strict=True)]
        for i in range(len(maps) - 2, -1, -1):
            above = functional.interpolate(maps[i + 1], scale_factor=2.0, mode="nearest")
            maps[i] = self.down[i](maps[i] + above)
        for i in range(1, len(maps)):
            maps[i] = maps[i] + self.up[i - 1](functional.max_pool2d(maps[i - 1], 2))
        return maps


class BoxNet(nn.Module):
    """What learns: the backbone's last stages and the head."""

    def __init__(self, extractor: DenseExtractor, labels: int) -> None:
        super().__init__()
        self.tail = extractor.tail()
        self.head = BoxHead(extractor.channels, extractor.strides, labels)

    def forward(self, levels: Levels) -> tuple[Tensor, Tensor]:
        logits, boxes = self.head(self.tail(levels))
        return logits, boxes


class BoxGraph(nn.Module):
    """What is exported: pictures to boxes in shares of the input and calibrated scores."""

    def __init__(self, extractor: DenseExtractor, net: BoxNet, slopes: Tensor, offsets: Tensor) -> None:
        super().__init__()
        self.frozen = FrozenLevels(extractor)
        self.net = net
        height, width = extractor.size
        self.register_buffer("size", torch.tensor([width, height, width, height], dtype=torch.float32))
        self.register_buffer("slopes", slopes.float())
        self.register_buffer("offsets", offsets.float())

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        logits, boxes = self.net(self.frozen(pictures))
        scores = torch.sigmoid(logits * self.slopes + self.offsets)
        return (boxes / self.size).clamp(0.0, 1.0), scores


def middles(size: tuple[int, int], strides: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Return the middle of every cell [N, 2] in pixels, and its stride [N], in the head's order."""
    cpu = torch.device("cpu")
    points = [_grid(size[0] // stride, size[1] // stride, stride, cpu) for stride in strides]
    spans = [torch.full((len(p),), float(s)) for p, s in zip(points, strides, strict=True)]
    return torch.cat(points), torch.cat(spans)


def _grid(rows: int, columns: int, stride: int, device: torch.device) -> Tensor:
    down, across = (torch.arange(count, device=device) for count in (rows, columns))
    y, x = torch.meshgrid(down, across, indexing="ij")
    return (torch.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride


def _boxes(reach: Tensor, stride: int) -> Tensor:
    """Return edges [B, N, 4] from how far the sides are away."""
    centre = _grid(int(reach.shape[2]), int(reach.shape[3]), stride, reach.device)
    flat = reach.flatten(2).transpose(1, 2)
    return torch.cat([centre - flat[..., :2], centre + flat[..., 2:]], -1)


def _last(into: int, out: int, bias: float) -> nn.Conv2d:
    conv = nn.Conv2d(into, out, 1)
    nn.init.normal_(conv.weight, std=0.01)
    nn.init.constant_(conv.bias, bias)  # type: ignore[arg-type]  # there is one
    return conv
