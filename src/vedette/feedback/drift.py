"""Whether the pictures of production are still those of the training: a two-sample test, again and again.

Each number of a picture (`vision/features.py`) is compared by the test of Kolmogorov and Smirnov, and the
model's doubt by the same test to one side. Three things keep it from crying wolf:

- **Sequential correction.** Look number k may spend ALPHA · 6 / (π² k²), so that all looks of a version's
  life together warn falsely with a chance of at most ALPHA; of each look's share every window and every
  number has its part (Bonferroni). The count of looks outlives restarts.
- **Another mixture is no drift.** A training is half defects, production is not. The reference is weighted so
  that its mixture of answers is that of the window; the weights cost it their share of its size (Kish).
- **A difference must be large**, not only sure: LEAST of the way from "the same" to "nothing in common".
- **What has begun must end clearly** (`lasting`): below LASTING, which is smaller, at two looks in a row. One
  edge for both would begin and end a warning with every breath of a difference that is near it.

A picture that is asked for again says nothing new and is not counted again. Rabanser, Günnemann and Lipton,
"Failing Loudly" (2019), found tests of this kind reliable for small windows. Pure: numbers in, words out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.01
# A look is at the last so many pictures, quick and patient ones at once, after every STEP new ones.
WINDOWS = (25, 100, 200)
STEP = 25
LEAST = 0.40
# A warning ends below this in the last LASTING_WINDOW pictures, and in those of the look before. Samples of
# one source are so far apart in one of sixteen such looks, so that a warning that should end does.
LASTING, LASTING_WINDOW, QUIET_LOOKS = 0.25, 50, 2
# Fewer reference pictures than this say nothing; below it there is no look.
LEAST_REFERENCE = 15
# A picture is an example of a drift from here on: in the mean of what was found, a tenth of the training or
# less is beyond it.
STRANGE = 0.8
DOUBT = "doubt"

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LookedAtPicture:
    """A picture as numbers: its features by name, the model's main answer and its doubt.

    `exact` is a hash of its bytes where it is one of production, by which it is found among those kept.
    """

    features: Mapping[str, float]
    answer: str
    doubt: float
    exact: str = ""

    def value(self, name: str) -> float:
        """Return a number by its name; the doubt is one."""
        return self.doubt if name == DOUBT else self.features.get(name, float("nan"))


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """A number whose values left those of the training; `distance` 1 is nothing in common."""

    name: str
    is_higher: bool
    distance: float
    chance: float
    usual: float
    now: float
    window: int


@dataclass(frozen=True, slots=True)
class DriftReference:
    """The pictures of the training as numbers; `doubts` are of pictures that nothing was learnt from."""

    pictures: Sequence[LookedAtPicture]
    doubts: Sequence[float] = ()

    @property
    def is_enough(self) -> bool:
        """Whether anything can be held against it."""
        return len(self.pictures) >= LEAST_REFERENCE


def is_due(count: int, before: int | None = None) -> bool:
    """Say whether a look is due after so many different pictures, `before` of which are not new."""
    before = count - 1 if before is None else before
    return count >= min(WINDOWS) and count // STEP > before // STEP


def look(reference: DriftReference, recent: Sequence[LookedAtPicture], number: int) -> list[DriftFinding]:
    """Return what left the training in the last pictures; `number` counts the looks of a version from 1."""
    windows = [window for window in WINDOWS if len(recent) >= window]
    if not reference.is_enough or not windows:
        return []
    spent = ALPHA * 6 / (np.pi**2 * number**2)
    findings: dict[str, DriftFinding] = {}
    # The widest window first: what it says is said of more pictures.
    for window in reversed(windows):
        for finding in _look_at_window(reference, recent[-window:], spent / len(windows)):
            findings.setdefault(finding.name, finding)
    return sorted(findings.values(), key=lambda finding: -finding.distance)


def lasting(
    reference: DriftReference, recent: Sequence[LookedAtPicture], findings: Sequence[DriftFinding]
) -> list[DriftFinding]:
    """Return those of a warning's findings that are still so: large enough at one of the last looks.

    They are told as the newest of these has them: how far it was before says nothing of today's pictures.
    """
    ends = [len(recent) - number * STEP for number in range(QUIET_LOOKS)]
    windows = [recent[max(0, end - LASTING_WINDOW) : end] for end in ends if end >= min(WINDOWS)]
    last = [_newest_far(reference, windows, finding.name) for finding in findings]
    return [finding for finding in last if finding is not None]


def _newest_far(
    reference: DriftReference, windows: Sequence[Sequence[LookedAtPicture]], name: str
) -> DriftFinding | None:
    for window in windows:
        compared = _compare_by_name(reference, window, name)
        if compared is not None and compared.distance >= LASTING:
            return compared
    return None


def rank_examples(
    reference: DriftReference, recent: Sequence[LookedAtPicture], findings: Sequence[DriftFinding]
) -> list[LookedAtPicture]:
    """Return those of the last pictures that are unlike the training in what was found, the strangest first.

    Of a finding counts which share of the training is beyond a picture's value, on the nearer side. Beyond
    all of it most pictures of a large drift are alike; then those come first that are farther out.
    """
    window = recent[-max((finding.window for finding in findings), default=0) :] if findings else []
    ranks = np.zeros((2, len(window)))
    for finding in findings:
        usual = np.sort(_values_of(reference, finding.name))
        now = np.nan_to_num(np.array([picture.value(finding.name) for picture in window]), nan=finding.usual)
        below = np.searchsorted(usual, now, side="left") / len(usual)
        above = 1 - np.searchsorted(usual, now, side="right") / len(usual)
        ranks[0] += 1 - 2 * np.minimum(0.5, np.minimum(below, above))
        ranks[1] += np.abs(now - finding.usual) / (abs(finding.now - finding.usual) or 1.0)
    strangeness = ranks[0] / max(1, len(findings))
    order = np.lexsort((-ranks[1], -np.round(strangeness, 3)))
    return [window[place] for place in order if strangeness[place] >= STRANGE]


def _values_of(reference: DriftReference, name: str) -> Column:
    if name == DOUBT:
        return np.array(reference.doubts)
    return np.array([picture.features[name] for picture in reference.pictures])


def _look_at_window(
    reference: DriftReference, window: Sequence[LookedAtPicture], spent: float
) -> list[DriftFinding]:
    names = [*reference.pictures[0].features, DOUBT]
    allowed = spent / len(names)
    compared = [_compare_by_name(reference, window, name) for name in names]
    return [
        finding
        for finding in compared
        if finding is not None and finding.chance <= allowed and finding.distance >= LEAST
    ]


def _compare_by_name(
    reference: DriftReference, window: Sequence[LookedAtPicture], name: str
) -> DriftFinding | None:
    """Return how far a number of the window is from the training's; nothing where one of them has none."""
    now = np.array([picture.value(name) for picture in window])
    if name == DOUBT:
        doubts = np.array(reference.doubts)
        if len(doubts) < LEAST_REFERENCE:
            return None
        return _compare(DOUBT, doubts, now, np.ones(len(doubts)), only_higher=True)
    if name not in reference.pictures[0].features:
        return None  # A reference that was measured anew, by other numbers.
    usual = np.array([picture.features[name] for picture in reference.pictures])
    return _compare(name, usual, now[np.isfinite(now)], _weights(reference.pictures, window))


