"""Groups of pictures that are the same or look the same, among hundreds of thousands of hashes at once.

`hashes.near_pairs` compares two lists one hash after the other; this sorts all of them by each band and
compares neighbours, so that a quarter of a million take a second. Hashes that are equal are always found; of
those that are near, in a run of more than `REACH` that share a band, those that lie closest in their order.
"""

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vedette.vision.hashes import BITS, LEAST_BITS, NEAR

REACH = 8
"""So many neighbours of each hash are compared in each band. A band has 22 bits, so that among 250,000
pictures those that share one by chance are few; a run is long where pictures are alike, and there the next
ones suffice to join a group."""

_BANDS = NEAR + 1
_BAND_BITS = -(-BITS // _BANDS)
_BITS_OF_BYTES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float64)
_WORDS = 1 << 16
# So many neighbours are compared at once, that what a million hashes take is their own copy and its orders.
_AT_ONCE = 1 << 16

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]


def group_pictures(exact: Bytes, alike: Bytes) -> Numbers:
    """Return the number of each picture's group; a picture that is like no other has a group of its own.

    `exact` and `alike` are the rows of both hashes (16 and 32 bytes); a row of zeros is no hash.
    """
    firsts, seconds = zip(_equal_pairs(exact), *_near_pairs(alike), strict=True)
    return _join(len(exact), np.concatenate(firsts), np.concatenate(seconds))


def unlikeness(alike: Bytes) -> NDArray[np.float32]:
    """Return in how many bits each hash differs from all of them, on average; zeros count for nothing.

    The mean of distances needs no pairs: it follows from how many hashes have each bit.
    """
    words = np.ascontiguousarray(alike).view(np.uint16)
    hashed = words.any(axis=1)
    scores = np.zeros(len(alike), np.float32)
    # Two bytes at a time: how many hashes have each value there says what each value is worth.
    for column in words.T:
        counts = np.bincount(column[hashed], minlength=_WORDS).reshape(256, 256)
        high, low = (_worth(counts.sum(axis=axis)) for axis in (1, 0))
        scores += (high[:, None] + low).ravel().astype(np.float32)[column]
    scores[~hashed] = 0
    return scores


def _worth(counts: Numbers) -> NDArray[np.float64]:
    """Return in how many bits each value of a byte differs on average, where values come so often."""
    shares = counts @ _BITS_OF_BYTES / max(1, counts.sum())
    worth: NDArray[np.float64] = _BITS_OF_BYTES @ (1 - 2 * shares) + shares.sum()
    return worth


def _equal_pairs(rows: Bytes) -> tuple[Numbers, Numbers]:
    """Return neighbours in the order of the rows that are equal and not zeros."""
    words = np.ascontiguousarray(rows).view(">u8")
    order = np.lexsort(words.T[::-1])
    ordered = words[order]
    same = (ordered[1:] == ordered[:-1]).all(axis=1) & ordered[1:].any(axis=1)
    return order[:-1][same], order[1:][same]


def _near_pairs(alike: Bytes) -> list[tuple[Numbers, Numbers]]:
    """Return pairs of hashes that are near, for each band and each step to a neighbour."""
    # A copy of our own, turned in its place: of a million hashes a second copy is 30 MiB.
    words = np.array(alike, order="C").view(np.uint64)
    if sys.byteorder == "little":
        words.byteswap(inplace=True)
    # A picture with too little in it has few bits, and its hash tells nothing.
    places = np.flatnonzero(np.bitwise_count(words).sum(axis=1) >= LEAST_BITS)
    # Where each of them tells something, as usual, that is the copy which there is already.
    telling = words if len(places) == len(words) else words[places]
    del words
    by_hash = np.lexsort(telling.T[::-1])
    pairs = []
    for band in range(_BANDS):
        pairs += [(places[first], places[second]) for first, second in _near_in_band(telling, by_hash, band)]
    return pairs


def _near_in_band(
    words: NDArray[np.uint64], by_hash: Numbers, band: int
) -> Iterator[tuple[Numbers, Numbers]]:
    keys = _band(words, band)
    order = by_hash[np.argsort(keys[by_hash], kind="stable")]
    for step in range(1, REACH + 1):
        for start in range(0, len(order) - step, _AT_ONCE):
            stop = min(start + _AT_ONCE, len(order) - step)
            yield _near_steps(words, keys, order[start:stop], order[start + step : stop + step])


def _near_steps(
    words: NDArray[np.uint64], keys: NDArray[np.uint32], first: Numbers, second: Numbers
) -> tuple[Numbers, Numbers]:
    same = keys[first] == keys[second]
    first, second = first[same], second[same]
    apart = np.bitwise_count(words[first] ^ words[second]).sum(axis=1)
    return first[apart <= NEAR], second[apart <= NEAR]


def _band(words: NDArray[np.uint64], band: int) -> NDArray[np.uint32]:
    """Return the bits of a band, counted from the last as `hashes.py` does."""
    word, shift = divmod(band * _BAND_BITS, 64)
    bits = words[:, 3 - word] >> np.uint64(shift)
    if shift + _BAND_BITS > 64 and word < 3:
        bits |= words[:, 2 - word] << np.uint64(64 - shift)
    bits &= np.uint64((1 << _BAND_BITS) - 1)
    return bits.astype(np.uint32)


def _join(count: int, first: Numbers, second: Numbers) -> Numbers:
    """Return the least member of each picture's group: pairs pull both groups down until all are at rest."""
    groups = np.arange(count)
    while True:
        before = groups.copy()
        least = np.minimum(groups[first], groups[second])
        for side in (first, second):
            np.minimum.at(groups, side, least)
            np.minimum.at(groups, before[side], least)
        groups = groups[groups]
        if (groups == before).all():
            return groups
