"""By whose rights a picture is read: who put its line, then who named the picture (decisions/0236)."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from sqlalchemy import Connection

from vedette.datasets.callers import read_callers
from vedette.datasets.filling import MayRead
from vedette.identity.principal import Principal, root_of
from vedette.manifest.places import is_s3, split_s3


class NamedEntry(Protocol):
    """An entry with the numbers of its callers (`datasets/callers.py`)."""

    @property
    def seq(self) -> int:
        """Its place."""

    @property
    def line_caller(self) -> int | None:
        """Who put its line."""

    @property
    def picture_caller(self) -> int | None:
        """Who named its picture."""


Readers = Mapping[int, tuple[Principal, ...]]


def readers_of(connection: Connection, entries: Iterable[NamedEntry], account: str) -> Readers:
    """Return by whose rights each entry is read, by its place."""
    numbers = {entry.seq: (entry.line_caller, entry.picture_caller) for entry in entries}
    caller_numbers = {number for both in numbers.values() for number in both if number is not None}
    callers = read_callers(connection, caller_numbers)
    # Entries that were put before callers were kept are read as they were then.
    root = root_of(account)
    return {
        seq: tuple(root if number is None else callers[number] for number in dict.fromkeys(both))
        for seq, both in numbers.items()
    }


def is_readable(may_read: MayRead, readers: Iterable[Principal], ref: str) -> bool:
    """Say whether one of them may read an object."""
    return is_s3(ref) and any(may_read(reader, *split_s3(ref), "") for reader in readers)
