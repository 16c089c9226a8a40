"""Custom Labels: real manifests and pictures checked, and the documents that a training leaves."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from doubles.lines import a_box_line, a_line, a_ref
from vedette.dialects.registry import REKOGNITION
from vedette.dialects.rekognition.line_rules import judge_line
from vedette.dialects.training_data import Prepared, TrainedModel, TrainingTerms
from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.judged import JudgedPicture
from vedette.manifest.lines import read_line
from vedette.training.folder import Folder
from vedette.vision.annotations import Box, Finding, Sample

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ARN = "arn:aws:rekognition:eu-west-1:111122223333:project/boards/version/v1/1"
MODEL = TrainedModel(ARN, "boards", "v1")


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path)
    made.pictures.mkdir()
    return made


def put_picture(folder, name, size=(80, 64)):
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder.place_of(a_ref(name)))


def put_lines(folder, part, lines):
    folder.manifest(part).write_text("".join(f"{line}\n" for line in lines), "utf-8")


def halves(samples):
    middle = len(samples) // 2
    return list(samples[:middle]), list(samples[middle:])


def prepared(folder, *, has_test=False, denied=()):
    terms = TrainingTerms(has_test=has_test, split=halves, denied=frozenset(denied))
    return REKOGNITION.prepare(folder, terms)


def document(folder, kind):
    return json.loads((folder.out / kind).read_text("utf-8"))


def lines_of(folder, kind):
    return [json.loads(line) for line in (folder.out / kind).read_text("utf-8").splitlines()]


def test_labelled_pictures_are_split_where_there_is_no_test_part(folder):
    for number in range(4):
        put_picture(folder, number)
    put_lines(folder, "train", [a_line(number, "ab"[number % 2]) for number in range(4)])
    found = prepared(folder)
    assert [len(found.train), len(found.test), found.refusal] == [2, 2, ""]
    assert found.train[1] == Sample(folder.place_of(a_ref(1)), ("b",), source=a_ref(1))


def statistics(folder):
    return document(folder, "manifest_summary")["statistics"]


def test_a_split_is_reported_as_the_two_manifests_that_it_makes(folder):
    for number in range(8):
        put_picture(folder, number, (80, 64) if number else (63, 64))
    lines = [a_line(number, "ab"[number % 2]) for number in range(8)]
    put_lines(folder, "train", [lines[0], a_line("bare"), *lines[1:]])
    found = prepared(folder)
    of = {"use_case": "IMAGE_LEVEL_LABELS", "errors": []}
    assert document(folder, "manifest_summary") == {
        "statistics": {
            "training": of
            | {
                "total_json_lines": 5,
                "valid_json_lines": 3,
                "invalid_json_lines": 1,
                "ignored_json_lines": 1,
                "error_json_line_indices": [1],
            },
            "testing": of
            | {
                "total_json_lines": 4,
                "valid_json_lines": 4,
                "invalid_json_lines": 0,
                "ignored_json_lines": 0,
                "error_json_line_indices": [],
            },
        },
        "errors": [],
    }
    train, test = (lines_of(folder, f"{part}_validation") for part in ("train", "test"))
    assert [line["source-ref"] for line in train] == [a_ref(name) for name in (0, "bare", 1, 2, 3)]
    assert train[0]["errors"][0]["code"] == "ERROR_INVALID_IMAGE"
    assert [line["source-ref"] for line in test] == [sample.source for sample in found.test]


def test_a_picture_that_is_cut_off_is_marked(folder):
    for number in range(8):
        put_picture(folder, number)
    cut = folder.place_of(a_ref(5))
    cut.write_bytes(cut.read_bytes()[:-200])
    put_lines(folder, "train", [a_line(number, "ab"[number % 2]) for number in range(8)])
    found = prepared(folder)
    assert [len(found.train), len(found.test), found.refusal] == [3, 4, ""]
    marked = [line for line in lines_of(folder, "train_validation") if "errors" in line]
    assert [(line["source-ref"], line["errors"][0]["code"]) for line in marked] == [
        (a_ref(5), "ERROR_INVALID_IMAGE")
    ]


def test_what_is_refused_is_not_split_and_says_that_nothing_was_tested(folder):
    put_picture(folder, 0)
    put_lines(folder, "train", [a_line(0, "a")])
    assert prepared(folder).refusal
    assert statistics(folder)["training"]["total_json_lines"] == 1
    assert statistics(folder)["testing"] == {
        "use_case": "NOT_DETERMINED",
        "total_json_lines": 0,
        "valid_json_lines": 0,
        "invalid_json_lines": 0,
        "ignored_json_lines": 0,
        "error_json_line_indices": [],
        "errors": [],
    }
    assert not (folder.out / "test_validation").exists()


@pytest.mark.parametrize("size", [(63, 80), (4097, 64), (2100, 100)], ids=["small", "large", "long"])
def test_pictures_that_cannot_be_used_are_marked_and_too_many_of_them_refuse(folder, size):
    put_picture(folder, 0, size)
    for number in range(1, 4):
        put_picture(folder, number)
    put_lines(folder, "train", [a_line(number, "ab"[number % 2]) for number in range(5)])
    assert prepared(folder).refusal == "The manifest file contains too many invalid rows."
    training = statistics(folder)["training"]
    assert training["error_json_line_indices"] == [1, 5], "the odd one, and the one that is not there"
    marked = lines_of(folder, "train_validation")
    assert [line["errors"][0]["code"] for line in marked if "errors" in line] == ["ERROR_INVALID_IMAGE"] * 2


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([a_line(0, "a"), a_line(1, "a")], "The manifest file has too few labels."),
        ([a_line(0), a_line(1)], "The manifest file has too few labels."),
        ([a_line(0, "a"), "{"], "The manifest file contains too many invalid rows."),
        ([a_line("gone", "a"), a_line("away", "b")], "Failed to copy images from S3 bucket."),
        (
            [a_line(0, "a"), a_line(1, "b")],
            "The manifest file contains insufficient labeled images per label to perform auto-split.",
        ),
        (
            [a_line(0, "a"), a_line(1, "a", bucket="other")],
            "The manifest file contains images from multiple S3 buckets.",
        ),
    ],
    ids=["one label", "no label", "broken lines", "no pictures", "too few to split", "two buckets"],
)
def test_what_cannot_be_trained_with_is_refused_in_the_services_words(folder, lines, message):
    for number in range(2):
        put_picture(folder, number)
        picture = folder.place_of(a_ref(number))
        folder.place_of(a_ref(number, "other")).write_bytes(picture.read_bytes())
    put_lines(folder, "train", lines)
    assert prepared(folder).refusal == message
    assert (folder.out / "manifest_summary").exists()


def test_a_line_that_cannot_be_used_names_its_bucket_all_the_same(folder):
    names = ["a0", "a1", "a2", "b0", "b1", "b2"]
    for name in names:
        put_picture(folder, name)
    lines = [a_line(name, name[0]) for name in names]
    put_lines(folder, "train", [*lines, a_line("gone", "a", bucket="other")])
    assert prepared(folder).refusal == "The manifest file contains images from multiple S3 buckets."


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("text", ["{\n}\n", "name,label\na.png,a\n", "\n\n"], ids=["broken", "csv", "blank"])
def test_a_file_without_a_single_line_of_json_is_no_manifest(folder, part, text):
    for number in range(4):
        put_picture(folder, number)
        for each in ("train", "test"):
            put_lines(folder, each, [a_line(number, "ab"[number % 2]) for number in range(4)])
    folder.manifest(part).write_text(text)
    assert prepared(folder, has_test=True).refusal == "The manifest file extension or contents are invalid."
    assert not folder.out.exists(), "there is nothing to report line by line"


def test_labels_of_a_test_part_must_be_those_of_the_training(folder):
    for name in ("a0", "a1", "b0", "b1", "x0", "x1"):
        put_picture(folder, name)
    put_lines(folder, "train", [a_line("a0", "a"), a_line("a1", "a"), a_line("b0", "b"), a_line("b1", "b")])
    put_lines(folder, "test", [a_line("x0", "c"), a_line("x1", "d")])
    assert prepared(folder, has_test=True).refusal.startswith("Less than 50% label overlap")
    assert [part["total_json_lines"] for part in statistics(folder).values()] == [4, 2]


def test_pictures_of_brands_are_tested_by_boxes(folder):
    for name in ("a0", "a1", "b0", "b1"):
        put_picture(folder, name, (640, 480))
    put_lines(folder, "train", [a_line("a0", "a"), a_line("b0", "b")])
    put_lines(folder, "test", [a_box_line("a1", "a"), a_box_line("b1", "b")])
    found = prepared(folder, has_test=True)
    assert [sample.labels for sample in found.train] == [("a",), ("b",)]
    assert found.test[0].boxes == (("a", Box(10 / 640, 20 / 480, 30 / 640, 40 / 480)),)


def test_pictures_in_a_bucket_that_may_not_be_read_are_said_to_be(folder):
    put_lines(folder, "train", [a_line(number, "ab"[number % 2]) for number in range(4)])
    prepared(folder, denied=["pictures"])
    training = statistics(folder)["training"]
    assert "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET" in [each["code"] for each in training["errors"]]


def a_sample(folder, name, *labels, boxes=None):
    put_picture(folder, name, (100, 80))
    return Sample(folder.place_of(a_ref(name)), labels, boxes, source=a_ref(name))


def test_the_summary_and_the_snapshots_of_a_classification(folder):
    train = [a_sample(folder, "t", "cat")]
    test = [a_sample(folder, "0", "cat"), a_sample(folder, "1", "dog"), a_sample(folder, "2", "dog")]
    scores = [{"cat": 0.9, "dog": 0.1}, {"cat": 0.6, "dog": 0.4}, {"cat": 0.2, "dog": 0.8}]
    seen = [JudgedPicture(sample, scores=score) for sample, score in zip(test, scores, strict=True)]
    found = evaluate("classification", ["cat", "dog"], seen, thresholds={"cat": 0.5, "dog": 0.5})
    shown = REKOGNITION.write_results(folder, Prepared(train, test), found, model=MODEL, masks={}, now=NOON)
    summary = document(folder, "evaluation_summary")
    assert summary["EvaluationDetails"] == {
        "ProjectVersionArn": ARN,
        "EvaluationEndTimestamp": "2026-05-04T12:00:00.000000",
        "Labels": ["cat", "dog"],
        "NumberOfTrainingImages": 1,
        "NumberOfTestingImages": 3,
    }
    figures = summary["AggregatedEvaluationResults"]
    assert figures["F1Score"] == shown["F1Score"] == pytest.approx(2 / 3)
    assert [tuple(cell.values()) for cell in figures["ConfusionMatrix"]] == [
        ("cat", "cat", 1.0),
        ("cat", "dog", 0.0),
        ("dog", "cat", 0.5),
        ("dog", "dog", 0.5),
    ]
    assert summary["LabelEvaluationResults"][0] == {
        "Label": "cat",
        "NumberOfTestingImages": 1,
        "Metrics": {"Threshold": 0.5, "Precision": 0.5, "Recall": 1.0, "F1Score": pytest.approx(2 / 3)},
    }
    (line,) = lines_of(folder, "train_snapshot")
    assert line["rekognition-custom-labels-training-0-metadata"]["class-name"] == "cat"
    second = lines_of(folder, "test_snapshot")[1]
    predicted = {
        name: value["rekognition-custom-labels-evaluation-details"]
        for name, value in second.items()
        if name.startswith("rekognition-custom-labels-evaluation") and name.endswith("-metadata")
    }
    cat, dog = predicted.values()
    assert cat["is-false-positive"]
    assert not cat["is-present-in-ground-truth"]
    assert dog["is-false-negative"]
    assert dog["is-present-in-ground-truth"]


def test_a_summary_of_boxes_has_the_threshold_of_every_label(folder):
    put_picture(folder, "0")
    where = Box(0.1, 0.1, 0.5, 0.5)
    sample = Sample(folder.place_of(a_ref("0")), (), (("bolt", where),), source=a_ref("0"))
    seen = [JudgedPicture(sample, findings=[Finding("bolt", 0.9, where)])]
    found = evaluate("detection", ["bolt", "nut"], seen, thresholds={"bolt": 0.4, "nut": 0.6})
    REKOGNITION.write_results(folder, Prepared([sample], [sample]), found, model=MODEL, masks={}, now=NOON)
    rows = document(folder, "evaluation_summary")["LabelEvaluationResults"]
    assert {row["Label"]: row["Metrics"]["Threshold"] for row in rows} == {"bolt": 0.4, "nut": 0.6}


@pytest.mark.parametrize(
    ("size", "is_usable"),
    [
        ((64, 64), True),
        ((63, 64), False),
        ((1280, 64), True),
        ((1281, 64), False),
        ((64, 1280), True),
        ((4096, 205), True),
        ((4097, 300), False),
    ],
)
def test_the_bounds_of_a_picture_are_inclusive(folder, size, is_usable):
    for number in range(6):
        put_picture(folder, number, size if number == 0 else (80, 64))
    put_lines(folder, "train", [a_line(number, "ab"[number % 2]) for number in range(6)])
    found = prepared(folder)
    assert (found.refusal, len(found.train) + len(found.test)) == ("", 5 + is_usable)


def test_a_summary_of_several_labels_says_what_was_called_on_whose_pictures(folder):
    test = [a_sample(folder, "0", "leaf", "rose"), a_sample(folder, "1", "leaf")]
    scores = [{"leaf": 0.9, "rose": 0.9}, {"leaf": 0.9, "rose": 0.7}]
    seen = [JudgedPicture(sample, scores=score) for sample, score in zip(test, scores, strict=True)]
    found = evaluate("multilabel", ["leaf", "rose"], seen, thresholds={"leaf": 0.5, "rose": 0.5})
    REKOGNITION.write_results(folder, Prepared(test, test), found, model=MODEL, masks={}, now=NOON)
    cells = document(folder, "evaluation_summary")["AggregatedEvaluationResults"]["ConfusionMatrix"]
    assert [cell["Value"] for cell in cells] == [1.0, 1.0, 1.0, 1.0]


def test_the_summary_and_the_snapshot_of_a_localisation(folder):
    box = Box(0.1, 0.25, 0.5, 0.5)
    test = [a_sample(folder, "0", boxes=(("led", box),))]
    seen = [
        JudgedPicture(
            test[0], findings=(Finding("led", 0.9, box), Finding("led", 0.8, Box(0.8, 0.8, 0.1, 0.1)))
        )
    ]
    found = evaluate("detection", ["led"], seen, thresholds={"led": 0.5})
    REKOGNITION.write_results(folder, Prepared(test, test), found, model=MODEL, masks={}, now=NOON)
    figures = document(folder, "evaluation_summary")["AggregatedEvaluationResults"]
    assert (figures["AveragePrecision"], figures["AverageRecall"]) == (pytest.approx(1), pytest.approx(1))
    assert "ConfusionMatrix" not in figures
    (line,) = lines_of(folder, "test_snapshot")
    size = [{"width": 100, "height": 80, "depth": 3}]
    truth = {"class_id": 0, "left": 10, "top": 20, "width": 50, "height": 40}
    assert line["rekognition-custom-labels-training-0"] == {"annotations": [truth], "image_size": size}
    assert line["rekognition-custom-labels-evaluation"]["annotations"][0] == truth
    told = line["rekognition-custom-labels-evaluation-metadata"]
    assert told["class-map"] == {"0": "led"}
    details = [each["rekognition-custom-labels-evaluation-details"] for each in told["objects"]]
    assert [(each["is-true-positive"], each["is-false-positive"]) for each in details] == [
        (True, False),
        (False, True),
    ]


def test_boxes_of_a_turned_picture_are_learnt_upright_and_written_as_they_came(folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    for number in range(2):
        stored = Image.fromarray(np.zeros((480, 640, 3), np.uint8))
        stored.save(folder.place_of(a_ref(number)), exif=exif)
    lines = [a_box_line(number, "led", box=(64, 48, 128, 24)) for number in range(2)]
    put_lines(folder, "train", lines)
    put_lines(folder, "test", lines)
    found = prepared(folder, has_test=True)
    upright = Box(1 - 0.1 - 0.05, 0.1, 0.05, 0.2)
    assert [box for sample in found.train for _, box in sample.boxes] == [upright, upright]
    seen = [JudgedPicture(sample, findings=(Finding("led", 0.9, upright),)) for sample in found.test]
    evaluation = evaluate("detection", ["led"], seen, thresholds={"led": 0.5})
    REKOGNITION.write_results(folder, found, evaluation, model=MODEL, masks={}, now=NOON)
    values = {
        "annotations": [{"class_id": 0, "left": 64, "top": 48, "width": 128, "height": 24}],
        "image_size": [{"width": 640, "height": 480, "depth": 3}],
    }
    for line in lines_of(folder, "test_snapshot"):
        assert line["rekognition-custom-labels-training-0"] == values
        assert line["rekognition-custom-labels-evaluation"] == values


def test_the_snapshots_of_a_training_are_manifests_of_its_labels(folder):
    box = Box(0.1, 0.25, 0.5, 0.5)
    boxed = [a_sample(folder, "0", boxes=(("led", box),))]
    seen = [
        JudgedPicture(boxed[0], findings=(Finding("led", 0.4, box), Finding("led", 0.9, Box(0, 0, 0.1, 0.1))))
    ]
    found = evaluate("detection", ["led"], seen, thresholds={"led": 0.5})
    REKOGNITION.write_results(folder, Prepared(boxed, boxed), found, model=MODEL, masks={}, now=NOON)
    for kind in ("train_snapshot", "test_snapshot"):
        verdict = judge_line(read_line((folder.out / kind).read_text("utf-8").strip()))
        assert (verdict.state, verdict.labels, verdict.boxes) == ("valid", (), (("led", box),))
    named = [a_sample(folder, "1", "leaf", "rose")]
    found = evaluate("multilabel", ["leaf", "oak", "rose"], [JudgedPicture(named[0], scores={"oak": 0.9})])
    REKOGNITION.write_results(folder, Prepared(named, named), found, model=MODEL, masks={}, now=NOON)
    for kind in ("train_snapshot", "test_snapshot"):
        verdict = judge_line(read_line((folder.out / kind).read_text("utf-8").strip()))
        assert (verdict.state, verdict.labels, verdict.boxes) == ("valid", ("leaf", "rose"), None)
