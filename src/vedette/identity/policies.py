"""An account's own policies, the built-in ones, and their attachments.

Stores documents and attachments, and refuses documents that cannot be parsed; never evaluates a request. An
own policy precedes a built-in one of its name, so that a later release cannot change what an account chose.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select

from vedette.access.parse import FORMS, parse_policy, visible_length
from vedette.access.policy import PolicyKind
from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.errors import Busy, MalformedPolicy, Missing, Taken, TooMuch, Wrong
from vedette.identity.builtin import AWS, AWS_NAMES, NAMES, builtin_document, builtin_path, is_builtin
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.holder_rows import HOLDERS, require_account, require_holder
from vedette.identity.ids import new_id
from vedette.identity.policy_versions import add_version, insert_version, versions_of
from vedette.identity.tables import (
    policies,
    roles,
    users,
)
from vedette.store.db import Database

NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
# IAM's quota of policies on one user, group or role.
MOST_ATTACHED = 10

KNOWN = (*NAMES, *(f"{AWS}{name}" for name in AWS_NAMES))


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """A named policy document. A built-in one has no account and never changes."""

    name: str
    document: str
    account: str = ""
    revision: int = 0
    updated: datetime | None = None
    created: datetime | None = None
    # The version that counts; `revision` is the last one that there was.
    in_force: int = 1
    policy_id: str = ""
    path: str = "/"
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_builtin(self) -> bool:
        """Whether it comes with the program."""
        return not self.account


@dataclass(frozen=True, slots=True)
class PolicyLook:
    """What a new policy has beside its name and its document."""

    path: str = "/"
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


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

    def path(self, account: str, name: str) -> str:
        """Return a policy's path; that of a new one where there is no such policy."""
        with self._database.read() as connection:
            row = connection.execute(_own(account, name)).first()
        return "/" if row is None else str(row.path)

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
        with self._database.write() as connection:
            require_account(connection, account)
            if connection.execute(_own(account, name)).first():
                add_version(connection, account, name, document, self._now(), prune=True)
            else:
                insert_policy(connection, account, name, document, self._now())
            return _find(connection, account, name)

    def create(
        self, account: str, name: str, document: str, extras: PolicyLook = PolicyLook()
    ) -> IdentityPolicy:
        """Create a policy; one of that name, in whatever case, must not exist."""
        if not NAME.fullmatch(name):
            raise Wrong(f"{name!r} is no name: up to 128 letters, digits and any of _ + = , . @ -")
        check_managed(document, name)
        with self._database.write() as connection:
            require_account(connection, account)
            alike = select(policies.c.name).where(
                policies.c.account == account, func.lower(policies.c.name) == name.lower()
            )
            if name in NAMES or connection.execute(alike).first():
                raise Taken(f"A policy called {name} already exists.", kind="policy", name=name)
            insert_policy(connection, account, name, document, self._now(), extras)
            return _find(connection, account, name)

    def delete(self, account: str, name: str, *, only_bare: bool = False) -> None:
        """Delete a policy that is not attached; with `only_bare` one with several versions is refused."""
        is_policy = (policies.c.account == account) & (policies.c.name == name)
        with self._database.write() as connection:
            require_account(connection, account)
            policy = _find(connection, account, name)
            if policy.is_builtin:
                raise Wrong(
                    f"{name} is a built-in policy, which cannot be deleted.", kind="policy", name=name
                )
            if holders := _holders_of(connection, account, name) + bounded_by(connection, account, name):
                names = ", ".join(str(holder) for holder in holders)
                raise Busy(
                    f"The policy {name} is attached to {names}; detach it first.", kind="policy", name=name
                )
            if only_bare and len(versions_of(connection, account, name)) > 1:
                raise Busy(
                    "This policy has more than one version. Before you delete a policy, you must delete the "
                    "policy's versions. The default version is deleted with the policy.",
                    kind="policy",
                    name=name,
                )
            connection.execute(delete(policies).where(is_policy))

    def bounded(self, account: str, name: str) -> list[Holder]:
        """Return the users and roles whose rights a policy bounds."""
        with self._database.read() as connection:
            return bounded_by(connection, account, name)

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

    def _now(self) -> int:
        return milliseconds(self._clock())


def check_managed(document: str, name: str) -> None:
    """Refuse a document that is too long for a policy with a name of its own, or cannot be obeyed."""
    most = FORMS[PolicyKind.IDENTITY].largest
    if visible_length(document) > most:
        raise TooMuch(f"Cannot exceed quota for PolicySize: {most}", kind="policy", name=name)
    parse_policy(document, PolicyKind.IDENTITY, name=name)


def _own(account: str, name: str) -> Any:
    return select(policies).where(policies.c.account == account, policies.c.name == name)


def insert_policy(
    connection: Connection,
    account: str,
    name: str,
    document: str,
    now: int,
    extras: PolicyLook = PolicyLook(),
) -> None:
    """Store a new policy with its first version."""
    row = {
        "account": account,
        "name": name,
        "document": document,
        "revision": 1,
        "created_ms": now,
        "updated_ms": now,
        "in_force": 1,
        "policy_id": new_id("ANPA", 17),
        "path": extras.path,
        "description": extras.description,
        "tags": json.dumps(dict(extras.tags)),
    }
    connection.execute(insert(policies).values(row))
    insert_version(connection, account, name, 1, document, now)


def bounded_by(connection: Connection, account: str, policy: str) -> list[Holder]:
    """Return the users and roles that a policy bounds."""
    kinds: tuple[tuple[HolderKind, Table], ...] = (("user", users), ("role", roles))
    return [
        Holder(kind, account, name)
        for kind, table in kinds
        for name in connection.execute(
            select(table.c.name)
            .where(table.c.account == account, table.c.boundary == policy)
            .order_by(table.c.name)
        ).scalars()
    ]


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


def require_policy(connection: Connection, account: str, name: str) -> IdentityPolicy:
    """Return a policy, the account's own or a built-in one."""
    return _find(connection, account, name)


def attached_to(connection: Connection, holder: Holder) -> list[str]:
    """Return the names of a holder's policies."""
    _, attached = HOLDERS[holder.kind]
    query = select(attached.c.policy).where(*_held_by(attached, holder)).order_by(attached.c.policy)
    return list(connection.execute(query).scalars())


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
    row = connection.execute(_own(account, name)).first()
    if row is not None:
        return _as_policy(row)
    if is_builtin(name):
        return _builtin(name)
    raise Missing(f"There is no policy {name} in account {account}.", kind="policy", name=name)


def _lost(connection: Connection) -> list[str]:
    sentences = []
    for kind, (_, attached) in HOLDERS.items():
        own = (policies.c.account == attached.c.account) & (policies.c.name == attached.c.policy)
        query = select(attached).select_from(attached.outerjoin(policies, own))
        query = query.where(policies.c.name.is_(None), attached.c.policy.not_in(KNOWN))
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
    return IdentityPolicy(name, builtin_document(name), path=builtin_path(name))


def _as_policy(row: Row[Any]) -> IdentityPolicy:
    return IdentityPolicy(
        row.name,
        row.document,
        row.account,
        row.revision,
        from_milliseconds(row.updated_ms),
        from_milliseconds(row.created_ms),
        row.in_force,
        row.policy_id,
        row.path,
        row.description,
        json.loads(row.tags),
    )
