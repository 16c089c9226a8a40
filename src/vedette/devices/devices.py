"""The room's front for people: devices registered, listed, told what to have, removed."""

import base64
import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import BinaryIO

from sqlalchemy import Connection

from vedette.arn import Arn
from vedette.clock import Clock, milliseconds
from vedette.devices import records
from vedette.devices.calls import DeviceCalls, hash_of
from vedette.devices.packages import DevicePackages, TakenPackage
from vedette.devices.values import (
    KIND,
    SERVICE,
    DeviceChange,
    DevicePlace,
    EdgeDevice,
    NewDevice,
    SealedPackage,
    WantedModel,
)
from vedette.errors import Missing, Refusal, Taken, TooMuch, Wrong
from vedette.identity.signing_keys import SigningKeys
from vedette.projects.tags import Tags, drop_tags, put_tags
from vedette.runtime.device_orders import (
    MOST_MODELS,
    DeviceOrder,
    DeviceToken,
    OrderedModel,
    write_order,
)
from vedette.runtime.signatures import PublicKey, encode
from vedette.store.blobs.sealed_copies import SealedOrigin
from vedette.store.db import Database
from vedette.store.disk import disk_refusal

log = logging.getLogger(__name__)

# A person carries a token to the device within days; one that was forgotten somewhere ends by itself.
TOKEN_MS = 7 * 24 * 3600 * 1000
ID_BYTES, SECRET_BYTES = 16, 32
# Every device reports twice a minute; a thousand are 33 small writes a second.
MOST_DEVICES = 1000
# Returns the sealed object that a package of a device was taken of; None where that lies in clear.
FindOrigin = Callable[[WantedModel], SealedOrigin | None]


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Where a package for a device is read from: an archive that a packaging job wrote, or one at an address.

    Without a `key` the account's own has to have signed it.
    """

    project_arn: str
    job: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    address: str = ""
    key: PublicKey | None = None


@dataclass(frozen=True, slots=True)
class DeviceTools:
    """What the room needs."""

    database: Database
    tags: Tags
    keys: SigningKeys
    packages: DevicePackages
    clock: Clock

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())


class Devices:
    """The devices of the installation. Threads may share it."""

    def __init__(self, tools: DeviceTools) -> None:
        self._tools = tools
        self.calls = DeviceCalls(tools.database, tools.packages, tools.clock)
        self._database = tools.database
        # What is taken is not swept before a device is told to have it.
        self._ordering = tools.packages.turn
        tools.tags.register(SERVICE, KIND, _exists)

    def start(self, find_origin: FindOrigin) -> None:
        """Clear what a stop left, and seal what an earlier release left in clear, in the background."""
        threading.Thread(target=self.seal_clear, args=(find_origin,), name="packages", daemon=True).start()

    def seal_clear(self, find_origin: FindOrigin) -> None:
        """Seal the copies in clear of what lies sealed in its bucket; one that cannot be stays as it is."""
        with self._ordering():
            self._tools.packages.clear_up()
        with self._database.read() as connection:
            wishes = records.all_wishes(connection)
        # A thousand devices may have the same package, which may be large.
        for account, wish in dict.fromkeys(wishes):
            with self._ordering():
                self._seal_one(account, wish, find_origin)

    def now_ms(self) -> int:
        """Return this moment, by which a device is online or not."""
        return self._tools.now_ms()

    def create(self, place: DevicePlace, wish: NewDevice) -> tuple[EdgeDevice, str]:
        """Register a device; return it and the token that its agent begins with, which is shown once."""
        token = self._new_token(place.account, _new_id())
        with self._database.write() as connection:
            if records.find_device(connection, place, wish.name) is not None:
                raise Taken(f"There is a device {wish.name} already.", kind="device", name=wish.name)
            if records.count_devices(connection, place.account) >= MOST_DEVICES:
                raise TooMuch(
                    f"An account has {MOST_DEVICES} devices at most.", kind="device", name=wish.name
                )
            values = {
                "id": token.device,
                "account": place.account,
                "region": place.region,
                "name": wish.name,
                "description": wish.description,
                "created_ms": self._tools.now_ms(),
                **self._about_token(token),
            }
            records.add_device(connection, values)
            put_tags(connection, str(place.arn(wish.name)), wish.tags)
            return self._require(connection, place, wish.name), str(token)

    def renew_token(self, place: DevicePlace, name: str) -> tuple[EdgeDevice, str]:
        """Return a new token for a device; who comes with it takes the place of the agent before."""
        with self._database.write() as connection:
            device = self._require(connection, place, name)
            token = self._new_token(place.account, device.id)
            values = {**self._about_token(token), "token_used_ms": None}
            records.change_device(connection, device.number, values)
            return self._require(connection, place, name), str(token)

    def list(self, place: DevicePlace, *, after: int, most: int) -> tuple[list[EdgeDevice], bool]:
        """Return an account's devices in the order of their creation, and whether there are more."""
        with self._database.read() as connection:
            return records.list_devices(connection, place, after=after, most=most)

    def describe(self, place: DevicePlace, name: str) -> EdgeDevice:
        """Return one device."""
        with self._database.read() as connection:
            return self._require(connection, place, name)

    def tags_of(self, device: EdgeDevice) -> Mapping[str, str]:
        """Return a device's tags."""
        return self._tools.tags.peek(str(device.arn))

    def update(
        self, place: DevicePlace, name: str, change: DeviceChange, streams: Sequence[PackageSource] | None
    ) -> EdgeDevice:
        """Change a device; `streams` are the packages that it is to have from now on, None for no change."""
        with self._ordering():
            device = self.describe(place, name)
            wishes = None if streams is None else self._take(place.account, streams)
            with self._database.write() as connection:
                device = self._require(connection, place, name)
                records.change_device(connection, device.number, self._changes(device, change, wishes))
                if change.tags is not None:
                    drop_tags(connection, str(device.arn))
                    put_tags(connection, str(device.arn), change.tags)
                device = self._require(connection, place, name)
            self._sweep(place.account)
        return device

    def delete(self, place: DevicePlace, name: str) -> None:
        """Remove a device: its agent runs on, and is a stranger from now on."""
        with self._ordering():
            with self._database.write() as connection:
                device = self._require(connection, place, name)
                records.drop_device(connection, device.number)
                drop_tags(connection, str(device.arn))
            self._sweep(place.account)

    def origin_of(self, device: EdgeDevice, wish: WantedModel) -> SealedOrigin | None:
        """Return the sealed object that a device's package was taken of, whose key opens it."""
        return self._tools.packages.origin(device.place.account, wish.model.archive)

    def sealed_packages(self, account: str) -> Sequence[SealedPackage]:
        """Return the packages of an account's devices that lie sealed, and which devices are to have each."""
        with self._database.read() as connection:
            wishes = records.wishes_of(connection, account)
        arns: dict[OrderedModel, list[Arn]] = {}
        for place, name, wish in wishes:
            arns.setdefault(wish.model, []).append(place.arn(name))
        origins = {model: self._tools.packages.origin(account, model.archive) for model in arns}
        return [SealedPackage(model, origin, arns[model]) for model, origin in origins.items() if origin]

    def public_key(self, account: str) -> PublicKey:
        """Return the key that an account's packages and orders are signed with."""
        return self._tools.keys.public_key(account)

    # Inside

    def _seal_one(self, account: str, wish: WantedModel, find_origin: FindOrigin) -> None:
        packages, archive = self._tools.packages, wish.model.archive
        if not packages.is_clear(account, archive):
            return
        try:
            origin = find_origin(wish)
            if origin is not None:
                packages.seal(account, archive, origin)
        except (Refusal, OSError) as error:
            refusal = error if isinstance(error, Refusal) else disk_refusal(error)
            log.warning(
                "The devices' copy of %s %s may lie in clear; the next start looks at it again: %s",
                wish.model.name,
                wish.model.version,
                error if refusal is None else refusal.sentence,
            )

    def _take(self, account: str, sources: Sequence[PackageSource]) -> tuple[WantedModel, ...]:
        if len(sources) > MOST_MODELS:
            raise Wrong(f"A device has {MOST_MODELS} models at most.", kind="device")
        own_key = self._tools.keys.public_key(account)
        wishes = []
        for source in sources:
            with source.open() as stream:
                package: TakenPackage = self._tools.packages.take(account, stream, source.key or own_key)
            wish = WantedModel(package.model, source.project_arn, source.job, package.model_arn)
            if source.key is not None:
                wish = replace(wish, address=source.address, key=str(source.key))
            wishes.append(wish)
        names = [model.model.name for model in wishes]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise Wrong(f"Two of the packages are of the model {twice}: choose one.", kind="device")
        return tuple(wishes)

    def _changes(
        self, device: EdgeDevice, change: DeviceChange, wishes: tuple[WantedModel, ...] | None
    ) -> dict[str, object]:
        values: dict[str, object] = {}
        if change.description is not None:
            values["description"] = change.description
        if wishes is not None:
            # By the clock, so that after a restore from a backup new orders are newer than all before.
            number = max(device.order_number + 1, self._tools.now_ms())
            order = write_order(DeviceOrder(device.id, number, tuple(model.model for model in wishes)))
            signature = self._tools.keys.sign(device.place.account, "order", order)
            values |= {
                "wishes": records.dump_wishes(wishes),
                "order_number": number,
                "order_text": order.decode("ascii"),
                "order_signature": encode(signature),
            }
        return values or {"description": device.description}

    def _sweep(self, account: str) -> None:
        with self._database.read() as connection:
            archives = records.needed_archives(connection, account)
        self._tools.packages.sweep(account, archives)

    def _new_token(self, account: str, device: str) -> DeviceToken:
        return DeviceToken(device, secrets.token_urlsafe(SECRET_BYTES), self._tools.keys.public_key(account))

    def _about_token(self, token: DeviceToken) -> dict[str, object]:
        return {
            "token_hash": hash_of(token.secret),
            "token_expires_ms": self._tools.now_ms() + TOKEN_MS,
        }

    @staticmethod
    def _require(connection: Connection, place: DevicePlace, name: str) -> EdgeDevice:
        device = records.find_device(connection, place, name)
        if device is None:
            raise Missing(f"There is no device {name}.", kind="device", name=name)
        return device


def _exists(connection: Connection, arn: Arn) -> bool:
    place = DevicePlace(arn.account, arn.region)
    return records.find_device(connection, place, arn.resource.partition("/")[2]) is not None


def _new_id() -> str:
    return base64.b32encode(secrets.token_bytes(ID_BYTES)).decode("ascii").rstrip("=").lower()
