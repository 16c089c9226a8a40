"""The masks that a segmentation model draws on its test pictures, for the evaluation manifest.

The guides leave them out; lookout.md 6.4 proposes where they are named. A picture on which nothing was
found has none. They are drawn as DetectAnomalies draws them, and lie as the stored picture does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vedette.runtime.decode import Answer
from vedette.runtime.model import Model
from vedette.training.folder import Folder
from vedette.vision.annotations import Sample
from vedette.vision.draw import color_of, write_mask_picture
from vedette.vision.images import open_head
from vedette.vision.turn import orientation_of

DETECTED = "anomaly-mask-ref-detected"
BACKGROUND = {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.0}


@dataclass(frozen=True, slots=True)
class Masks:
    """The masks of one training. `place` is the address of the folder that they will lie in."""

    folder: Folder
    place: str
    # By the picture's address: the file's name, and the types on it with colour and confidence.
    kept: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)

    def keep(self, model: Model, sample: Sample, answer: Answer) -> None:
        """Write the mask of one answer, if there is anything on it; threads may do so side by side."""
        if answer.mask is None or not answer.mask.any():
            return
        with open_head(sample.picture) as image:
            lying = orientation_of(image)
        drawn = write_mask_picture(answer.mask, model.labels, model.facts.colors, orientation=lying)
        name = f"{self.folder.place_of(sample.source).stem}.png"
        self.folder.masks.mkdir(parents=True, exist_ok=True)
        (self.folder.masks / name).write_bytes(drawn)
        self.kept[sample.source] = (name, _color_map(model, answer, set(np.unique(answer.mask).tolist())))

    def tell(self, source: str, common: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a line of the evaluation manifest says of its picture's mask."""
        if source not in self.kept:
            return {}
        name, colors = self.kept[source]
        metadata = {**common, "internal-color-map": colors, "type": "groundtruth/semantic-segmentation"}
        return {DETECTED: f"{self.place}/{name}", f"{DETECTED}-metadata": metadata}


def _color_map(model: Model, answer: Answer, numbers: set[int]) -> dict[str, Any]:
    sure = {finding.label: finding.confidence for finding in answer.findings}
    here = [label for number, label in enumerate(model.labels, start=1) if number in numbers]
    entries = [
        {
            "class-name": label,
            "hex-color": color_of(label, model.labels, model.facts.colors),
            "confidence": sure.get(label, 0.0),
        }
        for label in here
    ]
    return {str(number): entry for number, entry in enumerate([BACKGROUND, *entries])}
