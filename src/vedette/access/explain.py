"""Why the judge decides as it does: the statements that matched, and the keys that the request lacks.

The decision itself is `judge`'s, word for word; this only looks again at the statements it looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vedette.access.judge import Decision, judge
from vedette.access.patterns import Template
from vedette.access.policy import Effect, Policy, Statement
from vedette.access.request import AccessRequest


@dataclass(frozen=True, slots=True)
class MatchedStatement:
    """A statement that decided: its policy, and its place among the policy's statements, from 0."""

    policy: Policy
    place: int


@dataclass(frozen=True, slots=True)
class DecisionTrace:
    """A decision with what led to it. `missing` are condition keys, in lower case."""

    decision: Decision
    matched: tuple[MatchedStatement, ...]
    missing: tuple[str, ...]
    # None where no boundary was given.
    allowed_by_boundary: bool | None = None

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.decision.allowed


def explain(
    request: AccessRequest,
    *,
    identity: Sequence[Policy] = (),
    resource: Sequence[Policy] = (),
    boundary: Sequence[Policy] = (),
) -> DecisionTrace:
    """Judge a request, and say which statements decided."""
    decision = judge(request, identity=identity, resource=resource, boundary=boundary)
    granting, all_policies = (*identity, *resource), (*identity, *resource, *boundary)
    if decision.explicit_deny:
        matched = _matching(all_policies, Effect.DENY, request)
    elif decision.allowed:
        matched = _matching(granting, Effect.ALLOW, request)
    else:
        matched = ()
    bounded = None
    if boundary:
        denied = _matching(boundary, Effect.DENY, request)
        bounded = bool(_matching(boundary, Effect.ALLOW, request)) and not denied
    return DecisionTrace(decision, matched, _missing(all_policies, request), bounded)


def keys_of(policies: Iterable[Policy]) -> list[str]:
    """Return the condition keys that policies ask for, in lower case and in their order."""
    return sorted({key for policy in policies for statement in policy.statements for key in _keys(statement)})


def _matching(
    policies: Iterable[Policy], effect: Effect, request: AccessRequest
) -> tuple[MatchedStatement, ...]:
    action = request.action.lower()
    return tuple(
        MatchedStatement(policy, policy.statements.index(statement))
        for policy in policies
        for _, statement in policy.about_caller(effect, action, request.subject)
        if statement.holds(request)
    )


def _missing(policies: Iterable[Policy], request: AccessRequest) -> tuple[str, ...]:
    action = request.action.lower()
    keys = {
        key
        for policy in policies
        for effect in Effect
        for _, statement in policy.about_caller(effect, action, request.subject)
        for key in _keys(statement)
    }
    return tuple(sorted(key for key in keys if request.context.get(key) is None))


def _keys(statement: Statement) -> set[str]:
    keys = {condition.key for condition in statement.conditions}
    for condition in statement.conditions:
        for text in condition.expected:
            keys.update(Template(text, variables=True).keys if "${" in text else ())
    if statement.resources is not None:
        for template in statement.resources.patterns:
            keys.update(template.keys)
    return keys
