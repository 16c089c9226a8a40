"""What a model guesses of a picture, written as the labels of its line.

A guess is what `workers/draft.py` says of a picture, as JSON. Nothing here reads a picture or stores a mask.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vedette.dialects.dialect import Dialect
from vedette.manifest import anomaly, detection, segmentation
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import Line, change_line
from vedette.manifest.places import split_s3
from vedette.manifest.unsure import settle
from vedette.vision.annotations import Box


def write_guess(
    dialect: Dialect, line: Line, guess: Mapping[str, Any], stamp: Stamp, mask_address: str = ""
) -> Line:
    """Return the line with what was guessed; a guessed mask lies, or will lie, at its address."""
    line = settle(line)
    for label in guess["labels"]:
        line = dialect.label_line(line, label, stamp)
    if guess["boxes"] is not None:
        boxes = [(label, Box(*edges)) for label, _, *edges in guess["boxes"]]
        width, height = guess["size"]
        size = detection.Size(width, height, 3)
        line = change_line(line, detection.write_boxes(boxes, "bounding-box", of=size, stamp=stamp))
    if guess["is_anomalous"] is not None:
        line = change_line(line, anomaly.write_class(is_anomalous=guess["is_anomalous"], stamp=stamp))
    if mask_address:
        mask = segmentation.MaskRef(mask_address, dict(guess["colors"]))
        line = change_line(line, segmentation.write_mask(mask, stamp=stamp))
    return line


def mask_place(project: str, source: str, png: bytes) -> tuple[str, str]:
    """Return the bucket and the key of a guessed mask: beside its picture, named by its bytes (0271)."""
    bucket, picture = split_s3(source)
    digest = hashlib.blake2b(png, digest_size=8).hexdigest()
    return bucket, f"vedette-masks/{project}/{Path(picture).stem}-{digest}.png"
