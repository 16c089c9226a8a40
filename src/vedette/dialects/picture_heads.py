"""Pictures and masks of a training opened as far as a check needs: the head, the end, the colours."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from vedette.file_access import open_file, size_of
from vedette.vision.colors import MaskColors, read_colors
from vedette.vision.files import BOMB, DAMAGE, open_image
from vedette.vision.image_head import ImageFormat, ImageHead, read_image_head

# What a whole file of each format ends with, in so many of its last bytes.
ENDS: dict[ImageFormat, bytes] = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}
TAIL = 16

_DAMAGE = (*DAMAGE, *BOMB)


@dataclass(frozen=True, slots=True)
class CheckedHead(ImageHead):
    """The head of a picture that is whole, and how many bytes its file has."""

    bytes: int = 0


def read_head(path: Path | None) -> CheckedHead | None:
    """Return a picture's head; None where it is missing, cut off, or neither PNG nor JPEG.

    Only what does not end as its format does is decoded, since most of that is whole all the same: cameras
    append what they like.
    """
    if path is None:
        return None
    try:
        head = read_image_head(path)
        if not _ends_well(path, head.format):
            _decode(path)
        return CheckedHead(head.format, head.width, head.height, head.orientation, size_of(path))
    except _DAMAGE:
        return None


def _decode(path: Path) -> None:
    with open_image(path, formats=("JPEG", "PNG")) as image:
        image.load()


def _ends_well(path: Path, form: ImageFormat) -> bool:
    """Say whether a file's end is the end of a picture."""
    with open_file(path) as file:
        file.seek(max(0, size_of(path) - TAIL))
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
