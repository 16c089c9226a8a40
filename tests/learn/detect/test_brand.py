"""Logos that were shown alone are found in scenes."""

import numpy as np
import pytest
from PIL import Image

from doubles.drawn_boxes import LOGOS, write_logos, write_places
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.detect.brand import compose_all
from vedette.learn.order import Order
from vedette.learn.pipeline import run
from vedette.learn.recipe import RunContext

# Two fifths of the effort of `fast`: logos so unlike are found with an mAP50 of 1.0 all the same.
HURRIED = Budget("hurried", 0.1)


def a_work() -> RunContext:
    return RunContext(FeatureCache(None), budget=Budget("test", 0.25))


def test_composed_scenes_show_every_logo_within_the_picture(tmp_path):
    composed = compose_all(write_logos(tmp_path / "logos"), tmp_path, 12, a_work())
    assert {label for sample in composed for label, _ in sample.boxes} == {"ring", "bars"}
    for sample in composed:
        assert sample.boxes
        for _, box in sample.boxes:
            assert min(box.left, box.top) >= 0
            assert max(box.left + box.width, box.top + box.height) <= 1


def test_the_same_seed_composes_the_same_scenes(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        compose_all(write_logos(tmp_path / "logos"), tmp_path / folder, 3, a_work())
    for number in range(3):
        name = f"{number:04d}.png"
        one, two = (np.asarray(Image.open(tmp_path / folder / name)) for folder in ("one", "two"))
        assert np.array_equal(one, two)


@pytest.mark.slow  # really trains
def test_logos_shown_alone_are_found_in_places(tmp_path):
    order = Order(
        write_logos(tmp_path / "logos"),
        tmp_path / "model",
        test=write_places(tmp_path / "test", 24, seed=1),
        budget=HURRIED,
        cache=tmp_path / "cache",
    )
    trained = run(order)
    assert trained.facts.labels == tuple(sorted(LOGOS))
    assert trained.facts.recipe["recipe"] == "brand-detector"
    assert trained.facts.metrics["map50"] >= 0.7


@pytest.mark.slow  # really trains
def test_logos_boxed_in_places_are_found_in_others(tmp_path):
    order = Order(
        write_places(tmp_path / "train", 30, side=160),
        tmp_path / "model",
        test=write_places(tmp_path / "test", 24, seed=1, side=160),
        budget=HURRIED,
        cache=tmp_path / "cache",
    )
    trained = run(order)
    assert trained.facts.recipe["recipe"] != "brand-detector"
    assert trained.facts.metrics["map50"] >= 0.8
