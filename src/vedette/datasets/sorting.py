"""The orders in which entries can be asked for, each a column of numbers to sort by."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vedette.datasets.asking import SortKey
from vedette.datasets.columns import PartColumns
from vedette.vision.near import unlikeness

Numbers = NDArray[np.int64]
_DIGITS = re.compile(rb"\d+")
# Longer than any number in a file's name that people count with.
_WIDTH = 12


def order_places(places: Numbers, ranks: Sequence[NDArray[np.generic]], *, descending: bool) -> Numbers:
    """Return places by their ranks, the first rank first; what is equal stays in the dataset's order."""
    columns = [rank[places] for rank in ranks]
    if descending:
        columns = [-column.astype(np.float64) for column in columns]
    return places[np.lexsort(columns[::-1])] if columns else places[:: -1 if descending else 1]


def rank_names(names: Sequence[bytes]) -> Numbers:
    """Return each name's place among all, numbers in them by their value: img_2 before img_10.

    Files of different folders are ordered by their own names, as people see them.
    """
    # All at once, since a call for each of 250,000 names costs more than the work; no name holds 0xff.
    joined = b"\xff".join([name.rpartition(b"/")[2] for name in names]).lower()
    keys = _DIGITS.sub(lambda digits: digits.group().zfill(_WIDTH), joined).split(b"\xff")
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=keys.__getitem__)] = np.arange(len(names))
    return ranks


def rank_labels(columns: PartColumns) -> Numbers:
    """Return each entry's place by its first label in the alphabet; those without any come last."""
    numbers = sorted(columns.labels, key=lambda number: columns.names[number].casefold())
    ranks = np.full(columns.end, len(numbers), np.int64)
    for rank, number in reversed(list(enumerate(numbers))):
        ranks[columns.flags_of_label(number)] = rank
    return ranks


def ranks_of(
    sort: SortKey, columns: PartColumns, names: Callable[[], Numbers], groups: Callable[[], Numbers]
) -> list[NDArray[np.generic]]:
    """Return the columns to sort by; those that cost much are asked for where they are needed."""
    ranks: dict[SortKey, Callable[[], list[NDArray[np.generic]]]] = {
        "position": list,
        "name": lambda: [names()],
        "added": lambda: [columns.created[: columns.end]],
        "label": lambda: [rank_labels(columns)],
        "size": lambda: _rank_sizes(columns),
        # The least like the others first, so the mean distance is counted downwards.
        "unlike": lambda: [-unlikeness(columns.hashes["alike"][: columns.end])],
        "alike": lambda: _rank_alike(columns, groups()),
    }
    return ranks[sort]()


def _rank_sizes(columns: PartColumns) -> list[NDArray[np.generic]]:
    facts = columns.facts[: columns.end]
    return [facts["width"].astype(np.int64) * facts["height"], facts["bytes"].astype(np.int64)]


def _rank_alike(columns: PartColumns, groups: Numbers) -> list[NDArray[np.generic]]:
    """Sort groups of the same picture first, each together, the largest before; then what is most usual."""
    sizes = np.bincount(groups, minlength=columns.end)[groups] if len(groups) else groups
    # Pictures that are like no other are one group here, within which the usual ones come first.
    together = np.where(sizes > 1, groups, columns.end)
    return [-sizes, together, unlikeness(columns.hashes["alike"][: columns.end])]
