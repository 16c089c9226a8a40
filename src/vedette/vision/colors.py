"""The colours of a drawn mask, held to the colours that its line names.

An opaque pixel (alpha of 128 or more) has a named colour, or is background: white or black. What
lies between colours that the mask shows is the soft edge of a brush, and is snapped
to the nearest. Every other colour is one that nobody named.

What a mask shows is said by its pixels, never by its line: one map for a whole labelling job names
every type on every line, and a mask has a few of them, or one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Codes = NDArray[np.uint32]
Colors = NDArray[np.float64]

_OPAQUE = 128
_GROUNDS = {0xFFFFFF, 0x000000}
# How far from the straight way between two colours an edge may be: rounding and a gamma curve.
_SLACK = 24.0
# And how far beyond its ends, as a share of it.
_OVER = 0.05
# A mask has a few colours, and soft edges some hundreds: of noise no more are looked at, and of more types
# than a mask may show (twenty by Lookout's quotas, and two grounds) no more mixtures.
MOST_COLORS, MOST_ENDS = 1 << 16, 22
# An edge as wide as a soft brush makes it: what lies between two areas is this near to both, in pixels.
_EDGE = 4


@dataclass(frozen=True, slots=True)
class MaskColors:
    """What a mask shows: the named colours on it, and the most frequent one that nobody named, if any."""

    shown: frozenset[str] = frozenset()
    strange: str = ""


def read_colors(image: Image.Image, colors: Collection[str]) -> MaskColors:
    """Return the colours of a mask, held to those that its line names."""
    return MaskColors(shown_colors(image, colors), strange_color(image, colors))


def strange_color(image: Image.Image, colors: Collection[str]) -> str:
    """Return the most frequent colour that is neither named (`#rrggbb`), background nor an edge."""
    codes, counts = _opaque(image)
    known_codes = {int(color.lstrip("#"), 16) for color in colors} | _GROUNDS
    is_known = np.isin(codes, np.array(sorted(known_codes), np.uint32))
    strangers = _most_frequent(codes[~is_known], counts[~is_known], MOST_COLORS)
    if not strangers.size:
        return ""
    ends = _most_frequent(codes[is_known], counts[is_known], MOST_ENDS)
    is_strange = ~_on_edges(_channels(strangers), _channels(ends))
    return f"#{int(strangers[is_strange][0]):06x}" if is_strange.any() else ""


def _most_frequent(codes: Codes, counts: NDArray[np.intp], most: int) -> Codes:
    """Return the most frequent colours, that one first."""
    return codes[np.argsort(-counts, kind="stable")[:most]]


def shown_colors(image: Image.Image, colors: Collection[str]) -> frozenset[str]:
    """Return which of the named colours (`#rrggbb`) some opaque pixel has, edges aside.

    A named colour that is a mixture of two others, as pink is of red and white, may be nothing but the soft
    edge between them: then each of its pixels is near both.
    """
    codes, _ = _opaque(image)
    by_code = {int(color.lstrip("#"), 16): color for color in colors}
    named_codes = [code for code in codes.tolist() if code in by_code]
    known_codes = [code for code in codes.tolist() if code in by_code or code in _GROUNDS]
    if len(known_codes) > MOST_ENDS:
        # More types than any mask may show: what is an edge does not matter any more.
        return frozenset(by_code[code] for code in named_codes)
    return frozenset(by_code[code] for code in named_codes if not _is_edge(image, code, known_codes))


def _is_edge(image: Image.Image, code: int, known_codes: Sequence[int]) -> bool:
    """Say whether every pixel of a colour lies between areas of two others that it is a mixture of."""
    own_channels = _channels(np.array([code], np.uint32))
    known_channels = _channels(np.array(known_codes, np.uint32))
    # A colour next to the end of a mixture is not told from it, and no mixture.
    others = np.flatnonzero(np.linalg.norm(known_channels - own_channels, axis=1) > _SLACK).tolist()
    pairs = [
        (known_codes[first], known_codes[second])
        for first, second in combinations(others, 2)
        if _are_between(own_channels, known_channels[[first, second]])[0]
    ]
    if not pairs:
        return False
    codes = _codes(image)
    unexplained = codes == code
    for first, second in pairs:
        unexplained &= ~(_around(codes == first) & _around(codes == second))
    return not unexplained.any()


def _codes(image: Image.Image) -> NDArray[np.int32]:
    """Return the colour of each opaque pixel as a number, and -1 for the others."""
    layers = np.asarray(image.convert("RGBA"))
    red, green, blue = (layers[..., channel].astype(np.int32) for channel in range(3))
    return np.where(layers[..., 3] >= _OPAQUE, red << 16 | green << 8 | blue, np.int32(-1))


def _around(area: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return an area and what is near it."""
    near = Image.fromarray(area).convert("L").filter(ImageFilter.MaxFilter(2 * _EDGE + 1))
    return np.asarray(near) > 0


def _opaque(image: Image.Image) -> tuple[Codes, NDArray[np.intp]]:
    """Return the colours of the opaque pixels, and how many of each there are."""
    layers = image.convert("RGBA")
    histogram = layers.getcolors(MOST_COLORS)
    if histogram is None:  # noise: counted in an array, since a tuple a pixel takes gigabytes
        codes = _codes(image)
        shown_codes, how_many = np.unique(codes[codes >= 0], return_counts=True)
        return shown_codes.astype(np.uint32), how_many
    # Pixels are few, colours fewer: Pillow counts them without an array of the whole.
    counts: dict[int, int] = {}
    for count, color in histogram:
        if not (isinstance(color, tuple) and color[3] >= _OPAQUE):
            continue
        red, green, blue, _ = color
        code = red << 16 | green << 8 | blue
        counts[code] = counts.get(code, 0) + count
    return np.array(list(counts), np.uint32), np.array(list(counts.values()), np.intp)


def _on_edges(colors: Colors, ends: Colors) -> NDArray[np.bool_]:
    """Return which colours lie between two of the ends, or three, where three areas meet."""
    on_edges = np.zeros(len(colors), bool)
    for count in (2, 3):
        for corners in combinations(ends, count):
            if on_edges.all():
                return on_edges
            on_edges |= _are_between(colors, np.stack(corners))
    return on_edges


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
