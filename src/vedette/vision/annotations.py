"""What is said of a picture, by a person (a sample) or by a model (a finding).

Coordinates are shares of the picture everywhere inside; pixels exist only in manifests
and on screens. Confidence is 0 to 1.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Task = Literal["classification", "multilabel", "detection", "anomaly", "segmentation"]

NORMAL = "normal"
ANOMALY = "anomaly"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its left top corner and its size, in shares of the picture."""

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        if not (self.width > 0 and self.height > 0):
            raise ValueError(f"a box has an area: {self}")


@dataclass(frozen=True, slots=True)
class Mask:
    """Where the anomalies of a picture lie: a PNG whose colours name their types.

    `colors` maps `#rrggbb` to a label; the background's colour is not in it. `orientation` is that of the
    picture's EXIF: a mask is drawn on the raster as it is stored (decisions/0148).
    """

    path: Path
    colors: dict[str, str]
    orientation: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled picture of a training or a test set.

    `boxes` is None when nobody looked for objects, and empty when they looked and found none.
    `is_anomalous` is None outside the anomaly tasks.
    """

    picture: Path
    labels: tuple[str, ...] = ()
    boxes: tuple[tuple[str, Box], ...] | None = None
    is_anomalous: bool | None = None
    mask: Mask | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A label with a confidence, and a box or the share of the picture it covers where the task has one."""

    label: str
    confidence: float
    box: Box | None = None
    area: float | None = None
    extra: dict[str, float] = field(default_factory=dict)
