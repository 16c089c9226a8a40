"""The document of an evaluation, and what it says of each picture."""

import json
from pathlib import Path

import pytest

from vedette.evaluation.evaluate import Seen, evaluate, headline
from vedette.vision.annotations import Box, Finding, Sample


def classified(*rows, labels=("cat", "dog")):
    """Rows of (truth, score of each label)."""
    return [
        Seen(
            Sample(Path(f"{n}.png"), labels=tuple(truth.split("+"))),
            scores=dict(zip(labels, scores, strict=True)),
        )
        for n, (truth, *scores) in enumerate(rows)
    ]


def test_classification_by_hand():
    seen = classified(("cat", 0.9, 0.1), ("cat", 0.4, 0.6), ("dog", 0.2, 0.8), ("dog", 0.3, 0.7))
    found = evaluate("classification", ["cat", "dog"], seen, thresholds={"cat": 0.5, "dog": 0.5})
    assert found["accuracy"] == 0.75
    assert found["precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["recall"] == pytest.approx((1 / 2 + 1) / 2)
    assert found["f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found["confusion"] == [
        {"truth": "cat", "predicted": "cat", "count": 1, "share": 0.5},
        {"truth": "cat", "predicted": "dog", "count": 1, "share": 0.5},
        {"truth": "dog", "predicted": "dog", "count": 2, "share": 1.0},
    ]
    assert found["outcomes"][1] == {
        "picture": "1.png",
        "truth": ["cat"],
        "scores": {"cat": 0.4, "dog": 0.6},
        "findings": [{"label": "dog", "confidence": 0.6}],
        "outcomes": {"cat": "fn", "dog": "fp"},
        "predicted": "dog",
        "correct": False,
    }


def test_without_thresholds_the_best_f1_is_assumed():
    seen = classified(("cat", 0.40, 0.1), ("cat", 0.35, 0.2), ("dog", 0.1, 0.8), ("dog", 0.2, 0.7))
    found = evaluate("classification", ["cat", "dog"], seen)
    assert found["f1"] == 1
    assert found["thresholds"] == {"cat": pytest.approx(0.275), "dog": pytest.approx(0.45)}


def test_a_label_without_test_pictures_keeps_its_threshold_and_is_not_averaged():
    seen = classified(("cat", 0.9, 0.1), ("cat", 0.8, 0.1))
    found = evaluate("classification", ["cat", "dog"], seen, fallback={"dog": 0.7})
    assert found["thresholds"]["dog"] == 0.7
    assert found["f1"] == 1


def test_several_labels_are_right_only_together():
    seen = classified(("cat+dog", 0.9, 0.8), ("cat", 0.9, 0.7))
    found = evaluate("multilabel", ["cat", "dog"], seen, thresholds={})
    assert found["accuracy"] == 0.5
    assert "confusion" not in found
    assert [o["correct"] for o in found["outcomes"]] == [True, False]


def boxes(*truth, found=()):
    sample = Sample(Path("p.png"), boxes=tuple(truth), source="s3://b/p.png")
    return Seen(sample, findings=tuple(Finding(label, score, box) for label, score, box in found))


LEFT, RIGHT = Box(0, 0, 0.4, 0.4), Box(0.5, 0.5, 0.4, 0.4)


def test_boxes_by_hand():
    seen = [
        boxes(("cat", LEFT), ("cat", RIGHT), found=[("cat", 0.9, LEFT), ("cat", 0.02, RIGHT)]),
        boxes(("dog", LEFT), found=[("dog", 0.8, LEFT), ("dog", 0.6, RIGHT), ("cat", 0.7, LEFT)]),
        boxes(),
    ]
    found = evaluate("detection", ["cat", "dog"], seen, thresholds={"cat": 0.5, "dog": 0.5})
    cat, dog = found["labels"]
    assert cat["counts"] == {"tp": 1, "fp": 1, "fn": 1, "tn": 0}
    assert dog["counts"] == {"tp": 1, "fp": 1, "fn": 0, "tn": 0}
    assert (cat["test_pictures"], cat["test_boxes"]) == (1, 2)
    assert found["f1"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert dog["average_precision"] == pytest.approx(1)
    first, second, third = found["outcomes"]
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


def test_perfect_boxes_are_perfect():
    found = evaluate("detection", ["cat"], [boxes(("cat", LEFT), found=[("cat", 0.3, LEFT)])])
    assert (found["map50"], found["map50_95"], found["f1"]) == (pytest.approx(1), pytest.approx(1), 1)
    assert found["outcomes"][0]["correct"]


def judged(*rows):
    return [
        Seen(Sample(Path(f"{n}.png"), is_anomalous=truth), score=score, pixels=pixels)
        for n, (truth, score, pixels) in enumerate(rows)
    ]


def test_anomalies_by_hand():
    seen = judged((True, 0.9, None), (True, 0.3, None), (False, 0.6, None), (False, 0.1, None))
    found = evaluate("anomaly", ["anomaly"], seen, thresholds={"anomaly": 0.5})
    assert (found["accuracy"], found["precision"], found["recall"], found["f1"]) == (0.5, 0.5, 0.5, 0.5)
    assert found["auroc"] == 0.75
    assert [o["outcome"] for o in found["outcomes"]] == ["tp", "fn", "fp", "tn"]


def test_masks_by_hand():
    seen = judged(
        (True, 0.9, {"rust": (50, 100, 50), "moss": (0, 0, 0)}),
        (True, 0.8, {"rust": (0, 0, 0), "moss": (10, 10, 10)}),
        (True, 0.8, None),
        (False, 0.1, {"rust": (0, 0, 0), "moss": (0, 0, 0)}),
        (False, 0.1, {"rust": (0, 0, 7), "moss": (0, 0, 0)}),
    )
    found = evaluate("segmentation", ["rust", "moss"], seen, thresholds={"anomaly": 0.5})
    picture, rust, moss = found["labels"]
    assert picture["label"] == "anomaly"
    assert found["accuracy"] == 1
    assert (rust["iou"], moss["iou"]) == (pytest.approx((0.5 + 0) / 2), 1)
    assert rust["precision"] == pytest.approx((1 + 0) / 2)
    assert found["mean_iou"] == pytest.approx(0.625)
    assert found["clean_normals"] == 0.5
    assert found["outcomes"][0]["iou"] == {"rust": 0.5, "moss": None}


def test_without_masks_nothing_is_said_of_their_overlap():
    seen = judged((True, 0.9, None), (False, 0.1, {"rust": (0, 0, 7), "moss": (0, 0, 0)}))
    found = evaluate("segmentation", ["rust", "moss"], seen, thresholds={"anomaly": 0.5})
    assert found["mean_iou"] is None
    assert "mean_iou" not in headline(found)
    assert headline(found)["clean_normals"] == 0


@pytest.mark.parametrize("task", ["classification", "multilabel", "detection", "anomaly", "segmentation"])
def test_every_document_is_json_even_of_nothing(task):
    found = evaluate(task, ["a", "b"], [])
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    short = headline(found)
    assert short["task"] == task
    assert {row["label"] for row in short["labels"]} >= {"a", "b"} or task == "anomaly"
    assert not {"outcomes", "reliability"} & set(short)
