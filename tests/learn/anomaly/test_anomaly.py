"""Anomalies by picture: which resolutions are tried, what is evidence, and what the exported graph says.

The backbone is the real one at 96 pixels, which sees a picture in a few milliseconds.
"""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from torch import nn

from doubles.pictures import a_scene
from vedette.learn.anomaly import recipe as anomaly
from vedette.learn.anomaly.bank import MemoryBank
from vedette.learn.anomaly.evidence import Scorer
from vedette.learn.anomaly.gaussians import EPSILON, PositionGaussians
from vedette.learn.anomaly.graph import AnomalyGraph
from vedette.learn.anomaly.normality import Normality
from vedette.learn.anomaly.recipe import (
    FEWEST,
    AnomalyRecipe,
    PatchExtractor,
    PatchSet,
    bounded,
)
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.net.statistics import Standard
from vedette.learn.order import Cancelled
from vedette.learn.recipe import Judgement, RunContext
from vedette.vision.annotations import Sample

SIDE = 96
SPOT = (60, 20, 80, 40)


def a_work(folder=None, **how):
    return RunContext(FeatureCache(folder), budget=Budget("test", 0.1), **how)


def draw(folder, count, *, spoilt=0, side=SIDE, spot=SPOT):
    """Write normal pictures of one scene in a little noise, and as many spoilt by a dark spot."""
    rng = np.random.default_rng(0)
    scene = np.asarray(a_scene(side, side), np.int16)
    samples = []
    for number in range(count + spoilt):
        pixels = np.clip(scene + rng.integers(-6, 7, scene.shape), 0, 255).astype(np.uint8)
        image = Image.fromarray(pixels)
        if number >= count:
            ImageDraw.Draw(image).ellipse(spot, fill=(10, 10, 10))
        image.save(folder / f"{number}.png")
        samples.append(Sample(folder / f"{number}.png", is_anomalous=number >= count))
    return samples


def run(trained, samples):
    """Return the graph's probabilities and heat maps of the samples' pictures."""
    pixels = np.stack([np.asarray(Image.open(sample.picture)) for sample in samples])
    with torch.inference_mode():
        scores, heat = trained.graph(torch.from_numpy(pixels))
    return scores.numpy(), heat.numpy()


@pytest.fixture(scope="module")
def extractor():
    """To make one costs a second, since the backbone is written as ONNX for it."""
    return PatchExtractor(a_work(), (SIDE, SIDE))


@pytest.fixture
def one_extractor(extractor, monkeypatch):
    """Have every recipe look with the same."""
    monkeypatch.setattr(anomaly, "PatchExtractor", lambda *_: extractor)
    return extractor


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """What is learnt from normal pictures and a few labelled anomalies."""
    samples = draw(tmp_path_factory.mktemp("labelled"), 12, spoilt=6)
    recipe, work = AnomalyRecipe(side=SIDE), a_work()
    judgement = recipe.judge(samples, work)
    return samples, judgement, recipe.fit(samples, work, judgement)


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory):
    """What is learnt from normal pictures alone."""
    samples = draw(tmp_path_factory.mktemp("unlabelled"), 12)
    recipe, work = AnomalyRecipe(side=SIDE), a_work()
    judgement = recipe.judge(samples, work)
    return samples, judgement, recipe.fit(samples, work, judgement)


# Which resolutions


@pytest.mark.parametrize(
    ("quality", "tile", "is_worth"),
    [
        (0.995, None, True),
        (1.0, None, False),
        (0.98, 768, True),
        (0.9899, 768, True),
        (0.99, 768, False),
        (0.995, 768, False),
    ],
)
def test_a_view_is_tried_where_the_best_before_leaves_something_to_win(quality, tile, is_worth):
    recipe = AnomalyRecipe(side=256, tile=tile)
    assert recipe.is_worth(Judgement(quality), [], RunContext(FeatureCache(None))) is is_worth


