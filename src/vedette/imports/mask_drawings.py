"""Masks drawn of a source's shapes, into a folder, under the addresses that they will have.

They will lie where the console's uploads lie, by the hash of what is in them, so that one that is drawn again
is there once. Pure, like `staging.py`.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vedette.errors import Wrong
from vedette.exchange.pieces import PieceNotes
from vedette.exchange.places import local_name
from vedette.exchange.shape_masks import ShapeMasks
from vedette.file_access import write_file
from vedette.imports.naming import PictureIndex
from vedette.manifest.detection import Size
from vedette.manifest.places import is_s3, split_s3

# As the console's uploads, and a part of the name that a key has there.
FOLDER, MOST_NAME = "uploads", 100


@dataclass(frozen=True, slots=True)
class MaskDrawings:
    """Draws the masks of pictures that are a list."""

    folder: Path
    pictures: PictureIndex

    def masks(self, notes: PieceNotes, *, with_boxes: bool) -> ShapeMasks:
        """Return what draws them."""
        return ShapeMasks(self._keep, self._size, notes, with_boxes)

    def _keep(self, name: str, png: bytes) -> str:
        """Write a mask down; return its address."""
        digest = hashlib.sha256(png).hexdigest()
        place = drawing_file(self.folder, digest)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            write_file(place, png)
        stem = local_name(PurePosixPath(name).stem[:MOST_NAME])
        return f"s3://{self._bucket(name)}/{FOLDER}/{digest}/{stem}.png"

    def _bucket(self, name: str) -> str:
        picture = self.pictures.find(name)
        address = name if is_s3(name) else "" if picture is None else picture.ref
        if not is_s3(address):
            raise Wrong(f"There is no picture {name}, beside which its mask would lie.", kind="picture")
        return split_s3(address)[0]

    def _size(self, name: str) -> Size | None:
        self._bucket(name)  # nothing is drawn for a picture that is not there
        picture = self.pictures.find(name)
        return Size(picture.width, picture.height) if picture and picture.width else None


def drawing_file(folder: Path, digest: str) -> Path:
    """Return where a mask is written down."""
    return folder / "drawn" / f"{digest}.png"
