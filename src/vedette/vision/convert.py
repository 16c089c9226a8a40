"""Pictures as people have them, brought to the two formats that both services take.

A JPEG or a PNG stays as it is, byte for byte. What else Pillow may open here (files.FORMATS) becomes a PNG
where it lost nothing before and the result is no larger than the services take, a JPEG otherwise; upright,
on white. What cannot be read is refused by its name.
"""

import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from vedette.vision.files import BOMB, DAMAGE, open_head
from vedette.vision.heads import JPEG_START, PNG_START, refuse_costly
from vedette.vision.image_head import ImageFormat, read_image_head
from vedette.vision.images import MOST_PIXELS, BrokenPicture, Damage, decode

# What Rekognition takes of a picture in a bucket.
MOST_BYTES = 15 * 1024 * 1024
# Cameras write 95 at their best; above it files grow and nothing is seen.
QUALITY = 95
LOSSLESS = frozenset({"BMP", "TIFF", "GIF"})
ENDINGS = {"JPEG": ".jpg", "PNG": ".png"}
# The brands of formats in an ISO container, which Pillow alone does not read.
BRANDS = {
    b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"mif1": "HEIF", b"msf1": "HEIF",
    b"avif": "AVIF", b"avis": "AVIF",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UsablePicture:
    """A picture that both services can read. Sides are those of the upright picture."""

    data: bytes
    format: ImageFormat
    width: int
    height: int
    is_converted: bool = False


def make_usable(data: bytes, name: str) -> UsablePicture:
    """Return the picture as a JPEG or a PNG; BrokenPicture for what is none."""
    if data.startswith((JPEG_START, PNG_START)):
        return _as_it_is(data, name)
    brand = BRANDS.get(data[8:12]) if data[4:8] == b"ftyp" else None
    if brand is not None:
        problem = f"is {brand}, which this server cannot read: save it as JPEG."
        raise BrokenPicture(name, problem, "foreignFormat")
    return _convert(data, name)


def _as_it_is(data: bytes, name: str) -> UsablePicture:
    try:
        refuse_costly(data)
        head = read_image_head(data)
    except (*BOMB, *DAMAGE) as error:
        raise _broken(name, error) from error
    if head.width * head.height > MOST_PIXELS:
        problem = f"claims {head.width:,} × {head.height:,} pixels, more than {MOST_PIXELS:,}."
        raise BrokenPicture(name, problem, "tooManyPixels")
    return UsablePicture(data, head.format, *head.upright_size)


def _convert(data: bytes, name: str) -> UsablePicture:
    try:
        with open_head(data) as head:
            source = head.format or ""
    except UnidentifiedImageError:
        raise BrokenPicture(name, "is no picture that can be read.", "noPicture") from None
    except (*BOMB, *DAMAGE) as error:
        raise _broken(name, error) from error
    image, (height, width) = decode(data, name=name)
    if source in LOSSLESS:
        packed = _write(image, "PNG", optimize=False)
        if len(packed) <= MOST_BYTES:
            return UsablePicture(packed, "PNG", width, height, is_converted=True)
    packed = _write(image, "JPEG", quality=QUALITY, subsampling=0)
    return UsablePicture(packed, "JPEG", width, height, is_converted=True)


def _broken(name: str, error: Exception) -> BrokenPicture:
    reason: Damage = "tooManyPixels" if isinstance(error, BOMB) else "damaged"
    return BrokenPicture(name, f"cannot be read: {error}.", reason)


def _write(image: Image.Image, form: ImageFormat, **options: int) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()
