"""The EfficientNet-Lite family: inverted bottlenecks with ReLU6 and without squeeze-and-excite.

From Tan and Le, "EfficientNet" (2019), and Google's Lite variants of it, which leave out what quantises
badly. The same stages, wider and deeper, are Lite1 to Lite4: a member of the family is a `width`, a `depth`
and its weights.
"""

import copy
import math
from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from vedette.learn.net.backbone import FeatureMaps

# (kernel, stride, expansion, channels, repeats) of the seven stages, from the EfficientNet paper's B0.
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
# The Lite variants neither widen the stem and the head nor deepen the first and the last stage.
STEM, TOP = 32, 1280
# Stages beyond this level may learn along with a head (decisions 0050 and 0135); it is where the store ends
# then.
TAIL_AFTER = "s16"


class PaddedConv(nn.Module):
    """A convolution with its batch norm, padded as TensorFlow pads: more at the end where the stride is 2."""

    def __init__(self, into: int, out: int, kernel: int, *, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        over = kernel - stride
        self.pad = (over // 2, over - over // 2)
        symmetric = self.pad[0] if self.pad[0] == self.pad[1] else 0
        self.conv = nn.Conv2d(into, out, kernel, stride=stride, padding=symmetric, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(out, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        if self.pad[0] != self.pad[1]:
            x = functional.pad(x, self.pad * 2)
        return cast("Tensor", self.norm(self.conv(x)))


class InvertedBottleneck(nn.Module):
    """An inverted bottleneck: wide, depthwise, narrow; with a shortcut where the shapes agree."""

    def __init__(self, into: int, out: int, kernel: int, *, stride: int, expand: int) -> None:
        super().__init__()
        wide = into * expand
        self.expand = PaddedConv(into, wide, 1) if expand > 1 else None
        self.depth = PaddedConv(wide, wide, kernel, stride=stride, groups=wide)
        self.project = PaddedConv(wide, out, 1)
        self.is_residual = stride == 1 and into == out

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else functional.relu6(self.expand(x))
        y = self.project(functional.relu6(self.depth(y)))
        return cast("Tensor", x + y if self.is_residual else y)


class EfficientLite(nn.Module):
    """A member of the family without its classifier; batch norms as they were learnt."""

    multiple = 32
    tail_levels: tuple[str, ...] = ("s32",)

    def __init__(
        self, name: str, *, width: float = 1.0, depth: float = 1.0, side: int = 224, revision: str = "random"
    ) -> None:
        super().__init__()
        self.name, self.revision = name, revision
        # Small things show at 1.7 times the side of its own training; 224 and 384 for Lite0 (decision 0040).
        self.sides: tuple[int, ...] = (32 * round(side / 32), 32 * round(side * 12 / 7 / 32))
        self.stem = PaddedConv(3, STEM, 3, stride=2)
        blocks, self.taps, channels = _stages(width, depth)
        self.blocks = nn.ModuleList(blocks)
        self.head = PaddedConv(channels["s32"], TOP, 1)
        self.channels: Mapping[str, int] = {**channels, "top": TOP}

    def forward(self, pictures: Tensor, levels: Sequence[str] = ("top",)) -> FeatureMaps:
        x = functional.relu6(self.stem(_scaled(pictures)))
        maps: FeatureMaps = {}
        for count, block in enumerate(self.blocks, start=1):
            x = block(x)
            if count in self.taps:
                maps[self.taps[count]] = x
            if levels and set(levels) <= set(maps):
                break
        if "top" in levels:
            maps["top"] = functional.relu6(self.head(x))
        return {level: maps[level] for level in levels}

    def tail(self) -> nn.Module:
        """Return the blocks from stride 16 to stride 32, ready to learn."""
        return LiteTail(self.blocks[self._blocks_to(TAIL_AFTER) :])

    def split(self, level: str) -> tuple[nn.Module, nn.Module]:
        """Return what leads to the level, and what leads from it to `top`."""
        count = self._blocks_to(level)
        lower = LiteLower(self.stem, self.blocks[:count])
        return copy.deepcopy(lower), copy.deepcopy(LiteUpper(self.blocks[count:], self.head))

    def _blocks_to(self, level: str) -> int:
        return next(count for count, name in self.taps.items() if name == level)


class LiteLower(nn.Module):
    """Pictures to one level."""

    def __init__(self, stem: nn.Module, blocks: nn.ModuleList) -> None:
        super().__init__()
        self.stem, self.blocks = stem, blocks

    def forward(self, pictures: Tensor) -> Tensor:
        x = functional.relu6(self.stem(_scaled(pictures)))
        for block in self.blocks:
            x = block(x)
        return x


class LiteUpper(nn.Module):
    """One level to the map that is pooled for a whole picture."""

    def __init__(self, blocks: nn.ModuleList, top: nn.Module) -> None:
        super().__init__()
        self.blocks, self.top = blocks, top

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return functional.relu6(self.top(x))


class LiteTail(nn.Module):
    """The blocks beyond stride 16, their batch norms folded in: of few pictures no statistics are learnt."""

    def __init__(self, blocks: nn.ModuleList) -> None:
        super().__init__()
        self.blocks = copy.deepcopy(blocks)
        for module in self.modules():
            if isinstance(module, PaddedConv):
                module.conv = fuse_conv_bn_eval(module.conv, module.norm)
                module.norm = nn.Identity()  # type: ignore[assignment]  # it is in the convolution now
        self.requires_grad_(True)

    def forward(self, levels: list[Tensor]) -> list[Tensor]:
        x = levels[-1]
        for block in self.blocks:
            x = block(x)
        return [*levels, x]


def load_weights(net: EfficientLite, weights: Sequence[Tensor]) -> EfficientLite:
    """Return the network with these weights, frozen.

    The tensors come in our order (stem, blocks, head), under another project's names, and last a classifier
    that is left out.
    """
    state = net.state_dict()
    tensors = [tensor.clone() for tensor in weights[: len(state)]]
    net.load_state_dict(dict(zip(state, tensors, strict=True)), assign=True)
    return net.eval().requires_grad_(False)


def on_no_device(
    name: str, *, width: float = 1.0, depth: float = 1.0, side: int = 224, revision: str
) -> EfficientLite:
    """Return the network without weights."""
    # Drawing random ones to throw them away took a quarter of a second.
    with torch.device("meta"):
        return EfficientLite(name, width=width, depth=depth, side=side, revision=revision)


def _scaled(pictures: Tensor) -> Tensor:
    return (pictures - 127.0) / 128.0


def _stages(width: float, depth: float) -> tuple[list[nn.Module], dict[int, str], dict[str, int]]:
    """Return the blocks, after how many of them a level is complete, and the levels' channels."""
    blocks: list[nn.Module] = []
    taps: dict[int, str] = {}
    channels: dict[str, int] = {}
    into, stride = STEM, 2
    for index, (kernel, step, expand, wanted, repeats) in enumerate(STAGES):
        out = _rounded(wanted * width)
        if index not in (0, len(STAGES) - 1):
            repeats = math.ceil(repeats * depth)
        stride *= step
        for repeat in range(repeats):
            first = step if repeat == 0 else 1
            blocks.append(InvertedBottleneck(into, out, kernel, stride=first, expand=expand))
            into = out
        # A level is what its last stage gives: one that follows at the same stride replaces it.
        taps = {count: level for count, level in taps.items() if level != f"s{stride}"}
        taps[len(blocks)], channels[f"s{stride}"] = f"s{stride}", out
    return blocks, taps, channels


def _rounded(channels: float) -> int:
    """Return a multiple of eight that is not more than a tenth below."""
    near = max(8, int(channels + 4) // 8 * 8)
    return near + 8 if near < 0.9 * channels else near
