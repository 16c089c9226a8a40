"""Which names a value of a template mentions: resources, parameters, conditions, functions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vedette.dialects.cloudformation.reading import malformed

VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")
FUNCTION_NAMES = frozenset(
    f"Fn::{name}"
    for name in (
        "Base64", "Cidr", "FindInMap", "GetAtt", "If", "And", "Or", "Not", "Equals", "ImportValue",
        "Join", "Select", "Split", "Sub",
    )
)  # fmt: skip
PSEUDO = (
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region",
    "AWS::StackId", "AWS::StackName", "AWS::URLSuffix",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that a value mentions: `attribute` is what Fn::GetAtt asks of it, nothing for a Ref."""

    name: str
    attribute: str = ""


def function_of(value: Any) -> tuple[str, Any] | None:
    """Return the function that a value calls, and its argument; None where the value is one itself."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    if name == "Ref" or name.startswith("Fn::"):
        return name, argument
    return None


def mentions(value: Any) -> Iterator[Mention]:
    """Yield the names that a value mentions, in all branches of its conditions."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        function_call = function_of(current)
        if function_call is not None:
            yield from _of_function(*function_call)
        if isinstance(current, dict):
            waiting += current.values()
        elif isinstance(current, list):
            waiting += current


def _of_function(name: str, argument: Any) -> Iterator[Mention]:
    if name == "Ref":
        if not isinstance(argument, str):
            raise malformed("All Ref functions name a parameter or a resource.")
        yield Mention(argument)
    elif name == "Fn::GetAtt":
        yield attribute_asked(argument)
    elif name == "Fn::Sub":
        text, own = sub_parts(argument)
        for is_literal, variable in VARIABLE.findall(text):
            if not is_literal and variable.strip() not in own:
                yield variable_mention(variable.strip())
    elif name not in FUNCTION_NAMES:
        raise malformed(f"{name[:100]} is not a function that is supported.")


def attribute_asked(argument: Any) -> Mention:
    """Return what a Fn::GetAtt asks for: a list of two texts, or one with a dot."""
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
        raise malformed(
            "Fn::GetAtt object requires two non-empty parameters, the resource name and attribute."
        )
    if not all(parts):
        raise malformed(
            "Fn::GetAtt object requires two non-empty parameters, the resource name and attribute."
        )
    return Mention(parts[0], parts[1])


def sub_parts(argument: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the text of a Fn::Sub, and the variables that it brings."""
    if isinstance(argument, str):
        return argument, {}
    is_pair = isinstance(argument, list) and len(argument) == 2
    if not is_pair or not isinstance(argument[0], str) or not isinstance(argument[1], dict):
        raise malformed("Fn::Sub is a text, or a list of a text and an object of its variables.")
    return argument[0], argument[1]


def variable_mention(variable: str) -> Mention:
    """Return what a variable in a Fn::Sub mentions: Name, or Name.Attribute."""
    if not variable:
        raise malformed("a variable of Fn::Sub has no name.")
    name, _, attribute = variable.partition(".")
    return Mention(variable) if variable.startswith("AWS::") else Mention(name, attribute)
