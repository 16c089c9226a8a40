"""A packaging job's record within a transaction: written, found, moved on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, insert, select, update

from vedette.packaging.tables import packaging_jobs
from vedette.packaging.values import UNDER_WAY, PackagedModel, PackagingJob, PackagingStatus, PackagingWish
from vedette.projects.project import Scope
from vedette.projects.version import Version
from vedette.runtime.components import EdgeTarget

WAITS = "The model waits to be packaged."
SETTLED: tuple[PackagingStatus, ...] = ("succeeded", "failed")


def add_job(
    connection: Connection, version: Version, wish: PackagingWish, caller: Mapping[str, Any], now_ms: int
) -> int:
    """Write a new job down; return its number."""
    scope = version.project.scope
    values = {
        "project": version.project.id,
        "name": wish.name,
        "version": version.id,
        "version_name": version.name,
        "model_arn": str(version.arn),
        "account": scope.account,
        "region": scope.region,
        "component": wish.component,
        "component_version": wish.component_version,
        "wish": _dump_wish(wish),
        "caller": orjson.dumps(caller).decode(),
        "status": "created",
        "message": WAITS,
        "files": "{}",
        "precision": "",
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    return int(
        connection.execute(insert(packaging_jobs).values(values).returning(packaging_jobs.c.id)).scalar_one()
    )


def find_job(connection: Connection, number: int) -> PackagingJob | None:
    """Return the job of that number."""
    row = connection.execute(select(packaging_jobs).where(packaging_jobs.c.id == number)).first()
    return None if row is None else _read(row)


def job_by_name(connection: Connection, project: int, name: str) -> PackagingJob | None:
    """Return a project's job of that name."""
    same = (packaging_jobs.c.project == project, packaging_jobs.c.name == name)
    row = connection.execute(select(packaging_jobs).where(*same)).first()
    return None if row is None else _read(row)


def list_jobs(
    connection: Connection, project: int, *, before: int | None, most: int
) -> tuple[list[PackagingJob], bool]:
    """Return a project's jobs, the newest first, and whether there are more."""
    query = select(packaging_jobs).where(packaging_jobs.c.project == project)
    if before is not None:
        query = query.where(packaging_jobs.c.id < before)
    rows = connection.execute(query.order_by(packaging_jobs.c.id.desc()).limit(most + 1)).all()
    return [_read(row) for row in rows[:most]], len(rows) > most


def component_job(connection: Connection, scope: Scope, name: str, version: str) -> PackagingJob | None:
    """Return the job that makes or made this component in an account's region; failed ones aside."""
    table = packaging_jobs.c
    query = select(packaging_jobs).where(
        table.account == scope.account,
        table.region == scope.region,
        table.component == name,
        table.component_version == version,
        table.status != "failed",
    )
    row = connection.execute(query).first()
    return None if row is None else _read(row)


def count_under_way(connection: Connection, account: str) -> int:
    """Return how many jobs of an account have not ended."""
    table = packaging_jobs.c
    query = select(func.count()).where(table.account == account, table.status.in_(UNDER_WAY))
    return int(connection.execute(query).scalar_one())


def count_of_project(connection: Connection, project: int) -> int:
    """Return how many jobs of a project have not ended."""
    table = packaging_jobs.c
    query = select(func.count()).where(table.project == project, table.status.in_(UNDER_WAY))
    return int(connection.execute(query).scalar_one())


def under_way(connection: Connection) -> Sequence[int]:
    """Return the numbers of all jobs that have not ended."""
    query = select(packaging_jobs.c.id).where(packaging_jobs.c.status.in_(UNDER_WAY))
    return connection.execute(query).scalars().all()


def move_job(connection: Connection, number: int, status: PackagingStatus, message: str, now_ms: int) -> None:
    """Move a job on; one that has ended stays as it is."""
    _change(connection, number, {"status": status, "message": message, "changed_ms": now_ms})


def finish_job(connection: Connection, number: int, packaged: PackagedModel, now_ms: int) -> None:
    """Write down that a job has come to its end, and what it wrote."""
    values = {
        "status": "succeeded",
        "message": packaged.message,
        "files": orjson.dumps(dict(packaged.files)).decode(),
        "precision": packaged.precision,
        "changed_ms": now_ms,
    }
    _change(connection, number, values)


def _change(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    table = packaging_jobs.c
    connection.execute(
        update(packaging_jobs).where(table.id == number, table.status.not_in(SETTLED)).values(dict(values))
    )


def _dump_wish(wish: PackagingWish) -> str:
    """Return an order as its row has it: without a key's members, which older servers do not know.

    One under a key they fail on, rather than write in clear.
    """
    members = asdict(wish)
    if not wish.encryption_key:
        del members["kms_key"], members["encryption_key"]
    return orjson.dumps(members).decode()


def _read(row: Row[Any]) -> PackagingJob:
    wish = orjson.loads(row.wish)
    return PackagingJob(
        id=row.id,
        project=row.project,
        version=row.version,
        version_name=row.version_name,
        model_arn=row.model_arn,
        wish=PackagingWish(**{**wish, "target": EdgeTarget(**wish["target"])}),
        status=row.status,
        message=row.message,
        files=orjson.loads(row.files),
        precision=row.precision,
        caller=orjson.loads(row.caller),
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
    )