def test_only_trainings_from_masks_wait_for_scikit_learn():
    said = "import sys, vedette.learn.pipeline; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_recipe_is_named_after_how_it_looks():
    whole, tiled = AnomalyRecipe(side=256), AnomalyRecipe(side=384, tile=512)
    assert (whole.name, whole.size, whole.tiling, whole.most) == ("anomaly-256", (256, 256), None, 300)
    assert (tiled.name, tiled.size, tiled.most) == ("anomaly-384-tiles-512", (384, 384), 30)
    assert (tiled.tiling.tile, tiled.tiling.overlap, tiled.tiling.whole) == ((512, 512), 0.25, False)


@pytest.mark.parametrize("most", [1, 3, 5, 50])
def test_of_many_pictures_some_of_each_kind_are_looked_at_in_their_order(tmp_path, most):
    samples = [Sample(tmp_path / f"{n}.png", is_anomalous=n % 3 == 0) for n in range(30)]
    some = bounded(samples, 7, most=most)
    assert some == [sample for sample in samples if sample in some]
    assert some == bounded(samples, 7, most=most)
    assert sum(not s.is_anomalous for s in some) == min(most, 20)
    assert sum(bool(s.is_anomalous) for s in some) == min(most, 10)


def test_what_was_not_looked_at_has_no_outcome_and_no_answer(tmp_path, one_extractor):
    """Else recipes that look at more or at fewer pictures could not be compared on those that both judged."""
    samples = draw(tmp_path, 10, spoilt=9)
    recipe, work = AnomalyRecipe(side=SIDE), a_work()
    recipe.most = 8
    judgement = recipe.judge(samples, work)
    judged = [sample in bounded(samples, work.seed, most=8) for sample in samples]
    assert np.isfinite(judgement.outcomes).tolist() == judged
    assert sum(judged) == 16
    assert judgement.quality == pytest.approx(np.nanmean(judgement.outcomes))
    assert np.isfinite(recipe.distances.logits).tolist() == judged
    probability = 1 / (1 + np.exp(-recipe.distances.logits[judged]))
    sure = np.where([sample.is_anomalous for sample in samples], 1, -1)[judged] * (probability - 0.5) + 0.5
    normal = round(float((((sure > 0.5) + 0.1 * sure) / 1.1).mean()), 4)
    assert normal == judgement.facts["evidence_tried"]["normal"]
    assert recipe.distances.unlike.quality == pytest.approx(normal, abs=1e-4)


def test_which_of_many_are_looked_at_is_not_always_the_first(tmp_path):
    samples = [Sample(tmp_path / f"{n}.png", is_anomalous=False) for n in range(100)]
    assert bounded(samples, 0, most=10) != bounded(samples, 1, most=10)
    assert bounded(samples, 0, most=10) != samples[:10]


# From labelled anomalies


def test_labelled_anomalies_are_judged_out_of_fold(labelled):
    samples, judgement, _ = labelled
    assert judgement.quality > 0.9
    assert judgement.quality == pytest.approx(judgement.outcomes.mean())
    assert len(judgement.outcomes) == len(samples)
    assert judgement.facts["threshold_from"] == "the best F1 out of fold"
    tried = judgement.facts["evidence_tried"]
    assert set(tried) == {
        *("memory", "gaussians", "normal", "probe", "both"),
        *("normal and probe", "normal and statistics"),
    }
    assert tried[judgement.facts["evidence"]] == max(tried.values()) == round(judgement.quality, 4)


def test_the_graph_tells_anomalies_from_normal_pictures_at_its_threshold(labelled):
    samples, _, trained = labelled
    scores, _ = run(trained, samples)
    assert (scores >= trained.thresholds["anomaly"]).tolist() == [bool(s.is_anomalous) for s in samples]
    assert (trained.labels, trained.input_size, trained.tiling) == (("anomaly",), (SIDE, SIDE), None)
    assert trained.facts["recipe"] == f"anomaly-{SIDE}"


