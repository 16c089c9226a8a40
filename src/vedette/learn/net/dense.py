"""What the recipes that answer for every place of a picture share: views on a shelf, and a training loop.

The backbone is frozen as far as stride 16 and looks at every view once, through ONNX Runtime; its
features lie on a shelf (half floats in an unlinked file), from which a small network learns, from whole
views or from parts of them. The deepest stages may learn along (Tail), or lie on the shelf as well.
"""

import copy
import math
import mmap
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from vedette.errors import TooMuch, Wrong
from vedette.learn.net.backbone import Backbone, ConvNorm, Lite0, floats
from vedette.learn.net.features import Reader
from vedette.learn.net.hands import Hands, Loss
from vedette.learn.recipe import Work
from vedette.learn.warp import Pixels

Levels = list[Tensor]
Part = tuple[int, int, int, int]  # top, left, bottom, right
Scalar = TypeVar("Scalar", bound=np.generic)
SHELF_BYTES = 768 * 1024**2
# After so much was put down or taken the shelf's pages are let go: they count as resident while a process
# holds them, though the system may write them out and take them back as it likes.
HELD_BYTES = 64 * 1024**2


class Shelf:
    """Features of `count` views: for each level an array [view, h, w, channels] of half floats."""

    def __init__(self, shapes: Sequence[tuple[int, int, int]], count: int) -> None:
        self._files = [_reserve(2 * count * math.prod(shape)) for shape in shapes]
        self.levels = [
            np.frombuffer(file, np.float16).reshape(count, *shape)
            for file, shape in zip(self._files, shapes, strict=True)
        ]
        self.count = count
        self._touched, self._view = 0, view_bytes(shapes)

    def put(self, row: int, levels: Sequence[npt.NDArray[Any]]) -> None:
        """Keep the levels [1, channels, h, w] of one view."""
        for kept, level in zip(self.levels, levels, strict=True):
            kept[row] = level[0].transpose(1, 2, 0)
        self._let_go_after(1)

    def batch(self, rows: Sequence[int]) -> Levels:
        """Return the levels of some views as [B, C, h, w], channels last in memory."""
        self._let_go_after(len(rows))
        return [_images(kept[rows]) for kept in self.levels]

    def _let_go_after(self, views: int) -> None:
        """Let the pages go when enough views were touched; they come back when they are asked for."""
        self._touched += views * self._view
        if self._touched >= HELD_BYTES and hasattr(mmap, "MADV_DONTNEED"):
            self._touched = 0
            for file in self._files:
                file.madvise(mmap.MADV_DONTNEED)

    def parts(self, rows: Sequence[int], parts: Sequence[Part]) -> Levels:
        """Return the same of equally large parts of views, given in cells of the deepest level."""
        self._let_go_after(len(rows))
        deepest = self.levels[-1].shape[1]
        return [
            _images(
                np.stack(
                    [
                        cut(kept[row], part, kept.shape[1] // deepest)
                        for row, part in zip(rows, parts, strict=True)
                    ]
                )
            )
            for kept in self.levels
        ]


def cut(array: npt.NDArray[Scalar], part: Part, times: int) -> npt.NDArray[Scalar]:
    """Return a part of a map that has `times` places a cell, down and across."""
    top, left, bottom, right = (edge * times for edge in part)
    return array[top:bottom, left:right]


def _images(levels: npt.NDArray[np.float16]) -> Tensor:
    return torch.from_numpy(levels).float().permute(0, 3, 1, 2)


def view_bytes(shapes: Iterable[tuple[int, int, int]]) -> int:
    """Return what one view takes on a shelf."""
    return 2 * sum(math.prod(shape) for shape in shapes)


def _reserve(size: int) -> mmap.mmap:
    """Return so many bytes of a file that has no name any more: it is gone with the last who uses it."""
    # Where the user said, although a worker's other temporary files lie with its version.
    place = os.environ.get("TMPDIR") or tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile(prefix="vedette-shelf-", dir=place) as file:
            # A sparse file would kill the process when the disk fills up; a reserved one refuses here.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
            return mmap.mmap(file.fileno(), size)
    except OSError as error:
        raise TooMuch(
            f"Training needs {size // 1024**2 + 1} MiB in {place}: {error.strerror}. "
            "Make room there, or name another folder in TMPDIR."
        ) from error


class Eye:
    """The frozen part of the backbone at one input size, and the levels that a head then starts from.

    With `learns_tail` the last stages learn along with the head, where the backbone can do that.
    """

    def __init__(
        self,
        backbone: Backbone,
        size: tuple[int, int],
        levels: Sequence[str],
        *,
        learns_tail: bool = True,
    ) -> None:
        missing = [level for level in levels if level not in backbone.channels]
        if missing:
            raise Wrong(
                f"The backbone {backbone.name} sees nothing at stride {missing[0].removeprefix('s')}, which "
                "boxes and masks need: train them with lite0."
            )
        self.backbone, self.size = backbone, size
        self.has_tail = learns_tail and isinstance(backbone, Lite0)
        self.levels = tuple(level for level in levels if not (self.has_tail and level == "s32"))
        self.all_levels = tuple(levels)
        self.reader = Reader(backbone, self.levels, threads=1)

    @property
    def channels(self) -> list[int]:
        """How many channels the levels have, the tail's among them."""
        return [self.backbone.channels[level] for level in self.all_levels]

    @property
    def strides(self) -> list[int]:
        """How many pixels a cell of each level stands for."""
        return [int(level.removeprefix("s")) for level in self.all_levels]

    def shapes(self) -> list[tuple[int, int, int]]:
        """Return height, width and channels of what lies on the shelf."""
        sample = self.reader(np.zeros((1, *self.size, 3), np.uint8))
        return [(level.shape[2], level.shape[3], level.shape[1]) for level in sample]

    def tail(self) -> nn.Module:
        """Return what turns the levels of the shelf into all levels, ready to learn."""
        return Tail(cast("Lite0", self.backbone)) if self.has_tail else Untouched()

    def __call__(self, pixels: Pixels) -> list[npt.NDArray[Any]]:
        """Return the shelf's levels of one picture."""
        return self.reader(pixels[None])


class Untouched(nn.Module):
    """The levels as they are, for backbones whose last stages do not learn along."""

    def forward(self, levels: Levels) -> Levels:
        return levels


class Tail(nn.Module):
    """The last five blocks of Lite0, from stride 16 to stride 32, their batch norms folded in."""

    FIRST = 11

    def __init__(self, backbone: Lite0) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(copy.deepcopy(list(backbone.blocks[self.FIRST :])))
        for module in self.modules():
            if isinstance(module, ConvNorm):
                module.conv = fuse_conv_bn_eval(module.conv, module.norm)
                module.norm = nn.Identity()  # type: ignore[assignment]  # it is in the convolution now
        self.requires_grad_(True)

    def forward(self, levels: Levels) -> Levels:
        x = levels[-1]
        for block in self.blocks:
            x = block(x)
        return [*levels, x]


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


class Frozen(nn.Module):
    """The backbone up to the shelf's levels, from uint8 pictures: the first part of an exported graph."""

    def __init__(self, eye: Eye) -> None:
        super().__init__()
        self.backbone = eye.backbone
        self.levels = eye.levels

    def forward(self, pictures: Tensor) -> Levels:
        found = self.backbone(floats(pictures), self.levels)
        return [found[level] for level in self.levels]


def held_out(dealt: npt.NDArray[np.int64], *, most: int, seed: int) -> list[int]:
    """Return whose views are kept for the judgement: the first hand dealt, or so many of it at random."""
    hand = np.flatnonzero(dealt == 0)
    return sorted(np.random.default_rng(seed).permutation(hand)[:most].tolist())


def enlarge(x: Tensor, like: Tensor) -> Tensor:
    """Return x at the height and width of another map, bilinear."""
    size = (int(like.shape[2]), int(like.shape[3]))
    return functional.interpolate(x, size=size, mode="bilinear", align_corners=False)


class Mean:
    """The running mean of a network's weights, which is steadier than any of its steps."""

    def __init__(self, net: nn.Module, *, horizon: float) -> None:
        self.net = copy.deepcopy(net).eval()
        self.horizon, self.seen = horizon, 0

    @torch.no_grad()
    def follow(self, net: nn.Module, steps: int = 1) -> None:
        """Take one step's weights in, for as many; early steps, which are far off, are forgotten quickly."""
        self.seen += steps
        share = min(1.0, steps * max(1 / self.horizon, 9 / (self.seen + 9)))
        for ours, theirs in zip(self.net.state_dict().values(), net.state_dict().values(), strict=True):
            if ours.dtype.is_floating_point:
                ours.lerp_(theirs, share)
            else:
                ours.copy_(theirs)


@dataclass(frozen=True, slots=True)
class Course:
    """How a network learns: under which name, for how many steps of how many views, how fast.

    With two hands the loss is asked of half a batch by two threads at once, so that it may draw nothing at
    random. Where a budget sets a time it takes `time_share` of what is left.
    """

    stage: str
    steps: int
    batch: int
    rate: float
    hands: int = 1
    time_share: float = 0.5


def learn(
    net: nn.Module,
    loss: Loss,
    rows: Sequence[int],
    course: Course,
    work: Work,
) -> nn.Module:
    """Return the running mean of the network, trained on the rows; `loss` puts them on the work's device.

    A module called `tail` learns at a tenth of the rate: it knows something already.
    """
    rng = np.random.default_rng(work.seed)
    net = channels_last(net.requires_grad_(True)).to(work.device.name).train()
    mean = Mean(net, horizon=max(20.0, course.steps / 8))
    old, new = _parts(net)
    groups: list[dict[str, Any]] = [
        {"params": new, "lr": course.rate},
        {"params": old, "lr": course.rate / 10},
    ]
    groups = [group for group in groups if group["params"]]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [group["lr"] for group in groups], total_steps=course.steps, pct_start=0.15
    )
    waiting: list[int] = []
    hands = Hands(net, loss, work.device, count=course.hands)
    pace = work.pace(course.steps, course.time_share)
    while not pace.is_over:
        while len(waiting) < course.batch:
            waiting += [rows[i] for i in rng.permutation(len(rows))]
        chosen, waiting = sorted(waiting[: course.batch]), waiting[course.batch :]
        optimizer.zero_grad(set_to_none=True)
        hands.backward(chosen)
        nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimizer.step()
        moved = pace.step()
        for _ in range(moved):
            schedule.step()
        mean.follow(net, moved)
        work.tell(course.stage, pace.done, course.steps)
    return mean.net.cpu()


def unload(net: nn.Module) -> dict[str, npt.NDArray[Any]]:
    """Return the weights as plain arrays, for a later training to go on from."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in net.state_dict().items()}


def load_into(net: nn.Module, arrays: Mapping[str, npt.NDArray[Any]]) -> bool:
    """Take up weights that `unload` returned; say whether they fit this network."""
    ours = net.state_dict()
    fits = ours.keys() == arrays.keys() and all(ours[name].shape == arrays[name].shape for name in ours)
    if fits:
        net.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return fits


def channels_last(net: nn.Module) -> nn.Module:
    """Lay out the weights as convolutions on a CPU want them: three times as fast."""
    return cast("nn.Module", cast("Any", net).to(memory_format=torch.channels_last))


def _parts(net: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Return the weights that come from the backbone, and those that begin from nothing."""
    old = [p for name, p in net.named_parameters() if name.startswith("tail.")]
    new = [p for name, p in net.named_parameters() if not name.startswith("tail.")]
    return old, new
