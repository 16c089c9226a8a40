"""Which of the judged recipes is kept: decided by arithmetic on out-of-fold outcomes alone."""

from collections.abc import Sequence

import numpy as np

from vedette.learn.recipe import Judgement, Recipe


def choose(judged: Sequence[tuple[Recipe, Judgement]]) -> int:
    """Return the index of the recipe to keep.

    Later recipes cost more in training or in use, so that each must beat the best before it on the
    pictures that both of them judged.
    """
    best = 0
    for index in range(1, len(judged)):
        if gain(judged[best][1], judged[index][1]) > 0:
            best = index
    return best


def gain(old: Judgement, new: Judgement) -> float:
    """Return by how much the new one is better on the pictures that both judged, or on the whole."""
    if old.outcomes is None or new.outcomes is None or len(old.outcomes) != len(new.outcomes):
        return new.quality - old.quality
    both = ~np.isnan(old.outcomes) & ~np.isnan(new.outcomes)
    if not both.any():
        return new.quality - old.quality
    return float((new.outcomes[both] - old.outcomes[both]).mean())
