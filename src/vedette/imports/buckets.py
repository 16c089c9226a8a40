"""The folder of label files, and the list of pictures, out of a prefix in a bucket.

With the rights of who asked, object by object; label files are copied, pictures are only listed. A bucket of
another account is refused, as it is for manifests.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from vedette.errors import Denied, Missing, Wrong
from vedette.exchange.formats import Format
from vedette.exchange.unfinished import UNFINISHED, UNFINISHED_KEY, is_mark, marked, refuse_mark
from vedette.file_access import create_file
from vedette.identity.principal import Principal
from vedette.imports.naming import PlacedPicture
from vedette.imports.pieces import MOST_BYTES, require_path, write_pictures
from vedette.imports.staging import FILES, PICTURES
from vedette.imports.tool_files import BY_PLACE, ENDINGS, UNSIZED
from vedette.imports.values import LINE_FORMATS, ImportSource
from vedette.jobs.kind import JobInterrupted
from vedette.store.blobs.port import Blobs, StoredObject
from vedette.vision.files import BOMB, DAMAGE, SUFFIXES, open_head

# What both services open as it lies in a bucket.
USABLE = frozenset({".jpg", ".jpeg", ".png"})
MOST_OBJECTS = 500_000
# A picture whose labels are in shares needs its size; no usable one is larger.
MOST_HEAD = 15 * 1024 * 1024

# Whether a caller may read an object: bucket, key, version.
MayRead = Callable[[Principal, str, str, str], bool]


@dataclass(frozen=True, slots=True)
class BucketReading:
    """A prefix as one caller sees it."""

    blobs: Blobs
    may_read: MayRead
    caller: Principal
    should_leave: Callable[[], bool]

    def write_folder(self, source: ImportSource, folder: Path) -> None:
        """Copy label files and list pictures."""
        bucket, prefix = split_prefix(source.address)
        self._require_own(bucket)
        (folder / FILES).mkdir(parents=True)
        self._refuse_unfinished(bucket, prefix)
        if source.format in LINE_FORMATS:
            self._copy(bucket, prefix, folder / FILES / "0.manifest", MOST_BYTES)
        else:
            needs_size = source.format in UNSIZED or source.masks_from != "none"
            self._write_tree(bucket, prefix, source.format, folder, needs_size=needs_size)
        # An export may have begun meanwhile.
        self._refuse_unfinished(bucket, prefix)

    def _write_tree(self, bucket: str, prefix: str, form: Format, folder: Path, *, needs_size: bool) -> None:
        base = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
        if form != "folder" and PurePosixPath(prefix).suffix.lower() in ENDINGS[form] and prefix[-1:] != "/":
            base = prefix.rpartition("/")[0] + "/" if "/" in prefix else ""
        rest, count, before = MOST_BYTES, 0, sha256()
        with create_file(folder / PICTURES) as listing:
            for item in self._objects(bucket, base):
                name = item.key[len(base) :]
                count += 1
                before.update(_trace(item, form, prefix))
                if PurePosixPath(name).suffix.lower() in SUFFIXES:
                    write_pictures(listing, [self._picture(item, name, needs_size=needs_size)])
                elif _is_label_file(item.key, form, prefix):
                    require_path(name)
                    rest -= self._copy(bucket, item.key, folder / FILES / name, rest)
        if not count:
            raise Wrong(f"There is nothing in s3://{bucket}/{base}.", kind="bucket", name=bucket)
        after = sha256()
        for item in self._objects(bucket, base):
            after.update(_trace(item, form, prefix))
        if after.digest() != before.digest():
            raise Wrong(
                f"Files in s3://{bucket}/{base} changed while they were read: begin the import again.",
                kind="bucket",
                name=bucket,
            )

    def _objects(self, bucket: str, base: str) -> Iterator[StoredObject]:
        for number, item in enumerate(self.blobs.list(bucket, base), start=1):
            if self.should_leave():
                raise JobInterrupted
            if number > MOST_OBJECTS:
                raise Wrong(f"There are more than {MOST_OBJECTS} objects in s3://{bucket}/{base}.")
            parts = item.key[len(base) :].split("/")
            if any(map(is_mark, parts)):
                refuse_mark(f"s3://{bucket}/{base}", f"s3://{bucket}/{item.key}")
            if parts[-1] and not any(part.startswith(".") for part in parts):
                yield item

    def _refuse_unfinished(self, bucket: str, prefix: str) -> None:
        """Refuse a place in a folder that an export is not through with."""
        *parts, name = prefix.split("/")
        keys = ["/".join([*parts[:count], UNFINISHED_KEY]) for count in range(len(parts) + 1)]
        if name:  # what a file has beside it that was cut off where it was written, and copied here
            keys.append("/".join([*parts, marked(UNFINISHED, name)]))
        for key in keys:
            if self.blobs.has_object(bucket, key):
                refuse_mark(f"s3://{bucket}/{prefix}", f"s3://{bucket}/{key}")

    def _picture(self, item: StoredObject, name: str, *, needs_size: bool) -> PlacedPicture:
        ref, ending = f"s3://{item.bucket}/{item.key}", PurePosixPath(name).suffix.lower()
        if ending not in USABLE:
            problem = f"{name} is a {ending[1:].upper()}; pictures in a bucket are JPEG or PNG."
            return PlacedPicture(name, ref, problem=problem)
        if not self.may_read(self.caller, item.bucket, item.key, ""):
            return PlacedPicture(name, ref, problem=f"{name} is not for you to read.")
        wide, high = self._size(item) if needs_size else (0, 0)
        return PlacedPicture(name, ref, wide, high)

    def _size(self, item: StoredObject) -> tuple[int, int]:
        if item.size > MOST_HEAD:
            return 0, 0
        try:
            with open_head(self.blobs.read(item.bucket, item.key)) as image:
                return image.width, image.height
        except (*DAMAGE, *BOMB, Missing):
            return 0, 0

    def _copy(self, bucket: str, key: str, place: Path, most: int) -> int:
        if not self.may_read(self.caller, bucket, key, ""):
            raise Denied(f"s3://{bucket}/{key} is not there, or not for you to read.")
        try:
            size = self.blobs.find(bucket, key).size
        except Missing:
            sentence = f"s3://{bucket}/{key} is not there, or not for you to read."
            raise Missing(sentence, kind="key", name=key) from None
        if size > most:
            raise Wrong(f"s3://{bucket}/{key} is too large: label files have at most 2 GiB together.")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(exist_ok=False)
        with self.blobs.open(bucket, key) as stream, create_file(place) as out:
            shutil.copyfileobj(stream, out, 1 << 20)
        return size

    def _require_own(self, bucket: str) -> None:
        if not self.blobs.has_bucket(bucket) or self.blobs.owner(bucket) != self.caller.account:
            raise Missing(f"This account has no bucket {bucket}.", kind="bucket", name=bucket)


def split_prefix(address: str) -> tuple[str, str]:
    """Return the bucket and the prefix of s3://bucket/prefix; any other scheme is refused."""
    head, _, rest = address.strip().partition("://")
    bucket, _, prefix = rest.partition("/")
    if head.lower() != "s3" or not bucket:
        raise Wrong(
            f"{address[:100]!r} is no place in a bucket: it has the form s3://bucket/folder. "
            "Nothing is fetched from the web or from the server's own disk.",
            kind="bucket",
            name=address[:100],
        )
    return bucket, prefix


def _is_label_file(key: str, form: Format, prefix: str) -> bool:
    return PurePosixPath(key).suffix.lower() in ENDINGS[form] and key.startswith(prefix.rstrip("/"))


def _trace(item: StoredObject, form: Format, prefix: str) -> bytes:
    """Return what an import has of an object when it is listed: of a picture at most its place."""
    if _is_label_file(item.key, form, prefix):
        return f"{item.key}\0{item.etag}\0".encode(errors="surrogateescape")
    return f"{item.key}\0".encode(errors="surrogateescape") if form in BY_PLACE else b""
