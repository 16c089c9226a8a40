"""The picture that looks least like those that were labelled lately, by the features that studies keep.

Numbers alone: a few thousand rows against a few. Who asks at 250,000 entries waits for nothing else.
"""

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vedette.datasets.sampling import PictureMatch
from vedette.suggestions.features import read_features

Rows = NDArray[np.float32]

MOST_STORES = 2
"""Projects whose features stay in memory, of 40 MB each at the most: those that somebody labels now."""
FLOOR = 0.1  # of the middle spread, so that a dead channel is not blown up


class FeatureRows:
    """Features of projects, read again where their file is another. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stores: dict[tuple[Path, ...], tuple[list[int], list[bytes], Rows]] = {}

    def of(self, *stores: Path) -> tuple[list[bytes], Rows]:
        """Return the pictures' hashes, and a row of length one for each; none where nothing was studied."""
        changed = [_changed(store) for store in stores]
        with self._lock:
            rows = self._stores.pop(stores, None)
            if rows is None or rows[0] != changed:
                features = read_features(*stores)
                rows = (changed, [bytes.fromhex(key) for key in features], _scaled(list(features.values())))
            self._stores[stores] = rows
            while len(self._stores) > MOST_STORES:
                del self._stores[next(iter(self._stores))]
        return rows[1], rows[2]


def _changed(store: Path) -> int:
    """Return when a file was written; 0 where there is none."""
    try:
        return store.stat().st_mtime_ns
    except OSError:
        return 0


def choose_different(rows: Rows, recent: Rows, candidates: PictureMatch) -> int | None:
    """Return the place of the candidate that is farthest from all recent rows; unlabelled ones come first."""
    for is_labelled in (False, True):
        part = np.flatnonzero(candidates.labelled == is_labelled)
        if len(part):
            nearest = (rows[candidates.rows[part]] @ recent.T).max(axis=1, initial=-1.0)
            return int(candidates.places[part[int(nearest.argmin())]])
    return None


def _scaled(features: list[Rows]) -> Rows:
    """Return features on one scale, each row of length one."""
    if not features:
        return np.zeros((0, 1), np.float32)
    rows = np.stack(features)
    spread = rows.std(axis=0)
    rows = (rows - rows.mean(axis=0)) / (np.maximum(spread, FLOOR * float(np.median(spread))) + 1e-6)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)
