"""A picture, from whatever it comes in to upright 8-bit RGB.

One way in for training, serving and the command line, so that a model sees in use what it
saw in training. Orientation is honoured here and nowhere else. Colour profiles are not
applied. Nothing here writes a file or knows a label.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from vedette.errors import Wrong
from vedette.vision.annotations import Box
from vedette.vision.bitmaps import REDUCING_GAP, Spread, in_turn, resize_bitmap
from vedette.vision.bitmaps import Pixels as Pixels
from vedette.vision.files import BOMB, DAMAGE, FORMATS, open_head, open_image
from vedette.vision.heads import CostlyPicture
from vedette.vision.tiles import Window
from vedette.vision.turn import LYING, orientation_of

Source = Path | str | bytes | Image.Image | NDArray[Any]
Policy = Literal["stretch", "letterbox"]

# Both services end at 4096 × 4096. Four times that lets a 50-megapixel camera in and
# still costs at most 200 MB; a picture that claims more is refused unopened.
MOST_PIXELS = 8192 * 8192
# Transparent parts show white, as on a page in a browser.
PAPER = (255, 255, 255)
# The margins of a letterbox are the grey that the networks' normalisation takes to zero.
MARGIN = 127
WHOLE = Box(0.0, 0.0, 1.0, 1.0)

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What undoes each of them: turns by a quarter undo one another, the others themselves.
_BACK = {**_TURNS, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


Damage = Literal["noPicture", "foreignFormat", "damaged", "tooManyPixels"]


class BrokenPicture(Wrong):
    """A picture that cannot be read; it says which and why, and has a name for why."""

    def __init__(self, name: str, problem: str, reason: Damage = "damaged") -> None:
        super().__init__(f"{name} {problem}", kind="picture", name=name)
        self.problem = problem
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SizedPicture:
    """A picture at the size that was asked for.

    `height` and `width` are those of the upright picture itself; `frame` is where it lies
    within `pixels`, which is everything unless it was letterboxed.
    """

    pixels: Pixels
    height: int
    width: int
    frame: Box = WHOLE


def open_picture(
    source: Source, *, size: tuple[int, int] | None = None, policy: Policy = "stretch", name: str = ""
) -> Pixels:
    """Return the picture as uint8 height × width × RGB, resized to `size` (height, width) if given."""
    return read_picture(source, size=size, policy=policy, name=name).pixels


def read_picture(
    source: Source, *, size: tuple[int, int] | None = None, policy: Policy = "stretch", name: str = ""
) -> SizedPicture:
    """Return the picture with its own size and where it lies in the pixels."""
    image, (height, width) = decode(source, enough_for=size, name=name)
    if size is None:
        return SizedPicture(np.array(image), height, width)
    pixels, frame = fit(image, size, policy=policy)
    return SizedPicture(pixels, height, width, frame)


def decode(
    source: Source, *, enough_for: tuple[int, int] | None = None, name: str = ""
) -> tuple[Image.Image, tuple[int, int]]:
    """Return the upright RGB picture and its true (height, width).

    A JPEG is decoded at a half, a quarter or an eighth where that still leaves at least
    twice `enough_for` in both directions; the picture returned may thus be smaller than its size.
    """
    name = name or (str(source) if isinstance(source, Path | str) else "the picture")
    if isinstance(source, np.ndarray):
        image = _from_array(source, name)
        return image, (image.height, image.width)
    if isinstance(source, Image.Image):
        _refuse_bomb(source, name)
        return _upright(source, name, enough_for=None)
    try:
        with open_image(source) as image:
            _refuse_bomb(image, name)
            return _upright(image, name, enough_for)
    except BrokenPicture:
        raise
    except (*BOMB, *DAMAGE) as error:
        raise BrokenPicture(name, _why(error)) from error


def decode_stored(data: bytes, *, name: str) -> Image.Image:
    """Return the RGB picture of a file as it is stored, unturned: the raster that boxes are drawn on."""
    image, _ = decode(data, name=name)
    with open_head(data) as head:
        turn = None if head.format == "TIFF" else _BACK.get(orientation_of(head))
    return image if turn is None else image.transpose(turn)


def _why(error: Exception) -> str:
    """Return what is wrong with a file that cannot be opened."""
    if isinstance(error, CostlyPicture):
        return f"is not decoded: {error}."
    if isinstance(error, BOMB):
        return f"claims more than {MOST_PIXELS:,} pixels and was not opened."
    if isinstance(error, FileNotFoundError):
        return "does not exist."
    if isinstance(error, UnidentifiedImageError):
        return f"is no picture that can be read ({', '.join(FORMATS)})."
    return f"cannot be read: {error}."


def fit(
    image: Image.Image, size: tuple[int, int], *, policy: Policy = "stretch", part: Window | None = None
) -> tuple[Pixels, Box]:
    """Return the picture, or a part of it, at `size` (height, width), and where it lies there."""
    box = (part.left, part.top, part.right, part.bottom) if part else (0, 0, image.width, image.height)
    return _placed(box, size, policy, lambda inner: _resized(image, inner, box))


def fit_bitmap(
    pixels: Pixels, size: tuple[int, int], *, policy: Policy = "stretch", spread: Spread = in_turn
) -> tuple[Pixels, Box]:
    """Return what `fit` does of a bitmap as a whole; `spread` may do halves of it at once."""
    box = (0, 0, pixels.shape[1], pixels.shape[0])
    return _placed(box, size, policy, lambda inner: resize_bitmap(pixels, inner, spread))


def _placed(
    box: tuple[int, int, int, int],
    size: tuple[int, int],
    policy: Policy,
    resized: Callable[[tuple[int, int]], Pixels],
) -> tuple[Pixels, Box]:
    """Return a part of a picture as large as it lies within `size`, with margins if it has to have some."""
    height, width = size
    if policy == "stretch":
        return resized((height, width)), WHOLE
    shrink = min(width / (box[2] - box[0]), height / (box[3] - box[1]))
    inner = (
        max(1, min(height, round((box[3] - box[1]) * shrink))),
        max(1, min(width, round((box[2] - box[0]) * shrink))),
    )
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    pixels = np.full((height, width, 3), MARGIN, np.uint8)
    pixels[top : top + inner[0], left : left + inner[1]] = resized(inner)
    return pixels, Box(left / width, top / height, inner[1] / width, inner[0] / height)


def _refuse_bomb(image: Image.Image, name: str) -> None:
    if image.width * image.height > MOST_PIXELS:
        problem = f"claims {image.width:,} × {image.height:,} pixels, more than {MOST_PIXELS:,}."
        raise BrokenPicture(name, problem, "tooManyPixels")
    if not (image.width and image.height):
        raise BrokenPicture(name, "has no pixels.")


def _upright(
    image: Image.Image, name: str, enough_for: tuple[int, int] | None
) -> tuple[Image.Image, tuple[int, int]]:
    orientation = orientation_of(image)
    turn, lies = _TURNS.get(orientation), orientation in LYING
    width, height = image.size
    if enough_for is not None and image.format in ("JPEG", "MPO"):
        needed = enough_for if lies else (enough_for[1], enough_for[0])
        image.draft(None, (2 * needed[0], 2 * needed[1]))
    try:
        image.load()
    except DAMAGE as error:
        raise BrokenPicture(name, f"is truncated or damaged: {error}.") from error
    if image.format == "TIFF":  # Pillow turns these itself while loading
        turn, lies = None, False
        width, height = image.size
    rgb = _to_rgb(image)
    if turn is not None:
        rgb = rgb.transpose(turn)
    return rgb, (width, height) if lies else (height, width)


def _to_rgb(image: Image.Image) -> Image.Image:
    """Return 8-bit RGB from any mode of Pillow: alpha on white, 16 bits scaled, not cut."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(_eight_bits(np.asarray(image))).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        layers = image.convert("RGBA")
        paper = Image.new("RGBA", layers.size, (*PAPER, 255))
        return Image.alpha_composite(paper, layers).convert("RGB")
    return image.convert("RGB")


