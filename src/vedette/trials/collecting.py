"""Collections: pictures that were answered elsewhere, listed and verified as a trial's are.

The production samples of a version are one. A picture's place is reserved before its object is written and
answered after it; what is reserved and not answered was cut off by a crash.
"""

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds
from vedette.datasets.datasets import Datasets
from vedette.errors import Missing
from vedette.identity.principal import Principal, dump_principal
from vedette.projects.version import Version
from vedette.store.blobs.port import Blobs, StoredObject
from vedette.store.db import Database
from vedette.trials import records
from vedette.trials.values import ChosenPicture, Trial, TrialPicture, TrialView

_MANY = 100_000


@dataclass(frozen=True, slots=True)
class TrialCollections:
    """The collections of an installation."""

    database: Database
    datasets: Datasets
    blobs: Blobs
    clock: Clock
    # Held while pictures are verified, added to datasets or removed.
    lock: threading.Lock

    def make(self, connection: Connection, version: Version, address: str, caller: Principal) -> str:
        """Make a version's collection, and return its id."""
        now = milliseconds(self.clock())
        trial = Trial(
            id=secrets.token_hex(16),
            project=version.project.id,
            kind="production",
            name=version.name,
            version=version.id,
            version_name=version.name,
            address=address,
            status="done",
            message="",
            caller=dump_principal(caller),
            created_ms=now,
            changed_ms=now,
        )
        records.add(connection, trial)
        return trial.id

    def reserve(self, connection: Connection, trial: str, address: str) -> int:
        """Write down that a picture is about to be stored; return its number."""
        number = records.next_number(connection, trial)
        records.add_pictures(connection, trial, [ChosenPicture(address, "")], first=number)
        return number

    def answer(self, trial: str, number: int, values: Mapping[str, Any]) -> None:
        """Write down what was answered, now that the picture is stored."""
        with self.database.write() as connection:
            records.change_picture(connection, trial, number, {**values, "state": "answered"})

    def forget(self, trial: str, number: int) -> None:
        """Remove a picture's record."""
        with self.database.write() as connection:
            records.drop_picture(connection, trial, number)

    def pictures(self, trial: str, numbers: Sequence[int]) -> list[TrialPicture]:
        """Return pictures by their numbers."""
        with self.database.read() as connection:
            return list(records.pictures_at(connection, trial, numbers).values())

    def unfinished(self, trial: str) -> list[TrialPicture]:
        """Return pictures whose storing was cut off."""
        with self.database.read() as connection:
            pictures, _ = records.list_pictures(connection, trial, TrialView(state="waiting", most=_MANY))
            return pictures

    def least_doubtful(
        self, connection: Connection, trial: str, numbers: Sequence[int]
    ) -> TrialPicture | None:
        """Return the least doubtful of these pictures that nobody has verified."""
        pictures = records.pictures_at(connection, trial, numbers).values()
        free = [picture for picture in pictures if picture.state == "answered" and picture.verdict == "none"]
        return min(free, key=lambda picture: (picture.doubt, picture.number), default=None)

    def is_in_a_dataset(self, address: str) -> bool:
        """Say whether any dataset has a picture, by whichever way it came there."""
        return self.datasets.contents.is_in_any(address)

    def find_object(self, bucket: str, key: str) -> StoredObject | None:
        """Return what an object is now; nothing where there is none."""
        try:
            return self.blobs.find(bucket, key)
        except Missing:
            return None
