"""Of what more pictures would help most: the label that a training tells worst where it did not learn."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vedette.vision.annotations import ANOMALY, NORMAL, Sample

# Nothing is advised where a label is told as well as this: a right answer that is half sure counts 0.95.
WELL_TOLD = 0.95


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """How well a label is told on what was held out, 0 to 1, and by how many pictures or objects."""

    quality: float
    count: int


def more_of(
    samples: Sequence[Sample],
    outcomes: npt.NDArray[np.float64] | None,
    by_label: Mapping[str, LabelQuality] | None = None,
) -> dict[str, Any]:
    """Return the label that is told worst and how well, 0 to 1; nothing where all are told well.

    `outcomes` say of every picture how well it was told out of fold, NaN where it was not judged; `by_label`
    says it of each label where there are none, as of boxes.
    """
    rows = by_label or _averaged(samples, outcomes)
    if not rows:
        return {}
    label, worst = min(rows.items(), key=lambda row: (row[1].quality, row[0]))
    if worst.quality >= WELL_TOLD:
        return {}
    return {"label": label, "quality": round(worst.quality, 3), "judged": worst.count}


def _averaged(
    samples: Sequence[Sample], outcomes: npt.NDArray[np.float64] | None
) -> Mapping[str, LabelQuality]:
    """Return how well each label's pictures were told on average."""
    if outcomes is None or len(outcomes) != len(samples):
        return {}
    by_label: dict[str, list[float]] = defaultdict(list)
    for sample, outcome in zip(samples, outcomes.tolist(), strict=True):
        for label in _labels(sample):
            if not np.isnan(outcome):
                by_label[label].append(outcome)
    return {label: LabelQuality(float(np.mean(values)), len(values)) for label, values in by_label.items()}


def _labels(sample: Sample) -> set[str]:
    if sample.is_anomalous is not None:
        return {ANOMALY if sample.is_anomalous else NORMAL}
    return set(sample.labels)
