"""Two evaluations held against one another: the documents' own figures, and honest intervals."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from doubles.evaluated import LEFT, PICTURES, RIGHT, evaluation_of, labelled, sample
from vedette.errors import Wrong
from vedette.evaluation.comparing import compare, sign_test
from vedette.evaluation.judged import JudgedPicture
from vedette.vision.annotations import Finding

HALF = {"red": 0.5, "dark": 0.5}


def multilabel(truth, scores):
    return evaluation_of("multilabel", labelled(truth, scores), thresholds=HALF)


@pytest.mark.parametrize("task", list(PICTURES))
def test_a_version_beside_itself_differs_in_nothing_and_has_its_documents_figures(task):
    evaluation = evaluation_of(task)
    comparison = compare(evaluation, evaluation)
    assert comparison.first == comparison.second
    for figures in (comparison.first, comparison.second):
        assert (figures.precision, figures.recall, figures.f1) == pytest.approx(
            (evaluation.precision, evaluation.recall, evaluation.f1), abs=1e-12
        )
        assert figures.correct == sum(outcome.correct for outcome in evaluation.outcomes)
    assert (comparison.f1.difference, comparison.f1.low, comparison.f1.high) == (0, 0, 0)
    assert (comparison.p_value, comparison.verdict) == (1.0, "none")
    assert (comparison.only_first, comparison.only_second, comparison.relabelled) == (0, 0, 0)


def test_only_common_pictures_that_mean_the_same_are_compared_and_the_others_counted():
    first = multilabel([("red",), ("red",), ("dark",)], [(0.9, 0.1), (0.2, 0.1), (0.1, 0.9)])
    # The picture 1 means something else now, the picture 2 is gone, and the picture 7 is new.
    pictures = labelled([("red",), ("dark",)], [(0.4, 0.1), (0.1, 0.9)])
    pictures.append(JudgedPicture(sample(7, labels=("red",)), scores={"red": 0.9, "dark": 0.1}))
    second = evaluation_of("multilabel", pictures, thresholds=HALF)
    comparison = compare(first, second)
    assert (comparison.only_first, comparison.only_second, comparison.relabelled) == (1, 1, 1)
    (picture,) = comparison.pictures
    assert (picture.picture, picture.first, picture.second) == ("s3://pictures/0.png", 0, 0)
    assert (picture.kind, picture.gain) == ("worse", -1)


def test_of_boxes_the_one_with_fewer_mistakes_is_better_though_neither_is_right():
    def judged(*findings):
        pictures = [JudgedPicture(sample(0, boxes=(("light", LEFT), ("light", RIGHT))), findings=findings)]
        return evaluation_of("detection", pictures, thresholds={"light": 0.5})

    comparison = compare(judged(), judged(Finding("light", 0.9, LEFT)))
    (picture,) = comparison.pictures
    assert (picture.kind, picture.gain) == ("better", 1)
    (label,) = comparison.labels
    assert (label.first, label.second) == ((0, 0, 2), (1, 0, 1))
    assert label.f1 == pytest.approx((0.0, 2 / 3))


def test_what_was_found_in_another_label_set_is_said():
    first = evaluation_of("multilabel", thresholds=HALF)
    renamed = replace(
        first,
        labels=tuple(replace(row, label=row.label.replace("dark", "black")) for row in first.labels),
    )
    assert compare(first, renamed).only_labels == (("dark",), ("black",))


def test_different_questions_are_not_compared():
    with pytest.raises(Wrong, match="answers anomaly, the other detection"):
        compare(evaluation_of("anomaly"), evaluation_of("detection"))


def test_nothing_in_common_is_said_and_divides_by_nothing():
    first = evaluation_of("anomaly")
    others = [JudgedPicture(sample(f"x{n}", is_anomalous=True), score=0.9) for n in range(2)]
    comparison = compare(first, evaluation_of("anomaly", others))
    assert (comparison.pictures, comparison.only_first, comparison.only_second) == ((), 4, 2)
    assert (comparison.first.f1, comparison.f1.high, comparison.verdict) == (0.0, 0.0, "none")


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_scipys(better, worse):
    expected = binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert sign_test(better, worse) == pytest.approx(expected, rel=1e-9)


def test_the_sign_test_of_thousands_neither_overflows_nor_vanishes():
    assert sign_test(5000, 5000) == pytest.approx(1.0)
    assert 0 <= sign_test(9000, 100) < 1e-300 or sign_test(9000, 100) == 0.0
    assert sign_test(5200, 4800) == pytest.approx(binomtest(5200, 10000).pvalue, rel=1e-6)


def test_few_pictures_do_not_make_a_version_better():
    truth = [("red",)] * 3
    comparison = compare(multilabel(truth, [(0.1, 0.1)] * 3), multilabel(truth, [(0.9, 0.1)] * 3))
    assert (comparison.p_value, comparison.verdict) == (pytest.approx(0.25), "unclear")
    many = compare(multilabel(truth * 4, [(0.1, 0.1)] * 12), multilabel(truth * 4, [(0.9, 0.1)] * 12))
    assert (many.verdict, many.f1.difference, many.f1.low) == ("better", 1.0, 1.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.booleans()] * 3), min_size=1, max_size=40))
def test_what_is_better_one_way_is_worse_the_other(rows):
    truth = [("red",) if is_red else () for is_red, _, _ in rows]
    scores = [[(0.9 if row[side] else 0.1, 0.1) for row in rows] for side in (1, 2)]
    there = compare(multilabel(truth, scores[0]), multilabel(truth, scores[1]))
    back = compare(multilabel(truth, scores[1]), multilabel(truth, scores[0]))
    assert there.count("better") == back.count("worse")
    assert there.count("both-right") == back.count("both-right")
    assert there.p_value == back.p_value
    assert there.f1.difference == pytest.approx(-back.f1.difference)
    assert there.f1.low == pytest.approx(-back.f1.high)
    kinds = ("better", "worse", "both-right", "both-wrong")
    assert sum(there.count(kind) for kind in kinds) == len(rows)


def test_an_interval_is_as_wide_as_many_draws_of_the_pictures_make_it():
    # Of 200 pictures the second finds 20 more: the interval is about the normal one of a paired share.
    truth = [("red",)] * 200
    first = [(0.9, 0.1)] * 100 + [(0.1, 0.1)] * 100
    second = [(0.9, 0.1)] * 120 + [(0.1, 0.1)] * 80
    interval = compare(multilabel(truth, first), multilabel(truth, second)).f1
    assert interval.difference == pytest.approx(2 * 120 / 320 - 2 * 100 / 300)
    assert interval.low < interval.difference < interval.high
    assert interval.high - interval.low == pytest.approx(0.079, abs=0.02)
