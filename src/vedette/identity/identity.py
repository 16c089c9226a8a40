"""From an access key to its holder and secret: asked once for every request."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select

from vedette.arn import parse_arn
from vedette.clock import Clock, milliseconds, system_clock
from vedette.identity.directory import (
    KEY_PURPOSE,
    Directory,
    NewKey,
    as_role,
    insert_key,
    new_key,
    role_query,
)
from vedette.identity.principal import Principal
from vedette.identity.seal import Broken, Seal, write_private
from vedette.identity.sessions import Session, Sessions, not_assumable
from vedette.identity.tables import accounts, keys, users
from vedette.store.db import Database

# A command in another process may disable a key; so long at most it still opens the door.
CACHE_S = 0.9
CACHE_MOST = 10_000

_HOLDER = (users.c.account == keys.c.account) & (users.c.name == keys.c.user)
KEY_AND_HOLDER = (
    select(keys, users.c.user_id)
    .select_from(keys.outerjoin(users, _HOLDER))
    .where(keys.c.id == bindparam("id"))
)

FaultKind = Literal["unknown-key", "bad-token", "expired-token"]


class KeyFault(Exception):
    """A key or session token that opens nothing. `kind` is in the words of signatures."""

    def __init__(self, kind: FaultKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    secret: str
    until: float


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
        self._database = database
        self._seal = seal
        self._clock = clock
        self._ticks = ticks
        self._known: dict[tuple[str, str], _Known] = {}

    def find_key(self, key_id: str, token: str, now: datetime) -> tuple[Principal, str]:
        """Return the key's holder and its secret; KeyFault where it opens nothing."""
        known = self._known.get((key_id, token))
        if known is None or known.until < self._ticks():
            known = self._look_up(key_id, token)
            if len(self._known) >= CACHE_MOST:
                self._known.clear()
            self._known[key_id, token] = known
        if known.principal.expires is not None and known.principal.expires <= now:
            raise KeyFault("expired-token", "The security token included in the request is expired")
        return known.principal, known.secret

    def assume(
        self, holder: Principal, role_arn: str, name: str, length: timedelta, tags: Mapping[str, str]
    ) -> tuple[Session, str]:
        """Return a session of the role and its token, if there is the role and it trusts the caller."""
        arn = parse_arn(role_arn)
        kind, _, role_name = arn.resource.partition("/")
        row = None
        if arn.service == "iam" and kind == "role":
            with self._database.read() as connection:
                row = connection.execute(role_query(arn.account, role_name)).first()
        if row is None:
            raise not_assumable(holder, role_arn)
        return self.sessions.for_role(holder, as_role(row), name, length, tags)

    def ensure_root(self, account: str, region: str, data: Path) -> None:
        """Make the account, its root key and the credentials file, unless they are there.

        Later calls only see to it that the file names a root key that exists: whoever
        deletes the last root key meant it, and makes another with `vedette key create`.
        """
        with self._database.write() as connection:
            now = milliseconds(self._clock())
            if connection.execute(select(accounts.c.id).where(accounts.c.id == account)).first() is None:
                connection.execute(insert(accounts).values(id=account, name=account, created_ms=now))
                insert_key(connection, new_key(account), None, self._seal, now)
            root = select(keys).where(keys.c.account == account, keys.c.user.is_(None))
            rows = connection.execute(root.order_by(keys.c.created_ms, keys.c.id)).all()
        file = data / "credentials.json"
        if rows and _key_in(file) not in {row.id for row in rows}:
            _write_credentials(file, NewKey(rows[0].id, account, self._unseal(rows[0])), region)

    def _look_up(self, key_id: str, token: str) -> _Known:
        if token or key_id.startswith("ASIA"):
            principal, secret = self._temporary(key_id, token)
        else:
            principal, secret = self._permanent(key_id)
        return _Known(principal, secret, self._ticks() + CACHE_S)

    def _permanent(self, key_id: str) -> tuple[Principal, str]:
        with self._database.read() as connection:
            row = connection.execute(KEY_AND_HOLDER, {"id": key_id}).first()
        if row is None or not row.enabled:
            raise KeyFault("unknown-key", "The security token included in the request is invalid.")
        secret = self._unseal(row)
        if row.user is None:
            root = f"arn:aws:iam::{row.account}:root"
            return Principal(row.account, root, row.account, "root", key_id, "root"), secret
        arn = f"arn:aws:iam::{row.account}:user/{row.user}"
        return Principal(row.account, arn, row.user_id, row.user, key_id, "user"), secret

    def _temporary(self, key_id: str, token: str) -> tuple[Principal, str]:
        try:
            session = self.sessions.open(token)
        except Broken:
            session = None
        if session is None or session.key_id != key_id or not self._source_stands(session):
            raise KeyFault("bad-token", "The security token included in the request is invalid")
        return session.principal(), session.secret

    def _source_stands(self, session: Session) -> bool:
        """Return whether the key or role that the session came from is still there."""
        with self._database.read() as connection:
            if session.role:
                row = connection.execute(role_query(session.account, session.role)).first()
                return row is not None and as_role(row).role_id == session.user_id.partition(":")[0]
            row = connection.execute(select(keys.c.enabled).where(keys.c.id == session.source_key)).first()
            return row is not None and bool(row.enabled)

    def _unseal(self, row: Any) -> str:
        return self._seal.open(row.sealed_secret, f"{KEY_PURPOSE}:{row.id}").decode()


def _key_in(file: Path) -> str:
    try:
        return str(json.loads(file.read_text("utf-8"))["access_key_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _write_credentials(file: Path, key: NewKey, region: str) -> None:
    content = {
        "account": key.account,
        "region": region,
        "access_key_id": key.id,
        "secret_access_key": key.secret,
    }
    write_private(file, json.dumps(content, indent=2) + "\n")
