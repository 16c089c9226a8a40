"""What a file is that is said to be a picture: its form, its size, whether all of it can be decoded.

    inspect_image     the facts, and the hashes by which the same picture is found again
    Inspection        those facts; whether they are good enough is for the rules of each service to say

The file is not trusted: its head is read first, and what claims more pixels than either service
takes is never decoded. Run where a crash does not matter; a decoder may find one.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from PIL import Image, UnidentifiedImageError

from vedette.vision.files import BOMB, DAMAGE, open_image
from vedette.vision.hashes import hash_look
from vedette.vision.heads import CostlyPicture
from vedette.vision.turn import LYING, orientation_of

Format = Literal["", "PNG", "JPEG"]
# Says of a width and a height whether such a picture is decoded.
AllowSides = Callable[[int, int], bool]

# A JPEG's segments that say something about the picture, not in it: APPn but Adobe's, which says what
# the colours are, and comments.
_ADOBE = 0xEE
_ABOUT = {*range(0xE0, 0xF0), 0xFE} - {_ADOBE}
_SCAN = 0xDA


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file turned out to be. Sides are those of the upright picture.

    `problem` says what is wrong with the file itself, and is empty where nothing is. The hashes are
    empty for what was not decoded.
    """

    format: Format = ""
    width: int = 0
    height: int = 0
    bytes: int = 0
    problem: str = ""
    exact: str = ""
    alike: str = ""
    # The first colour of a mask that nobody named.
    color: str = ""
    # The named colours that a mask shows, with commas between; None for what is no mask.
    mask_colors: str | None = None


def inspect_image(data: bytes, *, are_allowed: AllowSides = lambda width, height: True) -> Inspection:
    """Return what these bytes are; a picture of other sides than are allowed is measured and not decoded."""
    try:
        with open_image(data, formats=("JPEG", "PNG")) as image:
            return _inspect(image, data, are_allowed)
    except UnidentifiedImageError:
        return Inspection(bytes=len(data), problem="It is neither a PNG nor a JPEG.")
    except BOMB:
        return Inspection(bytes=len(data), problem="It claims far too many pixels.")
    except CostlyPicture as costly:
        return Inspection(bytes=len(data), problem=f"It is not decoded: {costly}.")
    except DAMAGE as error:
        return Inspection(bytes=len(data), problem=f"It cannot be read: {_in_words(error)}.")


def _inspect(image: Image.Image, data: bytes, are_allowed: AllowSides) -> Inspection:
    form: Format = "PNG" if image.format == "PNG" else "JPEG"
    orientation = orientation_of(image)
    width, height = (image.height, image.width) if orientation in LYING else image.size
    head = Inspection(form, width, height, len(data))
    if not are_allowed(width, height):
        return head
    try:
        image.load()
    except DAMAGE as error:
        return replace(head, problem=f"It is truncated or damaged: {_in_words(error)}.")
    exact = hash_content(image, data, orientation)
    return replace(head, exact=exact, alike=hash_look(image, orientation))


def _in_words(error: Exception) -> str:
    """Return a decoder's words, short and without what no database takes."""
    return "".join(letter for letter in str(error)[:200] if letter.isprintable())


def hash_content(image: Image.Image, data: bytes, turned: int) -> str:
    """Return what two files have in common that decode to the same pixels.

    A JPEG's pixels follow from its segments, all but those that are only about it; so hashing these
    says the same as hashing the pixels, at a tenth of the cost (decisions/0101). A PNG is hashed by
    its pixels, since its bytes follow from its compressor's mood too.
    """
    digest = hashlib.sha256(bytes([turned]))
    if image.format == "PNG":
        digest.update(f"{image.mode} {image.width} {image.height}".encode())
        digest.update(bytes(image.getpalette() or ()))
        digest.update(image.tobytes())
    else:
        for part in _drawn(data):
            digest.update(part)
    return digest.hexdigest()[:32]


def _drawn(data: bytes) -> Iterator[memoryview]:
    """Yield the segments of a JPEG that its pixels come from; from the first scan on, everything."""
    view, at = memoryview(data), 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a byte of padding
            at += 1
            continue
        if marker == _SCAN:
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker not in _ABOUT:
            yield view[at:end]
        at = end
    yield view[at:]
