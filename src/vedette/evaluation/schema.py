"""What the documents of an evaluation hold to, in the terms of JSON Schema, and as a page for people.

Both are computed from the dataclasses of document.py by `make docs`; other languages take their types
from the schema. Nothing is validated with it here: reading is codec.py's.
"""

import dataclasses
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from vedette.evaluation.codec import SIMPLE, FieldShape, shapes_of


def json_schema(kind: Any, *, title: str, description: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a dataclass, or of a union of them."""
    definitions: dict[str, Any] = {}
    shape = _describe(kind, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        **shape,
        "$defs": definitions,
    }


def dataclasses_in(kind: Any) -> Iterator[type]:
    """Yield the dataclasses that a kind is made of, each once, a whole before its parts."""
    pending, yielded = [kind], set()
    while pending:
        first = pending.pop(0)
        if dataclasses.is_dataclass(first) and first not in yielded:
            yielded.add(first)
            yield cast(type, first)
            pending += [shape.kind for shape in shapes_of(cast(type, first))]
        pending += [part for part in get_args(first) if not isinstance(part, str)]


def kind_in_words(kind: Any) -> str:
    """Return a field's kind as a page for people names it."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return " or ".join(kind_in_words(part) for part in parts)
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is tuple:
        return f"list of {kind_in_words(parts[0])}"
    if origin is Mapping:
        return f"object: a name to {kind_in_words(parts[1])}"
    if dataclasses.is_dataclass(kind):
        return f"[{cast(type, kind).__name__}](#{cast(type, kind).__name__.lower()})"
    return "null" if kind is type(None) else SIMPLE[kind]


def _describe(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is not None:
        return _describe_generic(origin, parts, definitions)
    if dataclasses.is_dataclass(kind):
        return _describe_dataclass(cast(type, kind), definitions)
    return {"type": "null" if kind is type(None) else SIMPLE[kind]}


def _describe_generic(origin: Any, parts: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if origin in (Union, types.UnionType):
        return {"anyOf": [_describe(part, definitions) for part in parts]}
    if origin is Literal:
        return {"const": parts[0]} if len(parts) == 1 else {"enum": list(parts)}
    if origin is Annotated:
        return _describe(parts[0], definitions)
    if origin is tuple:
        return {"type": "array", "items": _describe(parts[0], definitions)}
    return {"type": "object", "additionalProperties": _describe(parts[1], definitions)}


def _describe_dataclass(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in definitions:
        definition: dict[str, Any] = {"type": "object", "description": summary(kind)}
        definitions[kind.__name__] = definition  # its place is taken before its fields are described
        definition["properties"] = {
            shape.name: _describe_field(shape, definitions) for shape in shapes_of(kind)
        }
        definition["required"] = [shape.name for shape in shapes_of(kind) if not shape.may_lack]
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _describe_field(shape: FieldShape, definitions: dict[str, Any]) -> dict[str, Any]:
    described = _describe(shape.kind, definitions)
    return described | ({"description": shape.meaning} if shape.meaning else {})


def summary(kind: type) -> str:
    """Return the first line of a dataclass's docstring."""
    return (kind.__doc__ or "").partition("\n")[0]
