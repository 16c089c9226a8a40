"""Of what more pictures would help most."""

from pathlib import Path

import numpy as np
import pytest

from vedette.learn.advice import LabelQuality, more_of
from vedette.vision.annotations import Sample


def test_the_label_that_is_told_worst_wants_more_pictures():
    samples = [Sample(Path(f"{label}.png"), (label,)) for label in "aabbcc"]
    outcomes = np.array([1.0, 1.0, 0.0, 1.0, 0.9, np.nan])
    assert more_of(samples, outcomes) == {"label": "b", "quality": 0.5, "judged": 2}


def test_a_picture_of_several_labels_speaks_for_each():
    samples = [Sample(Path("1.png"), ("a", "b")), Sample(Path("2.png"), ("b",))]
    assert more_of(samples, np.array([0.2, 1.0])) == {"label": "a", "quality": 0.2, "judged": 1}


@pytest.mark.parametrize(("outcomes", "label"), [([1.0, 0.1], "anomaly"), ([0.4, 1.0], "normal")])
def test_normal_pictures_may_be_what_is_missing(outcomes, label):
    samples = [Sample(Path(f"{n}.png"), is_anomalous=bool(n)) for n in range(2)]
    assert more_of(samples, np.array(outcomes))["label"] == label


@pytest.mark.parametrize("outcomes", [None, np.array([1.0]), np.array([0.96, 1.0]), np.full(2, np.nan)])
def test_nothing_is_advised_where_nothing_is_known_or_all_is_told(outcomes):
    samples = [Sample(Path(f"{label}.png"), (label,)) for label in "ab"]
    assert more_of(samples, outcomes) == {}


def test_of_boxes_each_label_says_for_itself_how_well_it_is_found():
    samples = [Sample(Path("1.png"), boxes=())]
    rows = {"nut": LabelQuality(0.97, 30), "bolt": LabelQuality(0.6, 12), "washer": LabelQuality(0.7, 4)}
    assert more_of(samples, None, rows) == {"label": "bolt", "quality": 0.6, "judged": 12}
    assert more_of(samples, None, {"nut": rows["nut"]}) == {}
