"""What jobs on datasets are asked to do: values that stay readable from one release to the next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vedette.identity.principal import Principal, load_principal

PLACES = "places"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """Fill a new dataset from a manifest in a bucket."""

    dataset: int
    dialect: str
    bucket: str
    key: str
    version: str = ""
    account: str = ""
    # As `dump_principal` writes it; nothing in rows of releases that knew an account alone.
    caller: Mapping[str, Any] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """The caller whose rights hold."""
        return load_principal({"account": self.account, "caller": self.caller})


@dataclass(frozen=True, slots=True)
class CopyOrder:
    """Fill a new dataset from another one."""

    dataset: int
    source: int
    caller: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UpdateOrder:
    """Put the lines of the body into a dataset."""

    dataset: int
    dialect: str
    caller: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class DistributeOrder:
    """Move a fifth of every label's entries into an empty test dataset."""

    dataset: int
    test: int
    caller: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DivideOrder:
    """Move the entries at these places into a test dataset that is made for them.

    A place keeps its picture for as long as the dataset has its part, and takes four bytes: a fifth of a
    million addresses would be ten megabytes in the queue. Orders of older releases name addresses, as JSON.
    """

    dataset: int
    body: bytes = b"[]"
    caller: Mapping[str, Any] = field(default_factory=dict)
    # What the body holds: `places`, packed; or, empty, the addresses of an older release.
    form: str = ""


@dataclass(frozen=True, slots=True)
class SweepOrder:
    """Remove the rows of parts that nobody points at."""


DatasetOrder = ImportOrder | CopyOrder | UpdateOrder | DistributeOrder | DivideOrder


def pack_places(places: Iterable[int]) -> bytes:
    """Return places as an order has them."""
    return np.asarray(sorted(places), np.int32).tobytes()


def unpack_places(places: bytes) -> set[int]:
    """Return the places of an order."""
    return set(np.frombuffer(places, np.int32).tolist())
