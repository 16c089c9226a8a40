"""Second factors of people: codes of an authenticator app, and recovery codes for who has lost the phone.

A secret is sealed, of recovery codes only a keyed hash is stored. A code counts once, also where two servers
hear it at the same time. Wrong codes make the next one wait, longer each time; only who has shown the first
factor gets so far, so that nobody locks others out with nonsense. Never decides who needs a factor.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.errors import Denied, Missing, Refusal, TooFast, TooMuch, Wrong
from vedette.identity.console_session import PASSKEY as BY_PASSKEY
from vedette.identity.seal import Seal
from vedette.identity.tables import console_sessions, recovery_codes, second_factors
from vedette.identity.totp import SECRET_BYTES, STEP_S, address_of, step_of, written
from vedette.store.db import Database

TOTP, PASSKEY = "totp", "passkey"
ISSUER = "Vedette"
MOST_FACTORS = 8
RECOVERY_CODES = 10
# 80 bits: sixteen letters of base32.
RECOVERY_BYTES = 10
NAME = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
DIGITS = re.compile(r"[0-9]{6}")
# A few slips are free; then half a minute, and each time twice as long, up to a day: whoever has stolen the
# first factor has one guess a day at three codes in a million.
FREE_FAILURES, FIRST_WAIT_MS, LONGEST_WAIT_MS = 5, 30_000, 24 * 3_600_000
# A step so far ahead was used while the clock was fast, and says nothing of codes of now.
AHEAD_STEPS = 20


class TooManyCodes(TooFast):
    """Wrong codes were given; the next one is heard after a while."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"Too many wrong codes. Try again in {wait_s} seconds.", kind="factor")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class FactorOwner:
    """Whose factor it is: a user of an account, or its root."""

    account: str
    user: str | None = None

    @property
    def name(self) -> str:
        """As people read it."""
        return self.user or "root"


@dataclass(frozen=True, slots=True)
class ShownFactor:
    """What somebody shows beside a key: a code, or a passkey, which `show` holds against its owner."""

    code: str = ""
    show: Callable[[FactorOwner], None] | None = None


