"""The values of accounts, users, keys and roles, and their rows: what the directory reads and stores."""

import json
import secrets
import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from vedette.access.pins import unpin
from vedette.arn import parse_arn
from vedette.clock import from_milliseconds
from vedette.identity.ids import new_id
from vedette.identity.seal import Seal
from vedette.identity.tables import keys, roles, users
from vedette.identity.trust import trusted_accounts

LETTERS = string.ascii_letters + string.digits
KEY_PURPOSE = "access-key"


@dataclass(frozen=True, slots=True)
class Account:
    """A namespace of its own: its contents are invisible to other accounts."""

    id: str
    name: str
    created: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person or a program in an account."""

    account: str
    name: str
    user_id: str
    created: datetime
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The user's own ARN."""
        return f"arn:aws:iam::{self.account}:user/{self.name}"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key without its secret; `user` is None for the account's root key."""

    id: str
    account: str
    user: str | None
    enabled: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key with its secret, which is shown only once."""

    id: str
    account: str
    secret: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role that the callers named in its trust policy may assume."""

    account: str
    name: str
    role_id: str
    trust: str
    created: datetime
    tags: Mapping[str, str] = field(default_factory=dict)
    # The ids that the ARNs in its trust policy had when that was put.
    trusted_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def trusted(self) -> tuple[str, ...]:
        """The accounts that are trusted as a whole."""
        return trusted_accounts(self.trust)

    @property
    def arn(self) -> str:
        """The role's own ARN."""
        return f"arn:aws:iam::{self.account}:role/{self.name}"


def insert_key(connection: Connection, key: NewKey, user: str | None, seal: Seal, now: int) -> None:
    """Store a new key, its secret sealed."""
    row = {
        "id": key.id,
        "account": key.account,
        "user": user,
        "sealed_secret": seal.seal(key.secret.encode(), f"{KEY_PURPOSE}:{key.id}"),
        "enabled": True,
        "created_ms": now,
    }
    connection.execute(insert(keys).values(row))


def new_key(account: str, prefix: str = "AKIA") -> NewKey:
    """Return a new key that is not stored yet; temporary ones begin with ASIA."""
    return NewKey(new_id(prefix, 16), account, _new_secret())


def _new_secret() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(40))


def role_query(account: str, name: str) -> Any:
    """Return the query for one role."""
    return select(roles).where(roles.c.account == account, roles.c.name == name)


def as_role(row: Row[Any]) -> Role:
    """Return the role of a row, its trust policy without the ids that it is pinned to."""
    trust, ids = unpin(row.trust)
    return Role(
        row.account,
        row.name,
        row.role_id,
        trust,
        from_milliseconds(row.created_ms),
        json.loads(row.tags),
        ids,
    )


def find_ids(connection: Connection, arns: Collection[str]) -> Mapping[str, str]:
    """Return the unique ids of those users and roles, sessions' roles too, that there are now."""
    ids = {arn: _find_id(connection, arn) for arn in arns}
    return {arn: unique for arn, unique in ids.items() if unique}


def _find_id(connection: Connection, text: str) -> str:
    arn = parse_arn(text)
    kind, _, name = arn.resource.partition("/")
    if kind == "user":
        query = select(users.c.user_id).where(users.c.account == arn.account, users.c.name == name)
    else:
        # The ARN of a session is its role's name and its own.
        role = name.partition("/")[0] if kind == "assumed-role" else name
        query = select(roles.c.role_id).where(roles.c.account == arn.account, roles.c.name == role)
    return str(connection.execute(query).scalar() or "")


def as_user(row: Row[Any]) -> User:
    """Return the user of a row."""
    return User(row.account, row.name, row.user_id, from_milliseconds(row.created_ms), json.loads(row.tags))


def as_access_key(row: Row[Any]) -> AccessKey:
    """Return the key of a row."""
    return AccessKey(row.id, row.account, row.user, row.enabled, from_milliseconds(row.created_ms))
