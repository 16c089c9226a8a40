"""What stands in front of an image's pixels: its format, its size, and how it lies. No pixel is decoded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from vedette.vision.files import open_head
from vedette.vision.turn import LYING, UPRIGHT, orientation_of

ImageFormat = Literal["JPEG", "PNG"]


@dataclass(frozen=True, slots=True)
class ImageHead:
    """The head of a JPEG or a PNG. Sides are those of the stored raster, `orientation` is EXIF's."""

    format: ImageFormat
    width: int
    height: int
    orientation: int = UPRIGHT

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        return (self.height, self.width) if self.orientation in LYING else (self.width, self.height)


def read_image_head(source: Path | bytes) -> ImageHead:
    """Return the head of a JPEG or a PNG.

    Raises:
        Exception: one of DAMAGE and BOMB of files.py.
    """
    with open_head(source, formats=("JPEG", "PNG")) as image:
        return head_of(image)


def head_of(image: Image.Image) -> ImageHead:
    """Return the head of an opened image."""
    # A camera's JPEG with a second picture behind the first is of a format of its own for Pillow, MPO.
    image_format: ImageFormat = "PNG" if image.format == "PNG" else "JPEG"
    return ImageHead(image_format, image.width, image.height, orientation_of(image))
