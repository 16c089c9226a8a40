"""Columns of an evaluation: what they count at a label's threshold is what the document says."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.evaluated import evaluation_of, labelled, unpack_columns
from vedette.evaluation.columns import pack_columns, round_scores
from vedette.evaluation.document import write_evaluation
from vedette.evaluation.judged import JudgedPicture
from vedette.vision.annotations import Sample

shares = st.floats(0, 1, allow_nan=False)


@given(st.lists(shares, min_size=1), st.data())
def test_no_score_is_rounded_over_its_threshold(scores, data):
    exact = np.array(scores)
    near = data.draw(st.sampled_from(scores))
    threshold = data.draw(shares | st.sampled_from([near, np.nextafter(near, 2), np.nextafter(near, -1)]))
    rounded = round_scores(exact, threshold)
    assert ((rounded.astype(float) >= threshold) == (exact >= threshold)).all()
    assert np.allclose(rounded, exact, atol=1e-6)


@pytest.mark.parametrize("task", ["classification", "multilabel", "anomaly"])
def test_the_counts_of_whole_pictures_are_those_of_the_document(task):
    evaluation = evaluation_of(task)
    head, columns = unpack_columns(pack_columns(evaluation))
    for number, row in enumerate(head["figures"]["labels"]):
        scores, truth = columns[f"scores/{number}"], columns[f"truth/{number}"][: len(head["pictures"])]
        is_called = scores.astype(float) >= row["threshold"]
        counts = {
            "tp": (is_called & (truth == 1)).sum(),
            "fp": (is_called & (truth == 0)).sum(),
            "fn": (~is_called & (truth == 1)).sum(),
            "tn": (~is_called & (truth == 0)).sum(),
        }
        assert counts == row["counts"]


def test_the_head_has_the_documents_figures_to_the_last_digit():
    evaluation = evaluation_of("classification")
    document = write_evaluation(evaluation)
    head, _ = unpack_columns(pack_columns(evaluation))
    figures = {key: value for key, value in document.items() if key != "outcomes"}
    figures["labels"] = [
        {key: value for key, value in row.items() if key != "curve"} for row in figures["labels"]
    ]
    assert head["figures"] == figures
    assert head["pictures"] == [outcome["picture"] for outcome in document["outcomes"]]


def test_boxes_have_a_row_a_finding_and_the_true_ones_are_counted():
    evaluation = evaluation_of("detection")
    head, columns = unpack_columns(pack_columns(evaluation))
    assert columns["at/0"].tolist() == [0, 0, 1]
    assert columns["scores/0"].tolist() == np.array([0.9, 0.3, 0.6], "f4").tolist()
    assert columns["truth/0"][:3].tolist() == [1, 0, 0]
    assert (columns["true_at/0"].tolist(), columns["true_n/0"].tolist()) == ([0], [2])
    (row,) = head["figures"]["labels"]
    assert row["counts"] == {"tp": 1, "fp": 0, "fn": 1, "tn": 0}


def test_the_likeliest_label_is_a_column_and_overlaps_of_types_are():
    _, columns = unpack_columns(pack_columns(evaluation_of("classification")))
    assert (columns["predicted"].tolist(), columns["correct"][:3].tolist()) == ([0, 1, 1], [1, 0, 1])
    _, columns = unpack_columns(pack_columns(evaluation_of("segmentation")))
    rust = columns["iou/1"]
    assert rust[0] == np.float32(10 / 30)
    assert np.isnan(rust[1])
    assert "scores/1" not in columns


@pytest.mark.parametrize("task", ["classification", "multilabel", "detection", "anomaly", "segmentation"])
def test_without_test_pictures_there_are_empty_columns(task):
    head, columns = unpack_columns(pack_columns(evaluation_of(task, [])))
    assert head["pictures"] == []
    assert all(column.size == 0 for column in columns.values())


def test_ten_thousand_pictures_with_twenty_labels_fit_into_two_megabytes():
    """Addresses as uploads have them, which do not pack; scores of which every bit is chance."""
    random = np.random.default_rng(13)
    labels = [f"label-{number}" for number in range(20)]
    names = random.bytes(32 * 500)
    pictures = labelled([("red",)] * 500, [(0.5, 0.5)] * 500)
    for number, picture in enumerate(pictures):
        digest = names[32 * number : 32 * number + 32].hex()
        object.__setattr__(picture.sample, "source", f"s3://vedette-console/uploads/{digest}/IMG{number}.jpg")
        object.__setattr__(picture, "scores", dict(zip(labels, random.random(20).tolist(), strict=True)))
    evaluation = evaluation_of("multilabel", pictures, labels)
    assert 20 * len(pack_columns(evaluation)) < 2_000_000


def test_names_may_hold_whatever_json_can():
    odd = "half \ud83d, a line\nand \u2028"
    picture = JudgedPicture(Sample(Path("p.png"), labels=(odd,), source=odd), scores={odd: 0.5})
    head, _ = unpack_columns(pack_columns(evaluation_of("multilabel", [picture], (odd,))))
    assert (head["pictures"], head["figures"]["labels"][0]["label"]) == ([odd], odd)
