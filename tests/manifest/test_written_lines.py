"""Python and the console write the same parts of a line: both are held to one golden file."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from vedette.manifest import anomaly, classification, detection, segmentation
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.segmentation import MaskRef
from vedette.vision.annotations import Box

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "written" / "parts.json").read_text("utf-8"))


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["writes"])
def test_a_writer_writes_what_the_golden_file_says(case):
    stamp = Stamp(datetime.fromisoformat(GOLDEN["moment"]), case["job"])
    part = WRITERS[case["writes"]](case, stamp)
    assert part == case["part"]
    assert list(part) == list(case["part"])


def write_labels(case, stamp):
    return classification.write_labels(case["labels"], stamp=stamp)


def write_class(case, stamp):
    return anomaly.write_class(is_anomalous=case["anomalous"], stamp=stamp)


def write_boxes(case, stamp):
    boxes = [(box["label"], Box(*box["shares"])) for box in case["boxes"]]
    size = Size(*case["size"])
    return detection.write_boxes(boxes, case["attribute"], of=size, names=case["names"], stamp=stamp)


def write_mask(case, stamp):
    return segmentation.write_mask(MaskRef(case["ref"], dict(case["colors"])), stamp=stamp)


WRITERS = {"labels": write_labels, "class": write_class, "boxes": write_boxes, "mask": write_mask}
