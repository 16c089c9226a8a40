"""A look into an ONNX file without the onnx package: does it stay within itself?

An ONNX tensor may lie in another file, named by a path that nobody checked. Ours never
do, so a graph with such a tensor is refused. Only the few fields that lead to tensors
are walked; field numbers are from onnx.proto (IR version 10).
"""

from collections.abc import Iterator

from vedette.errors import Wrong

# message → field number → the message in that field
_PATHS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_DEEPEST = 64


def refuse_outside_data(model: bytes, name: str) -> None:
    """Refuse a model that is damaged, or whose weights lie in a file of their own."""
    try:
        outside = _reaches_out(memoryview(model), "model", 0)
    except (IndexError, ValueError) as error:
        raise Wrong(f"{name}: model.onnx is damaged.", kind="model", name=name) from error
    if outside:
        raise Wrong(
            f"{name}: model.onnx keeps weights in a file outside the package; it is not opened.",
            kind="model",
            name=name,
        )


def _reaches_out(message: memoryview, kind: str, depth: int) -> bool:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    for number, wire, value in _fields(message):
        if kind == "tensor" and (number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value)):
            return True
        inner = _PATHS[kind].get(number)
        if inner and wire == 2 and isinstance(value, memoryview) and _reaches_out(value, inner, depth + 1):
            return True
    return False


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
