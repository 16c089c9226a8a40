"""Inline policies: those that one user, group or role has for itself, and that go with it.

IAM counts all of a holder's together, without white space, and bounds their sum. Stores documents and
refuses what cannot be parsed; never evaluates a request.
"""

from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from vedette.access.parse import parse_policy, visible_length
from vedette.access.policy import PolicyKind
from vedette.errors import Missing, TooMuch, Wrong
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.holder_rows import require_holder
from vedette.identity.policies import NAME
from vedette.identity.tables import group_inline, role_inline, user_inline
from vedette.store.db import Database

# How an inline policy is told from an attached one where both are listed.
INLINE = "inline:"
TABLES: dict[HolderKind, Table] = {"user": user_inline, "group": group_inline, "role": role_inline}
# IAM's quotas of characters, of all inline policies of one holder together.
MOST: dict[HolderKind, int] = {"user": 2048, "group": 5120, "role": 10_240}


class InlinePolicies:
    """Reads and changes inline policies. A running server sees a change within a second."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, holder: Holder, name: str, document: str) -> None:
        """Give a holder a policy of its own, or change the one of that name."""
        if not NAME.fullmatch(name):
            raise Wrong(f"{name!r} is no name: up to 128 letters, digits and any of _ + = , . @ -")
        table, most = TABLES[holder.kind], MOST[holder.kind]
        with self._database.write() as connection:
            require_holder(connection, holder)
            others = {key: text for key, text in inline_of(connection, holder).items() if key != name}
            if sum(map(visible_length, (document, *others.values()))) > most:
                raise TooMuch(
                    f"Maximum policy size of {most} bytes exceeded for {holder}", kind="policy", name=name
                )
            parse_policy(document, PolicyKind.INLINE, name=name)
            connection.execute(delete(table).where(*_is(holder, name)))
            row = {"account": holder.account, "holder": holder.name, "name": name, "document": document}
            connection.execute(insert(table).values(row))

    def of(self, holder: Holder) -> dict[str, str]:
        """Return a holder's documents by their names."""
        with self._database.read() as connection:
            require_holder(connection, holder)
            return inline_of(connection, holder)

    def find(self, holder: Holder, name: str) -> str:
        """Return one document."""
        document = self.of(holder).get(name)
        if document is None:
            raise _missing(holder, name)
        return document

    def delete(self, holder: Holder, name: str) -> None:
        """Take a policy of its own from a holder."""
        with self._database.write() as connection:
            require_holder(connection, holder)
            if not connection.execute(delete(TABLES[holder.kind]).where(*_is(holder, name))).rowcount:
                raise _missing(holder, name)


def inline_of(connection: Connection, holder: Holder) -> dict[str, str]:
    """Return a holder's documents by their names, in the order of the names."""
    table = TABLES[holder.kind]
    is_own = (table.c.account == holder.account, table.c.holder == holder.name)
    rows = connection.execute(select(table).where(*is_own).order_by(table.c.name))
    return {row.name: row.document for row in rows}


def _is(holder: Holder, name: str) -> tuple[Any, Any, Any]:
    table = TABLES[holder.kind].c
    return table.account == holder.account, table.holder == holder.name, table.name == name


def _missing(holder: Holder, name: str) -> Missing:
    return Missing(f"The {holder} has no inline policy {name}.", kind="policy", name=name)
