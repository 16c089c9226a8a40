"""Masks of a source copied out of their buckets, to be looked at; the copies go with the reading."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import Missing, Wrong
from vedette.exchange.formats import Format
from vedette.file_access import create_file
from vedette.identity.principal import Principal
from vedette.imports.buckets import MayRead
from vedette.imports.mask_sets import MOST_MASK, is_mask
from vedette.imports.naming import PlacedPicture
from vedette.imports.pieces import require_path
from vedette.jobs.kind import JobInterrupted
from vedette.manifest.places import split_s3
from vedette.store.blobs.port import Blobs
from vedette.vision.files import BOMB, DAMAGE, open_head


@dataclass(frozen=True, slots=True)
class MaskCopies:
    """Copies the masks of a source out of the buckets, with the rights of who asked."""

    blobs: Blobs
    may_read: MayRead
    caller: Principal
    should_leave: Callable[[], bool]
    # Refuses while the disk has room for nothing large.
    require_room: Callable[[], None]

    def write(self, form: Format, pictures: Iterator[PlacedPicture], folder: Path) -> None:
        """Put every mask below a folder by its path; one that is not to be had is missing there."""
        for picture in pictures:
            if self.should_leave():
                raise JobInterrupted
            if is_mask(form, picture.path) and not picture.problem:
                self.require_room()
                # Keys are no paths: one may be too long for a disk, and one may go on below another.
                with suppress(Wrong, FileExistsError, NotADirectoryError, IsADirectoryError):
                    require_path(picture.path)
                    self._copy(*split_s3(picture.ref), folder / picture.path)

    def _copy(self, bucket: str, key: str, place: Path) -> None:
        is_own = self.blobs.has_bucket(bucket) and self.blobs.owner(bucket) == self.caller.account
        if not is_own or not self.may_read(self.caller, bucket, key, ""):
            return
        try:
            if self.blobs.find(bucket, key).size > MOST_MASK:
                return
            stream = self.blobs.open(bucket, key)
        except Missing:
            return
        with stream:
            place.parent.mkdir(parents=True, exist_ok=True)
            with create_file(place) as out:
                shutil.copyfileobj(stream, out, 1 << 20)


def pixels_in(folder: Path) -> int:
    """Return how many pixels the masks in a folder say that they have: what it costs to look at them."""
    return sum(
        _pixels_of(path) for path in folder.rglob("*") if path.suffix.lower() == ".png" and path.is_file()
    )


def _pixels_of(mask: Path) -> int:
    try:
        with open_head(mask) as image:
            return image.width * image.height
    except (*DAMAGE, *BOMB):
        return mask.stat().st_size
