"""Two evaluations held against one another: the documents' own figures, and one statement about chance."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.evaluated import LEFT, PICTURES, RIGHT, evaluation_of, labelled, sample
from vedette.errors import Wrong
from vedette.evaluation.chance import Lead
from vedette.evaluation.comparing import compare
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
    assert comparison.lead.share == 0
    assert comparison.lead.low == -comparison.lead.high < 0
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
    assert (label.better, label.worse, label.lead) == (1, 0, comparison.lead)


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
    assert (comparison.first.f1, comparison.lead, comparison.verdict) == (0.0, Lead(0.0, 0.0, 0.0), "none")


def test_few_pictures_do_not_make_a_version_better():
    truth = [("red",)] * 3
    comparison = compare(multilabel(truth, [(0.1, 0.1)] * 3), multilabel(truth, [(0.9, 0.1)] * 3))
    assert (comparison.p_value, comparison.verdict) == (pytest.approx(0.25), "unclear")
    many = compare(multilabel(truth * 4, [(0.1, 0.1)] * 12), multilabel(truth * 4, [(0.9, 0.1)] * 12))
    assert (many.verdict, many.lead.share) == ("better", 1.0)
    assert 0 < many.lead.low < 1


def test_a_few_changes_are_called_chance_by_verdict_and_interval_alike():
    # Of twelve pictures four got better and none worse: a coin does that in one of eight comparisons.
    truth, before = [("red",)] * 12, [(0.1, 0.1)] * 12
    comparison = compare(multilabel(truth, before), multilabel(truth, [(0.9, 0.1)] * 4 + before[4:]))
    assert (comparison.count("better"), comparison.count("worse")) == (4, 0)
    assert (comparison.p_value, comparison.verdict) == (pytest.approx(0.125), "unclear")
    assert comparison.lead.low < 0 < comparison.lead.high


def test_a_label_that_got_worse_says_so_beside_one_that_got_better():
    truth = [("red", "dark")] * 8
    comparison = compare(multilabel(truth, [(0.1, 0.9)] * 8), multilabel(truth, [(0.9, 0.1)] * 8))
    red, dark = comparison.labels
    assert (red.label, red.better, red.worse) == ("red", 8, 0)
    assert (dark.label, dark.better, dark.worse) == ("dark", 0, 8)
    assert red.lead.low > 0 > dark.lead.high
    assert comparison.verdict == "none"


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
    assert there.lead.share == -back.lead.share
    assert there.lead.low == pytest.approx(-back.lead.high)
    kinds = ("better", "worse", "both-right", "both-wrong")
    assert sum(there.count(kind) for kind in kinds) == len(rows)
