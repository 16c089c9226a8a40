"""The room's front for devices: each shows its secret, and sees its own order and packages alone.

A wrong secret, a device that was deleted and one that never was are told alike.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from vedette.clock import Clock, milliseconds
from vedette.devices import records
from vedette.devices.packages import DevicePackages, KeptPackage
from vedette.devices.reports import dump_report, read_report
from vedette.errors import Denied, Missing, Taken, Wrong
from vedette.runtime.device_orders import DEVICE_ID, SECRET, SHA256
from vedette.store.db import Database

STRANGER = "No device of this server has this secret: give the device a new token."
# Runs of an agent that are remembered, to notice one that comes back after another has taken its place.
MOST_INSTANCES = 20


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """An order as a device gets it."""

    text: str
    signature: str


class DeviceCalls:
    """What devices ask. Threads may share it."""

    def __init__(self, database: Database, packages: DevicePackages, clock: Clock) -> None:
        self._database = database
        self._packages = packages
        self._clock = clock

    def register(self, bearer: str, secret_hash: str, address: str) -> None:
        """Exchange a token for the secret that a device made; the same once more changes nothing."""
        if not SHA256.fullmatch(secret_hash):
            raise Wrong("The hash of the device's secret is missing.", kind="token")
        now_ms = milliseconds(self._clock())
        with self._database.write() as connection:
            row = self._row(connection, bearer, "token_hash")
            if row.token_used_ms is not None:
                if hmac.compare_digest(row.secret_hash, secret_hash):
                    return
                raise Taken(
                    "This token was used already, by another device; ask for a new one.", kind="token"
                )
            if now_ms > row.token_expires_ms:
                raise Denied("This token has expired; ask for a new one.", kind="token")
            values: dict[str, Any] = {
                "secret_hash": secret_hash,
                "token_used_ms": now_ms,
                "address": address,
                "instances": "[]",
                "second_ms": None,
            }
            records.change_device(connection, row.number, values)

    def announce(self, bearer: str, body: bytes, address: str) -> SignedOrder | None:
        """Keep what a device says of itself; return its order, if it has one."""
        report = read_report(body)
        with self._database.write() as connection:
            row = self._row(connection, bearer, "secret_hash")
            now_ms = milliseconds(self._clock())
            instances, is_second = _after(json.loads(row.instances), report.instance)
            values: dict[str, Any] = {
                "seen_ms": now_ms,
                "address": address[:200],
                "report": dump_report(report),
                "instances": json.dumps(instances),
            }
            if is_second:
                values["second_ms"] = now_ms
            records.change_device(connection, row.number, values)
        return SignedOrder(row.order_text, row.order_signature) if row.order_text else None

    def archive(self, bearer: str, archive: str) -> KeptPackage:
        """Return a package that a device is to have."""
        with self._database.read() as connection:
            device = records.read_device(self._row(connection, bearer, "secret_hash"))
        if archive not in {wish.model.archive for wish in device.wishes}:
            raise Missing(f"There is no package {archive[:64]} for this device.", kind="package")
        return self._packages.find(device.place.account, archive)

    @staticmethod
    def _row(connection: Connection, bearer: str, column: str) -> Row[Any]:
        identity, _, secret = bearer.partition(".")
        if not (DEVICE_ID.fullmatch(identity) and SECRET.fullmatch(secret)):
            raise Denied(STRANGER, kind="device")
        row = records.row_by_id(connection, identity)
        expected = "" if row is None else getattr(row, column)
        if row is None or not hmac.compare_digest(expected, hash_of(secret)):
            raise Denied(STRANGER, kind="device")
        return row


def hash_of(secret: str) -> str:
    """Return what is kept of a secret of 256 bits."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def _after(instances: list[str], instance: str) -> tuple[list[str], bool]:
    """Return the runs of an agent after a report of one, and whether two machines ask by turns.

    A run that was followed by another has ended, on one machine: where it asks again, there are two.
    """
    if not instance or instances[-1:] == [instance]:
        return instances, False
    is_second = instance in instances
    rest = [other for other in instances if other != instance]
    return [*rest, instance][-MOST_INSTANCES:], is_second
