"""A model held against pictures whose truth is known."""

import numpy as np
import pytest
from PIL import Image

from doubles import graphs
from vedette.evaluation.judge import judge
from vedette.runtime.facts import PackageFacts
from vedette.runtime.model import Model
from vedette.vision.annotations import Box, Mask, Sample


def model(task, graph, *, labels, size=16, **facts):
    return Model(
        PackageFacts(task=task, labels=labels, input_size=(size, size), **{"thresholds": {}, **facts}), graph
    )


def saved(tmp_path, name, pixels):
    Image.fromarray(pixels).save(tmp_path / name)
    return tmp_path / name


def plain(color, height=32, width=48):
    return np.full((height, width, 3), color, np.uint8)


def test_a_broken_picture_is_left_out_and_named(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no")
    samples = [
        Sample(saved(tmp_path, "a.png", plain((255, 0, 0))), labels=("red",)),
        Sample(tmp_path / "broken.png", labels=("red",)),
        Sample(saved(tmp_path, "b.png", plain(0)), labels=("dark",)),
    ]
    calls = []
    net = model("classification", graphs.brightness_scores(size=16), labels=("red", "dark"))
    judgement = judge(net, samples, on_progress=lambda number, total: calls.append((number, total)))
    assert (judgement.evaluation.accuracy, judgement.evaluation.pictures) == (1, 2)
    assert [error.name for error in judgement.broken] == [str(tmp_path / "broken.png")]
    assert calls == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_thresholds_are_the_models_own_or_the_best(tmp_path):
    samples = [
        Sample(saved(tmp_path, "a.png", plain(90)), is_anomalous=True),
        Sample(saved(tmp_path, "b.png", plain(30)), is_anomalous=False),
    ]
    net = model("anomaly", graphs.brightest_spot(16), labels=("anomaly",), thresholds={"anomaly": 0.5})
    assert judge(net, samples, thresholds=net.facts.thresholds).evaluation.f1 == 0
    best = judge(net, samples).evaluation
    assert best.f1 == 1
    assert best.thresholds["anomaly"] == pytest.approx(60 / 255)


def test_boxes_are_judged_down_to_a_low_confidence(tmp_path):
    sample = Sample(saved(tmp_path, "a.png", plain(0)), boxes=(("cat", Box(0, 0, 0.5, 0.5)),))
    net = model("detection", graphs.fixed_boxes([(0, 0, 0.5, 0.5)], [(0.03,)]), labels=("cat",), size=8)
    evaluation = judge(net, [sample], thresholds={"cat": 0.5}).evaluation
    assert (evaluation.map50, evaluation.recall) == (pytest.approx(1), 0)


def test_masks_are_compared_pixel_by_pixel(tmp_path):
    picture = plain(0, 64, 64)
    picture[:32] = (255, 0, 0)
    truth = plain(255, 64, 64)
    truth[:16] = (0, 0, 255)
    mask = Mask(saved(tmp_path, "mask.png", truth), {"#0000ff": "rust"})
    samples = [
        Sample(saved(tmp_path, "a.png", picture), labels=("rust",), is_anomalous=True, mask=mask),
        Sample(saved(tmp_path, "b.png", plain(0)), is_anomalous=False),
        Sample(saved(tmp_path, "c.png", picture), is_anomalous=True),
    ]
    net = model("segmentation", graphs.colour_masks(16), labels=("rust", "moss"))
    evaluation = judge(net, samples, thresholds={}).evaluation
    assert evaluation.mean_iou == pytest.approx(0.5, abs=0.03)
    assert evaluation.clean_normals == 1
    assert evaluation.accuracy == 1
    (rust,) = [row for row in evaluation.labels if row.label == "rust"]
    # A quarter of one picture of the two that were drawn, and a half of it as the network sees it.
    assert (rust.true_area, rust.found_area) == (0.125, pytest.approx(0.25, abs=0.02))


def test_a_mask_of_another_size_is_named(tmp_path):
    mask = Mask(saved(tmp_path, "mask.png", plain(255, 10, 10)), {"#0000ff": "rust"})
    sample = Sample(saved(tmp_path, "a.png", plain(0)), is_anomalous=True, mask=mask)
    judgement = judge(model("segmentation", graphs.colour_masks(16), labels=("rust", "moss")), [sample])
    assert judgement.evaluation.pictures == 0
    assert "draw it at that size" in str(judgement.broken[0])
