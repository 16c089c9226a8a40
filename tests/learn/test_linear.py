"""The probe's regression against scikit-learn, and what it owes to few pictures."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from vedette.learn.linear import AT_ONCE, fit_linear, out_of_fold, span


def clouds(count=60, channels=5, labels=3, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.eye(labels)[rng.integers(0, labels, count)]
    return rng.normal(0, 1, (count, channels)) + truth @ rng.normal(0, 1.5, (labels, channels)), truth


def test_it_finds_what_scikit_learn_finds():
    x, truth = clouds()
    x = (x - x.mean(0)) / np.sqrt(((x - x.mean(0)) ** 2).sum(1).mean())
    ours = fit_linear(x, truth, penalty=0.1, is_multilabel=False)(x)
    theirs = LogisticRegression(C=10, max_iter=2000).fit(x, truth.argmax(1)).predict_proba(x)
    mine = np.exp(ours - ours.max(1, keepdims=True))
    np.testing.assert_allclose(mine / mine.sum(1, keepdims=True), theirs, atol=0.02)


@pytest.mark.parametrize("is_multilabel", [False, True])
def test_fewer_pictures_than_channels_give_the_same_as_the_long_way(is_multilabel):
    x, truth = clouds(count=12, channels=40)
    short = fit_linear(x, truth, penalty=0.1, is_multilabel=is_multilabel)
    twice = fit_linear(
        np.repeat(x, 4, axis=0), np.repeat(truth, 4, axis=0), penalty=0.4, is_multilabel=is_multilabel
    )
    np.testing.assert_allclose(short.weight, twice.weight, atol=1e-2)


def test_a_label_absent_from_a_fold_stays_finite():
    x, truth = clouds()
    folds = truth.argmax(1)
    assert np.isfinite(out_of_fold(x, truth, folds, penalty=0.1, is_multilabel=False)).all()


def test_out_of_fold_knows_nothing_of_the_fold():
    rng = np.random.default_rng(0)
    x, truth = rng.normal(size=(80, 200)), np.eye(2)[rng.integers(0, 2, 80)]
    logits = out_of_fold(x, truth, np.arange(80) % 4, penalty=0.01, is_multilabel=False)
    assert 0.3 < (logits.argmax(1) == truth.argmax(1)).mean() < 0.7


def test_many_rows_are_spanned_as_few_are():
    x = clouds(count=2 * AT_ONCE + 7)[0]
    centred = x - x.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=1).mean())
    np.testing.assert_array_equal(
        span(x).rows, centred / length
    )  # to the last bit: models do not change by it
