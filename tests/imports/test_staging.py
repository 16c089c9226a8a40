"""A line before it is taken in: whatever it holds, it has a row, and nothing in it stops the others."""

import pytest

from vedette.dialects.intake import Intake
from vedette.dialects.registry import REKOGNITION
from vedette.imports.staging import StagedRow, judge_row
from vedette.manifest.lines import write_line

ABOUT = {"class-map": {"0": "bolt"}, "type": "groundtruth/object-detection"}


@pytest.mark.parametrize("boxes", [7, True, "x", {"class_id": 0}, None, [7, None, {}, {"class_id": 9}]])
def test_boxes_that_are_none_bear_no_label_and_are_told(boxes):
    line = write_line(
        {"source-ref": "s3://bucket/p.png", "parts": {"annotations": boxes}, "parts-metadata": ABOUT}
    )
    row = judge_row(REKOGNITION, StagedRow(1, "", ""), line, Intake())
    assert (row.labels, row.counts) == ([], True)
    assert {problem[2] for problem in row.problems} == {"error"}
