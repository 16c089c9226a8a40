"""What a dataset holds, in numbers, and what a training would lack, as its own checks have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LackKind = Literal["errors", "labels", "pictures", "normal", "anomaly", "untested"]


@dataclass(frozen=True, slots=True)
class LabelTally:
    """Pictures with a label, those where it is on a box, and those that have no other one."""

    name: str
    pictures: int
    boxed: int
    alone: int


@dataclass(frozen=True, slots=True)
class DatasetTally:
    """A dataset's entries counted; `imaged` have a label of the whole picture, `boxed` one on a box.

    Entries with errors are in no training: they are among `total`, `labelled`, `errors` and `invalid` alone.
    The invalid ones are lines that a training complains of; a broken picture without a label is none.
    """

    total: int = 0
    labelled: int = 0
    usable: int = 0
    unsure: int = 0
    errors: int = 0
    invalid: int = 0
    broken: int = 0
    normal: int = 0
    anomaly: int = 0
    imaged: int = 0
    boxed: int = 0
    labels: Sequence[LabelTally] = ()


@dataclass(frozen=True, slots=True)
class TrainingLack:
    """What is wanting, how many of it, and whether a training is refused for it."""

    kind: LackKind
    dataset: Literal["train", "test"]
    count: int
    labels: Sequence[str] = ()
    is_refused: bool = True
