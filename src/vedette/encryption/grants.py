"""Grants: what a principal may do with a key beside its policy, until the grant is retired or revoked.

A grant is known by its id, and by a token that whoever made it passes on. Whom it names is pinned to the id
that the name had then: who gets the name later gets nothing.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from vedette.access.pins import Resolve, resolve_nobody
from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.encryption.tables import key_grants
from vedette.encryption.values import EncryptionContext, EncryptionKey, KeyGrant
from vedette.errors import Missing, TooMuch, Wrong
from vedette.store.db import Database

# AWS's quota for one key.
MOST = 50_000
SEAL = 16


@dataclass(frozen=True, slots=True)
class NewGrant:
    """What a grant is made with."""

    grantee: str
    operations: tuple[str, ...]
    issuer: str
    retiring: str = ""
    name: str = ""
    equals: EncryptionContext | None = None
    subset: EncryptionContext | None = None
    resolve: Resolve = resolve_nobody


class KeyGrants:
    """The grants of every key. `secret` seals tokens."""

    def __init__(self, database: Database, secret: bytes, clock: Clock = system_clock) -> None:
        self._database = database
        self._secret = secret
        self._clock = clock

    def create(self, key: EncryptionKey, new: NewGrant) -> KeyGrant:
        """Make a grant. One of the same name and content is returned as it is: a repeated request is none."""
        with self._database.write() as connection:
            return self.add(connection, key, new)

    def add(self, connection: Connection, key: EncryptionKey, new: NewGrant) -> KeyGrant:
        """Make a grant within somebody's transaction."""
        ids = new.resolve([arn for arn in (new.grantee, new.retiring) if arn])
        values = {
            "key": key.id,
            "name": new.name,
            "grantee": new.grantee,
            "grantee_id": ids.get(new.grantee, ""),
            "retiring": new.retiring,
            "retiring_id": ids.get(new.retiring, ""),
            "issuer": new.issuer,
            "operations": json.dumps(sorted(set(new.operations))),
            "constraints": _write_constraints(new),
        }
        if new.name:
            same = [key_grants.c[column] == value for column, value in values.items()]
            row = connection.execute(select(key_grants).where(*same)).first()
            if row is not None:
                return _as_grant(row)
        of_key = key_grants.c.key == key.id
        if connection.execute(select(func.count()).where(of_key)).scalar_one() >= MOST:
            raise TooMuch(f"{key.arn} has {MOST} grants, which are the most.", kind="grant")
        grant = secrets.token_hex(32)
        connection.execute(
            insert(key_grants).values(**values, id=grant, created_ms=milliseconds(self._clock()))
        )
        return _as_grant(connection.execute(select(key_grants).where(key_grants.c.id == grant)).one())

    def find(self, key: EncryptionKey, grant: str) -> KeyGrant:
        """Return a grant of a key."""
        is_grant = (key_grants.c.id == grant) & (key_grants.c.key == key.id)
        return self._one(is_grant, grant)

    def by_token(self, token: str) -> KeyGrant:
        """Return the grant of a token."""
        return self._one(key_grants.c.id == self.id_of(token), token)

    def _one(self, is_grant: Any, name: str) -> KeyGrant:
        with self._database.read() as connection:
            row = connection.execute(select(key_grants).where(is_grant)).first()
        if row is None:
            raise Missing("The grant does not exist, or was retired or revoked.", kind="grant", name=name)
        return _as_grant(row)

    def list(
        self, key: EncryptionKey, *, grantee: str = "", grant: str = "", after: int = 0, most: int = MOST
    ) -> tuple[Sequence[KeyGrant], bool]:
        """Return a page of a key's grants, and whether there are more."""
        query = select(key_grants).where(key_grants.c.key == key.id)
        if grantee:
            query = query.where(key_grants.c.grantee == grantee)
        if grant:
            query = query.where(key_grants.c.id == grant)
        return self._page(query, after, most)

    def retirable(self, retiring: str, *, after: int, most: int) -> tuple[Sequence[KeyGrant], bool]:
        """Return a page of the grants that a principal may retire."""
        return self._page(select(key_grants).where(key_grants.c.retiring == retiring), after, most)

    def _page(self, query: Any, after: int, most: int) -> tuple[Sequence[KeyGrant], bool]:
        query = query.where(key_grants.c.number > after).order_by(key_grants.c.number).limit(most + 1)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [_as_grant(row) for row in rows[:most]], len(rows) > most

    def of_principals(self, key: EncryptionKey, arns: Sequence[str]) -> Sequence[KeyGrant]:
        """Return a key's grants for any of these principals."""
        query = select(key_grants).where(key_grants.c.key == key.id, key_grants.c.grantee.in_(arns))
        with self._database.read() as connection:
            return [_as_grant(row) for row in connection.execute(query)]

    def delete(self, grant: KeyGrant) -> None:
        """Take a grant away; whoever was quicker leaves nothing to take."""
        with self._database.write() as connection:
            if not connection.execute(delete(key_grants).where(key_grants.c.id == grant.id)).rowcount:
                raise Missing("The grant was retired or revoked already.", kind="grant", name=grant.id)

    def token_of(self, grant: KeyGrant) -> str:
        """Return a grant's token."""
        return base64.urlsafe_b64encode(bytes.fromhex(grant.id) + self._seal(grant.id)).decode().rstrip("=")

    def id_of(self, token: str) -> str:
        """Return the id of the grant that a token is of; refuse one that was not given out here."""
        try:
            content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            content = b""
        grant, seal = content[:-SEAL].hex(), content[-SEAL:]
        if len(content) != 32 + SEAL or not hmac.compare_digest(seal, self._seal(grant)):
            raise Wrong("The grant token was not given out here.", kind="grant token")
        return grant

    def _seal(self, grant: str) -> bytes:
        return hmac.digest(self._secret, grant.encode(), "sha256")[:SEAL]


def _write_constraints(new: NewGrant) -> str:
    bounds: Mapping[str, EncryptionContext | None] = {"equals": new.equals, "subset": new.subset}
    return json.dumps(
        {name: dict(bound) for name, bound in bounds.items() if bound is not None}, sort_keys=True
    )


def _as_grant(row: Row[Any]) -> KeyGrant:
    bounds = json.loads(row.constraints)
    return KeyGrant(
        number=row.number,
        id=row.id,
        key=row.key,
        name=row.name,
        grantee=row.grantee,
        grantee_id=row.grantee_id,
        retiring=row.retiring,
        retiring_id=row.retiring_id,
        issuer=row.issuer,
        operations=tuple(json.loads(row.operations)),
        created=from_milliseconds(row.created_ms),
        equals=bounds.get("equals"),
        subset=bounds.get("subset"),
    )
