"""Policy evaluation: IAM's logic, complete, in the order in which AWS documents it.

1. An explicit Deny that matches the request, in any policy, decides.
2. Within one account the policies of the caller and of the resource are a union, across accounts both
   must allow. An account as principal delegates the decision to the caller's own policies.
3. Session policies restrict all other Allows, except one that names the very session.
4. A permissions boundary restricts what the caller's own policies allow, and of a role also what is
   allowed to the role itself by name or as anybody; it allows nothing.
5. The root may do everything in its account, and needs no policy of its own elsewhere.
6. Trust and key policies stand alone (`stands_alone`): without their Allow nothing is allowed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vedette.access.policy import Effect, Policy, Statement
from vedette.access.principals import PrincipalMatch
from vedette.access.request import AccessRequest, SubjectKind


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision. `reason` names the statement that decided, or says that none did: for logs only.

    The rest is for resources that allow in other ways too (S3's ACLs): how the resource's policies match
    the caller, whether the caller's own allow, and whether a session policy or a boundary excludes it.
    """

    allowed: bool
    explicit_deny: bool
    reason: str
    resource_match: PrincipalMatch = PrincipalMatch.NONE
    identity_allows: bool = False
    narrowed: bool = False


def judge(
    request: AccessRequest,
    *,
    identity: Sequence[Policy] = (),
    resource: Sequence[Policy] = (),
    session: Sequence[Policy] = (),
    boundary: Sequence[Policy] = (),
    stands_alone: bool = False,
) -> Decision:
    """Evaluate all policies for a request."""
    action = request.action.lower()
    for policies in (identity, resource, session, boundary):
        if policies and (denial := _find(policies, Effect.DENY, request, action)):
            return Decision(allowed=False, explicit_deny=True, reason=f"denied by {denial}")
    narrowed = bool(session) and not _find(session, Effect.ALLOW, request, action)
    bounded = bool(boundary) and not _find(boundary, Effect.ALLOW, request, action)
    own = _allows_by_identity(request, identity, action) and not (narrowed or bounded)
    match, statement = _strongest(resource, request, action)
    # IAM: what is allowed to a user by its ARN is not held to its boundary, what is allowed to a role is.
    is_held = narrowed or (bounded and request.subject.kind is SubjectKind.ROLE_SESSION)
    if is_held and match < PrincipalMatch.SESSION:
        match = PrincipalMatch.NONE
    allowed = _combine(request, own=own, match=match, stands_alone=stands_alone)
    reason = (statement or "allowed by the caller's own policies") if allowed else "no statement allows it"
    return Decision(
        allowed,
        explicit_deny=False,
        reason=reason,
        resource_match=match,
        identity_allows=own,
        narrowed=is_held,
    )


def _combine(request: AccessRequest, *, own: bool, match: PrincipalMatch, stands_alone: bool) -> bool:
    subject = request.subject
    if subject.kind in (SubjectKind.ANONYMOUS, SubjectKind.SERVICE, SubjectKind.FEDERATED):
        return match > PrincipalMatch.ACCOUNT
    if is_in_own_account(request):
        return match > PrincipalMatch.ACCOUNT or (
            own and (match is PrincipalMatch.ACCOUNT or not stands_alone)
        )
    return own and match > PrincipalMatch.NONE


def is_in_own_account(request: AccessRequest) -> bool:
    """Return whether the resource is of the caller's account; one without an owner counts as its own."""
    return request.resource_account in ("", request.subject.account)


def _allows_by_identity(request: AccessRequest, identity: Sequence[Policy], action: str) -> bool:
    if request.subject.kind is SubjectKind.ROOT:
        return True
    return _find(identity, Effect.ALLOW, request, action) is not None


def _find(policies: Iterable[Policy], effect: Effect, request: AccessRequest, action: str) -> str | None:
    """Return the name of the first statement of that effect which matches the request."""
    for policy in policies:
        for _, statement in policy.about_caller(effect, action, request.subject):
            if statement.holds(request):
                return _named(policy, statement)
    return None


def _strongest(policies: Iterable[Policy], request: AccessRequest, action: str) -> tuple[PrincipalMatch, str]:
    """Return the strongest match of the resource's policies, and its statement."""
    strongest, name = PrincipalMatch.NONE, ""
    for policy in policies:
        for match, statement in policy.about_caller(Effect.ALLOW, action, request.subject):
            if match > strongest and statement.holds(request):
                strongest, name = match, f"allowed by {_named(policy, statement)}"
    return strongest, name


def _named(policy: Policy, statement: Statement) -> str:
    return f"{statement.label} of the {policy.kind} policy {policy.name}".rstrip()
