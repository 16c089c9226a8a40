"""Users, groups and roles in what they have in common: listed by name, moved, renamed, bounded, emptied.

What one of them alone has stands in `directory.py` and `groups.py`. Never creates and never deletes any.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, literal, select, update

from vedette.errors import Busy, Taken, Wrong
from vedette.identity.groups import as_group
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.holder_rows import HOLDERS, require_account, require_holder
from vedette.identity.inline import inline_of
from vedette.identity.policies import attached_to, require_policy
from vedette.identity.records import as_role, as_user
from vedette.identity.tables import (
    accounts,
    company_people,
    console_links,
    console_sessions,
    group_inline,
    group_policies,
    keys,
    members,
    recovery_codes,
    roles,
    second_factors,
    user_inline,
    user_policies,
)
from vedette.store.db import Database

# What names a user or a group, and so is renamed with it.
NAMED: dict[HolderKind, tuple[tuple[Table, str], ...]] = {
    "user": (
        (keys, "user"),
        (members, "user_name"),
        (user_policies, "holder"),
        (user_inline, "holder"),
        (console_sessions, "user"),
        (console_links, "user"),
        (second_factors, "user"),
        (recovery_codes, "user"),
        (company_people, "user"),
    ),
    "group": ((members, "group_name"), (group_policies, "holder"), (group_inline, "holder")),
}
IDS: dict[HolderKind, str] = {"user": "user_id", "group": "group_id", "role": "role_id"}

_READERS: dict[HolderKind, Callable[[Any], Any]] = {"user": as_user, "group": as_group, "role": as_role}


class Holders:
    """Reads and changes what users, groups and roles have in common."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, account: str, kind: HolderKind, *, prefix: str = "/", after: str = "", most: int | None = None
    ) -> list[Any]:
        """Return the users, groups or roles behind a name, of those whose path begins with a prefix."""
        table, _ = HOLDERS[kind]
        # A comparison of the beginning: in LIKE the path's own % and _ would be wildcards.
        begins = func.substr(table.c.path, 1, len(prefix)) == literal(prefix)
        query = select(table).where(table.c.account == account, begins).order_by(table.c.name)
        if after:
            query = query.where(table.c.name > after)
        with self._database.read() as connection:
            require_account(connection, account)
            return [_READERS[kind](row) for row in connection.execute(query.limit(most))]

    def find(self, holder: Holder) -> Any:
        """Return the user, the group or the role."""
        table, _ = HOLDERS[holder.kind]
        with self._database.read() as connection:
            require_holder(connection, holder)
            return _READERS[holder.kind](connection.execute(select(table).where(*_is(table, holder))).one())

    def path(self, holder: Holder) -> str:
        """Return a holder's path; that of a new one where there is no such holder."""
        table, _ = HOLDERS[holder.kind]
        with self._database.read() as connection:
            path = connection.execute(select(table.c.path).where(*_is(table, holder))).scalar()
        return "/" if path is None else str(path)

    def set_boundary(self, holder: Holder, policy: str) -> None:
        """Bound a user's or a role's rights by a policy; by none where it is empty."""
        with self._database.write() as connection:
            set_boundary(connection, holder, policy)

    def update_role(self, holder: Holder, **facts: str | int) -> None:
        """Change a role's description, or how long its sessions may be."""
        with self._database.write() as connection:
            require_holder(connection, holder)
            if facts:
                connection.execute(update(roles).where(*_is(roles, holder)).values(facts))

    def move(self, holder: Holder, name: str, path: str) -> None:
        """Give a user or a group another name and path; its rights, its keys and its id stay."""
        table, _ = HOLDERS[holder.kind]
        with self._database.write() as connection:
            require_holder(connection, holder)
            if name == holder.name:
                connection.execute(update(table).where(*_is(table, holder)).values(path=path))
                return
            alike = (table.c.account == holder.account) & (func.lower(table.c.name) == name.lower())
            names = connection.execute(select(table.c.name).where(alike)).scalars().all()
            if set(names) - {holder.name}:
                raise Taken(
                    f"{holder.kind.capitalize()} {name} exists already in account {holder.account}.",
                    kind=holder.kind,
                    name=name,
                )
            _rename(connection, holder, name, path)

    def refuse_furnished(self, holder: Holder) -> None:
        """Refuse a holder that has policies, keys or groups still: IAM deletes bare ones alone."""
        with self._database.read() as connection:
            require_holder(connection, holder)
            for task in _furniture(connection, holder):
                raise Busy(f"Cannot delete entity, must {task} first.", kind=holder.kind, name=holder.name)

    def alias(self, account: str) -> str:
        """Return the account's alias; nothing where it has none."""
        with self._database.read() as connection:
            return str(
                connection.execute(select(accounts.c.alias).where(accounts.c.id == account)).scalar() or ""
            )

    def set_alias(self, account: str, alias: str | None) -> None:
        """Give the account an alias that no other one has, or none."""
        with self._database.write() as connection:
            require_account(connection, account)
            owner = connection.execute(select(accounts.c.id).where(accounts.c.alias == alias)).scalar()
            if alias is not None and owner not in (None, account):
                raise Taken(f"The account alias {alias} already exists.", kind="account", name=alias)
            connection.execute(update(accounts).where(accounts.c.id == account).values(alias=alias))


