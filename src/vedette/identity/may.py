"""Authorisation: may this caller perform this action on this resource?

Every operation of every dialect asks here, with the IAM action and ARN that AWS documents for it, and
with the policies of the resource. The evaluation itself is `access.judge`.
"""

from collections.abc import Callable, Mapping, Sequence

from vedette.access.judge import Decision, judge
from vedette.access.patterns import Value
from vedette.access.policy import Policy
from vedette.access.request import AccessRequest, SourcedFacts
from vedette.arn import Arn
from vedette.errors import Denied
from vedette.identity.principal import Principal, subject_of

# Condition keys and their values, several where the key has several; names in any case.
Context = Mapping[str, str | tuple[str, ...]]

# Or what gathers them where a policy tests one of them; it names no owner of the resource.
Circumstances = Context | Callable[[], Context]

# Returns the tags of a resource; called only where a policy tests them.
TagsOf = Callable[[], Mapping[str, str]]

# AWS's condition key for the owner of the resource, which S3's ARNs do not name.
RESOURCE_ACCOUNT = "aws:ResourceAccount"
OWNER_KEY = RESOURCE_ACCOUNT.lower()
RESOURCE_TAG = "aws:resourcetag/"


def may(
    principal: Principal | None,
    action: str,
    resource: str | Arn,
    context: Circumstances | None = None,
    *,
    policies: Sequence[Policy] = (),
    tags_of: TagsOf | None = None,
) -> bool:
    """Return whether the caller may do this; `policies` are those of the resource.

    A resource that names no account and has no known owner, such as "*", counts as the caller's own.
    """
    return decide(principal, action, resource, context, policies=policies, tags_of=tags_of).allowed


def decide(  # noqa: PLR0913  (a decision has that many sides)
    principal: Principal | None,
    action: str,
    resource: str | Arn,
    context: Circumstances | None = None,
    *,
    policies: Sequence[Policy] = (),
    stands_alone: bool = False,
    tags_of: TagsOf | None = None,
) -> Decision:
    """Return the decision with its reason; with `stands_alone` the resource's policies must allow it."""
    request = _request(principal, action, str(resource), context or {}, tags_of)
    own = principal.policies if principal else ()
    session = principal.session_policies if principal else ()
    boundary = principal.boundary if principal else ()
    return judge(
        request,
        identity=own,
        resource=policies,
        session=session,
        boundary=boundary,
        stands_alone=stands_alone,
    )


def require(
    principal: Principal | None,
    action: str,
    resource: str | Arn,
    context: Circumstances | None = None,
    *,
    tags_of: TagsOf | None = None,
) -> None:
    """Refuse unless the caller may, in AWS's words."""
    if not decide(principal, action, resource, context, tags_of=tags_of).allowed:
        raise refusal(principal, action, resource)


def require_undenied(
    principal: Principal | None,
    action: str,
    resource: str | Arn,
    context: Circumstances | None = None,
    *,
    tags_of: TagsOf | None = None,
) -> None:
    """Refuse what a policy explicitly denies; no Allow is needed."""
    if decide(principal, action, resource, context, tags_of=tags_of).explicit_deny:
        raise refusal(principal, action, resource)


def refusal(principal: Principal | None, action: str, resource: str | Arn) -> Denied:
    """Return the refusal in AWS's words."""
    name = principal.arn if principal else "anonymous"
    return Denied(f"User: {name} is not authorized to perform: {action} on resource: {resource}")


class _OfContext:
    """What the request says, its keys in any case."""

    def __init__(self, context: Circumstances) -> None:
        self._context = context
        self._facts: dict[str, Value] | None = None

    def __call__(self, key: str) -> Value | None:
        if self._facts is None:
            context = self._context() if callable(self._context) else self._context
            self._facts = {name.lower(): value for name, value in context.items()}
        return self._facts.get(key)


class _OfTags:
    """The tags of the resource, which cost a query, when somebody asks."""

    def __init__(self, tags_of: TagsOf | None) -> None:
        self._tags_of = tags_of
        self._facts: dict[str, Value] = {}

    def __call__(self, key: str) -> Value | None:
        if self._tags_of is not None and key.startswith(RESOURCE_TAG):
            tags, self._tags_of = self._tags_of(), None
            self._facts = {RESOURCE_TAG + name.lower(): value for name, value in tags.items()}
        return self._facts.get(key)


def _request(
    principal: Principal | None, action: str, resource: str, context: Circumstances, tags_of: TagsOf | None
) -> AccessRequest:
    subject = subject_of(principal)
    account: Value = ""
    if not callable(context):
        account = next((context[key] for key in context if key.lower() == OWNER_KEY), "")
    owner = (account if isinstance(account, str) else "") or _account_of(resource)

    def of_owner(key: str) -> Value | None:
        return owner or subject.account if key == OWNER_KEY else None

    # What the caller is comes first: nothing that a request says may stand in for it.
    facts = SourcedFacts(subject.fact, of_owner, _OfContext(context), _OfTags(tags_of))
    return AccessRequest(subject, action, resource, owner, facts)


def _account_of(resource: str) -> str:
    parts = resource.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""