NOTHING = ShownFactor()


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor as its owner sees it."""

    id: str
    kind: str
    name: str
    created: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class NewTotp:
    """A secret for an app, told once; it counts when a code of it was shown."""

    id: str
    secret: str
    address: str


class SecondFactors:
    """Factors of the installation's people. Threads may share it."""

    def __init__(self, database: Database, seal: Seal, clock: Clock) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._hash_key = seal.derive("recovery codes")

    def list(self, owner: FactorOwner) -> list[Factor]:
        """Return a person's factors, the oldest first."""
        query = select(second_factors).where(factors_of(owner), second_factors.c.confirmed)
        with self._database.read() as connection:
            return [_factor(row) for row in connection.execute(query.order_by(second_factors.c.created_ms))]

    def is_held(self, owner: FactorOwner) -> bool:
        """Return whether somebody has a factor."""
        with self._database.read() as connection:
            return _is_held(connection, owner)

    def count_people(self, account: str) -> int:
        """Return how many people of an account have a factor, its root among them."""
        columns = second_factors.c
        is_theirs = and_(columns.account == account, columns.confirmed)
        people = select(columns.user).where(is_theirs).distinct().subquery()
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(people)).scalar_one())

    def count_codes(self, owner: FactorOwner) -> int:
        """Return how many recovery codes are left."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).where(_codes_of(owner))).scalar_one())

    def begin_totp(self, owner: FactorOwner, name: str) -> NewTotp:
        """Return a new secret; one that was begun before and never shown a code of is forgotten."""
        if not NAME.fullmatch(name):
            raise Wrong("The name of a second factor has 1 to 64 letters.")
        secret, number = secrets.token_bytes(SECRET_BYTES), secrets.token_hex(8)
        row = {
            "id": number,
            "account": owner.account,
            "user": owner.user,
            "kind": TOTP,
            "name": name,
            "sealed": self._seal.seal(secret, _purpose(number)),
            "counter": 0,
            "confirmed": False,
            "created_ms": milliseconds(self._clock()),
        }
        with self._database.write() as connection:
            connection.execute(delete(second_factors).where(factors_of(owner), ~second_factors.c.confirmed))
            count = connection.execute(select(func.count()).where(factors_of(owner))).scalar_one()
            if count >= MOST_FACTORS:
                raise TooMuch(f"{owner.name} has {count} second factors, which are the most.", kind="factor")
            connection.execute(insert(second_factors).values(row))
        address = address_of(secret, issuer=ISSUER, person=f"{owner.name}@{owner.account}")
        return NewTotp(number, written(secret), address)

    def confirm_totp(self, owner: FactorOwner, number: str, code: str) -> Sequence[str]:
        """Have a factor count, by its first code; return recovery codes, where the person had none."""
        now = milliseconds(self._clock())
        is_this = and_(factors_of(owner), second_factors.c.id == number)
        with self._database.write() as connection:
            row = connection.execute(select(second_factors).where(is_this)).first()
            if row is None or row.confirmed:
                raise Missing("There is no second factor that waits for its first code.", kind="factor")
            wait_s = _waiting_s(connection, owner, now)
            if not wait_s and self._accepts_totp(connection, row, _plain(code), now):
                connection.execute(update(second_factors).where(is_this).values(confirmed=True))
                return self.first_codes(connection, owner)
            if not wait_s:
                _count_failure(connection, owner, now)
        raise _wrong_code(wait_s)

    def check(self, owner: FactorOwner, code: str) -> None:
        """Use up a code of an app, or a recovery code; refuse a wrong one, and one that comes too soon."""
        plain, now = _plain(code), milliseconds(self._clock())
        with self._database.write() as connection:
            wait_s = _waiting_s(connection, owner, now)
            if not wait_s and self._accepts(connection, owner, plain, now):
                connection.execute(
                    update(second_factors).where(factors_of(owner)).values(failures=0, failed_ms=0)
                )
                return
            if not wait_s:
                _count_failure(connection, owner, now)
        raise _wrong_code(wait_s)

    def renew_codes(self, owner: FactorOwner) -> Sequence[str]:
        """Return new recovery codes; the ones before count no longer."""
        with self._database.write() as connection:
            if not _is_held(connection, owner):
                raise Missing("There is no second factor to recover from.", kind="factor")
            return self._new_codes(connection, owner)

    def remove(self, owner: FactorOwner, number: str, session: str = "") -> None:
        """Remove a factor; with the last one the recovery codes go, and with a passkey what it has begun.

        `session` is the one that asks for it, and stays.
        """
        is_it = and_(factors_of(owner), second_factors.c.id == number)
        with self._database.write() as connection:
            kind = connection.execute(select(second_factors.c.kind).where(is_it)).scalar()
            if kind is None:
                raise Missing("There is no such second factor.", kind="factor", name=number)
            connection.execute(delete(second_factors).where(is_it))
            if kind == PASSKEY:
                _end_passkey_sessions(connection, owner, session)
            if not _is_held(connection, owner):
                connection.execute(delete(recovery_codes).where(_codes_of(owner)))

    def remove_all(self, owner: FactorOwner) -> int:
        """Remove all that somebody has, who has lost everything; return how many there were.

        Sessions that a passkey began end: the device that is lost may have one.
        """
        with self._database.write() as connection:
            removed = connection.execute(delete(second_factors).where(factors_of(owner))).rowcount
            connection.execute(delete(recovery_codes).where(_codes_of(owner)))
            _end_passkey_sessions(connection, owner)
        return removed

    def first_codes(self, connection: Connection, owner: FactorOwner) -> Sequence[str]:
        """Return recovery codes for whoever has none yet, inside a transaction."""
        return [] if _has_codes(connection, owner) else self._new_codes(connection, owner)

    def _accepts(self, connection: Connection, owner: FactorOwner, code: str, now: int) -> bool:
        if not DIGITS.fullmatch(code):
            is_code = recovery_codes.c.code_hash == self._hash(code)
            return bool(connection.execute(delete(recovery_codes).where(_codes_of(owner), is_code)).rowcount)
        query = select(second_factors).where(
            factors_of(owner), second_factors.c.confirmed, second_factors.c.kind == TOTP
        )
        rows = connection.execute(query).all()
        return any(self._accepts_totp(connection, row, code, now) for row in rows)

    def _accepts_totp(self, connection: Connection, row: Row[Any], code: str, now: int) -> bool:
        secret = self._seal.open(row.sealed, _purpose(row.id))
        step = step_of(code, secret, now)
        last = row.counter if row.counter <= now // (STEP_S * 1000) + AHEAD_STEPS else 0
        if step is None or step <= last:
            return False
        # Read and written within one transaction, and writers take turns: a code counts once.
        used = update(second_factors).where(second_factors.c.id == row.id).values(counter=step, used_ms=now)
        return bool(connection.execute(used).rowcount)

    def _new_codes(self, connection: Connection, owner: FactorOwner) -> Sequence[str]:
        codes = [
            base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
            for _ in range(RECOVERY_CODES)
        ]
        connection.execute(delete(recovery_codes).where(_codes_of(owner)))
        row = {"account": owner.account, "user": owner.user}
        hashes = [row | {"code_hash": self._hash(code)} for code in codes]
        connection.execute(insert(recovery_codes), hashes)
        return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]

    def _hash(self, code: str) -> str:
        # Not of the owner's name: people are renamed. Whose a code is, its row says.
        return hmac.new(self._hash_key, code.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _purpose(number: str) -> str:
    return f"second factor:{number}"


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).lower()


def factors_of(owner: FactorOwner) -> ColumnElement[bool]:
    """Return which rows are a person's."""
    # `== None` becomes IS NULL: the root's.
    return and_(second_factors.c.account == owner.account, second_factors.c.user == owner.user)


