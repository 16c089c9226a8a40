"""What is normal at each place, and where the threshold lies when no anomaly is known."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vedette.learn.anomaly.evidence import Scorer, unlike_normal
from vedette.learn.anomaly.gaussians import EPSILON, fit_gaussians, grid
from vedette.learn.anomaly.normality import (
    NORMAL_Z,
    fit_normality,
    judge_unlabelled,
    place_threshold,
    smooth_quantile,
)
from vedette.learn.calibrate import sigmoid


def pictures(count, *, rows=4, channels=5, seed=0):
    """Patches whose every place has a mean of its own, and noise that is alike in two channels."""
    generator = torch.Generator().manual_seed(seed)
    places = torch.randn(rows * rows, channels, generator=torch.Generator().manual_seed(9))
    noise = torch.randn(count, rows * rows, channels, generator=generator)
    noise[..., 1] = noise[..., 0] + 0.1 * noise[..., 1]
    return list(places + 0.3 * noise)


@pytest.mark.parametrize("count", [4, 40])
def test_the_distance_is_mahalanobis_with_all_directions_kept(count):
    """By the smaller of two matrices, be that of the pictures or of the channels."""
    some, (new,) = pictures(count), pictures(1, seed=5)
    gaussians = fit_gaussians(some)
    x = torch.stack(some) / gaussians.scale
    expected = []
    for place in range(16):
        covariance = torch.cov(x[:, place].T) + EPSILON * torch.eye(5)
        off = new[place] / gaussians.scale - x[:, place].mean(0)
        expected.append(float((off @ torch.linalg.solve(covariance, off)).sqrt()))
    raw = np.array(expected).reshape(4, 4)
    smoothed = [
        [raw[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].mean() for x in range(4)] for y in range(4)
    ]
    (distances,) = gaussians(new[None])
    assert distances.numpy() == pytest.approx(np.array(smoothed), rel=0.01)


def test_what_is_normal_elsewhere_is_not_normal_here():
    some = pictures(30)
    normality = fit_normality([picture[None] for picture in some], seed=0, by_place=True)
    (new,) = pictures(1, seed=5)
    moved = new.roll(1, 0)
    (memory, here), (memory_moved, elsewhere) = normality.far(new[None]), normality.far(moved[None])
    assert elsewhere > here + 0.5
    assert memory_moved == pytest.approx(memory)


def test_without_gaussians_the_memory_is_all():
    some = [picture[None] for picture in pictures(8)]
    assert len(fit_normality(some, seed=0, by_place=True).far(some[0])) == 2
    assert len(fit_normality(some, seed=0, by_place=False).far(some[0])) == 1


def test_pictures_that_are_all_the_same_leave_finite_distances():
    same = [pictures(1)[0]] * 9
    normality = fit_normality([picture[None] for picture in same], seed=0, by_place=True)
    (other,) = pictures(1, seed=5)
    near, far = normality.far(same[0][None]), normality.far(other[None])
    assert np.isfinite([near, far]).all()
    assert far[0] > near[0]
    assert far[1] > near[1]


def test_a_channel_that_is_dead_in_training_does_not_drown_the_others():
    some = [picture.clone() for picture in pictures(20)]
    for picture in some:
        picture[:, 4] = 1.0
    (new,) = pictures(1, seed=5)
    new[:, 4] = 1.0
    alive, touched = new.clone(), new.clone()
    alive[3, 0] += 6.0
    touched[9, 4] += 1e-4
    gaussians = fit_gaussians(some)
    assert float(gaussians(alive[None]).amax()) > float(gaussians(touched[None]).amax())


def test_a_fine_grid_is_pooled():
    assert [grid(rows) for rows in (12, 24, 32, 48, 49, 72)] == [
        (12, 1),
        (24, 1),
        (16, 2),
        (24, 2),
        (16, 3),
        (24, 3),
    ]
    some = pictures(9, rows=32)
    assert fit_gaussians(some)(some[0][None]).shape == (1, 16, 16)


def test_gaussians_without_a_say_are_not_computed():
    normality = fit_normality([picture[None] for picture in pictures(8)], seed=0, by_place=True)
    assert normality.drop_unused(Scorer((1.0, 0.5), None, 0.0)) == Scorer((1.0, 0.5), None, 0.0)
    assert normality.gaussians is not None
    assert normality.drop_unused(Scorer((1.0, 0.0), None, 0.0)) == Scorer((1.0,), None, 0.0)
    assert normality.gaussians is None


def test_distances_together_are_each_on_the_scale_of_normal_pictures():
    logs = np.array([[1.0, 10.0], [3.0, 14.0], [9.0, 0.0]])
    normal = np.array([True, True, False])
    memory, gaussians, both = unlike_normal(logs, normal)
    assert (memory.kind, gaussians.kind, both.kind) == ("memory", "gaussians", "normal")
    assert memory.logits.tolist() == [1, 3, 9]
    assert gaussians.logits.tolist() == [10, 14, 0]
    assert both.logits.tolist() == [6, 10, 9]
    assert both.scorer.slopes == (1.0, 0.5)
    assert [witness.kind for witness in unlike_normal(logs[:, :1], normal)] == ["memory"]


def verdict_of(memory, gaussians, *, count=40):
    """Normal pictures of a deviation of one, and drawn defects so far off in either distance."""
    rng = np.random.default_rng(0)
    held_out, drawn = rng.normal(0, 1, (count, 2)), rng.normal((memory, gaussians), 1, (count, 2))
    return judge_unlabelled(held_out, drawn), held_out, drawn


def test_the_memory_speaks_alone_where_places_say_nothing():
    """As with pictures that are not aligned."""
    assert verdict_of(2.0, 2.0)[0].kind == "normal"
    assert verdict_of(2.0, 0.0)[0].kind == "memory"
    assert verdict_of(2.0, 1.8)[0].kind == "normal"


def test_defects_far_beyond_leave_the_threshold_at_two_deviations():
    verdict, held_out, _ = verdict_of(30.0, 30.0)
    logits = held_out @ np.array(verdict.scorer.slopes) + verdict.scorer.offset
    assert verdict.deviations == pytest.approx(NORMAL_Z)
    assert verdict.quality == 1.0
    assert sigmoid(logits).max() < 0.9
    mean, spread = logits.mean(), logits.std(ddof=1)
    assert mean + NORMAL_Z * spread == pytest.approx(0, abs=1e-6)


def test_a_few_strange_normal_pictures_do_not_make_it_blind():
    """One in twelve lies far out, which makes the deviation five times what it is without."""
    rng = np.random.default_rng(1)
    normal = np.concatenate([rng.normal(0, 1, 92), rng.uniform(8, 20, 8)])
    drawn = rng.normal(6, 2, 80)
    spread = float(normal.std(ddof=1))
    most = float(normal.mean()) + NORMAL_Z * spread
    threshold = place_threshold(normal, drawn, most=most, spread=spread)
    assert (drawn > most).mean() < 0.3
    assert (drawn > threshold).mean() > 0.8
    assert (normal > threshold).mean() <= 0.11


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=40),
    st.lists(st.floats(-5, 15), max_size=40),
)
def test_a_threshold_lies_between_a_tenth_of_false_alarms_and_two_deviations(normal, drawn):
    scores, spread = np.array(normal), max(float(np.std(normal, ddof=1)), 0.02)
    most = float(scores.mean()) + NORMAL_Z * spread
    threshold = place_threshold(scores, np.array(drawn), most=most, spread=spread)
    assert min(smooth_quantile(scores, 0.9), most) - 1e-9 <= threshold <= most + 1e-9


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=50), st.floats(0.01, 0.99))
def test_a_smooth_quantile_lies_among_the_values(values, share):
    assert min(values) - 1e-6 <= smooth_quantile(np.array(values), share) <= max(values) + 1e-6


def test_a_smooth_quantile_of_evenly_spread_values_is_where_it_should_be():
    assert smooth_quantile(np.linspace(0, 1, 1001), 0.9) == pytest.approx(0.9, abs=2e-3)


def test_without_drawn_defects_the_threshold_is_two_deviations():
    assert place_threshold(np.array([0.0, 1.0]), np.array([]), most=3.0, spread=1.0) == 3.0
