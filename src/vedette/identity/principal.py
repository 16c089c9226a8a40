"""The caller of a request, as all other rooms see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from vedette.access.parse import parse_policy
from vedette.access.policy import Policy, PolicyKind, deny_all
from vedette.access.request import NOBODY, AccessSubject, SubjectKind
from vedette.clock import from_milliseconds, milliseconds
from vedette.errors import MalformedPolicy
from vedette.identity.builtin import builtin_document

PrincipalKind = Literal["root", "user", "role"]
KINDS = {"root": SubjectKind.ROOT, "user": SubjectKind.USER, "role": SubjectKind.ROLE_SESSION}

ADMINISTRATOR = parse_policy(builtin_document("administrator"), PolicyKind.IDENTITY, name="administrator")


@dataclass(frozen=True, slots=True)
class Lineage:
    """The origin of a session: the permanent key, the ids of the roles in its chain, and inherited tags."""

    source_key: str = ""
    roles: tuple[str, ...] = ()
    inherited: tuple[str, ...] = ()
    source_identity: str = ""


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a verified access key.

    `expires` and `issued` are set for temporary keys alone; `tags` are the session's own, `holder_tags`
    those of its user or role. `policies` are its own, its groups' or its role's, as they were within the
    last second; `session_policies` narrow them, where the session has any.
    """

    account: str
    arn: str
    user_id: str
    name: str
    key_id: str
    kind: PrincipalKind = "user"
    expires: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()
    session_policies: tuple[Policy, ...] = ()
    session_document: str = ""
    # The policies by name that narrow the session too, looked up with its rights.
    session_names: tuple[str, ...] = ()
    issued: datetime | None = None
    lineage: Lineage = Lineage()
    holder_tags: Mapping[str, str] = field(default_factory=dict)
    # What bounds the rights of its user or role; a boundary allows nothing by itself.
    boundary: tuple[Policy, ...] = ()
    # The path of the role, which the ARN of a session does not tell.
    role_path: str = "/"
    # Whether a second factor was shown where its session at the console began; None elsewhere.
    second_factor: bool | None = None
    # As policies see it; computed once, since a principal lives as long as its key is cached.
    subject: AccessSubject = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "subject", _subject(self))

    @property
    def role_arn(self) -> str:
        """The role's own ARN, where this is a session of one."""
        head, separator, rest = self.arn.partition(":assumed-role/")
        if not separator:
            return ""
        return f"arn:aws:iam::{head.rpartition(':')[2]}:role{self.role_path}{rest.rpartition('/')[0]}"


def subject_of(principal: Principal | None) -> AccessSubject:
    """Return the caller as policies see it; None is an anonymous caller."""
    return NOBODY if principal is None else principal.subject


def _subject(principal: Principal) -> AccessSubject:
    role_arn = principal.role_arn
    return AccessSubject(
        kind=SubjectKind.ROLE_SESSION if role_arn else KINDS[principal.kind],
        account=principal.account,
        arn=principal.arn,
        user_id=principal.user_id,
        name=principal.name,
        role_arn=role_arn,
        tags={**principal.holder_tags, **principal.tags},
        issued=principal.issued,
        source_identity=principal.lineage.source_identity,
        second_factor=principal.second_factor,
    )


def dump_principal(principal: Principal) -> dict[str, Any]:
    """Return the caller as JSON for work that goes on without it: no key, and no rights.

    Its rights are looked up when the work reads (`Identity.current`), restricted as the session was.
    """
    return {
        "account": principal.account,
        "arn": principal.arn,
        "user_id": principal.user_id,
        "name": principal.name,
        "kind": principal.kind,
        "tags": dict(principal.tags),
        "session_document": principal.session_document,
        "session_names": list(principal.session_names),
        "issued_ms": milliseconds(principal.issued) if principal.issued else 0,
        "source_identity": principal.lineage.source_identity,
        "second_factor": principal.second_factor,
    }


def load_principal(record: Mapping[str, Any]) -> Principal:
    """Return the caller that `dump_principal` stored; the account's root where only the account is stored."""
    if not record.get("caller"):
        return root_of(record["account"])
    facts = dict(record["caller"])
    issued_ms, source_identity = facts.pop("issued_ms", 0), facts.pop("source_identity", "")
    return Principal(
        key_id="",
        **{**facts, "session_names": tuple(facts.get("session_names", ()))},
        session_policies=session_policies(facts.get("session_document", "")),
        issued=from_milliseconds(issued_ms) if issued_ms else None,
        lineage=Lineage(source_identity=source_identity),
    )


def session_policies(document: str) -> tuple[Policy, ...]:
    """Return a session's policies: none without a document; one that cannot be parsed denies all."""
    if not document:
        return ()
    try:
        return (parse_policy(document, PolicyKind.SESSION),)
    except MalformedPolicy:
        return (deny_all(PolicyKind.SESSION, ""),)


def root_of(account: str) -> Principal:
    """Return the root of an account, for work that no user of it ordered."""
    return Principal(account, f"arn:aws:iam::{account}:root", account, "root", "", "root")
