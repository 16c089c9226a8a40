"""Trained versions without a training: a package put beside a row, for servers that are running or not."""

from pathlib import Path
from typing import Any

from doubles.packages import tiny_package
from vedette.errors import Missing
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.version import State, Version
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.store.db import Database, open_database


def put_version(  # a version has that many sides
    data: Path, service: str, project: str, task: str, *, account: str, **more: Any
) -> Version:
    """Make a trained version in a data folder; the project is made where it is missing."""
    database = open_database("", data)
    try:
        return put_version_in(database, data, service, project, task, account=account, **more)
    finally:
        database.close()


def put_version_in(
    database: Database,
    data: Path,
    service: str,
    project: str,
    task: str,
    *,
    account: str,
    region: str = "us-east-1",
    name: str = "",
    bucket: str = "",
    budget: str = "",
    results: Any = None,
    moves: tuple[State, ...] = ("trained",),
    **facts: Any,
) -> Version:
    """Make a version in an open database: trained, or moved on to any state that a server might find.

    It begins as a training, or as a copy where that is its first state.
    """
    first, moves = ("copying", moves[1:]) if moves[:1] == ("copying",) else ("training", moves)
    projects = Projects(database)
    versions = Versions(database, projects)
    scope = Scope(service, account, region)
    try:
        result = projects.find(scope, project)
    except Missing:
        result = projects.create(scope, NewProject(project))
    inputs = {"budget": budget} if budget else {}
    created, _ = versions.create(result, NewVersion(name, state=first, bucket=bucket, inputs=inputs))
    tiny_package(data / "versions" / created.folder / "package", task, **facts)
    for state in moves:
        created = versions.move(created, state, **({"results": results or {}} if state == "trained" else {}))
    return created
