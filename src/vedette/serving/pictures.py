"""Validation of a picture before a unit decodes it; only its header is read here."""

from dataclasses import dataclass

from vedette.errors import Wrong
from vedette.vision.files import BOMB
from vedette.vision.heads import CostlyPicture, refuse_costly
from vedette.vision.image_head import ImageHead, read_image_head


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """A picture's bytes, and their head, which the rules of a service allow."""

    data: bytes
    head: ImageHead


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


def open_picture(data: bytes, rules: PictureRules) -> CheckedPicture:
    """Return the picture if the rules allow it."""
    if len(data) > rules.most_bytes:
        sentence = f"The picture has {len(data):,} bytes; {rules.most_bytes:,} are the most. {rules.instead}"
        raise Wrong(sentence.strip(), kind="large picture")
    head = _read_head(data)
    _hold_to(head, rules)
    return CheckedPicture(data, head)


def _read_head(data: bytes) -> ImageHead:
    try:
        refuse_costly(data)
        return read_image_head(data)
    except CostlyPicture as costly:
        raise Wrong(f"The picture is not decoded: {costly}.", kind="picture") from None
    except BOMB:
        raise Wrong("The picture claims too many pixels.", kind="large picture") from None
    except Exception:  # noqa: BLE001  (Pillow's decoders raise whatever they stumble over)
        raise Wrong("The picture is no JPEG and no PNG that can be read.", kind="picture") from None


def _hold_to(head: ImageHead, rules: PictureRules) -> None:
    size = f"The picture has {head.width} × {head.height} pixels"
    short, long = sorted((head.width, head.height))
    if rules.most_side and long > rules.most_side:
        raise Wrong(f"{size}; {rules.most_side} a side are the most.", kind="large picture")
    if short < rules.least_side:
        raise Wrong(f"{size}; {rules.least_side} a side are the least.", kind="picture size")
    if rules.most_ratio and long > short * rules.most_ratio:
        raise Wrong(
            f"{size}; one side may be {rules.most_ratio:g} times the other at most.", kind="picture size"
        )
