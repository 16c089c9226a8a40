"""The judgement: may this be done? IAM's logic, whole, in the order in which AWS documents it.

1. A Deny that speaks of the request, in any policy, ends it.
2. Within one account the policies of the caller and of the resource are a union, across accounts both
   must allow. An account as principal passes the decision on to the caller's own policies.
3. A session's policies narrow whatever else allows, but for what was given to that very session by name.
4. The root may everything in its account, and needs no policy of its own elsewhere.
5. Trust and key policies stand alone (`stands_alone`): without their Allow nothing is allowed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vedette.access.policy import Effect, Policy, Statement
from vedette.access.principals import Grasp
from vedette.access.request import AccessRequest, SubjectKind


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `reason` names the statement that decided, or says that none did: for logs alone.

    The rest is for resources that allow in other ways too (S3's ACLs): how strongly the resource's policies
    allow, whether the caller's own do, and whether a session policy narrows the request away.
    """

    allowed: bool
    explicit_deny: bool
    reason: str
    grasp: Grasp = Grasp.NONE
    identity_allows: bool = False
    narrowed: bool = False


def judge(
    request: AccessRequest,
    *,
    identity: Sequence[Policy] = (),
    resource: Sequence[Policy] = (),
    session: Sequence[Policy] = (),
    stands_alone: bool = False,
) -> Decision:
    """Return whether the request is allowed by all policies that speak of it."""
    action = request.action.lower()
    for policies in (identity, resource, session):
        if denial := _find(policies, Effect.DENY, request, action):
            return Decision(allowed=False, explicit_deny=True, reason=f"denied by {denial}")
    narrowed = bool(session) and not _find(session, Effect.ALLOW, request, action)
    own = _allows_by_identity(request, identity, action) and not narrowed
    grasp, statement = _strongest(resource, request, action)
    if narrowed and grasp < Grasp.SESSION:
        grasp = Grasp.NONE
    allowed = _combine(request, own=own, grasp=grasp, stands_alone=stands_alone)
    reason = (statement or "allowed by the caller's own policies") if allowed else "no statement allows it"
    return Decision(
        allowed, explicit_deny=False, reason=reason, grasp=grasp, identity_allows=own, narrowed=narrowed
    )


def _combine(request: AccessRequest, *, own: bool, grasp: Grasp, stands_alone: bool) -> bool:
    subject = request.subject
    if subject.kind in (SubjectKind.ANONYMOUS, SubjectKind.SERVICE, SubjectKind.FEDERATED):
        return grasp > Grasp.ACCOUNT
    if is_in_own_account(request):
        return grasp > Grasp.ACCOUNT or (own and (grasp is Grasp.ACCOUNT or not stands_alone))
    return own and grasp > Grasp.NONE


def is_in_own_account(request: AccessRequest) -> bool:
    """Say whether the thing is of the caller's account; one without an owner is judged as its own."""
    return request.resource_account in ("", request.subject.account)


def _allows_by_identity(request: AccessRequest, identity: Sequence[Policy], action: str) -> bool:
    if request.subject.kind is SubjectKind.ROOT:
        return True
    return _find(identity, Effect.ALLOW, request, action) is not None


def _find(policies: Iterable[Policy], effect: Effect, request: AccessRequest, action: str) -> str | None:
    """Return the name of the first statement of that effect which speaks of the request."""
    for policy in policies:
        for _, statement in policy.about_caller(effect, action, request.subject):
            if statement.holds(request):
                return _named(policy, statement)
    return None


def _strongest(policies: Iterable[Policy], request: AccessRequest, action: str) -> tuple[Grasp, str]:
    """Return how strongly the policies of the resource allow, and which statement does."""
    strongest, name = Grasp.NONE, ""
    for policy in policies:
        for grasp, statement in policy.about_caller(Effect.ALLOW, action, request.subject):
            if grasp > strongest and statement.holds(request):
                strongest, name = grasp, f"allowed by {_named(policy, statement)}"
    return strongest, name


def _named(policy: Policy, statement: Statement) -> str:
    return f"{statement.label} of the {policy.kind} policy {policy.name}".rstrip()
