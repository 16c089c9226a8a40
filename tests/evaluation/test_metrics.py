"""Our figures beside those of scikit-learn and COCO, and what must hold of any."""

import contextlib
import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sklearn import metrics as theirs

from vedette.evaluation.metrics import (
    OutcomeCounts,
    auroc,
    average_precision,
    best_threshold,
    coco_precision,
    confusion,
    count_pixels,
    counts_at,
    curve,
    match_boxes,
    overlap,
    reliability,
)

# Two decimals, so that equal scores are common.
scored = st.lists(
    st.tuples(st.integers(0, 100).map(lambda n: n / 100), st.booleans()), min_size=1, max_size=60
)


def apart(pairs):
    return np.array([s for s, _ in pairs]), np.array([t for _, t in pairs])


def both_kinds(pairs):
    return len({t for _, t in pairs}) == 2


@given(scored.filter(both_kinds))
def test_ranking_figures_agree_with_scikit_learn(pairs):
    scores, truth = apart(pairs)
    assert auroc(scores, truth) == pytest.approx(theirs.roc_auc_score(truth, scores))
    assert average_precision(scores, truth) == pytest.approx(theirs.average_precision_score(truth, scores))


@given(scored.filter(both_kinds))
def test_the_curve_agrees_with_scikit_learn(pairs):
    scores, truth = apart(pairs)
    precision, recall, thresholds = theirs.precision_recall_curve(truth, scores)
    ours = curve(scores, truth)
    assert np.allclose(ours.thresholds, thresholds[::-1])
    assert np.allclose(ours.precision, precision[:-1][::-1])
    assert np.allclose(ours.recall, recall[:-1][::-1])


@given(scored, st.floats(0, 1))
def test_counts_agree_with_scikit_learn(pairs, threshold):
    scores, truth = apart(pairs)
    ours = counts_at(scores, truth, threshold)
    precision, recall, f1, _ = theirs.precision_recall_fscore_support(
        truth, scores >= threshold, average="binary", zero_division=0, labels=[False, True]
    )
    assert (ours.precision, ours.recall, ours.f1) == pytest.approx((precision, recall, f1))
    assert ours.tp + ours.fp + ours.fn + ours.tn == len(pairs)


@given(scored)
def test_no_threshold_beats_the_best_one(pairs):
    scores, truth = apart(pairs)
    best = counts_at(scores, truth, best_threshold(scores, truth)).f1
    if truth.any():
        assert best >= max(counts_at(scores, truth, t).f1 for t in {*scores, 0.0}) - 1e-9


def test_the_best_threshold_lies_midway_and_falls_back():
    assert best_threshold([0.9, 0.2], [True, False]) == pytest.approx(0.55)
    assert best_threshold([0.9, 0.2], [False, False], fallback=0.7) == 0.7
    assert best_threshold([], [], fallback=0.3) == 0.3


def test_the_guides_own_examples():
    assert OutcomeCounts(tp=8, fp=1).precision == pytest.approx(0.89, abs=0.005)
    assert OutcomeCounts(tp=5, fn=3).recall == pytest.approx(0.62, abs=0.006)
    assert OutcomeCounts(tp=9, fp=1).f1 == pytest.approx(0.947, abs=0.001)
    assert (OutcomeCounts().precision, OutcomeCounts().recall, OutcomeCounts().f1) == (0, 0, 0)


def test_one_kind_only_has_no_auroc():
    assert auroc([0.1, 0.2], [True, True]) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_confusion_agrees_with_scikit_learn(pairs):
    truth, called = zip(*pairs, strict=True)
    assert (confusion(truth, called, 4) == theirs.confusion_matrix(truth, called, labels=range(4))).all()


def test_reliability_of_honest_and_boastful_confidence():
    rng = np.random.default_rng(0)
    sure = rng.uniform(0, 1, 20_000)
    assert reliability(sure, rng.uniform(0, 1, 20_000) < sure).error < 0.02
    assert reliability(np.full(100, 0.95), np.arange(100) < 50).error == pytest.approx(0.45)
    assert reliability([1.0, 0.0], [True, False]).error == 0
    assert reliability([], []).error == 0


