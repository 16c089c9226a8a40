"""Loops that end in time, and are finished when they end."""

from hypothesis import given
from hypothesis import strategies as st

from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.choose import judge_all
from vedette.learn.pace import Pace
from vedette.learn.recipe import Judgement, RunContext


def walk(steps, seconds, each):
    """Return by how much each step moved the schedule, on a clock that passes `each` seconds a step."""
    passed = [0.0]
    pace = Pace(steps, seconds, now=lambda: passed[0])
    moved = []
    while not pace.is_over:
        passed[0] += each
        moved.append(pace.step())
    return moved


def test_without_a_limit_a_step_is_a_step():
    assert walk(5, float("inf"), 100.0) == [1, 1, 1, 1, 1]


def test_quick_steps_are_all_taken():
    assert walk(5, 10.0, 1.0) == [1, 1, 1, 1, 1]


def test_slow_steps_stand_for_several():
    assert walk(10, 4.0, 1.0) == [3, 2, 3, 2]


def test_where_no_time_is_left_one_step_is_the_whole_schedule():
    assert walk(10, 0.0, 1.0) == [10]


@given(st.integers(1, 400), st.floats(0, 100), st.floats(0.01, 50))
def test_the_schedule_is_walked_to_its_end_and_late_by_one_step_at_most(steps, seconds, each):
    moved = walk(steps, seconds, each)
    assert sum(moved) == steps
    assert min(moved) >= 1
    assert (len(moved) - 1) * each <= max(seconds, 0) + 1e-6


def test_a_budget_in_minutes_keeps_something_back_for_what_comes_after():
    work = RunContext(FeatureCache(None), budget=Budget("1 min", 0.5, 60.0), reserved_s=20.0)
    assert 39 < work.seconds_left() <= 40
    assert 19 < work.pace(10, 0.5).seconds <= 20
    assert RunContext(FeatureCache(None)).pace(10, 0.5).seconds == float("inf")


class Slow:
    """A recipe that says how good it is, and when it was asked."""

    def __init__(self, name, asked):
        self.name, self.asked = name, asked

    def judge(self, train, work):
        self.asked.append(self.name)
        return Judgement(0.5)


def test_with_no_time_left_the_first_recipe_is_kept_and_no_other_is_tried():
    asked = []
    recipes = [Slow("first", asked), Slow("second", asked)]
    late = RunContext(FeatureCache(None), budget=Budget("1 min", 0.5, 60.0), reserved_s=60.0)
    assert [recipe.name for recipe, _ in judge_all(recipes, [], late)] == ["first"]
    assert [recipe.name for recipe, _ in judge_all(recipes, [], RunContext(FeatureCache(None)))] == [
        "first",
        "second",
    ]
    assert asked == ["first", "first", "second"]
