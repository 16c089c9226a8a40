"""A hash of how a picture looks: it survives another size, another quality, another format.

Each bit says whether one of the 255 lowest frequencies of the picture's brightness is strong (a DCT
hash). Files of one picture differ in a few bits, two pictures mostly in a hundred. A picture with
too little in it has few bits, and its hash tells nothing.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# The picture is shrunk to this side, and of its frequencies as many are taken in each direction.
SIDE, FREQUENCIES = 64, 16
# Of so many rows and columns at most: 36 pixels for each of those that are left.
SAMPLED = 384
BITS = FREQUENCIES * FREQUENCIES
# What a frequency must have to be strong: 0.4 of 256 grey levels, above what rounding and JPEG add.
# A fixed bound holds copies closer together than the median, which lies in the noise of a plain picture.
STRONG = 400.0
# How far apart two files of one picture may be. On three real sets, halved and re-encoded pictures
# were 0 to 2 bits apart in the middle and 15 at most; of the pairs of different pictures one in a
# hundred was nearer than 31 bits, and the nearest 8 (docs/experiments.md, 2026-11-20).
NEAR = 11
# Pictures with fewer bits than this say too little to be told apart.
LEAST_BITS = 32
_BANDS = NEAR + 1
_BAND_BITS = -(-BITS // _BANDS)

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _waves() -> NDArray[np.float32]:
    places, waves = np.arange(SIDE), np.arange(FREQUENCIES)
    return np.cos(np.pi * (2 * places[None] + 1) * waves[:, None] / (2 * SIDE)).astype(np.float32)


WAVES = _waves()


def hash_look(image: Image.Image, turned: int = 1) -> str:
    """Return the hash of a decoded picture that EXIF says is turned so, as 64 hexadecimal digits."""
    small = image if image.mode in ("L", "RGB", "RGBA", "LA") else image.convert("RGBA")
    # Of a large picture some pixels are enough: to average all of them is a seventh of decoding it.
    sample_size = (min(small.width, SAMPLED), min(small.height, SAMPLED))
    if sample_size != small.size:
        small = small.resize(sample_size, Image.Resampling.NEAREST)
    small = small.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0).convert("L")
    if turned in _TURNS:
        small = small.transpose(_TURNS[turned])
    strength = WAVES @ np.asarray(small, np.float32) @ WAVES.T
    strength[0, 0] = 0.0  # the mean says how bright it is, not what it shows
    return np.packbits(strength > STRONG).tobytes().hex()


def is_telling(text: str) -> bool:
    """Whether the hash says enough of its picture to be compared."""
    return int(text, 16).bit_count() >= LEAST_BITS


def distance(first: str, second: str) -> int:
    """Return in how many bits two hashes differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


def near_pairs(
    first: Sequence[str], second: Sequence[str], *, within: int = NEAR
) -> Iterator[tuple[int, int]]:
    """Yield the positions of hashes that are near, one in each; in time that grows with their number.

    Hashes that differ in `NEAR` bits at most agree wholly in one of `NEAR + 1` bands of their bits.
    """
    if not 0 <= within <= NEAR:
        raise ValueError(f"hashes are found up to {NEAR} bits apart, not {within}")
    numbers = [int(text, 16) for text in second]
    tables = [_by_band(numbers, band) for band in range(_BANDS)]
    for position, text in enumerate(first):
        bits, candidates = int(text, 16), set[int]()
        for band, table in enumerate(tables):
            candidates.update(table.get(_band(bits, band), ()))
        for other in sorted(candidates):
            if (bits ^ numbers[other]).bit_count() <= within:
                yield position, other


def _by_band(numbers: Sequence[int], band: int) -> Mapping[int, list[int]]:
    table: dict[int, list[int]] = {}
    for position, number in enumerate(numbers):
        table.setdefault(_band(number, band), []).append(position)
    return table


def _band(number: int, band: int) -> int:
    return number >> band * _BAND_BITS & (1 << _BAND_BITS) - 1
