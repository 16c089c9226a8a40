"""Pictures that follow one another: whether a set is a series, in which neighbours look alike.

Frames of one strip, shots of one part, pictures of one afternoon: where some of them train and their
neighbours judge, a recipe seems better than it is on tomorrow's pictures (steel, ten pictures of each kind:
0.998 out of random folds, 0.871 on later ones). Such sets are dealt in blocks (split.py). Nothing is read
here but names and features; capture times are not looked at.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from vedette.learn.split import stratum
from vedette.vision.annotations import Sample

Array = npt.NDArray[np.floating]

# Neighbours must be nearer than others by so many standard errors, which chance hardly ever reaches, and by
# this share of the distance, below which nothing is flattered by them.
ERRORS, NEARER = 4.0, 0.05
# Of fewer pictures of a label nothing can be said.
FEWEST = 5

_DIGITS = re.compile(r"(\d+)")


def by_name(samples: Sequence[Sample]) -> list[int]:
    """Return the samples' indices in the order of their names, numbers in them by their value."""

    def key(index: int) -> list[tuple[bool, int, str]]:
        sample = samples[index]
        parts = _DIGITS.split(sample.source or str(sample.picture))
        # Not `isdigit`: a raised 2 is a digit and no number.
        return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]

    return sorted(range(len(samples)), key=key)


def is_series(samples: Sequence[Sample], features: Array) -> bool:
    """Say whether pictures of a label that follow one another by name look more alike than others of it.

    `features` are [picture, number]; each is put on one scale before distances are taken.
    """
    if len(samples) < FEWEST:
        return False
    rows = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    nearer: list[float] = []
    for indices in _strata(samples).values():
        if len(indices) >= FEWEST:
            nearer += _how_much_nearer(rows[indices])
    if len(nearer) < FEWEST:
        return False
    gains = np.array(nearer)
    error = float(gains.std(ddof=1)) / len(gains) ** 0.5
    return bool(gains.mean() > NEARER and gains.mean() > ERRORS * error)


def _strata(samples: Sequence[Sample]) -> dict[object, list[int]]:
    """Return the indices of every stratum, in the order of the names."""
    strata: dict[object, list[int]] = {}
    for index in by_name(samples):
        strata.setdefault(stratum(samples[index]), []).append(index)
    return strata


def _how_much_nearer(rows: Array) -> list[float]:
    """Return by which share of its usual distance every picture is nearer to the next one."""
    squares = (rows**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * rows @ rows.T, 0))
    usual = distances.sum(axis=1) / (len(rows) - 1)
    # Of pictures that are all the same none is nearer.
    return [1 - float((distances[a, b] + 1e-3) / (usual[a] + 1e-3)) for a, b in pairwise(range(len(rows)))]
