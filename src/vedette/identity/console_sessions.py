"""Sessions of people at the console, and the one-time links that begin one.

    link or key → token (in a cookie) → session → principal with its present rights

A session is a row, so that it can be listed and ended. Of its token, and of a link's, only a hash is
stored. It ends with its user and with its key, after some idle hours, and after some days; one that began
with temporary keys ends with them, with their role, and with the key that they began with. A clock that was
set back makes none last longer: what seems to be of the future ends like what is old. Never decides what the
signed-in person may do.
"""

import hashlib
import hmac
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Denied, Missing
from vedette.identity.console_session import (
    COMPANY,
    KEY,
    LINK,
    PASSKEY,
    ROOT,
    Browser,
    ConsoleSession,
    SessionLength,
    SessionPerson,
    TemporaryProof,
)
from vedette.identity.console_session_rows import BY_TOKEN, as_session, drop_old, of_person
from vedette.identity.factors import NOTHING, FactorOwner, SecondFactors, ShownFactor
from vedette.identity.principal import Principal
from vedette.identity.tables import (
    accounts,
    console_links,
    console_sessions,
    keys,
    users,
)
from vedette.store.db import Database

# A link is printed on a terminal, and typed or clicked at once.
LINK_S = 3600
# One that is printed while the clock is an hour fast still opens once it is right.
FAST_CLOCK_S = 3600
# Links that have ended are removed later, since a clock that is fast by days makes all of them look so.
LINK_KEPT_MS = 7 * 24 * 60 * 60 * 1000
# 256 bits, so that nothing can be gained by guessing.
TOKEN_BYTES = 32
# A request in every such while is written down; one a request would keep the database busy with it.
NOTED_MS = 60_000
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class _NewSession:
    account: str
    person: SessionPerson
    key_id: str | None = None
    temporary_key: str | None = None
    session_token: str | None = None
    # When the keys end; None for such as do not.
    ends_ms: int | None = None
    way: str = KEY
    verified: bool = False


