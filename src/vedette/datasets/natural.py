"""The order of a quarter of a million files' names, as people see it: img_2 before img_10, case aside.

A comparison of two names at a time takes longer than anybody waits, so columns of all names are compared at
once, eight bytes each, and only names that are equal so far are looked at further. Knows names alone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Places = NDArray[np.signedinteger]

SEPARATOR = 0xFF
"""Ends each name; no UTF-8 text holds this byte."""

_SLASH, _ZERO = ord("/"), ord("0")
_LOWER = np.arange(256, dtype=np.uint8)
_LOWER[ord("A") : ord("Z") + 1] += 32
_DIGITS = 12
"""Numbers are compared by their value up to so many digits: longer than any that people count with."""

_COLUMN = 8
_KEYS_AT_ONCE = 1 << 16
_FEW_BYTES = (1 << 31) - 2 * _COLUMN
_AT_ONCE = 16
"""Blocks of 1,024 names that are worked on at once, for which the arrays take about 30 MB."""


def rank_names(blocks: Sequence[bytes]) -> Numbers:
    """Return each name's place among all. A block has some names, each with a separator behind it.

    Files of different folders are ordered by their own names; those of one name have one rank.
    """
    keys = bytearray()  # one growing piece: a list of them would be held twice once they are put together
    for first in range(0, len(blocks), _AT_ONCE):
        if text := b"".join(blocks[first : first + _AT_ONCE]):
            keys += _keys_of(np.frombuffer(text, np.uint8)).tobytes()
    return _rank(np.frombuffer(keys, np.uint8)) if keys else np.zeros(0, np.int64)


def _keys_of(text: Bytes) -> Bytes:
    """Return the names' keys, each with a separator behind it."""
    return _pad_numbers(_LOWER[_without_folders(text)])


def _without_folders(text: Bytes) -> Bytes:
    """Return the text without what stands before each name's last slash."""
    ends = np.flatnonzero(text == SEPARATOR)
    slashes = np.concatenate([[-1], np.flatnonzero(text == _SLASH)])
    starts = np.concatenate([[0], ends[:-1] + 1])
    firsts = np.maximum(starts, slashes[np.searchsorted(slashes, ends) - 1] + 1)
    lengths = ends + 1 - firsts
    # Where each byte that stays comes from: so far on as what is left out before it is long.
    before = firsts - np.cumsum(lengths) + lengths
    names: Bytes = text[np.arange(int(lengths.sum())) + np.repeat(before, lengths)]
    return names


def _pad_numbers(text: Bytes) -> Bytes:
    """Return the text with zeros before every number, so that its digits compare as its value does."""
    is_digit = (text - np.uint8(_ZERO)) < 10
    edges = np.flatnonzero(np.diff(is_digit, prepend=False, append=False))
    firsts, ends = edges[::2], edges[1::2]
    zeros = np.zeros(len(text), np.int64)
    zeros[firsts] = np.maximum(0, _DIGITS - (ends - firsts))
    places = np.arange(len(text)) + np.cumsum(zeros)
    padded = np.full(int(places[-1]) + 1, _ZERO, np.uint8)
    padded[places] = text
    return padded


def _rank(keys: Bytes) -> Numbers:
    """Return the ranks of keys of any length: by eight bytes, and by eight more where those are equal."""
    # Mostly half the memory of other integers.
    kind = np.int32 if len(keys) < _FEW_BYTES else np.int64
    ends: Places = np.flatnonzero(keys == SEPARATOR).astype(kind)
    starts = np.concatenate([np.zeros(1, kind), ends[:-1] + kind(1)])
    ranks: Places = np.zeros(len(ends), kind)
    tied = np.arange(len(ends), dtype=kind)
    while len(tied):
        column = _column(keys, starts[tied], ends[tied])
        starts += kind(_COLUMN)
        order = (
            np.lexsort([column, ranks[tied]]) if np.ptp(column) else np.argsort(ranks[tied], kind="stable")
        )
        tied, column, groups = tied[order], column[order], ranks[tied[order]]
        is_group = np.diff(groups, prepend=-1) != 0
        is_first = is_group | (np.diff(column, prepend=column[0]) != 0)
        # A name comes behind those of its group that are less.
        ranks[tied] = groups + _last(is_first) - _last(is_group)
        is_single = is_first & np.append(is_first[1:], True)
        tied = tied[~is_single & (starts[tied] < ends[tied])]
    return ranks.astype(np.int64)


def _last(flags: NDArray[np.bool_]) -> Places:
    """Return for each place the last one up to it that has the flag."""
    places = np.arange(len(flags), dtype=np.int32)
    places[~flags] = 0
    return np.maximum.accumulate(places)


def _column(keys: Bytes, starts: Places, ends: Places) -> NDArray[np.uint64]:
    """Return the next eight bytes of each key as one number; zeros behind its end."""
    column = np.zeros(len(starts), np.uint64)
    for first in range(0, len(starts), _KEYS_AT_ONCE):
        few = slice(first, first + _KEYS_AT_ONCE)
        for step in range(_COLUMN):
            places = starts[few] + step
            values = np.where(places < ends[few], keys[np.minimum(places, len(keys) - 1)], 0)
            column[few] = column[few] << np.uint64(8) | values.astype(np.uint64)
    return column
