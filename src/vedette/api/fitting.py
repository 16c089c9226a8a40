"""Values of a template fitted into an operation's shape: "5" is a number where one is wanted.

CloudFormation takes texts for numbers and truth values, and the other way round. A member that the shape does
not have is refused by its name, never left out.
"""

import re
from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from vedette.wire.errors import Invalid

NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
TRUTHS = {"true": True, "false": False}


def fit(shape: Shape | None, value: Any, path: str) -> Any:
    """Return a value as the shape has it.

    Raises:
        Invalid: where it cannot be that.
    """
    if shape is None:
        return {}
    fitter = _FITTERS.get(shape.type_name, _as_is)
    return fitter(shape, value, path)


def _structure(shape: Shape, value: Any, path: str) -> Any:
    if not isinstance(value, Mapping):
        raise Invalid([f"#/{path}: expected type: JSONObject"])
    for name in value:
        if name not in shape.members:
            raise Invalid([f"#/{path}: extraneous key [{name[:100]}] is not permitted"])
    return {name: fit(shape.members[name], inner, f"{path}/{name}") for name, inner in value.items()}


def _list(shape: Shape, value: Any, path: str) -> Any:
    if not isinstance(value, list):
        raise Invalid([f"#/{path}: expected type: JSONArray"])
    return [fit(shape.member, inner, f"{path}/{number}") for number, inner in enumerate(value)]


def _map(shape: Shape, value: Any, path: str) -> Any:
    if not isinstance(value, Mapping):
        raise Invalid([f"#/{path}: expected type: JSONObject"])
    return {name: fit(shape.value, inner, f"{path}/{name}") for name, inner in value.items()}


def _text(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise Invalid([f"#/{path}: expected type: String"])
    return value


def _truth(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(value, str) and value.lower() in TRUTHS:
        return TRUTHS[value.lower()]
    if not isinstance(value, bool):
        raise Invalid([f"#/{path}: expected type: Boolean"])
    return value


def _whole(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(value, str) and WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid([f"#/{path}: expected type: Integer"])
    return value


def _number(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid([f"#/{path}: expected type: Number"])
    return float(value)


def _as_is(shape: Shape, value: Any, path: str) -> Any:
    return value


_FITTERS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _text,
    "boolean": _truth,
    "integer": _whole,
    "long": _whole,
    "float": _number,
    "double": _number,
}
