"""Weights of ImageNet in a file that somebody has: EfficientNet-Lite0 to Lite4, under whatever names.

    file:PATH   safetensors, or what torch loads with weights alone

A file that says of itself which network of the library `transformers` it is of, is one (transformers.py).
Which member of the family it is, the shapes tell. timm's names (`tf_efficientnet_lite1`) are put in order,
for safetensors sort by name; other files keep the order in which a network was built. What is no member is
refused by what it looks like: there is no code here that could run it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from vedette import errors
from vedette.learn.net.backbone import Backbone
from vedette.learn.net.efficientlite import EfficientLite, load_weights, on_no_device
from vedette.learn.net.weight_files import read_metadata, read_weights
from vedette.runtime.transformer_folder import CONFIG


def can_learn(rest: str) -> bool:
    """Say whether stages of the network in a file may learn: of a transformer none."""
    return CONFIG not in read_metadata(Path(rest))


@dataclass(frozen=True, slots=True)
class LiteMember:
    """A member of the family, as its paper and Google's repository have it."""

    name: str
    width: float
    depth: float
    side: int


MEMBERS = (
    LiteMember("lite0", 1.0, 1.0, 224),
    LiteMember("lite1", 1.0, 1.1, 240),
    LiteMember("lite2", 1.1, 1.2, 260),
    LiteMember("lite3", 1.2, 1.4, 280),
    LiteMember("lite4", 1.4, 1.8, 300),
)
# A network is known by names that only it has.
_OTHERS = {
    "layer1.0.conv1.weight": "a ResNet",
    "features.0.0.weight": "a network of torchvision (MobileNet, EfficientNet, ConvNeXt)",
    "stages.0.blocks.0.conv_dw.weight": "a ConvNeXt",
    "blocks.0.attn.qkv.weight": "a vision transformer of timm",
    "embeddings.patch_embeddings.projection.weight": "a vision transformer (add the folder that it lay in)",
    "layers.0.blocks.0.attn.qkv.weight": "a Swin transformer",
}
# timm's layers of a block in the order in which they are run; of the first stage conv_dw stands first.
_LAYERS = ("conv_pw", "bn1", "conv_dw", "bn2", "conv_pwl", "bn3")
_FIRST_LAYERS = ("conv_dw", "bn1", "conv_pw", "bn2")
_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
_BLOCK = re.compile(r"blocks\.(\d+)\.(\d+)\.(\w+)\.(\w+)$")
_ENDS = {"conv_stem": -2, "bn1": -1, "conv_head": 1 << 20, "bn2": (1 << 20) + 1, "classifier": 1 << 21}


def load(rest: str) -> Backbone:
    """Return the network in a file."""
    if not rest:
        raise errors.Wrong("Name the file of weights: file:PATH.")
    return open_file(Path(rest))[0]


def open_file(path: Path) -> tuple[Backbone, str]:
    """Return the network in a file, and what it is called."""
    weights, digest = read_weights(path)
    texts = read_metadata(path)
    if CONFIG in texts:
        # An extra's: only who brings such a file pays for it.
        from vedette.learn.net.backbones.transformers import open_transformer

        return open_transformer(texts, weights, name=f"file:{path.stem}", revision=digest, place=str(path))
    member, tensors = recognise(weights, str(path))
    if not all(bool(tensor.isfinite().all()) for tensor in tensors):
        raise errors.Wrong(f"{path} has weights that are no numbers; it may be damaged.", kind="file")
    net = _empty(member, digest)
    # Its own name tells features of two files apart, the digest those of two contents of one.
    net.name = f"file:{path.stem}"
    return load_weights(net, tensors), f"efficientnet-{member.name}"


def recognise(weights: Mapping[str, Tensor], name: str) -> tuple[LiteMember, list[Tensor]]:
    """Return which member of the family the weights are of, and the weights in our order."""
    ordered = in_order(weights)
    for member in MEMBERS:
        shapes = [tensor.shape for tensor in _empty(member, "").state_dict().values()]
        if [tensor.shape for tensor in ordered[: len(shapes)]] == shapes:
            return member, ordered
    likeness = next(
        (network for key, network in _OTHERS.items() if key in weights), "no network that is known here"
    )
    names = ", ".join(member.name for member in MEMBERS)
    raise errors.Wrong(
        f"{name} looks like {likeness}; of files EfficientNet-Lite is run: {names}.", kind="file"
    )


def in_order(weights: Mapping[str, Tensor]) -> list[Tensor]:
    """Return tensors in the order in which the network runs them; other names than timm's keep theirs."""
    if "conv_stem.weight" not in weights or "blocks.0.0.conv_dw.weight" not in weights:
        return list(weights.values())
    full = dict(weights)
    for name, tensor in weights.items():
        if name.endswith("running_var"):
            full.setdefault(name.replace("running_var", "num_batches_tracked"), tensor.new_zeros(()).long())
    return [full[name] for name in sorted(full, key=_rank)]


def _rank(name: str) -> tuple[int, int, int, int]:
    """Return where a tensor of timm's names stands."""
    layer, _, part = name.rpartition(".")
    position = _NORM.index(part) if part in _NORM else len(_NORM)
    if match := _BLOCK.match(name):
        stage, block, inner, _ = match.groups()
        layers = _FIRST_LAYERS if stage == "0" else _LAYERS
        return int(stage), int(block), layers.index(inner) if inner in layers else len(layers), position
    return _ENDS.get(layer, 1 << 22), 0, 0, position


def _empty(member: LiteMember, digest: str) -> EfficientLite:
    return on_no_device(
        member.name, width=member.width, depth=member.depth, side=member.side, revision=digest
    )
