"""Names that point to versions: made, moved to another version, rolled back, taken away; with their history.

A name never hides a version's own, and no version gets the name of one. Programs ask by the name; which
version answers is moved in one transaction, so that every request meets the one or the other.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, insert, select, update

from vedette.arn import Arn
from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.dialects.registry import DIALECTS
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.projects.project import Project
from vedette.projects.tables import alias_moves, version_aliases, versions
from vedette.projects.version import WITH_PACKAGE, WORDS, State
from vedette.store.db import Database

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,62}")
MOST_ALIASES = 100
"""Of a project: people give names to lines and stages, not to pictures."""
LONGEST_REASON = 500
MoveKind = Literal["set", "rollback", "removed"]

BY_NAME = select(version_aliases).where(
    version_aliases.c.project == bindparam("project"), version_aliases.c.name == bindparam("name")
)
OF_VERSION = select(version_aliases.c.name).where(version_aliases.c.version == bindparam("version"))


@dataclass(frozen=True, slots=True)
class VersionAlias:
    """A name, and the version that it points to: its number, its name and its state."""

    project: Project
    name: str
    created_ms: int
    version: int
    version_name: str
    state: State

    @property
    def arn(self) -> Arn:
        """Its ARN, which stands where the ARN of a version may stand."""
        return alias_arn(self.project, self.name, self.created_ms)


@dataclass(frozen=True, slots=True)
class AliasMove:
    """One thing that was done to a name."""

    kind: MoveKind
    version: int
    version_name: str
    moment: datetime
    moved_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class AliasChange:
    """What a person asks for. `expected` is the version that they saw there, None where they did not look.

    `allows_idle`: also from a version that runs to one that does not.
    """

    by: str
    reason: str = ""
    expected: str | None = None
    allows_idle: bool = False


def alias_arn(project: Project, name: str, created_ms: int) -> Arn:
    """Return the ARN of a name that was made at that moment."""
    scope = project.scope
    resource = project.dialect.names.model.write(project=project.name, name=name, created=created_ms)
    return Arn(scope.service, scope.region, scope.account, resource)


class Aliases:
    """The names of all versions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, project: Project) -> list[VersionAlias]:
        """Return a project's names in their order."""
        query = select(version_aliases).where(version_aliases.c.project == project.id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(version_aliases.c.name)).all()
            return [_alias(connection, row, project) for row in rows]

    def find(self, project: Project, name: str) -> VersionAlias:
        """Return a name as it is now."""
        with self._database.read() as connection:
            return _require(connection, project, name)

    def moves(self, project: Project, name: str, *, most: int = 100) -> list[AliasMove]:
        """Return what was done to a name, the newest first; also to one that was taken away."""
        with self._database.read() as connection:
            return [_move(row) for row in _history(connection, project, name)[:most]]

    def before(self, project: Project, name: str) -> tuple[int, str] | None:
        """Return the number and name of the version that a rollback leads to, if there is one."""
        with self._database.read() as connection:
            alias = _require(connection, project, name)
            return _version_before(connection, alias)

    def now_ms(self) -> int:
        """Return the moment for the ARN of a name that is made now."""
        return milliseconds(self._clock())

    def set(
        self, project: Project, name: str, version: int, change: AliasChange, *, created_ms: int = 0
    ) -> VersionAlias:
        """Let a name point to a version; it is made where it is not there."""
        _check(project, name, change)
        with self._database.write() as connection:
            target = _usable(connection, project, version)
            current = _find(connection, project, name)
            _refuse_unexpected(project, name, current, change)
            if current is None:
                _refuse_taken(connection, project, name)
                row: dict[str, Any] = {"project": project.id, "name": name, "version": version}
                row["created_ms"] = created_ms or self.now_ms()
                connection.execute(insert(version_aliases).values(row))
            elif current.version == version:
                return current
            else:
                _refuse_idle(current, target, change)
                _point(connection, project, name, version)
            self._note(connection, project, name, "set", (version, target.name), change)
            return _require(connection, project, name)

    def roll_back(
        self,
        project: Project,
        name: str,
        change: AliasChange,
        *,
        permit: Callable[[str], None] = lambda version: None,
    ) -> VersionAlias:
        """Let a name point to the version that it pointed to before; again leads a step further back.

        `permit` is asked about that version's name, and may refuse.
        """
        _check(project, name, change)
        with self._database.write() as connection:
            current = _require(connection, project, name)
            _refuse_unexpected(project, name, current, change)
            before = _version_before(connection, current)
            if before is None:
                raise Wrong(
                    f"There is nothing to roll {name} back to: no version that it pointed to is still there.",
                    kind="alias",
                    name=name,
                )
            permit(before[1])
            _refuse_idle(current, _usable(connection, project, before[0]), change)
            _point(connection, project, name, before[0])
            self._note(connection, project, name, "rollback", before, change)
            return _require(connection, project, name)

    def remove(self, project: Project, name: str, change: AliasChange) -> None:
        """Take a name away; its history stays."""
        _check(project, name, change)
        with self._database.write() as connection:
            current = _require(connection, project, name)
            _refuse_unexpected(project, name, current, change)
            connection.execute(delete(version_aliases).where(*_is_alias(project, name)))
            self._note(connection, project, name, "removed", (current.version, current.version_name), change)

    def _note(
        self,
        connection: Connection,
        project: Project,
        name: str,
        kind: MoveKind,
        version: tuple[int, str],
        change: AliasChange,
    ) -> None:
        row = {"project": project.id, "alias": name, "kind": kind, "version": version[0]}
        about = {"version_name": version[1], "moved_ms": self.now_ms(), "moved_by": change.by}
        connection.execute(insert(alias_moves).values({**row, **about, "reason": change.reason}))


