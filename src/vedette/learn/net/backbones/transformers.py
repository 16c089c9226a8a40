"""Vision transformers that the library `transformers` wrote into a folder, DINOv2 for instance.

They are read from and never learn. They have one level of patches, so that boxes and masks, which need
finer ones, are refused by name.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vedette import errors
from vedette.learn.net.backbone import Backbone, FeatureMaps

CAN_LEARN = False


class TransformerBackbone(nn.Module):
    """A vision transformer of the `transformers` library (DINOv2 for instance): one level of patches."""

    tail_levels: tuple[str, ...] = ()

    def __init__(self, model: nn.Module, *, name: str, revision: str, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        config: Any = model.config
        self.model = model
        self.name, self.revision = name, revision
        self.multiple = 32 if config.patch_size in (8, 16, 32) else int(config.patch_size)
        self.patch = int(config.patch_size)
        self.channels: Mapping[str, int] = {"s16": int(config.hidden_size), "top": int(config.hidden_size)}
        self.sides: tuple[int, ...] = (224, 384)
        self.register_buffer("mean", mean.view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", std.view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor, levels: Sequence[str] = ("top",)) -> FeatureMaps:
        x = (pictures / 255.0 - self.mean) / self.std  # type: ignore[operator]  # buffers are tensors
        rows, columns = x.shape[2] // self.patch, x.shape[3] // self.patch
        tokens = self.model(pixel_values=x).last_hidden_state
        patches = tokens[:, -rows * columns :]
        grid = patches.transpose(1, 2).reshape(x.shape[0], -1, rows, columns)
        return dict.fromkeys(levels, grid)

    def tail(self) -> nn.Module:
        """Refuse: no stage of a transformer learns along here."""
        raise errors.Wrong(f"The backbone {self.name} is only read from; train with lite0 to fine-tune.")

    def split(self, level: str) -> tuple[nn.Module, nn.Module]:
        """Refuse, likewise."""
        del level
        return self.tail(), self.tail()


def load(folder: str) -> Backbone:
    """Return a model that `transformers` wrote into a folder; nothing is fetched."""
    if not folder:
        raise errors.Wrong("Name the folder that the model lies in: transformers:FOLDER.")
    path = Path(folder)
    if not (path / "config.json").is_file():
        raise errors.Wrong(f"{folder} holds no model of transformers: there is no config.json in it.")
    try:
        from transformers import AutoModel  # an extra: only who names it pays for it
    except ImportError as missing:
        raise errors.Wrong("This backbone needs `pip install vedette[backbones]`.") from missing
    model = AutoModel.from_pretrained(path, local_files_only=True, attn_implementation="eager")
    digest = hashlib.sha256()
    for tensor in model.state_dict().values():
        digest.update(tensor.float().numpy().tobytes())
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])  # ImageNet's
    net = TransformerBackbone(
        model, name=f"transformers:{folder}", revision=digest.hexdigest()[:16], mean=mean, std=std
    )
    return net.eval().requires_grad_(False)
