"""Handlers whose answers are held to the shape of their operation, as no wire does: it leaves out what it
does not know, so that a member of a wrong name is lost without a word."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from vedette.wire import models


def held_to_shape(service: str, name: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return a handler that fails where its answer has members that are unknown, or lacks some."""

    @functools.wraps(handler)
    def answer(*arguments: Any, **options: Any) -> Any:
        result = handler(*arguments, **options)
        operation = models.operation(service, name)
        if isinstance(result, Mapping) and operation is not None and operation.output_shape is not None:
            faults = [*faults_of(operation.output_shape, result, name)]
            assert not faults, f"The shapes of {service} describe no such answer: {faults}"
        return result

    return answer


def faults_of(shape: Shape, value: Any, place: str) -> Iterator[str]:
    """Yield the members that a shape does not know, and those that it requires and that are not there."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        yield from _faults_of_members(shape, value, place)
    elif isinstance(shape, ListShape) and isinstance(value, Sequence):
        for item in value:
            yield from faults_of(shape.member, item, f"{place}[]")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for item in value.values():
            yield from faults_of(shape.value, item, f"{place}{{}}")


def _faults_of_members(shape: StructureShape, value: Mapping[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place}.{name} is missing" for name in shape.required_members if name not in value)
    for name, part in value.items():
        if name not in shape.members:
            yield f"{place}.{name} is unknown"
        elif part is not None:
            yield from faults_of(shape.members[name], part, f"{place}.{name}")
