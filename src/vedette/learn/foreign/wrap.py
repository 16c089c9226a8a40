"""A foreign network with what makes it one of ours around it: bytes of a picture in, a package's outputs out.

What a package's network takes and gives never depends on where it came from, so that hosting, packages for
devices and both services have one kind of model. What the network gives is learnt by running it once, on a
grey picture, within the bounds of every network (runtime/session.py).
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from vedette.errors import Wrong
from vedette.learn.foreign.card import ForeignCard
from vedette.learn.foreign.heads import HeadBuilder, Shape, build_head
from vedette.learn.foreign.network import ForeignNetwork
from vedette.learn.foreign.steps import INT64, GraphSteps
from vedette.runtime.facts import PackageFacts
from vedette.runtime.graph import refuse_foreign
from vedette.runtime.session import run_once
from vedette.vision.images import MARGIN

PREFIX = "network/"
# Numbers of one output for one picture: 25,200 boxes of 80 labels are two million. What is read of them in
# double precision and compared must fit a unit's memory.
MOST_NUMBERS = 16_000_000
_GRAY = (0.299, 0.587, 0.114)  # as ITU-R BT.601 and Pillow weigh red, green and blue


def wrap(network: ForeignNetwork, card: ForeignCard) -> bytes:
    """Return the whole as an ONNX file."""
    _refuse_sides(network, card)
    _rename(network.model.graph)
    steps = GraphSteps("around/", network.opset)
    batch = network.input.sides[0] or 1
    if batch != 1:
        raise Wrong(f"{network.name} takes {batch} pictures at a time; export it for one, or for any number.")
    _lead_in(network, card, steps)
    shapes = _shapes(network, card, steps)
    _refuse_large(network.name, shapes)
    before = list(steps.nodes)
    build_head(HeadBuilder(card, steps, shapes, PREFIX, network.name))
    behind = steps.nodes[len(before) :]
    model = _assemble(network, steps, before, behind, _outputs(card, behind))
    refuse_foreign(model, network.name)
    return model


def facts_of(card: ForeignCard) -> PackageFacts:
    """Return what a package says of the model, as far as the card alone knows it."""
    return PackageFacts(
        task=card.task,
        labels=card.told,
        thresholds=dict(card.thresholds),
        input_size=(card.input.height, card.input.width),
        policy=card.input.resize,
        most_overlap=card.most_overlap,
    )


def _refuse_sides(network: ForeignNetwork, card: ForeignCard) -> None:
    channels = 1 if card.input.channels == "gray" else 3
    size = (card.input.height, card.input.width)
    sides = (channels, *size) if card.input.layout == "NCHW" else (*size, channels)
    for side, actual in zip(sides, network.input.sides[1:], strict=True):
        if actual not in (None, side):
            text = " × ".join(map(str, sides))
            own = " × ".join("any" if n is None else str(n) for n in network.input.sides[1:])
            raise Wrong(f"{network.name} takes pictures of {own}, and its card says {text}.", kind="card")


def _rename(graph: onnx.GraphProto) -> None:
    """Put a prefix before every name of a value, so that none meets one of ours."""
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [name and PREFIX + name for name in names]
        node.name = ""
    for place in (graph.initializer, graph.input, graph.output):
        for value in place:
            value.name = PREFIX + value.name


def _lead_in(network: ForeignNetwork, card: ForeignCard, steps: GraphSteps) -> None:
    """Add what makes the network's input of bytes of a picture, RGB, [B, H, W, 3]."""
    value = steps.floats("pictures")
    if card.input.channels == "gray":
        value = steps.add("MatMul", value, steps.number(np.array(_GRAY).reshape(3, 1)))
    elif card.input.channels == "BGR":
        value = steps.add("Gather", value, steps.number([2, 1, 0], INT64), axis=3)
    mean, std = np.array(card.input.mean), np.array(card.input.std)
    value = steps.add("Mul", value, steps.number(card.input.scale / std))
    value = steps.add("Sub", value, steps.number(mean / std))
    if card.input.layout == "NCHW":
        value = steps.add("Transpose", value, perm=[0, 3, 1, 2])
    steps.add("Cast", value, to=network.input.kind, into=PREFIX + network.input.name)


def _shapes(network: ForeignNetwork, card: ForeignCard, steps: GraphSteps) -> dict[str, Shape]:
    """Return the shape of every output, by a run."""
    outputs = list(network.model.graph.output)
    model = _assemble(network, steps, steps.nodes, [], outputs)
    gray = np.full((1, card.input.height, card.input.width, 3), MARGIN, np.uint8)
    values = run_once(model, gray, name=network.name)
    if _undefined(values):
        # Of one that divides by how much a picture varies, a grey picture alone makes no numbers.
        noise = np.random.default_rng(0).integers(0, 256, gray.shape, np.uint8)
        if _undefined(run_once(model, noise, name=network.name)):
            raise Wrong(f"{network.name} gives NaN in place of numbers; its weights may be damaged.")
    return {name: value.shape for name, value in zip(network.outputs, values, strict=True)}


def _undefined(values: list[NDArray[Any]]) -> bool:
    return any(value.dtype.kind == "f" and bool(np.isnan(value).any()) for value in values)


def _refuse_large(name: str, shapes: dict[str, Shape]) -> None:
    for output, shape in shapes.items():
        if (count := int(np.prod(shape, dtype=np.float64))) > MOST_NUMBERS:
            raise Wrong(f"{name} gives {count:,} numbers as {output!r}; {MOST_NUMBERS:,} are the most.")


def _outputs(card: ForeignCard, nodes: list[onnx.NodeProto]) -> list[onnx.ValueInfoProto]:
    """Return the package's outputs among what the steps give, with the sides that are told of them."""
    count = len(card.told)
    sides: dict[str, list[int | str]] = {
        "boxes": ["batch", "boxes", 4],
        "scores": ["batch", "boxes", count] if card.task == "detection" else ["batch", count],
        "score": ["batch"],
        "heatmap": ["batch", "rows", "columns"],
        "masks": ["batch", count + 1, "rows", "columns"],
    }
    if card.task == "anomaly":
        sides = {name: sides[name] for name in ("score", "heatmap")}
    names = [node.output[0] for node in nodes if node.output[0] in sides]
    return [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, sides[name]) for name in names]


def _assemble(
    network: ForeignNetwork,
    steps: GraphSteps,
    before: list[onnx.NodeProto],
    behind: list[onnx.NodeProto],
    outputs: list[onnx.ValueInfoProto],
) -> bytes:
    """Return a file of the network between these steps."""
    side = (1, "height", "width", 3)
    whole = onnx.ModelProto()
    whole.CopyFrom(network.model)
    graph = whole.graph
    nodes = [*before, *graph.node, *behind]
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend(nodes)
    graph.initializer.extend(steps.numbers)
    graph.input.append(helper.make_tensor_value_info("pictures", onnx.TensorProto.UINT8, side))
    graph.output.extend(outputs)
    return bytes(whole.SerializeToString())
