"""A foreign ONNX file taken in: what is dead weight goes, and what is more than a trained network is refused.

It is parsed by protobuf and by nothing else: no checker, no inference of shapes, no converter of versions
sees it, since these are programs that believe what they read. What it may hold is what any package may
(runtime/graph.py); before that, two things go that other tools leave behind and that compute nothing: sets of
steps that no step is of, and Dropout, which does nothing outside of training.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import onnx
from google.protobuf.message import DecodeError

from vedette.errors import Wrong
from vedette.runtime.graph import refuse_foreign
from vedette.runtime.package_files import MODEL, MOST_BYTES

# What is put around a network are steps that have not changed since (ONNX 1.4 of January 2019).
LEAST_OPSET = 9
MOST_OPSET = onnx.defs.onnx_opset_version()
_OURS = ("", "ai.onnx")
_TYPES = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.FLOAT16: "float16",
    onnx.TensorProto.UINT8: "uint8",
}


@dataclass(frozen=True, slots=True)
class NetworkInput:
    """The one input of pictures: its name, its ONNX type, and its sides where the file fixes them."""

    name: str
    kind: int
    sides: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ForeignNetwork:
    """A network that may be built on; `prefix` stands before every name in it."""

    model: onnx.ModelProto
    input: NetworkInput
    outputs: tuple[str, ...]
    opset: int
    name: str


def take_in(data: bytes, name: str, *, input_name: str = "") -> ForeignNetwork:
    """Return the network in a file's bytes, held to what a trained network is."""
    if len(data) > MOST_BYTES[MODEL]:
        raise Wrong(f"{name} has {len(data):,} bytes; {MOST_BYTES[MODEL]:,} are the most.", kind="model")
    try:
        model = onnx.ModelProto.FromString(data)
    except DecodeError as error:
        raise Wrong(f"{name} is no ONNX file, or is damaged.", kind="model", name=name) from error
    if not model.graph.node or not model.graph.output:
        raise Wrong(f"{name} is no ONNX file: it has no network in it.", kind="model", name=name)
    _shed(model)
    refuse_foreign(model.SerializeToString(), name)
    return ForeignNetwork(
        model,
        _input_of(model, name, input_name),
        tuple(value.name for value in model.graph.output),
        _opset_of(model, name),
        name,
    )


def _shed(model: onnx.ModelProto) -> None:
    """Take away what computes nothing; notes, texts and metadata with it."""
    graph = model.graph
    used = {node.domain for node in graph.node}
    _keep(model.opset_import, lambda entry: entry.domain in _OURS or entry.domain in used)
    for place in (model.metadata_props, graph.value_info, graph.quantization_annotation):
        del place[:]
    model.doc_string = graph.doc_string = ""
    # Before version 4 of the format weights were inputs too; here they are none, and those of no step go.
    model.ir_version = max(model.ir_version, 4)
    weights = {tensor.name for tensor in graph.initializer}
    _keep(graph.input, lambda value: value.name not in weights)
    needed = {name for node in graph.node for name in node.input} | {value.name for value in graph.output}
    _keep(graph.initializer, lambda tensor: tensor.name in needed)
    for node in graph.node:
        node.doc_string = ""
        if node.op_type == "Dropout" and node.domain in _OURS and needed.isdisjoint(node.output[1:]):
            node.op_type = "Identity"
            del node.input[1:], node.output[1:], node.attribute[:]


def _keep(entries: Any, wants: Callable[[Any], bool]) -> None:
    """Leave of a repeated field what is wanted; weights are not copied where all of them are."""
    entries_left = [entry for entry in entries if wants(entry)]
    if len(entries_left) < len(entries):
        del entries[:]
        entries.extend(entries_left)


def _opset_of(model: onnx.ModelProto, name: str) -> int:
    opset = max((entry.version for entry in model.opset_import if entry.domain in _OURS), default=1)
    if opset < LEAST_OPSET:
        raise Wrong(
            f"{name} is of opset {opset}; export it again with opset {LEAST_OPSET} or later.", kind="model"
        )
    if opset > MOST_OPSET:
        raise Wrong(
            f"{name} is of opset {opset}; export it again with opset {MOST_OPSET} or earlier.", kind="model"
        )
    return int(opset)


def _input_of(model: onnx.ModelProto, name: str, input_name: str) -> NetworkInput:
    inputs = list(model.graph.input)
    names = [value.name for value in inputs]
    if input_name and input_name not in names:
        raise Wrong(f"{name} has no input {input_name!r}; it has {_listed(names)}.", kind="card")
    if len(inputs) != 1:
        raise Wrong(f"{name} has {len(inputs)} inputs ({_listed(names)}); one of pictures is taken.")
    tensor = inputs[0].type.tensor_type
    if tensor.elem_type not in _TYPES:
        raise Wrong(f"{name} takes no pictures: its input is neither float32, float16 nor uint8.")
    # Some exporters write -1 where a side is open, others a name or nothing.
    sides = tuple(side.dim_value if side.dim_value > 0 else None for side in tensor.shape.dim)
    if len(sides) != 4:
        raise Wrong(f"{name} takes inputs of {len(sides)} sides; a batch of pictures has four.")
    return NetworkInput(names[0], tensor.elem_type, sides)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name)[:80] for name in names[:5]) or "none"
