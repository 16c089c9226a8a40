"""Rows of versions, as versions: what every reader of the table shares.

Each function reads within the transaction it is given; `versions.py` opens them.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, bindparam, select

from vedette.clock import from_milliseconds
from vedette.errors import Missing
from vedette.projects.project import Project
from vedette.projects.projects import by_id as project_by_id
from vedette.projects.tables import versions
from vedette.projects.version import WITH_PACKAGE, Version, read_thresholds

# Written once, since each detection asks it: see the statements of projects.
BY_NAME = select(versions).where(
    versions.c.project == bindparam("project"), versions.c.name == bindparam("name")
)


def under_copying(connection: Connection) -> Sequence[Version]:
    """Return every version that is being copied from another, as they are in this transaction."""
    query = select(versions).where(versions.c.state == "copying").order_by(versions.c.id)
    return [with_project(connection, row) for row in connection.execute(query).all()]


def under_training(connection: Connection, project: int) -> Sequence[Version]:
    """Return the versions of a project that are being trained, as they are in this transaction."""
    query = select(versions).where(versions.c.project == project, versions.c.state == "training")
    return with_projects(connection, connection.execute(query.order_by(versions.c.id)).all())


def require(connection: Connection, number: int) -> Version:
    """Return the version of that number as it is now."""
    version = by_id(connection, number)
    if version is None:
        raise Missing("The version was deleted.", kind="version", name=str(number))
    return version


def by_name(
    connection: Connection, project: Project, name: str, *, with_package: bool = False
) -> Version | None:
    """Return the project's version of that name; `latest` is Lookout's word for the newest."""
    if name and name == project.dialect.names.latest:
        first: list[ColumnElement[Any]] = []
        if with_package:
            first.append(versions.c.state.in_(WITH_PACKAGE).desc())
        # What was brought along from elsewhere is older than anything trained here, whenever it came.
        first.append(versions.c.state == "archived")
        query = select(versions).where(versions.c.project == project.id)
        row = connection.execute(query.order_by(*first, versions.c.id.desc()).limit(1)).first()
    else:
        row = connection.execute(BY_NAME, {"project": project.id, "name": name}).first()
    return version_of(row, project) if row else None


def by_id(connection: Connection, number: int) -> Version | None:
    """Return the version of that number, if there is one."""
    row = connection.execute(select(versions).where(versions.c.id == number)).first()
    return with_project(connection, row) if row else None


def with_projects(connection: Connection, rows: Sequence[Row[Any]]) -> list[Version]:
    """Return rows as versions; each of their projects is read once."""
    by_id = {number: project_by_id(connection, number) for number in {row.project for row in rows}}
    result: list[Version] = []
    for row in rows:
        project = by_id[row.project]
        assert project is not None, "a project with versions is not deleted"
        result.append(version_of(row, project))
    return result


def with_project(connection: Connection, row: Row[Any]) -> Version:
    """Return a row as a version, its project read for it."""
    project = project_by_id(connection, row.project)
    assert project is not None, "a project with versions is not deleted"
    return version_of(row, project)


def version_of(row: Row[Any], project: Project) -> Version:
    """Return a row as a version of that project."""
    return Version(
        id=row.id,
        project=project,
        name=row.name,
        created=from_milliseconds(row.created_ms),
        created_ms=row.created_ms,
        state=row.state,
        message=row.message,
        description=row.description,
        bucket=row.bucket,
        prefix=row.prefix,
        source=row.source,
        least_units=row.least_units,
        most_units=row.most_units,
        ended=None if row.ended_ms is None else from_milliseconds(row.ended_ms),
        billable_s=row.billable_s,
        inputs=orjson.loads(row.inputs),
        results=orjson.loads(row.results),
        thresholds=read_thresholds(row.thresholds),
    )
