"""How often which values came, in logarithmic buckets: what percentiles are told from.

A bucket reaches half a step to each side of its centre, 32 steps to a doubling, so that a value lies within
1.1 % of it (Masson, Rim and Lee, DDSketch, 2019). Whole numbers up to 45 have buckets of their own: where
figures count something, their percentiles are exact. Buckets of the same key are added up, so minutes come to
hours, and servers to one figure.

A key orders as its values do: 0 of zero, three to a bucket and sign, for what lies below, on and above the
whole number in it.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

STEPS = 32
# A step is 2.2 % wide, so up to 45 no bucket has two whole numbers.
LAST_WHOLE = 45
# The least double is 2^-1074: keys of positive numbers begin at 1.
SHIFT = 1075 * STEPS
# Keys of all doubles lie between -KEYS and KEYS.
KEYS = 1 << 18
# Of 64 doublings: 10^19 times the least value. What spreads wider, without gaps, has no percentiles.
MOST_BUCKETS = 64 * STEPS

# How many values have a key.
Buckets = dict[int, int]
Column = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

BELOW, ON, ABOVE = 0, 1, 2


def _whole_of(index: int) -> int:
    """Return the whole number whose bucket this is, 0 where it is none's."""
    whole = round(2.0 ** (index / STEPS))
    return whole if 1 <= whole <= LAST_WHOLE and round(STEPS * math.log2(whole)) == index else 0


LAST_INDEX = round(STEPS * math.log2(LAST_WHOLE))
WHOLE_OF = tuple(_whole_of(index) for index in range(LAST_INDEX + 1))
KEY_OF_WHOLE = (
    0,
    *(3 * (round(STEPS * math.log2(whole)) + SHIFT) + ON for whole in range(1, LAST_WHOLE + 1)),
)


def key_of(value: float) -> int:
    """Return the key of a finite number."""
    if 0 <= value <= LAST_WHOLE and value == int(value):
        return KEY_OF_WHOLE[int(value)]
    if value < 0:
        return -key_of(-value)
    index = round(STEPS * math.log2(value))
    whole = WHOLE_OF[index] if 0 <= index <= LAST_INDEX else 0
    return 3 * (index + SHIFT) + (ABOVE if whole and value > whole else BELOW)


def values_of(keys: Column) -> Numbers:
    """Return what stands for the values of each key: the centre of its bucket, or of the part of it."""
    if not len(keys):
        return np.zeros(0)
    first, last = int(keys.min()), int(keys.max())
    if last - first >= len(keys):
        return _centres(keys)
    # Of many keys most are the same ones: each is computed once.
    return _centres(np.arange(first, last + 1))[keys - first]


def _centres(keys: Column) -> Numbers:
    sizes = np.abs(keys)
    indexes, parts = sizes // 3 - SHIFT, sizes % 3
    is_small = (indexes >= 0) & (indexes <= LAST_INDEX)
    wholes = np.where(is_small, np.array(WHOLE_OF)[np.clip(indexes, 0, LAST_INDEX)], 0)
    # The bounds of a part: a whole number on one side, the bucket's own on the other.
    lower = np.where((wholes > 0) & (parts != BELOW), np.log2(np.maximum(wholes, 1)), (indexes - 0.5) / STEPS)
    upper = np.where((wholes > 0) & (parts != ABOVE), np.log2(np.maximum(wholes, 1)), (indexes + 0.5) / STEPS)
    # Above the largest double no centre lies: the bucket of the last ones begins below it.
    with np.errstate(over="ignore"):
        centres = np.minimum(np.exp2((lower + upper) / 2), np.finfo(np.float64).max)
    centres = np.where(parts == ON, wholes, centres)
    return np.where(keys == 0, 0.0, np.sign(keys) * centres)


# Buckets kept: a byte for the widths of the numbers, the first key, then of each bucket the hour within its
# week (0 where it is of a single row), how far its key is from the first one, and how many values it has.

WIDTHS = ("<u1", "<u2", "<u4", "<u8")
HEAD = 5
Row = tuple[int, int, int]
Packed = npt.NDArray[np.void]


def dump(rows: Sequence[Row] | Column) -> bytes:
    """Return buckets as the database keeps them: hour, key and count of each."""
    columns = np.array(rows, np.int64)
    first = int(columns[:, 1].min())
    columns[:, 1] -= first
    widths = _width(columns[:, 1]), _width(columns[:, 2])
    packed = np.zeros(len(rows), _kind_of(*widths))
    for place, name in enumerate(packed.dtype.names or ()):
        packed[name] = columns[:, place]
    return bytes([widths[0] + 4 * widths[1]]) + first.to_bytes(4, "little", signed=True) + packed.tobytes()


def dump_buckets(buckets: Mapping[int, int]) -> bytes:
    """Return the buckets of one row as the database keeps them."""
    return dump([(0, key, count) for key, count in buckets.items()])


def load(bodies: Sequence[bytes]) -> tuple[Column, Column, Column, Column]:
    """Return the buckets of all bodies: which body each is of, its hour, its key and its count."""
    alike: dict[int, list[int]] = {}
    for number, body in enumerate(bodies):
        alike.setdefault(body[0], []).append(number)
    parts = [_load_alike(widths, [bodies[number] for number in numbers], numbers)
             for widths, numbers in alike.items()]  # fmt: skip
    of, hours, keys, counts = (
        np.concatenate(columns) if columns else np.zeros(0, np.int64)
        for columns in (zip(*parts, strict=True) if parts else [(), (), (), ()])
    )
    return of, hours, keys, counts


def count_in(bodies: Sequence[bytes]) -> int:
    """Return how many buckets bodies have, which need not be loaded for that."""
    return sum((len(body) - HEAD) // SIZES[body[0]] for body in bodies)


def load_buckets(body: bytes) -> Buckets:
    """Return the buckets of one row."""
    _, _, keys, counts = load([body])
    return dict(zip(keys.tolist(), counts.tolist(), strict=True))


def _load_alike(
    widths: int, bodies: Sequence[bytes], numbers: Sequence[int]
) -> tuple[Column, Column, Column, Column]:
    kind = _kind_of(widths % 4, widths // 4)
    lengths = [(len(body) - HEAD) // kind.itemsize for body in bodies]
    packed = np.frombuffer(b"".join(body[HEAD:] for body in bodies), kind)
    firsts = np.frombuffer(b"".join(body[1:HEAD] for body in bodies), "<i4").astype(np.int64)
    keys = np.repeat(firsts, lengths) + packed["key"].astype(np.int64)
    of = np.repeat(np.array(numbers, np.int64), lengths)
    return of, packed["hour"].astype(np.int64), keys, packed["count"].astype(np.int64)


def _width(column: Column) -> int:
    most = int(column.max())
    return next(place for place, kind in enumerate(WIDTHS) if most <= np.iinfo(np.dtype(kind)).max)


def _kind_of(key: int, count: int) -> np.dtype[np.void]:
    return np.dtype([("hour", "<u1"), ("key", WIDTHS[key]), ("count", WIDTHS[count])])


# Bytes of a bucket, by the widths of its numbers.
SIZES = tuple(
    _kind_of(widths % len(WIDTHS), widths // len(WIDTHS)).itemsize for widths in range(len(WIDTHS) ** 2)
)


def keys_of(values: Numbers) -> Column:
    """Return the keys of finite numbers; of figures few differ."""
    distinct, places = np.unique(values, return_inverse=True)
    return np.array([key_of(value) for value in distinct.tolist()], np.int64)[places]
