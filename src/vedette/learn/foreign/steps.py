"""Steps of an ONNX graph written one after another, by names of their own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, DTypeLike
from onnx import helper, numpy_helper

FLOAT, INT64 = np.float32, np.int64


class GraphSteps:
    """Steps that are to stand before or behind a network, and the numbers they need."""

    def __init__(self, prefix: str, opset: int) -> None:
        self._prefix, self._opset = prefix, opset
        self.nodes: list[onnx.NodeProto] = []
        self.numbers: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, into: str = "", **attributes: Any) -> str:
        """Add a step and return the name of what it gives."""
        output = into or f"{self._prefix}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def number(self, values: ArrayLike, kind: DTypeLike = FLOAT) -> str:
        """Add constant numbers and return their name."""
        name = f"{self._prefix}number{len(self.numbers)}"
        self.numbers.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def reshape(self, value: str, shape: Sequence[int]) -> str:
        """Give a value another shape; 0 keeps a side, -1 is what is left."""
        return self.add("Reshape", value, self.number(shape, INT64))

    def part(self, value: str, axis: int, start: int, end: int) -> str:
        """Return a range along an axis."""
        return self.add("Gather", value, self.number(range(start, end), INT64), axis=axis)

    def greatest(self, value: str, axes: Sequence[int], *, keep: bool = False) -> str:
        """Return the greatest along axes, which a later opset names by an input."""
        if self._opset >= 18:
            return self.add("ReduceMax", value, self.number(axes, INT64), keepdims=int(keep))
        return self.add("ReduceMax", value, axes=list(axes), keepdims=int(keep))

    def floats(self, value: str) -> str:
        """Return a value as 32-bit numbers."""
        return self.add("Cast", value, to=onnx.TensorProto.FLOAT)

    def activated(self, value: str, activation: str, *, last: int) -> str:
        """Return probabilities, where what the network gives are not yet; along the `last` axis."""
        if activation == "none":
            return value
        # Before opset 13 a softmax goes over all axes from the named one on; of the last that is the same.
        if activation == "softmax":
            return self.add("Softmax", value, axis=last)
        return self.add("Sigmoid", value)

    def clipped(self, value: str) -> str:
        """Return a value between 0 and 1; Clip itself has had its bounds in two places."""
        return self.add("Min", self.add("Max", value, self.number(0.0)), self.number(1.0))
