"""The key with which an account signs what its devices get: made when first needed, sealed in the database.

The private half leaves this module as signatures alone. There is one an account, so that a device of one
never obeys another; it is never made anew, since devices know their server by it.
"""

from collections.abc import Callable

from sqlalchemy import insert, select

from vedette.clock import Clock, milliseconds, system_clock
from vedette.identity.seal import Seal
from vedette.identity.tables import signing_keys
from vedette.runtime.signatures import (
    PublicKey,
    Purpose,
    make_private_key,
    public_key_of,
    read_key,
    sign,
)
from vedette.store.db import Database

SEALED_FOR = "signing key of {account}"
Signer = Callable[[str, Purpose, bytes], bytes]


class SigningKeys:
    """The signing keys of the installation's accounts. Threads may share it."""

    def __init__(self, database: Database, seal: Seal, clock: Clock = system_clock) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock

    def public_key(self, account: str) -> PublicKey:
        """Return what an account's devices know it by."""
        return read_key(self._row(account)[0])

    def sign(self, account: str, purpose: Purpose, content: bytes) -> bytes:
        """Return an account's signature of this."""
        sealed = bytes.fromhex(self._row(account)[1])
        return sign(self._seal.open(sealed, SEALED_FOR.format(account=account)), purpose, content)

    def _row(self, account: str) -> tuple[str, str]:
        query = select(signing_keys.c.public, signing_keys.c.sealed).where(signing_keys.c.account == account)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            with self._database.write() as connection:
                # Another request may have made it meanwhile; one writes at a time.
                row = connection.execute(query).first()
                if row is None:
                    connection.execute(insert(signing_keys).values(self._new(account)))
                    row = connection.execute(query).one()
        return str(row.public), str(row.sealed)

    def _new(self, account: str) -> dict[str, object]:
        private = make_private_key()
        return {
            "account": account,
            "public": str(public_key_of(private)),
            "sealed": self._seal.seal(private, SEALED_FOR.format(account=account)).hex(),
            "created_ms": milliseconds(self._clock()),
        }
