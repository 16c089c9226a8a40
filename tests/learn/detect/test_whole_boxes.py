"""Boxes by a whole network: what crops show, when it is tried, and a real training on drawn scenes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from doubles.drawn_boxes import write_scenes
from doubles.pointing import share_that_points
from vedette.evaluation.judge import judge
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.detect.crops import BoxCrops, boxes_in
from vedette.learn.detect.loss import BoxTruth
from vedette.learn.detect.whole import FEWEST_BOXES, GOOD_ENOUGH, WholeDetector
from vedette.learn.export import export, refuse_if_far
from vedette.learn.net.crops import Crop, RegionStock, cut_pixels
from vedette.learn.recipe import OUTPUTS, Judgement, RunContext
from vedette.runtime.facts import PackageFacts
from vedette.runtime.model import Model
from vedette.vision.annotations import Box, Sample

BOX = (30.0, 20.0, 60.0, 44.0)  # left, top, right, bottom


def a_truth(*boxes: tuple[float, ...]) -> BoxTruth:
    return BoxTruth(torch.tensor(boxes).reshape(-1, 4), torch.arange(len(boxes)))


def dark_boxes() -> RegionStock:
    pixels = torch.full((1, 96, 128, 3), 220, dtype=torch.uint8)
    pixels[0, 20:44, 30:60] = 10
    return RegionStock(pixels, torch.zeros(1, 96, 128, dtype=torch.uint8), [0])


def test_boxes_lie_around_what_crops_show_of_them():
    stock = dark_boxes()
    sampler = BoxCrops([a_truth(BOX)], [0], stock.size, (64, 64), np.random.default_rng(0))
    crops = [row for row in sampler.draw(60) if len(row.truth.edges)]
    assert len(crops) > 30
    pixels = cut_pixels(stock, [row.crop for row in crops], (64, 64))
    for picture, row in zip(pixels.mean(1), crops, strict=True):
        left, top, right, bottom = row.truth.edges[0].round().int().tolist()
        inside = torch.zeros(64, 64, dtype=torch.bool)
        inside[top:bottom, left:right] = True
        dark = picture < (picture.max() + picture.min()) / 2
        assert (dark & inside).sum() / (dark | inside).sum() > 0.8


@pytest.mark.parametrize(
    ("crop", "edges"),
    [
        (Crop(0, (32.0, 45.0)), [[17.0, 20.0, 47.0, 44.0]]),
        (Crop(0, (32.0, 45.0), flips=(1, -1)), [[17.0, 20.0, 47.0, 44.0]]),
        (Crop(0, (32.0, 40.0), zoom=0.5, flips=(1, -1)), [[0.0, 8.0, 52.0, 56.0]]),
        (Crop(0, (32.0, 90.0)), []),  # a pixel is left of it
    ],
)
def test_a_box_is_where_its_crop_puts_it_and_gone_where_little_is_left(crop, edges):
    assert boxes_in(crop, a_truth(BOX), (64, 64)).edges.tolist() == edges


def test_a_box_keeps_its_label_where_another_is_gone():
    truth = a_truth((100.0, 80.0, 120.0, 90.0), BOX)
    assert boxes_in(Crop(0, (32.0, 45.0)), truth, (64, 64)).labels.tolist() == [1]


def test_a_region_without_boxes_is_shown_all_the_same():
    sampler = BoxCrops([a_truth(), a_truth(BOX)], [0, 1], (96, 128), (64, 64), np.random.default_rng(0))
    assert {row.crop.region for row in sampler.draw(20)} == {0, 1}


@pytest.mark.parametrize(
    ("quality", "boxes", "is_worth"),
    [(GOOD_ENOUGH - 0.1, FEWEST_BOXES, True), (GOOD_ENOUGH, FEWEST_BOXES, False), (0.1, 3, False)],
)
def test_it_is_tried_where_there_are_boxes_and_the_frozen_recipe_finds_few(
    tmp_path: Path, quality, boxes, is_worth
):
    train = [Sample(tmp_path / "a.png", boxes=(("disc", Box(0.1, 0.1, 0.2, 0.2)),))] * boxes
    train += [Sample(tmp_path / "b.png")] * 20
    work = RunContext(FeatureCache(None))
    assert WholeDetector(["disc"]).is_worth(Judgement(quality), train, work) is is_worth
    hurried = RunContext(FeatureCache(None), budget=Budget("test", 0.1))
    assert not WholeDetector(["disc"]).is_worth(Judgement(quality), train, hurried)


@pytest.mark.slow  # a minute of one core
def test_a_whole_network_finds_shapes_and_goes_on_later(tmp_path: Path):
    names = ["disc", "cross"]
    train = write_scenes(tmp_path / "train", 30, names=names, most=2)
    test = write_scenes(tmp_path / "test", 8, names=names, most=2, seed=1)
    recipe, work = WholeDetector(names), RunContext(FeatureCache(None), budget=Budget("test", 0.2))
    judgement = recipe.judge(train, work)
    trained = recipe.fit(train, work, judgement)
    path = tmp_path / "model.onnx"
    export(trained, OUTPUTS["detection"], path)
    pixels = np.stack([work.pictures.at(s.picture, trained.input_size) for s in test[:2]])
    assert refuse_if_far(trained, path, pixels) < 1e-3
    facts = PackageFacts(
        task="detection",
        labels=trained.labels,
        thresholds=trained.thresholds,
        input_size=trained.input_size,
    )
    model = Model(facts, path)
    assert judge(model, test).evaluation.map50 > 0.5
    assert share_that_points(model, test) >= 0.8
    state, arrays = recipe.pause()
    later = WholeDetector(names)
    later.resume(state, arrays)
    resumed = later.judge(train, work)
    assert resumed.facts["resumed"]
    assert later.fit(train, work, resumed).thresholds == trained.thresholds
