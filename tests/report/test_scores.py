"""A threshold moved on the page gives the counts that an evaluation at that threshold would give."""

from pathlib import Path

import numpy as np
import pytest

from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.judged import JudgedPicture
from vedette.report.scores import tallies
from vedette.vision.annotations import Box, Finding, Sample

RNG = np.random.default_rng(7)


def plates(count=60):
    return [
        JudgedPicture(Sample(Path(f"{n}.png"), is_anomalous=bool(n % 3)), score=float(RNG.beta(2, 2)))
        for n in range(count)
    ]


def parts(count=60):
    pictures = []
    for n in range(count):
        share = round(float(RNG.random()), 3)
        pictures.append(
            JudgedPicture(
                Sample(Path(f"{n}.png"), labels=("ab"[n % 2],)), scores={"a": share, "b": round(1 - share, 3)}
            )
        )
    return pictures


def boxes(count=20):
    there = Box(0.1, 0.1, 0.3, 0.3)
    elsewhere = Box(0.6, 0.6, 0.3, 0.3)
    return [
        JudgedPicture(
            Sample(Path(f"{n}.png"), boxes=(("a", there),)),
            findings=(
                Finding("a", float(RNG.uniform(0.1, 1)), there),
                Finding("a", float(RNG.uniform(0.1, 1)), elsewhere),
            ),
        )
        for n in range(count)
    ]


def reaching(tally, step):
    return sum(count for at, count in tally if at >= step)


@pytest.mark.parametrize(
    ("task", "labels", "draw"),
    [
        ("anomaly", ["anomaly"], plates),
        ("classification", ["a", "b"], parts),
        ("multilabel", ["a", "b"], parts),
        ("detection", ["a"], boxes),
    ],
)
def test_counts_at_a_threshold_are_those_of_an_evaluation(task, labels, draw):
    pictures = draw()
    by_label = tallies(evaluate(task, labels, pictures))
    for step in (0, 111, 290, 500, 570, 893, 1000):
        evaluation = evaluate(task, labels, pictures, thresholds=dict.fromkeys(labels, step / 1000))
        for tally, row in zip(by_label, evaluation.labels, strict=True):
            counts = {"tp": reaching(tally["right"], step), "fp": reaching(tally["wrong"], step)}
            assert counts == {key: getattr(row.counts, key) for key in counts}
            assert tally["of"] - counts["tp"] == row.counts.fn


def test_it_says_how_many_there_are_and_how_many_others():
    pictures = parts(10)
    assert [
        (row["label"], row["of"], row["among"])
        for row in tallies(evaluate("multilabel", ["a", "b"], pictures))
    ] == [
        ("a", 5, 5),
        ("b", 5, 5),
    ]
    (row,) = tallies(evaluate("detection", ["a"], boxes(4)))
    assert (row["of"], row["among"]) == (4, None)


def test_types_of_a_segmentation_have_no_threshold_to_move():
    evaluation = evaluate("segmentation", ["rust"], [*plates(4)])
    assert [row["label"] for row in tallies(evaluation)] == ["anomaly"]
