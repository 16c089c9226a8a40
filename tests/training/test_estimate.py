"""How long a training will take, by those that were."""

import pytest

from vedette.learn.budget import EFFORTS
from vedette.training.estimate import BEST, BUDGETS, PastTraining, estimate, measured


def past(*ratios, task="detection", budget="fast", pictures=50):
    base = measured(task, budget, pictures)
    return [PastTraining(task, budget, pictures, base * ratio) for ratio in ratios]


def test_without_a_training_here_our_measurements_say_it_with_a_wide_band():
    fast, balanced, best = estimate("classification", 60, past(3.0))
    assert fast.seconds == pytest.approx(21, abs=1), "vedette demo, docs/experiments.md"
    assert (fast.least, fast.most, fast.trainings) == (fast.seconds / 2, fast.seconds * 2, 0)
    assert fast.seconds < balanced.seconds < best.seconds


def test_trainings_that_ended_here_set_the_pace_for_every_budget():
    slow = estimate("detection", 100, past(2.0, 3.0, 4.0))
    for each, plain in zip(slow, estimate("detection", 100, []), strict=True):
        assert each.seconds == pytest.approx(3 * plain.seconds)
        assert each.least == pytest.approx(2 / 1.1 * plain.seconds)
        assert each.most == pytest.approx(4.4 * plain.seconds)
        assert each.trainings == 3


def test_the_last_trainings_count():
    assert estimate("detection", 10, past(*[9.0] * 30, *[1.0] * 20))[0].trainings == 20
    assert estimate("detection", 10, past(*[9.0] * 30, *[1.0] * 20))[0].seconds == pytest.approx(
        measured("detection", "fast", 10)
    )


def test_budgets_are_those_of_learning():
    assert tuple(EFFORTS) == BUDGETS
    assert EFFORTS["best"] == BEST * EFFORTS["balanced"]
