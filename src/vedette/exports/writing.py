"""The files of an export put into a bucket: with the rights of who asked, each once, and over nothing.

What lies there with the same bytes is passed over, so that an export which a crash cut off goes on where it
was. What lies there with others stops the export, unless it was told to replace. A mark lies there first and
goes last: what was cut off for good, or cancelled, is taken for whole by no import. Only an export of the
same content takes over the mark of one that was cut off: another would lie beside files of the first.
"""

import mimetypes
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from vedette.errors import Denied, Missing, Taken, Wrong
from vedette.exchange.packed_files import PackedFile
from vedette.exchange.unfinished import UNFINISHED_KEY
from vedette.exports.values import OverObjects
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal
from vedette.manifest.places import split_s3
from vedette.store.blobs.port import Blobs, StoredObject

# As S3 has it.
LONGEST_KEY = 1024
BUFFER = 1 << 20
# A mark of ours has a few hundred bytes; what somebody put there may have any size.
LONGEST_MARK = 4096
TYPES = {".manifest": "application/x-jsonlines", ".yaml": "application/yaml"}


@dataclass(frozen=True, slots=True)
class ExportPlace:
    """A folder in a bucket: its prefix ends in a slash, or is empty for the whole bucket."""

    bucket: str
    prefix: str

    @property
    def address(self) -> str:
        """The folder's address, to which names are appended."""
        return f"s3://{self.bucket}/{self.prefix}"


@dataclass(frozen=True, slots=True)
class PlaceWriter:
    """Writes into a place as one caller may."""

    blobs: Blobs
    access: ObjectAccess
    caller: Principal
    place: ExportPlace
    existing: OverObjects
    # Of what, and in which form, in words.
    content: str

    def require_rights(self) -> None:
        """Refuse a place that is not the account's own, or may not be written."""
        bucket = self.place.bucket
        if not self.blobs.has_bucket(bucket) or self.blobs.owner(bucket) != self.caller.account:
            raise Missing(f"This account has no bucket {bucket}.", kind="bucket", name=bucket)
        if not self.access.may_list(self.caller, bucket):
            raise Denied(f"User: {self.caller.arn} is not authorized to perform: s3:ListBucket on {bucket}")
        self._require_right(f"{self.place.prefix}x")

    def require_usable(self) -> None:
        """Refuse such a place, and one that holds something already, or a part of something else."""
        self.require_rights()
        bucket, address = self.place.bucket, self.place.address
        if self.existing == "refuse" and self._holds_something():
            raise Taken(
                f"There is something in {address} already. Choose an empty folder, "
                "or say that objects of the same names are to be replaced.",
                kind="bucket",
                name=bucket,
            )
        if self._is_cut_off_of_another():
            raise Taken(
                f"An export of something else was cut off in {address}, and some of its files may lie there. "
                f"Remove them and {UNFINISHED_KEY}, or choose another folder.",
                kind="bucket",
                name=bucket,
            )

    def _holds_something(self) -> bool:
        """Say whether anything lies in the place beside the mark of an export that came to nothing."""
        mark = self.place.prefix + UNFINISHED_KEY
        return any(item.key != mark for item in self.blobs.list(self.place.bucket, self.place.prefix))

    def _is_cut_off_of_another(self) -> bool:
        """Say whether the mark of an export of something else lies here. It names that on its second line."""
        bucket, key = self.place.bucket, self.place.prefix + UNFINISHED_KEY
        present = self._find(key)
        if present is None or present.size > LONGEST_MARK:
            return False
        # One of the release before has no second line.
        content = self.blobs.read(bucket, key).partition(b"\n")[2]
        return bool(content) and content != self._second_line.encode()

    @property
    def _second_line(self) -> str:
        return f"Of {self.content}.\n"

    def _mark(self, export_id: str) -> bytes:
        first = f"The export {export_id} into this folder is not whole: it is under way, or was cut off.\n"
        return (first + self._second_line).encode()

    def open_picture(self, ref: str) -> BinaryIO:
        """Return an object's bytes as a stream; refuse what the caller may not read."""
        try:
            bucket, key = split_s3(ref)
        except ValueError as error:
            raise Missing(f"{error}.", kind="key", name=ref) from None
        if not self.access.may_read(self.caller, bucket, key):
            raise Denied(f"You may not read it ({self.caller.arn}).")
        return self.blobs.open(bucket, key)

    def write(self, file: PackedFile) -> int:
        """Put a file into the place, unless it is there already; return its size."""
        key = self.place.prefix + file.name
        if len(key.encode()) > LONGEST_KEY:
            raise Wrong(f"{key[:80]}… would be longer than {LONGEST_KEY} bytes; choose a shorter folder.")
        present = self._find(key)
        if present is not None and self._is_same(file, present):
            return present.size
        if present is not None and self.existing == "refuse":
            raise Taken(
                f"s3://{self.place.bucket}/{key} is there and holds something else; it was left as it is.",
                kind="key",
                name=key,
            )
        self._require_right(key)
        content_type = TYPES.get(_ending(file.name)) or mimetypes.guess_type(file.name)[0] or ""
        return self.blobs.put(self.place.bucket, key, file.stream, content_type=content_type).size

    def mark(self, export_id: str) -> None:
        """Say in the place that what lies there is not whole yet; an import from it is refused."""
        key = self.place.prefix + UNFINISHED_KEY
        self._require_right(key)
        self.blobs.put(self.place.bucket, key, BytesIO(self._mark(export_id)), content_type="text/plain")

    def unmark(self, export_id: str) -> None:
        """Take the mark away, unless another export into the same place has put its own there."""
        bucket, key, mark = self.place.bucket, self.place.prefix + UNFINISHED_KEY, self._mark(export_id)
        present = self._find(key)
        # What somebody put there may have any size.
        if present is None or present.size != len(mark):
            return
        if self.blobs.read(bucket, key) == mark:
            self.blobs.delete(bucket, key)

    def _require_right(self, key: str) -> None:
        if not self.access.may_write(self.caller, self.place.bucket, key):
            raise Denied(
                f"User: {self.caller.arn} is not authorized to perform: s3:PutObject on "
                f"{self.place.bucket}/{key}"
            )

    def _find(self, key: str) -> StoredObject | None:
        try:
            return self.blobs.find(self.place.bucket, key)
        except Missing:
            return None

    def _is_same(self, file: PackedFile, present: StoredObject) -> bool:
        with file.open_again() as stream, self.blobs.open(present.bucket, present.key) as other:
            return have_same_bytes(stream, other)


def have_same_bytes(stream: BinaryIO, other: BinaryIO) -> bool:
    """Compare two streams to their ends."""
    while True:
        block = stream.read(BUFFER)
        if block != other.read(BUFFER):
            return False
        if not block:
            return True


def _ending(name: str) -> str:
    return name[name.rfind(".") :].lower() if "." in name else ""
