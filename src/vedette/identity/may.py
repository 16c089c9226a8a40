"""The one decision: may this caller do this to that?

Every operation of every dialect asks here, with the IAM action and ARN that AWS
documents for it, so that policies can come later without touching a door.
"""

from collections.abc import Mapping

from vedette.arn import Arn
from vedette.errors import Denied
from vedette.identity.principal import Principal

Context = Mapping[str, object]

# AWS's own condition key for who owns the thing; S3's ARNs do not say it.
RESOURCE_ACCOUNT = "aws:ResourceAccount"


def may(
    principal: Principal | None, action: str, resource: str | Arn, context: Context | None = None
) -> bool:
    """Return whether the caller may do this: within its own account, everything.

    Nobody (None, an unsigned request) may do nothing here; what a bucket's own policy
    grants to all is the bucket's to say. A resource that names no account and has no
    known owner, such as "*", is judged as the caller's own.
    """
    del action  # policies will look at it; until then every action is alike
    if principal is None:
        return False
    owner = (context or {}).get(RESOURCE_ACCOUNT) or _account_of(str(resource))
    return owner in ("", principal.account)


def require(
    principal: Principal | None, action: str, resource: str | Arn, context: Context | None = None
) -> None:
    """Refuse unless the caller may, in the words that AWS uses for it."""
    if not may(principal, action, resource, context):
        who = principal.arn if principal else "anonymous"
        raise Denied(f"User: {who} is not authorized to perform: {action} on resource: {resource}")


def _account_of(resource: str) -> str:
    parts = resource.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""
