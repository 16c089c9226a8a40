"""What would be decided: requests that nobody sends, judged by the judge of those that are sent.

What a request would say beside its action and its resource stands in ContextEntries, and nothing else is
assumed but what the principal itself answers; keys that policies ask for and nobody gave are named.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from vedette.access import keys
from vedette.access.actions import is_known_action
from vedette.access.explain import DecisionTrace, MatchedStatement, explain, keys_of
from vedette.access.parse import parse_policy
from vedette.access.patterns import Value
from vedette.access.places import statement_places
from vedette.access.policy import Policy, PolicyKind
from vedette.access.request import AccessRequest, AccessSubject, SourcedFacts, SubjectKind
from vedette.api.house import Caller, House
from vedette.api.iam.asking import permit_all, read_page
from vedette.api.iam.sources import PolicySource, boundary_source, sources_of
from vedette.api.identity_rights import permit
from vedette.arn import parse_arn
from vedette.errors import MalformedPolicy, Missing, Wrong
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.records import split_resource

# What kind of document a resource of a service has.
RESOURCE_KINDS = {"s3": PolicyKind.BUCKET, "rekognition": PolicyKind.PROJECT, "kms": PolicyKind.KEY}
SPELLINGS = {
    key.lower(): key for text in (keys.GLOBAL, keys.STS, keys.KMS, keys.IAM, keys.S3) for key in text.split()
}


@dataclass(frozen=True, slots=True)
class _Question:
    """The policies and the caller of a simulation."""

    subject: AccessSubject
    identity: tuple[PolicySource, ...]
    resource: tuple[PolicySource, ...] = ()
    boundary: tuple[PolicySource, ...] = ()
    # What the principal itself answers; nothing where only documents are tried.
    knows_caller: bool = True

    def policies(self, side: tuple[PolicySource, ...]) -> tuple[Policy, ...]:
        return tuple(source.policy for source in side)

    def source(self, policy: Policy) -> PolicySource:
        every = (*self.identity, *self.resource, *self.boundary)
        return next(source for source in every if source.policy is policy)


def simulate_custom_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Judge requests by the documents of this request alone."""
    permit_all(caller, "SimulateCustomPolicy")
    documents = _inputs(request["PolicyInputList"], "PolicyInputList")
    question = _Question(_subject(caller, request), documents, knows_caller="CallerArn" in request)
    return _simulate(house, caller, "SimulateCustomPolicy", request, _with_the_rest(question, request))


