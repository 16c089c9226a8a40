"""A look into an ONNX file without the onnx package, before anything of it runs.

A network out of a package is a program from elsewhere. It is held to what a trained network is:

    within itself     no tensor lies in another file, named by a path that nobody checked
    one way through   no loops, no branches, no functions, no training: each step runs once
    known steps       of the standard domain, and such as compute with numbers alone (ALLOWED)
    as large as told  a tensor's data is as long as its shape says

What a step makes while it runs is bounded where it runs (session.py). Only the few fields that lead to
these facts are walked; field numbers are from onnx.proto (IR version 10).
"""

import math
from collections.abc import Iterator

from vedette.errors import Wrong

# All that computes numbers from numbers in the standard domain: what our exporter emits (a test holds that)
# and its neighbours, for backbones of other families. Not here: control flow, sequences, optional values,
# texts, what is random, what decodes pictures, and what only a training needs.
_NAMES = """
Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
BatchNormalization BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast CastLike Ceil Celu CenterCropPad
Clip Compress Concat Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DeformConv
DepthToSpace DequantizeLinear Det Div DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten
Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater
GreaterOrEqual GridSample GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization
IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization LpPool
MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization Min Mish Mod Mul Neg
NonMaxSuppression NonZero Not OneHot Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear
RMSNormalization RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean
ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding
Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign
SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unique
Unsqueeze Upsample Where Xor
"""
ALLOWED = frozenset(_NAMES.split())
# A network of ours has a few hundred steps, the largest transformers some thousand.
MOST_NODES = 65_536

# message → field number → the message in that field
_PATHS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 8: "opset"},
    "graph": {1: "node", 5: "tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 10: "tensor"},
    "opset": {},
    "tensor": {},
}
# message → field number → what must not be there
_NEVER = {
    ("model", 20): "is trained while it runs",
    ("model", 25): "has functions of its own",
    ("graph", 15): "has sparse tensors",
    ("attribute", 22): "has sparse tensors",
    ("attribute", 23): "has sparse tensors",
    ("attribute", 6): "has loops or branches",
    ("attribute", 11): "has loops or branches",
    ("tensor", 13): "keeps weights in a file outside the package",
}
_OP_TYPE, _NODE_DOMAIN, _OPSET_DOMAIN = 4, 7, 1
_DIMS, _DATA_TYPE, _DATA_LOCATION = 1, 2, 14
_STRING = 8
_OURS = (b"", b"ai.onnx")
_DEEPEST = 64


class Forbidden(Exception):
    """Something in a network that no trained network has; says what."""


def refuse_foreign(model: bytes, name: str) -> None:
    """Refuse a model that is damaged, or is more than a trained network."""
    try:
        _walk(memoryview(model), "model", 0)
    except (IndexError, ValueError) as error:
        raise Wrong(f"{name}: model.onnx is damaged.", kind="model", name=name) from error
    except Forbidden as reason:
        raise Wrong(f"{name}: model.onnx {reason}; it is not opened.", kind="model", name=name) from None


def _walk(message: memoryview, kind: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    nodes = 0
    for number, wire, value in _fields(message):
        if (kind, number) in _NEVER:
            raise Forbidden(_NEVER[kind, number])
        inner = _PATHS[kind].get(number)
        if inner and wire == 2 and isinstance(value, memoryview):
            _walk(value, inner, depth + 1)
        if kind in ("node", "opset"):
            _refuse_unknown(kind, number, value)
        nodes += kind == "graph" and number == 1
    if nodes > MOST_NODES:
        raise Forbidden(f"has more than {MOST_NODES:,} steps")
    if kind == "tensor":
        _refuse_claims(message)


def _refuse_unknown(kind: str, number: int, value: memoryview | int) -> None:
    """Refuse a step, or a set of steps, that is not known."""
    word = bytes(value[:64]) if isinstance(value, memoryview) else b""
    if number == (_NODE_DOMAIN if kind == "node" else _OPSET_DOMAIN) and word not in _OURS:
        raise Forbidden(f"wants the steps of {_shown(word)}, which are not known here")
    if kind == "node" and number == _OP_TYPE and word.decode("ascii", "replace") not in ALLOWED:
        raise Forbidden(f"has a step {_shown(word)}, which no trained network has")


def _refuse_claims(message: memoryview) -> None:
    """Refuse a tensor of texts, one in another file, and one whose shape is more than its data."""
    count = 1
    for number, _, value in _fields(message):
        if number == _DATA_LOCATION and value:
            raise Forbidden("keeps weights in a file outside the package")
        if number == _DATA_TYPE and value == _STRING:
            raise Forbidden("has texts in it")
        if number == _DIMS:
            sides = [value] if isinstance(value, int) else list(_varints(value))
            count *= math.prod(sides)
    # The smallest numbers have four bits.
    if count > 2 * len(message):
        raise Forbidden("has a tensor that is not as large as it says")


def _shown(word: bytes) -> str:
    return repr(word.decode("utf-8", "replace"))


def _varints(message: memoryview) -> Iterator[int]:
    at = 0
    while at < len(message):
        value, at = _varint(message, at)
        yield value


def _fields(message: memoryview) -> Iterator[tuple[int, int, memoryview | int]]:
    """Yield (field number, wire type, value) of a protobuf message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield number, wire, value
            continue
        if wire == 2:
            size, at = _varint(message, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + size > len(message):
            raise ValueError("ends early")
        yield number, wire, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number without end")