def _codes_of(owner: FactorOwner) -> ColumnElement[bool]:
    return and_(recovery_codes.c.account == owner.account, recovery_codes.c.user == owner.user)


def _end_passkey_sessions(connection: Connection, owner: FactorOwner, session: str = "") -> None:
    columns = console_sessions.c
    is_own = and_(
        columns.account == owner.account, columns.user == owner.user, columns.role_session.is_(None)
    )
    connection.execute(
        delete(console_sessions).where(is_own, columns.way == BY_PASSKEY, columns.id != session)
    )


def _is_held(connection: Connection, owner: FactorOwner) -> bool:
    query = select(second_factors.c.id).where(factors_of(owner), second_factors.c.confirmed).limit(1)
    return connection.execute(query).first() is not None


def _has_codes(connection: Connection, owner: FactorOwner) -> bool:
    return connection.execute(select(recovery_codes.c.code_hash).where(_codes_of(owner))).first() is not None


def _waiting_s(connection: Connection, owner: FactorOwner, now: int) -> int:
    """Return for how long no code is heard."""
    columns = second_factors.c
    query = select(func.max(columns.failures), func.max(columns.failed_ms)).where(factors_of(owner))
    failures, failed_ms = connection.execute(query).one()
    if (failures or 0) < FREE_FAILURES:
        return 0
    if failed_ms > now:  # the clock was set back: the wait begins anew, and is no longer for that
        connection.execute(update(second_factors).where(factors_of(owner)).values(failed_ms=now))
    wait = min(FIRST_WAIT_MS << min(failures - FREE_FAILURES, 20), LONGEST_WAIT_MS)
    left_ms: int = min(failed_ms, now) + wait - now
    return max(0, -(-left_ms // 1000))


def _count_failure(connection: Connection, owner: FactorOwner, now: int) -> None:
    counted = {"failures": second_factors.c.failures + 1, "failed_ms": now}
    connection.execute(update(second_factors).where(factors_of(owner)).values(counted))


def _wrong_code(wait_s: int) -> Refusal:
    if wait_s:
        return TooManyCodes(wait_s)
    return Denied("This code is wrong, or was used already.", kind="code")


def _factor(row: Row[Any]) -> Factor:
    used = None if row.used_ms is None else from_milliseconds(row.used_ms)
    return Factor(row.id, row.kind, row.name, from_milliseconds(row.created_ms), used)
