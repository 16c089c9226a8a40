"""An account's own policies, the built-in ones, and their attachments.

Stores documents and attachments, and refuses documents that cannot be parsed; never evaluates a request. An
own policy precedes a built-in one of its name, so that a later release cannot change what an account chose.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.errors import Busy, MalformedPolicy, Missing, Taken, TooMuch, Wrong
from vedette.identity.builtin import NAMES, builtin_document
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.tables import (
    accounts,
    group_policies,
    groups,
    policies,
    role_policies,
    roles,
    user_policies,
    users,
)
from vedette.store.db import Database

NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
# IAM's quota of policies on one user, group or role, as far as it can be raised.
MOST_ATTACHED = 20

HOLDERS: dict[HolderKind, tuple[Table, Table]] = {
    "user": (users, user_policies),
    "group": (groups, group_policies),
    "role": (roles, role_policies),
}


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """A named policy document. A built-in one has no account and never changes."""

    name: str
    document: str
    account: str = ""
    revision: int = 0
    updated: datetime | None = None

    @property
    def is_builtin(self) -> bool:
        """Whether it comes with the program."""
        return not self.account


class IdentityPolicies:
    """Reads and changes policies and attachments. A running server sees a change within a second."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def available(self, account: str) -> list[IdentityPolicy]:
        """Return the account's own policies by name, then the built-in ones."""
        query = select(policies).where(policies.c.account == account).order_by(policies.c.name)
        with self._database.read() as connection:
            require_account(connection, account)
            own = [_as_policy(row) for row in connection.execute(query)]
        names = {policy.name for policy in own}
        return own + [_builtin(name) for name in NAMES if name not in names]

    def find(self, account: str, name: str) -> IdentityPolicy:
        """Return a policy by its name."""
        with self._database.read() as connection:
            require_account(connection, account)
            return _find(connection, account, name)

    def unreadable(self) -> list[str]:
        """Return a sentence for each policy that denies everything, being unreadable or lost."""
        with self._database.read() as connection:
            rows = connection.execute(select(policies).order_by(policies.c.account, policies.c.name)).all()
            lost_policies = _lost(connection)
        return [sentence for row in rows if (sentence := _unreadable(_as_policy(row)))] + lost_policies

    def put(self, account: str, name: str, document: str) -> IdentityPolicy:
        """Create a policy, or change it for all its holders."""
        if not NAME.fullmatch(name):
            raise Wrong(f"{name!r} is no name: up to 128 letters, digits and any of _ + = , . @ -")
        if name in NAMES:
            raise Taken(f"{name} is a built-in policy; give yours another name.", kind="policy", name=name)
        parse_policy(document, PolicyKind.IDENTITY, name=name)
        now = milliseconds(self._clock())
        is_policy = (policies.c.account == account) & (policies.c.name == name)
        with self._database.write() as connection:
            require_account(connection, account)
            values: dict[str, Any] = {"document": document, "updated_ms": now}
            changed = connection.execute(
                update(policies).where(is_policy).values(revision=policies.c.revision + 1, **values)
            )
            if not changed.rowcount:
                values |= {"account": account, "name": name, "revision": 1, "created_ms": now}
                connection.execute(insert(policies).values(values))
            return _find(connection, account, name)

    def delete(self, account: str, name: str) -> None:
        """Delete a policy that is not attached."""
        is_policy = (policies.c.account == account) & (policies.c.name == name)
        with self._database.write() as connection:
            require_account(connection, account)
            policy = _find(connection, account, name)
            if policy.is_builtin:
                raise Wrong(
                    f"{name} is a built-in policy, which cannot be deleted.", kind="policy", name=name
                )
            if holders := _holders_of(connection, account, name):
                names = ", ".join(str(holder) for holder in holders)
                raise Busy(
                    f"The policy {name} is attached to {names}; detach it first.", kind="policy", name=name
                )
            connection.execute(delete(policies).where(is_policy))

    def attach(self, holder: Holder, *names: str) -> None:
        """Attach policies, all or none; a no-op for one that is attached already."""
        with self._database.write() as connection:
            require_holder(connection, holder)
            for name in names:
                attach_policy(connection, holder, name)

    def detach(self, holder: Holder, *names: str) -> None:
        """Detach policies, all or none."""
        _, attached = HOLDERS[holder.kind]
        with self._database.write() as connection:
            require_holder(connection, holder)
            for name in names:
                is_attachment = (*_held_by(attached, holder), attached.c.policy == name)
                if not connection.execute(delete(attached).where(*is_attachment)).rowcount:
                    raise Missing(f"The policy {name} is not attached to {holder}.", kind="policy", name=name)

    def attached(self, holder: Holder) -> list[str]:
        """Return the names of a holder's policies."""
        with self._database.read() as connection:
            require_holder(connection, holder)
            return attached_to(connection, holder)

    def holders(self, account: str, name: str) -> list[Holder]:
        """Return the holders of a policy."""
        with self._database.read() as connection:
            require_account(connection, account)
            return _holders_of(connection, account, name)


