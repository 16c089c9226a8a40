"""The figures of the probe: what is true of pictures, how good answers are, and their calibration."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vedette.learn.choose import gain
from vedette.learn.classify import probe
from vedette.learn.classify.probe import (
    Calibration,
    Probe,
    calibrate,
    outcomes_of,
    thresholds_of,
    truth_of,
)
from vedette.learn.linear import span
from vedette.learn.recipe import Judgement
from vedette.vision.annotations import Sample


def sample(tmp_path, *labels):
    return Sample(tmp_path / "a.png", labels=labels)


def test_truth_has_a_row_a_picture_and_passes_over_labels_that_are_not_learnt(tmp_path):
    samples = [sample(tmp_path, "b"), sample(tmp_path, "a", "c"), sample(tmp_path)]
    assert truth_of(samples, ["a", "b"]).tolist() == [[0, 1], [1, 0], [0, 0]]


def test_one_answer_is_right_or_wrong_and_a_tenth_for_how_sure_of_the_truth():
    truth = np.array([[1.0, 0.0], [1.0, 0.0]])
    probabilities = np.array([[0.8, 0.2], [0.3, 0.7]])
    outcomes = outcomes_of(probabilities, truth, is_multilabel=False)
    assert outcomes == pytest.approx([1.08 / 1.1, 0.03 / 1.1])


def test_several_answers_are_as_good_as_they_overlap():
    truth = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    probabilities = np.array([[0.9, 0.1, 0.1], [0.0, 0.0, 0.0], [0.5, 1.0, 0.0]])
    outcomes = outcomes_of(probabilities, truth, is_multilabel=True)
    first = (0.5 + 0.1 * (1 - 1.1 / 3)) / 1.1
    assert outcomes == pytest.approx([first, 1.0, 0.1 * (1 - 0.5) / 1.1])


def test_logits_that_are_too_sure_are_made_as_sure_as_they_are_right():
    rng = np.random.default_rng(5)
    truth = np.eye(2)[rng.integers(0, 2, 400)]
    wrong = rng.random(400) < 0.25
    logits = np.where(wrong[:, None], 1 - truth, truth) * 20
    for is_multilabel in (False, True):
        calibration = calibrate(logits, truth, is_multilabel=is_multilabel)
        assert isinstance(calibration, Calibration)
        assert calibration.is_multilabel is is_multilabel
        assert calibration(logits).max(axis=1).mean() == pytest.approx(1 - wrong.mean(), abs=0.02)


def test_each_label_has_a_threshold_between_its_pictures_and_the_others():
    truth = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    probabilities = np.array([[0.9, 0.3], [0.8, 0.2], [0.1, 0.6], [0.2, 0.7]])
    thresholds = thresholds_of(probabilities, truth, ["a", "b"])
    assert 0.2 < thresholds["a"] < 0.8
    assert 0.3 < thresholds["b"] < 0.6
    assert thresholds_of(probabilities, np.zeros((4, 2)), ["a", "b"]) == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, [1.0]),
        ([0.0], None),
        ([0.0], [1.0, 1.0]),
        ([np.nan, 0.0], [1.0, np.nan]),
    ],
)
def test_recipes_that_share_no_picture_are_compared_on_the_whole(old, new):
    def judgement(quality, outcomes):
        return Judgement(quality, outcomes=None if outcomes is None else np.array(outcomes))

    assert gain(judgement(0.75, old), judgement(0.5, new)) == -0.25


def test_recipes_are_compared_on_the_pictures_that_both_judged():
    old = Judgement(0.9, outcomes=np.array([0.5, 1.0, np.nan]))
    new = Judgement(0.1, outcomes=np.array([0.75, np.nan, 0.0]))
    assert gain(old, new) == 0.25


def test_features_are_spanned_by_one_thread(tmp_path, monkeypatch):
    # Else the last bits of a judgement depend on how many cores a machine has.
    threads, before = [], torch.get_num_threads()

    def watched(features):
        threads.append(torch.get_num_threads())
        return span(features)

    monkeypatch.setattr(probe, "span", watched)
    monkeypatch.setattr(probe, "pooled", lambda paths, **_: np.arange(len(paths) * 8.0).reshape(-1, 4, 2))
    train = [sample(tmp_path, "red" if number % 2 else "blue") for number in range(8)]
    work = SimpleNamespace(folds=lambda train: np.arange(len(train)) // 4, tell=lambda *_: None)
    try:
        torch.set_num_threads(2)
        judgement = Probe(["red", "blue"], side=32, is_multilabel=False).judge(train, work)
    finally:
        torch.set_num_threads(before)
    assert threads == [1, 1]
    assert judgement.facts["averaged_over"] in ("the picture", "its quarters")
