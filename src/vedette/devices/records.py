"""Every statement on the table of devices, each within its caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.devices.reports import report_of
from vedette.devices.tables import devices
from vedette.devices.values import DevicePlace, EdgeDevice, WantedModel
from vedette.runtime.device_orders import OrderedModel


def add_device(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write a new device down."""
    none_yet = {
        "token_used_ms": None,
        "secret_hash": "",
        "wishes": "[]",
        "order_number": 0,
        "order_text": "",
        "order_signature": "",
        "seen_ms": None,
        "address": "",
        "instances": "[]",
        "second_ms": None,
        "report": "{}",
    }
    connection.execute(insert(devices).values({**none_yet, **values}))


def find_device(connection: Connection, place: DevicePlace, name: str) -> EdgeDevice | None:
    """Return the device of a name."""
    column = devices.c
    same = (column.account == place.account, column.region == place.region, column.name == name)
    row = connection.execute(select(devices).where(*same)).first()
    return None if row is None else read_device(row)


def row_by_id(connection: Connection, identity: str) -> Row[Any] | None:
    """Return the row of a device by what it calls itself."""
    return connection.execute(select(devices).where(devices.c.id == identity)).first()


def list_devices(
    connection: Connection, place: DevicePlace, *, after: int, most: int
) -> tuple[list[EdgeDevice], bool]:
    """Return an account's devices in the order of their creation, and whether there are more."""
    column = devices.c
    same = (column.account == place.account, column.region == place.region, column.number > after)
    rows = connection.execute(select(devices).where(*same).order_by(column.number).limit(most + 1)).all()
    return [read_device(row) for row in rows[:most]], len(rows) > most


def count_devices(connection: Connection, account: str) -> int:
    """Return how many devices an account has."""
    query = select(func.count()).where(devices.c.account == account)
    return int(connection.execute(query).scalar_one())


def change_device(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    """Change a device."""
    connection.execute(update(devices).where(devices.c.number == number).values(dict(values)))


def drop_device(connection: Connection, number: int) -> None:
    """Remove a device."""
    connection.execute(delete(devices).where(devices.c.number == number))


def needed_archives(connection: Connection, account: str) -> set[str]:
    """Return the archives that devices of an account are to have, by their SHA-256."""
    query = select(devices.c.wishes).where(devices.c.account == account)
    return {wish.model.archive for text in connection.execute(query).scalars() for wish in _wishes(text)}


def all_wishes(connection: Connection) -> list[tuple[str, WantedModel]]:
    """Return what all devices are to have, with their accounts."""
    rows = connection.execute(select(devices.c.account, devices.c.wishes)).all()
    return [(account, wish) for account, text in rows for wish in _wishes(text)]


def wishes_of(connection: Connection, account: str) -> list[tuple[DevicePlace, str, WantedModel]]:
    """Return what each device of an account is to have, in the order of their creation."""
    query = select(devices.c.region, devices.c.name, devices.c.wishes).where(devices.c.account == account)
    rows = connection.execute(query.order_by(devices.c.number)).all()
    return [
        (DevicePlace(account, row.region), row.name, wish) for row in rows for wish in _wishes(row.wishes)
    ]


def dump_wishes(wishes: Sequence[WantedModel]) -> str:
    """Return what a device is to have as it is kept."""
    return json.dumps([asdict(wish) for wish in wishes])


def read_device(row: Row[Any]) -> EdgeDevice:
    """Return the device of a row."""
    return EdgeDevice(
        number=row.number,
        id=row.id,
        place=DevicePlace(row.account, row.region),
        name=row.name,
        description=row.description,
        token_expires_ms=row.token_expires_ms,
        is_registered=bool(row.secret_hash),
        registered_ms=row.token_used_ms,
        wishes=_wishes(row.wishes),
        order_number=row.order_number,
        created_ms=row.created_ms,
        seen_ms=row.seen_ms,
        address=row.address,
        second_ms=row.second_ms,
        report=report_of(json.loads(row.report)),
    )


def _wishes(text: str) -> tuple[WantedModel, ...]:
    return tuple(
        WantedModel(**{**fields, "model": OrderedModel(**fields["model"])}) for fields in json.loads(text)
    )
