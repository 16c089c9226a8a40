"""What a server and its devices exchange: the token that begins it, and orders, which are signed.

A token names the device, a secret that works once, and the server's public key: the person who carries it to
the device vouches for the key, so that nobody on the way can be taken for the server, TLS or no TLS.

An order says which models a device is to have, each by the SHA-256 of its manifest and of its archive. It has
a number that only grows; a device obeys no order that is older than one that it obeyed, so that an old model
comes back only when the server says so anew. It holds no time: clocks of devices are wrong.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vedette.errors import Wrong
from vedette.runtime.components import MOST_COMPONENT_BYTES, refuse_names
from vedette.runtime.signatures import PublicKey, read_key

FORMAT, KIND = 1, "vedette device order"
MOST_ORDER_BYTES = 64 << 10
MOST_MODELS = 20
MOST_NUMBER = 1 << 62
SHA256 = re.compile(r"[0-9a-f]{64}")
DEVICE_ID = re.compile(r"[a-z2-7]{26}")
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
TOKEN_PARTS = 3


@dataclass(frozen=True, slots=True)
class DeviceToken:
    """What somebody carries from the server to a device, once."""

    device: str
    secret: str
    key: PublicKey

    def __str__(self) -> str:
        """The token as it is typed."""
        return f"{self.device}.{self.secret}.{self.key}"


@dataclass(frozen=True, slots=True)
class OrderedModel:
    """A model that a device is to have: its component, by what it is called and by its bytes."""

    name: str
    version: str
    digest: str
    archive: str
    size: int


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    """Which models a device is to have. The higher of two numbers is the newer order."""

    device: str
    number: int
    models: tuple[OrderedModel, ...]


def read_token(text: str) -> DeviceToken:
    """Return a token from its text; refuse what is none."""
    parts = text.strip().split(".")
    is_whole = len(parts) == TOKEN_PARTS and DEVICE_ID.fullmatch(parts[0]) and SECRET.fullmatch(parts[1])
    if not is_whole:
        raise Wrong("This is no token of a device: it has three parts with a dot between.", kind="token")
    return DeviceToken(parts[0], parts[1], read_key(parts[2]))


def write_order(order: DeviceOrder) -> bytes:
    """Return an order as it is signed and sent."""
    document = {"format": FORMAT, "kind": KIND, **asdict(order)}
    return json.dumps(document, ensure_ascii=True, sort_keys=True).encode("ascii")


def read_order(text: bytes) -> DeviceOrder:
    """Return an order whose signature was verified; refuse one that is damaged, or of a later release."""
    try:
        order = _order(text)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Wrong(f"The server's order cannot be read: {error}.", kind="order") from None
    if len({model.name for model in order.models}) != len(order.models):
        raise Wrong("The server's order names a model twice.", kind="order")
    return order


def _order(text: bytes) -> DeviceOrder:
    if len(text) > MOST_ORDER_BYTES:
        raise ValueError("it is too long")
    document = json.loads(text)
    if document["kind"] != KIND:
        raise ValueError("it is of another kind")
    if document["format"] != FORMAT:
        raise ValueError("it is of a later Vedette: upgrade this one")
    rows, number = document["models"], document["number"]
    if type(number) is not int or not 0 < number < MOST_NUMBER:
        raise ValueError("it has no number")
    if len(rows) > MOST_MODELS:
        raise ValueError(f"it has more than {MOST_MODELS} models")
    return DeviceOrder(str(document["device"]), number, tuple(_model(row) for row in rows))


def _model(row: Mapping[str, Any]) -> OrderedModel:
    model = OrderedModel(row["name"], row["version"], row["digest"], row["archive"], row["size"])
    refuse_names(model.name, model.version)
    if not (SHA256.fullmatch(model.digest) and SHA256.fullmatch(model.archive)):
        raise ValueError(f"{model.name} has no checksum")
    if type(model.size) is not int or not 0 < model.size <= MOST_COMPONENT_BYTES:
        raise ValueError(f"{model.name} is larger than a component may be")
    return model
