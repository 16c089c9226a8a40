"""A part's entries counted by its bitmaps, eight entries at a time; nothing is read."""

import numpy as np

from vedette.datasets.columns import Bits, PartColumns
from vedette.dialects.readiness import DatasetTally, LabelTally

COUNTED = ("labelled", "unsure")
CLASSES = ("normal", "anomaly")


def tally_of(columns: PartColumns) -> DatasetTally:
    """Count entries by their states and labels."""
    size = len(columns.bits["present"])
    usable = ~columns.bits["errors"]
    imaged, boxed, once, twice = (np.zeros(size, np.uint8) for _ in range(4))
    for number, pictures in columns.labels.items():
        imaged |= pictures & ~columns.boxed[number] & usable
        boxed |= columns.boxed[number] & usable
        twice |= once & pictures
        once |= pictures
    broken = (columns.facts["state"][: columns.end] >= 2) & columns.flags(columns.bits["present"])
    passed_over = columns.flags(columns.bits["errors"] & ~columns.bits["labelled"]) & broken
    errors = _count(columns.bits["errors"])
    return DatasetTally(
        **{name: _count(columns.bits[name]) for name in COUNTED},
        **{name: _count(columns.bits[name] & usable) for name in CLASSES},
        usable=_count(columns.bits["labelled"] & usable),
        total=_count(columns.bits["present"]),
        errors=errors,
        invalid=errors - int(passed_over.sum()),
        broken=int(broken.sum()),
        imaged=_count(imaged),
        boxed=_count(boxed),
        labels=[
            LabelTally(name, count, _count(columns.boxed[number] & usable), _count(pictures & ~twice))
            for number, name in sorted(columns.names.items())
            if number in columns.labels and (count := _count(pictures := columns.labels[number] & usable))
        ],
    )


def _count(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum())
