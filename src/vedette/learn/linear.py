"""Logistic regression with an L2 penalty, and cross-validation of it: the classifier on frozen features.

Our own, and not scikit-learn's, since a label may be absent from a fold, pictures may have several
labels, and one solver for both keeps the logits comparable.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Array = npt.NDArray[np.float64]

# Squares of so many rows lie beside the features at once.
AT_ONCE = 4096
# Ten-fold steps around where small sets end up; features have unit length on average.
PENALTIES = (0.001, 0.01, 0.1, 1.0)


@dataclass(frozen=True, slots=True)
class Linear:
    """logits = features · weight + bias."""

    weight: Array  # [channel, label]
    bias: Array  # [label]

    def __call__(self, features: npt.NDArray[np.floating]) -> Array:
        return np.asarray(features @ self.weight + self.bias)


@dataclass(frozen=True, slots=True)
class RowSpace:
    """Features in the space that the pictures span: for few pictures far smaller, with the same solutions."""

    rows: Array  # [picture, dimension]
    basis: Array  # [channel, dimension]
    middle: Array  # [channel]

    def lift(self, linear: Linear) -> Linear:
        """Return a regression on rows as one on features."""
        weight = self.basis @ linear.weight
        return Linear(weight, linear.bias - self.middle @ weight)


def span(features: Array) -> RowSpace:
    """Return the pictures' own space, scaled so that a row has length one on average."""
    middle = features.mean(axis=0)
    centred = features - middle
    length = float(np.sqrt(_squares(centred).mean())) or 1.0
    centred /= length
    if len(features) >= features.shape[1]:
        return RowSpace(centred, np.eye(features.shape[1]) / length, middle)
    squares, left = np.linalg.eigh(centred @ centred.T)
    large = squares > 1e-10 * max(float(squares[-1]), 1e-30)
    scale = np.sqrt(squares[large])
    return RowSpace(left[:, large] * scale, centred.T @ left[:, large] / scale / length, middle)


def _squares(rows: Array) -> Array:
    """Return the square of each row's length."""
    parts = [(rows[at : at + AT_ONCE] ** 2).sum(axis=1) for at in range(0, len(rows), AT_ONCE)]
    return np.concatenate(parts)


def fit_linear(features: Array, truth: Array, *, penalty: float, is_multilabel: bool) -> Linear:
    """Return the regression of truth [picture, label] (0 or 1) on features [picture, channel]."""
    space = span(features)
    return space.lift(_minimise(space.rows, truth, penalty, is_multilabel))


def _minimise(x: Array, truth: Array, penalty: float, is_multilabel: bool) -> Linear:
    channels, labels = x.shape[1], truth.shape[1]

    def loss(flat: Array) -> tuple[float, Array]:
        weight, bias = flat[:-labels].reshape(channels, labels), flat[-labels:]
        logits = x @ weight + bias
        if is_multilabel:
            value = np.logaddexp(0.0, logits).sum() - (truth * logits).sum()
            slope = 0.5 * (1.0 + np.tanh(0.5 * logits)) - truth
        else:
            top = logits.max(axis=1, keepdims=True)
            total = np.exp(logits - top).sum(axis=1, keepdims=True)
            value = (top + np.log(total)).sum() - (truth * logits).sum()
            slope = np.exp(logits - top) / total - truth
        # The bias is held back a little, so that labels without a picture stay finite.
        value += 0.5 * penalty * (weight**2).sum() + 0.5e-3 * (bias**2).sum()
        gradient = np.concatenate([(x.T @ slope + penalty * weight).ravel(), slope.sum(axis=0) + 1e-3 * bias])
        return float(value), gradient

    best = minimize(
        loss, np.zeros((channels + 1) * labels), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    ).x
    return Linear(best[:-labels].reshape(channels, labels), best[-labels:])


def out_of_fold(
    features: Array, truth: Array, folds: npt.NDArray[np.int64], *, penalty: float, is_multilabel: bool
) -> Array:
    """Return for every picture the logits of a regression that has not seen its fold."""
    # The space knows no label, so that nothing of the fold leaks.
    return fold_logits(span(features).rows, truth, folds, penalty=penalty, is_multilabel=is_multilabel)


def fold_logits(
    rows: Array, truth: Array, folds: npt.NDArray[np.int64], *, penalty: float, is_multilabel: bool
) -> Array:
    """Return the same of rows that are spanned already."""
    logits = np.zeros_like(truth)
    for fold in np.unique(folds):
        held_out = folds == fold
        logits[held_out] = _minimise(rows[~held_out], truth[~held_out], penalty, is_multilabel)(
            rows[held_out]
        )
    return logits
