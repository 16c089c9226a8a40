"""Labels that the other pictures contradict: found by leaving each picture out.

A ridge regression on frozen features says of each picture what it would be called by all others; leaving one
out needs no second fit, since the residual divided by one minus its leverage is the same (Allen's PRESS). A
label is suspected where the regression is at least half as sure of another one as it usually is of the right
label. Nothing is read or written here.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

# Numbers further out than five deviations are cut, and dead channels not blown up, as in net/statistics.py.
FARTHEST, FLOOR = 5.0, 0.1
# Of the mean square of a row. With 0.3 and 1.0 the same labels were found on five sets, with 0.03 fewer
# (docs/experiments.md, 2026-11-28).
PENALTY = 0.3
# Of the median of how sure the regression is of right labels. At 0.5 four sets gave a precision of 0.65 to
# 1.0 and a recall of 0.80 to 1.0; at 0 the hardest gave two false alarms for every find (same entry).
SUSPECTED = 0.5
# A label of fewer pictures is not learnt, and whatever bears it would be suspected.
FEWEST = 3
# So many pictures with the suggested label are shown beside a suspect.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Suspect:
    """A row whose label the others contradict. `label` or `suggested` is -1 where there is none.

    `strength` is how sure the others are, in units of how sure they usually are of a right label.
    """

    row: int
    label: int
    suggested: int
    strength: float
    like: tuple[int, ...] = ()


def scaled(features: npt.NDArray[np.floating]) -> Array:
    """Return features [row, number] on one scale, each row of length one."""
    rows = np.asarray(features, np.float32)
    spread = rows.std(axis=0)
    spread = np.maximum(spread, FLOOR * float(np.median(spread))) + 1e-6
    rows = np.clip((rows - rows.mean(axis=0)) / spread, -FARTHEST, FARTHEST)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


def leave_one_out(rows: Array, truth: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return what all other rows say of each: [row, label], 1 for and -1 against a label."""
    centred = np.asarray(rows - rows.mean(axis=0), np.float64)
    targets = 2.0 * np.asarray(truth, np.float64) - 1.0
    middle = targets.mean(axis=0)
    ridge = PENALTY * max(float((centred**2).sum()) / len(rows), 1e-12)
    if len(rows) <= rows.shape[1]:
        kernel = centred @ centred.T
        hat = np.linalg.solve(kernel + ridge * np.eye(len(rows)), kernel)
        fitted, leverage = hat @ (targets - middle), np.diag(hat)
    else:
        inverse = np.linalg.inv(centred.T @ centred + ridge * np.eye(rows.shape[1]))
        fitted = centred @ (inverse @ (centred.T @ (targets - middle)))
        leverage = np.einsum("ij,ij->i", centred @ inverse, centred)
    leverage = np.minimum(leverage + 1.0 / len(rows), 1 - 1e-6)
    residuals = targets - middle - fitted
    return np.asarray(targets - residuals / (1 - leverage)[:, None])


def find_suspects(
    rows: Array, truth: npt.NDArray[np.floating], *, one_label: bool, most: int = 100
) -> list[Suspect]:
    """Return the rows whose labels look wrong, the surest first; truth is [row, label], 0 or 1."""
    frequent = np.flatnonzero(truth.sum(axis=0) >= FEWEST)
    if len(rows) < 2 * FEWEST or len(frequent) < (2 if one_label else 1):
        return []
    scores = leave_one_out(rows, truth[:, frequent])
    find = _wrong_choices if one_label else _wrong_marks
    places, labels, suggested, strengths = find(scores, truth[:, frequent])
    order = np.argsort(-strengths, kind="stable")[:most]
    names = np.append(frequent, -1)
    return [
        Suspect(
            int(places[at]),
            int(names[labels[at]]),
            int(names[suggested[at]]),
            float(strengths[at]),
            _alike(rows, truth, int(places[at]), int(names[suggested[at]])),
        )
        for at in order
    ]


def _wrong_choices(
    scores: npt.NDArray[np.float64], truth: npt.NDArray[np.floating]
) -> tuple[Numbers, Numbers, Numbers, npt.NDArray[np.float64]]:
    """Return where another label than the row's one is likelier; rows of unlearnt labels aside."""
    rows = np.flatnonzero(truth.sum(axis=1) == 1)
    labels = truth[rows].argmax(axis=1)
    at = np.arange(len(rows))
    own = scores[rows, labels]
    others = scores[rows].copy()
    others[at, labels] = -np.inf
    suggested = others.argmax(axis=1)
    strengths = _in_usual(others.max(axis=1) - own)
    wrong = np.flatnonzero(strengths > SUSPECTED)
    return rows[wrong], labels[wrong], suggested[wrong], strengths[wrong]


def _wrong_marks(
    scores: npt.NDArray[np.float64], truth: npt.NDArray[np.floating]
) -> tuple[Numbers, Numbers, Numbers, npt.NDArray[np.float64]]:
    """Return labels that a row has and should not, or has not and should: of each row the surest."""
    against = np.where(truth > 0.5, -scores, scores)
    worst = against.argmax(axis=1)
    at = np.arange(len(truth))
    strengths = _in_usual(against[at, worst])
    wrong = np.flatnonzero(strengths > SUSPECTED)
    has = truth[at, worst] > 0.5
    labels, suggested = np.where(has, worst, -1), np.where(has, -1, worst)
    return wrong, labels[wrong], suggested[wrong], strengths[wrong]


def _in_usual(against: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how far each row is contradicted, in units of how far rows are usually confirmed."""
    confirmed = -against[against < 0]
    usual = float(np.median(confirmed)) if len(confirmed) else np.inf
    return against / max(usual, 1e-6)


def _alike(rows: Array, truth: npt.NDArray[np.floating], row: int, label: int) -> tuple[int, ...]:
    """Return the nearest rows that bear the suggested label."""
    if label < 0:
        return ()
    bearers = np.flatnonzero(truth[:, label] > 0.5)
    bearers = bearers[bearers != row]
    nearness = rows[bearers] @ rows[row]
    return tuple(int(bearers[at]) for at in np.argsort(-nearness, kind="stable")[:SHOWN])
