"""Dashboards as their customers wrote them: kept whole, and drawn by whoever reads them."""

from dataclasses import dataclass

import orjson
from sqlalchemy import delete, func, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.errors import Missing, TooMuch, Wrong
from vedette.monitoring.tables import dashboards
from vedette.store.db import Database

MOST_DASHBOARDS, MOST_BYTES = 500, 1 << 20


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard's name and text, and when it was put."""

    name: str
    body: str
    changed_ms: int


class Dashboards:
    """The dashboards of the installation; an account has them for all regions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, account: str, name: str, body: str) -> None:
        """Store a dashboard, or another text of it."""
        if len(body.encode()) > MOST_BYTES:
            raise Wrong(f"A dashboard has {MOST_BYTES:,} bytes at most.", kind="dashboard body")
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict) or not isinstance(document.get("widgets"), list):
            raise Wrong("The DashboardBody is no JSON object with a list of widgets.", kind="dashboard body")
        values = {"body": body, "changed_ms": milliseconds(self._clock())}
        columns = dashboards.c
        is_it = (columns.account == account) & (columns.name == name)
        with self._database.write() as connection:
            if connection.execute(update(dashboards).where(is_it).values(values)).rowcount:
                return
            count = connection.execute(select(func.count()).where(columns.account == account)).scalar_one()
            if count >= MOST_DASHBOARDS:
                raise TooMuch(f"The account has {count} dashboards, which are the most.")
            connection.execute(insert(dashboards).values(account=account, name=name, **values))

    def find(self, account: str) -> list[Dashboard]:
        """Return an account's dashboards by their names."""
        query = select(dashboards).where(dashboards.c.account == account).order_by(dashboards.c.name)
        with self._database.read() as connection:
            return [Dashboard(row.name, row.body, row.changed_ms) for row in connection.execute(query)]

    def get(self, account: str, name: str) -> Dashboard:
        """Return a dashboard."""
        query = select(dashboards).where(dashboards.c.account == account, dashboards.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _missing(name)
        return Dashboard(row.name, row.body, row.changed_ms)

    def delete(self, account: str, names: list[str]) -> None:
        """Delete dashboards, all of them or none."""
        with self._database.write() as connection:
            for name in names:
                is_it = (dashboards.c.account == account) & (dashboards.c.name == name)
                if not connection.execute(delete(dashboards).where(is_it)).rowcount:
                    raise _missing(name)


def _missing(name: str) -> Missing:
    return Missing(f"Dashboard {name} does not exist.", kind="dashboard", name=name)
