"""Where a model looked: maps are hot where the evidence is, in every task."""

import numpy as np
import pytest
from PIL import Image

from doubles import graphs
from doubles.packages import NETWORKS
from vedette.errors import Wrong
from vedette.runtime.facts import PackageFacts, Tiling
from vedette.runtime.heat import LONGEST
from vedette.runtime.model import Model

SIDE = 64


def a_model(task, network=None, **facts):
    drawn, labels = NETWORKS[task]
    values = {"thresholds": {}, "input_size": (16, 16), **facts}
    return Model(PackageFacts(task=task, labels=labels, **values), network or drawn)


def a_spot(row, column, color=(255, 0, 0), *, height=SIDE, width=SIDE):
    """A dark picture with a spot of a colour in one of sixteen places."""
    pixels = np.zeros((height, width, 3), np.uint8)
    down, across = height // 4, width // 4
    pixels[row * down : (row + 1) * down, column * across : (column + 1) * across] = color
    return Image.fromarray(pixels)


def hottest(heat_map):
    """Return which of four by four places is the hottest."""
    values = heat_map.values
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row * 4 // values.shape[0]), int(column * 4 // values.shape[1])


def explain(model, picture, *labels, **more):
    return model.explain(model.decode(picture), labels=labels, **more)


@pytest.mark.parametrize("place", [(0, 0), (1, 2), (3, 3)])
@pytest.mark.parametrize(
    ("task", "label"),
    [
        ("classification", "red"),
        ("multilabel", "red"),
        ("anomaly", "anomaly"),
        ("segmentation", "anomaly"),
        ("segmentation", "rust"),
    ],
)
def test_a_map_is_hot_where_the_thing_is(task, label, place):
    (heat_map,) = explain(a_model(task), a_spot(*place), label).maps
    assert (heat_map.label, hottest(heat_map)) == (label, place)


@pytest.mark.parametrize("quarter", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_map_of_boxes_is_hot_where_the_surest_box_is(quarter):
    pixels = np.full((SIDE, SIDE, 3), 30, np.uint8)
    half = SIDE // 2
    pixels[quarter[0] * half :, quarter[1] * half :][:half, :half] = 200
    (heat_map,) = explain(a_model("detection"), Image.fromarray(pixels)).maps
    assert heat_map.values.shape == (LONGEST, LONGEST)
    quarters = heat_map.values.reshape(2, LONGEST // 2, 2, LONGEST // 2).max(axis=(1, 3))
    assert np.unravel_index(quarters.argmax(), (2, 2)) == quarter
    assert heat_map.confidence == pytest.approx(200 / 255, abs=0.03)
    # Boxes that are too doubtful to be called are there too, as faint as they are sure.
    assert sorted(quarters.ravel())[:3] == pytest.approx([30 / 255] * 3, abs=0.03)


@pytest.mark.parametrize("task", ["classification", "anomaly"])
@pytest.mark.parametrize("place", [(0, 0), (2, 1), (3, 3)])
def test_a_network_without_a_map_is_asked_with_parts_covered(task, place):
    network = {
        "classification": graphs.without_heatmap(graphs.brightness_scores(size=16)),
        "anomaly": graphs.without_heatmap(graphs.brightest_spot(16)),
    }[task]
    model = a_model(task, network)
    # What covers is grey: of a spot that is darker an anomaly model would see more, not less.
    color = (255, 255, 255) if task == "anomaly" else (255, 0, 0)
    (heat_map,) = explain(model, a_spot(*place, color), model.labels[0]).maps
    assert hottest(heat_map) == place


def test_without_labels_those_that_were_found_are_explained():
    model = a_model("multilabel", thresholds={"red": 0.05, "dark": 0.5})
    maps = explain(model, a_spot(0, 0)).maps
    assert [(heat_map.label, heat_map.scale) for heat_map in maps] == [
        ("dark", "relative"),
        ("red", "relative"),
    ]
    maps = explain(model, a_spot(0, 0), thresholds={"red": 0.9}).maps
    assert [heat_map.label for heat_map in maps] == ["dark"]


def test_what_is_not_found_at_all_is_explained_by_the_likeliest():
    model = a_model("classification", thresholds={"red": 0.99, "dark": 0.99})
    (heat_map,) = explain(model, a_spot(0, 0)).maps
    assert heat_map.label == "dark"


def test_what_the_model_says_is_what_a_detection_says():
    for task in NETWORKS:
        model = a_model(task)
        picture = a_spot(1, 1)
        answer = explain(model, picture).answer
        detected = model.detect(picture)
        assert (answer.findings, answer.score, answer.scores) == (
            detected.findings,
            detected.score,
            detected.scores,
        )


def test_a_map_of_a_large_picture_in_tiles_is_small_and_keeps_the_smallest_spot():
    model = a_model("anomaly", tiling=Tiling((64, 64)))
    pixels = np.zeros((1024, 2048, 3), np.uint8)
    pixels[700:704, 1500:1504] = 255
    (heat_map,) = explain(model, Image.fromarray(pixels)).maps
    assert max(heat_map.values.shape) <= LONGEST
    row, column = np.unravel_index(int(heat_map.values.argmax()), heat_map.values.shape)
    assert (row + 0.5) / heat_map.values.shape[0] == pytest.approx(702 / 1024, abs=0.03)
    assert (column + 0.5) / heat_map.values.shape[1] == pytest.approx(1502 / 2048, abs=0.03)


def test_a_label_that_the_model_does_not_know_is_refused():
    with pytest.raises(Wrong, match='has no label "rust"'):
        explain(a_model("classification"), a_spot(0, 0), "rust")
    with pytest.raises(Wrong, match="5 labels at most"):
        explain(a_model("classification"), a_spot(0, 0), *["red"] * 6)
