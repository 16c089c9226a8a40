"""Pictures of entries lent to another process: linked into a folder of ours, a batch at a time.

A link costs nothing; where there is nothing to link to, the object is copied and goes with the batch. A
picture is read by the rights of who named it, and only from the dataset's own bucket.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vedette.datasets.dataset import Dataset
from vedette.datasets.sampling import SampledEntry
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal
from vedette.manifest.lines import read_line
from vedette.manifest.places import split_s3
from vedette.pictures.readers import is_readable, readers_of
from vedette.store.blobs.bring import bring_object
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database


@dataclass(frozen=True, slots=True)
class PictureLender:
    """Lends pictures of entries."""

    database: Database
    blobs: Blobs
    access: ObjectAccess

    @contextmanager
    def lend(
        self, folder: Path, account: str, dataset: Dataset, entries: Sequence[SampledEntry]
    ) -> Iterator[Mapping[int, Path]]:
        """Yield the files of these entries by their places, without those that cannot be read."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            with self.database.read() as connection:
                readers = readers_of(connection, entries, account)
            files: dict[int, Path] = {}
            for entry in entries:
                ref = read_line(entry.line).source
                if is_readable(self._may_read, readers[entry.seq], ref):
                    bucket, key = split_s3(ref)
                    file = folder / str(entry.seq)
                    if bucket == dataset.bucket and bring_object(self.blobs, bucket, key, file):
                        files[entry.seq] = file
            yield files
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _may_read(self, reader: Principal, bucket: str, key: str, version: str) -> bool:
        return self.access.may_read(reader, bucket, key, version)
