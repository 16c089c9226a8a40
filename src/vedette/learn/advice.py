"""Of what more pictures would help most: the label that a training tells worst on pictures it did not see."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vedette.vision.annotations import ANOMALY, NORMAL, Sample

# Nothing is advised where a label is told as well as this: a right answer that is half sure counts 0.95.
WELL_TOLD = 0.95


def more_of(samples: Sequence[Sample], outcomes: npt.NDArray[np.float64] | None) -> dict[str, Any]:
    """Return the label whose pictures are told worst and how well, 0 to 1; nothing where all are told well.

    `outcomes` say of every picture how well it was told out of fold, NaN where it was not judged.
    """
    if outcomes is None or len(outcomes) != len(samples):
        return {}
    by_label: dict[str, list[float]] = defaultdict(list)
    for sample, outcome in zip(samples, outcomes.tolist(), strict=True):
        for label in _labels(sample):
            if not np.isnan(outcome):
                by_label[label].append(outcome)
    if not by_label:
        return {}
    quality, label = min((float(np.mean(values)), label) for label, values in by_label.items())
    if quality >= WELL_TOLD:
        return {}
    return {"label": label, "quality": round(quality, 3), "judged": len(by_label[label])}


def _labels(sample: Sample) -> set[str]:
    if sample.is_anomalous is not None:
        return {ANOMALY if sample.is_anomalous else NORMAL}
    return set(sample.labels)
