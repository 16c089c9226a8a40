"""The mark of a picture that nobody could label for sure, and what a line says that has it."""

import json
from pathlib import Path

import pytest

from doubles.lines import a_box_line, a_line, an_anomaly_line
from vedette.dialects.registry import LOOKOUT, REKOGNITION
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import read_line
from vedette.manifest.unsure import is_unsure, mark_unsure, settle

CASES = json.loads((Path(__file__).parents[1] / "golden" / "unsure.json").read_text("utf-8"))["cases"]


def dumped(line):
    return json.loads(line.text)


@pytest.mark.parametrize("case", CASES)
def test_lines_are_marked_and_settled_as_the_golden_file_says(case):
    line = read_line(json.dumps(case["line"]))
    assert is_unsure(line) is case["unsure"]
    assert dumped(mark_unsure(line)) == case["marked"]
    assert dumped(settle(line)) == case["settled"]


def test_a_line_that_is_settled_already_stays_the_text_that_it_was():
    line = read_line(a_line("a", "cat").replace(", ", " ,  "))
    assert settle(line) is line


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        (REKOGNITION, a_line("a", "cat")),
        (REKOGNITION, a_box_line("a", "cat")),
        (LOOKOUT, an_anomaly_line("a", "anomaly")),
    ],
)
def test_of_a_marked_line_nothing_is_learnt_until_somebody_settles_it(dialect, text):
    line = read_line(text)
    verdict = dialect.judge_line(line)
    marked = dialect.judge_line(mark_unsure(line))
    assert (verdict.state, marked.state) == ("valid", "ignored")
    assert (marked.every_label, marked.boxes, marked.is_anomalous, marked.mask) == ((), None, None, None)
    assert dialect.judge_line(settle(mark_unsure(line))) == verdict


def test_what_is_wrong_with_a_marked_line_is_told_all_the_same():
    line = mark_unsure(read_line(a_line("a", "x" * 300)))
    codes = [flaw.code for flaw in REKOGNITION.judge_line(line).errors]
    assert codes == ["ERROR_INVALID_LABEL_NAME_LENGTH", "ERROR_NO_VALID_LABEL_ATTRIBUTES"]


@pytest.mark.parametrize(("dialect", "label"), [(REKOGNITION, "cat"), (LOOKOUT, "anomaly")])
def test_who_labels_for_sure_takes_the_mark_away(dialect, label):
    marked = mark_unsure(read_line(a_line("a")))
    labelled = dialect.label_line(marked, label, Stamp())
    assert not is_unsure(labelled)
    again = dialect.label_line(mark_unsure(labelled), label, Stamp())
    assert again.values == labelled.values