def _eight_bits(values: NDArray[Any]) -> Pixels:
    """Return 0–255 from 16-bit integers (over their whole range), or from floats of 0–1 or 0–255."""
    scaled: Pixels
    if values.dtype == np.bool_:
        scaled = np.where(values, np.uint8(255), np.uint8(0))
    elif np.issubdtype(values.dtype, np.floating):
        finite = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0)
        top = 255.0 if finite.size and finite.max() <= 1.0 else 1.0
        scaled = np.clip(np.rint(finite * top), 0, 255).astype(np.uint8)
    else:
        scaled = np.clip((values.astype(np.int64) * 255 + 32767) // 65535, 0, 255).astype(np.uint8)
    return scaled


def _from_array(values: NDArray[Any], name: str) -> Image.Image:
    """Return a picture from height × width, or height × width × 1, 3 (RGB) or 4 (RGBA)."""
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    if not (values.ndim == 2 or (values.ndim == 3 and values.shape[2] in (3, 4))) or not values.size:
        raise BrokenPicture(name, f"is an array of shape {values.shape}, not height × width (× 1, 3 or 4).")
    if values.shape[0] * values.shape[1] > MOST_PIXELS:
        raise BrokenPicture(name, f"has more than {MOST_PIXELS:,} pixels.")
    if values.dtype != np.uint8:
        if not (values.dtype in (np.uint16, np.bool_) or np.issubdtype(values.dtype, np.floating)):
            raise BrokenPicture(name, f"is an array of {values.dtype}, not uint8, uint16, bool or float.")
        values = _eight_bits(values)
    return _to_rgb(Image.fromarray(np.ascontiguousarray(values)))


def _resized(image: Image.Image, size: tuple[int, int], box: tuple[int, int, int, int]) -> Pixels:
    height, width = size
    if box == (0, 0, width, height) and image.size == (width, height):
        return np.array(image)
    # Pillow's bilinear filter widens with the reduction, so that it does not alias; halving
    # first, down to twice the size wanted, makes large pictures several times quicker.
    return np.array(
        image.resize((width, height), Image.Resampling.BILINEAR, box=box, reducing_gap=REDUCING_GAP)
    )