def _weights(reference: Sequence[LookedAtPicture], window: Sequence[LookedAtPicture]) -> Column:
    """Return weights that give the reference the window's mixture of answers.

    Answers that the training does not have, or hardly, cannot be weighted: they are held against all of it.
    """
    shares = {answer: _share(window, answer) for answer in {picture.answer for picture in reference}}
    have = {answer: _share(reference, answer) for answer in shares}
    weights = np.array([shares[picture.answer] / have[picture.answer] for picture in reference])
    strangers = 1 - sum(shares.values())
    return weights + max(0.0, strangers)


def _share(pictures: Sequence[LookedAtPicture], answer: str) -> float:
    return sum(picture.answer == answer for picture in pictures) / len(pictures)


def _compare(
    name: str, usual: Column, now: Column, weights: Column, *, only_higher: bool = False
) -> DriftFinding | None:
    """Return the distance of two samples, and the chance of one as large where both are of one source."""
    if not len(now):
        return None
    order = np.argsort(usual, kind="stable")
    values, mass = usual[order], weights[order] / weights.sum()
    points = np.unique(np.concatenate([values, now]))
    cumulated = np.concatenate([[0.0], np.cumsum(mass)])
    of_usual = cumulated[np.searchsorted(values, points, side="right")]
    of_now = np.searchsorted(np.sort(now), points, side="right") / len(now)
    difference = of_usual - of_now
    higher, lower = float(difference.max()), float(-difference.min())
    distance = higher if only_higher else max(higher, lower)
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    return DriftFinding(
        name,
        higher >= lower,
        distance,
        _chance(distance, effective, len(now), one_sided=only_higher),
        float(np.interp(0.5, cumulated[1:], values)),
        float(np.median(now)),
        len(now),
    )


def _chance(distance: float, size: float, other: int, *, one_sided: bool) -> float:
    """Return Kolmogorov's bound, with Stephens' correction for small samples."""
    root = np.sqrt(size * other / (size + other))
    reach = (root + 0.12 + 0.11 / root) * distance
    bound = np.exp(-2 * reach**2)
    return float(min(1.0, bound if one_sided else 2 * bound))
