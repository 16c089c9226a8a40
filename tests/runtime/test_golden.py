"""Golden answers: what processors differ by is alike, what a wrong device answers is not."""

import json

import pytest

from vedette.errors import Wrong
from vedette.runtime.golden import (
    ANSWERS,
    GoldenAnswer,
    GoldenFinding,
    difference,
    farthest,
    golden_pictures,
    write_answers,
)
from vedette.vision.annotations import Box

LEFT, RIGHT = Box(0.0, 0.0, 0.4, 0.4), Box(0.6, 0.6, 0.4, 0.4)


def scored(score, threshold=0.5):
    return GoldenAnswer((), score, threshold)


def found(*rows, thresholds=None):
    findings = tuple(GoldenFinding(label, confidence, *box) for label, confidence, *box in rows)
    return GoldenAnswer(findings, thresholds=thresholds or {})


@pytest.mark.parametrize(("precision", "near", "far"), [("float32", 0.049, 0.051), ("int8", 0.099, 0.101)])
def test_scores_may_be_as_far_apart_as_the_precision_allows(precision, near, far):
    assert difference(scored(0.8), scored(0.8 - near), precision) == ""
    assert "instead of 0.800" in difference(scored(0.8), scored(0.8 - far), precision)


def test_a_verdict_may_turn_near_the_threshold_alone():
    assert difference(scored(0.52), scored(0.48)) == ""
    # The threshold was chosen anew since; each is held against its own.
    assert difference(scored(0.8, 0.5), scored(0.8, 0.7)) == ""
    assert difference(scored(0.8, 0.5), scored(0.8, 0.9)) == "it judges otherwise at 0.800"
    assert difference(scored(0.8), found(("rust", 0.9))) == "it has no score"


@pytest.mark.parametrize(("precision", "near", "far"), [("float32", 0.049, 0.051), ("int8", 0.099, 0.101)])
def test_labels_may_be_as_far_apart_as_the_precision_allows(precision, near, far):
    assert difference(found(("red", 0.9)), found(("red", 0.9 - near)), precision) == ""
    answer = difference(found(("red", 0.9)), found(("red", 0.9 - far)), precision)
    assert answer == "it lacks 'red' with 0.90"


def test_a_label_near_its_own_threshold_may_be_there_or_not():
    thresholds = {"red": 0.7}
    assert difference(found(("red", 0.74), thresholds=thresholds), found()) == ""
    assert difference(found(thresholds=thresholds), found(("red", 0.74))) == ""
    assert difference(found(("red", 0.76), thresholds=thresholds), found()) == "it lacks 'red' with 0.76"
    assert difference(found(thresholds=thresholds), found(("red", 0.76))) == "it has 'red' with 0.76"
    # Components of before name no thresholds.
    assert difference(found(("red", 0.74)), found()) == "it lacks 'red' with 0.74"


def test_a_box_is_alike_where_it_lies_alike():
    assert difference(found(("red", 0.9, LEFT)), found(("red", 0.9, RIGHT))) == "it lacks 'red' with 0.90"
    moved = Box(0.02, 0.0, 0.4, 0.4)
    assert difference(found(("red", 0.9, LEFT)), found(("red", 0.9, moved))) == ""
    assert difference(found(("red", 0.9, LEFT)), found(("red", 0.9))) != ""


def test_the_farthest_is_of_what_both_say_something_about():
    first = found(("red", 0.9, LEFT), ("red", 0.6, RIGHT), ("blue", 0.3))
    second = found(("red", 0.88, LEFT), ("red", 0.61, RIGHT))
    assert farthest(first, second) == pytest.approx(0.02)
    assert farthest(found(), second) == 0.0
    assert farthest(scored(0.5), scored(0.53)) == pytest.approx(0.03)
    assert farthest(scored(0.5), found()) == 1.0


def test_thresholds_travel_with_the_answers_and_older_answers_have_none(tmp_path):
    write_answers(tmp_path / "golden", {"golden/1.jpg": found(("red", 0.9))}, {"red": 0.7})
    files = [ANSWERS, "golden/1.jpg"]
    (picture,) = golden_pictures(tmp_path, files)
    assert picture.expected == found(("red", 0.9), thresholds={"red": 0.7})
    place = tmp_path / ANSWERS
    document = json.loads(place.read_text())
    del document["thresholds"]
    place.write_text(json.dumps(document))
    (picture,) = golden_pictures(tmp_path, files)
    assert picture.expected.thresholds == {}
    for damage in ([], {"red": "high"}, 5):
        place.write_text(json.dumps({**document, "thresholds": damage}))
        with pytest.raises(Wrong, match="golden pictures are damaged"):
            golden_pictures(tmp_path, files)
