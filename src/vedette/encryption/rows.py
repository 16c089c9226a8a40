"""Rows of the table of keys as values."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from vedette.clock import from_milliseconds
from vedette.encryption.names import missing_key
from vedette.encryption.tables import encryption_keys
from vedette.encryption.values import EncryptionKey


def read_row(connection: Connection, key: str) -> EncryptionKey:
    """Return a key by its id, as it is within a transaction."""
    row = connection.execute(select(encryption_keys).where(encryption_keys.c.id == key)).first()
    if row is None:
        raise missing_key(key)
    return as_key(row)


def as_key(row: Row[Any]) -> EncryptionKey:
    """Return the key of a row."""
    return EncryptionKey(
        number=row.number,
        id=row.id,
        account=row.account,
        region=row.region,
        service=row.service,
        description=row.description,
        state=row.state,
        stored_policy=row.policy,
        tags=json.loads(row.tags),
        version=row.version,
        rotation_days=row.rotation_days,
        created=from_milliseconds(row.created_ms),
        rotates=_moment(row.rotates_ms),
        window_days=row.window_days,
        ends=_moment(row.ends_ms),
    )


def _moment(count: int | None) -> datetime | None:
    return None if count is None else from_milliseconds(count)
