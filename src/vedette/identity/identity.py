"""From an access key to its holder and secret: looked up once a request."""

import hmac
import json
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, select

from vedette.access.policy import Policy
from vedette.arn import parse_arn
from vedette.clock import Clock, system_clock
from vedette.errors import Denied
from vedette.identity.company_people import CompanyPeople
from vedette.identity.console_sessions import ConsoleSessions
from vedette.identity.directory import Directory
from vedette.identity.factors import SecondFactors
from vedette.identity.key_uses import KeyUses
from vedette.identity.may import Context
from vedette.identity.passkeys import Passkeys
from vedette.identity.principal import Principal, session_policies
from vedette.identity.records import (
    arn_of,
    as_role,
    find_ids,
    open_secret,
    role_query,
    split_resource,
)
from vedette.identity.rights import boundary_of, policies_by_name, policies_of_role, policies_of_user
from vedette.identity.root_keys import RootKeys
from vedette.identity.seal import BadSeal, Seal
from vedette.identity.sessions import OF_A_SERVICE, RoleRequest, Sessions, TemporaryCredentials, not_assumable
from vedette.identity.tables import accounts, keys, roles, users
from vedette.store.db import Database

# A command in another process may disable a key; it is accepted for at most so long after that.
CACHE_S = 0.9
CACHE_MOST = 10_000
DECOY = "decoy"

_HOLDER = (users.c.account == keys.c.account) & (users.c.name == keys.c.user)
KEY_AND_HOLDER = (
    select(keys, users.c.user_id, users.c.tags, users.c.path, users.c.boundary)
    .select_from(keys.outerjoin(users, _HOLDER))
    .where(keys.c.id == bindparam("id"))
)

FaultKind = Literal["unknown-key", "bad-token", "expired-token"]


class KeyFault(Exception):
    """An access key or session token that is not valid; `kind` is one of signature verification's."""

    def __init__(self, kind: FaultKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class _CachedKey:
    principal: Principal
    secret: str
    until: float


@dataclass(frozen=True, slots=True)
class _CachedRights:
    """The policies and tags of a user or a role; `policies` is None where it was deleted."""

    policies: tuple[Policy, ...] | None
    tags: Mapping[str, str]
    until: float
    # Those that narrow the session by their names.
    session_policies: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] = ()
    # Its path and name of now: it may have been moved or renamed since the caller was stored.
    path: str = "/"
    name: str = ""


def first_account(database: Database) -> str:
    """Return the account that the first start created; nothing where there is none yet."""
    oldest = select(accounts.c.id).order_by(accounts.c.created_ms, accounts.c.id).limit(1)
    with database.read() as connection:
        return str(connection.execute(oldest).scalar() or "")