def test_the_heat_lies_where_the_anomaly_is(labelled, tmp_path):
    """On a picture of its own, whose spot is elsewhere."""
    _, _, trained = labelled
    spot = (16, 60, 36, 80)
    (sample,) = draw(tmp_path, 0, spoilt=1, spot=spot)
    _, heat = run(trained, [sample])
    rows, columns = heat[0].shape
    assert (rows, columns) == (12, 12)
    down, across = (np.arange(12) + 0.5) * SIDE / 12, (np.arange(12) + 0.5) * SIDE / 12
    away = 24  # pixels that a place of the backbone sees around itself
    inside = np.ix_((down > spot[1]) & (down < spot[3]), (across > spot[0]) & (across < spot[2]))
    outside = (np.abs(down - 70) > 10 + away)[:, None] | (np.abs(across - 26) > 10 + away)[None]
    assert heat[0][inside].mean() > heat[0][outside].mean() + 0.3
    assert 0 <= heat.min() < 0.5 < heat.max() <= 1


# From normal pictures alone


def test_without_anomalies_drawn_defects_judge_and_the_half_lies_above_normal_pictures(unlabelled, tmp_path):
    samples, judgement, trained = unlabelled
    assert judgement.outcomes is None
    assert judgement.quality > 0.6  # scratches of a pixel are among them
    assert judgement.facts["evidence"] == "normal"
    assert judgement.facts["judged_on"] == "defects drawn onto held-out normal pictures"
    # Every normal picture is held out once.
    assert f"of {len(samples)} held-out" in judgement.facts["threshold_from"]
    assert trained.thresholds == {"anomaly": 0.5}
    normal, _ = run(trained, samples)
    assert normal.max() < 0.5
    spoilt, _ = run(trained, draw(tmp_path, 0, spoilt=3))
    assert spoilt.min() > 0.9


@pytest.mark.parametrize(("anomalies", "is_labelled"), [(FEWEST - 1, False), (FEWEST, True)])
def test_so_many_labelled_anomalies_are_enough(tmp_path, anomalies, is_labelled, one_extractor):
    samples = draw(tmp_path, 8, spoilt=anomalies)
    judgement = AnomalyRecipe(side=SIDE).judge(samples, a_work())
    assert ("judged_on" in judgement.facts) is not is_labelled


def test_anomalies_too_few_to_judge_by_are_no_part_of_what_is_normal(tmp_path, one_extractor):
    samples = draw(tmp_path, 8, spoilt=2)
    recipe, work = AnomalyRecipe(side=SIDE), a_work()
    trained = recipe.fit(samples, work, recipe.judge(samples, work))
    scores, _ = run(trained, samples)
    assert (scores >= 0.5).tolist() == [bool(sample.is_anomalous) for sample in samples]


@pytest.mark.parametrize(("pictures", "folds"), [(12, 10), (41, 4)])
def test_few_pictures_are_dealt_into_more_folds(tmp_path, one_extractor, pictures, folds):
    samples = draw(tmp_path, pictures)
    features = []
    work = a_work(say=lambda progress: features.append(progress))
    AnomalyRecipe(side=SIDE).judge(samples, work)
    judging = [(p.done, p.of) for p in features if p.stage == f"judging anomaly-{SIDE}"]
    assert judging == [(n, folds) for n in range(1, folds + 1)]


# In tiles


@pytest.fixture(scope="module")
def tiled(tmp_path_factory):
    samples = draw(tmp_path_factory.mktemp("tiled"), 8, spoilt=5, side=160, spot=(120, 4, 150, 30))
    recipe, work = AnomalyRecipe(side=SIDE, tile=SIDE), a_work(tmp_path_factory.mktemp("cache"))
    judgement = recipe.judge(samples, work)
    return samples, recipe, work, judgement


def test_tiles_are_judged_by_their_memory_alone(tiled):
    _, recipe, _, judgement = tiled
    assert set(judgement.facts["evidence_tried"]) == {"memory"}
    assert judgement.quality > 0.9
    (_, extractor, features) = recipe._read
    # 160 pixels are covered by two tiles of 96 in each direction, which leaves nothing pooled.
    assert {len(patches) for patches in features.patches} == {4}
    assert features.pooled.shape == (13, 1)
    assert not features.pooled.any()
    assert extractor.tiling == recipe.tiling


