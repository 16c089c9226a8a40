"""Orders to JSON and back. An order is a frozen dataclass; its `body`, if it has one, stays bytes.

A row of an older release may lack fields that have a default, and one of a newer release may have more
than this one knows: that one is refused, since what is not understood is not carried out.
"""

from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

Order = TypeVar("Order")

BODY = "body"


class UnreadableOrder(Exception):
    """A row whose order this release cannot read."""


def dump_order(order: Any) -> tuple[str, bytes | None]:
    """Return an order as JSON, and its body beside it."""
    values = {field.name: getattr(order, field.name) for field in fields(order)}
    body: bytes | None = values.pop(BODY, None)
    return orjson.dumps(values).decode(), body


def load_order(kind: type[Order], text: str, body: bytes | None) -> Order:
    """Return the order of a row.

    Raises:
        UnreadableOrder: where a field is missing, is of another type, or is not known.
    """
    try:
        values = orjson.loads(text) | ({} if body is None else {BODY: body})
        order: Order = _adapter(kind).validate_python(values)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise UnreadableOrder("; ".join(problems)) from None
    except (ValueError, TypeError) as error:
        raise UnreadableOrder(str(error)) from None
    if unknown := set(values) - {field.name for field in fields(kind)}:  # type: ignore[arg-type]
        raise UnreadableOrder(f"unknown fields: {', '.join(sorted(unknown))}")
    return order


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    # It compiles the type, which takes milliseconds.
    return TypeAdapter(kind)