def simulate_principal_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Judge requests as those of a user, a group or a role, with more documents if the request has any."""
    holder = _holder(caller, request["PolicySourceArn"])
    permit(house, caller, "SimulatePrincipalPolicy", holder)
    own = sources_of(house, holder)
    documents = _inputs(request.get("PolicyInputList", ()), "PolicyInputList")
    subject = _subject_of(house, holder)
    if "CallerArn" in request:
        subject = _subject(caller, request)
    question = _Question(subject, (*own, *documents), boundary=boundary_source(house, holder))
    return _simulate(house, caller, "SimulatePrincipalPolicy", request, _with_the_rest(question, request))


def get_context_keys_for_custom_policy(
    house: House, caller: Caller, request: dict[str, Any]
) -> dict[str, Any]:
    """Return the condition keys that documents ask for."""
    permit_all(caller, "GetContextKeysForCustomPolicy")
    return _context_keys(_inputs(request["PolicyInputList"], "PolicyInputList"))


def get_context_keys_for_principal_policy(
    house: House, caller: Caller, request: dict[str, Any]
) -> dict[str, Any]:
    """Return the condition keys that the policies of a user, a group or a role ask for."""
    holder = _holder(caller, request["PolicySourceArn"])
    permit(house, caller, "GetContextKeysForPrincipalPolicy", holder)
    documents = _inputs(request.get("PolicyInputList", ()), "PolicyInputList")
    return _context_keys((*sources_of(house, holder), *documents))


def _context_keys(sources: tuple[PolicySource, ...]) -> dict[str, Any]:
    return {"ContextKeyNames": [_spelled(key) for key in keys_of(source.policy for source in sources)]}


def _simulate(
    house: House, caller: Caller, operation: str, request: dict[str, Any], question: _Question
) -> dict[str, Any]:
    entries = _entries(request)
    actions, resources = request["ActionNames"], request.get("ResourceArns") or ["*"]
    for action in request["ActionNames"]:
        _require_action(action)
    page = read_page(house, caller, operation, request)
    owner = _owner(request)

    def one(place: int) -> dict[str, Any]:
        action, resource = actions[place // len(resources)], resources[place % len(resources)]
        facts: list[Callable[[str], Value | None]] = [entries.get]
        if question.knows_caller:
            facts.append(question.subject.fact)
        asked_for = AccessRequest(
            question.subject, action, resource, owner or _account_of(resource), SourcedFacts(*facts)
        )
        explanation = explain(
            asked_for,
            identity=question.policies(question.identity),
            resource=question.policies(question.resource),
            boundary=question.policies(question.boundary),
        )
        return _result(question, action, resource, explanation)

    # Each action with each resource may be millions, of which a page looks at its own alone.
    first = int(page.after) + 1 if page.after else 0
    places = range(first, min(len(actions) * len(resources), first + page.size + 1))
    answer: dict[str, Any] = page.answer("EvaluationResults", places, one, str)
    return answer


def _result(question: _Question, action: str, resource: str, explanation: DecisionTrace) -> dict[str, Any]:
    word = "allowed" if explanation.allowed else "implicitDeny"
    if explanation.decision.explicit_deny:
        word = "explicitDeny"
    matched = list(_matched(question, explanation.matched))
    missing = [_spelled(key) for key in explanation.missing]
    bounded: dict[str, Any] = {}
    if explanation.allowed_by_boundary is not None:
        bounded["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": explanation.allowed_by_boundary
        }
    specific = {
        "EvalResourceName": resource,
        "EvalResourceDecision": word,
        "MatchedStatements": matched,
        "MissingContextValues": missing,
        **bounded,
    }
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": word,
        "MatchedStatements": matched,
        "MissingContextValues": missing,
        "ResourceSpecificResults": [specific],
        **bounded,
    }


def _matched(question: _Question, statements: tuple[MatchedStatement, ...]) -> Iterator[dict[str, Any]]:
    for statement in statements:
        source = question.source(statement.policy)
        answer: dict[str, Any] = {"SourcePolicyId": source.id, "SourcePolicyType": source.type}
        places = statement_places(source.document) if source.document else []
        if statement.place < len(places):
            start, end = places[statement.place]
            answer["StartPosition"] = {"Line": start.line, "Column": start.column}
            answer["EndPosition"] = {"Line": end.line, "Column": end.column}
        yield answer


def _with_the_rest(question: _Question, request: dict[str, Any]) -> _Question:
    """Add a resource's policy, and the boundary in the place of the principal's own."""
    if "ResourcePolicy" in request:
        kind = _resource_kind(request)
        policy = _parsed(request["ResourcePolicy"], kind, "ResourcePolicy")
        source = PolicySource(policy, "ResourcePolicy", "resource", request["ResourcePolicy"])
        question = replace(question, resource=(source,))
    if "PermissionsBoundaryPolicyInputList" in request:
        documents = _inputs(
            request["PermissionsBoundaryPolicyInputList"], "PermissionsBoundaryPolicyInputList"
        )
        question = replace(question, boundary=documents)
    return question


def _inputs(documents: list[str] | tuple[str, ...], member: str) -> tuple[PolicySource, ...]:
    return tuple(
        PolicySource(
            _parsed(document, PolicyKind.INLINE, f"{member}.{place}"), f"{member}.{place}", "none", document
        )
        for place, document in enumerate(documents, 1)
    )


def _parsed(document: str, kind: PolicyKind, name: str) -> Policy:
    try:
        return parse_policy(document, kind, name=name)
    except MalformedPolicy as refusal:
        # These operations know no error of malformed documents.
        raise Wrong(f"{name}: {refusal.sentence}", kind="policy document", name=name) from None


def _resource_kind(request: dict[str, Any]) -> PolicyKind:
    services = {parse_arn(arn).service for arn in request.get("ResourceArns", ()) if arn != "*"}
    kinds = {RESOURCE_KINDS.get(service) for service in services}
    if len(kinds) != 1 or None in kinds:
        services_text = ", ".join(sorted(RESOURCE_KINDS))
        raise Wrong(
            f"With a ResourcePolicy ResourceArns names resources of one service of {services_text}.",
            kind="resource",
        )
    kind = kinds.pop()
    assert kind is not None
    return kind


def _entries(request: dict[str, Any]) -> dict[str, Value]:
    """Return what the request would say of condition keys."""
    facts: dict[str, Value] = {}
    for entry in request.get("ContextEntries", ()):
        name, values = entry.get("ContextKeyName", ""), tuple(entry.get("ContextKeyValues", ()))
        if not name:
            raise Wrong("An entry of ContextEntries has no ContextKeyName.", kind="context")
        is_list = entry.get("ContextKeyType", "string").endswith("List") or len(values) != 1
        facts[name.lower()] = values if is_list else values[0]
    return facts


def _require_action(action: str) -> None:
    service, _, name = action.partition(":")
    if not service or not name or "*" in action or "?" in action or not is_known_action(action.lower()):
        raise Wrong(f"{action} is not an action: say SERVICE:ACTION, without wildcards.", kind="action")


def _holder(caller: Caller, text: str) -> Holder:
    arn = parse_arn(text)
    kind, _, name = split_resource(arn.resource)
    if arn.service != "iam" or kind not in ("user", "group", "role"):
        raise Wrong(f"{text} is not the ARN of a user, a group or a role.", kind="arn", name=text)
    if arn.account != caller.account:
        raise Missing(f"{text} is not in the account {caller.account}.", kind=kind, name=text)
    holder_kind: HolderKind = "user" if kind == "user" else "group" if kind == "group" else "role"
    return Holder(holder_kind, caller.account, name)


def _subject_of(house: House, holder: Holder) -> AccessSubject:
    record = house.identity.directory.holders.find(holder)
    tags = getattr(record, "tags", {})
    if holder.kind == "role":
        arn = f"arn:aws:sts::{holder.account}:assumed-role/{holder.name}/simulated"
        kind, unique = SubjectKind.ROLE_SESSION, f"{record.role_id}:simulated"
        return AccessSubject(
            kind, holder.account, arn, unique, f"{holder.name}/simulated", record.arn, tags=tags
        )
    if holder.kind == "group":
        return AccessSubject(SubjectKind.USER, holder.account)
    return AccessSubject(SubjectKind.USER, holder.account, record.arn, record.user_id, holder.name, tags=tags)


def _subject(caller: Caller, request: dict[str, Any]) -> AccessSubject:
    """Return the caller that the request names: a user, in whatever account."""
    if "CallerArn" not in request:
        return AccessSubject(SubjectKind.USER, caller.account)
    arn = parse_arn(request["CallerArn"])
    kind, _, name = split_resource(arn.resource)
    if arn.service != "iam" or kind != "user":
        raise Wrong(f"{request['CallerArn']} is not the ARN of a user.", kind="caller name")
    return AccessSubject(SubjectKind.USER, arn.account, request["CallerArn"], name=name)


def _owner(request: dict[str, Any]) -> str:
    text = request.get("ResourceOwner", "")
    return parse_arn(text).account if text.startswith("arn:") else text


def _account_of(resource: str) -> str:
    parts = resource.split(":", 5)
    account = parts[4] if len(parts) == 6 and parts[0] == "arn" else ""
    return account if account.isdecimal() else ""


def _spelled(key: str) -> str:
    return SPELLINGS.get(key, key)
