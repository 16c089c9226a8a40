"""Validation of a parsed request against the limits of its shapes.

Clients check next to nothing (botocore: required members, types and minima), so the server
checks all: required, length, range, enum and pattern, over the whole tree. All complaints are
in one message, in the words and with the member names that AWS uses, since people search for them.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import regex
from botocore.model import OperationModel, Shape

from vedette.wire import models
from vedette.wire.errors import Invalid

# Beyond this a value is cut: a message is for reading, and a blob or a manifest line is not.
LONGEST_VALUE = 100
_BEYOND = ("Member must have value less than or equal to", "Member must have length less than or equal to")
# Where Rekognition's requests have a picture's bytes.
_PICTURE = "image.bytes"


def check(operation: OperationModel, value: dict[str, Any]) -> None:
    """Raise Invalid with every complaint about the value, or return."""
    if operation.input_shape is None:
        return
    problems = list(_complaints(operation.input_shape, value, ""))
    if problems:
        text = [
            f"Value {text}at '{path}' failed to satisfy constraint: {rule}" for text, path, rule in problems
        ]
        raise Invalid(text, _kind(operation, [(path, rule) for _, path, rule in problems]))


def check_narrow(service: str, structure: str, member: str, value: str) -> None:
    """Raise Invalid where a member that takes more here breaks AWS's own rules, or return."""
    rules = broken(models.narrow_shape(service, structure, member), value)
    text = [
        f"Value {_show(value)} at '{_camel(member)}' failed to satisfy constraint: {rule}" for rule in rules
    ]
    if text:
        raise Invalid(text, "constraint")


def _kind(operation: OperationModel, problems: list[tuple[str, str]]) -> str:
    """Return the kind: a too large page or picture has its own where it is the only problem."""
    paths = {path for path, _ in problems}
    if all(rule.startswith(_BEYOND) for _, rule in problems):
        member = models.page_sizes(operation.service_model.service_name).get(operation.name)
        if member is not None and paths == {_camel(member)}:
            return "page-size"
        if paths == {_PICTURE}:
            return "large-picture"
    return "constraint"


# Each complaint: the value as shown with a blank behind it, or nothing; the path of the member; the rule.
Complaint = tuple[str, str, str]


def _complaints(shape: Shape, value: Any, path: str) -> Iterator[Complaint]:
    for rule in broken(shape, value):
        yield _show_of(value, shape), path, rule
    if shape.type_name == "structure":
        yield from _structure(shape, value, path)
    elif shape.type_name == "list":
        yield from _list(shape, value, path)
    elif shape.type_name == "map":
        yield from _map(shape, value, path)


def _structure(shape: Shape, value: dict[str, Any], path: str) -> Iterator[Complaint]:
    prefix = f"{path}." if path else ""
    for name in shape.metadata.get("required", ()):
        if value.get(name) is None:
            yield "null ", prefix + _camel(name), "Member must not be null"
    for name, item in value.items():
        if item is not None:
            yield from _complaints(shape.members[name], item, prefix + _camel(name))


def _list(shape: Shape, value: list[Any], path: str) -> Iterator[Complaint]:
    if shape.member.type_name in {"structure", "list", "map"}:
        for count, item in enumerate(value, 1):
            yield from _complaints(shape.member, item, f"{path}.{count}.member")
    elif any(True for item in value for _ in broken(shape.member, item)):
        rules = ", ".join(limits(shape.member))
        yield _show_of(value, shape, shape.member), path, f"Member must satisfy constraint: [{rules}]"


def _map(shape: Shape, value: dict[str, Any], path: str) -> Iterator[Complaint]:
    if any(True for key in value for _ in broken(shape.key, key)):
        rules = ", ".join(limits(shape.key))
        yield (
            _show_of(value, shape, shape.key, shape.value),
            path,
            f"Map keys must satisfy constraint: [{rules}]",
        )
    if shape.value.type_name in {"structure", "list", "map"}:
        for key, item in value.items():
            yield from _complaints(shape.value, item, f"{path}.{key}.member")
    elif any(True for item in value.values() for _ in broken(shape.value, item)):
        rules = ", ".join(limits(shape.value))
        yield (
            _show_of(value, shape, shape.key, shape.value),
            path,
            f"Map value must satisfy constraint: [{rules}]",
        )


Rule = tuple[Callable[[Any], bool], str]


def broken(shape: Shape, value: Any) -> Iterator[str]:
    """Yield the rules of this shape, not of its members, that the value breaks."""
    for holds, rule in _rules(shape):
        if not holds(value):
            yield rule


def limits(shape: Shape) -> list[str]:
    """Return the rules of this shape, not of its members, in words."""
    return [rule for _, rule in _rules(shape)]


def _rules(shape: Shape) -> tuple[Rule, ...]:
    facts = shape.metadata
    if not facts or shape.type_name == "structure":
        return ()
    return _compiled(
        shape.type_name in {"integer", "long", "float", "double"},
        facts.get("min"),
        facts.get("max"),
        tuple(facts.get("enum", ())),
        facts.get("pattern"),
    )


@cache
def _compiled(
    number: bool,
    least: float | None,
    most: float | None,
    names: tuple[str, ...],
    pattern: str | None,
) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    size: Callable[[Any], float] = float if number else len
    noun = "value" if number else "length"
    if most is not None:
        rules.append(
            (lambda value: size(value) <= most, f"Member must have {noun} less than or equal to {most}")
        )
    if least is not None:
        rules.append(
            (lambda value: size(value) >= least, f"Member must have {noun} greater than or equal to {least}")
        )
    if pattern is not None:
        # Too long a text is refused by its length and never reaches the pattern.
        whole = full_match(pattern)
        rules.append(
            (
                lambda value: (most is not None and len(value) > most) or whole(value),
                f"Member must satisfy regular expression pattern: {pattern}",
            )
        )
    if names:
        allowed = frozenset(names)
        rules.append(
            (lambda value: value in allowed, f"Member must satisfy enum value set: [{', '.join(names)}]")
        )
    return tuple(rules)


def full_match(pattern: str) -> Callable[[str], bool]:
    """Return whether a text matches the whole pattern, as Java reads it: digits and letters of ASCII."""
    ascii_only = pattern.replace(r"\d", "[0-9]").replace(r"\w", "[A-Za-z0-9_]")
    # V1 reads a set inside a set, which is what the replacements make of [\w+=,.@-].
    compiled = regex.compile(ascii_only, regex.VERSION1)
    return lambda text: compiled.fullmatch(text) is not None


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _show_of(value: Any, *shapes: Shape) -> str:
    """Return a value as a complaint shows it; nothing where its shapes say that it is nobody's to read."""
    return "" if any(shape.metadata.get("sensitive") for shape in shapes) else f"{_show(value)} "


def _show(value: Any) -> str:
    if isinstance(value, bytes):
        return f"'{len(value)} bytes'"
    if isinstance(value, list | tuple):
        value = f"[{', '.join(map(_short, value[:LONGEST_VALUE]))}]"
    elif isinstance(value, dict):
        value = "{" + ", ".join(f"{_short(key)}={_short(item)}" for key, item in value.items()) + "}"
    return f"'{_short(value)}'"


def _short(value: Any) -> str:
    text = str(value) if isinstance(value, str | int | float) else type(value).__name__
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "..."
