"""Where masks are few, normal pictures say which places are not."""

import numpy as np
import pytest
import torch

from vedette.learn.anomaly.bank import Patches, fit_bank
from vedette.learn.segment.normal import (
    NormalMap,
    choose_limit,
    fall_back,
    find_voice,
    fit_normal_map,
    strangest,
)

GRID = (16, 12)


def a_picture(rng, *, strange=None, far=6.0):
    """Levels s4 to s32 of noise; in a square of cells of stride 8 of something else."""
    s4, s8 = torch.zeros(1, 2, 32, 24), torch.from_numpy(rng.normal(0, 1, (1, 4, *GRID))).float()
    if strange:
        s8[:, :, strange[0] : strange[0] + 4, strange[1] : strange[1] + 4] += far
    s16 = torch.nn.functional.avg_pool2d(s8, 2)
    return [s4, s8, s16, torch.zeros(1, 2, 4, 3)]


def drawn_square(place):
    kinds = np.zeros((64, 48), np.uint8)
    kinds[place[0] * 4 : place[0] * 4 + 16, place[1] * 4 : place[1] * 4 + 16] = 1
    return kinds


@pytest.fixture(scope="module")
def normal():
    rng = np.random.default_rng(0)
    return fit_normal_map([a_picture(rng)[1:3] for _ in range(12)], seed=0)[0]


def test_how_strange_a_picture_is_is_asked_of_maps_that_have_not_seen_it():
    """Normal pictures look alike to the bank that remembers them, and must not to the one that judges."""
    rng = np.random.default_rng(4)
    normals = [a_picture(rng)[1:3] for _ in range(12)]
    others = [a_picture(rng)[1:3], a_picture(rng, strange=(3, 3))[1:3]]
    normal, unseen = fit_normal_map(normals, seed=0, others=others)
    assert len(unseen) == 14
    known, new, strange = unseen[:12], unseen[12], unseen[13]
    assert known.min() - 1 < new < known.max() + 1
    assert strange > known.max() + 1
    with torch.inference_mode():
        asked = [normal([None, *levels, None]).flatten(1) for levels in (normals[0], *others)]
    again = [float(strangest(cells)[0]) for cells in asked]
    assert again[0] < known[0] - 0.5  # the bank of all remembers it
    assert again[1:] == pytest.approx([new, strange], abs=0.5)


def test_a_map_speaks_alone_between_normal_pictures_and_anomalies():
    normal, anomalies = np.linspace(1.5, 2.5, 12), np.linspace(9.0, 12.0, 12)
    voice = find_voice(normal, anomalies)
    assert 5 < voice.bound < 8
    assert voice.slope > 0


def test_a_map_speaks_alone_beyond_reach_of_what_is_normal_only():
    """Where few anomalies stick out, the others must not draw the bound among normal pictures."""
    rng = np.random.default_rng(5)
    normal = rng.normal(2, 1, 40)
    mixed = np.r_[rng.normal(2.2, 1, 21), 9.0, 10.0, 11.0]
    voice = find_voice(normal, mixed)
    assert voice.bound == pytest.approx(normal.mean() + 3 * normal.std(ddof=1))
    assert voice.bound > normal.max() + 0.5


@pytest.mark.parametrize(
    ("normal", "anomalies"),
    [
        (np.linspace(1, 2, 5), np.full(5, 9.0)),  # too few to know what normal is
        (np.linspace(1, 2, 12), np.zeros(0)),
        (np.linspace(1, 2, 12), np.linspace(1, 2, 12)),  # nothing of what is labelled sticks out
        (
            np.linspace(1, 2, 12),
            np.linspace(0.2, 0.9, 12),
        ),  # and here it is less strange than the normal ones
    ],
)
def test_a_map_that_cannot_know_has_no_voice(normal, anomalies):
    assert find_voice(normal, anomalies) is None


def test_normal_places_have_the_scale_of_places_that_were_not_remembered(normal):
    rng = np.random.default_rng(1)
    normal.limit = 0.0
    with torch.inference_mode():
        scores = torch.cat([normal(a_picture(rng)) for _ in range(10)])
    assert float(scores.mean()) == pytest.approx(0, abs=0.2)
    assert float(scores.std()) == pytest.approx(1, abs=0.2)


def test_a_drawn_picture_sets_the_limit_from_which_places_are_strange(normal):
    rng = np.random.default_rng(2)
    place = (6, 4)
    assert choose_limit(normal, [(a_picture(rng, strange=place), drawn_square(place))])
    with torch.inference_mode():
        strange = normal(a_picture(rng, strange=(2, 5)))[0, 0] > 0
    rows, columns = np.nonzero(strange.numpy())
    assert 2 <= np.median(rows) < 6
    assert 5 <= np.median(columns) < 9
    assert strange.sum() <= 36


def test_a_map_that_finds_nothing_of_what_was_drawn_is_left_out(normal):
    rng = np.random.default_rng(3)
    kinds = np.zeros((64, 48), np.uint8)
    kinds[:2, :2] = 1
    assert not choose_limit(normal, [(a_picture(rng), kinds)])


def test_the_map_speaks_only_where_the_network_misses_what_it_finds():
    places = torch.zeros(3, 3, 64, 64)
    places[:, 1], places[:, 2] = -4.0, -6.0
    evidence = torch.full((3, 1, 16, 16), -5.0)
    evidence[:2, :, :5] = 5.0
    # One place far below what is strange; a thin scratch within it; a spot where nothing is strange.
    places[0, 2, 50, 30] = places[1, 1, 10, :] = places[2, 1, 3, 3] = 2.0
    missed, scratch, spot = fall_back(places, evidence).softmax(1)
    assert scratch.tolist() == places[1].softmax(0).tolist()
    assert spot.tolist() == places[2].softmax(0).tolist()
    upper = missed[:, 0, 0]
    assert float(upper[0]) == pytest.approx(1 / (1 + np.exp(5.0)), abs=1e-4)
    assert float(upper[1] / upper[2]) == pytest.approx(np.exp(2.0), rel=1e-3)
    assert float(missed[0, -1, -1]) > 0.99


def test_a_map_may_be_built_from_any_number_of_channels():
    patches = Patches(300)
    map_of = NormalMap(patches, fit_bank([torch.randn(50, 192)], seed=0), (0.0, 1.0))
    levels = [torch.zeros(1), torch.randn(2, 100, 6, 4), torch.randn(2, 200, 3, 2)]
    assert map_of(levels).shape == (2, 1, 6, 4)
