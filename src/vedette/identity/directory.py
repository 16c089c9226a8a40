"""The installation's accounts, users, access keys and roles, as an operator manages them."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from vedette.access.parse import parse_policy
from vedette.access.pins import pin
from vedette.access.policy import PolicyKind
from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.errors import Missing, Taken, TooMuch, Wrong
from vedette.identity.administrators import GuardedWrites
from vedette.identity.groups import Groups
from vedette.identity.holder import PLAIN, Holder, HolderLook
from vedette.identity.holder_rows import require_holder
from vedette.identity.holders import Holders, set_boundary
from vedette.identity.ids import new_id
from vedette.identity.inline import INLINE, InlinePolicies
from vedette.identity.policies import IdentityPolicies, attach_policy
from vedette.identity.policy_history import PolicyHistory
from vedette.identity.records import (
    AccessKey,
    Account,
    NewKey,
    Role,
    User,
    as_access_key,
    as_role,
    as_user,
    find_ids,
    insert_key,
    new_key,
    role_query,
)
from vedette.identity.seal import Seal
from vedette.identity.tables import accounts, console_sessions, keys, roles, users
from vedette.identity.tags import change_policy_tags, change_tags, tags_of
from vedette.identity.trust import ACCOUNT, trust_of
from vedette.store.db import Database

NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
KEYS_EACH = 2  # AWS's quota: one in use, one to rotate to


class Directory:
    """Reads and changes accounts, users, keys and roles. A running server sees a change within a second."""

    def __init__(self, database: Database, seal: Seal, clock: Clock = system_clock) -> None:
        self.policies = IdentityPolicies(database, clock)
        self.versions = PolicyHistory(database, clock)
        self.groups = Groups(database, clock)
        self.inline = InlinePolicies(database)
        self.holders = Holders(database)
        self._database = database
        self._seal = seal
        self._clock = clock

    def guarded(self, account: str) -> "Directory":
        """Return the same for changes that must leave the account an administrator."""
        return Directory(GuardedWrites(self._database, account), self._seal, self._clock)

    # Accounts

    def create_account(self, account: str, name: str = "") -> Account:
        """Create an account of that number."""
        if not ACCOUNT.fullmatch(account):
            raise Wrong(f"An account is named by twelve digits, not {account!r}.")
        created = self._now()
        with self._database.write() as connection:
            if _account_exists(connection, account):
                raise Taken(f"Account {account} exists already.", kind="account", name=account)
            connection.execute(insert(accounts).values(id=account, name=name or account, created_ms=created))
        return Account(account, name or account, from_milliseconds(created))

    def accounts(self) -> list[Account]:
        """Return all accounts, by number."""
        with self._database.read() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.id)).all()
        return [Account(row.id, row.name, from_milliseconds(row.created_ms)) for row in rows]

    def require_factor(self, account: str, *, is_required: bool) -> None:
        """Have everybody who signs in at the console by a key of an account need a second factor, or not."""
        with self._database.write() as connection:
            _require_account(connection, account)
            values = {"needs_factor": is_required}
            connection.execute(update(accounts).where(accounts.c.id == account).values(values))

    # Users

    def create_user(
        self, account: str, name: str, policies: Iterable[str] = (), extras: HolderLook = PLAIN
    ) -> User:
        """Create a user without keys, with the rights of these policies."""
        _check_name(name)
        created = from_milliseconds(self._now())
        user = User(account, name, new_id("AIDA", 17), created, extras.tags, extras.path, extras.boundary)
        with self._database.write() as connection:
            _require_account(connection, account)
            if _is_taken(connection, users, account, name):
                raise Taken(f"User {name} exists already in account {account}.", kind="user", name=name)
            connection.execute(
                insert(users).values(
                    account=account,
                    name=name,
                    user_id=user.user_id,
                    created_ms=milliseconds(user.created),
                    path=extras.path,
                )
            )
            _furnish(connection, Holder("user", account, name), policies, extras)
        return user

    def users(self, account: str) -> list[User]:
        """Return the account's users, by name."""
        query = select(users).where(users.c.account == account).order_by(users.c.name)
        with self._database.read() as connection:
            _require_account(connection, account)
            rows = connection.execute(query).all()
        return [as_user(row) for row in rows]

    def policies_of_user(self, account: str, name: str) -> list[str]:
        """Return the names of all policies of a user: its own, then `group/policy` of its groups."""
        own = self._policies_of(Holder("user", account, name))
        return own + [
            f"{group}/{policy}"
            for group in self.groups.of(account, name)
            for policy in self._policies_of(Holder("group", account, group))
        ]

    def _policies_of(self, holder: Holder) -> list[str]:
        inline = [f"{INLINE}{name}" for name in self.inline.of(holder)]
        return self.policies.attached(holder) + inline

    def delete_user(self, account: str, name: str) -> None:
        """Delete a user and all its keys."""
        with self._database.write() as connection:
            _require_user(connection, account, name)
            connection.execute(delete(users).where(users.c.account == account, users.c.name == name))

    # Keys

    def create_key(self, account: str, user: str | None) -> NewKey:
        """Create a key for a user (or the account's root); its secret is returned only here."""
        key = new_key(account)
        with self._database.write() as connection:
            _require_account(connection, account)
            if user is not None:
                _require_user(connection, account, user)
            if len(connection.execute(_keys_of(account, user)).all()) >= KEYS_EACH:
                raise TooMuch(
                    f"{user or 'The root'} has {KEYS_EACH} keys already; delete one first.", kind="key"
                )
            insert_key(connection, key, user, self._seal, self._now())
        return key

    def keys(self, account: str, user: str | None = None) -> list[AccessKey]:
        """Return the keys of an account, or of one user in it."""
        query = select(keys).where(keys.c.account == account).order_by(keys.c.created_ms, keys.c.id)
        with self._database.read() as connection:
            _require_account(connection, account)
            if user is not None:
                _require_user(connection, account, user)
                query = query.where(keys.c.user == user)
            return [as_access_key(row) for row in connection.execute(query)]

    def key(self, key_id: str) -> AccessKey | None:
        """Return one key of any account."""
        with self._database.read() as connection:
            row = connection.execute(select(keys).where(keys.c.id == key_id)).first()
        return as_access_key(row) if row else None

    def enable_key(self, key_id: str, *, enabled: bool) -> None:
        """Enable or disable a key; disabling ends the sessions that it began at the console."""
        with self._database.write() as connection:
            changed = connection.execute(update(keys).where(keys.c.id == key_id).values(enabled=enabled))
            if not changed.rowcount:
                raise _no_key(key_id)
            if not enabled:
                # For good: who enables the key again has not meant to sign anybody in.
                connection.execute(delete(console_sessions).where(console_sessions.c.key == key_id))

    def delete_key(self, key_id: str) -> None:
        """Delete a key."""
        with self._database.write() as connection:
            if not connection.execute(delete(keys).where(keys.c.id == key_id)).rowcount:
                raise _no_key(key_id)

    # Roles

    def create_role(
        self,
        account: str,
        name: str,
        trusted: Iterable[str] = (),
        *,
        trust: str = "",
        policies: Iterable[str] = (),
        extras: HolderLook = PLAIN,
    ) -> Role:
        """Create a role that callers of the trusted accounts, or those named in `trust`, may assume."""
        _check_name(name)
        parsed = parse_policy(trust, PolicyKind.TRUST, name=name) if trust else None
        document = trust or trust_of(trusted)
        created = from_milliseconds(self._now())
        role = Role(account, name, new_id("AROA", 17), document, created)
        with self._database.write() as connection:
            _require_account(connection, account)
            if _is_taken(connection, roles, account, name):
                raise Taken(f"Role {name} exists already in account {account}.", kind="role", name=name)
            connection.execute(
                insert(roles).values(
                    account=account,
                    name=name,
                    role_id=role.role_id,
                    trust=pin(document, parsed, partial(find_ids, connection)) if parsed else document,
                    created_ms=milliseconds(role.created),
                    path=extras.path,
                    description=extras.description,
                    longest_s=extras.longest_s,
                )
            )
            _furnish(connection, Holder("role", account, name), policies, extras)
            return as_role(connection.execute(role_query(account, name)).one())

    def set_trust(self, account: str, name: str, trust: str) -> None:
        """Change who may assume a role; existing sessions continue until they expire."""
        parsed = parse_policy(trust, PolicyKind.TRUST, name=name)
        with self._database.write() as connection:
            require_holder(connection, Holder("role", account, name))
            is_role = (roles.c.account == account) & (roles.c.name == name)
            document = pin(trust, parsed, partial(find_ids, connection))
            connection.execute(update(roles).where(is_role).values(trust=document))

    def roles(self, account: str) -> list[Role]:
        """Return the account's roles, by name."""
        query = select(roles).where(roles.c.account == account).order_by(roles.c.name)
        with self._database.read() as connection:
            _require_account(connection, account)
            return [as_role(row) for row in connection.execute(query)]

    def role(self, account: str, name: str) -> Role:
        """Return a role by its name."""
        with self._database.read() as connection:
            require_holder(connection, Holder("role", account, name))
            return as_role(connection.execute(role_query(account, name)).one())

    def delete_role(self, account: str, name: str) -> None:
        """Delete a role; its sessions end with it."""
        with self._database.write() as connection:
            deletion = delete(roles).where(roles.c.account == account, roles.c.name == name)
            if not connection.execute(deletion).rowcount:
                raise Missing(f"There is no role {name} in account {account}.", kind="role", name=name)

    # Tags

    def tags(self, holder: Holder) -> dict[str, str]:
        """Return the tags of a user or a role."""
        with self._database.read() as connection:
            return tags_of(connection, holder)

    def set_tags(self, holder: Holder, added: Mapping[str, str], removed: Iterable[str] = ()) -> None:
        """Set tags of a user or a role, and remove others."""
        with self._database.write() as connection:
            change_tags(connection, holder, added, removed)

    def set_policy_tags(
        self, account: str, name: str, added: Mapping[str, str], removed: Iterable[str] = ()
    ) -> None:
        """Set tags of a policy of the account, and remove others."""
        with self._database.write() as connection:
            change_policy_tags(connection, account, name, added, removed)

    def _now(self) -> int:
        return milliseconds(self._clock())


