"""Mistakes in words, and a matrix of many labels."""

from pathlib import Path

import pytest

from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.judged import JudgedPicture
from vedette.report.gallery import mistakes
from vedette.report.tables import matrix, share
from vedette.vision.annotations import Box, Finding, Sample

A = Path("a.png")
HERE, THERE = Box(0.1, 0.1, 0.3, 0.3), Box(0.6, 0.6, 0.3, 0.3)


@pytest.mark.parametrize(
    ("task", "labels", "picture", "words"),
    [
        ("anomaly", ["anomaly"], JudgedPicture(Sample(A, is_anomalous=True), score=0.2), ["missed"]),
        ("anomaly", ["anomaly"], JudgedPicture(Sample(A, is_anomalous=False), score=0.9), ["false alarm"]),
        ("anomaly", ["anomaly"], JudgedPicture(Sample(A, is_anomalous=False), score=0.1), []),
        (
            "classification",
            ["nut", "bolt"],
            JudgedPicture(Sample(A, labels=("nut",)), scores={"nut": 0.1, "bolt": 0.9}),
            ["nut taken for bolt"],
        ),
        (
            "multilabel",
            ["nut", "bolt"],
            JudgedPicture(Sample(A, labels=("nut",)), scores={"nut": 0.1, "bolt": 0.9}),
            ["nut missed", "bolt not there"],
        ),
        (
            "detection",
            ["nut"],
            JudgedPicture(Sample(A, boxes=(("nut", HERE),)), findings=(Finding("nut", 0.9, THERE),)),
            ["nut missed", "nut not there"],
        ),
    ],
)
def test_a_mistake_is_said_in_a_few_words(task, labels, picture, words):
    evaluation = evaluate(task, labels, [picture], thresholds=dict.fromkeys(labels, 0.5))
    assert mistakes(evaluation.outcomes[0]) == words


def test_a_matrix_of_many_labels_is_in_a_persons_order_and_keeps_what_tells_long_names_apart():
    labels = [f"bolt of stainless steel M{n}" for n in range(1, 41)]
    pictures = [
        JudgedPicture(Sample(A, labels=(label,)), scores=dict.fromkeys(labels, 0.0) | {labels[0]: 1.0})
        for label in sorted(labels)
    ]
    page = matrix(evaluate("classification", sorted(labels), pictures))
    heads = [part.partition("</span>")[0] for part in page.split("<span>")[1:41]]
    assert heads[1:3] == ["bolt of stai… steel M2", "bolt of stai… steel M3"]
    assert heads[-1] == "bolt of stai…steel M40"
    assert "<b>1×</b> bolt of stainless steel M10 taken for bolt of stainless steel M1" in page
    assert "and 33 other mix-ups" in page


def test_only_what_is_whole_is_said_to_be_all():
    assert [share(value) for value in (1.0, 0.99996, 0.5, 0.0)] == ["100%", "99.9%", "50.0%", "0.0%"]