def attach_policy(connection: Connection, holder: Holder, name: str) -> None:
    """Attach a policy within a transaction that has checked the holder."""
    _find(connection, holder.account, name)
    _, attached = HOLDERS[holder.kind]
    names = attached_to(connection, holder)
    if name in names:
        return
    if len(names) >= MOST_ATTACHED:
        raise TooMuch(f"The {holder} has {MOST_ATTACHED} policies already; that is the most.", kind="policy")
    connection.execute(insert(attached).values(account=holder.account, holder=holder.name, policy=name))


def attached_to(connection: Connection, holder: Holder) -> list[str]:
    """Return the names of a holder's policies."""
    _, attached = HOLDERS[holder.kind]
    query = select(attached.c.policy).where(*_held_by(attached, holder)).order_by(attached.c.policy)
    return list(connection.execute(query).scalars())


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


def _held_by(attached: Table, holder: Holder) -> tuple[Any, Any]:
    return attached.c.account == holder.account, attached.c.holder == holder.name


def _holders_of(connection: Connection, account: str, name: str) -> list[Holder]:
    return [
        Holder(kind, account, holder)
        for kind, (_, attached) in HOLDERS.items()
        for holder in connection.execute(
            select(attached.c.holder)
            .where(attached.c.account == account, attached.c.policy == name)
            .order_by(attached.c.holder)
        ).scalars()
    ]


def _find(connection: Connection, account: str, name: str) -> IdentityPolicy:
    row = connection.execute(
        select(policies).where(policies.c.account == account, policies.c.name == name)
    ).first()
    if row is not None:
        return _as_policy(row)
    if name in NAMES:
        return _builtin(name)
    raise Missing(f"There is no policy {name} in account {account}.", kind="policy", name=name)


def _lost(connection: Connection) -> list[str]:
    sentences = []
    for kind, (_, attached) in HOLDERS.items():
        own = (policies.c.account == attached.c.account) & (policies.c.name == attached.c.policy)
        query = select(attached).select_from(attached.outerjoin(policies, own))
        query = query.where(policies.c.name.is_(None), attached.c.policy.not_in(NAMES))
        for row in connection.execute(query.order_by(*attached.primary_key)):
            holder = f"the {Holder(kind, row.account, row.holder)} of account {row.account}"
            sentences.append(
                f"The policy {row.policy} is lost; {holder} may do nothing until it is detached."
            )
    return sentences


def _unreadable(policy: IdentityPolicy) -> str:
    try:
        parse_policy(policy.document, PolicyKind.IDENTITY)
    except MalformedPolicy as refusal:
        subject = f"The policy {policy.name} of account {policy.account}"
        return f"{subject} denies everything to all who hold it. {refusal.sentence}"
    return ""


def _builtin(name: str) -> IdentityPolicy:
    return IdentityPolicy(name, builtin_document(name))


def _as_policy(row: Row[Any]) -> IdentityPolicy:
    updated = from_milliseconds(row.updated_ms)
    return IdentityPolicy(row.name, row.document, row.account, row.revision, updated)
