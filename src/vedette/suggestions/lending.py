"""Pictures of entries lent to another process: linked into a folder of ours, a batch at a time.

A link costs nothing; where there is nothing to link to, the object is copied and goes with the batch, sealed
where it is in its bucket. A
picture is read by the rights of who named it, and only from the dataset's own bucket.
"""

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
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.working_copies import working_copies


@dataclass(frozen=True, slots=True)
class LentPictures:
    """Files of entries by their places, and what a worker needs to read those that are sealed."""

    files: Mapping[int, Path]
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PictureLender:
    """Lends pictures of entries."""

    database: Database
    blobs: Blobs
    access: ObjectAccess

    @contextmanager
    def lend(
        self, folder: Path, account: str, dataset: Dataset, entries: Sequence[SampledEntry]
    ) -> Iterator[LentPictures]:
        """Yield the files of these entries, without those that cannot be read."""
        with working_copies(folder) as copies:
            with self.database.read() as connection:
                readers = readers_of(connection, entries, account)
            files: dict[int, Path] = {}
            for entry in entries:
                ref = read_line(entry.line).source
                if is_readable(self._may_read, readers[entry.seq], ref):
                    bucket, key = split_s3(ref)
                    if bucket != dataset.bucket:
                        continue
                    if (file := copies.bring(self.blobs, bucket, key, str(entry.seq))) is not None:
                        files[entry.seq] = file
            yield LentPictures(files, copies.keys())

    def _may_read(self, reader: Principal, bucket: str, key: str, version: str) -> bool:
        return self.access.may_read(reader, bucket, key, version)
