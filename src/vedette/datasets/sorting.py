"""The orders in which entries can be asked for, each some columns of numbers to sort by."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vedette.datasets.asking import SortKey
from vedette.datasets.columns import PartColumns

Numbers = NDArray[np.int64]
# Columns of whole numbers from 0 to 2^40.
Ranks = Sequence[NDArray[np.integer]]
_PLACE_BITS = 22
"""Bits of an entry's place while it is sorted: 4 million; beside them a rank has 41."""


def order_places(places: Numbers, ranks: Ranks, *, descending: bool) -> Numbers:
    """Return places by their ranks, the first rank first; what is equal stays in the dataset's order.

    A rank and a place are sorted as one number, which is five times as fast as sorting indirectly.
    """
    if not ranks:
        return places[:: -1 if descending else 1]
    for rank in reversed(ranks):
        values = rank[places].astype(np.int64)
        keys = (-values if descending else values) << _PLACE_BITS | np.arange(len(places))
        keys.sort(kind="stable")
        places = places[keys & ((1 << _PLACE_BITS) - 1)]
    return places


def rank_labels(columns: PartColumns) -> Numbers:
    """Return each entry's place by its first label in the alphabet; those without any come last."""
    numbers = sorted(columns.labels, key=lambda number: columns.names[number].casefold())
    ranks = np.full(columns.end, len(numbers), np.int64)
    missing = np.full(len(columns.bits["present"]), 0xFF, np.uint8)
    for rank, number in enumerate(numbers):
        # Bits first, eight entries at a time: most entries have had their first label long before the last.
        first = columns.labels[number] & missing
        missing &= ~first
        ranks[columns.places(first)] = rank
    return ranks


def ranks_of(
    sort: SortKey, columns: PartColumns, names: Callable[[], Numbers], groups: Callable[[], Numbers]
) -> Ranks:
    """Return the columns to sort by; those that cost much are asked for where they are needed."""
    ranks: dict[SortKey, Callable[[], Ranks]] = {
        "position": list,
        "name": lambda: [names()],
        "added": lambda: [columns.created[: columns.end]],
        "label": lambda: [rank_labels(columns)],
        "size": lambda: _rank_sizes(columns),
        # The least like the others first, so the mean distance is counted downwards.
        "unlike": lambda: [-columns.unlikeness()],
        "alike": lambda: _rank_alike(columns, groups()),
    }
    return ranks[sort]()


def _rank_sizes(columns: PartColumns) -> Ranks:
    facts = columns.facts[: columns.end]
    return [facts["width"].astype(np.int64) * facts["height"], facts["bytes"].astype(np.int64)]


def _rank_alike(columns: PartColumns, groups: Numbers) -> Ranks:
    """Sort groups of the same picture first, each together, the largest before; then what is most usual."""
    sizes = np.bincount(groups, minlength=columns.end)[groups] if len(groups) else groups
    # Pictures that are like no other are one group here, within which the usual ones come first.
    together = np.where(sizes > 1, groups, columns.end)
    return [-sizes, together, columns.unlikeness()]
