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
from vedette.dialects.readiness import DatasetTally, TrainingLack
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
    """What a picture or a mask is. `colors` are a mask's as `#rrggbb`, the strange ones at least.

    `size` is that of the picture as it is seen, `raster` that of what is stored, where it is known.
    """

    name: str
    format: Literal["PNG", "JPEG", ""] = ""
    size: tuple[int, int] = (0, 0)
    bytes: int = 0
    colors: frozenset[str] = frozenset()
    raster: tuple[int, int] | None = None


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


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Fewer pictures than a training must have: of a class, or of one label alone."""

    dataset: Literal["train", "test"]
    kind: Literal["normal", "anomaly", "pictures"]
    count: int
    least: int
    label: str = ""


def shortfalls(train: DatasetCounts, test: DatasetCounts | None, *, normal_only: bool = False) -> list[Flaw]:
    """Return in the service's sentences what is missing for a training, nothing when it may begin."""
    return [flaw_of(shortfall) for shortfall in find_shortfalls(train, test, normal_only=normal_only)]


def find_shortfalls(
    train: DatasetCounts, test: DatasetCounts | None, *, normal_only: bool = False
) -> list[Shortfall]:
    """Return what is missing for a training.

    `normal_only` lifts the minimum of anomalous pictures of a single dataset, which our models do not need.
    """
    # A type that one of two datasets lacks is one that it has no picture of.
    types = sorted({*train.types, *(test.types if test else ())}) if train.masked else []
    if test is None:
        return _short("train", train, types, (20, 0 if normal_only else 10, 20))
    return _short("train", train, types, (10, 0, 10)) + _short("test", test, types, (10, 10, 10))


def _short(
    dataset: Literal["train", "test"],
    counts: DatasetCounts,
    types: Sequence[str],
    least: tuple[int, int, int],
) -> list[Shortfall]:
    """Return what a dataset lacks; without types of anomalies the model is a classification."""
    normal, anomaly, of_type = least
    lacks = []
    if counts.normal < normal:
        lacks.append(Shortfall(dataset, "normal", counts.normal, normal))
    if types:
        lacks += [
            Shortfall(dataset, "pictures", counts.types[label], of_type, label)
            for label in types
            if counts.types[label] < of_type
        ]
    elif counts.anomaly < anomaly:
        lacks.append(Shortfall(dataset, "anomaly", counts.anomaly, anomaly))
    return lacks


def flaw_of(shortfall: Shortfall) -> Flaw:
    """Return the sentence in which a training is refused for it."""
    name = {"train": "training", "test": "test"}[shortfall.dataset]
    if shortfall.kind == "pictures":
        return flaw("LOOKOUT_TOO_FEW_OF_LABEL", name, shortfall.count, shortfall.label, shortfall.least)
    code = "LOOKOUT_TOO_FEW_NORMAL" if shortfall.kind == "normal" else "LOOKOUT_TOO_FEW_ANOMALY"
    return flaw(code, name, shortfall.count, shortfall.least)


def find_lacks(train: DatasetTally, test: DatasetTally | None) -> list[TrainingLack]:
    """Return what is wanting by counts of datasets, asked before a training is."""
    counted = find_shortfalls(_counts_of(train), None if test is None else _counts_of(test))
    return [
        TrainingLack(lack.kind, lack.dataset, lack.least - lack.count, (lack.label,) if lack.label else ())
        for lack in counted
    ]


def _counts_of(tally: DatasetTally) -> DatasetCounts:
    types = Counter({label.name: label.alone for label in tally.labels if label.pictures})
    return DatasetCounts(tally.normal, tally.anomaly, tally.imaged, types)


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


def check_mask(
    facts: PictureFacts,
    *,
    picture: tuple[int, int],
    labels: Iterable[str],
    raster: tuple[int, int] | None = None,
) -> Flaw | None:
    """Return what is wrong with a mask; white, black and transparent need no label, being background.

    `raster` are the sides of the stored picture where EXIF turns it: a mask is drawn on that, as a rule
    (decisions/0148), or on the picture as it is seen.
    """
    if facts.format != "PNG":
        return flaw("LOOKOUT_MASK", facts.name)
    if facts.size not in (picture, raster or picture):
        return flaw("LOOKOUT_MASK_DIFFERS", facts.name, *facts.size, *picture)
    unknown = facts.colors - set(labels) - {"#ffffff", "#000000"}
    return flaw("LOOKOUT_MASK_COLOR", facts.name, min(unknown)) if unknown else None


def check_labels(name: str, verdict: Verdict) -> Flaw | None:
    """Return what is wrong with the number of types that a mask shows."""
    return flaw("LOOKOUT_LABELS_OF_MASK", name) if len(verdict.labels) > LABELS_OF_MASK else None
