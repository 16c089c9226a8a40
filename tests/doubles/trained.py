"""Trained versions without a training: a package put beside a row, for servers that are running or not."""

from pathlib import Path
from typing import Any

from doubles.packages import tiny_package
from vedette.errors import Missing
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.version import Version
from vedette.projects.versions import NewVersion, Versions
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
    bucket: str = "",
    results: Any = None,
    **facts: Any,
) -> Version:
    """Make a trained version in an open database."""
    projects = Projects(database)
    versions = Versions(database, projects)
    scope = Scope(service, account, region)
    try:
        found = projects.find(scope, project)
    except Missing:
        found = projects.create(scope, NewProject(project))
    made, _ = versions.create(found, NewVersion(bucket=bucket))
    tiny_package(data / "versions" / made.folder / "package", task, **facts)
    return versions.move(made, "trained", results=results or {})
