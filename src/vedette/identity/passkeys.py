"""Passkeys of people: registered, shown beside a key or instead of one, and removed as other factors are.

A challenge is a number and its end, signed for one purpose and one session or browser, so that asking for
one writes nothing; what was accepted is noted until its end, so that it counts once. A passkey that counts
its signatures and counts back was copied, and is refused. Rows lie among the second factors: the id is a
hash of the credential's, by which one that is shown is found.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from vedette.clock import Clock, milliseconds
from vedette.errors import Denied, Taken, TooMuch, Wrong
from vedette.identity.factors import MOST_FACTORS, NAME, PASSKEY, FactorOwner, SecondFactors, factors_of
from vedette.identity.seal import Seal
from vedette.identity.tables import second_factors, used_challenges
from vedette.identity.webauthn import (
    CreatedPasskey,
    PasskeyProof,
    RelyingParty,
    ShownPasskey,
    verify_created,
    verify_shown,
)
from vedette.store.db import Database

# What a challenge is for: to add a passkey, to show one before a change, or to sign in.
REGISTER, SHOW, SIGN_IN = "register", "show", "sign in"
# As long as somebody may look for the security key in a drawer.
LASTS_MS = 5 * 60_000
NONCE_BYTES, MOMENT_BYTES, MAC_BYTES = 16, 8, 32


@dataclass(frozen=True, slots=True)
class Ceremony:
    """One question to a browser: for what, bound to which session or browser, and by whom."""

    purpose: str
    bound: str
    party: str
    is_own: Callable[[str], bool]


class Passkeys:
    """Passkeys of the installation's people. Threads may share it."""

    def __init__(self, database: Database, seal: Seal, clock: Clock, factors: SecondFactors) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._factors = factors
        self._challenge_key = seal.derive("passkey challenges")
        self._handle_key = seal.derive("passkey handles")

    def new_challenge(self, purpose: str, bound: str) -> bytes:
        """Return a challenge for one purpose, and for one session or browser."""
        ends_ms = milliseconds(self._clock()) + LASTS_MS
        head = secrets.token_bytes(NONCE_BYTES) + ends_ms.to_bytes(MOMENT_BYTES)
        return head + self._mac(head, purpose, bound)

    def handle_of(self, owner: FactorOwner) -> bytes:
        """Return the number by which an authenticator knows a person: it tells no name."""
        name = f"{owner.account}\n{'user' if owner.user is not None else 'root'}\n{owner.user or ''}"
        return hmac.digest(self._handle_key, name.encode(), "sha256")

    def credentials_of(self, owner: FactorOwner) -> Sequence[bytes]:
        """Return the ids of a person's passkeys, which an authenticator is not to make twice."""
        query = select(second_factors).where(factors_of(owner), second_factors.c.kind == PASSKEY)
        with self._database.read() as connection:
            return [bytes.fromhex(self._facts(row)["credential"]) for row in connection.execute(query)]

    def register(
        self, owner: FactorOwner, name: str, created: CreatedPasskey, ceremony: Ceremony
    ) -> Sequence[str]:
        """Have a passkey count; return recovery codes, where the person had no factor before."""
        if not NAME.fullmatch(name):
            raise Wrong("The name of a second factor has 1 to 64 letters.")
        proof = verify_created(created, self._party(ceremony))
        number = _number(created.credential)
        facts = {
            "credential": created.credential.hex(),
            "key": created.public_key.hex(),
            "party": ceremony.party,
            "handle": self.handle_of(owner).hex(),
        }
        row = {
            "id": number,
            "account": owner.account,
            "user": owner.user,
            "kind": PASSKEY,
            "name": name,
            "sealed": self._seal.seal(json.dumps(facts).encode(), _purpose(number)),
            "counter": proof.count,
            "confirmed": True,
            "created_ms": milliseconds(self._clock()),
        }
        with self._database.write() as connection:
            self._use_up(connection, proof)
            count = connection.execute(select(func.count()).where(factors_of(owner))).scalar_one()
            if count >= MOST_FACTORS:
                raise TooMuch(f"{owner.name} has {count} second factors, which are the most.", kind="factor")
            if connection.execute(select(second_factors.c.id).where(second_factors.c.id == number)).first():
                raise Taken("This passkey is registered already.", kind="passkey")
            connection.execute(insert(second_factors).values(row))
            return self._factors.first_codes(connection, owner)

    def check(self, owner: FactorOwner, passkey: ShownPasskey, ceremony: Ceremony) -> None:
        """Refuse a passkey that is not this person's own, or does not prove itself."""
        if self.owner_of(passkey, ceremony) != owner:
            raise Denied("This passkey is another person's.", kind="passkey")

    def owner_of(self, passkey: ShownPasskey, ceremony: Ceremony) -> FactorOwner:
        """Return who showed a passkey, which has proved itself; the answer counts no second time."""
        number = _number(passkey.credential)
        is_it = and_(second_factors.c.id == number, second_factors.c.kind == PASSKEY)
        with self._database.read() as connection:
            row = connection.execute(select(second_factors).where(is_it, second_factors.c.confirmed)).first()
        facts = None if row is None else self._facts(row)
        if row is None or facts is None or bytes.fromhex(facts["credential"]) != passkey.credential:
            raise Denied(
                "This passkey is not known here: it was removed, or is of another server.", kind=PASSKEY
            )
        if facts["party"] != ceremony.party:
            raise Denied(f"This passkey is for the address {facts['party']}.", kind=PASSKEY)
        if passkey.handle and passkey.handle.hex() != facts["handle"]:
            raise Denied("This passkey is another person's.", kind=PASSKEY)
        proof = verify_shown(passkey, bytes.fromhex(facts["key"]), self._party(ceremony))
        with self._database.write() as connection:
            self._use_up(connection, proof)
            self._count(connection, row, proof.count)
        return FactorOwner(row.account, row.user)

    def _count(self, connection: Connection, row: Row[Any], count: int) -> None:
        """Note the authenticator's count; where it counts at all, it only grows."""
        columns = second_factors.c
        grows = (columns.counter < count) if count else (columns.counter == 0)
        used = update(second_factors).where(columns.id == row.id, grows)
        values = {"counter": count, "used_ms": milliseconds(self._clock())}
        if not connection.execute(used.values(values)).rowcount:
            raise Denied(
                "This passkey counts fewer signatures than before: it may have been copied. Remove it.",
                kind=PASSKEY,
            )

    def _use_up(self, connection: Connection, proof: PasskeyProof) -> None:
        now, columns = milliseconds(self._clock()), used_challenges.c
        is_over = (columns.ends_ms < now - LASTS_MS) | (columns.ends_ms > now + 2 * LASTS_MS)
        connection.execute(delete(used_challenges).where(is_over))
        ends_ms = int.from_bytes(proof.challenge[NONCE_BYTES : NONCE_BYTES + MOMENT_BYTES])
        row = {"digest": hashlib.sha256(proof.challenge).hexdigest(), "ends_ms": ends_ms}
        try:
            connection.execute(insert(used_challenges).values(row))
        except IntegrityError:
            raise Denied("This passkey's answer was used already. Try again.", kind=PASSKEY) from None

    def _party(self, ceremony: Ceremony) -> RelyingParty:
        def is_asked_for(challenge: bytes) -> bool:
            return self._is_asked_for(challenge, ceremony)

        return RelyingParty(ceremony.party, ceremony.is_own, is_asked_for)

    def _is_asked_for(self, challenge: bytes, ceremony: Ceremony) -> bool:
        if len(challenge) != NONCE_BYTES + MOMENT_BYTES + MAC_BYTES:
            return False
        head, mac = challenge[:-MAC_BYTES], challenge[-MAC_BYTES:]
        left_ms = int.from_bytes(head[NONCE_BYTES:]) - milliseconds(self._clock())
        is_ours = hmac.compare_digest(mac, self._mac(head, ceremony.purpose, ceremony.bound))
        return is_ours and 0 < left_ms <= LASTS_MS

    def _mac(self, head: bytes, purpose: str, bound: str) -> bytes:
        return hmac.digest(self._challenge_key, head + f"{purpose}\n{bound}".encode(), "sha256")

    def _facts(self, row: Row[Any]) -> dict[str, str]:
        facts: dict[str, str] = json.loads(self._seal.open(row.sealed, _purpose(row.id)))
        return facts


def _number(credential: bytes) -> str:
    return hashlib.sha256(credential).hexdigest()[:16]


def _purpose(number: str) -> str:
    return f"passkey:{number}"
