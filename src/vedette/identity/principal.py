"""Who is calling, as the rest of the house sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["root", "user", "role"]


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a verified access key.

    `expires` is set for temporary keys alone; `tags` are the session's own.
    """

    account: str
    arn: str
    user_id: str
    name: str
    key_id: str
    kind: Kind = "user"
    expires: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


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
