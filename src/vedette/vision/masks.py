"""Drawn masks: a picture whose colours name anomaly types, as one number a pixel."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vedette.vision.annotations import Mask
from vedette.vision.images import BrokenPicture, Pixels, open_picture
from vedette.vision.turn import LYING, UPRIGHT, upright_picture

Kinds = NDArray[np.uint8]
Codes = NDArray[np.integer]

_WHITE, _BLACK = 0xFFFFFF, 0
# A brush with soft edges paints mixtures of two known colours, which lie between them; a colour
# farther than this from every known one, on more of the drawing than edges are, meant something else.
_FAR = 200.0
_MANY = 0.2
_UNKNOWN = 255


def read_mask(mask: Mask, labels: Sequence[str], *, height: int, width: int) -> Kinds:
    """Return 0 for the background and 1, 2, … for the labels, at the upright picture's own size.

    Colours between two are taken for the nearest. The background is white, or black where
    black is what there is more of and no label has it.

    Raises:
        BrokenPicture: when the mask cannot be read, has another size, or shows a colour nobody named.
    """
    pixels = _upright(open_picture(mask.path), mask.orientation, (height, width))
    if pixels.shape[:2] != (height, width):
        size = f"{pixels.shape[1]} × {pixels.shape[0]}"
        raise BrokenPicture(
            str(mask.path), f"is {size} pixels, but its picture is {width} × {height}; draw it at that size."
        )
    codes: Codes = (
        (pixels[:, :, 0].astype(np.uint32) << 16) | (pixels[:, :, 1].astype(np.uint32) << 8) | pixels[:, :, 2]
    )
    palette = _palette(mask, labels, codes)
    kinds = np.full(codes.shape, _UNKNOWN, np.uint8)
    for code, kind in palette.items():
        kinds[codes == code] = kind
    is_unknown = kinds == _UNKNOWN
    if is_unknown.any():
        kinds[is_unknown] = _snapped(
            codes[is_unknown], palette, str(mask.path), marked_pixels=int((kinds != 0).sum())
        )
    return kinds


def _upright(pixels: Pixels, orientation: int, size: tuple[int, int]) -> Pixels:
    """Return a mask as it lies over the upright picture, unless its sides say that it was drawn on that."""
    height, width = size
    if orientation == UPRIGHT or (orientation in LYING and height != width and pixels.shape[:2] == size):
        return pixels
    return np.asarray(upright_picture(Image.fromarray(pixels), orientation))


def _palette(mask: Mask, labels: Sequence[str], codes: Codes) -> dict[int, int]:
    """Return what each known colour means; a label that the model does not know is background."""
    label_of_code = {int(color.lstrip("#"), 16): label for color, label in mask.colors.items()}
    numbers = {label: number for number, label in enumerate(labels, start=1)}
    palette = {code: numbers.get(label, 0) for code, label in label_of_code.items()}
    is_dark = _BLACK not in label_of_code and (codes == _BLACK).sum() > (codes == _WHITE).sum()
    palette.setdefault(_BLACK if is_dark else _WHITE, 0)
    return palette


def _snapped(codes: Codes, palette: dict[int, int], name: str, *, marked_pixels: int) -> Kinds:
    """Return for colours that nobody named the meaning of the nearest that somebody did."""
    distinct, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
    known_codes: Codes = np.array(list(palette), np.uint32)
    distance = np.linalg.norm(_channels(distinct)[:, None] - _channels(known_codes)[None], axis=2)
    strange = distance.min(axis=1) > _FAR
    if counts[strange].sum() > _MANY * marked_pixels:
        worst = int(distinct[strange][np.argmax(counts[strange])])
        raise BrokenPicture(
            name, f"shows the colour #{worst:06x}, which none of its labels has; name it or repaint it."
        )
    meaning = np.array(list(palette.values()), np.uint8)
    snapped: Kinds = meaning[distance.argmin(axis=1)][places]
    return snapped


def _channels(codes: Codes) -> NDArray[np.float64]:
    return np.stack([codes >> 16, (codes >> 8) & 255, codes & 255], axis=1).astype(np.float64)
