"""The material of keys: made once, wrapped in the database, unwrapped in memory for a while, and destroyed.

Nothing outside of this room ever sees material. When a key ends its material is written over and deleted:
what was encrypted by it stays closed for ever, wherever copies of it lie.
"""

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select, update

from vedette.clock import Clock, milliseconds, system_clock
from vedette.encryption.cipher import MATERIAL
from vedette.encryption.masters import OWN_MASTER, MasterKey, UnfitMaster
from vedette.encryption.tables import key_versions, masters
from vedette.errors import Busy, Wrong
from vedette.store.db import Database

log = logging.getLogger(__name__)

# Unwrapped material stays in memory for so long after it was asked for: a master may be a network away.
CACHE_S = 300.0
CACHE_MOST = 1000
# Data keys of objects that are read again and again, of all keys together: some 2 MB.
MOST_OPENED = 4096
PROBE, PROBE_PLACE = b"vedette", "probe"


@dataclass(frozen=True, slots=True)
class PreparedVersion:
    """A version's material, wrapped, and the name of the master that did it."""

    key: str
    version: int
    wrapped: bytes
    master: str


@dataclass(frozen=True, slots=True)
class _HeldMaterial:
    """Material in memory until a moment, and the data keys that it opened: they go with it."""

    material: bytes
    until: float
    opened: dict[bytes, bytes] = field(default_factory=dict)


