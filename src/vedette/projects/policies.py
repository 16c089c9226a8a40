"""The stored policies of projects: put, listed, deleted, and read for a decision."""

import builtins
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.access.pins import Resolve, pin, resolve_nobody, unpin
from vedette.access.policy import Policy
from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.errors import MalformedPolicy, Missing, Taken, TooMuch, Wrong
from vedette.projects.policy import read_policy, read_stored, stored_policy
from vedette.projects.project import Project
from vedette.projects.tables import project_policies as policies
from vedette.store.db import Database

# What the service allows a project, unless asked for more.
MOST = 5


@dataclass(frozen=True, slots=True)
class ProjectPolicy:
    """One policy of a project."""

    id: int
    name: str
    revision: str
    document: str
    created: datetime
    updated: datetime
    stored_text: str


class ProjectPolicies:
    """The policies of every project."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def put(
        self,
        project: Project,
        name: str,
        document: str,
        revision: str = "",
        resolve: Resolve = resolve_nobody,
    ) -> str:
        """Attach a policy, or change the one whose revision is named; return the new revision."""
        document = pin(document, read_policy(document), resolve)
        new, now = secrets.token_hex(16), milliseconds(self._clock())
        with self._database.write() as connection:
            policy = _find(connection, project, name)
            if policy is None:
                _refuse_new(connection, project, name, revision)
                row = {"project": project.id, "name": name, "created_ms": now}
                content = {"revision": new, "document": document, "updated_ms": now}
                connection.execute(insert(policies).values({**row, **content}))
                return new
            if not revision:
                raise Taken(
                    f"{project.name} has a policy {name} already; name its revision to change it.",
                    kind="policy",
                    name=name,
                )
            _refuse_revision(policy, revision)
            content = {"revision": new, "document": document, "updated_ms": now}
            connection.execute(update(policies).where(policies.c.id == policy.id).values(content))
        return new

    def list(self, project: Project, *, after: int = 0, most: int = MOST) -> tuple[list[ProjectPolicy], bool]:
        """Return a page of policies in the order of creation, and whether there are more."""
        query = select(policies).where(policies.c.project == project.id, policies.c.id > after)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(policies.c.id).limit(most + 1)).all()
        return [_policy(row) for row in rows[:most]], len(rows) > most

    def delete(self, project: Project, name: str, revision: str = "") -> None:
        """Delete a policy, if it is still the revision that is named."""
        with self._database.write() as connection:
            policy = _find(connection, project, name)
            if policy is None:
                raise Missing(f"{project.name} has no policy {name}.", kind="policy", name=name)
            if revision:
                _refuse_revision(policy, revision)
            connection.execute(delete(policies).where(policies.c.id == policy.id))

    def of(self, project: Project) -> tuple[Policy, ...]:
        """Return the project's policies, parsed."""
        attached, _ = self.list(project)
        return tuple(stored_policy(policy.stored_text, policy.name) for policy in attached)

    def unreadable(self) -> builtins.list[str]:
        """Return a sentence for each stored policy that this release cannot parse, and that so denies all."""
        with self._database.read() as connection:
            rows = connection.execute(select(policies).order_by(policies.c.id)).all()
        return [sentence for row in rows if (sentence := _unreadable(_policy(row)))]


def _refuse_new(connection: Connection, project: Project, name: str, revision: str) -> None:
    if revision:
        raise _stale(name)
    of_project = policies.c.project == project.id
    if connection.execute(select(func.count()).where(of_project)).scalar_one() >= MOST:
        raise TooMuch(f"{project.name} has {MOST} policies, which are the most.", kind="policy", name=name)


def _refuse_revision(policy: ProjectPolicy, revision: str) -> None:
    if policy.revision != revision.casefold():
        raise _stale(policy.name)


def _unreadable(policy: ProjectPolicy) -> str:
    try:
        read_stored(policy.stored_text)
    except MalformedPolicy as refusal:
        return f"The project policy {policy.name} denies every copy. {refusal.sentence}"
    return ""


def _stale(name: str) -> Wrong:
    return Wrong(f"That is not the revision that the policy {name} is in.", kind="policy revision", name=name)


def _find(connection: Connection, project: Project, name: str) -> ProjectPolicy | None:
    query = select(policies).where(policies.c.project == project.id, policies.c.name == name)
    row = connection.execute(query).first()
    return _policy(row) if row else None


def _policy(row: Row[Any]) -> ProjectPolicy:
    document, _ = unpin(row.document)
    moments = from_milliseconds(row.created_ms), from_milliseconds(row.updated_ms)
    return ProjectPolicy(row.id, row.name, row.revision, document, *moments, row.document)
