"""Masks that were drawn, put beside their pictures right before the lines that name them are in a dataset.

With the rights of who asked. Reading an import only asks for them: what one that nobody runs leaves behind
would lie in the bucket for good, since nobody could tell it from the mask of another import.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import Denied, Wrong
from vedette.file_access import read_file
from vedette.identity.principal import Principal
from vedette.imports.mask_drawings import FOLDER, drawing_file
from vedette.manifest.lines import BadLine, read_line
from vedette.manifest.places import is_s3, split_s3
from vedette.manifest.segmentation import ATTRIBUTE
from vedette.store.blobs.port import Blobs

# Whether a caller may put an object: bucket, key.
MayWrite = Callable[[Principal, str, str], bool]


@dataclass(frozen=True, slots=True)
class DrawnMasks:
    """Puts the masks of lines into buckets, out of a folder of drawings."""

    blobs: Blobs
    may_write: MayWrite
    caller: Principal
    folder: Path

    def require(self, texts: Iterable[str]) -> None:
        """Refuse lines with a mask that the caller may not put where it says it lies.

        Raises:
            Denied: where the caller may not.
        """
        for bucket, key, drawing in self._places(texts):
            if drawing.is_file():
                self._require(bucket, key)

    def are_there(self, texts: Iterable[str]) -> bool:
        """Say whether every mask lies in its bucket already."""
        return all(self.blobs.has_object(bucket, key) for bucket, key, _ in self._places(texts))

    def put(self, texts: Iterable[str]) -> None:
        """Put the masks of lines where these say that they are.

        Raises:
            Denied: where the caller may not.
            Wrong: where no such mask was drawn, and none is there.
        """
        for bucket, key, drawing in self._places(texts):
            if self.blobs.has_object(bucket, key):
                continue
            if not drawing.is_file():
                raise Wrong(
                    f"The mask {key} is drawn otherwise than when the import was read: its shapes, the "
                    "labels' colors or the server's version are not the same. Begin the import again.",
                    kind="import",
                )
            self._require(bucket, key)
            self.blobs.put(bucket, key, read_file(drawing), content_type="image/png")

    def _places(self, texts: Iterable[str]) -> Iterator[tuple[str, str, Path]]:
        """Yield the bucket and the key of each mask that was drawn here, and its drawing."""
        for text in texts:
            ref = _mask_of(text)
            if is_s3(ref):
                bucket, key = split_s3(ref)
                folder, _, rest = key.partition("/")
                if folder == FOLDER:
                    yield bucket, key, drawing_file(self.folder, rest.partition("/")[0])

    def _require(self, bucket: str, key: str) -> None:
        is_own = self.blobs.has_bucket(bucket) and self.blobs.owner(bucket) == self.caller.account
        if not is_own or not self.may_write(self.caller, bucket, key):
            raise Denied(
                f"User: {self.caller.arn} is not authorized to perform: s3:PutObject on {bucket}/{key}"
            )


def _mask_of(text: str) -> str:
    try:
        value = read_line(text).values.get(ATTRIBUTE) if text else ""
    except BadLine:
        return ""
    return value if isinstance(value, str) else ""