def scene(rng, *, pictures, crowd):
    """Random true boxes, and found boxes that are shifted copies and inventions."""
    truth, found, scores = [], [], []
    for _ in range(pictures):
        corner, size = rng.uniform(0, 80, (rng.integers(0, crowd), 2)), None
        size = rng.uniform(5, 40, corner.shape)
        real = np.hstack([corner, corner + size])
        near = real + rng.normal(0, 3, real.shape)
        wild = rng.uniform(0, 60, (rng.integers(0, 4), 2))
        near = np.vstack([near[rng.uniform(size=len(near)) < 0.8], np.hstack([wild, wild + 20])])
        near = near[(near[:, 2] > near[:, 0]) & (near[:, 3] > near[:, 1])]
        truth.append(real)
        found.append(near)
        scores.append(rng.uniform(0, 1, len(near)).round(2))
    return truth, found, scores


def pycoco(truth, found, scores):
    def wide(edges):
        return [float(v) for v in (edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1])]

    images = [{"id": n + 1} for n in range(len(truth))]
    annotations = [
        {"image_id": n + 1, "category_id": 1, "bbox": wide(e), "area": 1.0, "iscrowd": 0}
        for n, edges in enumerate(truth)
        for e in edges
    ]
    for number, annotation in enumerate(annotations):
        annotation["id"] = number + 1
    results = [
        {"image_id": n + 1, "category_id": 1, "bbox": wide(e), "score": float(s)}
        for n, (edges, values) in enumerate(zip(found, scores, strict=True))
        for e, s in zip(edges, values, strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = COCO()
        oracle.dataset = {"images": images, "annotations": annotations, "categories": [{"id": 1}], "info": {}}
        oracle.createIndex()
        judge = COCOeval(oracle, oracle.loadRes(results), "bbox")
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"][:, :, 0, 0, 2]
    return precision[0].mean(), precision.mean(), judge.eval["recall"][0, 0, 0, 2]


@pytest.mark.parametrize("seed", range(12))
def test_box_precision_agrees_with_pycocotools(seed):
    truth, found, scores = scene(np.random.default_rng(seed), pictures=12, crowd=3 + 15 * (seed % 3))
    ours = coco_precision(truth, found, scores)
    assert (ours.at_50, ours.at_50_95, ours.recall) == pytest.approx(pycoco(truth, found, scores), abs=1e-9)


def test_more_than_a_hundred_boxes_are_cut_as_coco_does():
    rng = np.random.default_rng(3)
    corner = rng.uniform(0, 1000, (150, 2))
    real = np.hstack([corner, corner + 8])
    scores = rng.uniform(0, 1, 150)
    ours = coco_precision([real], [real], [scores])
    assert (ours.at_50, ours.at_50_95, ours.recall) == pytest.approx(
        pycoco([real], [real], [scores]), abs=1e-9
    )


def test_perfect_and_empty_detection():
    box = np.array([[0.1, 0.1, 0.5, 0.5]])
    none = np.zeros((0, 4))
    assert coco_precision([box], [box], [[0.9]]).at_50_95 == pytest.approx(1)
    assert coco_precision([box], [none], [[]]).at_50 == 0
    assert coco_precision([none], [box], [[0.9]]).at_50 == 0
    assert coco_precision([], [], []).at_50 == 0


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_each_true_box_is_matched_at_most_once(seed):
    truth, found, scores = scene(np.random.default_rng(seed), pictures=1, crowd=10)
    matches = match_boxes(truth[0], found[0], scores[0], least_overlap=0.3)
    taken = matches[matches >= 0]
    assert len(set(taken.tolist())) == len(taken)


@given(st.integers(0, 10_000), st.integers(1, 3))
def test_mask_overlap_is_a_share_and_one_for_itself(seed, kind):
    rng = np.random.default_rng(seed)
    one, other = rng.integers(0, 4, (2, 6, 7))
    share = overlap(*count_pixels(one, other, kind))
    assert share is None or 0 <= share <= 1
    assert overlap(*count_pixels(one, one, kind)) in (1, None)
    assert overlap(*count_pixels(one, other, kind)) == overlap(*count_pixels(other, one, kind))
