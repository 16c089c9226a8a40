"""What the audit trail holds of a request: operations that change something, detect, or hand out keys."""

from uuid import uuid4

from vedette.api.door import AuditFacts, Visit
from vedette.audit.event import AuditCaller, AuditEvent, clean, resources_of, shown
from vedette.clock import milliseconds
from vedette.dialects.cloudtrail import DATA
from vedette.identity.principal import Principal

# Operations that change nothing on the disk, and are on record all the same: pictures looked at, keys given.
ALWAYS = (
    "Detect",
    "Assume",
    "GetSessionToken",
    "GetFederationToken",
    "Download",
    "Decrypt",
    "GenerateDataKey",
)
# Of these a refusal is on record although nobody was recognised; how often one may try is bounded.
SIGN_IN = "signin"
NOBODY = AuditCaller("anonymous", "", "")


def reads_too(visit: Visit) -> bool:
    """Return whether what only reads is on record: of everybody, or since a trail of the account wants it."""
    house, principal = visit.house, visit.principal
    if house.settings.audit == "all":
        return True
    if principal is None or house.delivery is None or visit.audit.effect != "reads":
        return False
    operation = visit.audit.operation or visit.request.operation
    return house.delivery.trails.records_reads(principal.account, of_data=operation in DATA)


def event_of(visit: Visit, status: int, *, reads_too: bool) -> AuditEvent | None:
    """Return what to put on record of an answered request; None where nothing is."""
    facts, request, principal = visit.audit, visit.request, visit.principal
    if not facts.service:
        return None
    operation = facts.operation or request.operation
    reads = facts.effect == "reads" and not operation.startswith(ALWAYS)
    if reads and not reads_too:
        return None
    if principal is None and status >= 400 and facts.service != SIGN_IN:
        return None  # whoever has no key could fill the disk
    return AuditEvent(
        id=str(uuid4()),
        time_ms=milliseconds(visit.house.clock()),
        service=facts.service,
        operation=operation,
        region=facts.region,
        caller=_caller_of(principal, facts),
        request_id=request.id,
        client=request.client,
        agent=clean(request.headers.get("user-agent")[:512]),
        secure=request.scheme == "https",
        reads=facts.effect == "reads",
        parameters=shown(facts.parameters),
        answer=shown(facts.answer) if status < 400 else None,
        status=status,
        code=facts.code if status >= 400 else "",
        sentence=clean(facts.sentence[:1024]) if status >= 400 else "",
        resources=resources_of(facts.parameters, facts.answer),
    )


def _caller_of(principal: Principal | None, facts: AuditFacts) -> AuditCaller:
    if principal is None:
        return AuditCaller("anonymous", "", facts.account, name=facts.name) if facts.name else NOBODY
    role = principal.role_arn
    return AuditCaller(
        kind="role" if role else principal.kind,
        arn=principal.arn,
        account=principal.account,
        id=principal.user_id,
        name=principal.name,
        key=principal.key_id,
        role=role,
        issued_ms=milliseconds(principal.issued) if principal.issued else 0,
    )
