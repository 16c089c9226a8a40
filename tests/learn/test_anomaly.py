"""Anomalies by picture: which resolutions are tried, and what a training loads for them."""

import subprocess
import sys

import pytest

from vedette.learn.anomaly import Anomaly
from vedette.learn.features import FeatureCache
from vedette.learn.recipe import Judgement, Work


@pytest.mark.parametrize(
    ("quality", "tile", "is_worth"),
    [(0.995, None, True), (1.0, None, False), (0.98, 768, True), (0.995, 768, False)],
)
def test_a_view_is_tried_where_the_best_before_leaves_something_to_win(quality, tile, is_worth):
    recipe = Anomaly(side=256, tile=tile)
    assert recipe.is_worth(Judgement(quality), [], Work(FeatureCache(None))) is is_worth


def test_only_trainings_from_masks_wait_for_scikit_learn():
    said = "import sys, vedette.learn.pipeline; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
