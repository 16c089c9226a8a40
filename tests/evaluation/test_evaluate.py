"""The document of an evaluation, and what it says of each picture."""

import json
from pathlib import Path

import pytest

from doubles.evaluations import document_of
from vedette.evaluation.document import read_evaluation
from vedette.evaluation.headline import headline
from vedette.evaluation.judged import JudgedPicture
from vedette.vision.annotations import Box, Finding, Sample


def classified(*rows, labels=("cat", "dog")):
    """Rows of (truth, score of each label)."""
    return [
        JudgedPicture(
            Sample(Path(f"{n}.png"), labels=tuple(truth.split("+"))),
            scores=dict(zip(labels, scores, strict=True)),
        )
        for n, (truth, *scores) in enumerate(rows)
    ]


def test_classification_by_hand():
    pictures = classified(("cat", 0.9, 0.1), ("cat", 0.4, 0.6), ("dog", 0.2, 0.8), ("dog", 0.3, 0.7))
    document = document_of("classification", ["cat", "dog"], pictures, thresholds={"cat": 0.5, "dog": 0.5})
    assert document["accuracy"] == 0.75
    assert document["precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert document["recall"] == pytest.approx((1 / 2 + 1) / 2)
    assert document["f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert document["confusion"] == [
        {"truth": "cat", "predicted": "cat", "count": 1, "share": 0.5},
        {"truth": "cat", "predicted": "dog", "count": 1, "share": 0.5},
        {"truth": "dog", "predicted": "dog", "count": 2, "share": 1.0},
    ]
    assert document["outcomes"][1] == {
        "picture": "1.png",
        "truth": ["cat"],
        "scores": {"cat": 0.4, "dog": 0.6},
        "findings": [{"label": "dog", "confidence": 0.6}],
        "outcomes": {"cat": "fn", "dog": "fp"},
        "predicted": "dog",
        "correct": False,
    }


def test_without_thresholds_the_best_f1_is_assumed():
    pictures = classified(("cat", 0.40, 0.1), ("cat", 0.35, 0.2), ("dog", 0.1, 0.8), ("dog", 0.2, 0.7))
    document = document_of("classification", ["cat", "dog"], pictures)
    assert document["f1"] == 1
    assert document["thresholds"] == {"cat": pytest.approx(0.275), "dog": pytest.approx(0.45)}


def test_a_label_without_test_pictures_keeps_its_threshold_and_is_not_averaged():
    pictures = classified(("cat", 0.9, 0.1), ("cat", 0.8, 0.1))
    document = document_of("classification", ["cat", "dog"], pictures, fallback={"dog": 0.7})
    assert document["thresholds"]["dog"] == 0.7
    assert document["f1"] == 1


def test_several_labels_are_right_only_together():
    pictures = classified(("cat+dog", 0.9, 0.8), ("cat", 0.9, 0.7))
    document = document_of("multilabel", ["cat", "dog"], pictures, thresholds={})
    assert document["accuracy"] == 0.5
    assert "confusion" not in document
    assert [o["correct"] for o in document["outcomes"]] == [True, False]


def boxes(*truth, findings=()):
    sample = Sample(Path("p.png"), boxes=tuple(truth), source="s3://b/p.png")
    return JudgedPicture(sample, findings=tuple(Finding(label, score, box) for label, score, box in findings))


LEFT, RIGHT = Box(0, 0, 0.4, 0.4), Box(0.5, 0.5, 0.4, 0.4)


def test_boxes_by_hand():
    pictures = [
        boxes(("cat", LEFT), ("cat", RIGHT), findings=[("cat", 0.9, LEFT), ("cat", 0.02, RIGHT)]),
        boxes(("dog", LEFT), findings=[("dog", 0.8, LEFT), ("dog", 0.6, RIGHT), ("cat", 0.7, LEFT)]),
        boxes(),
    ]
    document = document_of("detection", ["cat", "dog"], pictures, thresholds={"cat": 0.5, "dog": 0.5})
    cat, dog = document["labels"]
    assert cat["counts"] == {"tp": 1, "fp": 1, "fn": 1, "tn": 0}
    assert dog["counts"] == {"tp": 1, "fp": 1, "fn": 0, "tn": 0}
    assert (cat["test_pictures"], cat["test_boxes"]) == (1, 2)
    assert document["f1"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert dog["average_precision"] == pytest.approx(1)
    first, second, third = document["outcomes"]
    assert first["missed"] == [
        {"label": "cat", "box": {"left": 0.5, "top": 0.5, "width": 0.4, "height": 0.4}}
    ]
    assert [(f["label"], f["outcome"]) for f in second["findings"]] == [
        ("dog", "tp"),
        ("dog", "fp"),
        ("cat", "fp"),
    ]
    assert [o["correct"] for o in (first, second, third)] == [False, False, True]
    assert first["picture"] == "s3://b/p.png"


def test_a_box_of_another_label_does_not_find_what_lies_under_it():
    pictures = [boxes(("dog", LEFT), ("cat", RIGHT), findings=[("cat", 0.9, LEFT), ("cat", 0.8, RIGHT)])]
    document = document_of("detection", ["cat", "dog"], pictures, thresholds={"cat": 0.5, "dog": 0.5})
    (outcome,) = document["outcomes"]
    assert [missed["label"] for missed in outcome["missed"]] == ["dog"]


def test_perfect_boxes_are_perfect():
    document = document_of("detection", ["cat"], [boxes(("cat", LEFT), findings=[("cat", 0.3, LEFT)])])
    assert (document["map50"], document["map50_95"], document["f1"]) == (
        pytest.approx(1),
        pytest.approx(1),
        1,
    )
    assert document["outcomes"][0]["correct"]


def judged(*rows):
    return [
        JudgedPicture(Sample(Path(f"{n}.png"), is_anomalous=truth), score=score, pixels=pixels)
        for n, (truth, score, pixels) in enumerate(rows)
    ]


def test_anomalies_by_hand():
    pictures = judged((True, 0.9, None), (True, 0.3, None), (False, 0.6, None), (False, 0.1, None))
    document = document_of("anomaly", ["anomaly"], pictures, thresholds={"anomaly": 0.5})
    assert (document["accuracy"], document["precision"], document["recall"], document["f1"]) == (
        0.5,
        0.5,
        0.5,
        0.5,
    )
    assert document["auroc"] == 0.75
    assert [o["outcome"] for o in document["outcomes"]] == ["tp", "fn", "fp", "tn"]


def test_masks_by_hand():
    pictures = judged(
        (True, 0.9, {"rust": (50, 100, 50), "moss": (0, 0, 0)}),
        (True, 0.8, {"rust": (0, 0, 0), "moss": (10, 10, 10)}),
        (True, 0.8, None),
        (False, 0.1, {"rust": (0, 0, 0), "moss": (0, 0, 0)}),
        (False, 0.1, {"rust": (0, 0, 7), "moss": (0, 0, 0)}),
    )
    document = document_of("segmentation", ["rust", "moss"], pictures, thresholds={"anomaly": 0.5})
    picture, rust, moss = document["labels"]
    assert picture["label"] == "anomaly"
    assert document["accuracy"] == 1
    assert (rust["iou"], moss["iou"]) == (pytest.approx((0.5 + 0) / 2), 1)
    assert rust["precision"] == pytest.approx((1 + 0) / 2)
    assert document["mean_iou"] == pytest.approx(0.625)
    assert document["clean_normals"] == 0.5
    assert document["outcomes"][0]["iou"] == {"rust": 0.5, "moss": None}


def test_the_area_of_a_type_is_that_of_the_person_and_that_of_the_model_a_picture_and_in_all():
    rows = [
        (True, 0.9, {"rust": (50, 100, 60), "moss": (0, 0, 0)}, 400),
        (False, 0.1, {"rust": (0, 0, 4), "moss": (0, 0, 0)}, 100),
        (True, 0.8, None, 500),  # nobody drew what is there, so that its area is not known
    ]
    pictures = [
        JudgedPicture(
            Sample(Path(f"{n}.png"), is_anomalous=truth), score=score, pixels=pixels, pixel_count=count
        )
        for n, (truth, score, pixels, count) in enumerate(rows)
    ]
    document = document_of("segmentation", ["rust", "moss"], pictures, thresholds={"anomaly": 0.5})
    assert [outcome.get("areas") for outcome in document["outcomes"]] == [
        {"rust": {"true": 0.25, "predicted": 0.15}, "moss": {"true": 0, "predicted": 0}},
        {"rust": {"true": 0, "predicted": 0.04}, "moss": {"true": 0, "predicted": 0}},
        None,
    ]
    assert [(row["true_area"], row["found_area"]) for row in document["labels"][1:]] == [
        (0.125, 0.095),
        (0, 0),
    ]


def test_without_masks_nothing_is_said_of_their_overlap():
    pictures = judged((True, 0.9, None), (False, 0.1, {"rust": (0, 0, 7), "moss": (0, 0, 0)}))
    document = document_of("segmentation", ["rust", "moss"], pictures, thresholds={"anomaly": 0.5})
    assert document["mean_iou"] is None
    assert "mean_iou" not in headline(read_evaluation(document, "this"))
    assert headline(read_evaluation(document, "this"))["clean_normals"] == 0


@pytest.mark.parametrize("task", ["classification", "multilabel", "detection", "anomaly", "segmentation"])
def test_every_document_is_json_even_of_nothing(task):
    document = document_of(task, ["a", "b"], [])
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    short = headline(read_evaluation(document, "this"))
    assert short["task"] == task
    assert {row["label"] for row in short["labels"]} >= {"a", "b"} or task == "anomaly"
    assert not {"outcomes", "reliability"} & set(short)
