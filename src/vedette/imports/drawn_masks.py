"""Masks that were drawn, put beside their pictures before lines that name them are shown.

With the rights of who asked. An import that is left behind leaves them there, as it does pictures that a
browser has sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import Denied
from vedette.file_access import read_file
from vedette.identity.principal import Principal
from vedette.imports.mask_drawings import FOLDER, drawing_file
from vedette.imports.staging import StagedRow
from vedette.manifest.lines import BadLine, read_line
from vedette.manifest.places import is_s3, split_s3
from vedette.manifest.segmentation import ATTRIBUTE
from vedette.store.blobs.port import Blobs

# Whether a caller may put an object: bucket, key.
MayWrite = Callable[[Principal, str, str], bool]


@dataclass(frozen=True, slots=True)
class DrawnMasks:
    """Puts the masks of rows into buckets."""

    blobs: Blobs
    may_write: MayWrite
    caller: Principal
    folder: Path

    def put(self, rows: Sequence[StagedRow]) -> None:
        """Put the masks of rows where their lines say that they are.

        Raises:
            Denied: where the caller may not.
        """
        for row in rows:
            ref = _mask_of(row)
            if is_s3(ref):
                bucket, key = split_s3(ref)
                folder, _, rest = key.partition("/")
                if folder == FOLDER:
                    self._put(bucket, key, drawing_file(self.folder, rest.partition("/")[0]))

    def _put(self, bucket: str, key: str, drawing: Path) -> None:
        if not drawing.is_file():
            return
        is_own = self.blobs.has_bucket(bucket) and self.blobs.owner(bucket) == self.caller.account
        if not is_own or not self.may_write(self.caller, bucket, key):
            raise Denied(
                f"User: {self.caller.arn} is not authorized to perform: s3:PutObject on {bucket}/{key}"
            )
        if not self.blobs.has_object(bucket, key):
            self.blobs.put(bucket, key, read_file(drawing), content_type="image/png")


def _mask_of(row: StagedRow) -> str:
    try:
        value = read_line(row.text, number=row.number).values.get(ATTRIBUTE) if row.text else ""
    except BadLine:
        return ""
    return value if isinstance(value, str) else ""
