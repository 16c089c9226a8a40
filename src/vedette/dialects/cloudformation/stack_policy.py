"""Stack policies: which updates of which resources a stack's own rules allow.

They look like policies of IAM and are simpler: everybody is meant, three actions, logical names, and types
of resources as the one condition. What a stack with a policy does not allow is not done; a denial is the
last word.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from vedette.access.patterns import Template
from vedette.errors import Wrong

LARGEST = 16_384
MODIFY, REPLACE, DELETE = "Update:Modify", "Update:Replace", "Update:Delete"
ACTIONS = (MODIFY, REPLACE, DELETE)
RESOURCE = "LogicalResourceId/"
VERSIONS = ("2008-10-17", "2012-10-17")
MEMBERS = frozenset(
    ("Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition")
)
OPERATORS = {"StringEquals": False, "StringLike": True}


@dataclass(frozen=True, slots=True)
class StackRule:
    """One statement. The lists of a Not… are what it does not mean."""

    allows: bool
    actions: frozenset[str]
    names: tuple[Template, ...]
    is_not: bool
    # Each has to hold: the type is one of these, or like one of them.
    conditions: tuple[tuple[Template, ...], ...] = ()

    def means(self, action: str, logical: str, type_name: str) -> bool:
        """Say whether the statement is about this change of this resource."""
        name = RESOURCE + logical
        is_named = any(pattern.matches(name, {}) for pattern in self.names) != self.is_not
        return (
            action in self.actions
            and is_named
            and all(any(p.matches(type_name, {}) for p in patterns) for patterns in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class StackPolicy:
    """A stack's policy."""

    rules: tuple[StackRule, ...]

    def refusal(self, action: str, logical: str, type_name: str) -> str:
        """Return why a change is refused; nothing where it is allowed."""
        matched = [
            (number, rule.allows)
            for number, rule in enumerate(self.rules, 1)
            if rule.means(action, logical, type_name)
        ]
        denials = [number for number, allows in matched if not allows]
        if denials:
            return (
                f"Action denied by stack policy: Statement [#{denials[0]}] does not allow [{action}] for "
                f"resource [{RESOURCE}{logical}]"
            )
        if not matched:
            return (
                f"Action not allowed by stack policy: no statement allows [{action}] for resource "
                f"[{RESOURCE}{logical}]"
            )
        return ""


@lru_cache(maxsize=16)
def read_stack_policy(text: str) -> StackPolicy:
    """Return the policy of a text; Wrong where it could not be obeyed as it is written."""
    if len(text.encode(errors="replace")) > LARGEST:
        _refuse(f"it has more than {LARGEST} bytes")
    try:
        content = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        _refuse("it is not JSON, or names a member twice")
    if not isinstance(content, dict) or set(content) - {"Version", "Statement", "Id"}:
        _refuse("it is an object of a Version and a Statement")
    if content.get("Version", VERSIONS[0]) not in VERSIONS:
        _refuse(f"its Version is one of {' and '.join(VERSIONS)}")
    statements = content.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    if not listed or not all(isinstance(item, dict) for item in listed):
        _refuse("it has no Statement, or one that is not an object")
    return StackPolicy(tuple(_rule(number, item) for number, item in enumerate(listed, 1)))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def _refuse(problem: str) -> NoReturn:
    raise Wrong(f"Error validating stack policy: {problem}.", kind="stack policy")


def _rule(number: int, item: Mapping[str, Any]) -> StackRule:
    place = f"statement {number}"
    if unknown := sorted(set(item) - MEMBERS):
        _refuse(f"{unknown[0][:100]} of {place} is not a member of a statement")
    if item.get("Effect") not in ("Allow", "Deny"):
        _refuse(f"the Effect of {place} is Allow or Deny")
    if item.get("Principal") != "*":
        _refuse(f"the Principal of {place} is *")
    is_not_action, actions = _one_of(place, item, "Action")
    is_not, resources = _one_of(place, item, "Resource")
    patterns = tuple(_resource(place, text) for text in resources)
    names = _actions(place, actions)
    return StackRule(
        item["Effect"] == "Allow",
        frozenset(ACTIONS) - names if is_not_action else names,
        patterns,
        is_not,
        _conditions(place, item.get("Condition", {})),
    )


def _one_of(place: str, item: Mapping[str, Any], name: str) -> tuple[bool, list[str]]:
    present = [member for member in (name, f"Not{name}") if member in item]
    if len(present) != 1:
        _refuse(f"{place} has {name} or Not{name}")
    return present[0] != name, _texts(place, present[0], item[present[0]])


def _texts(place: str, member: str, value: Any) -> list[str]:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        _refuse(f"{member} of {place} is a text or a list of texts")
    return texts


def _actions(place: str, texts: list[str]) -> frozenset[str]:
    names: set[str] = set()
    for text in texts:
        pattern = Template(text, variables=False)
        matches = {action for action in ACTIONS if pattern.matches(action, {})}
        if not matches:
            _refuse(f"{place} has an action {text[:100]}, and there are {', '.join(ACTIONS)}, Update:*")
        names |= matches
    return frozenset(names)


def _resource(place: str, text: str) -> Template:
    if text != "*" and not text.startswith(RESOURCE):
        _refuse(f"{place} has a resource {text[:100]}, and each begins with {RESOURCE}")
    return Template(text, variables=False)


def _conditions(place: str, block: Any) -> tuple[tuple[Template, ...], ...]:
    if not isinstance(block, dict):
        _refuse(f"the Condition of {place} is an object")
    result = []
    for operator, keys in block.items():
        if operator not in OPERATORS or not isinstance(keys, dict) or set(keys) != {"ResourceType"}:
            _refuse(f"the Condition of {place} is {' or '.join(OPERATORS)} of the ResourceType alone")
        texts = _texts(place, "ResourceType", keys["ResourceType"])
        if not OPERATORS[operator] and any("*" in text or "?" in text for text in texts):
            # StringEquals knows no wildcards; no type has one, so that the statement would mean nothing.
            _refuse(f"{place} compares a ResourceType by StringEquals, which knows no wildcards")
        result.append(tuple(Template(text, variables=False) for text in texts))
    return tuple(result)
