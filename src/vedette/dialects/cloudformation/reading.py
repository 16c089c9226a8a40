"""A template's text to plain values: JSON, or YAML with CloudFormation's short tags.

Built from the parser's events on a stack of its own, so that no depth of nesting reaches Python's. As in
CloudFormation there are no aliases (which blow ten lines up to a billion), no merges and no dates.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from vedette.errors import Wrong

# AWS: a body, and a template in a bucket.
LARGEST_BODY, LARGEST_OBJECT = 51_200, 1_048_576
# CloudFormation does not say how deep a template may be; real ones stay below twenty.
DEEPEST = 60
MOST_VALUES = 100_000
SHORT = (
    "And", "Base64", "Cidr", "Contains",
    "EachMemberEquals", "EachMemberIn", "Equals",
    "FindInMap", "GetAtt", "If", "ImportValue", "Join", "Not", "Or", "Select", "Split", "Sub",
)  # fmt: skip
FUNCTIONS = {f"!{name}": f"Fn::{name}" for name in SHORT} | {"!Ref": "Ref", "!Condition": "Condition"}
PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "!"}
# What no answer in XML can carry, and no database.
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_INTEGER, LONGEST_FLOAT = 18, 40
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+")
WORDS = {
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


def malformed(problem: str) -> Wrong:
    """Return the refusal of a text that is no template, as CloudFormation words it."""
    return Wrong(f"Template format error: {problem}", kind="template")


def read_text(text: str) -> dict[str, Any]:
    """Return the content of a template's text."""
    value = _read_json(text) if text.lstrip()[:1] == "{" else _read_yaml(text)
    if not isinstance(value, dict) or not value:
        raise malformed("unsupported structure. A template is an object with Resources.")
    return value


def _read_json(text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer)
    except RecursionError:
        raise malformed("the template is nested too deeply.") from None
    except ValueError as error:
        raise malformed(f"JSON not well-formed. ({error})") from None
    _refuse_deep(value)
    return value


def _integer(text: str) -> int | str:
    """Return a number; one that is longer than any service's is a text, and stays as it is."""
    return int(text) if len(text) <= LONGEST_INTEGER else text


def _no_constant(text: str) -> Any:
    raise malformed(f"{text} is no number.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise malformed(f"the key {name[:100]} is there twice.")
        members[name] = value
    return members


def _refuse_deep(value: Any) -> None:
    level: list[Any] = [value]
    depth, count = 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > DEEPEST or count > MOST_VALUES:
            raise malformed("the template is nested too deeply, or has too many values.")
        for text in level:
            if isinstance(text, str):
                refuse_illegal(text)
        level = [inner for outer in level for inner in _inside(outer)]


def refuse_illegal(text: str) -> None:
    """Refuse a text that no answer could carry."""
    if ILLEGAL.search(text):
        raise malformed("a text holds control characters, or halves of them.")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _read_yaml(text: str) -> Any:
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise malformed(f"YAML not well-formed.{place} {str(problem)[:200]}") from None
    _refuse_deep(builder.root)
    return builder.root


def _events(text: str) -> Iterator[Any]:
    # The parser in C reads a megabyte in half a second, the one in Python in twenty.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


class _Frame:
    """A mapping or a list that is being read, and the function whose argument it is."""

    def __init__(self, tag: str | None, *, is_mapping: bool) -> None:
        self.function = _function(tag)
        self.value: Any = {} if is_mapping else []
        self.is_mapping = is_mapping
        self.key: str | None = None

    def add(self, value: Any) -> None:
        """Take a member, or a key and then its value."""
        if not self.is_mapping:
            self.value.append(value)
        elif self.key is None:
            self.key = _key(value)
            if self.key in self.value:
                raise malformed(f"the key {self.key[:100]} is there twice.")
        else:
            self.value[self.key], self.key = value, None


class _Builder:
    """Puts values together from a parser's events."""

    def __init__(self) -> None:
        self.root: Any = None
        self._frames: list[_Frame] = []
        self._count = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take the next event."""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise malformed("YAML aliases are not supported.")
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise malformed("there is more than one document.")
        elif isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            frame = self._frames.pop()
            self._add(_called(frame.function, frame.value))

    def _open(self, event: Any) -> None:
        if len(self._frames) >= DEEPEST:
            raise malformed("the template is nested too deeply.")
        self._frames.append(_Frame(event.tag, is_mapping=isinstance(event, yaml.MappingStartEvent)))

    def _add(self, value: Any) -> None:
        self._count += 1
        if self._count > MOST_VALUES:
            raise malformed("the template has too many values.")
        if self._frames:
            self._frames[-1].add(value)
        else:
            self.root = value


def _key(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        raise malformed("the keys of objects are texts.")
    return str(value)


def _scalar(event: Any) -> Any:
    function = _function(event.tag)
    if function:
        return _called(function, event.value)
    if event.tag is not None or not event.implicit[0]:
        return event.value
    return plain_value(event.value)


def plain_value(text: str) -> Any:
    """Return what an unquoted word stands for. One with a leading zero is a text, such as an account is."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if FLOAT.fullmatch(text) and len(text) < LONGEST_FLOAT else text


def _function(tag: str | None) -> str:
    if tag is None or tag in PLAIN_TAGS:
        return ""
    if tag not in FUNCTIONS:
        raise malformed(f"the tag {tag[:100]} is not supported.")
    return FUNCTIONS[tag]


def _called(function: str, value: Any) -> Any:
    if function == "Fn::GetAtt" and isinstance(value, str):
        name, _, attribute = value.partition(".")
        return {function: [name, attribute]}
    return {function: value} if function else value
