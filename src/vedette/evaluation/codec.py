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

import numpy as np

# What JSON Schema calls the simple kinds, and how a sentence does.
SIMPLE: dict[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
ARTICLES: dict[Any, str] = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


# Whole numbers above this are no floats.
_LARGEST = 1 << 1023

Reader = Callable[[Any], Any]


class Misfit(ValueError):
    """A piece of JSON that is not of its kind; says where and what it should be.

    Its place is put together on the way out, from the inside: what is right costs nothing.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self._problem = problem
        self._steps: list[str] = []

    def step_out(self, step: str) -> None:
        """Say in which field or item of what is around it the misfit is."""
        self._steps.append(step)

    def __str__(self) -> str:
        place = "".join(reversed(self._steps)).removeprefix(".")
        return f"{place or 'it'} {self._problem}"


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
    kind: Any = type(value)
    if kind in SIMPLE or value is None:
        return value
    if isinstance(value, np.generic):  # boxes of who trains from Python may be numbers of numpy
        return value.item()
    if isinstance(value, Mapping):
        return {key: to_json(content) for key, content in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(content) for content in value]
    pairs = ((shape, getattr(value, shape.name)) for shape in shapes_of(kind))
    return {
        shape.name: to_json(content)
        for shape, content in pairs
        if content is not None or not shape.omits_none
    }


def from_json(kind: Any, value: Any) -> Any:
    """Return the value of a kind in a piece of JSON.

    Raises:
        Misfit: where it is of another kind.
    """
    return reader_of(kind)(value)


@cache
def reader_of(kind: Any) -> Reader:
    """Return what reads values of a kind; it is made once, since a document has the same kind many times."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is not None:
        return _MAKERS[origin](parts)
    return _dataclass_reader(kind) if dataclasses.is_dataclass(kind) else _simple_reader(kind)


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


def _union_reader(kinds: tuple[Any, ...]) -> Reader:
    choices = [kind for kind in kinds if kind is not type(None)]
    readers = {kind: reader_of(kind) for kind in choices}
    is_optional = len(choices) < len(kinds)

    def read(value: Any) -> Any:
        if value is None and is_optional:
            return None
        return readers[choices[0] if len(choices) == 1 else _choose(choices, value)](value)

    return read


def _choose(kinds: list[Any], value: Any) -> Any:
    """Return the first dataclass that has nothing against these keys and words."""
    if isinstance(value, dict):
        for kind in kinds:
            if all(_admits(shape, value) for shape in shapes_of(kind)):
                return kind
    raise Misfit(f"is none of {', '.join(kind.__name__ for kind in kinds)}")


def _admits(shape: FieldShape, value: Mapping[str, Any]) -> bool:
    if shape.name not in value:
        return shape.may_lack
    return get_origin(shape.kind) is not Literal or value[shape.name] in get_args(shape.kind)


def _word_reader(words: tuple[Any, ...]) -> Reader:
    kinds = {type(word) for word in words}

    def read(value: Any) -> Any:
        if type(value) not in kinds or value not in words:
            raise Misfit(f"is {value!r:.40}, not {' or '.join(map(repr, words))}")
        return value

    return read


def _list_reader(parts: tuple[Any, ...]) -> Reader:
    read_item = reader_of(parts[0])

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Misfit("is not a list")
        items = []
        for number, item in enumerate(value):
            try:
                items.append(read_item(item))
            except Misfit as misfit:
                misfit.step_out(f"[{number}]")
                raise
        return tuple(items)

    return read


def _mapping_reader(parts: tuple[Any, ...]) -> Reader:
    read_content = reader_of(parts[1])

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Misfit("is not an object")
        return {key: _read_field(key, read_content, content) for key, content in value.items()}

    return read


def _dataclass_reader(kind: Any) -> Reader:
    readers = [(shape.name, reader_of(shape.kind), shape.may_lack) for shape in shapes_of(kind)]

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Misfit("is not an object")
        fields = {}
        for name, read_content, may_lack in readers:
            if name in value:
                fields[name] = _read_field(name, read_content, value[name])
            elif not may_lack:
                misfit = Misfit("is missing")
                misfit.step_out(f".{name}")
                raise misfit
        try:
            return kind(**fields)
        except ValueError as error:
            raise Misfit(f"cannot be: {error}") from error

    return read


def _read_field(name: str, reader: Reader, value: Any) -> Any:
    try:
        return reader(value)
    except Misfit as misfit:
        misfit.step_out(f".{name}")
        raise


def _simple_reader(kind: Any) -> Reader:
    def read(value: Any) -> Any:
        if kind is float and type(value) is int and abs(value) <= _LARGEST:
            value = float(value)
        if type(value) is not kind:
            raise Misfit(f"is {value!r:.40}, not {ARTICLES[kind]}")
        if kind is float and not math.isfinite(value):
            raise Misfit("is not a finite number")
        return value

    return read


_MAKERS: Mapping[Any, Callable[[tuple[Any, ...]], Reader]] = {
    Annotated: lambda parts: reader_of(parts[0]),
    Union: _union_reader,
    types.UnionType: _union_reader,
    Literal: _word_reader,
    tuple: _list_reader,
    Mapping: _mapping_reader,
}
