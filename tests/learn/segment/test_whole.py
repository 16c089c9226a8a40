"""Masks by a whole network: what crops show, what its loss asks, and real trainings on drawn plates."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from doubles.drawn_masks import write_plates
from doubles.pointing import share_that_points
from vedette.evaluation.judge import judge
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.export import export, refuse_if_far
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.crops import RegionStock, cut
from vedette.learn.net.dense import InputPlan
from vedette.learn.recipe import OUTPUTS, Judgement, RunContext
from vedette.learn.segment.crops import MaskCrops
from vedette.learn.segment.judging import PictureFinding, SegmenterMeasure, outcomes
from vedette.learn.segment.loss import crop_loss
from vedette.learn.segment.pyramid import WholeMaskGraph, WholeMaskNet, evidence
from vedette.learn.segment.regions import owners_of
from vedette.learn.segment.views import MaskedPicture
from vedette.learn.segment.whole import FEWEST_DRAWN, GOOD_ENOUGH, WholeSegmenter
from vedette.runtime.facts import PackageFacts, Tiling
from vedette.runtime.model import Model
from vedette.vision.annotations import Mask, Sample

KINDS = ("scratch", "stain")


def marked_stock() -> RegionStock:
    """Return two normal regions, one with a large mark of kind 1, one with a small one of kind 2."""
    places = np.zeros((4, 96, 96), np.uint8)
    places[2, 10:60, 10:60], places[3, 80:83, 5:8] = 1, 2
    return RegionStock(torch.zeros(4, 96, 96, 3, dtype=torch.uint8), torch.from_numpy(places), range(4))


def test_crops_show_every_kind_as_often_however_small_and_normal_regions_too():
    stock = marked_stock()
    sampler = MaskCrops(stock, [0, 1, 2, 3], (64, 64), np.random.default_rng(0))
    crops = sampler.draw(400)
    shares = np.bincount([crop.region for crop in crops], minlength=4) / 400
    assert shares == pytest.approx([0.19, 0.19, 0.31, 0.31], abs=0.07)
    _, places = cut(stock, [crop for crop in crops if crop.region == 3], (64, 64))
    assert (places == 2).flatten(1).any(1).float().mean() > 0.6


def test_a_region_that_is_held_out_is_in_no_crop():
    sampler = MaskCrops(marked_stock(), [0, 2], (64, 64), np.random.default_rng(0))
    assert {crop.region for crop in sampler.draw(60)} == {0, 2}


def test_where_nothing_is_normal_every_crop_is_of_something_drawn():
    sampler = MaskCrops(marked_stock(), [2, 3], (64, 64), np.random.default_rng(0))
    assert {crop.region for crop in sampler.draw(60)} == {2, 3}


def test_large_sets_keep_what_is_drawn_and_as_many_normal_pictures_as_there_is_room_for(tmp_path: Path):
    mask = Mask(tmp_path / "mask.png", {"#d62728": "scratch"})
    drawn = [Sample(tmp_path / "a.png", is_anomalous=True, mask=mask)] * 30
    others = [Sample(tmp_path / "b.png", is_anomalous=False)] * 900 + [
        Sample(tmp_path / "c.png", is_anomalous=True)
    ] * 20
    pictures = [MaskedPicture(sample, KINDS) for sample in [*drawn, *others]]
    plan = InputPlan((448, 448))
    owners = owners_of(pictures, plan, seed=0)
    assert len(owners) == 501  # of 448 × 448 pixels in 384 MiB
    assert set(range(30)) < set(owners)
    assert max(owners) < 930  # an anomaly that nobody drew may lie outside any crop
    tiled = owners_of(pictures[:40], replace(plan, tiling=Tiling((448, 448), whole=False)), seed=0)
    assert tiled == sorted(list(range(40)) * 6)


def a_truth() -> torch.Tensor:
    truth = torch.zeros(2, 32, 32, dtype=torch.uint8)
    truth[0, 8:16, 8:16] = 2
    return truth


def the_right_answer(truth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    places = 30.0 * torch.nn.functional.one_hot(truth.long(), 3).permute(0, 3, 1, 2).float()
    cells = torch.full((2, 4, 4), -30.0)
    cells[0, 1, 1] = 30.0
    return places, cells


def test_the_right_answer_costs_nothing_and_a_false_place_in_a_normal_crop_does():
    truth = a_truth()
    places, cells = the_right_answer(truth)
    assert float(crop_loss(places, cells, truth)) == pytest.approx(0, abs=1e-3)
    wrong = places.clone()
    wrong[1, :, :8, :8] = 30.0 * torch.tensor([0.0, 0.0, 1.0])[:, None, None]
    # 64 false pixels of 64 + 64 + 1920 weighted ones, and half of the overlap, which one place softens.
    assert float(crop_loss(wrong, cells, truth)) == pytest.approx(30 * 64 / 2112 + 1 - 65 / 129, abs=1e-2)


def test_cells_beside_a_mark_are_asked_nothing_and_alarms_elsewhere_cost():
    truth = a_truth()
    places, cells = the_right_answer(truth)
    beside, elsewhere = cells.clone(), cells.clone()
    beside[0, 0, 0], elsewhere[0, 3, 3] = 30.0, 30.0
    assert float(crop_loss(places, beside, truth)) == pytest.approx(0, abs=1e-3)
    assert float(crop_loss(places, elsewhere, truth)) > 0.1


def test_a_small_place_speaks_for_a_picture_however_large_it_is():
    for side in (64, 256):
        kinds, cells = torch.zeros(1, 2, side, side), torch.full((1, side // 2, side // 2), -5.0)
        kinds[0, 0], kinds[0, 1, 3:5, 3:5], cells[0, 1, 1:4] = 5.0, 9.0, 4.0
        places, verdict = evidence(kinds, cells)
        assert (float(places[0]), float(verdict[0])) == (4.0, 4.0)


def test_what_is_called_normal_shows_no_place_and_the_rest_does():
    torch.manual_seed(0)
    net = WholeMaskNet(open_backbone("lite0"), 2)
    with torch.no_grad():
        net.kind.bias[1] = 5.0
    pictures = torch.randint(0, 256, (2, 96, 96, 3), dtype=torch.uint8)
    for silence, is_shown in ((0.0, True), (1.1, False)):
        graph = WholeMaskGraph(net, (0.0, 0.0, 0.0), silence=silence, is_mirrored=True).eval()
        with torch.inference_mode():
            score, masks = graph(pictures)
        assert score.tolist() == [0.5, 0.5]
        assert masks.shape == (2, 3, 96, 96)
        assert torch.allclose(masks.sum(1), torch.ones(2, 96, 96), atol=1e-5)
        assert bool((masks[:, 1:] > 0.5).any()) is is_shown


def test_learning_leaves_the_statistics_of_the_backbones_batch_norms_alone():
    net = WholeMaskNet(open_backbone("lite0"), 1).train()
    before = [buffer.clone() for buffer in net.backbone.buffers()]
    net(torch.rand(2, 3, 64, 64) * 255)
    assert all(torch.equal(a, b) for a, b in zip(before, net.backbone.buffers(), strict=True))
    assert net.pyramid.mix.training
    assert not net.backbone.net.training


def a_finding(evidence, *, is_anomalous, counts):
    table = None if counts is None else np.array([[counts] * 3], np.int64)
    return PictureFinding(evidence, is_anomalous, table)


def test_pictures_are_judged_by_what_a_person_is_shown():
    measured = SegmenterMeasure(0.5, (1.0, 0.0, 0.0), 0.5, {"scratch": 0.5})
    rows = [
        a_finding((3.0, 0.0), is_anomalous=True, counts=(30, 60, 30)),  # called, half of it outlined
        a_finding((-3.0, 0.0), is_anomalous=True, counts=(60, 60, 60)),  # outlined, but called normal
        a_finding((3.0, 0.0), is_anomalous=True, counts=None),  # called, and nobody drew it
        a_finding((-3.0, 0.0), is_anomalous=False, counts=(0, 0, 9)),  # a false place that is not shown
        a_finding((3.0, 0.0), is_anomalous=False, counts=(0, 0, 9)),
        a_finding((3.0, 0.0), is_anomalous=False, counts=(0, 0, 0)),
    ]
    result = outcomes(rows, [0, 1, 2, 4, 5, 6], measured, 8)
    assert np.isnan(result[[3, 7]]).all()
    assert result[[0, 1, 2, 4, 5, 6]].tolist() == [0.5, 0.0, 1.0, 1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("quality", "drawn", "is_worth"),
    [
        (GOOD_ENOUGH - 0.1, FEWEST_DRAWN, True),
        (GOOD_ENOUGH, FEWEST_DRAWN, False),
        (0.1, FEWEST_DRAWN - 1, False),
    ],
)
def test_it_is_tried_where_much_is_drawn_and_the_frozen_recipe_leaves_much_to_win(
    tmp_path: Path, quality, drawn, is_worth
):
    mask = Mask(tmp_path / "mask.png", {"#d62728": "scratch"})
    train = [Sample(tmp_path / "a.png", is_anomalous=True, mask=mask)] * drawn
    train += [Sample(tmp_path / "b.png", is_anomalous=True)] * 20
    work = RunContext(FeatureCache(None))
    assert WholeSegmenter(KINDS).is_worth(Judgement(quality), train, work) is is_worth
    hurried = RunContext(FeatureCache(None), budget=Budget("test", 0.1))
    assert not WholeSegmenter(KINDS).is_worth(Judgement(quality), train, hurried)


@pytest.mark.slow  # half a minute of one core
def test_a_whole_network_outlines_defects_of_two_kinds_and_goes_on_later(tmp_path: Path):
    train = write_plates(tmp_path / "train", normal=10, anomalous=16, kinds=KINDS, side=96)
    test = write_plates(tmp_path / "test", normal=6, anomalous=6, kinds=KINDS, side=96, seed=1)
    recipe, work = WholeSegmenter(KINDS), RunContext(FeatureCache(None), budget=Budget("test", 0.12))
    entry = recipe.enter(train, work)
    judgement = recipe.judge(train, work)
    trained = recipe.fit(train, work, judgement)
    assert judgement.outcomes is not None
    assert int((~np.isnan(judgement.outcomes)).sum()) == int((~np.isnan(entry.outcomes)).sum()) > 5
    path = tmp_path / "model.onnx"
    export(trained, OUTPUTS["segmentation"], path)
    pixels = np.stack([work.pictures.at(s.picture, trained.input_size) for s in test[::4]])
    assert refuse_if_far(trained, path, pixels) < 1e-3
    facts = PackageFacts(
        task="segmentation",
        labels=trained.labels,
        thresholds=trained.thresholds,
        input_size=trained.input_size,
        pixel_thresholds=trained.pixel_thresholds,
        colors=trained.colors,
    )
    model = Model(facts, path)
    evaluation = judge(model, test).evaluation
    assert share_that_points(model, test) >= 0.8
    assert evaluation.mean_iou > 0.5
    assert evaluation.f1 > 0.9
    assert evaluation.clean_normals >= 5 / 6
    state, arrays = recipe.pause()
    later = WholeSegmenter(KINDS)
    later.resume(state, arrays)
    resumed = later.judge(train, work)
    assert resumed.facts["resumed"]
    assert later.fit(train, work, resumed).thresholds == trained.thresholds