def test_a_tiled_picture_is_as_anomalous_as_its_worst_tile(tiled):
    samples, recipe, work, judgement = tiled
    trained = recipe.fit(samples, work, judgement)
    assert trained.tiling == recipe.tiling
    pixels = np.asarray(Image.open(samples[-1].picture))
    views = [pixels[y : y + SIDE, x : x + SIDE] for y in (0, 64) for x in (0, 64)]
    with torch.inference_mode():
        scores = trained.graph(torch.from_numpy(np.stack(views)))[0].numpy()
    assert (scores >= trained.thresholds["anomaly"]).tolist() == [False, True, False, False]


def test_tiles_are_looked_at_once_and_taken_from_the_cache_then(tiled, monkeypatch):
    samples, recipe, work, _ = tiled
    features = recipe._read[2]
    monkeypatch.setattr(anomaly, "decode", lambda *_: pytest.fail("a picture was decoded again"))
    told = []
    work.say = told.append
    again = PatchExtractor(work, recipe.size, recipe.tiling).features(samples)
    assert all(torch.equal(one, two) for one, two in zip(again.patches, features.patches, strict=True))
    assert [(p.stage, p.done, p.of) for p in told] == [(f"tiles at {SIDE} px", n, 13) for n in range(1, 14)]


def test_the_farthest_view_says_how_far_a_picture_is():
    bank = MemoryBank(torch.zeros(2), torch.ones(2), torch.zeros(1, 2))
    views = torch.tensor([[[0.0, 1.0]] * 9, [[3.0, 4.0]] * 9, [[0.0, 2.0]] * 9])
    assert Normality(bank, None, rows=3).far(views) == [pytest.approx(math.log(5.0))]


# Its parts


def test_few_pictures_are_looked_at_once_for_judging_and_fitting(tmp_path, monkeypatch, one_extractor):
    samples, looks = draw(tmp_path, 6, spoilt=4), []
    look = PatchExtractor.features
    monkeypatch.setattr(
        PatchExtractor, "features", lambda one, some: looks.append(len(some)) or look(one, some)
    )
    for held, count in ((10, 1), (9, 2)):
        monkeypatch.setattr(anomaly, "HELD", held)
        looks.clear()
        recipe, work = AnomalyRecipe(side=SIDE), a_work()
        recipe.fit(samples, work, recipe.judge(samples, work))
        assert looks == [10] * count


def test_a_training_can_be_cancelled_between_folds(tmp_path, one_extractor):
    samples = draw(tmp_path, 6)
    recipe, work = AnomalyRecipe(side=SIDE), a_work()
    recipe._features(samples, work)
    work.cancelled = lambda: True
    with pytest.raises(Cancelled, match=f"judging anomaly-{SIDE}"):
        recipe.judge(samples, work)


def test_a_defect_is_drawn_the_same_for_every_recipe(tmp_path, extractor, monkeypatch):
    (sample, other) = draw(tmp_path, 2)
    first = extractor.spoilt(sample.picture)
    assert torch.equal(first, extractor.spoilt(sample.picture))
    assert not torch.equal(first, extractor.features([sample]).patches[0])
    assert not torch.equal(first, extractor.spoilt(other.picture))
    monkeypatch.setattr(extractor.work, "seed", 1)
    assert not torch.equal(first, extractor.spoilt(sample.picture))


def test_a_defect_on_a_large_picture_is_no_larger_than_on_a_usual_one(tmp_path, extractor, monkeypatch):
    scales = []
    monkeypatch.setattr(anomaly, "spoil", lambda pixels, _, *, scale: scales.append(scale) or pixels)
    for side in (SIDE, 640, 1280):
        (tmp_path / str(side)).mkdir()
        extractor.spoilt(draw(tmp_path / str(side), 1, side=side)[0].picture)
    assert scales == [1.0, 1.0, 0.5]


def test_only_normal_pictures_of_those_to_keep_are_remembered():
    patches = [torch.full((2, 3, 4), float(n)) for n in range(4)]
    features = PatchSet(patches, np.zeros((4, 1)), np.array([False, True, False, False]))
    kept = features.normal(np.array([True, True, False, True]))
    assert [(tuple(p.shape), float(p[0, 0, 0])) for p in kept] == [((2, 3, 4), 0.0), ((2, 3, 4), 3.0)]


