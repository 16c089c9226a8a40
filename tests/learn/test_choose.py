"""Recipes race: who falls behind at the entry does not go on, and the better on the same pictures is kept."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from vedette.learn.cache import FeatureCache
from vedette.learn.choose import choose, judge_all, tried
from vedette.learn.recipe import Judgement, RunContext


@dataclass
class PlainRecipe:
    """Judges itself as it was told to."""

    name: str
    outcomes: list[float]
    stages: list[str] = field(default_factory=list)

    def judge(self, train, work):
        self.stages.append("judge")
        return _judgement(self.outcomes)

    def fit(self, train, work, judgement):
        raise AssertionError("choosing judges recipes; it fits none")


@dataclass
class RunnerUp(PlainRecipe):
    """Enters with other outcomes than it ends with, where the best so far is below its limit."""

    entry: list[float] = field(default_factory=list)
    limit: float = 1.0

    def is_worth(self, best, train, work):
        return best.quality < self.limit

    def enter(self, train, work):
        self.stages.append("enter")
        return _judgement(self.entry)


def _judgement(outcomes):
    return Judgement(float(np.nanmean(outcomes)), outcomes=np.array(outcomes), facts={}, carry=object())


def race(*recipes):
    judged = judge_all(recipes, [], RunContext(FeatureCache(None)))
    return judged[choose(judged)][0].name, tried(judged)


def test_who_is_near_at_the_entry_goes_on_and_wins_by_what_it_shows_then():
    second = RunnerUp("whole", [0.8, 0.9], entry=[0.4, 0.45])
    winner, lines = race(PlainRecipe("frozen", [0.5, 0.5]), second)
    assert second.stages == ["enter", "judge"]
    assert winner == "whole"
    assert lines == [{"recipe": "frozen", "quality": 0.5}, {"recipe": "whole", "quality": 0.85}]


def test_who_is_far_behind_at_the_entry_goes_no_further_and_the_package_says_so():
    second = RunnerUp("whole", [1.0, 1.0], entry=[0.3, 0.4])
    winner, lines = race(PlainRecipe("frozen", [0.5, 0.5]), second)
    assert second.stages == ["enter"]
    assert winner == "frozen"
    assert lines[1] == {"recipe": "whole", "quality": 0.35, "given_up": True}


def test_where_the_first_leaves_nothing_to_win_nobody_else_enters():
    second = RunnerUp("whole", [1.0], entry=[1.0], limit=0.6)
    winner, lines = race(PlainRecipe("frozen", [0.7]), second)
    assert (second.stages, winner, len(lines)) == ([], "frozen", 1)


def test_a_tie_is_the_cheaper_recipes():
    assert race(PlainRecipe("frozen", [0.5]), RunnerUp("whole", [0.5], entry=[0.5]))[0] == "frozen"


def test_only_pictures_that_both_judged_are_compared():
    second = RunnerUp("whole", [np.nan, 0.6, 0.6], entry=[np.nan, 0.6, 0.6])
    assert race(PlainRecipe("frozen", [1.0, 0.5, np.nan]), second)[0] == "whole"


def test_a_recipe_that_cannot_race_is_judged_at_once():
    assert race(PlainRecipe("one", [0.2]), PlainRecipe("other", [0.3]))[0] == "other"


@pytest.mark.parametrize("left", [0.0, 1.0])
def test_without_time_left_the_first_is_kept(left):
    class Late(RunContext):
        def seconds_left(self):
            return 0.0 if left == 0 else float("inf")

    second = RunnerUp("whole", [0.9], entry=[0.9])
    judged = judge_all([PlainRecipe("frozen", [0.5]), second], [], Late(FeatureCache(None)))
    assert len(judged) == 1 + int(left > 0)


def test_who_watches_sees_every_candidate_move_on():
    shown = []
    work = RunContext(
        FeatureCache(None), show_race=lambda race: shown.append([(c.state, c.quality) for c in race])
    )
    judge_all([PlainRecipe("frozen", [0.5]), PlainRecipe("better", [0.75])], [], work)
    assert shown == [
        [("waiting", None), ("waiting", None)],
        [("judging", None), ("waiting", None)],
        [("judged", 0.5), ("waiting", None)],
        [("judged", 0.5), ("judging", None)],
        [("judged", 0.5), ("judged", 0.75)],
        [("judged", 0.5), ("kept", 0.75)],
    ]


def test_who_is_not_tried_is_passed_over():
    shown = []
    work = RunContext(FeatureCache(None), show_race=lambda race: shown.append([c.state for c in race]))
    judge_all([PlainRecipe("frozen", [1.0]), RunnerUp("dear", [1.0], limit=0.9)], [], work)
    assert shown[-1] == ["kept", "passed-over"]
