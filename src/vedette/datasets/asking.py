"""What a query of entries may ask: conditions, an order, and a place in the answer. Values only."""

import hashlib
from dataclasses import dataclass, field
from typing import Literal, get_args

from vedette.datasets.dataset import Filter
from vedette.datasets.picture_facts import PictureState

SortKey = Literal["position", "name", "added", "label", "size", "unlike", "alike"]
SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)

MOST_ENTRIES = 500
"""Entries of one answer: a screen of 2,560 by 1,440 pixels at the smallest thumbnails shows about 400."""


@dataclass(frozen=True, slots=True)
class SizeRange:
    """From which to which size pictures pass: the shorter side in pixels, and bytes. None is no bound."""

    least_side: int | None = None
    most_side: int | None = None
    least_bytes: int | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries are asked for; every condition that is given must hold."""

    # What lists of the services can ask too; its `contains` is compared without regard to case here.
    basic: Filter = field(default_factory=Filter)
    without_labels: tuple[str, ...] = ()
    size: SizeRange = field(default_factory=SizeRange)
    picture_states: tuple[PictureState, ...] = ()
    # Like another picture of the same dataset, or of the project's other one.
    has_twin: bool = False
    is_shared: bool = False
    has_boxes: bool | None = None
    is_unsure: bool | None = None
    ids: tuple[str, ...] = ()

    @property
    def asks_for_twins(self) -> bool:
        """Whether pictures must have been compared."""
        return self.has_twin or self.is_shared


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """Conditions and an order."""

    conditions: EntryFilter = field(default_factory=EntryFilter)
    sort: SortKey = "position"
    descending: bool = False

    @property
    def asks_for_twins(self) -> bool:
        """Whether pictures must have been compared."""
        return self.conditions.asks_for_twins or self.sort == "alike"

    def key(self) -> str:
        """Return what the same query is known by."""
        return hashlib.blake2b(repr(self).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
