"""The parser: from a document to a `Policy`, or to a sentence with the statement and its problem.

Nothing is ignored: an element, an operator, a key, an action or a principal that is not supported
refuses the document, since its author relies on it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson

from vedette.access.actions import is_known_action
from vedette.access.conditions import Condition, read_condition
from vedette.access.keys import is_known_key
from vedette.access.patterns import Template
from vedette.access.policy import Actions, Effect, Policy, PolicyKind, Resources, Statement
from vedette.access.principals import Principals, read_principals
from vedette.errors import MalformedPolicy

VERSIONS = ("2012-10-17", "2008-10-17")
# Variables came with this version; before it `${…}` is text. A document without a version is of the older.
VARIABLES_SINCE = "2012-10-17"
TOP = {"Version", "Id", "Statement"}
ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """What documents of one kind may contain.

    `largest` counts characters, as the service that stores them does; `actions` are those that a
    statement may name (all where empty), `forbidden` the elements that the service refuses.
    """

    largest: int
    has_principals: bool = True
    has_resources: bool = True
    services: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    effects_in_any_case: bool = False
    counts_blanks: bool = True

    def fits(self, text: str) -> bool:
        """Return whether a document is not too long."""
        if self.counts_blanks:
            return len(text) <= self.largest
        # IAM does not count white space; a document of nearly nothing else is refused all the same.
        return len(text) <= 10 * self.largest and visible_length(text) <= self.largest


def visible_length(text: str) -> int:
    """Return how many characters of a document IAM counts."""
    return sum(not letter.isspace() for letter in text)


TRUST_ACTIONS = (
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:setcontext",
    "sts:setsourceidentity", "sts:tagsession",
)  # fmt: skip
FORMS = {
    # IAM's quotas of managed policies and of trust policies, and those of S3 and Rekognition.
    PolicyKind.IDENTITY: DocumentForm(6144, has_principals=False, counts_blanks=False),
    # The most that all inline policies of a role may be; users and groups have less (identity/inline.py).
    PolicyKind.INLINE: DocumentForm(10_240, has_principals=False, counts_blanks=False),
    PolicyKind.SESSION: DocumentForm(2048, has_principals=False),
    PolicyKind.TRUST: DocumentForm(
        4096, has_resources=False, services=("sts",), actions=TRUST_ACTIONS, counts_blanks=False
    ),
    PolicyKind.BUCKET: DocumentForm(20 * 1024, services=("s3",)),
    PolicyKind.KEY: DocumentForm(32 * 1024, services=("kms",)),
    PolicyKind.FUNCTION: DocumentForm(20 * 1024, services=("lambda",)),
    PolicyKind.PROJECT: DocumentForm(
        2000,
        services=("rekognition",),
        actions=("rekognition:copyprojectversion",),
        forbidden=("NotAction", "NotResource", "NotPrincipal"),
        # The guide writes ALLOW and DENY in its template.
        effects_in_any_case=True,
    ),
}
IsResource = Callable[[str], bool]


def parse_policy(
    document: str | bytes, kind: PolicyKind, *, name: str = "", is_resource: IsResource | None = None
) -> Policy:
    """Return the policy, or refuse the document with MalformedPolicy.

    `is_resource` tells whether the policy of this resource may name a given ARN.
    """
    return _Parser(kind, is_resource).policy(document, name)


def _malformed(problem: str) -> MalformedPolicy:
    return MalformedPolicy(f"The policy document cannot be used: {problem}.", kind="policy document")


class _Parser:
    """Parses one document; holds its kind, its version and the label of the current statement."""

    # Set by the document, and by each statement.
    _variables: bool
    _label: str

    def __init__(self, kind: PolicyKind, is_resource: IsResource | None) -> None:
        self._kind = kind
        self._form = FORMS[kind]
        self._is_resource = is_resource

    def policy(self, document: str | bytes, name: str) -> Policy:
        tree = self._tree(document)
        if unknown := sorted(tree.keys() - TOP):
            raise _malformed(f"{unknown[0]} is not an element of a policy")
        version = tree.get("Version", VERSIONS[1])
        if version not in VERSIONS:
            raise _malformed(f"its Version is one of {' and '.join(VERSIONS)}")
        self._variables = version == VARIABLES_SINCE
        listed = tree.get("Statement")
        items = listed if isinstance(listed, list) else [listed]
        if not items or not all(isinstance(item, dict) for item in items):
            raise _malformed("it has no Statement, or one that is not an object")
        statements = tuple(self._statement(item, place) for place, item in enumerate(items, 1))
        return Policy(self._kind, statements, name, version)

    def _tree(self, document: str | bytes) -> dict[str, Any]:
        try:
            text = document.decode("utf-8") if isinstance(document, bytes) else document
            if not self._form.fits(text):
                raise _malformed(f"it is longer than {self._form.largest} characters")
            if "\\u" in text:
                # Half of a character, which `json` reads: no answer could say it, and no file hold it.
                orjson.loads(text)
            tree = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            problem = str(error) if isinstance(error, _RepeatedMember) else "it is not JSON"
            raise _malformed(problem) from None
        if not isinstance(tree, dict):
            raise _malformed("it is not an object")
        return tree

    def _statement(self, item: dict[str, Any], place: int) -> Statement:
        sid = item.get("Sid", "")
        self._label = f"statement {place}" + (f" ({sid})" if isinstance(sid, str) and sid else "")
        if not isinstance(sid, str):
            self._refuse("its Sid is not text")
        if unknown := sorted(item.keys() - ELEMENTS):
            self._refuse(f"{unknown[0]} is not an element of a statement")
        if forbidden := [element for element in self._form.forbidden if element in item]:
            self._refuse(f"{forbidden[0]} is not allowed")
        effect = self._effect(item.get("Effect"))
        return Statement(
            label=self._label,
            effect=effect,
            actions=self._actions(item),
            resources=self._resources(item),
            principals=self._principals(item, effect),
            excludes_principals="NotPrincipal" in item,
            conditions=self._conditions(item.get("Condition", {})),
        )

    def _effect(self, effect: object) -> Effect:
        if isinstance(effect, str) and self._form.effects_in_any_case:
            effect = effect.capitalize()
        if not isinstance(effect, str) or effect not in tuple(Effect):
            self._refuse("its Effect is Allow or Deny")
        return Effect(effect)

    def _one_of(self, item: dict[str, Any], name: str) -> str:
        """Return which of an element and its opposite the statement has; it must have exactly one."""
        present = [element for element in (name, f"Not{name}") if element in item]
        if len(present) != 1:
            self._refuse(
                f"it has {'both' if present else 'neither'} {name} {'and' if present else 'nor'} Not{name}"
            )
        return present[0]

    def _texts(self, item: dict[str, Any], element: str) -> list[str]:
        value = item[element]
        texts = value if isinstance(value, list) else [value]
        if not texts or not all(isinstance(text, str) and text for text in texts):
            self._refuse(f"its {element} names nothing")
        return texts

    def _actions(self, item: dict[str, Any]) -> Actions:
        element = self._one_of(item, "Action")
        names = [name.lower() for name in self._texts(item, element)]
        for name in names:
            self._check_action(name)
        patterns = tuple(Template(name, variables=False) for name in names if "*" in name or "?" in name)
        return Actions(frozenset(names), patterns, negated=element != "Action")

    def _check_action(self, name: str) -> None:
        if "${" in name:
            # IAM refuses it too; as it stands it would match no action, and a Deny would deny nothing.
            self._refuse(f"{name} is not an action: variables are for resources and conditions")
        service = name.partition(":")[0]
        form = self._form
        if form.services and name != "*" and service not in form.services:
            self._refuse(f"{name} is not an action of {form.services[0]}")
        pattern = Template(name, variables=False)
        if form.actions and not any(pattern.matches(action, {}) for action in form.actions):
            self._refuse(f"{name} is not an action that such a policy decides")
        if not is_known_action(name):
            self._refuse(f"{name} is not an action of {service}")

    def _resources(self, item: dict[str, Any]) -> Resources | None:
        if not self._form.has_resources:
            if "Resource" in item or "NotResource" in item:
                self._refuse("such a policy has no Resource")
            return None
        element = self._one_of(item, "Resource")
        texts = self._texts(item, element)
        for text in texts:
            self._check_resource(text)
        return Resources(tuple(self._template(text) for text in texts), negated=element != "Resource")

    def _check_resource(self, text: str) -> None:
        if text != "*" and not text.startswith(("arn:aws:", "arn:*:", "${")):
            self._refuse(f"{text!r} is not a resource: say * or an ARN (arn:aws:…)")
        if self._is_resource is not None and not self._is_resource(text):
            self._refuse(f"{text!r} is not a resource that this policy is about")

    def _principals(self, item: dict[str, Any], effect: Effect) -> Principals | None:
        if not self._form.has_principals:
            if "Principal" in item or "NotPrincipal" in item:
                self._refuse("such a policy has no Principal: it speaks of those it is attached to")
            return None
        element = self._one_of(item, "Principal")
        if element == "NotPrincipal" and effect is Effect.ALLOW:
            self._refuse("Allow with NotPrincipal would let in everybody else")
        try:
            return read_principals(item[element])
        except ValueError as error:
            self._refuse(f"Invalid principal: {error}")

    def _conditions(self, block: object) -> tuple[Condition, ...]:
        if not isinstance(block, dict):
            self._refuse("its Condition is not an object")
        return tuple(
            self._condition(operator, key, values)
            for operator, tests in block.items()
            for key, values in self._tests(operator, tests)
        )

    def _tests(self, operator: str, tests: object) -> list[tuple[str, Any]]:
        if not isinstance(tests, dict):
            self._refuse(f"{operator} of its Condition is not an object")
        return list(tests.items())

    def _condition(self, operator: str, key: str, expected: object) -> Condition:
        if not is_known_key(key.lower()):
            self._refuse(f"{key} is not a condition key that is known here")
        values = [_word(value) for value in (expected if isinstance(expected, list) else [expected])]
        texts = [value for value in values if value is not None]
        if len(texts) < len(values):
            self._refuse(f"{key} of its Condition has a value that is not text")
        try:
            return read_condition(operator, key, [self._template(text) for text in texts])
        except ValueError as error:
            self._refuse(str(error))

    def _template(self, text: str) -> Template:
        try:
            template = Template(text, variables=self._variables)
        except ValueError as error:
            self._refuse(str(error))
        if unknown := [key for key in template.keys if not is_known_key(key)]:
            self._refuse(f"${{{unknown[0]}}} is not a condition key that is known here")
        return template

    def _refuse(self, problem: str) -> NoReturn:
        raise _malformed(f"{self._label}: {problem}")


class _RepeatedMember(ValueError):
    """A JSON object has a member twice; one of the two would be lost."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _RepeatedMember(f"{twice} stands twice in one object")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _word(value: object) -> str | None:
    """Return a value as text; JSON's booleans and numbers as their words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
