"""Vision transformers that the library `transformers` wrote, DINOv2 for instance: a folder, or a file of it.

    transformers:FOLDER   config.json and safetensors, as `save_pretrained` writes them
    file:PATH             the same in one file (runtime/transformer_folder.py)

Which networks there are, this file says; a configuration chooses one of them and its sizes, and nothing else
of it is looked at: it can name code, which never runs here. They are read from and never learn. They have one
level of patches, so that boxes and masks, which need finer ones, are refused by name.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vedette import errors
from vedette.learn.net.backbone import Backbone, FeatureMaps
from vedette.learn.net.weight_files import read_weights
from vedette.runtime.transformer_folder import CONFIG, PREPROCESSOR, read_texts, weight_files

CAN_LEARN = False

# The networks that were tried, and whether they have to be told that a picture is not as large as theirs. As
# ONNX, of other sizes than their own, DINOv2 with registers and DINOv3 cannot be written or run.
KINDS = {"deit": True, "dinov2": False, "ijepa": True, "vit": True}
# What a configuration may say, and how much of it: the rest is for training, or leads elsewhere.
SIZES = {
    "hidden_size": (8, 8192),
    "image_size": (14, 4096),
    "intermediate_size": (8, 65536),
    "mlp_ratio": (1, 16),
    "num_attention_heads": (1, 256),
    "num_channels": (3, 3),
    "num_hidden_layers": (1, 100),
    "patch_size": (4, 64),
    "layer_norm_eps": (0, 1),
    "layerscale_value": (0, 100),
}
# What the attention of one layer may take of a picture of the largest side that recipes read at: a small file
# can ask for much. Of known networks ViT-L/8 has a third of it.
LARGEST_SIDE, MOST_ATTENTION = 384, 1024**3
FLAGS = ("qkv_bias", "use_swiglu_ffn")
ACTIVATIONS = ("gelu", "gelu_new", "quick_gelu", "relu", "silu")
# Parts of a network that no answer of ours comes from: a file may lack them.
_UNUSED = ("pooler", "mask_token")
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


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
        self.sides: tuple[int, ...] = (224, LARGEST_SIDE)
        self._options = {"interpolate_pos_encoding": True} if KINDS[config.model_type] else {}
        self.register_buffer("mean", mean.view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", std.view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor, levels: Sequence[str] = ("top",)) -> FeatureMaps:
        x = (pictures / 255.0 - self.mean) / self.std  # type: ignore[operator]  # buffers are tensors
        rows, columns = x.shape[2] // self.patch, x.shape[3] // self.patch
        tokens = self.model(pixel_values=x, **self._options).last_hidden_state
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
    texts = read_texts(Path(folder))
    tensors: dict[str, Tensor] = {}
    digest = hashlib.sha256(json.dumps(texts, sort_keys=True).encode())
    for file in weight_files(Path(folder)):
        part, revision = read_weights(file)
        tensors |= part
        digest.update(revision.encode())
    name = f"transformers:{folder}"
    return open_transformer(texts, tensors, name=name, revision=digest.hexdigest()[:16], place=folder)[0]


def open_transformer(
    texts: Mapping[str, str], tensors: Mapping[str, Tensor], *, name: str, revision: str, place: str
) -> tuple[Backbone, str]:
    """Return the network that a configuration and weights are of, and what it is called."""
    fields = _document(texts[CONFIG], place)
    kind, sizes = _sizes(fields, place)
    mean, std = _normalisation(texts.get(PREPROCESSOR), place)
    if not all(bool(tensor.isfinite().all()) for tensor in tensors.values()):
        raise errors.Wrong(f"{place} has weights that are no numbers; it may be damaged.", kind="file")
    model = _filled(kind, sizes, tensors, place)
    net = TransformerBackbone(
        model, name=name, revision=revision, mean=torch.tensor(mean), std=torch.tensor(std)
    )
    config: Any = model.config
    network = f"{kind}-{config.hidden_size}x{config.num_hidden_layers}-patch{config.patch_size}"
    return net.eval().requires_grad_(False), network


def _sizes(fields: Mapping[str, Any], place: str) -> tuple[str, dict[str, Any]]:
    """Return which network a configuration chooses, and of what sizes."""
    kind = fields.get("model_type")
    if kind not in KINDS:
        raise errors.Wrong(
            f'{place} is a network of the kind "{kind!s:.60}"; of transformers these are run: '
            f"{', '.join(KINDS)}.",
            kind="file",
        )
    sizes: dict[str, Any] = {name: fields[name] for name in FLAGS if isinstance(fields.get(name), bool)}
    for name, (least, most) in SIZES.items():
        value = fields.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise errors.Wrong(
                f"{place} has {value!s:.60} for {name}; it may be {least} to {most}.", kind="file"
            )
        sizes[name] = value
    if (activation := fields.get("hidden_act")) in ACTIVATIONS:
        sizes["hidden_act"] = activation
    elif activation is not None:
        raise errors.Wrong(f'{place} wants the activation "{activation!s:.60}", which is not known.')
    return kind, sizes


def _filled(kind: str, sizes: Mapping[str, Any], tensors: Mapping[str, Tensor], place: str) -> nn.Module:
    """Return the network with its weights; refuse where those are not all of it."""
    try:
        import transformers  # an extra: only who names it pays for it
    except ImportError as missing:
        raise errors.Wrong(
            "This network needs the package transformers where it is opened: "
            "`pip install vedette[backbones]`."
        ) from missing
    library: Any = transformers
    library.logging.set_verbosity_error()
    library.logging.disable_progress_bar()
    try:
        config = library.AutoConfig.for_model(kind, **sizes)
        _refuse_attention(config, place)
        with torch.device("meta"):
            empty = library.AutoModel.from_config(
                config, attn_implementation="eager", trust_remote_code=False
            )
        _refuse_smaller(empty, tensors, place)
        model, report = type(empty).from_pretrained(
            None,
            config=config,
            state_dict=dict(tensors),
            output_loading_info=True,
            attn_implementation="eager",
            local_files_only=True,
        )
    except errors.Refusal:
        raise
    except Exception as error:  # what the library says of sizes that do not fit shares no class
        reason = str(error).strip().partition("\n")[0]
        raise errors.Wrong(f"{place} is no {kind} that can be run: {reason:.300}", kind="file") from error
    missing_weights = sorted(
        key for key in report["missing_keys"] if not any(part in key for part in _UNUSED)
    )
    missing_weights += sorted(str(key) for key in report["mismatched_keys"])
    if missing_weights:
        more = f" and {len(missing_weights) - 1} more" if len(missing_weights) > 1 else ""
        raise errors.Wrong(
            f"{place} lacks weights of a {kind}: {missing_weights[0]:.100}{more}.", kind="file"
        )
    filled: nn.Module = model.float()
    return filled


def _refuse_attention(config: Any, place: str) -> None:
    """Refuse a network whose every patch looks at so many others that no picture could be read."""
    patches = (LARGEST_SIDE // config.patch_size) ** 2 + 1
    needed = int(config.num_attention_heads * patches**2) * 4
    if needed > MOST_ATTENTION:
        raise errors.Wrong(
            f"{place} has patches of {config.patch_size} pixels and {config.num_attention_heads} heads: a "
            f"layer would take {needed:,} bytes for a picture, and {MOST_ATTENTION:,} are the most.",
            kind="file",
        )


def _refuse_smaller(empty: nn.Module, tensors: Mapping[str, Tensor], place: str) -> None:
    """Refuse weights that are fewer than the network's, before room is made for it."""
    needed = sum(
        math.prod(tensor.shape)
        for name, tensor in empty.state_dict().items()
        if not any(part in name for part in _UNUSED)
    )
    available = sum(tensor.numel() for tensor in tensors.values())
    if needed > available:
        raise errors.Wrong(
            f"{place} has {available:,} weights, and the network of its configuration {needed:,}.",
            kind="file",
        )


def _normalisation(text: str | None, place: str) -> tuple[Sequence[float], Sequence[float]]:
    """Return the mean and deviation that pictures are brought to: ImageNet's where nothing says others."""
    if text is None:
        return _IMAGENET
    fields = _document(text, place)
    mean, std = fields.get("image_mean", _IMAGENET[0]), fields.get("image_std", _IMAGENET[1])
    if not (_are_shares(mean) and _are_shares(std) and min(std) > 0):
        raise errors.Wrong(f"{place} has an image_mean or image_std that is not three shares.", kind="file")
    return mean, std


def _are_shares(values: Any) -> bool:
    return (
        isinstance(values, list | tuple)
        and len(values) == 3
        and all(isinstance(value, int | float) and 0 <= value <= 1 for value in values)
    )


def _document(text: str, place: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise errors.Wrong(f"The configuration of {place} is no JSON.", kind="file") from error
    if not isinstance(document, dict):
        raise errors.Wrong(f"The configuration of {place} is no object of JSON.", kind="file")
    return document
