"""The colours of a drawn mask, held to the colours that its line names (lookout.md 3.4, 3.5).

An opaque pixel (alpha of 128 or more) has a named colour, or is background: white or black. What
lies between colours that the mask shows is the soft edge of a brush, and is snapped
to the nearest. Every other colour is one that nobody named.
"""

from collections.abc import Collection
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Codes = NDArray[np.uint32]
Colors = NDArray[np.float64]

_OPAQUE = 128
_GROUNDS = {0xFFFFFF, 0x000000}
# How far from the straight way between two colours an edge may be: rounding and a gamma curve.
_SLACK = 24.0
# And how far beyond its ends, as a share of it.
_OVER = 0.05


def strange_color(image: Image.Image, named: Collection[str]) -> str:
    """Return the most frequent colour that is neither named (`#rrggbb`), background nor an edge."""
    shown, counts = _opaque(image)
    known = {int(color.lstrip("#"), 16) for color in named} | _GROUNDS
    is_known = np.isin(shown, np.array(sorted(known), np.uint32))
    rest = shown[~is_known]
    if not rest.size:
        return ""
    strange = ~_on_edges(_channels(rest), _channels(shown[is_known]))
    if not strange.any():
        return ""
    worst = rest[strange][np.argmax(counts[~is_known][strange])]
    return f"#{int(worst):06x}"


def _opaque(image: Image.Image) -> tuple[Codes, NDArray[np.intp]]:
    """Return the colours of the opaque pixels, and how many of each there are."""
    layers = image.convert("RGBA")
    found = layers.getcolors(layers.width * layers.height) or []
    # Pixels are few, colours fewer: Pillow counts them without an array of the whole.
    pixels = [(count, color) for count, color in found if isinstance(color, tuple) and color[3] >= _OPAQUE]
    counts: dict[int, int] = {}
    for count, (red, green, blue, _) in pixels:
        code = red << 16 | green << 8 | blue
        counts[code] = counts.get(code, 0) + count
    return np.array(list(counts), np.uint32), np.array(list(counts.values()), np.intp)


def _on_edges(colors: Colors, ends: Colors) -> NDArray[np.bool_]:
    """Return which colours lie between two of the ends, or three, where three areas meet."""
    found = np.zeros(len(colors), bool)
    for count in (2, 3):
        for some in combinations(ends, count):
            if found.all():
                return found
            found |= _are_between(colors, np.stack(some))
    return found


def _are_between(colors: Colors, ends: Colors) -> NDArray[np.bool_]:
    """Return which colours are mixtures of all these."""
    ways = (ends[1:] - ends[0]).T
    shares = (colors - ends[0]) @ np.linalg.pinv(ways).T
    off = np.linalg.norm(ends[0] + shares @ ways.T - colors, axis=1)
    within = (shares >= -_OVER).all(axis=1) & (shares.sum(axis=1) <= 1 + _OVER)
    mixed: NDArray[np.bool_] = within & (off <= _SLACK)
    return mixed


def _channels(codes: Codes) -> Colors:
    return np.stack([codes >> 16, (codes >> 8) & 255, codes & 255], axis=1).astype(np.float64)
