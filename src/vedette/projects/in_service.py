"""How many units an account's versions have in service, as one transaction sees it."""

from sqlalchemy import Connection, func, select

from vedette.projects.tables import projects, versions

IN_SERVICE = ("starting", "running")


def units_in_service(connection: Connection, account: str) -> int:
    """Return how many units the account's versions in service may have at most, of both services."""
    units = func.coalesce(versions.c.most_units, versions.c.least_units, 1)
    query = (
        select(func.coalesce(func.sum(units), 0))
        .join_from(versions, projects, versions.c.project == projects.c.id)
        .where(projects.c.account == account, versions.c.state.in_(IN_SERVICE))
    )
    return int(connection.execute(query).scalar_one())
