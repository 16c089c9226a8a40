"""Which recipes compete, and which is kept: decided by arithmetic on out-of-fold outcomes alone."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

import numpy as np

from vedette.learn.recipe import Candidate, CandidateState, Judgement, Recipe, RunContext
from vedette.vision.annotations import Sample

# The next resolution costs three times the last one (384² beside 224²), and must then be fitted and used.
DEARER = 3
# After a fifth of its steps a recipe may be so far behind one that has its judgement, and still overtake it.
BEHIND = 0.1


@runtime_checkable
class ConditionalRecipe(Protocol):
    """A recipe that is tried only where the best so far leaves something to win."""

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: RunContext) -> bool:
        """Say whether to try."""


@runtime_checkable
class RacingRecipe(Protocol):
    """A recipe that shows after a part of its steps whether it is worth going on (successive halving)."""

    def enter(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return what it showed; `judge` goes on from there."""


def judge_all(
    recipes: Sequence[Recipe], train: Sequence[Sample], work: RunContext
) -> list[tuple[Recipe, Judgement]]:
    """Return every recipe that was tried with its judgement, cheap ones first, as time allows.

    One that fell behind at its entry is there with what it showed then.
    """
    judgements: list[tuple[Recipe, Judgement]] = []
    race = Race([recipe.name for recipe in recipes], work)
    last = 0.0
    for recipe in recipes:
        if judgements and work.seconds_left() <= DEARER * last:
            break
        began = time.monotonic()
        best = judgements[choose(judgements)][1] if judgements else None
        if best and isinstance(recipe, ConditionalRecipe) and not recipe.is_worth(best, train, work):
            continue
        race.note(recipe.name, "judging")
        judgements.append((recipe, _judged(recipe, best, train, work)))
        race.note_judgement(*judgements[-1])
        last = time.monotonic() - began
    race.finish(judgements[choose(judgements)][0].name)
    return judgements


class Race:
    """How the candidates stand, for who watches the training."""

    def __init__(self, recipes: Sequence[str], work: RunContext) -> None:
        self._candidates = {name: Candidate(name) for name in recipes}
        self._work = work
        self._show()

    def note(self, recipe: str, state: CandidateState, quality: float | None = None) -> None:
        """Move a candidate on; those before it that were not tried were passed over."""
        for name, candidate in self._candidates.items():
            if name == recipe:
                break
            if candidate.state == "waiting":
                self._candidates[name] = replace(candidate, state="passed-over")
        self._candidates[recipe] = Candidate(recipe, state, quality)
        self._show()

    def note_judgement(self, recipe: Recipe, judgement: Judgement) -> None:
        """Write down what a candidate showed."""
        is_given_up = bool(judgement.facts.get("given_up"))
        self.note(recipe.name, "given-up" if is_given_up else "judged", round(judgement.quality, 4))

    def finish(self, winner: str) -> None:
        """Name the one that is kept; whoever was not tried by now will not be."""
        for name, candidate in self._candidates.items():
            if candidate.state == "waiting":
                self._candidates[name] = replace(candidate, state="passed-over")
        self._candidates[winner] = replace(self._candidates[winner], state="kept")
        self._show()

    def _show(self) -> None:
        self._work.show_race(list(self._candidates.values()))


def _judged(recipe: Recipe, best: Judgement | None, train: Sequence[Sample], work: RunContext) -> Judgement:
    """Return the recipe's judgement, or that of its entry where it is far behind the best so far."""
    if best is not None and isinstance(recipe, RacingRecipe):
        entry = recipe.enter(train, work)
        if gain(best, entry) < -BEHIND:
            return replace(entry, facts={**entry.facts, "given_up": True}, carry=None)
    return recipe.judge(train, work)


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