def version_behind(connection: Connection, project: Project, name: str, arn: str = "") -> int | None:
    """Return the number of the version behind a name; with an ARN, only where it is the name's own."""
    row = connection.execute(BY_NAME, {"project": project.id, "name": name}).first()
    if row is None or arn not in ("", str(alias_arn(project, name, row.created_ms))):
        return None
    return int(row.version)


def names_for(connection: Connection, version: int) -> Sequence[str]:
    """Return the names that point to a version."""
    return connection.execute(OF_VERSION, {"version": version}).scalars().all()


def _find(connection: Connection, project: Project, name: str) -> VersionAlias | None:
    row = connection.execute(BY_NAME, {"project": project.id, "name": name}).first()
    return _alias(connection, row, project) if row else None


def _require(connection: Connection, project: Project, name: str) -> VersionAlias:
    alias = _find(connection, project, name)
    if alias is None:
        sentence = f"The project {project.name} has no alias {name!r:.80}."
        raise Missing(sentence, kind="alias", name=f"{project.name}/{name}")
    return alias


def _alias(connection: Connection, row: Row[Any], project: Project) -> VersionAlias:
    query = select(versions.c.name, versions.c.state).where(versions.c.id == row.version)
    version = connection.execute(query).first()
    # An older server beside this one may have deleted it: what is being deleted answers nobody either.
    state: State = version.state if version else "deleting"
    name = version.name if version else ""
    return VersionAlias(project, row.name, row.created_ms, row.version, name, state)


def _usable(connection: Connection, project: Project, version: int) -> Row[Any]:
    """Return a version of the project that has a package."""
    query = select(versions).where(versions.c.id == version, versions.c.project == project.id)
    row = connection.execute(query).first()
    if row is None:
        raise Missing("The version was deleted.", kind="version", name=str(version))
    if row.state not in WITH_PACKAGE:
        raise Busy(_sentence(project, row.name, row.state), kind="version", name=f"{project.name}/{row.name}")
    return row


