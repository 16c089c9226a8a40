"""The policies of projects, kept: put, listed, deleted, and asked."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.errors import Missing, Taken, TooMuch, Wrong
from vedette.identity.principal import Principal
from vedette.projects.policy import judge, read_policy
from vedette.projects.project import Project
from vedette.projects.tables import project_policies as policies
from vedette.store.db import Database

# What the service allows a project, unless asked for more.
MOST = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy of a project."""

    id: int
    name: str
    revision: str
    document: str
    created: datetime
    updated: datetime


class Policies:
    """The policies of every project."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, project: Project, name: str, document: str, revision: str = "") -> str:
        """Attach a policy, or change the one whose revision is named; return the new revision."""
        read_policy(document)
        new, now = secrets.token_hex(16), milliseconds(self._clock())
        with self._database.write() as connection:
            found = _find(connection, project, name)
            if found is None:
                _refuse_new(connection, project, name, revision)
                row = {"project": project.id, "name": name, "created_ms": now}
                told = {"revision": new, "document": document, "updated_ms": now}
                connection.execute(insert(policies).values({**row, **told}))
                return new
            if not revision:
                raise Taken(
                    f"{project.name} has a policy {name} already; name its revision to change it.",
                    kind="policy",
                    name=name,
                )
            _refuse_revision(found, revision)
            told = {"revision": new, "document": document, "updated_ms": now}
            connection.execute(update(policies).where(policies.c.id == found.id).values(told))
        return new

    def list(self, project: Project, *, after: int = 0, most: int = MOST) -> tuple[list[Policy], bool]:
        """Return policies in the order in which they came, and whether there are more."""
        query = select(policies).where(policies.c.project == project.id, policies.c.id > after)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(policies.c.id).limit(most + 1)).all()
        return [_policy(row) for row in rows[:most]], len(rows) > most

    def delete(self, project: Project, name: str, revision: str = "") -> None:
        """Delete a policy, if it is still the revision that is named."""
        with self._database.write() as connection:
            found = _find(connection, project, name)
            if found is None:
                raise Missing(f"{project.name} has no policy {name}.", kind="policy", name=name)
            if revision:
                _refuse_revision(found, revision)
            connection.execute(delete(policies).where(policies.c.id == found.id))

    def judge(self, project: Project, principal: Principal, version: str) -> bool | None:
        """Say whether the project's policies let the caller copy a version; None where they say nothing."""
        found, _ = self.list(project)
        return judge([each for one in found for each in read_policy(one.document)], principal, version)


def _refuse_new(connection: Connection, project: Project, name: str, revision: str) -> None:
    if revision:
        raise _stale(name)
    mine = policies.c.project == project.id
    if connection.execute(select(func.count()).where(mine)).scalar_one() >= MOST:
        raise TooMuch(f"{project.name} has {MOST} policies, which are the most.", kind="policy", name=name)


def _refuse_revision(found: Policy, revision: str) -> None:
    if found.revision != revision.casefold():
        raise _stale(found.name)


def _stale(name: str) -> Wrong:
    return Wrong(f"That is not the revision that the policy {name} is in.", kind="policy revision", name=name)


def _find(connection: Connection, project: Project, name: str) -> Policy | None:
    query = select(policies).where(policies.c.project == project.id, policies.c.name == name)
    row = connection.execute(query).first()
    return _policy(row) if row else None


def _policy(row: Row[Any]) -> Policy:
    moments = from_milliseconds(row.created_ms), from_milliseconds(row.updated_ms)
    return Policy(row.id, row.name, row.revision, row.document, *moments)
