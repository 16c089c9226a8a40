"""The masks that a segmentation model draws on its test pictures, for the documents of its training.

A picture on which nothing was found has none. They are drawn as an answer's mask is, and lie as the stored
picture does; a dialect's documents say where they are.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vedette.dialects.training_data import DrawnMask, MaskedLabel
from vedette.file_access import write_file
from vedette.runtime.decode import Answer
from vedette.runtime.model import Model
from vedette.training.folder import Folder
from vedette.vision.annotations import Sample
from vedette.vision.draw import color_of, write_mask_picture
from vedette.vision.files import open_head
from vedette.vision.turn import orientation_of


@dataclass(frozen=True, slots=True)
class MaskWriter:
    """Writes the masks of one training into its folder; `masks` holds them by their picture's address."""

    folder: Folder
    masks: dict[str, DrawnMask] = field(default_factory=dict)

    def write(self, model: Model, sample: Sample, answer: Answer) -> None:
        """Write the mask of one answer, if there is anything on it; threads may do so side by side."""
        if answer.mask is None or not answer.mask.any():
            return
        with open_head(sample.picture) as image:
            orientation = orientation_of(image)
        png = write_mask_picture(answer.mask, model.labels, model.facts.colors, orientation=orientation)
        name = f"{self.folder.place_of(sample.source).stem}.png"
        self.folder.masks.mkdir(parents=True, exist_ok=True)
        write_file(self.folder.masks / name, png)
        self.masks[sample.source] = DrawnMask(name, _labels_on(model, answer, answer.mask))


def _labels_on(model: Model, answer: Answer, mask: NDArray[np.uint8]) -> list[MaskedLabel]:
    confidences = {finding.label: finding.confidence for finding in answer.findings}
    numbers = set(np.unique(mask).tolist())
    return [
        MaskedLabel(label, color_of(label, model.labels, model.facts.colors), confidences.get(label, 0.0))
        for number, label in enumerate(model.labels, start=1)
        if number in numbers
    ]
