"""Values to JSON and back, by shape: what JSON 1.1 and REST-JSON have in common."""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from botocore.model import Shape

from vedette.wire import scalars
from vedette.wire.errors import Malformed

# The deepest shape of both services has nine levels.
DEEPEST = 64
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
# The end of a key. Strings may hold it too, so there are never fewer ends than keys.
_KEY_END = re.compile(rb'"[ \t\r\n]*:')
# Beyond so many, a look at each costs more than the pattern does.
_FEW_QUOTES = 200


def load(body: bytes) -> dict[str, Any]:
    """Return the object that a body holds; an empty body is an empty object.

    Refused are what is not JSON to the letter (orjson knows no NaN, no lone surrogates and
    no infinite numbers), any other value than an object, depth, and a repeated name, which two
    parsers would understand in two ways.
    """
    if not body:
        return {}
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("The request body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Malformed("The request body is not a JSON object.")
    keys, strings = _count_keys(value)
    if _has_quotes_beyond(body, 2 * (keys + strings)) and keys < len(_KEY_END.findall(body)):
        _refuse_twice(body)
    return value


def _has_quotes_beyond(body: bytes, most: int) -> bool:
    """Say whether a body may have more quotes than its keys and strings need, as a repeated name has.

    A picture in base64 has none, and this passes over it ten times as fast as a pattern.
    """
    if most > _FEW_QUOTES:
        return True
    at = -1
    for _ in range(most + 1):
        at = body.find(b'"', at + 1)
        if at < 0:
            return False
    return True


def _count_keys(value: Any) -> tuple[int, int]:
    """Return how many keys there are, and how many strings that are values."""
    count = strings = 0
    level = [value]
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise Malformed("The request body is nested too deeply.", "too-deep")
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                count += len(node)
            for item in node.values() if isinstance(node, dict) else node:
                if isinstance(item, str):
                    strings += 1
                elif isinstance(item, dict | list):
                    below.append(item)
        level = below
    return count, strings


def _refuse_twice(body: bytes) -> None:
    """Parse once more, slowly, and refuse an object that has a member twice."""

    def once(pairs: list[tuple[str, Any]]) -> None:
        if len({name for name, _ in pairs}) < len(pairs):
            raise Malformed("The request body names a member twice.")

    json.loads(body, object_pairs_hook=once)


def read(shape: Shape, value: Any, path: str) -> Any:
    """Return the value by its shape: datetimes, bytes, numbers, strings; nulls are left out."""
    return _READERS[shape.type_name](shape, value, path)


def read_members(shape: Shape, value: Any, path: str) -> dict[str, Any]:
    """Return the members of a structure that are in the body; unknown ones are ignored."""
    if not isinstance(value, dict):
        raise _mistyped(path, "an object", value)
    members: dict[str, Any] = {}
    for name, member in shape.members.items():
        facts = member.serialization
        item = value.get(facts.get("name", name))
        if item is not None and "location" not in facts:
            members[name] = read(member, item, f"{path}.{name}" if path else name)
    return members


def _read_list(shape: Shape, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _mistyped(path, "a list", value)
    member, reader = shape.member, _READERS[shape.member.type_name]
    return [reader(member, item, path) for item in value]


def _read_map(shape: Shape, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _mistyped(path, "an object", value)
    member, reader = shape.value, _READERS[shape.value.type_name]
    return {key: reader(member, item, path) for key, item in value.items() if item is not None}


def _read_string(_shape: Shape, value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise _mistyped(path, "a string", value)
    return value


def _read_boolean(_shape: Shape, value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise _mistyped(path, "true or false", value)
    return value


def _read_integer(shape: Shape, value: Any, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _mistyped(path, "a whole number", value)
    bound = scalars.BOUNDS[shape.type_name]
    if not -bound <= value < bound:
        raise Malformed(f"The value of {path} is beyond the numbers of its type.", "type")
    return value


def _read_float(_shape: Shape, value: Any, path: str) -> float:
    if value in _NO_NUMBERS:
        # SDKs write them so; the limits of the shape refuse them by their name.
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _mistyped(path, "a number", value)
    return float(value)


def _read_blob(_shape: Shape, value: Any, path: str) -> bytes:
    if not isinstance(value, str):
        raise _mistyped(path, "a base64 string", value)
    try:
        return scalars.read_blob(value)
    except ValueError as reason:
        raise Malformed(f"The value of {path} {reason}.", "type") from None


def _read_timestamp(_shape: Shape, value: Any, path: str) -> datetime:
    try:
        if isinstance(value, str):
            return scalars.read_time(value)
        return scalars.read_epoch(_read_float(_shape, value, path))
    except ValueError as reason:
        raise Malformed(f"The value of {path} {reason}.", "type") from None


_READERS: dict[str, Callable[[Shape, Any, str], Any]] = {
    "structure": read_members,
    "list": _read_list,
    "map": _read_map,
    "string": _read_string,
    "boolean": _read_boolean,
    "integer": _read_integer,
    "long": _read_integer,
    "float": _read_float,
    "double": _read_float,
    "blob": _read_blob,
    "timestamp": _read_timestamp,
}


def _mistyped(path: str, expected: str, value: Any) -> Malformed:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    actual = names.get(type(value), "a number")
    return Malformed(f"The value of {path or 'the body'} must be {expected}, not {actual}.", "type")


def dump(shape: Shape | None, value: dict[str, Any]) -> bytes:
    """Return the body for a result; members that are None, or bound elsewhere, are left out."""
    return b"{}" if shape is None else orjson.dumps(_write_members(shape, value))


def write(shape: Shape, value: Any) -> Any:
    """Return a value of that shape as orjson can serialise it."""
    return _WRITERS[shape.type_name](shape, value)


def _write_members(shape: Shape, value: dict[str, Any]) -> dict[str, Any]:
    members = shape.members
    result: dict[str, Any] = {}
    for name, item in value.items():
        member = members.get(name)
        if member is None:
            raise ValueError(f"{shape.name} has no {name}")
        facts = member.serialization
        if item is not None and "location" not in facts:
            result[facts.get("name", name)] = _WRITERS[member.type_name](member, item)
    return result


def _write_list(shape: Shape, value: Any) -> list[Any]:
    member, writer = shape.member, _WRITERS[shape.member.type_name]
    return [writer(member, item) for item in value]


def _write_map(shape: Shape, value: dict[str, Any]) -> dict[str, Any]:
    member, writer = shape.value, _WRITERS[shape.value.type_name]
    return {key: writer(member, item) for key, item in value.items()}


def _write_float(shape: Shape, value: float) -> float:
    # Detection returns numpy's numbers; JSON has no NaN and orjson would write null.
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{shape.name} is not a finite number")
    return number


_WRITERS: dict[str, Callable[[Shape, Any], Any]] = {
    "structure": _write_members,
    "list": _write_list,
    "map": _write_map,
    "string": lambda _, value: value,
    "boolean": lambda _, value: bool(value),
    "integer": lambda _, value: int(value),
    "long": lambda _, value: int(value),
    "float": _write_float,
    "double": _write_float,
    "blob": lambda _, value: scalars.encode_blob(value),
    "timestamp": lambda _, value: scalars.epoch(value),
}
