"""How a version comes to be and goes from state to state, within the transaction of the caller.

Nothing else writes a version's state: `move_row` looks it up in the table of allowed moves within the
transaction that writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update

from vedette.errors import Busy, Taken
from vedette.projects.aliases import names_for, version_behind
from vedette.projects.project import Project
from vedette.projects.tables import version_numbers, versions
from vedette.projects.tags import put_tags
from vedette.projects.version import MOVES, WORDS, State, Version, VersionThresholds, dump_thresholds
from vedette.projects.version_rows import by_name, version_of


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The properties of a version to create; without a name it gets the project's next number."""

    name: str = ""
    state: State = "training"
    message: str = ""
    description: str = ""
    bucket: str = ""
    prefix: str = ""
    source: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    # Of a version that was made elsewhere, and earlier than now.
    created_ms: int | None = None
    ended_ms: int | None = None
    results: Mapping[str, Any] = field(default_factory=dict)
    thresholds: VersionThresholds = field(default_factory=VersionThresholds)


def create_row(connection: Connection, project: Project, new: NewVersion, now: int) -> int:
    """Put a version into its first state; return its number."""
    name = new.name or str(_next_number(connection, project))
    if by_name(connection, project, name) is not None:
        raise Taken(
            f"The project {project.name} has a version named {name} already.", kind="version", name=name
        )
    if version_behind(connection, project, name) is not None:
        raise Taken(f"The project {project.name} has an alias named {name}.", kind="version", name=name)
    row = {
        "project": project.id,
        "name": name,
        "created_ms": now if new.created_ms is None else min(now, new.created_ms),
        "ended_ms": new.ended_ms,
        "state": new.state,
        "message": new.message,
        "description": new.description,
        "bucket": new.bucket,
        "prefix": new.prefix,
        "source": new.source,
        "inputs": orjson.dumps(dict(new.inputs)).decode(),
        "results": orjson.dumps(dict(new.results)).decode(),
        "thresholds": dump_thresholds(new.thresholds) if new.thresholds.labels else "",
    }
    if project.dialect.names.latest and new.name.isdecimal():  # the next number is above it
        _raise_number(connection, project, int(new.name))
    inserted = connection.execute(insert(versions).values(row).returning(versions)).one()
    put_tags(connection, str(version_of(inserted, project).arn), new.tags)
    return int(inserted.id)


def _next_number(connection: Connection, project: Project) -> int:
    of_project = version_numbers.c.project == project.id
    last = connection.execute(select(version_numbers.c.last).where(of_project)).scalar()
    number = (last or 0) + 1
    _raise_number(connection, project, number)
    return number


def _raise_number(connection: Connection, project: Project, number: int) -> None:
    """Keep a number from being given again."""
    of_project = version_numbers.c.project == project.id
    last = connection.execute(select(version_numbers.c.last).where(of_project)).scalar()
    if last is None:
        connection.execute(insert(version_numbers).values(project=project.id, last=number))
    elif last < number:
        connection.execute(update(version_numbers).where(of_project).values(last=number))


def move_row(
    connection: Connection, version: Version, to: State, message: str, values: Mapping[str, Any]
) -> None:
    """Write another state, if the table of moves allows it, and other columns with it."""
    if to not in MOVES[version.state]:
        raise Busy(state_sentence(version), kind="version", name=version.path)
    aliases = names_for(connection, version.id) if to == "deleting" else ()
    for alias in aliases:
        raise Busy(
            f"The alias {alias} points to the version {version.name}: move the alias or delete it first.",
            kind="version",
            name=version.path,
        )
    write_row(connection, version.id, {**values, "state": to, "message": message})


def state_sentence(version: Version) -> str:
    """Return what a version is doing, as a refusal says it."""
    return f"The version {version.name} of {version.project.name} {WORDS[version.state]}."


def write_row(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    """Write columns of a version; what it was given and what came out are written as JSON."""
    columns = {
        name: orjson.dumps(dict(value)).decode() if name in ("inputs", "results") else value
        for name, value in values.items()
    }
    connection.execute(update(versions).where(versions.c.id == number).values(columns))


def still_held(connection: Connection, project: Project) -> str:
    """Return what keeps a project from being deleted; nothing where nothing does."""
    query = select(versions.c.id).where(versions.c.project == project.id)
    count = len(connection.execute(query).all())
    return f"{count} version{'s' if count > 1 else ''}" if count else ""
