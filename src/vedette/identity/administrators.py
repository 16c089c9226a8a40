"""Who can still let others in: the rule that an account never loses its last administrator.

An administrator is the root with a key that is enabled, or a user with one who holds the built-in policy
`administrator` or AWS's `AdministratorAccess`, itself or through a group. The rule is asked within the
transaction that makes the change, and writers of one database take turns, so that it holds among any number
of servers. Decides nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, or_, select

from vedette.errors import Busy
from vedette.identity.builtin import ADMINISTRATORS
from vedette.identity.tables import group_policies, keys, members, user_policies
from vedette.store.db import Database


class GuardedWrites(Database):
    """The database, whose changes are rolled back where they would leave nobody to administer the account."""

    def __init__(self, database: Database, account: str) -> None:
        super().__init__(database.engine)
        self._guarded = database
        self._account = account

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self._guarded.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only write transaction, held to the rule."""
        with self._guarded.write() as connection:
            before = has_administrator(connection, self._account)
            yield connection
            if before and not has_administrator(connection, self._account):
                raise Busy(
                    f"This takes the last administrator of the account {self._account} away; make another"
                    " one, with an access key, first.",
                    kind="account",
                    name=self._account,
                )


def has_administrator(connection: Connection, account: str) -> bool:
    """Return whether anybody can let others into the account."""
    own = select(user_policies.c.holder).where(
        user_policies.c.account == account, user_policies.c.policy.in_(ADMINISTRATORS)
    )
    by_group = (
        select(members.c.user_name)
        .join(
            group_policies,
            (group_policies.c.account == members.c.account)
            & (group_policies.c.holder == members.c.group_name),
        )
        .where(members.c.account == account, group_policies.c.policy.in_(ADMINISTRATORS))
    )
    query = select(keys.c.id).where(
        keys.c.account == account,
        keys.c.enabled,
        or_(keys.c.user.is_(None), keys.c.user.in_(own), keys.c.user.in_(by_group)),
    )
    return connection.execute(query.limit(1)).first() is not None
