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
# AWS's most; a role that IAM's clients create has an hour unless they say more.
LONGEST_SESSION_S = 43_200


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
    path: str = "/"
    # The policy that bounds its rights, as attachments name one.
    boundary: str = ""

    @property
    def arn(self) -> str:
        """The user's own ARN."""
        return arn_of("user", self.account, self.path, self.name)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key without its secret; `user` is None for the account's root key."""

    id: str
    account: str
    user: str | None
    enabled: bool
    created: datetime
    used: datetime | None = None
    used_service: str = ""
    used_region: str = ""


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
    path: str = "/"
    boundary: str = ""
    description: str = ""
    longest_s: int = LONGEST_SESSION_S

    @property
    def trusted(self) -> tuple[str, ...]:
        """The accounts that are trusted as a whole."""
        return trusted_accounts(self.trust)

    @property
    def arn(self) -> str:
        """The role's own ARN."""
        return arn_of("role", self.account, self.path, self.name)


def arn_of(kind: str, account: str, path: str, name: str) -> str:
    """Return the ARN of a user, a group, a role or a policy."""
    return f"arn:aws:iam::{account}:{kind}{path}{name}"


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


def open_secret(seal: Seal, row: Any) -> str:
    """Return the secret of a key's row."""
    return seal.open(row.sealed_secret, f"{KEY_PURPOSE}:{row.id}").decode()


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
        row.path,
        row.boundary or "",
        row.description,
        row.longest_s,
    )


def find_ids(connection: Connection, arns: Collection[str]) -> Mapping[str, str]:
    """Return the unique ids of those users and roles, sessions' roles too, that there are now."""
    ids = {arn: _find_id(connection, arn) for arn in arns}
    return {arn: unique for arn, unique in ids.items() if unique}


def _find_id(connection: Connection, text: str) -> str:
    arn = parse_arn(text)
    kind, path, name = split_resource(arn.resource)
    if kind == "assumed-role":
        # The ARN of a session is its role's name and its own, and tells no path.
        is_role = roles.c.name == path.strip("/")
        query = select(roles.c.role_id).where(roles.c.account == arn.account, is_role)
    else:
        table, unique = (users, users.c.user_id) if kind == "user" else (roles, roles.c.role_id)
        is_it = (table.c.account == arn.account) & (table.c.name == name) & (table.c.path == path)
        query = select(unique).where(is_it)
    return str(connection.execute(query).scalar() or "")


def split_resource(resource: str) -> tuple[str, str, str]:
    """Return the kind, the path with its slashes and the name of what stands last in an ARN of IAM's."""
    kind, _, rest = resource.partition("/")
    path, _, name = rest.rpartition("/")
    return kind, f"/{path}/" if path else "/", name


def as_user(row: Row[Any]) -> User:
    """Return the user of a row."""
    created, tags = from_milliseconds(row.created_ms), json.loads(row.tags)
    return User(row.account, row.name, row.user_id, created, tags, row.path, row.boundary or "")


def as_access_key(row: Row[Any]) -> AccessKey:
    """Return the key of a row."""
    used = None if row.used_ms is None else from_milliseconds(row.used_ms)
    return AccessKey(
        row.id,
        row.account,
        row.user,
        row.enabled,
        from_milliseconds(row.created_ms),
        used,
        row.used_service or "",
        row.used_region or "",
    )
