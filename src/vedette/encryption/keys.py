"""Keys of accounts: made, found by whatever name, switched on and off, rotated, and ended.

States: enabled ⇄ disabled; both → ending → (its window over) gone, or back to disabled. A key of a service is
made when it is first needed, and nobody ends it.
"""

import builtins
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vedette.access.pins import Resolve, pin, resolve_nobody, unpin
from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.encryption.material import Materials, PreparedVersion
from vedette.encryption.names import ALIAS, key_id_of, missing_key, random_id, read_alias_arn
from vedette.encryption.policies import read_policy, service_policy, usual_policy
from vedette.encryption.rows import as_key, read_row
from vedette.encryption.tables import encryption_keys, key_aliases, key_versions
from vedette.encryption.values import EncryptionKey, KeyPlace, KeyVersion
from vedette.errors import Busy, Wrong
from vedette.store.db import Database

# A change by another server is seen after so long at most, as with access keys (decision 0033).
CACHE_S = 0.9
CACHE_MOST = 10_000
OWN_DESCRIPTION = "Default key that protects what {} keeps, where no other key is named"
LEAST_WINDOW, MOST_WINDOW = 7, 30
ROTATION_DAYS = 365
# Services that keep a key of their own for each account.
SERVICES = ("s3", "rekognition", "lookoutvision")
# AWS's bound on rotations that somebody asks for.
MOST_ON_DEMAND = 25


@dataclass(frozen=True, slots=True)
class NewEncryptionKey:
    """What a key is made with."""

    description: str = ""
    policy: str = ""
    tags: Mapping[str, str] | None = None
    resolve: Resolve = resolve_nobody
    service: str = ""