def _refuse_unexpected(
    project: Project, name: str, current: VersionAlias | None, change: AliasChange
) -> None:
    standing = "" if current is None else current.version_name
    if change.expected is not None and change.expected != standing:
        now = f"points to the version {standing}" if standing else "is not there"
        sentence = f"Somebody moved the alias {name} of {project.name} meanwhile: it {now}."
        raise Taken(sentence, kind="alias", name=f"{project.name}/{name}")


def _refuse_idle(current: VersionAlias, target: Row[Any], change: AliasChange) -> None:
    """Refuse to lead from a version that answers to one that does not."""
    if change.allows_idle or current.state != "running" or target.state == "running":
        return
    raise Busy(
        f"{_sentence(current.project, target.name, target.state)} Start it first: "
        f"{current.name} points to the version {current.version_name}, which is running.",
        kind="version",
        name=f"{current.project.name}/{target.name}",
    )


def _refuse_taken(connection: Connection, project: Project, name: str) -> None:
    query = select(versions.c.id).where(versions.c.project == project.id, versions.c.name == name)
    if connection.execute(query).first() is not None:
        sentence = f"The project {project.name} has a version named {name}; an alias needs another name."
        raise Taken(sentence, kind="version", name=name)
    query = select(version_aliases.c.id).where(version_aliases.c.project == project.id)
    if len(connection.execute(query).all()) >= MOST_ALIASES:
        sentence = f"The project {project.name} has {MOST_ALIASES} aliases, which are the most."
        raise TooMuch(sentence, kind="alias", name=project.name)


def _check(project: Project, name: str, change: AliasChange) -> None:
    if not NAME.fullmatch(name) or name in {dialect.names.latest for dialect in DIALECTS.values()}:
        raise Wrong(
            f"An alias has up to 63 letters, digits, _ and -, begins with a letter and is not latest; "
            f"{name!r:.80} is none.",
            kind="alias",
            name=project.name,
        )
    if len(change.reason) > LONGEST_REASON:
        raise Wrong(f"A reason has {LONGEST_REASON} characters at most.", kind="alias", name=name)


def _is_alias(project: Project, name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return version_aliases.c.project == project.id, version_aliases.c.name == name


def _point(connection: Connection, project: Project, name: str, version: int) -> None:
    connection.execute(update(version_aliases).where(*_is_alias(project, name)).values(version=version))


def _history(connection: Connection, project: Project, name: str) -> Sequence[Row[Any]]:
    query = select(alias_moves).where(alias_moves.c.project == project.id, alias_moves.c.alias == name)
    return connection.execute(query.order_by(alias_moves.c.id.desc())).all()


def _version_before(connection: Connection, alias: VersionAlias) -> tuple[int, str] | None:
    """Return the newest version below the present one that could still be run.

    Each rollback takes what is on top away, so that a second one leads further back and not to what was left.
    """
    pile: list[tuple[int, str]] = []
    for move in reversed(_history(connection, alias.project, alias.name)):
        if move.kind == "removed":
            pile.clear()
        elif move.kind == "set":
            pile.append((move.version, move.version_name))
        else:
            del pile[_place(pile, move.version) + 1 :]
    query = select(versions.c.id).where(
        versions.c.project == alias.project.id, versions.c.state.in_(WITH_PACKAGE)
    )
    usable = set(connection.execute(query).scalars())
    below = [item for item in pile[:-1] if item[0] in usable and item[0] != alias.version]
    return below[-1] if below else None


def _place(pile: Sequence[tuple[int, str]], version: int) -> int:
    """Return where a version stands in the pile, the highest place."""
    return max((at for at, item in enumerate(pile) if item[0] == version), default=len(pile) - 1)


def _move(row: Row[Any]) -> AliasMove:
    return AliasMove(
        row.kind, row.version, row.version_name, from_milliseconds(row.moved_ms), row.moved_by, row.reason
    )


def _sentence(project: Project, version: str, state: State) -> str:
    return f"The version {version} of {project.name} {WORDS[state]}."
