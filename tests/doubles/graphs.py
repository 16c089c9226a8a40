"""Tiny networks by hand, which keep the contract of the real ones: uint8 pictures in, named outputs out."""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


def brightness_scores(labels: int = 2, size: int = 8) -> bytes:
    """Classification: the first label's score is the mean of the red channel, the last one's is the rest."""
    steps = [
        helper.make_node("Cast", ["pictures"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["x", "full"], ["shares"]),
        helper.make_node("MatMul", ["shares", "weights"], ["evidence"]),  # B h w L
        helper.make_node("Add", ["evidence", "bias"], ["placed"]),
        helper.make_node("Transpose", ["placed"], ["heatmap"], perm=[0, 3, 1, 2]),
        helper.make_node("ReduceMean", ["heatmap", "axes"], ["scores"], keepdims=0),
    ]
    weights = np.zeros((3, labels), np.float32)
    weights[0, 0], weights[0, -1] = 1, -1
    bias = np.zeros(labels, np.float32)
    bias[-1] = 1
    return _model(
        steps,
        {"full": np.float32(255), "weights": weights, "bias": bias, "axes": np.array([2, 3])},
        size=size,
        outputs={"scores": ["B", labels], "heatmap": ["B", labels, size, size]},
    )


def fixed_boxes(boxes: Sequence[Sequence[float]], scores: Sequence[Sequence[float]], size: int = 8) -> bytes:
    """Detection: the same boxes (left, top, right, bottom) and scores in every picture."""
    return _repeated(
        {"boxes": np.array([boxes], np.float32), "scores": np.array([scores], np.float32)}, size=size
    )


def bright_boxes(size: int = 32) -> bytes:
    """Detection of one label: each quarter of the input is a box, its score the brightness there."""
    quarter = size // 2
    boxes = np.array([[[0, 0, 0.5, 0.5], [0.5, 0, 1, 0.5], [0, 0.5, 0.5, 1], [0.5, 0.5, 1, 1]]], np.float32)
    steps = [
        helper.make_node("Cast", ["pictures"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["x", "full"], ["shares"]),
        helper.make_node("ReduceMean", ["shares", "channel"], ["grey"], keepdims=0),
        helper.make_node("Unsqueeze", ["grey", "one"], ["plane"]),
        helper.make_node(
            "AveragePool", ["plane"], ["pooled"], kernel_shape=[quarter, quarter], strides=[quarter, quarter]
        ),
        helper.make_node("Reshape", ["pooled", "flat"], ["scores"]),
        *_per_picture("boxes"),
    ]
    constants = {
        "full": np.float32(255),
        "channel": np.array([3]),
        "one": np.array([1]),
        "flat": np.array([-1, 4, 1]),
        "fixed_boxes": boxes,
    }
    return _model(steps, constants, size=size, outputs={"boxes": ["B", 4, 4], "scores": ["B", 4, 1]})


def brightest_spot(size: int = 16) -> bytes:
    """Anomaly: the heat map is the brightness, the score its maximum."""
    steps = [
        *_grey(),
        helper.make_node("ReduceMax", ["heatmap", "plane"], ["score"], keepdims=0),
    ]
    return _model(
        steps,
        {"full": np.float32(255), "channel": np.array([3]), "plane": np.array([1, 2])},
        size=size,
        outputs={"score": ["B"], "heatmap": ["B", size, size]},
    )


def colour_masks(size: int = 16) -> bytes:
    """Segmentation of two types: red is the first, green the second, the dark is background."""
    weights = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], np.float32)
    steps = [
        helper.make_node("Cast", ["pictures"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["x", "full"], ["shares"]),
        helper.make_node("MatMul", ["shares", "weights"], ["types"]),
        helper.make_node("ReduceMax", ["shares", "channel"], ["any"], keepdims=1),
        helper.make_node("Mul", ["any", "background"], ["less"]),
        helper.make_node("Add", ["types", "less"], ["sums"]),
        helper.make_node("Add", ["sums", "ground"], ["placed"]),
        helper.make_node("Transpose", ["placed"], ["masks"], perm=[0, 3, 1, 2]),
        helper.make_node("ReduceMax", ["any", "all"], ["score"], keepdims=0),
    ]
    constants = {
        "full": np.float32(255),
        "weights": weights,
        "channel": np.array([3]),
        "background": np.array([-1, 0, 0], np.float32),
        "ground": np.array([1, 0, 0], np.float32),
        "all": np.array([1, 2, 3]),
    }
    return _model(steps, constants, size=size, outputs={"score": ["B"], "masks": ["B", 3, size, size]})


def large_bytes(size: int = 8, channels: int = 16) -> bytes:
    """Anomaly in 8 bits: the brightness, by a convolution whose weights are the largest that a byte holds.

    Two products of a white pixel find no room in 16 bits; cut to it, white is half as bright.
    """
    most = 127 * 255 * 3 * 9
    steps = [
        helper.make_node("Cast", ["pictures"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["x"], ["planes"], perm=[0, 3, 1, 2]),
        *_as_bytes("planes", "flowing"),
        helper.make_node("DequantizeLinear", ["weights", "weights_scale", "weights_zero"], ["kernel"]),
        helper.make_node("Conv", ["flowing", "kernel"], ["sums"]),
        *_as_bytes("sums", "sums_back"),
        helper.make_node("Div", ["sums_back", "most"], ["shares"]),
        helper.make_node("ReduceMax", ["shares", "plane"], ["score"], keepdims=0),
    ]
    constants = {
        "weights": np.full((channels, 3, 3, 3), 127, np.int8),
        "weights_scale": np.float32(1),
        "weights_zero": np.int8(0),
        "planes_scale": np.float32(1),
        "planes_zero": np.uint8(0),
        "sums_scale": np.float32(most / 255),
        "sums_zero": np.uint8(0),
        "most": np.float32(most),
        "plane": np.array([1, 2, 3]),
    }
    return _model(steps, constants, size=size, outputs={"score": ["B"]})


def _as_bytes(name: str, back: str) -> list[onnx.NodeProto]:
    """Make bytes of numbers, and numbers of those again, which ONNX Runtime joins with the step between."""
    scale = [f"{name}_scale", f"{name}_zero"]
    return [
        helper.make_node("QuantizeLinear", [name, *scale], [f"{name}_bytes"]),
        helper.make_node("DequantizeLinear", [f"{name}_bytes", *scale], [back]),
    ]


def _grey() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Cast", ["pictures"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["x", "full"], ["shares"]),
        helper.make_node("ReduceMean", ["shares", "channel"], ["heatmap"], keepdims=0),
    ]


def _per_picture(name: str) -> list[onnx.NodeProto]:
    """Repeat a constant once for each picture of the batch."""
    return [
        helper.make_node("Shape", ["pictures"], [f"{name}_shape"], start=0, end=1),
        helper.make_node("ConstantOfShape", [f"{name}_shape"], [f"{name}_zeros"]),
        helper.make_node("Unsqueeze", [f"{name}_zeros", f"{name}_axes"], [f"{name}_rows"]),
        helper.make_node("Add", [f"fixed_{name}", f"{name}_rows"], [name]),
    ]


def _repeated(values: dict[str, NDArray[np.float32]], *, size: int) -> bytes:
    steps = [node for name in values for node in _per_picture(name)]
    constants = {f"fixed_{name}": value for name, value in values.items()}
    return _model(
        steps, constants, size=size, outputs={name: ["B", *value.shape[1:]] for name, value in values.items()}
    )


def _model(
    steps: list[onnx.NodeProto],
    constants: dict[str, NDArray[np.generic]],
    *,
    size: int,
    outputs: dict[str, list[str | int]],
) -> bytes:
    constants = {**constants, **{f"{name}_axes": np.array([1, 2]) for name in outputs}}
    graph = helper.make_graph(
        steps,
        "tiny",
        [helper.make_tensor_value_info("pictures", TensorProto.UINT8, ["B", size, size, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def without_heatmap(network: bytes) -> bytes:
    """The same network, without an output that says where its evidence lies."""
    model = onnx.load_from_string(network)
    outputs = [output for output in model.graph.output if output.name != "heatmap"]
    del model.graph.output[:]
    model.graph.output.extend(outputs)
    return bytes(model.SerializeToString())
