"""The tables of users, groups and roles, and whether one of these is there."""

from sqlalchemy import Connection, Table, func, select

from vedette.errors import Missing
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.tables import (
    accounts,
    group_policies,
    groups,
    role_policies,
    roles,
    user_policies,
    users,
)

# Each kind's own table, and that of the policies attached to it.
HOLDERS: dict[HolderKind, tuple[Table, Table]] = {
    "user": (users, user_policies),
    "group": (groups, group_policies),
    "role": (roles, role_policies),
}


def require_account(connection: Connection, account: str) -> None:
    """Refuse an account that does not exist."""
    if not connection.execute(select(func.count()).where(accounts.c.id == account)).scalar_one():
        raise Missing(f"There is no account {account}.", kind="account", name=account)


def require_holder(connection: Connection, holder: Holder) -> None:
    """Refuse a user, group or role that does not exist."""
    require_account(connection, holder.account)
    table, _ = HOLDERS[holder.kind]
    query = select(table.c.name).where(table.c.account == holder.account, table.c.name == holder.name)
    if connection.execute(query).first() is None:
        raise Missing(
            f"There is no {holder} in account {holder.account}.", kind=holder.kind, name=holder.name
        )
