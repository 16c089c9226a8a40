"""Classification of whole pictures: what the graph says, and where it says the evidence lies."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from vedette.learn.budget import read_budget
from vedette.learn.cache import FeatureCache
from vedette.learn.classify.finetune import FineTune
from vedette.learn.classify.probe import Calibration, ClassifierGraph
from vedette.learn.linear import Linear
from vedette.learn.net.quarters import quarters, shares
from vedette.learn.recipe import Judgement, RunContext
from vedette.vision.annotations import Sample

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "big-datasets.md").read_text("utf-8")


class Colours(nn.Module):
    """A backbone of 2 x 2 places that sees how red, green and blue each is."""

    def forward(self, pictures, levels):
        return {"top": nn.functional.avg_pool2d(pictures, 16) / 255}


def classifier(weight, bias, *, is_multilabel=False, heads=1):
    labels = len(bias)
    calibration = Calibration(np.full(labels, 40.0), np.zeros(labels), is_multilabel)
    linear = Linear(np.array(weight, float), np.array(bias, float))
    return ClassifierGraph(Colours(), linear, calibration, heads=heads).eval()


@pytest.fixture
def red_corner():
    pixels = np.zeros((1, 32, 32, 3), np.uint8)
    pixels[:, :16, :16, 0] = 255
    pixels[:, 16:, :, 2] = 255
    return torch.from_numpy(pixels)


def test_of_one_label_a_picture_evidence_is_what_speaks_for_it_and_not_for_the_others(red_corner):
    _, heat = classifier([[1, 0], [0, 0], [0, 1]], [0.5, 0.5])(red_corner)
    assert heat[0].round(decimals=3).tolist() == [[[1, 0], [-1, -1]], [[-1, 0], [1, 1]]]


def test_of_several_labels_each_has_its_own_evidence(red_corner):
    scores, heat = classifier([[2, 2], [0, 0], [0, -1]], [-1, -1], is_multilabel=True)(red_corner)
    assert heat[0].round(decimals=3).tolist() == [
        [[0.5, -0.5], [-0.5, -0.5]],
        [[0.5, -0.5], [-1, -1]],
    ]
    assert scores[0].tolist() == pytest.approx([0, 0], abs=1e-4)


def test_a_picture_without_evidence_has_a_map_of_nothing():
    blank = torch.zeros(1, 32, 32, 3, dtype=torch.uint8)
    _, heat = classifier([[1, 0], [0, 0], [0, 1]], [0.5, 0.5])(blank)
    assert heat.abs().max() == 0


def test_a_head_a_quarter_tells_labels_by_where_something_is(red_corner):
    red_is_there, red_is_elsewhere = [[1, 0], [0, 0], [0, 0]], [[0, 1], [0, 0], [0, 0]]
    model = classifier([*red_is_there, *red_is_elsewhere * 3], [0, 0], heads=4)
    for turned, said in ((red_corner, [1, 0]), (red_corner.flip(2), [0, 1])):
        scores, heat = model(turned)
        assert scores[0].tolist() == pytest.approx(said, abs=1e-4)
        assert heat[0].amax((1, 2)).tolist() == said


@pytest.mark.parametrize("side", [1, 2, 7, 12])
def test_the_mean_over_the_quarters_is_that_over_the_picture(side):
    level = torch.rand(2, 3, side, side + 1)
    torch.testing.assert_close(quarters(level).mean(1), level.mean((2, 3)))
    torch.testing.assert_close(shares(side, side).sum((1, 2)), torch.ones(4))


def test_a_middle_row_counts_half_on_either_side():
    level = torch.tensor([[1.0, 2, 9], [1, 2, 9], [4, 5, 12]])[None, None]
    assert quarters(level)[0, :, 0].tolist() == pytest.approx([12 / 9, 60 / 9, 30 / 9, 78 / 9])


@pytest.mark.parametrize(
    ("side", "budget", "most"), [(96, "balanced", 26_214), (300, "balanced", 16_777), (300, "best", 8_559)]
)
def test_fine_tuning_competes_while_all_pictures_have_room(side, budget, most, tmp_path):
    Image.new("RGB", (side, side)).save(tmp_path / "a.png")
    work = RunContext(FeatureCache(None), budget=read_budget(budget))
    # At 128 px 40 channels at 16 × 16 places in halves, of a picture and two copies: 61,440 bytes each.
    few, many = ([Sample(tmp_path / "a.png", ("red",))] * count for count in (most, most + 1))
    tuned = FineTune(["red", "blue"], is_multilabel=False)
    assert [tuned.is_worth(Judgement(0.9), train, work) for train in (few, many)] == [True, False]
    assert not tuned.is_worth(Judgement(0.99), few, work)
    assert f"{most:,} " in PAGE.replace("\n", " ")
