"""What jobs on datasets are asked to do: values that stay readable from one release to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette.identity.principal import Principal, load_principal


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
    """Move the pictures that the body names, a JSON list, into a test dataset that is made for them."""

    dataset: int
    body: bytes = b"[]"
    caller: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SweepOrder:
    """Remove the rows of parts that nobody points at."""


DatasetOrder = ImportOrder | CopyOrder | UpdateOrder | DistributeOrder | DivideOrder
