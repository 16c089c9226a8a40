"""Names of keys in an account and a region. An alias moves from key to key; who uses it follows."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.encryption.names import check_alias_name, missing_key
from vedette.encryption.tables import key_aliases
from vedette.encryption.values import EncryptionKey, KeyAlias, KeyPlace
from vedette.errors import Taken, TooMuch
from vedette.store.db import Database

# AWS's quota for one key.
MOST = 50


class KeyAliases:
    """The aliases of every account."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, place: KeyPlace, name: str, key: EncryptionKey) -> None:
        """Give a key a name."""
        check_alias_name(name)
        now = milliseconds(self._clock())
        with self._database.write() as connection:
            if _find(connection, place, name) is not None:
                raise Taken(
                    f"An alias with the name {_arn(place, name)} already exists",
                    kind="alias",
                    name=name,
                )
            _refuse_more(connection, key)
            row = {"account": place.account, "region": place.region, "name": name, "key": key.id}
            connection.execute(insert(key_aliases).values(**row, created_ms=now, updated_ms=now))

    def move(self, place: KeyPlace, name: str, key: EncryptionKey) -> None:
        """Let a name mean another key."""
        check_alias_name(name)
        values = {"key": key.id, "updated_ms": milliseconds(self._clock())}
        with self._database.write() as connection:
            _refuse_more(connection, key)
            changed = connection.execute(update(key_aliases).where(_is(place, name)).values(values))
            if not changed.rowcount:
                raise missing_key(_arn(place, name), alias=True)

    def delete(self, place: KeyPlace, name: str) -> None:
        """Take a name away; its key stays."""
        check_alias_name(name)
        with self._database.write() as connection:
            if not connection.execute(delete(key_aliases).where(_is(place, name))).rowcount:
                raise missing_key(_arn(place, name), alias=True)

    def find(self, place: KeyPlace, name: str) -> KeyAlias:
        """Return an alias."""
        with self._database.read() as connection:
            alias = _find(connection, place, name)
        if alias is None:
            raise missing_key(_arn(place, name), alias=True)
        return alias

    def list(self, place: KeyPlace, *, key: str = "") -> list[KeyAlias]:
        """Return the aliases of an account, or of one key there, by name."""
        is_here = (key_aliases.c.account == place.account) & (key_aliases.c.region == place.region)
        query = select(key_aliases).where(is_here)
        if key:
            query = query.where(key_aliases.c.key == key)
        with self._database.read() as connection:
            return [_as_alias(row) for row in connection.execute(query.order_by(key_aliases.c.name))]

    def names_of(self, key: EncryptionKey) -> tuple[str, ...]:
        """Return the names of a key in its own account."""
        return tuple(alias.name for alias in self.list(KeyPlace(key.account, key.region), key=key.id))


def _find(connection: Connection, place: KeyPlace, name: str) -> KeyAlias | None:
    row = connection.execute(select(key_aliases).where(_is(place, name))).first()
    return None if row is None else _as_alias(row)


def _refuse_more(connection: Connection, key: EncryptionKey) -> None:
    names = connection.execute(select(key_aliases.c.name).where(key_aliases.c.key == key.id)).all()
    if len(names) >= MOST:
        raise TooMuch(f"{key.arn} has {MOST} aliases, which are the most.", kind="alias")


def _is(place: KeyPlace, name: str) -> Any:
    return (
        (key_aliases.c.account == place.account)
        & (key_aliases.c.region == place.region)
        & (key_aliases.c.name == name)
    )


def _as_alias(row: Any) -> KeyAlias:
    return KeyAlias(row.name, row.key, from_milliseconds(row.created_ms), from_milliseconds(row.updated_ms))


def _arn(place: KeyPlace, name: str) -> str:
    return f"arn:aws:kms:{place.region}:{place.account}:{name}"
