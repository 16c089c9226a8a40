"""How far two answers agree: each measure by its edges, and the same whoever comes first."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.manifest.lines import read_line
from vedette.rounds.agreement import (
    Agreement,
    compare,
    compare_boxes,
    compare_labels,
    compare_masks,
    iou,
    names_in,
)
from vedette.vision.annotations import Box


def box(left, top=0.0, width=0.4, height=0.4):
    return Box(left, top, width, height)


@pytest.mark.parametrize(
    ("first", "second", "agreement"),
    [
        ("", "", Agreement(1.0, agrees=True)),
        ("ab", "ab", Agreement(1.0, agrees=True)),
        ("ab", "a", Agreement(0.5, agrees=False)),
        ("ab", "bc", Agreement(1 / 3, agrees=False)),
        ("a", "", Agreement(0.0, agrees=False)),
    ],
)
def test_labels_agree_where_they_are_the_same_and_as_far_as_they_share(first, second, agreement):
    assert compare_labels(set(first), set(second)) == agreement


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (box(0), box(0), 1.0),
        (box(0), box(0.2), 1 / 3),
        (box(0), box(0, 0.2), 1 / 3),
        (box(0), box(0.4), 0.0),
        (box(0), box(0, 0.4), 0.0),
        (box(0), box(0.5, 0.5), 0.0),
        (box(0, 0, 0.4, 0.4), box(0, 0, 0.4, 0.2), 0.5),
        (box(0.1, 0.2, 0.3, 0.1), box(0.1, 0.2, 0.3, 0.1), 1.0),
    ],
)
def test_boxes_share_an_area_of_what_either_covers(first, second, overlap):
    assert iou(first, second) == pytest.approx(overlap)
    assert iou(second, first) == pytest.approx(overlap)


def test_boxes_of_one_label_are_paired_the_nearest_first():
    first = [("dent", box(0)), ("dent", box(0.1))]
    second = [("dent", box(0.1)), ("dent", box(0.02))]
    near = iou(box(0), box(0.02))
    assert compare_boxes(first, second) == Agreement(pytest.approx((1 + near) / 2), agrees=True)


@pytest.mark.parametrize(
    ("first", "second", "score", "agrees"),
    [
        ([], [], 1.0, True),
        ([("a", box(0))], [], 0.0, False),
        ([("a", box(0))], [("b", box(0))], 0.0, False),
        ([("a", box(0))], [("a", box(0.5))], 0.0, False),
        ([("a", box(0, 0, 0.5, 0.5))], [("a", box(0, 0, 0.5, 0.25))], 0.5, True),
        ([("a", box(0, 0, 0.5, 0.5))], [("a", box(0, 0, 0.5, 0.24))], 0.48, False),
        ([("a", box(0)), ("a", box(0))], [("a", box(0))], 0.5, False),
    ],
)
def test_boxes_agree_where_each_has_a_partner_of_at_least_one_half(first, second, score, agrees):
    for one, other in ((first, second), (second, first)):
        assert compare_boxes(one, other) == Agreement(pytest.approx(score), agrees=agrees)


boxes = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.builds(Box, st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.1, 0.5), st.floats(0.1, 0.5)),
    ),
    max_size=4,
)


@settings(max_examples=25)
@given(boxes, boxes)
def test_boxes_agree_between_nothing_and_all_and_with_themselves(first, second):
    agreement = compare_boxes(first, second)
    assert 0 <= agreement.score <= 1 + 1e-9
    assert compare_boxes(first, first) == Agreement(pytest.approx(1), agrees=True)
    assert compare_boxes(second, first).agrees is agreement.agrees


def areas(**rows):
    return {name: np.array([[mark == "x" for mark in row]]) for name, row in rows.items()}


@pytest.mark.parametrize(
    ("first", "second", "score", "agrees"),
    [
        (areas(), areas(), 1.0, True),
        (areas(rust="xx.."), areas(rust="xx.."), 1.0, True),
        (areas(rust="xx.."), areas(rust="x..."), 0.5, True),
        (areas(rust="xxx."), areas(rust="x..."), 1 / 3, False),
        (areas(rust="xx.."), areas(), 0.0, False),
        (areas(rust="xx..", dirt="..xx"), areas(rust="xx.."), 0.5, True),
        (areas(rust="...."), areas(rust="...."), 1.0, True),
        (areas(rust="xx"), areas(rust="xx.."), 0.0, False),
    ],
)
def test_masks_agree_from_half_of_the_pixels_of_each_type(first, second, score, agrees):
    for one, other in ((first, second), (second, first)):
        assert compare_masks(one, other) == Agreement(pytest.approx(score), agrees=agrees)


def class_line(name):
    about = {"class-name": name, "confidence": 1, "type": "groundtruth/image-classification"}
    facts = {**about, "human-annotated": "yes", "creation-date": "2026-01-01T00:00:00", "job-name": "x"}
    return read_line(json.dumps({"source-ref": "s3://b/1.png", "l": 1, "l-metadata": facts}))


def box_line(name, left):
    about = {"class-map": {"0": name}, "objects": [{"confidence": 1}], "type": "groundtruth/object-detection"}
    facts = {**about, "human-annotated": "yes", "creation-date": "2026-01-01T00:00:00", "job-name": "x"}
    place = {"class_id": 0, "left": left, "top": 0, "width": 50, "height": 50}
    boxes = {"image_size": [{"width": 100, "height": 100, "depth": 3}], "annotations": [place]}
    return read_line(json.dumps({"source-ref": "s3://b/1.png", "bb": boxes, "bb-metadata": facts}))


def test_each_task_compares_what_it_asks_for():
    same, other = areas(rust="xx.."), areas(rust="..xx")
    normal, anomaly = class_line("normal"), class_line("anomaly")
    assert compare("labels", normal, anomaly) == Agreement(0.0, agrees=False)
    assert compare("boxes", normal, anomaly) == Agreement(1.0, agrees=True)
    assert compare("boxes", box_line("a", 0), box_line("a", 50)) == Agreement(0.0, agrees=False)
    assert compare("boxes", box_line("a", 0), box_line("a", 0)) == Agreement(1.0, agrees=True)
    assert compare("masks", normal, anomaly, [same, same]) == Agreement(0.0, agrees=False)
    assert compare("masks", anomaly, anomaly, [same, other]) == Agreement(0.0, agrees=False)
    assert compare("masks", anomaly, anomaly, [same, same]) == Agreement(1.0, agrees=True)
    assert compare("masks", anomaly, anomaly) == Agreement(1.0, agrees=True)


def test_names_are_those_of_the_picture_and_of_its_boxes():
    assert names_in(class_line("normal")) == {"normal"}
    assert names_in(box_line("dent", 0)) == {"dent"}