class EncryptionKeys:
    """The keys of every account. Threads may share it."""

    def __init__(
        self,
        database: Database,
        materials: Materials,
        clock: Clock = system_clock,
        ticks: Callable[[], float] = time.monotonic,
        new_id: Callable[[], str] = random_id,
    ) -> None:
        self.new_id = new_id
        self._database = database
        self._materials = materials
        self._clock = clock
        self._ticks = ticks
        self._cache: dict[str, tuple[EncryptionKey, float]] = {}
        self._changes = 0
        self._own: dict[tuple[str, str, str], str] = {}

    def create(self, place: KeyPlace, new: NewEncryptionKey) -> EncryptionKey:
        """Make a key, with the first version of its material."""
        document = new.policy or usual_policy(place.account)
        pinned = pin(document, read_policy(document), new.resolve)
        prepared = self._materials.prepare(self.new_id(), 1)
        with self._database.write() as connection:
            return self._create(connection, place, new, pinned, prepared)

    def _create(
        self,
        connection: Connection,
        place: KeyPlace,
        new: NewEncryptionKey,
        policy: str,
        prepared: PreparedVersion,
    ) -> EncryptionKey:
        now = milliseconds(self._clock())
        values = {
            "id": prepared.key,
            "account": place.account,
            "region": place.region,
            "service": new.service,
            "description": new.description,
            "state": "enabled",
            "policy": policy,
            "tags": json.dumps(dict(new.tags or {})),
            "version": 1,
            # A service's key rotates every year, as AWS's do.
            "rotation_days": ROTATION_DAYS if new.service else 0,
            "rotates_ms": now + _days(ROTATION_DAYS) if new.service else None,
            "created_ms": now,
        }
        connection.execute(insert(encryption_keys).values(values))
        self._materials.put(connection, prepared)
        return read_row(connection, prepared.key)

    def of_service(self, place: KeyPlace, service: str) -> EncryptionKey:
        """Return the key that a service keeps for an account, made when first asked for."""
        own_id = self._own.get((place.account, place.region, service))
        if own_id is None:
            own_id = self._own[place.account, place.region, service] = self._find_own(place, service)
        return self.by_id(own_id)

    def _find_own(self, place: KeyPlace, service: str) -> str:
        is_own = (
            (encryption_keys.c.account == place.account)
            & (encryption_keys.c.region == place.region)
            & (encryption_keys.c.service == service)
        )
        query = select(encryption_keys.c.id).where(is_own).order_by(encryption_keys.c.number)
        with self._database.read() as connection:
            key = connection.execute(query).scalar()
        if key is None:
            prepared = self._materials.prepare(self.new_id(), 1)
            with self._database.write() as connection:
                # Another request may have made it meanwhile; one writes at a time.
                key = connection.execute(query).scalar()
                if key is None:
                    new = NewEncryptionKey(OWN_DESCRIPTION.format(service), service=service)
                    policy = service_policy(place, service)
                    key = self._create(connection, place, new, policy, prepared).id
                    _put_own_alias(connection, place, service, key, milliseconds(self._clock()))
        return str(key)

    def remembers(self, key: str) -> bool:
        """Return whether `by_id` would answer from memory."""
        entry = self._cache.get(key)
        return entry is not None and entry[1] >= self._ticks()

    def by_id(self, key: str) -> EncryptionKey:
        """Return a key by its id."""
        entry = self._cache.get(key)
        if entry is None or entry[1] < self._ticks():
            changes = self._changes
            with self._database.read() as connection:
                entry = (read_row(connection, key), self._ticks() + CACHE_S)
            if len(self._cache) >= CACHE_MOST:
                self._cache.clear()
            # What was read before somebody else's change must not be kept after it.
            if changes == self._changes:
                self._cache[key] = entry
        current = entry[0]
        if current.ends is not None and current.ends <= self._clock():
            # Its window is over; that its material still lies there for a minute helps nobody.
            raise missing_key(str(current.arn))
        return current

    def _forget(self, key: EncryptionKey) -> None:
        """Have a key read anew that was changed, by this thread and by those that are reading it now."""
        self._changes += 1
        self._cache.pop(key.id, None)

    def find(self, place: KeyPlace, text: str) -> EncryptionKey:
        """Return the key that an id, an ARN, an alias or an alias's ARN names, seen from an account."""
        alias = read_alias_arn(text, place)
        if alias is not None:
            return replace(self.by_id(self._aliased(*alias, text)), asked_as=alias[1])
        key_id = key_id_of(text, place.region)
        key = self.by_id(key_id)
        is_elsewhere = key.region != place.region or (text == key_id and key.account != place.account)
        if is_elsewhere or (text != key_id and text != str(key.arn)):
            raise missing_key(text)
        return key

    def _aliased(self, place: KeyPlace, name: str, text: str) -> str:
        if name.startswith(f"{ALIAS}aws/"):
            service = name.removeprefix(f"{ALIAS}aws/")
            if service in SERVICES:
                return self.of_service(place, service).id
        is_alias = (
            (key_aliases.c.account == place.account)
            & (key_aliases.c.region == place.region)
            & (key_aliases.c.name == name)
        )
        with self._database.read() as connection:
            key = connection.execute(select(key_aliases.c.key).where(is_alias)).scalar()
        if key is None:
            raise missing_key(text, alias=True)
        return str(key)

    def list(self, place: KeyPlace, *, after: int, most: int) -> tuple[list[EncryptionKey], bool]:
        """Return a page of an account's keys, the oldest first, and whether there are more."""
        is_here = (encryption_keys.c.account == place.account) & (encryption_keys.c.region == place.region)
        query = select(encryption_keys).where(is_here, encryption_keys.c.number > after)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(encryption_keys.c.number).limit(most + 1)).all()
        return [as_key(row) for row in rows[:most]], len(rows) > most

    def switch(self, key: EncryptionKey, *, on: bool) -> None:
        """Enable or disable a key."""
        self._change(key, lambda now: {"state": "enabled" if on else "disabled"}, at_end=False)

    def describe(self, key: EncryptionKey, description: str) -> None:
        """Change a key's description."""
        self._change(key, lambda now: {"description": description}, at_end=False)

    def put_policy(self, key: EncryptionKey, document: str, resolve: Resolve) -> None:
        """Replace a key's policy; its author must not have locked everybody out, which the caller checks."""
        pinned = pin(document, read_policy(document), resolve)
        self._change(key, lambda now: {"policy": pinned}, at_end=True)

    def put_tags(self, key: EncryptionKey, tags: Mapping[str, str]) -> None:
        """Replace a key's tags."""
        self._change(key, lambda now: {"tags": json.dumps(dict(tags))}, at_end=False)

    def schedule_end(self, key: EncryptionKey, days: int) -> EncryptionKey:
        """Let a key end when its window is over; nothing can be done with it from now on."""
        if not LEAST_WINDOW <= days <= MOST_WINDOW:
            raise Wrong(f"PendingWindowInDays is between {LEAST_WINDOW} and {MOST_WINDOW}.", kind="window")
        ends = milliseconds(self._clock() + timedelta(days=days))
        return self._change(
            key, lambda now: {"state": "ending", "window_days": days, "ends_ms": ends}, at_end=False
        )

    def cancel_end(self, key: EncryptionKey) -> EncryptionKey:
        """Keep a key whose window is not over; it is disabled then."""
        if key.state != "ending":
            raise Busy(f"{key.arn} is not pending deletion.", kind="key state")
        return self._change(
            key, lambda now: {"state": "disabled", "window_days": None, "ends_ms": None}, at_end=True
        )

    def set_rotation(self, key: EncryptionKey, days: int) -> None:
        """Rotate a key by itself every so many days; 0 never."""

        def values(now: datetime) -> dict[str, Any]:
            if days and days == key.rotation_days:
                return {}
            return {
                "rotation_days": days,
                "rotates_ms": milliseconds(now + timedelta(days=days)) if days else None,
            }

        self._change(key, values, at_end=False)

    def rotate(self, key: EncryptionKey, *, on_demand: bool) -> EncryptionKey:
        """Make the next version of a key's material; what older ones encrypted stays readable."""
        prepared = self._materials.prepare(key.id, self.by_id(key.id).version + 1)
        with self._database.write() as connection:
            now = read_row(connection, key.id)
            _refuse_ending(now)
            if prepared.version != now.version + 1:
                raise Busy(f"{key.arn} is being rotated by somebody else.", kind="rotation")
            if on_demand and _count_on_demand(connection, key.id) >= MOST_ON_DEMAND:
                raise Wrong(
                    f"{key.arn} was rotated on demand {MOST_ON_DEMAND} times, the most.", kind="limit"
                )
            self._materials.put(connection, prepared, on_demand=on_demand)
            values: dict[str, Any] = {"version": now.version + 1}
            if not on_demand and now.rotation_days:
                values["rotates_ms"] = milliseconds(self._clock()) + _days(now.rotation_days)
            connection.execute(update(encryption_keys).where(encryption_keys.c.id == key.id).values(values))
        self._forget(key)
        return self.by_id(key.id)

    def versions(self, key: EncryptionKey) -> builtins.list[KeyVersion]:
        """Return the versions of a key's material, the oldest first."""
        query = select(key_versions.c.version, key_versions.c.created_ms, key_versions.c.on_demand)
        query = query.where(key_versions.c.key == key.id).order_by(key_versions.c.version)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [KeyVersion(row.version, from_milliseconds(row.created_ms), row.on_demand) for row in rows]

    def rotate_due(self) -> int:
        """Rotate the keys whose time has come; return how many."""
        is_due = encryption_keys.c.rotates_ms <= milliseconds(self._clock())
        is_used = encryption_keys.c.state == "enabled"
        with self._database.read() as connection:
            due = connection.execute(select(encryption_keys).where(is_due, is_used)).all()
        for row in due:
            self.rotate(as_key(row), on_demand=False)
        return len(due)

    def end_due(self) -> builtins.list[EncryptionKey]:
        """Destroy the keys whose window is over, with their material, aliases and grants."""
        is_due = (encryption_keys.c.state == "ending") & (
            encryption_keys.c.ends_ms <= milliseconds(self._clock())
        )
        with self._database.read() as connection:
            if connection.execute(select(encryption_keys.c.id).where(is_due)).first() is None:
                return []
        with self._database.write() as connection:
            due = [as_key(row) for row in connection.execute(select(encryption_keys).where(is_due)).all()]
            for key in due:
                self._materials.destroy(connection, key.id)
                connection.execute(delete(encryption_keys).where(encryption_keys.c.id == key.id))
        for key in due:
            self._forget(key)
        return due

    def _change(
        self, key: EncryptionKey, values_at: Callable[[datetime], dict[str, Any]], *, at_end: bool
    ) -> EncryptionKey:
        with self._database.write() as connection:
            now = read_row(connection, key.id)
            if not at_end:
                _refuse_ending(now)
            values = values_at(self._clock())
            if values:
                connection.execute(
                    update(encryption_keys).where(encryption_keys.c.id == key.id).values(values)
                )
        self._forget(key)
        return self.by_id(key.id)


def document_of(key: EncryptionKey) -> str:
    """Return a key's policy as it was put."""
    return unpin(key.stored_policy)[0]


def require_enabled(key: EncryptionKey) -> None:
    """Refuse to use a key that is not enabled."""
    _refuse_ending(key)
    if key.state != "enabled":
        raise Busy(f"{key.arn} is disabled.", kind="disabled key", name=str(key.arn))


def _refuse_ending(key: EncryptionKey) -> None:
    if key.state == "ending":
        raise Busy(f"{key.arn} is pending deletion.", kind="key state", name=str(key.arn))


def _count_on_demand(connection: Connection, key: str) -> int:
    query = select(key_versions.c.version).where(key_versions.c.key == key, key_versions.c.on_demand)
    return len(connection.execute(query).all())


def _put_own_alias(connection: Connection, place: KeyPlace, service: str, key: str, now: int) -> None:
    row = {"account": place.account, "region": place.region, "name": f"{ALIAS}aws/{service}", "key": key}
    connection.execute(insert(key_aliases).values(**row, created_ms=now, updated_ms=now))


def _days(count: int) -> int:
    return count * 24 * 60 * 60 * 1000