def _is_taken(connection: Connection, table: Table, account: str, name: str) -> bool:
    # Names that differ in case only are one, as in IAM.
    alike = (table.c.account == account) & (func.lower(table.c.name) == name.lower())
    return connection.execute(select(table.c.name).where(alike)).first() is not None


def _furnish(connection: Connection, holder: Holder, policies: Iterable[str], extras: HolderLook) -> None:
    """Give a new holder its policies, its tags and its boundary."""
    for policy in policies:
        attach_policy(connection, holder, policy)
    if extras.tags:
        change_tags(connection, holder, extras.tags, ())
    if extras.boundary:
        set_boundary(connection, holder, extras.boundary)


def _user(account: str, name: str) -> Any:
    return select(users).where(users.c.account == account, users.c.name == name)


def _keys_of(account: str, user: str | None) -> Any:
    # `== None` becomes IS NULL: the root's keys.
    return select(keys.c.id).where(keys.c.account == account, keys.c.user == user)


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Wrong(f"{name!r} is no name: up to 64 letters, digits and any of _ + = , . @ -")


def _account_exists(connection: Connection, account: str) -> bool:
    return connection.execute(select(accounts.c.id).where(accounts.c.id == account)).first() is not None


def _require_account(connection: Connection, account: str) -> None:
    if not _account_exists(connection, account):
        raise Missing(f"There is no account {account}.", kind="account", name=account)


def _require_user(connection: Connection, account: str, name: str) -> None:
    if not connection.execute(_user(account, name)).first():
        raise Missing(f"There is no user {name} in account {account}.", kind="user", name=name)


def _no_key(key_id: str) -> Missing:
    return Missing(f"There is no access key {key_id}.", kind="key", name=key_id)
