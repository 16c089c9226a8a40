"""The nodes that people empty, by name: nothing new is put on them until somebody says otherwise.

A node is a machine of a cluster, or a server where each works for itself. A name stays on the list while its
node is away, so that one that is restarted for its upkeep takes nothing before it is let in again. Servers
that share a database share the list, and read it with each of their beats.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from vedette.clock import Clock, milliseconds, system_clock
from vedette.jobs.tables import drained_nodes
from vedette.store.db import Database


@dataclass(frozen=True, slots=True)
class DrainedNode:
    """A node that is emptied: since when, and who asked for it."""

    name: str
    since_ms: int
    by: str


class NodeDrains:
    """The list. Threads may share it."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        # The names, as they were last read.
        self.names: frozenset[str] = frozenset()
        self._database = database
        self._clock = clock
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    def on_change(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Have this called with the names, whenever they are read."""
        self._listeners.append(listener)

    def drain(self, name: str, by: str) -> None:
        """Put a node on the list; one that stands there stays as it is."""
        with self._database.write() as connection:
            if connection.execute(select(drained_nodes).where(drained_nodes.c.name == name)).first() is None:
                values = {"name": name, "since_ms": milliseconds(self._clock()), "by": by}
                connection.execute(insert(drained_nodes).values(values))
        self.refresh()

    def resume(self, name: str) -> bool:
        """Take a node off the list; say whether it stood there."""
        with self._database.write() as connection:
            removal = delete(drained_nodes).where(drained_nodes.c.name == name)
            is_removed = connection.execute(removal).rowcount == 1
        self.refresh()
        return is_removed

    def list(self) -> list[DrainedNode]:
        """Return the nodes on the list, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(drained_nodes).order_by(drained_nodes.c.name))
            return [DrainedNode(row.name, row.since_ms, row.by) for row in rows]

    def refresh(self) -> None:
        """Read the list, and tell those who listen."""
        self.names = frozenset(node.name for node in self.list())
        for listener in self._listeners:
            listener(self.names)
