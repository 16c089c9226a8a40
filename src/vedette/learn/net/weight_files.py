"""Files of weights that others wrote: safetensors, read here, or what torch loads with weights alone.

A pickle is a program. One that holds more than tensors is refused, and never opened another way.
"""

import hashlib
import io
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vedette.errors import Missing, Wrong
from vedette.file_access import open_file, read_file, size_of

# Far above every network that reads pictures on two cores.
MOST_BYTES = 2 * 1024**3
MOST_HEAD = 16 * 1024**2
_KINDS: dict[str, torch.dtype] = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
_COUNTS: dict[str, torch.dtype] = {"I64": torch.int64, "I32": torch.int32}


def read_weights(path: Path) -> tuple[dict[str, Tensor], str]:
    """Return a file's tensors by their names, in its order, and a digest of the file."""
    if not path.is_file():
        raise Missing(f"There is no file of weights at {path}.", kind="file", name=str(path))
    if size_of(path) > MOST_BYTES:
        raise Wrong(f"{path} has more than {MOST_BYTES:,} bytes.", kind="file", name=str(path))
    data = read_file(path)
    digest = hashlib.sha256(data).hexdigest()[:16]
    if path.suffix == ".safetensors":
        return _read_safetensors(data, path), digest
    try:
        loaded = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # torch's errors over foreign files share no class
        raise Wrong(
            f"{path} holds more than weights, or is no file of torch; it is not opened. Save the model's "
            "state_dict, or better safetensors.",
            kind="file",
            name=str(path),
        ) from error
    for key in ("state_dict", "model", "model_state_dict"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    if not isinstance(loaded, dict) or not all(isinstance(tensor, Tensor) for tensor in loaded.values()):
        raise Wrong(f"{path} is no dictionary of tensors.", kind="file", name=str(path))
    return {str(name): tensor for name, tensor in loaded.items()}, digest


def read_metadata(path: Path) -> dict[str, str]:
    """Return what a file of safetensors says of itself; nothing of another file."""
    if path.suffix != ".safetensors":
        return {}
    try:
        with open_file(path) as stream:
            size = int.from_bytes(stream.read(8), "little")
            head = json.loads(stream.read(size)) if 2 <= size <= MOST_HEAD else {}
        return {name: str(text) for name, text in head.get("__metadata__", {}).items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}  # who reads its weights says what is wrong with it


def _read_safetensors(data: bytes, path: Path) -> dict[str, Tensor]:
    """Return the tensors: eight bytes say how long the head is, and the head where each tensor lies."""
    try:
        size = int.from_bytes(data[:8], "little")
        if not 2 <= size <= min(MOST_HEAD, len(data) - 8):
            raise ValueError("its head is not as long as it says")  # noqa: TRY301  (said once, below)
        head = json.loads(data[8 : 8 + size])
        body = memoryview(data)[8 + size :]
        places = [(name, entry) for name, entry in head.items() if name != "__metadata__"]
        _refuse_shared(entry["data_offsets"] for _, entry in places)
        return {name: _tensor(body, entry) for name, entry in places}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Wrong(f"{path} is no file of safetensors: {error}.", kind="file", name=str(path)) from error


def _refuse_shared(places: Iterable[Sequence[int]]) -> None:
    """Refuse tensors that lie in one another: each is copied, and a small file would take all memory."""
    before = 0
    for start, end in sorted((start, end) for start, end in places):
        if start < before:
            raise ValueError("two tensors lie at one place")
        before = end


def _tensor(body: memoryview, entry: Any) -> Tensor:
    kind, shape = entry["dtype"], entry["shape"]
    dtype = (_KINDS | _COUNTS)[kind]
    start, end = entry["data_offsets"]
    if not all(type(number) is int and number >= 0 for number in (*shape, start, end)):
        raise ValueError("a tensor's place is no number")
    if end > len(body) or end - start != math.prod(shape) * dtype.itemsize:
        raise ValueError("a tensor is not as large as it says")
    # A copy, since the buffer can be read alone.
    tensor = torch.frombuffer(bytearray(body[start:end]), dtype=dtype) if end > start else torch.empty(0)
    return tensor.reshape(shape).float() if kind in _KINDS else tensor.reshape(shape)
