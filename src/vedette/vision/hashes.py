"""A hash of how a picture looks: it survives another size, another quality, another format.

Each bit says whether one of 16 × 16 places is brighter than the one to its right (dHash). Two
files of one picture differ in a few bits of the 256, two pictures mostly in a hundred.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from PIL import Image

SIDE = 16
BITS = SIDE * SIDE
# How far apart two files of one picture may be. Chosen on real pictures: docs/experiments.md.
NEAR = 7
_BANDS = NEAR + 1
_BAND_BITS = BITS // _BANDS

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def hash_look(image: Image.Image, turned: int = 1) -> str:
    """Return the hash of a decoded picture that EXIF says is turned so, as hexadecimal digits."""
    # Reduced first by whole numbers, which costs a tenth of decoding; more would show in the bar.
    small = image if image.mode in ("L", "RGB", "RGBA", "LA") else image.convert("RGBA")
    lying = turned >= 5
    size = (SIDE, SIDE + 1) if lying else (SIDE + 1, SIDE)
    small = small.resize(size, Image.Resampling.BOX, reducing_gap=2.0).convert("L")
    if turned in _TURNS:
        small = small.transpose(_TURNS[turned])
    grey = small.tobytes()
    bits = 0
    for row in range(SIDE):
        line = grey[row * (SIDE + 1) : (row + 1) * (SIDE + 1)]
        for left, right in pairwise(line):
            bits = bits << 1 | (left > right)
    return f"{bits:0{BITS // 4}x}"


def distance(one: str, other: str) -> int:
    """Return in how many bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def near_pairs(
    ours: Sequence[str], theirs: Sequence[str], *, within: int = NEAR
) -> Iterator[tuple[int, int]]:
    """Yield the positions of hashes that are near, one in each; in time that grows with their number.

    Hashes that differ in `NEAR` bits at most agree wholly in one of `NEAR + 1` bands of their bits.
    """
    if not 0 <= within <= NEAR:
        raise ValueError(f"hashes are found up to {NEAR} bits apart, not {within}")
    numbers = [int(text, 16) for text in theirs]
    tables = [_by_band(numbers, band) for band in range(_BANDS)]
    for position, text in enumerate(ours):
        mine, seen = int(text, 16), set[int]()
        for band, table in enumerate(tables):
            seen.update(table.get(_band(mine, band), ()))
        for other in sorted(seen):
            if (mine ^ numbers[other]).bit_count() <= within:
                yield position, other


def _by_band(numbers: Sequence[int], band: int) -> Mapping[int, list[int]]:
    table: dict[int, list[int]] = {}
    for position, number in enumerate(numbers):
        table.setdefault(_band(number, band), []).append(position)
    return table


def _band(number: int, band: int) -> int:
    return number >> band * _BAND_BITS & (1 << _BAND_BITS) - 1
