"""Pictures and masks of a training opened as far as a check needs: the head, the end, the colours."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vedette.vision.colors import MaskColors, read_colors
from vedette.vision.files import BOMB, DAMAGE, open_head, open_image
from vedette.vision.turn import LYING, UPRIGHT, orientation_of

Format = Literal["PNG", "JPEG"]

# What a whole file of each format ends with, in so many of its last bytes.
ENDS: dict[Format, bytes] = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}
TAIL = 16

_DAMAGE = (*DAMAGE, *BOMB)


@dataclass(frozen=True, slots=True)
class PictureHead:
    """What a picture says of itself. Sides are as it is to be seen, upright; `orientation` is EXIF's."""

    format: Format
    width: int
    height: int
    bytes: int
    orientation: int = UPRIGHT


def read_head(path: Path | None) -> PictureHead | None:
    """Return what a picture's head says; None where it is missing, cut off, or neither PNG nor JPEG.

    Only what does not end as its format does is decoded, since most of that is whole all the same: cameras
    append what they like.
    """
    if path is None:
        return None
    try:
        with open_head(path, formats=("JPEG", "PNG")) as image:
            width, height = image.size
            form: Format = "PNG" if image.format == "PNG" else "JPEG"
            orientation = orientation_of(image)
            if orientation in LYING:
                width, height = height, width
            if not _ends_well(path, form):
                _decode(path)
            return PictureHead(form, width, height, path.stat().st_size, orientation)
    except _DAMAGE:
        return None


def _decode(path: Path) -> None:
    with open_image(path, formats=("JPEG", "PNG")) as image:
        image.load()


def _ends_well(path: Path, form: Format) -> bool:
    """Say whether a file's end is the end of a picture."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return ENDS[form] in file.read()


def read_mask_colors(mask: Path, labels: Collection[str]) -> MaskColors | None:
    """Return the colours of a mask, `labels` being those that the line names; None where the mask is damaged.

    They are what the dataset's page says of the mask too.
    """
    try:
        with open_image(mask, formats=("PNG",)) as image:
            return read_colors(image, labels)
    except _DAMAGE:
        return None
