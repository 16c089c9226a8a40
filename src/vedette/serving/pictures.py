"""Validation of a picture before a unit decodes it; only its header is read here."""

from dataclasses import dataclass

from vedette.dialects.limits import PictureLimits
from vedette.errors import Wrong
from vedette.vision.files import BOMB
from vedette.vision.heads import CostlyPicture, plain_jpeg
from vedette.vision.image_head import ImageHead, read_image_head


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """A picture's bytes, and their head, which the limits of a service allow."""

    data: bytes
    head: ImageHead


def open_picture(data: bytes, limits: PictureLimits) -> CheckedPicture:
    """Return the picture if the limits allow it."""
    if len(data) > limits.most_bytes:
        sentence = (
            f"The picture has {len(data):,} bytes; {limits.most_bytes:,} are the most. {limits.instead}"
        )
        raise Wrong(sentence.strip(), kind="large picture")
    head = _read_head(data)
    _hold_to(head, limits)
    return CheckedPicture(data, head)


def _read_head(data: bytes) -> ImageHead:
    try:
        plain = plain_jpeg(data)
        return ImageHead("JPEG", *plain) if plain is not None else read_image_head(data)
    except CostlyPicture as costly:
        raise Wrong(f"The picture is not decoded: {costly}.", kind="picture") from None
    except BOMB:
        raise Wrong("The picture claims too many pixels.", kind="large picture") from None
    except Exception:  # noqa: BLE001  (Pillow's decoders raise whatever they stumble over)
        raise Wrong("The picture is no JPEG and no PNG that can be read.", kind="picture") from None


def _hold_to(head: ImageHead, limits: PictureLimits) -> None:
    if sentence := limits.sides_problem(head.width, head.height):
        is_large = limits.most_side and max(head.width, head.height) > limits.most_side
        raise Wrong(sentence, kind="large picture" if is_large else "picture size")
