"""Calibration and thresholds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vedette.learn.calibrate import (
    expected_f1_threshold,
    f1_threshold,
    fit_platt,
    fit_temperature,
    sigmoid,
    softmax,
)


def test_temperature_undoes_overconfidence():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (4000, 3))
    targets = np.array([rng.choice(3, p=p) for p in softmax(logits)])
    assert abs(fit_temperature(logits * 4, targets) - 4) < 0.4


def test_perfect_separation_does_not_claim_certainty():
    logits = np.array([[9.0, -9.0], [-9.0, 9.0]] * 4)
    temperature = fit_temperature(logits, np.array([0, 1] * 4))
    assert 0.8 < softmax(logits / temperature).max() < 0.99


def test_platt_recovers_the_odds():
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 2, 5000)
    truth = rng.random(5000) < sigmoid(1.5 * scores - 0.7)
    slope, offset = fit_platt(scores, truth)
    assert abs(slope - 1.5) < 0.15
    assert abs(offset + 0.7) < 0.15


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30), st.integers(0, 2**30))
def test_platt_never_turns_scores_around(scores, bits):
    truth = np.array([bits >> index & 1 for index in range(len(scores))], bool)
    slope, offset = fit_platt(np.array(scores), truth)
    assert slope > 0
    assert np.isfinite(offset)


def test_the_threshold_lies_in_the_middle_of_a_gap():
    scores = np.array([0.1, 0.15, 0.2, 0.8, 0.85, 0.9])
    assert 0.4 < f1_threshold(scores, scores > 0.5) < 0.6


def test_one_odd_picture_does_not_carry_the_threshold_away():
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(0.2, 0.05, 50), rng.normal(0.8, 0.05, 50), [0.02]])
    truth = np.array([False] * 50 + [True] * 51)
    assert 0.3 < f1_threshold(scores, truth) < 0.75


def test_without_both_kinds_the_default_stands():
    assert f1_threshold(np.array([0.2, 0.9]), np.array([True, True]), default=0.5) == 0.5


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=40))
def test_no_other_threshold_lets_a_better_f1_be_expected(probabilities):
    scores = np.array(probabilities)

    def expected(threshold):
        called = scores >= threshold
        return 2 * scores[called].sum() / (called.sum() + scores.sum())

    best = max(expected(threshold) for threshold in probabilities)
    assert abs(expected(expected_f1_threshold(scores) - 1e-12) - best) < 1e-9


def test_the_expected_threshold_is_where_labels_drawn_by_the_probabilities_would_put_it():
    rng = np.random.default_rng(5)
    scores = sigmoid(rng.normal(-0.7, 2.5, 4000))
    truth = rng.random(4000) < scores
    grid = np.linspace(0.05, 0.95, 91)
    f1 = [2 * (truth & (scores >= t)).sum() / ((scores >= t).sum() + truth.sum()) for t in grid]
    threshold = expected_f1_threshold(scores)
    assert abs(threshold - max(f1) / 2) < 0.01
    assert f1[int(np.argmin(np.abs(grid - threshold)))] > max(f1) - 0.005