class Levels(nn.Module):
    """A backbone that was told what it sees."""

    def __init__(self, **levels):
        super().__init__()
        self.levels = levels

    def forward(self, pixels, wanted):
        del pixels
        return {name: self.levels[name] for name in wanted}


def graph_of(scorer, *, gaussians=None):
    """A graph of nine places, one of them at a distance of 2 from the bank; at the top something is there."""
    level = torch.zeros(1, 2, 3, 3)
    level[0, :, 1, 2] = torch.tensor([0.0, 2.0])
    level[0, 0] += 1e-3
    top = torch.zeros(1, 2, 3, 3)
    top[0, 1, 1, 2] = 9.0
    patches = lambda levels: levels[0].flatten(2).transpose(1, 2)  # noqa: E731
    bank = MemoryBank(torch.zeros(2), torch.ones(2), torch.tensor([[1e-3, 0.0]]))
    normality = Normality(bank, gaussians, rows=3)
    graph = AnomalyGraph(Levels(s8=level, top=top), ("s8",), patches, normality, scorer)
    with torch.inference_mode():
        (score,), (heat,) = graph(torch.zeros(1, 24, 24, 3, dtype=torch.uint8))
    return float(score), heat


@pytest.mark.parametrize("has_probe", [False, True])
def test_the_graph_says_what_its_scorer_says(has_probe):
    """The probe sees half of a channel where the place is."""
    weight = np.array([5.0, 0.5]) if has_probe else None
    score, heat = graph_of(Scorer((1.5,), weight, 0.25))
    near = math.log(1e-3)  # nothing is nearer than the square root of 1e-6
    mean = math.log((2.0 + 4e-3) / 5)
    logit = 1.5 * mean + 0.25 + (0.5 if has_probe else 0)
    assert score == pytest.approx(1 / (1 + math.exp(-logit)), rel=1e-3)
    there = 1.5 * math.log(2.0) + 0.25 + (4.5 if has_probe else 0)
    assert float(heat[1, 2]) == pytest.approx(1 / (1 + math.exp(-there)), rel=1e-3)
    assert float(heat[0, 0]) == pytest.approx(1 / (1 + math.exp(-(1.5 * near + 0.25))), rel=1e-2)


def test_the_gaussians_have_their_say_in_the_graph_and_its_map():
    """One that knows no direction sees the distance itself, divided by the root of the regularisation."""
    gaussians = PositionGaussians(torch.zeros(9, 2), torch.ones(2), torch.zeros(9, 2, 1), rows=3)
    score, heat = graph_of(Scorer((0.0, 2.0), None, -1.0), gaussians=gaussians)
    distances = torch.full((3, 3), 1e-3 / EPSILON**0.5)
    distances[1, 2] = (4 + 1e-6) ** 0.5 / EPSILON**0.5
    # Averaged over the neighbours that there are: six at an edge, nine in the middle, four in a corner.
    largest = float(distances[:2, 1:].mean())  # in the corner beside the place
    assert score == pytest.approx(1 / (1 + math.exp(-(2 * math.log(largest) - 1))), rel=1e-3)
    middle = float(distances.mean())
    assert float(heat[1, 1]) == pytest.approx(1 / (1 + math.exp(-(2 * math.log(middle) - 1))), rel=1e-3)


def test_statistics_have_their_say_in_the_graph():
    """Of two channels means, deviations and maxima: the largest of the second is 2, its scale is 4."""
    numbers = np.array([0.0, 0, 0, 0, 0, 3.0])
    scorer = Scorer((0.0,), None, 0.5, (Standard(np.zeros(6), np.full(6, 4.0)), numbers))
    score, _ = graph_of(scorer)
    assert score == pytest.approx(1 / (1 + math.exp(-(3 * 0.5 + 0.5))), rel=1e-5)


def test_patches_come_from_the_two_finest_levels_that_the_backbone_has(extractor):
    assert (extractor.levels, extractor.size, extractor.tiling) == (("s8", "s16"), (SIDE, SIDE), None)
