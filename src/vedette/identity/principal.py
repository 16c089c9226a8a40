"""Who is calling, as the rest of the house sees it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from vedette.access.parse import parse_policy
from vedette.access.policy import Policy, PolicyKind
from vedette.access.request import NOBODY, Subject, SubjectKind

Kind = Literal["root", "user", "role"]
KINDS = {"root": SubjectKind.ROOT, "user": SubjectKind.USER, "role": SubjectKind.ROLE_SESSION}

ADMINISTRATOR = parse_policy(
    json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    ),
    PolicyKind.IDENTITY,
    name="administrator",
)


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a verified access key.

    `expires` and `issued` are set for temporary keys alone; `tags` are the session's own. `policies`
    are its own, its groups' or its role's; `session_policies` narrow them, where the session has any.
    """

    account: str
    arn: str
    user_id: str
    name: str
    key_id: str
    kind: Kind = "user"
    expires: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[Policy, ...] = (ADMINISTRATOR,)
    session_policies: tuple[Policy, ...] = ()
    issued: datetime | None = None

    @property
    def role_arn(self) -> str:
        """The role's own ARN, where this is a session of one."""
        head, separator, rest = self.arn.partition(":assumed-role/")
        if not separator:
            return ""
        return f"arn:aws:iam::{head.rpartition(':')[2]}:role/{rest.rpartition('/')[0]}"


def subject_of(principal: Principal | None) -> Subject:
    """Return the caller as policies see it; None is somebody without a key."""
    if principal is None:
        return NOBODY
    role_arn = principal.role_arn
    return Subject(
        kind=SubjectKind.ROLE_SESSION if role_arn else KINDS[principal.kind],
        account=principal.account,
        arn=principal.arn,
        user_id=principal.user_id,
        name=principal.name,
        role_arn=role_arn,
        tags=principal.tags,
        issued=principal.issued,
    )


def keep(principal: Principal) -> dict[str, str]:
    """Return what work that goes on without its caller remembers of it; JSON, and no key."""
    return {
        "account": principal.account,
        "arn": principal.arn,
        "user_id": principal.user_id,
        "name": principal.name,
        "kind": principal.kind,
    }


def recall(kept: Mapping[str, Any]) -> Principal:
    """Return the caller that work is done for; an account's root where only the account was kept."""
    caller = kept.get("caller")
    return Principal(key_id="", **caller) if caller else root_of(kept["account"])


def root_of(account: str) -> Principal:
    """Return an account itself, for what no user of it asked for."""
    return Principal(account, f"arn:aws:iam::{account}:root", account, "root", "", "root")
