"""A policy as typed, frozen statements: the result of `parse_policy` and the input of `judge`."""

from dataclasses import dataclass, field
from enum import StrEnum

from vedette.access.conditions import Condition
from vedette.access.patterns import Template
from vedette.access.principals import PrincipalMatch, Principals
from vedette.access.request import AccessRequest, AccessSubject

# Callers of one action are few; a policy that thousands call keeps some 100 KB of them at most.
MOST_CALLERS = 512


class PolicyKind(StrEnum):
    """What a policy is attached to, which decides what it may contain."""

    IDENTITY = "identity"
    INLINE = "inline"
    BUCKET = "bucket"
    PROJECT = "project"
    TRUST = "trust"
    SESSION = "session"
    KEY = "key"
    FUNCTION = "function"


# Those that are the caller's own, and so name no principal.
OF_THE_CALLER = frozenset({PolicyKind.IDENTITY, PolicyKind.INLINE, PolicyKind.SESSION})


class Effect(StrEnum):
    """The effect of a statement."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Actions:
    """The Action or NotAction of a statement, in lower case; `patterns` are of the names with wildcards."""

    names: frozenset[str]
    patterns: tuple[Template, ...]
    negated: bool = False

    def include(self, action: str) -> bool:
        """Return whether an action, in lower case, is included."""
        matches = action in self.names or any(pattern.matches(action, {}) for pattern in self.patterns)
        return matches != self.negated


@dataclass(frozen=True, slots=True)
class Resources:
    """The Resource or NotResource of a statement."""

    patterns: tuple[Template, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `label` is its position in the document and its Sid.

    `principals` is None in the policies of identities and sessions, `resources` in those of trust.
    """

    label: str
    effect: Effect
    actions: Actions
    resources: Resources | None
    principals: Principals | None
    excludes_principals: bool
    conditions: tuple[Condition, ...] = ()

    def match(self, subject: AccessSubject) -> PrincipalMatch:
        """Return how the statement names a caller."""
        principals = self.principals
        if principals is None:
            return PrincipalMatch.DIRECT
        if self.excludes_principals:
            return PrincipalMatch.NONE if principals.exempts(subject) else PrincipalMatch.DIRECT
        return principals.match(subject)

    def holds(self, request: AccessRequest) -> bool:
        """Return whether resource and conditions match a request whose action and caller match."""
        # Loops rather than generators, here and below: they take half the time, and this is asked the most.
        if not self._matches_resource(request):
            return False
        context = request.context
        for condition in self.conditions:  # noqa: SIM110
            if not condition.holds(context):
                return False
        return True

    def _matches_resource(self, request: AccessRequest) -> bool:
        if self.resources is None:
            return True
        patterns, resource, context = self.resources.patterns, request.resource, request.context
        for pattern in patterns:
            if pattern.matches(resource, context):
                return not self.resources.negated
        if not self.resources.negated:
            return False
        # With a variable that has no value it is unknown what NotResource excludes: allow less, deny more.
        unsure = any(not pattern.is_resolved(context) for pattern in patterns)
        return self.effect is Effect.DENY or not unsure


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed document. `name` is its name where it is attached."""

    kind: PolicyKind
    statements: tuple[Statement, ...]
    name: str = ""
    version: str = "2012-10-17"
    # Whether it may name callers by the ids that S3 has for accounts.
    names_canonical_ids: bool = field(init=False, repr=False, compare=False)
    # A cache: actions come from operations, of which there are few, never from a client.
    _about: dict[tuple[Effect, str], tuple[Statement, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    # Likewise for a caller. Callers name their sessions as they like, so this is emptied when it is full.
    _meant: dict[tuple[str, ...], tuple[tuple[PrincipalMatch, Statement], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        principals = [
            statement.principals for statement in self.statements if statement.principals is not None
        ]
        object.__setattr__(self, "names_canonical_ids", any(element.canonical_ids for element in principals))

    def about(self, effect: Effect, action: str) -> tuple[Statement, ...]:
        """Return the statements of that effect which include an action, in lower case."""
        statements = self._about.get((effect, action))
        if statements is None:
            of_effect = [statement for statement in self.statements if statement.effect is effect]
            statements = tuple(statement for statement in of_effect if statement.actions.include(action))
            self._about[effect, action] = statements
        return statements

    def about_caller(
        self, effect: Effect, action: str, subject: AccessSubject
    ) -> tuple[tuple[PrincipalMatch, Statement], ...]:
        """Return those of the statements about an action that mean a caller, and how they do."""
        of = (effect, action, *subject.names)
        statements = self._meant.get(of)
        if statements is None:
            graspings = [(statement.match(subject), statement) for statement in self.about(effect, action)]
            statements = tuple(pair for pair in graspings if pair[0] is not PrincipalMatch.NONE)
            if len(self._meant) >= MOST_CALLERS:
                self._meant.clear()
            self._meant[of] = statements
        return statements


def deny_all(kind: PolicyKind, name: str) -> Policy:
    """Return the policy that replaces a stored document which cannot be parsed any more: it denies all."""
    any_text = (Template("*", variables=False),)
    return Policy(
        kind,
        (
            Statement(
                label="a document that cannot be read",
                effect=Effect.DENY,
                actions=Actions(frozenset(), any_text),
                resources=None if kind is PolicyKind.TRUST else Resources(any_text),
                principals=None if kind in OF_THE_CALLER else _EVERYBODY,
                excludes_principals=kind not in OF_THE_CALLER,
            ),
        ),
        name,
    )


# With `excludes_principals` this excludes nobody, and so denies services too, which `*` would not match.
_EVERYBODY = Principals()
