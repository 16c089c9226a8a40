"""What is normal, learnt from normal pictures, and the threshold that they and drawn defects give."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.special import betainc
from torch import Tensor, nn

from vedette.evaluation.metrics import auroc
from vedette.learn.anomaly.bank import MemoryBank, fit_bank, largest
from vedette.learn.anomaly.evidence import Array, Flags, Scorer, Witness, unlike_normal
from vedette.learn.anomaly.gaussians import PositionGaussians, fit_gaussians
from vedette.learn.calibrate import sigmoid

# From so many normal pictures on there are Gaussians: of fewer a covariance says nothing.
FEWEST_FOR_GAUSSIANS = 8
# One-sided quantile 0.977 of a normal distribution of log scores: about the two false alarms in a hundred
# that a person accepts. On our sets 1.5 to 2.5 gave the best F1 and 3 lost one anomaly in ten (2026-11-20).
NORMAL_Z = 2.0
# No lower than here, where a tenth of the held-out normal pictures lies above.
LEAST_QUANTILE = 0.9
# What is blurred of a picture's vote, in deviations of the normal ones: none decides alone.
BLUR = 0.15
# Where nobody knows an anomaly, a score as far beyond the threshold as that is from the mean is called
# 98 % sure: a convention, since there is nothing to calibrate with.
SURE = float(np.log(49.0))
# The memory speaks alone only where drawn defects tell so by this much: on cells, aliens, boards of two kinds
# and a weave it was ahead by 0.00 to 0.03 where both together were better on real anomalies.
CLEARLY = 0.05


class Normality(nn.Module):
    """The memory bank, and beside it the Gaussians where pictures are seen whole.

    Calling it with patches [B, P, C] gives the logarithms of the picture's distances [B, 1 or 2], and those
    of every place as maps [B, h, w], the bank's on the patches' grid and the Gaussians' on theirs.
    """

    def __init__(self, bank: MemoryBank, gaussians: PositionGaussians | None, *, rows: int) -> None:
        super().__init__()
        self.bank, self.gaussians, self.rows = bank, gaussians, rows

    def forward(self, patches: Tensor) -> tuple[Tensor, list[Tensor]]:
        distances = self.bank(patches)
        scores = [torch.log(largest(distances))]
        maps = [torch.log(distances).reshape(-1, self.rows, distances.shape[1] // self.rows)]
        if self.gaussians is not None:
            spread = self.gaussians(patches)
            scores.append(torch.log(spread.flatten(1).amax(1)))
            maps.append(torch.log(spread))
        return torch.stack(scores, 1), maps

    def far(self, patches: Tensor) -> list[float]:
        """Return the logarithms for a picture's views [view, P, C]: those of its farthest view."""
        with torch.inference_mode():
            scores: list[float] = (
                torch.stack([self(view.float()[None])[0][0] for view in patches]).amax(0).tolist()
            )
        return scores

    def drop_unused(self, scorer: Scorer) -> Scorer:
        """Let the Gaussians go where they have no say: nobody need compute them. Return the scorer then."""
        if self.gaussians is None or scorer.slopes[1] != 0.0:
            return scorer
        self.gaussians = None
        return replace(scorer, slopes=scorer.slopes[:1])


def fit_normality(pictures: Sequence[Tensor], *, seed: int, by_place: bool) -> Normality:
    """Return what is normal, of pictures' patches [view, P, C]; `by_place` with Gaussians."""
    flat = [picture.flatten(0, 1) for picture in pictures]
    rows = round(pictures[0].shape[1] ** 0.5)
    gaussians = fit_gaussians(flat) if by_place else None
    return Normality(fit_bank(flat, seed=seed), gaussians, rows=rows)


@dataclass(frozen=True, slots=True)
class UnlabelledVerdict:
    """The evidence where no anomaly is known, how well it told drawn defects, and its scorer."""

    kind: str
    quality: float
    scorer: Scorer  # says a half at the threshold
    deviations: float  # how many above the mean of held-out normal pictures that is


def judge_unlabelled(held_out: Array, defects: Array) -> UnlabelledVerdict:
    """Return the evidence to use, by log distances [n, 1 or 2] of held-out pictures and drawn defects."""
    normal = np.arange(len(held_out) + len(defects)) < len(held_out)
    witnesses = unlike_normal(np.concatenate([held_out, defects]), normal)
    qualities = [auroc(witness.logits, ~normal) or 0.0 for witness in witnesses]
    # The last one is all together where there are two.
    best = len(witnesses) - 1
    for index in range(best):
        if qualities[index] > qualities[best] + CLEARLY:
            best = index
    return _settled(witnesses[best], qualities[best], normal)


def _settled(witness: Witness, quality: float, normal: Flags) -> UnlabelledVerdict:
    logits = witness.logits[normal]
    mean, spread = float(logits.mean()), float(logits.std(ddof=1)) if len(logits) > 1 else 0.0
    # The logarithms of one distance, or of two on a scale of one: two hundredths are less than ever differs.
    spread = max(spread, 0.02)
    threshold = place_threshold(logits, witness.logits[~normal], most=mean + NORMAL_Z * spread, spread=spread)
    slope = SURE / (threshold - mean)
    return UnlabelledVerdict(
        witness.kind,
        quality,
        witness.scorer.calibrated(slope, -slope * threshold),
        (threshold - mean) / spread,
    )


def place_threshold(normal: Array, defects: Array, *, most: float, spread: float) -> float:
    """Return where between a tenth of false alarms and `most` drawn defects gain more than normal ones lose.

    Distances of real normal pictures have a long tail, whose few make a deviation large and a threshold
    blind: on cells F1 is 0.62 at two deviations and 0.78 so, with two false alarms in a hundred. Where drawn
    defects lie beyond either way, as on most sets, it is two deviations (decision 0256).
    """
    least = min(smooth_quantile(normal, LEAST_QUANTILE), most)
    grid = np.linspace(most, least, 21)
    if not len(defects):
        return most
    width = BLUR * spread

    def share_above(scores: Array) -> Array:
        return np.asarray(sigmoid((scores[None, :] - grid[:, None]) / width).mean(axis=1))

    return float(grid[int(np.argmax(share_above(defects) - share_above(normal)))])


def smooth_quantile(values: Array, share: float) -> float:
    """Return a quantile as Harrell and Davis (1982) estimate it, from all values: none alone decides."""
    count = len(values)
    edges = betainc((count + 1) * share, (count + 1) * (1 - share), np.arange(count + 1) / count)
    return float(np.sort(values) @ np.diff(edges))
