"""Roles that a service of this server assumes for itself: the role's own trust policy lets it, or not."""

from vedette.access.judge import judge
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.access.request import AccessRequest, AccessSubject, SubjectKind
from vedette.arn import parse_arn
from vedette.errors import Denied, MalformedPolicy, Missing, Wrong
from vedette.identity.identity import Identity
from vedette.identity.records import Role, split_resource


def find_service_role(identity: Identity, account: str, text: str, *, service: str, sentence: str) -> Role:
    """Return the role of an ARN, which is of this account and trusts the service; else refuse it so."""
    denial = Denied(sentence)
    try:
        arn = parse_arn(text)
    except Wrong:
        raise denial from None
    kind, path, name = split_resource(arn.resource)
    if (arn.service, kind, arn.account) != ("iam", "role", account):
        raise denial
    try:
        role: Role = identity.directory.role(account, name)
        trust = parse_policy(role.trust, PolicyKind.TRUST, name=f"of {name}")
    except (Missing, MalformedPolicy):
        raise denial from None
    subject = AccessSubject(SubjectKind.SERVICE, name=service)
    request = AccessRequest(subject, "sts:AssumeRole", role.arn, account, subject.context())
    if role.path != path or not judge(request, resource=(trust,), stands_alone=True).allowed:
        raise denial
    return role