class Identity:
    """Finds who holds a key. Threads may share it."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        clock: Clock = system_clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.directory = Directory(database, seal, clock)
        self.sessions = Sessions(seal, clock)
        self.root = RootKeys(database, seal, clock)
        self.uses = KeyUses(database)
        self._database = database
        self._seal = seal
        self._clock = clock
        self._ticks = ticks
        # Opened where a key is unknown, so that the answer comes no sooner.
        self._decoy = seal.seal(secrets.token_hex(20).encode(), DECOY)
        self.company = CompanyPeople(database, seal, clock)
        self.factors = SecondFactors(database, seal, clock)
        self.passkeys = Passkeys(database, seal, clock, self.factors)
        self.console = ConsoleSessions(
            database, self._check_secret, self._find_temporary, self.current, self.factors, clock
        )
        self._key_cache: dict[tuple[str, str], _CachedKey] = {}
        self._rights_cache: dict[tuple[str, ...], _CachedRights] = {}

    def remembers(self, key_id: str, token: str) -> bool:
        """Return whether `find_key` would answer from its cache."""
        entry = self._key_cache.get((key_id, token))
        return entry is not None and entry.until >= self._ticks()

    def find_key(self, key_id: str, token: str, now: datetime) -> tuple[Principal, str]:
        """Return the key's holder and its secret; KeyFault where it is not valid."""
        entry = self._key_cache.get((key_id, token))
        if entry is None or entry.until < self._ticks():
            entry = self._look_up(key_id, token)
            if len(self._key_cache) >= CACHE_MOST:
                self._key_cache.clear()
            self._key_cache[key_id, token] = entry
        if entry.principal.expires is not None and entry.principal.expires <= now:
            raise KeyFault("expired-token", "The security token included in the request is expired")
        return entry.principal, entry.secret

    def assume(
        self, holder: Principal, role_arn: str, request: RoleRequest, context: Context | None = None
    ) -> tuple[TemporaryCredentials, str]:
        """Return credentials of the role and their token, if the role exists and trusts the caller."""
        arn = parse_arn(role_arn)
        kind, path, role_name = split_resource(arn.resource)
        row = None
        if arn.service == "iam" and kind == "role":
            with self._database.read() as connection:
                row = connection.execute(role_query(arn.account, role_name)).first()
        if row is None or row.path != path:
            raise not_assumable(holder, role_arn)
        session, token = self.sessions.for_role(holder, as_role(row), request, context or {})
        # Asked last, so that who may not assume the role learns nothing of its account's policies.
        for name in request.policy_names:
            self.directory.policies.find(session.account, name)
        return session, token

    def find_ids(self, arns: Collection[str]) -> Mapping[str, str]:
        """Return the unique ids of those users and roles that there are now."""
        with self._database.read() as connection:
            return find_ids(connection, arns)

    def has_account(self, account: str) -> bool:
        """Return whether there is an account of that number."""
        query = select(accounts.c.id).where(accounts.c.id == account)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def is_sealed_here(self) -> bool:
        """Return whether the installation's key opens the oldest secret in the database."""
        oldest = select(keys).order_by(keys.c.created_ms, keys.c.id).limit(1)
        with self._database.read() as connection:
            row = connection.execute(oldest).first()
        try:
            return row is None or bool(open_secret(self._seal, row))
        except BadSeal:
            return False

    def current(self, caller: Principal) -> Principal:
        """Return a stored caller with its present rights.

        Denied, with a sentence, where its user or role was deleted: one created later under the same
        name is another one.
        """
        if caller.kind == "root":
            return caller
        known_by = (caller.user_id, *caller.session_names)
        rights = self._rights_cache.get(known_by)
        if rights is None or rights.until < self._ticks():
            rights = self._read_rights(caller)
            if len(self._rights_cache) >= CACHE_MOST:
                self._rights_cache.clear()
            self._rights_cache[known_by] = rights
        return _renewed(caller, rights)

    def _read_rights(self, caller: Principal) -> "_CachedRights":
        holds = policies_of_role if caller.kind == "role" else policies_of_user
        table, column = (roles, roles.c.role_id) if caller.kind == "role" else (users, users.c.user_id)
        # A session's id is its role's, a colon and its own name.
        is_holder = (table.c.account == caller.account) & (column == caller.user_id.partition(":")[0])
        until = self._ticks() + CACHE_S
        with self._database.read() as connection:
            facts = (table.c.name, table.c.tags, table.c.path, table.c.boundary)
            row = connection.execute(select(*facts).where(is_holder)).first()
            if row is None:
                return _CachedRights(None, {}, until)
            own, names = holds(connection, caller.account, row.name), caller.session_names
            policies = policies_by_name(connection, caller.account, names) if names else ()
            boundary = boundary_of(connection, caller.account, row.boundary)
            return _CachedRights(own, json.loads(row.tags), until, policies, boundary, row.path, row.name)

    def forget(self) -> None:
        """Look all keys and rights up anew: somebody has just changed some, and expects to meet them."""
        self._key_cache.clear()
        self._rights_cache.clear()

    def _look_up(self, key_id: str, token: str) -> _CachedKey:
        if token or key_id.startswith("ASIA"):
            principal, secret = self._temporary(key_id, token)
        else:
            principal, secret = self._permanent(key_id)
        return _CachedKey(principal, secret, self._ticks() + CACHE_S)

    def _check_secret(self, key_id: str, secret: str) -> Principal:
        """Return a key's holder, if that is its secret; an unknown id takes as long as a wrong secret."""
        with self._database.read() as connection:
            row = connection.execute(KEY_AND_HOLDER, {"id": key_id}).first()
        is_known = row is not None and bool(row.enabled)
        expected = open_secret(self._seal, row) if is_known else self._seal.open(self._decoy, DECOY).decode()
        is_right = hmac.compare_digest(expected.encode(), secret.encode("utf-8", "replace"))
        if not (is_known and is_right):
            raise Denied("There is no access key with this id and this secret.", kind="key")
        try:
            return self._permanent(key_id)[0]
        except KeyFault:
            raise Denied("There is no access key with this id and this secret.", kind="key") from None

    def _find_temporary(self, key_id: str, token: str) -> tuple[Principal, str]:
        try:
            return self.find_key(key_id, token, self._clock())
        except KeyFault as fault:
            if fault.kind == "expired-token":
                raise Denied(
                    "These temporary keys have expired; ask for new ones.", kind="expired keys"
                ) from None
            raise Denied(
                "There are no temporary keys with this id, secret and session token.", kind="key"
            ) from None

    def _permanent(self, key_id: str) -> tuple[Principal, str]:
        with self._database.read() as connection:
            row = connection.execute(KEY_AND_HOLDER, {"id": key_id}).first()
            is_user = row is not None and row.user is not None
            policies = policies_of_user(connection, row.account, row.user) if row and is_user else ()
            boundary = boundary_of(connection, row.account, row.boundary) if row and is_user else ()
        if row is None or not row.enabled:
            raise KeyFault("unknown-key", "The security token included in the request is invalid.")
        secret = open_secret(self._seal, row)
        if row.user is None:
            root = f"arn:aws:iam::{row.account}:root"
            return Principal(row.account, root, row.account, "root", key_id, "root"), secret
        arn = arn_of("user", row.account, row.path, row.user)
        user = Principal(row.account, arn, row.user_id, row.user, key_id, policies=policies)
        return replace(user, holder_tags=json.loads(row.tags), boundary=boundary), secret

    def _temporary(self, key_id: str, token: str) -> tuple[Principal, str]:
        try:
            session = self.sessions.open(token)
            principal = session.principal()
            if principal.kind != "root":
                principal = _renewed(principal, self._read_rights(principal))
        except (BadSeal, Denied):
            raise _bad_token() from None
        if session.key_id != key_id or not self._source_stands(session):
            raise _bad_token()
        return principal, session.secret

    def _source_stands(self, session: TemporaryCredentials) -> bool:
        """Return whether the key that the session began with and every role of its chain still exist."""
        on_the_way = set(session.roles)
        with self._database.read() as connection:
            if session.source_key != OF_A_SERVICE:
                is_source = keys.c.id == session.source_key
                row = connection.execute(select(keys.c.enabled).where(is_source)).first()
                if row is None or not row.enabled:
                    return False
            rows = connection.execute(select(roles.c.role_id).where(roles.c.role_id.in_(on_the_way)))
            return {role.role_id for role in rows} == on_the_way


def _bad_token() -> KeyFault:
    return KeyFault("bad-token", "The security token included in the request is invalid")


def _renewed(caller: Principal, rights: _CachedRights) -> Principal:
    if rights.policies is None:
        raise Denied(f"The caller of this work, {caller.arn}, was deleted.", kind="caller")
    narrowed = session_policies(caller.session_document) + rights.session_policies
    renewed = replace(
        caller,
        policies=rights.policies,
        holder_tags=rights.tags,
        session_policies=narrowed,
        boundary=rights.boundary,
    )
    if caller.kind == "role":
        return replace(renewed, role_path=rights.path)
    return replace(renewed, name=rights.name, arn=arn_of("user", caller.account, rights.path, rights.name))
