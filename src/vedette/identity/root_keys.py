"""An account's root key, made by the first start, and the credentials file that names it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from vedette.clock import Clock, milliseconds
from vedette.identity.records import NewKey, insert_key, new_key, open_secret
from vedette.identity.seal import Seal, write_private
from vedette.identity.tables import accounts, keys
from vedette.store.db import Database


class RootKeys:
    """The keys of accounts' roots. Threads may share it."""

    def __init__(self, database: Database, seal: Seal, clock: Clock) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock

    def ensure(self, account: str, region: str, data: Path) -> None:
        """Create the account, its root key and the credentials file, unless they exist.

        Later calls only make sure that the file names an existing root key: a deleted last root
        key was deleted on purpose, and `vedette key create` makes another.
        """
        with self._database.write() as connection:
            now = milliseconds(self._clock())
            if connection.execute(select(accounts.c.id).where(accounts.c.id == account)).first() is None:
                connection.execute(insert(accounts).values(id=account, name=account, created_ms=now))
                insert_key(connection, new_key(account), None, self._seal, now)
        rows = self._rows(account)
        if rows and _key_in(data / "credentials.json") not in {row.id for row in rows}:
            self.write(account, region, data)

    def write(self, account: str, region: str, data: Path) -> bool:
        """Write the credentials file with the oldest root key; return whether there is one."""
        rows = self._rows(account)
        if rows:
            key = NewKey(rows[0].id, account, open_secret(self._seal, rows[0]))
            _write_credentials(data / "credentials.json", key, region)
        return bool(rows)

    def _rows(self, account: str) -> Sequence[Any]:
        root = select(keys).where(keys.c.account == account, keys.c.user.is_(None))
        with self._database.read() as connection:
            return connection.execute(root.order_by(keys.c.created_ms, keys.c.id)).all()


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
