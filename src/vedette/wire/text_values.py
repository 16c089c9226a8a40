"""Single values as the text of elements, headers, paths and queries, by shape."""

from collections.abc import Callable
from typing import Any

from botocore.model import Shape

from vedette.wire import scalars
from vedette.wire.errors import Malformed


def text_of(shape: Shape, value: Any, default_time: str = "iso8601") -> str:
    """Return a single value as headers, queries and elements carry it."""
    match shape.type_name:
        case "timestamp":
            return scalars.FORMATS[shape.serialization.get("timestampFormat", default_time)](value)
        case "boolean":
            return "true" if value else "false"
        case "blob":
            return scalars.encode_blob(value)
        case _:
            return str(value)


_READERS: dict[str, Callable[[str], Any]] = {
    "boolean": scalars.read_boolean,
    "integer": lambda text: scalars.read_integer(text, scalars.BOUNDS["integer"]),
    "long": lambda text: scalars.read_integer(text, scalars.BOUNDS["long"]),
    "float": scalars.read_float,
    "double": scalars.read_float,
    "timestamp": scalars.read_time,
    "blob": scalars.read_blob,
}


def value_of(shape: Shape, text: str, name: str) -> Any:
    """Return a single value from text; space around it counts only in strings."""
    reader = _READERS.get(shape.type_name)
    if reader is None:
        return text
    try:
        return reader(text.strip())
    except ValueError as reason:
        raise Malformed(f"The value of {name} {reason}.", "type") from None
