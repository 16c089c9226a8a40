"""Which recipes compete, and which is kept: decided by arithmetic on out-of-fold outcomes alone."""

import time
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from vedette.learn.recipe import Judgement, Recipe, RunContext
from vedette.vision.annotations import Sample

# The next resolution costs three times the last one (384² beside 224²), and must then be fitted and used.
DEARER = 3


@runtime_checkable
class ConditionalRecipe(Protocol):
    """A recipe that is tried only where the best so far leaves something to win."""

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: RunContext) -> bool:
        """Say whether to try."""


def judge_all(
    recipes: Sequence[Recipe], train: Sequence[Sample], work: RunContext
) -> list[tuple[Recipe, Judgement]]:
    """Return every recipe that was tried with its judgement, cheap ones first, as time allows."""
    judgements: list[tuple[Recipe, Judgement]] = []
    last = 0.0
    for recipe in recipes:
        if judgements and work.seconds_left() <= DEARER * last:
            break
        began = time.monotonic()
        if judgements and isinstance(recipe, ConditionalRecipe):
            best = judgements[choose(judgements)][1]
            if not recipe.is_worth(best, train, work):
                continue
        judgements.append((recipe, recipe.judge(train, work)))
        last = time.monotonic() - began
    return judgements


def choose(judgements: Sequence[tuple[Recipe, Judgement]]) -> int:
    """Return the index of the recipe to keep.

    Later recipes cost more in training or in use, so that each must beat the best before it on the
    pictures that both of them judged.
    """
    best = 0
    for index in range(1, len(judgements)):
        if gain(judgements[best][1], judgements[index][1]) > 0:
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


def tried(judged: Sequence[tuple[Recipe, Judgement]]) -> list[dict[str, Any]]:
    """Return what the package says of all that competed."""
    return [
        {"recipe": recipe.name, "quality": round(judgement.quality, 4), **judgement.facts}
        for recipe, judgement in judged
    ]
