"""Validation of a picture before a unit decodes it; only its header is read here."""

from dataclasses import dataclass
from typing import Literal

from vedette.errors import Wrong
from vedette.vision.heads import Costly, refuse_costly
from vedette.vision.images import BOMB, open_head
from vedette.vision.turn import LYING, orientation_of

Format = Literal["JPEG", "PNG"]
# Pillow's names of formats; an MPO is a JPEG with further pictures behind it.
_FORMATS: dict[str, Format] = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes and the facts of its header; `orientation` is EXIF's, 1 where there is none."""

    data: bytes
    format: Format
    width: int
    height: int
    orientation: int = 1

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture as it is seen, upright."""
        return (self.height, self.width) if self.orientation in LYING else (self.width, self.height)


@dataclass(frozen=True, slots=True)
class PictureRules:
    """What a service accepts; sides in pixels, 0 where it has no limit.

    `instead` is a sentence on what can be done with a larger picture.
    """

    most_bytes: int
    least_side: int = 64
    most_side: int = 4096
    most_ratio: float = 0
    instead: str = ""


def open_picture(data: bytes, rules: PictureRules) -> Picture:
    """Return the picture if the rules allow it."""
    if len(data) > rules.most_bytes:
        sentence = f"The picture has {len(data):,} bytes; {rules.most_bytes:,} are the most. {rules.instead}"
        raise Wrong(sentence.strip(), kind="large picture")
    picture = _read_head(data)
    _hold_to(picture, rules)
    return picture


def _read_head(data: bytes) -> Picture:
    try:
        refuse_costly(data)
        with open_head(data, formats=("JPEG", "PNG")) as image:
            content_format = _FORMATS[image.format or ""]
            return Picture(data, content_format, image.width, image.height, orientation_of(image))
    except Costly as costly:
        raise Wrong(f"The picture is not decoded: {costly}.", kind="picture") from None
    except BOMB:
        raise Wrong("The picture claims too many pixels.", kind="large picture") from None
    except Exception:  # noqa: BLE001  (Pillow's decoders raise whatever they stumble over)
        raise Wrong("The picture is no JPEG and no PNG that can be read.", kind="picture") from None


def _hold_to(picture: Picture, rules: PictureRules) -> None:
    size = f"The picture has {picture.width} × {picture.height} pixels"
    short, long = sorted((picture.width, picture.height))
    if rules.most_side and long > rules.most_side:
        raise Wrong(f"{size}; {rules.most_side} a side are the most.", kind="large picture")
    if short < rules.least_side:
        raise Wrong(f"{size}; {rules.least_side} a side are the least.", kind="picture size")
    if rules.most_ratio and long > short * rules.most_ratio:
        raise Wrong(
            f"{size}; one side may be {rules.most_ratio:g} times the other at most.", kind="picture size"
        )
