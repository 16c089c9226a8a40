"""The checks of a Lookout training: the kind of model, enough pictures, pictures and masks that fit.

The counts are those of the guide's "Preparing images for a dataset". What a picture or a mask looks like is
found out elsewhere and passed in.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from vedette.dialects.lookout.codes import flaw
from vedette.dialects.lookout.limits import LABELS_OF_MASK, PICTURES
from vedette.manifest.problems import Flaw
from vedette.manifest.verdicts import Verdict

ModelType = Literal["classification", "segmentation"]


@dataclass(slots=True)
class DatasetCounts:
    """What a dataset's labelled entries are. `types` counts pictures with exactly one anomaly label."""

    normal: int = 0
    anomaly: int = 0
    masked: int = 0
    types: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture or a mask is. `colors` are a mask's as `#rrggbb`, the strange ones at least."""

    name: str
    format: Literal["PNG", "JPEG", ""] = ""
    size: tuple[int, int] = (0, 0)
    bytes: int = 0
    colors: frozenset[str] = frozenset()


def count_verdicts(verdicts: Iterable[Verdict]) -> DatasetCounts:
    """Count the labelled entries, by what their masks show; the others are left out without a word."""
    counts = DatasetCounts()
    for verdict in verdicts:
        if verdict.is_anomalous is None or verdict.state != "valid":
            continue
        counts.anomaly += verdict.is_anomalous
        counts.normal += not verdict.is_anomalous
        counts.masked += verdict.mask is not None
        for name in verdict.labels:
            counts.types[name] += len(verdict.labels) == 1
    return counts


def model_type(train: DatasetCounts) -> ModelType:
    """Return what is to be trained: one anomalous picture with a mask makes it segmentation."""
    return "segmentation" if train.masked else "classification"


def shortfalls(train: DatasetCounts, test: DatasetCounts | None, *, normal_only: bool = False) -> list[Flaw]:
    """Return what is missing for a training, nothing when it may begin.

    `normal_only` lifts the minimum of anomalous pictures of a single dataset, which our models do not need.
    """
    # A type that one of two datasets lacks is one that it has no picture of.
    types = sorted({*train.types, *(test.types if test else ())}) if train.masked else []
    if test is None:
        return _short("training", train, types, (20, 0 if normal_only else 10, 20))
    return _short("training", train, types, (10, 0, 10)) + _short("test", test, types, (10, 10, 10))


def _short(name: str, counts: DatasetCounts, types: Sequence[str], least: tuple[int, int, int]) -> list[Flaw]:
    """Return what a dataset lacks; without types of anomalies the model is a classification."""
    normal, anomaly, of_type = least
    flaws = []
    if counts.normal < normal:
        flaws.append(flaw("LOOKOUT_TOO_FEW_NORMAL", name, counts.normal, normal))
    if types:
        flaws += [
            flaw("LOOKOUT_TOO_FEW_OF_LABEL", name, counts.types[label], label, of_type)
            for label in types
            if counts.types[label] < of_type
        ]
    elif counts.anomaly < anomaly:
        flaws.append(flaw("LOOKOUT_TOO_FEW_ANOMALY", name, counts.anomaly, anomaly))
    return flaws


def check_picture(facts: PictureFacts, *, same_as: tuple[int, int] | None) -> Flaw | None:
    """Return what is wrong with a picture. `same_as` None lifts the rule that all have one size."""
    width, height = facts.size
    if not facts.format:
        return flaw("LOOKOUT_IMAGE", facts.name)
    if facts.bytes > PICTURES.most_bytes:
        return flaw("LOOKOUT_IMAGE_BYTES", facts.name)
    if not PICTURES.allow_sides(width, height):
        return flaw("LOOKOUT_IMAGE_SIDES", facts.name, width, height)
    if same_as and facts.size != same_as:
        return flaw("LOOKOUT_IMAGE_DIFFERS", facts.name, width, height, *same_as)
    return None


def check_mask(facts: PictureFacts, *, picture: tuple[int, int], labels: Iterable[str]) -> Flaw | None:
    """Return what is wrong with a mask; white, black and transparent need no label, being background."""
    if facts.format != "PNG":
        return flaw("LOOKOUT_MASK", facts.name)
    if facts.size != picture:
        return flaw("LOOKOUT_MASK_DIFFERS", facts.name, *facts.size, *picture)
    unknown = facts.colors - set(labels) - {"#ffffff", "#000000"}
    return flaw("LOOKOUT_MASK_COLOR", facts.name, min(unknown)) if unknown else None


def check_labels(name: str, verdict: Verdict) -> Flaw | None:
    """Return what is wrong with the number of types that a mask shows."""
    return flaw("LOOKOUT_LABELS_OF_MASK", name) if len(verdict.labels) > LABELS_OF_MASK else None
