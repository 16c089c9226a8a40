"""Whether what two models differ in may be chance, of pictures that both were asked about.

    sign_test      a coin on the pictures that one did better than the other (McNemar, 1947; the exact test)
    share_interval the shares that an observed one may be a draw of (Clopper and Pearson, 1934)
    find_lead      how many more pictures got better than worse, between what that lies, by the same coin

The test and the interval are one statement: the interval leaves 0 out just where the test is below `SURE`.
Both are exact, also of three pictures. Nothing here knows what a picture is.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SURE = 0.05
"""A difference that a coin makes in one of twenty comparisons is called chance; the usual bar."""
# Halvings of the interval from 0 to 1: as fine as a double near 1.
_HALVINGS = 52


@dataclass(frozen=True, slots=True)
class Lead:
    """Pictures that got better less those that got worse, as a share of all, and between what it lies."""

    share: float
    low: float
    high: float


def sign_test(better: int, worse: int) -> float:
    """Return how likely a coin falls at least as unevenly, both ways (McNemar's exact test)."""
    tosses = better + worse
    if not tosses:
        return 1.0
    fewer = np.arange(min(better, worse) + 1)
    return min(1.0, 2 * _sum_of(_log_ways(tosses, fewer) - tosses * math.log(2)))


def find_lead(better: int, worse: int, pictures: int) -> Lead:
    """Return by how many of the pictures those that got better lead, with its interval.

    Among the pictures that changed, the share of better ones is a coin's, with an exact interval; how many
    change has one too. The lead is the first, from -1 to 1, times the second; of each end the factor is taken
    that puts it further out, so that the interval is rather too wide than too narrow.
    """
    if not pictures:
        return Lead(0.0, 0.0, 0.0)
    coin = share_interval(better, better + worse)
    changing = share_interval(better + worse, pictures)
    low, high = (2 * end - 1 for end in coin)
    return Lead(
        (better - worse) / pictures,
        low * changing[1 if low < 0 else 0],
        high * changing[1 if high > 0 else 0],
    )


def share_interval(part: int, whole: int) -> tuple[float, float]:
    """Return the least and the largest share of which so many are not too rare a draw."""
    return _least_share(part, whole), 1.0 - _least_share(whole - part, whole)


@lru_cache(maxsize=4096)
def _least_share(part: int, whole: int) -> float:
    """Return the share of which at least `part` of `whole` come in one of forty draws (half of `SURE`)."""
    if part == 0:
        return 0.0
    # Whichever side has fewer terms is added up.
    is_upper = whole - part < part
    counts = np.arange(part, whole + 1) if is_upper else np.arange(part)
    ways = _log_ways(whole, counts)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        odds = _sum_of(ways + counts * math.log(share) + (whole - counts) * math.log1p(-share))
        if (odds if is_upper else 1 - odds) < SURE / 2:
            low = share
        else:
            high = share
    return low


def _log_ways(whole: int, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the logarithms of in how many ways so many of a whole are chosen."""
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, whole + 1)))])
    ways: NDArray[np.float64] = factorials[whole] - factorials[counts] - factorials[whole - counts]
    return ways


def _sum_of(logarithms: NDArray[np.float64]) -> float:
    """Return the sum of numbers by their logarithms, which may be too small to be written out."""
    most = float(logarithms.max())
    return math.exp(most) * float(np.exp(logarithms - most).sum())