class Materials:
    """The material of all keys. Threads may share it."""

    def __init__(
        self,
        database: Database,
        master: MasterKey,
        clock: Clock = system_clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._master = master
        self._clock = clock
        self._ticks = ticks
        self._cache: dict[tuple[str, int], _HeldMaterial] = {}
        self._count_opened = 0

    def check(self, before: Sequence[MasterKey] = ()) -> None:
        """Refuse to begin with a master that opens nothing; material of a master before is wrapped anew.

        Raises:
            Wrong: with a sentence that says which master is missing. Nothing was written.
        """
        with self._database.write() as connection:
            self._check_probe(connection)
            for older in before:
                self._wrap_anew(connection, older)
            self._refuse_others(connection)
            if not self._has_probe(connection):
                self._put_probe(connection)

    def _check_probe(self, connection: Connection) -> None:
        query = select(masters.c.probe).where(masters.c.name == self._master.name)
        probe = connection.execute(query).scalar()
        if probe is None:
            return
        try:
            is_ours = self._master.unwrap(bytes(probe), PROBE_PLACE) == PROBE
        except UnfitMaster:
            is_ours = False
        except Busy as refusal:
            # Whoever serves models goes on serving them; what is encrypted waits.
            log.warning("%s Until it answers, nothing that is encrypted can be read.", refusal.sentence)
            return
        if not is_ours:
            raise Wrong(
                f"The master key ({self._master.name}) is not the one that wrapped the encryption keys of "
                "this database. Put the right one back; nothing was changed."
            )

    def _wrap_anew(self, connection: Connection, older: MasterKey) -> None:
        of_older = key_versions.c.master == older.name
        rows = connection.execute(select(key_versions).where(of_older)).all()
        for row in rows:
            place = _place(row.key, row.version)
            try:
                material = older.unwrap(bytes(row.wrapped), place)
            except UnfitMaster:
                raise Wrong(
                    f"The master key before ({older.name}) does not open the key {row.key}. Nothing was "
                    "changed."
                ) from None
            is_row = (key_versions.c.key == row.key) & (key_versions.c.version == row.version)
            wrapped = self._master.wrap(material, place)
            connection.execute(
                update(key_versions).where(is_row).values(wrapped=wrapped, master=self._master.name)
            )
        if older.name != self._master.name:
            connection.execute(delete(masters).where(masters.c.name == older.name))
        if rows:
            log.info("Wrapped %d versions of keys by the master key (%s).", len(rows), self._master.name)

    def _refuse_others(self, connection: Connection) -> None:
        others = select(key_versions.c.master, func.count()).group_by(key_versions.c.master)
        for name, count in connection.execute(others.where(key_versions.c.master != self._master.name)):
            raise Wrong(
                f"The material of {count} encryption keys is wrapped by the master key ({name}), and "
                f"VEDETTE_MASTER_KEY says ({self._master.name}). Put the first one back, or name it in "
                "VEDETTE_MASTER_KEY_BEFORE to have everything wrapped anew. Nothing was changed."
            )

    def _has_probe(self, connection: Connection) -> bool:
        return (
            connection.execute(select(masters).where(masters.c.name == self._master.name)).first() is not None
        )

    def _put_probe(self, connection: Connection) -> None:
        try:
            probe = self._master.wrap(PROBE, PROBE_PLACE)
        except Busy as refusal:
            log.warning("%s No key can be made until it answers.", refusal.sentence)
            return
        row = {"name": self._master.name, "probe": probe, "created_ms": milliseconds(self._clock())}
        connection.execute(insert(masters).values(row))

    def prepare(self, key: str, version: int) -> PreparedVersion:
        """Make a version's material and wrap it, before the transaction that makes the version.

        A master may be a network away, and nobody else writes within a transaction.
        """
        wrapped = self._master.wrap(os.urandom(MATERIAL), _place(key, version))
        return PreparedVersion(key, version, wrapped, self._master.name)

    def put(self, connection: Connection, prepared: PreparedVersion, *, on_demand: bool = False) -> None:
        """Write a prepared version within the transaction that makes it."""
        connection.execute(
            insert(key_versions).values(
                key=prepared.key,
                version=prepared.version,
                wrapped=prepared.wrapped,
                master=prepared.master,
                on_demand=on_demand,
                created_ms=milliseconds(self._clock()),
            )
        )

    def remembers(self, key: str, version: int) -> bool:
        """Return whether `of` would answer from memory."""
        return self._held(key, version) is not None

    def of(self, key: str, version: int) -> bytes | None:
        """Return a version's material; None where there is none (any more)."""
        entry = self._held(key, version)
        if entry is not None:
            return entry.material
        is_version = (key_versions.c.key == key) & (key_versions.c.version == version)
        with self._database.read() as connection:
            row = connection.execute(select(key_versions.c.wrapped).where(is_version)).first()
        if row is None:
            return None
        material = self._unwrap(bytes(row.wrapped), key, version)
        if len(self._cache) >= CACHE_MOST:
            self._cache.clear()
        self._cache[key, version] = _HeldMaterial(material, self._ticks() + CACHE_S)
        return material

    def opened(self, key: str, version: int, place: bytes) -> bytes | None:
        """Return a data key that this material opened a while ago; None where it is to be opened anew."""
        entry = self._held(key, version)
        return None if entry is None else entry.opened.get(place)

    def keep_opened(self, key: str, version: int, place: bytes, data_key: bytes) -> None:
        """Remember a data key, no longer than the material in memory."""
        entry = self._held(key, version)
        if entry is None:
            return
        if self._count_opened >= MOST_OPENED:
            self._count_opened = 0
            for other in [*self._cache.values()]:
                other.opened.clear()
        self._count_opened += 1
        entry.opened[place] = data_key

    def _held(self, key: str, version: int) -> "_HeldMaterial | None":
        entry = self._cache.get((key, version))
        return entry if entry is not None and entry.until >= self._ticks() else None

    def _unwrap(self, wrapped: bytes, key: str, version: int) -> bytes:
        try:
            return self._master.unwrap(wrapped, _place(key, version))
        except UnfitMaster:
            raise Busy(
                f"The material of the key {key} cannot be opened: it was changed in the database, or wrapped "
                "by another master key.",
                kind="master key",
            ) from None

    def destroy(self, connection: Connection, key: str) -> None:
        """Write over a key's material and delete it, within the transaction that ends the key."""
        of_key = key_versions.c.key == key
        for row in connection.execute(
            select(key_versions.c.version, key_versions.c.wrapped).where(of_key)
        ).all():
            # Written over first, in its place: a deleted row of SQLite stays in its page for a while.
            is_row = of_key & (key_versions.c.version == row.version)
            connection.execute(
                update(key_versions).where(is_row).values(wrapped=os.urandom(len(row.wrapped)))
            )
        connection.execute(delete(key_versions).where(of_key))
        self.forget(key)

    def forget(self, key: str) -> None:
        """Drop a key's material from memory."""
        for place in [place for place in self._cache if place[0] == key]:
            self._cache.pop(place, None)


def _place(key: str, version: int) -> str:
    return f"{key}:{version}"


def masters_elsewhere(database: Database) -> tuple[str, ...]:
    """Return the masters that wrapped keys here and lie outside of the folder: they are carried by hand."""
    names = select(key_versions.c.master).distinct().where(key_versions.c.master != OWN_MASTER)
    with database.read() as connection:
        return tuple(sorted(connection.execute(names).scalars()))
