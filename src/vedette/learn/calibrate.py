"""Scores to honest probabilities, and probabilities to thresholds, from out-of-fold predictions.

Few pictures are often separated perfectly, and a plain fit would then claim certainty. So targets are
smoothed as Platt did: with n pictures of a kind nobody may claim more than (n + 1) / (n + 2).
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, minimize_scalar

Array = npt.NDArray[np.floating]


def softmax(logits: Array) -> Array:
    """Return probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def sigmoid(logits: Array) -> Array:
    """Return 1 / (1 + e^-x) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits))))


def fit_temperature(logits: Array, targets: npt.NDArray[np.integer]) -> float:
    """Return T such that softmax(logits / T) is calibrated."""
    count, labels = logits.shape
    ceiling = (count + 1) / (count + 2)
    truth = np.full((count, labels), (1 - ceiling) / max(labels - 1, 1))
    truth[np.arange(count), targets] = ceiling

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        log_p = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-(truth * log_p).sum() / count)

    return float(np.exp(minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded").x))


def fit_platt(scores: Array, targets: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return (slope, offset) such that sigmoid(slope · score + offset) is calibrated; slope ≥ 0."""
    positives, negatives = int(targets.sum()), int((~targets).sum())
    truth = np.where(targets, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    middle, spread = float(scores.mean()), float(scores.std()) or 1.0
    unit = (scores - middle) / spread

    def loss(parameters: Array) -> float:
        logits = np.exp(parameters[0]) * unit + parameters[1]
        return float((np.logaddexp(0.0, logits) - truth * logits).mean())

    best = minimize(loss, np.array([0.0, 0.0]), method="Nelder-Mead").x
    slope = float(np.exp(np.clip(best[0], -5.0, 5.0)))
    return slope / spread, float(best[1]) - slope * middle / spread


def f1_threshold(scores: Array, targets: npt.NDArray[np.bool_], *, default: float = 0.5) -> float:
    """Return the threshold of the best F1, in the middle of the gap that gives it.

    A single picture must not decide: every score is blurred by a tenth of the spread, which is a
    twentieth of the picture's vote at most where scores lie apart.
    """
    if not targets.any() or targets.all():
        return default
    width = max(0.1 * float(scores.std()), 1e-6)
    grid = np.linspace(float(scores.min()), float(scores.max()), 401)
    over = sigmoid((scores[None, :] - grid[:, None]) / (width / 4))
    hits = (over * targets).sum(axis=1)
    f1 = 2 * hits / np.maximum(over.sum(axis=1) + targets.sum(), 1e-9)
    best = grid[f1 >= f1.max() - 1e-4]
    return float(best.mean())


def expected_f1_threshold(probability: Array) -> float:
    """Return the threshold of the best F1 to be expected, from calibrated probabilities alone.

    It is half of that F1 (Lipton, Elkan and Naryanaswamy 2014). No single label moves it, and it stays where
    probabilities are right, although the scores behind them come from another network.
    """
    ordered = np.sort(probability)[::-1]
    positives = np.arange(1, len(ordered) + 1)
    f1 = 2 * np.cumsum(ordered) / (positives + ordered.sum())
    return float(f1.max() / 2)