class ConsoleSessions:
    """Begins, finds, lists and ends sessions of the console. Threads may share it."""

    def __init__(
        self,
        database: Database,
        check_secret: Callable[[str, str], Principal],
        find_temporary: Callable[[str, str], tuple[Principal, str]],
        renew: Callable[[Principal], Principal],
        factors: SecondFactors,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._check_secret = check_secret
        self._find_temporary = find_temporary
        self._renew = renew
        self._factors = factors
        self._clock = clock

    # Beginning

    def create_link(self, account: str, user: str | None = None) -> str:
        """Return the token of a link that signs in once, within the hour: the user's, or the root's."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), milliseconds(self._clock())
        row = {
            "token_hash": hash_token(token),
            "account": account,
            "user": user,
            "expires_ms": now + LINK_S * 1000,
        }
        with self._database.write() as connection:
            _require_person(connection, account, user)
            connection.execute(delete(console_links).where(console_links.c.expires_ms <= now - LINK_KEPT_MS))
            connection.execute(insert(console_links).values(row))
        return token

    def open_link(self, token: str, browser: Browser, length: SessionLength) -> tuple[str, ConsoleSession]:
        """Return the token of a new session and the session; the link is used up."""
        now = milliseconds(self._clock())
        is_link = console_links.c.token_hash == hash_token(token)
        with self._database.write() as connection:
            row = connection.execute(select(console_links).where(is_link)).first()
            if row is not None and 0 < row.expires_ms - now <= (LINK_S + FAST_CLOCK_S) * 1000:
                connection.execute(delete(console_links).where(is_link))
                new = _NewSession(row.account, SessionPerson(row.user), way=LINK)
                return self._begin(connection, new, browser, length)
        raise Denied(
            "This link was used already, or is older than an hour. `vedette console` prints another.",
            kind="link",
        )

    def sign_in(
        self, key_id: str, secret: str, browser: Browser, length: SessionLength, factor: ShownFactor = NOTHING
    ) -> tuple[str, ConsoleSession]:
        """Return the token of a new session and the session of the key's holder.

        Denied, of the kind `second factor`, where the holder has one and none was shown.
        """
        holder = self._check_secret(key_id, secret)
        user = None if holder.kind == "root" else holder.name
        verified = self._verify(FactorOwner(holder.account, user), factor)
        with self._database.write() as connection:
            key = connection.execute(select(keys.c.enabled).where(keys.c.id == key_id)).scalar()
            if not key:
                raise Denied("There is no access key with this id and this secret.", kind="key")
            new = _NewSession(holder.account, SessionPerson(user), key_id, verified=verified)
            return self._begin(connection, new, browser, length)

    def sign_in_temporarily(
        self, proof: TemporaryProof, browser: Browser, length: SessionLength, factor: ShownFactor = NOTHING
    ) -> tuple[str, ConsoleSession]:
        """Return the token of a new session and the session of whoever holds temporary keys."""
        holder, expected = self._find_temporary(proof.key_id, proof.token)
        if not hmac.compare_digest(expected.encode(), proof.secret.encode("utf-8", "replace")):
            raise Denied("There are no temporary keys with this id, secret and session token.", kind="key")
        assert holder.expires is not None, "temporary keys expire"
        person = {
            "root": ROOT,
            "user": SessionPerson(holder.name),
            "role": SessionPerson(None, holder.user_id),
        }[holder.kind]
        source, expires_ms = holder.lineage.source_key, milliseconds(holder.expires)
        key = keys.c.id == source
        with self._database.read() as connection:
            owner = connection.execute(select(keys.c.account, keys.c.user).where(key)).first()
        # Temporary keys are got with the permanent one alone: no way around its holder's second factor.
        verified = owner is not None and self._verify(FactorOwner(owner.account, owner.user), factor)
        proven = (proof.key_id, proof.token, expires_ms)
        new = _NewSession(holder.account, person, source, *proven, verified=verified)
        with self._database.write() as connection:
            if not connection.execute(select(keys.c.enabled).where(key)).scalar():
                raise Denied("The key that these temporary keys began with was disabled.", kind="key")
            return self._begin(connection, new, browser, length)

    def begin_company(
        self, account: str, user: str, browser: Browser, length: SessionLength, *, verified: bool
    ) -> tuple[str, ConsoleSession]:
        """Return the token of a new session and the session of whom the company's provider vouches for."""
        new = _NewSession(account, SessionPerson(user), way=COMPANY, verified=verified)
        return self._begin_vouched(new, browser, length)

    def begin_passkey(
        self, owner: FactorOwner, browser: Browser, length: SessionLength
    ) -> tuple[str, ConsoleSession]:
        """Return the token of a new session and the session of who has shown a passkey."""
        new = _NewSession(owner.account, SessionPerson(owner.user), way=PASSKEY, verified=True)
        return self._begin_vouched(new, browser, length)

    def _begin_vouched(
        self, new: "_NewSession", browser: Browser, length: SessionLength
    ) -> tuple[str, ConsoleSession]:
        with self._database.write() as connection:
            _require_person(connection, new.account, new.person.user)
            return self._begin(connection, new, browser, length)

    def _verify(self, owner: FactorOwner, factor: ShownFactor) -> bool:
        """Return whether somebody has a second factor, which is then used up."""
        if factor.show is not None:
            factor.show(owner)
            return True
        if not self._factors.is_held(owner):
            return False
        if not factor.code:
            raise Denied("This person has a second factor: its code is needed too.", kind="second factor")
        self._factors.check(owner, factor.code)
        return True

    def _begin(
        self, connection: Connection, new: "_NewSession", browser: Browser, length: SessionLength
    ) -> tuple[str, ConsoleSession]:
        token, now = secrets.token_urlsafe(TOKEN_BYTES), milliseconds(self._clock())
        row = {
            "id": secrets.token_hex(8),
            "token_hash": hash_token(token),
            "account": new.account,
            "user": new.person.user,
            "role_session": new.person.role_session,
            "key": new.key_id,
            "temporary_key": new.temporary_key,
            "session_token": new.session_token,
            "created_ms": now,
            "used_ms": now,
            "expires_ms": min(now + milliseconds_of(length.longest), new.ends_ms or sys.maxsize),
            "address": browser.address[:LONGEST_TEXT],
            "agent": browser.agent[:LONGEST_TEXT],
            "way": new.way,
            "verified": new.verified,
        }
        drop_old(connection, new.account, new.person, now)
        connection.execute(insert(console_sessions).values(row))
        result = connection.execute(select(console_sessions).where(console_sessions.c.id == row["id"])).one()
        return token, as_session(result)

    # Using

    def find(self, token: str, length: SessionLength) -> tuple[Principal, ConsoleSession] | None:
        """Return who is signed in with a token, with its present rights; None where the session has ended."""
        now = milliseconds(self._clock())
        with self._database.read() as connection:
            row = connection.execute(BY_TOKEN, {"token": hash_token(token)}).first()
        if row is None or row.expires_ms <= now or abs(now - row.used_ms) >= milliseconds_of(length.idle):
            return None
        if row.key is not None and not row.enabled:
            return None
        principal = self._principal(row)
        if principal is not None and abs(now - row.used_ms) >= NOTED_MS:
            with self._database.write() as connection:
                used = update(console_sessions).where(console_sessions.c.id == row.id)
                connection.execute(used.values(used_ms=now))
        if principal is None:
            return None
        return replace(principal, second_factor=bool(row.verified)), as_session(row)

    def _principal(self, row: Row[Any]) -> Principal | None:
        if row.session_token is not None:
            try:
                return self._find_temporary(row.temporary_key, row.session_token)[0]
            except Denied:
                return None
        key_id = row.key or ""
        if row.user is None:
            return Principal(
                row.account, f"arn:aws:iam::{row.account}:root", row.account, "root", key_id, "root"
            )
        arn = f"arn:aws:iam::{row.account}:user/{row.user}"
        try:
            return self._renew(Principal(row.account, arn, row.user_id, row.user, key_id))
        except Denied:
            return None

    def list(self, account: str, person: SessionPerson = ROOT) -> list[ConsoleSession]:
        """Return a person's sessions, the newest first."""
        query = select(console_sessions).where(*of_person(account, person))
        now = milliseconds(self._clock())
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(console_sessions.c.used_ms.desc())).all()
        return [as_session(row) for row in rows if row.expires_ms > now]

    def of_account(self, account: str) -> Sequence[ConsoleSession]:
        """Return the sessions of everybody in an account, the newest first."""
        query = select(console_sessions).where(console_sessions.c.account == account)
        now = milliseconds(self._clock())
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(console_sessions.c.used_ms.desc())).all()
        return [as_session(row) for row in rows if row.expires_ms > now]

    def verify(self, session: ConsoleSession) -> None:
        """Note that a second factor was shown in a session; the person's others without one end."""
        own = console_sessions.c.id == session.id
        without = (console_sessions.c.way == KEY) & ~console_sessions.c.verified & ~own
        with self._database.write() as connection:
            connection.execute(update(console_sessions).where(own).values(verified=True))
            own_person = of_person(session.account, session.person)
            connection.execute(delete(console_sessions).where(*own_person, without))

    # Ending

    def end_any(self, account: str, session_id: str) -> None:
        """End a session of anybody in an account."""
        is_it = (console_sessions.c.account == account) & (console_sessions.c.id == session_id)
        with self._database.write() as connection:
            if not connection.execute(delete(console_sessions).where(is_it)).rowcount:
                raise Missing("There is no such session.", kind="session", name=session_id)

    def end(self, account: str, person: SessionPerson, session_id: str) -> None:
        """End one of a person's sessions."""
        deletion = delete(console_sessions).where(
            *of_person(account, person), console_sessions.c.id == session_id
        )
        with self._database.write() as connection:
            if not connection.execute(deletion).rowcount:
                raise Missing("There is no such session.", kind="session", name=session_id)


def hash_token(token: str) -> str:
    """Return what is stored of a token: it is random, so that a plain hash keeps it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def milliseconds_of(length: timedelta) -> int:
    """Return a length in milliseconds."""
    return int(length.total_seconds() * 1000)


def _require_person(connection: Connection, account: str, user: str | None) -> None:
    if not connection.execute(select(accounts.c.id).where(accounts.c.id == account)).first():
        raise Missing(f"There is no account {account}.", kind="account", name=account)
    person = select(users.c.name).where(users.c.account == account, users.c.name == user)
    if user is not None and not connection.execute(person).first():
        raise Missing(f"There is no user {user} in account {account}.", kind="user", name=user)