def set_boundary(connection: Connection, holder: Holder, policy: str) -> None:
    """Bound a user's or a role's rights within a transaction."""
    require_holder(connection, holder)
    table, _ = HOLDERS[holder.kind]
    if "boundary" not in table.c:
        raise Wrong(f"A {holder.kind} has no permissions boundary.", kind=holder.kind, name=holder.name)
    if policy:
        require_policy(connection, holder.account, policy)
    connection.execute(update(table).where(*_is(table, holder)).values(boundary=policy or None))


def _rename(connection: Connection, holder: Holder, name: str, path: str) -> None:
    """Rename by a second row, since neither database lets a name change that other rows refer to."""
    table, _ = HOLDERS[holder.kind]
    unique = table.c[IDS[holder.kind]]
    row = dict(connection.execute(select(table).where(*_is(table, holder))).one()._mapping)
    unique_id = row[unique.name]
    # For as long as both rows are there, since no two have the same id.
    connection.execute(insert(table).values(row | {"name": name, "path": path, unique.name: f"~{unique_id}"}))
    for other, column in NAMED[holder.kind]:
        is_its = (other.c.account == holder.account) & (other.c[column] == holder.name)
        connection.execute(update(other).where(is_its).values({column: name}))
    connection.execute(delete(table).where(*_is(table, holder)))
    renamed = Holder(holder.kind, holder.account, name)
    connection.execute(update(table).where(*_is(table, renamed)).values({unique.name: unique_id}))


def _furniture(connection: Connection, holder: Holder) -> Iterator[str]:
    """Yield what has to be done before a holder may be deleted."""
    if holder.kind == "user":
        own_key = (keys.c.account == holder.account) & (keys.c.user == holder.name)
        if connection.execute(select(keys.c.id).where(own_key)).first():
            yield "delete access keys"
        is_in = (members.c.account == holder.account) & (members.c.user_name == holder.name)
        if connection.execute(select(members.c.group_name).where(is_in)).first():
            yield "remove users from group"
    if holder.kind == "group":
        is_in = (members.c.account == holder.account) & (members.c.group_name == holder.name)
        if connection.execute(select(members.c.user_name).where(is_in)).first():
            yield "remove users from group"
    if attached_to(connection, holder):
        yield "detach all policies"
    if inline_of(connection, holder):
        yield "delete policies"


def _is(table: Table, holder: Holder) -> tuple[Any, Any]:
    return table.c.account == holder.account, table.c.name == holder.name
