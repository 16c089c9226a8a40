"""What Custom Labels takes for a picture, at each of its bounds: the picture was looked at elsewhere."""

from dataclasses import replace

import pytest

from doubles.lines import a_box_line, a_line
from vedette.dialects.registry import REKOGNITION
from vedette.dialects.rekognition.picture_rules import judge_picture
from vedette.manifest.lines import read_line
from vedette.vision.inspect import Inspection

MIB = 1024**2
GOOD = Inspection(format="png", width=640, height=480, bytes=1000)
INVALID, DIMENSION = "ERROR_INVALID_IMAGE", "ERROR_INVALID_IMAGE_DIMENSION"


def codes(inspection, line=None):
    return [flaw.code for flaw in judge_picture(read_line(line or a_line(1, "a")), inspection)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"format": ""}, [INVALID]),
        ({"problem": "the file ends in the middle"}, [INVALID]),
        ({"bytes": 15 * MIB}, []),
        ({"bytes": 15 * MIB + 1}, [INVALID]),
        ({"width": 64, "height": 64}, []),
        ({"width": 63}, [INVALID]),
        ({"height": 4096}, []),
        ({"height": 4097}, [INVALID]),
        ({"width": 1280, "height": 64}, []),
        ({"width": 1281, "height": 64}, [INVALID]),
        ({"width": 64, "height": 1281}, [INVALID]),
    ],
)
def test_a_picture_is_taken_up_to_each_bound_and_not_beyond(facts, expected):
    assert codes(replace(GOOD, **facts)) == expected


def test_there_must_be_a_picture():
    assert codes(None) == [INVALID]


def test_an_address_that_is_none_is_all_that_is_wrong():
    elsewhere = a_line(1, "a").replace("s3://", "https://")
    assert codes(None, elsewhere) == []


def test_sides_that_boxes_could_not_be_read_on_have_a_code_of_their_own():
    boxed = a_box_line(1, "a")
    assert codes(replace(GOOD, width=63), boxed) == [DIMENSION]
    assert codes(replace(GOOD, width=1281, height=64), boxed) == [INVALID]


@pytest.mark.parametrize(
    ("wide", "high", "expected"),
    [(640, 480, []), (480, 640, []), (1280, 960, []), (321, 241, []), (640, 400, ["WARNING_IMAGE_SIZE"])],
)
def test_boxes_of_a_picture_of_other_proportions_are_marked_and_spoil_nothing(wide, high, expected):
    boxed = read_line(a_box_line(1, "a"))
    flaws = judge_picture(boxed, replace(GOOD, width=wide, height=high))
    assert [flaw.code for flaw in flaws] == expected
    assert all(flaw.scope == "mark" for flaw in flaws)
    assert judge_picture(read_line(a_line(1, "a")), replace(GOOD, width=wide, height=high)) == []


def test_the_dialect_judges_by_these_rules():
    verdict = REKOGNITION.judge_picture(read_line(a_line(1, "a")), None, (), same_as=None)
    assert [flaw.code for flaw in verdict] == [INVALID]
