"""Steps learn from parts of views: around anomalies, and whole where nobody drew them."""

import numpy as np
import pytest

from vedette.learn.net.store import FeatureStore
from vedette.learn.segment.parts import PartSampler, choose_part
from vedette.learn.segment.views import UNKNOWN

# A view of 448 × 320 pixels: 14 × 10 cells, its kinds at every second pixel.
SHAPE = (224, 160)


def a_view(*, place=None, fill=0):
    kinds = np.full(SHAPE, fill, np.uint8)
    if place:
        kinds[place[0] : place[0] + 4, place[1] : place[1] + 4] = 1
    return kinds


def lessons_of(truths):
    """Samplers whose two levels say which view, row and column of cells a place is of."""
    store = FeatureStore([(28, 20, 3), (14, 10, 3)], len(truths))
    for row in range(len(truths)):
        for level, (height, width) in zip(store.levels, ((28, 20), (14, 10)), strict=True):
            down, across = np.mgrid[:height, :width] // (height // 14)
            level[row] = np.stack([np.full((height, width), row), down, across], 2)
    return PartSampler(store, truths, np.random.default_rng(0))


def test_a_part_is_half_a_view_and_mostly_holds_the_anomaly():
    rng = np.random.default_rng(0)
    view = a_view(place=(200, 150))
    parts = [choose_part(view, rng) for _ in range(200)]
    assert {(bottom - top, right - left) for top, left, bottom, right in parts} == {(8, 6)}
    holding = [bool(view[t * 16 : b * 16, x * 16 : r * 16].any()) for t, x, b, r in parts]
    assert 0.7 < np.mean(holding) < 0.9


def test_parts_come_from_everywhere_in_a_normal_view():
    rng = np.random.default_rng(0)
    corners = {choose_part(a_view(), rng)[:2] for _ in range(500)}
    assert corners == {(top, left) for top in range(7) for left in range(5)}


@pytest.mark.parametrize("shape", [(64, 64), (48, 96)])
def test_a_small_view_is_shown_in_height_and_width_as_large_as_it_is(shape):
    top, left, bottom, right = choose_part(np.zeros(shape, np.uint8), np.random.default_rng(0))
    assert (top, bottom - top) == (0, shape[0] // 16)
    assert right - left >= 4
    assert right <= shape[1] // 16


def test_features_and_kinds_are_of_the_same_part():
    truths = [a_view(), a_view()]
    for row, kinds in enumerate(truths):
        kinds[:] = (np.mgrid[: SHAPE[0], : SHAPE[1]] // 16 * [[[10]], [[1]]]).sum(0) % 250 + row
    (fine, coarse), kinds = lessons_of(truths).batch([0, 1])
    assert fine.shape == (2, 3, 16, 12)
    assert coarse.shape == (2, 3, 8, 6)
    assert kinds.shape == (2, 128, 96)
    for row in range(2):
        views, down, across = coarse[row].int()
        assert (views == row).all()
        assert ((10 * down + across) % 250 + row).tolist() == kinds[row, ::16, ::16].tolist()
        assert fine[row, :, ::2, ::2].tolist() == coarse[row].tolist()


def test_anomalies_that_nobody_drew_are_shown_whole_now_and_then():
    lessons = lessons_of([a_view(), a_view(fill=UNKNOWN)] * 4)
    shown = [lessons.batch(list(range(8))) for _ in range(4)]
    assert [tuple(kinds.shape) for _, kinds in shown] == [(4, 128, 96)] * 3 + [(2, *SHAPE)]
    assert not any((kinds == UNKNOWN).any() for _, kinds in shown[:3])


def test_where_nobody_drew_anything_views_are_whole():
    levels, kinds = lessons_of([a_view(fill=UNKNOWN)] * 4).batch([0, 1, 2, 3])
    assert kinds.shape == (1, *SHAPE)
    assert levels[0].shape == (1, 3, 28, 20)
