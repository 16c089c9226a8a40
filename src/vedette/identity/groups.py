"""Groups of users: a member has the policies of its groups too. A group never calls and has no key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.identity.holder import Holder
from vedette.identity.holder_rows import require_account, require_holder
from vedette.identity.ids import new_id
from vedette.identity.inline import INLINE, inline_of
from vedette.identity.policies import NAME, attached_to
from vedette.identity.records import arn_of
from vedette.identity.tables import groups, members
from vedette.store.db import Database

# IAM's quota: how many groups a user may be in.
MOST_GROUPS = 10


@dataclass(frozen=True, slots=True)
class Group:
    """A group with the users in it and the policies attached to it."""

    account: str
    name: str
    group_id: str
    created: datetime
    users: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    path: str = "/"

    @property
    def arn(self) -> str:
        """The group's own ARN."""
        return arn_of("group", self.account, self.path, self.name)


class Groups:
    """Reads and changes groups and their members."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, account: str, name: str, path: str = "/") -> Group:
        """Create a group without users and policies."""
        if not NAME.fullmatch(name):
            raise Wrong(f"{name!r} is no name: up to 128 letters, digits and any of _ + = , . @ -")
        now = milliseconds(self._clock())
        group = Group(account, name, new_id("AGPA", 17), from_milliseconds(now), path=path)
        row = {"account": account, "name": name, "group_id": group.group_id, "created_ms": now, "path": path}
        with self._database.write() as connection:
            require_account(connection, account)
            if _names(connection, account, name):
                raise Taken(f"Group {name} exists already in account {account}.", kind="group", name=name)
            connection.execute(insert(groups).values(row))
        return group

    def in_account(self, account: str) -> list[Group]:
        """Return the account's groups, by name."""
        query = select(groups).where(groups.c.account == account).order_by(groups.c.name)
        with self._database.read() as connection:
            require_account(connection, account)
            return [
                Group(
                    row.account,
                    row.name,
                    row.group_id,
                    from_milliseconds(row.created_ms),
                    tuple(_users_in(connection, account, row.name)),
                    _policies_of(connection, Holder("group", account, row.name)),
                    row.path,
                )
                for row in connection.execute(query).all()
            ]

    def delete(self, account: str, name: str) -> None:
        """Delete an empty group; one with members is refused, since its policies may deny them something."""
        with self._database.write() as connection:
            require_holder(connection, Holder("group", account, name))
            if users := _users_in(connection, account, name):
                raise Busy(
                    f"{', '.join(users)} are in the group {name}; remove them first.", kind="group", name=name
                )
            connection.execute(delete(groups).where(groups.c.account == account, groups.c.name == name))

    def add(self, account: str, name: str, user: str) -> None:
        """Add a user to a group; a no-op where it is a member already."""
        row = {"account": account, "group_name": name, "user_name": user}
        with self._database.write() as connection:
            require_holder(connection, Holder("group", account, name))
            require_holder(connection, Holder("user", account, user))
            if user in _users_in(connection, account, name):
                return
            if _count_groups(connection, account, user) >= MOST_GROUPS:
                raise TooMuch(
                    f"User {user} is in {MOST_GROUPS} groups already; that is the most.", kind="group"
                )
            connection.execute(insert(members).values(row))

    def remove(self, account: str, name: str, user: str) -> None:
        """Remove a user from a group."""
        in_group = (members.c.account == account) & (members.c.group_name == name)
        with self._database.write() as connection:
            require_holder(connection, Holder("group", account, name))
            if not connection.execute(delete(members).where(in_group, members.c.user_name == user)).rowcount:
                raise Missing(f"User {user} is not in the group {name}.", kind="user", name=user)

    def users(self, account: str, name: str) -> list[str]:
        """Return the names of the users in a group."""
        with self._database.read() as connection:
            require_holder(connection, Holder("group", account, name))
            return _users_in(connection, account, name)

    def of(self, account: str, user: str) -> list[str]:
        """Return the names of the groups that a user is in."""
        of_user = (members.c.account == account) & (members.c.user_name == user)
        with self._database.read() as connection:
            require_holder(connection, Holder("user", account, user))
            query = select(members.c.group_name).where(of_user).order_by(members.c.group_name)
            return [str(name) for name in connection.execute(query).scalars()]


def _policies_of(connection: Connection, group: Holder) -> tuple[str, ...]:
    inline = (f"{INLINE}{name}" for name in inline_of(connection, group))
    return (*attached_to(connection, group), *inline)


def as_group(row: Row[Any]) -> Group:
    """Return the group of a row, without its users and policies."""
    return Group(row.account, row.name, row.group_id, from_milliseconds(row.created_ms), path=row.path)


def _names(connection: Connection, account: str, name: str) -> int:
    # Names that differ in case only are one, as in IAM.
    alike = func.lower(groups.c.name) == name.lower()
    query = select(func.count()).where(groups.c.account == account, alike)
    return int(connection.execute(query).scalar_one())


def _users_in(connection: Connection, account: str, name: str) -> list[str]:
    query = select(members.c.user_name).where(members.c.account == account, members.c.group_name == name)
    return [str(user) for user in connection.execute(query.order_by(members.c.user_name)).scalars()]


def _count_groups(connection: Connection, account: str, user: str) -> int:
    query = select(func.count()).where(members.c.account == account, members.c.user_name == user)
    return int(connection.execute(query).scalar_one())
