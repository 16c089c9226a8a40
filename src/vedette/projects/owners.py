"""Whose the versions are: their project, for those who look at all of them."""

from sqlalchemy import select

from vedette.projects.tables import projects, versions
from vedette.store.db import Database


def projects_of_versions(database: Database) -> dict[int, str]:
    """Return the service, account and name of each version's project, by the version's number."""
    columns = versions.c.id, projects.c.service, projects.c.account, projects.c.name
    with database.read() as connection:
        rows = connection.execute(select(*columns).join_from(versions, projects)).all()
    return {row.id: f"{row.service} {row.account}/{row.name}" for row in rows}
