"""The versions of an account's own policies: five at most, one of which counts.

The version that counts stands in the policy's own row too, so that what judges requests reads nothing more.
Versions are numbered from 1 and no number is given twice. Never looks at attachments.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from vedette.clock import from_milliseconds
from vedette.errors import Busy, Missing, TooMuch
from vedette.identity.tables import policies, policy_versions

# IAM's quota.
MOST_VERSIONS = 5


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a policy's document."""

    number: int
    document: str
    in_force: bool
    created: datetime | None = None

    @property
    def id(self) -> str:
        """The version as clients name it."""
        return f"v{self.number}"


def insert_version(
    connection: Connection, account: str, name: str, number: int, document: str, now: int
) -> None:
    """Store a version."""
    row = {"account": account, "policy": name, "version": number, "document": document, "created_ms": now}
    connection.execute(insert(policy_versions).values(row))


def add_version(  # noqa: PLR0913  (a row has that many columns)
    connection: Connection,
    account: str,
    name: str,
    document: str,
    now: int,
    *,
    in_force: bool = True,
    prune: bool = False,
) -> int:
    """Store a policy's next version and return its number; with `prune` the oldest one gives way."""
    row = _require(connection, account, name)
    numbers = [version.version for version in _rows(connection, account, name)]
    if len(numbers) >= MOST_VERSIONS:
        if not prune:
            raise TooMuch(
                f"A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new version, "
                "you must delete an existing version.",
                kind="policy version",
                name=name,
            )
        oldest = min(number for number in numbers if number != row.in_force)
        connection.execute(delete(policy_versions).where(*_is_version(account, name, oldest)))
    number = int(row.revision) + 1
    insert_version(connection, account, name, number, document, now)
    changed: dict[str, Any] = {"revision": number}
    if in_force:
        changed |= {"document": document, "in_force": number, "updated_ms": now}
    connection.execute(update(policies).where(*_is_policy(account, name)).values(changed))
    return number


def versions_of(connection: Connection, account: str, name: str) -> list[PolicyVersion]:
    """Return a policy's versions, the newest first."""
    row = _require(connection, account, name)
    return [_as_version(version, row.in_force) for version in reversed(_rows(connection, account, name))]


def enforce_version(connection: Connection, account: str, name: str, number: int, now: int) -> None:
    """Let another version count."""
    _require(connection, account, name)
    version = _find(connection, account, name, number)
    changed = {"document": version.document, "in_force": number, "updated_ms": now}
    connection.execute(update(policies).where(*_is_policy(account, name)).values(changed))


def drop_version(connection: Connection, account: str, name: str, number: int) -> None:
    """Delete a version that does not count."""
    row = _require(connection, account, name)
    _find(connection, account, name, number)
    if number == row.in_force:
        raise Busy("Cannot delete the default version of a policy.", kind="policy version", name=name)
    connection.execute(delete(policy_versions).where(*_is_version(account, name, number)))


def _rows(connection: Connection, account: str, name: str) -> list[Row[Any]]:
    of_policy = (policy_versions.c.account == account, policy_versions.c.policy == name)
    query = select(policy_versions).where(*of_policy).order_by(policy_versions.c.version)
    return list(connection.execute(query).all())


def _find(connection: Connection, account: str, name: str, number: int) -> Row[Any]:
    query = select(policy_versions).where(*_is_version(account, name, number))
    version = connection.execute(query).first()
    if version is None:
        raise Missing(
            f"Policy {name} version v{number} does not exist or is not attachable.",
            kind="policy version",
            name=name,
        )
    return version


def _require(connection: Connection, account: str, name: str) -> Row[Any]:
    row = connection.execute(select(policies).where(*_is_policy(account, name))).first()
    if row is None:
        raise Missing(f"There is no policy {name} in account {account}.", kind="policy", name=name)
    return row


def _is_policy(account: str, name: str) -> tuple[Any, Any]:
    return policies.c.account == account, policies.c.name == name


def _is_version(account: str, name: str, number: int) -> tuple[Any, Any, Any]:
    table = policy_versions.c
    return table.account == account, table.policy == name, table.version == number


def _as_version(row: Row[Any], in_force: int) -> PolicyVersion:
    created = from_milliseconds(row.created_ms)
    return PolicyVersion(row.version, row.document, row.version == in_force, created)
