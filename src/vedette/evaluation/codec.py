"""Frozen dataclasses as JSON and back again: one description for reader, writer and schema.

    to_json    a value as JSON has it
    from_json  the value in a piece of JSON; a wrong one is refused by its place
    shapes_of  the fields of a dataclass, with what they mean

A field may be a number, a text, a truth value, one of some words (`Literal`), a tuple of one kind, a
mapping by text, another dataclass, a union of dataclasses, or one of these or None. A field whose default
is None is left out where it is None. `Annotated[kind, "text"]` says what a field means.

Reading is strict in kind and generous in surplus: an unknown key is passed over, since a later release may
have added it. Knows no file and no document.
"""

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

# What JSON Schema calls the simple kinds, and how a sentence does.
SIMPLE: dict[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
ARTICLES: dict[Any, str] = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


class Misfit(ValueError):
    """A piece of JSON that is not of its kind; says where and what it should be."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place or 'it'} {problem}")


@dataclasses.dataclass(frozen=True, slots=True)
class FieldShape:
    """A field of a dataclass: its name, its kind, what it means, and whether JSON may lack it."""

    name: str
    kind: Any
    meaning: str
    may_lack: bool
    omits_none: bool


def to_json(value: Any) -> Any:
    """Return a value as JSON has it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shapes = shapes_of(type(value))
        pairs = ((shape, getattr(value, shape.name)) for shape in shapes)
        return {
            shape.name: to_json(content)
            for shape, content in pairs
            if content is not None or not shape.omits_none
        }
    if isinstance(value, Mapping):
        return {key: to_json(content) for key, content in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(content) for content in value]
    return value


def from_json(kind: Any, value: Any, place: str = "") -> Any:
    """Return the value of a kind in a piece of JSON; `place` is how an error names it.

    Raises:
        Misfit: where it is of another kind.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is not None:
        return READERS[origin](arguments, value, place)
    return (_read_dataclass if dataclasses.is_dataclass(kind) else _read_simple)(kind, value, place)


@cache
def shapes_of(kind: type) -> tuple[FieldShape, ...]:
    """Return the fields of a dataclass, in the order in which they are written."""
    hints = get_type_hints(kind, include_extras=True)
    shapes = []
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        meaning = ""
        if get_origin(hint) is Annotated:
            hint, meaning = get_args(hint)[:2]
        may_lack = field.default is not dataclasses.MISSING
        shapes.append(FieldShape(field.name, hint, meaning, may_lack, omits_none=field.default is None))
    return tuple(shapes)


# Reading


def _read_annotated(arguments: tuple[Any, ...], value: Any, place: str) -> Any:
    return from_json(arguments[0], value, place)


def _read_union(kinds: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    choices = [kind for kind in kinds if kind is not type(None)]
    return from_json(choices[0] if len(choices) == 1 else _choose(choices, value, place), value, place)


def _choose(kinds: list[Any], value: Any, place: str) -> Any:
    """Return the first dataclass that has nothing against these keys and words."""
    if isinstance(value, dict):
        for kind in kinds:
            if all(_admits(shape, value) for shape in shapes_of(kind)):
                return kind
    raise Misfit(place, f"is none of {', '.join(kind.__name__ for kind in kinds)}")


def _admits(shape: FieldShape, value: Mapping[str, Any]) -> bool:
    if shape.name not in value:
        return shape.may_lack
    return get_origin(shape.kind) is not Literal or value[shape.name] in get_args(shape.kind)


def _read_word(words: tuple[Any, ...], value: Any, place: str) -> Any:
    if value not in words or type(value) not in {type(word) for word in words}:
        raise Misfit(place, f"is {value!r}, not {' or '.join(map(repr, words))}")
    return value


def _read_items(arguments: tuple[Any, ...], value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Misfit(place, "is not a list")
    return tuple(from_json(arguments[0], item, f"{place}[{number}]") for number, item in enumerate(value))


def _read_mapping(arguments: tuple[Any, ...], value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Misfit(place, "is not an object")
    return {key: from_json(arguments[1], content, f"{place}.{key}") for key, content in value.items()}


def _read_dataclass(kind: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise Misfit(place, "is not an object")
    fields = {}
    for shape in shapes_of(kind):
        field_place = f"{place}.{shape.name}" if place else shape.name
        if shape.name in value:
            fields[shape.name] = from_json(shape.kind, value[shape.name], field_place)
        elif not shape.may_lack:
            raise Misfit(field_place, "is missing")
    try:
        return kind(**fields)
    except ValueError as error:
        raise Misfit(place, f"cannot be: {error}") from error


def _read_simple(kind: Any, value: Any, place: str) -> Any:
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise Misfit(place, f"is {value!r:.40}, not {ARTICLES[kind]}")
    if kind is float and not math.isfinite(value):
        raise Misfit(place, "is not a finite number")
    return value


READERS: Mapping[Any, Callable[[tuple[Any, ...], Any, str], Any]] = {
    Annotated: _read_annotated,
    Union: _read_union,
    types.UnionType: _read_union,
    Literal: _read_word,
    tuple: _read_items,
    Mapping: _read_mapping,
}
