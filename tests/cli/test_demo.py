"""The demonstration: what it draws is what it says, and its walk ends with findings."""

import re
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from vedette.cli.demo import KINDS
from vedette.cli.demo_services import CustomLabelsDemo
from vedette.cli.main import app
from vedette.cli.remote_models import RemoteModel
from vedette.vision.annotations import Box, Finding
from vedette.vision.drawn_sets import COLORS, PARTS, SIDE, draw_set


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_a_seed_makes_a_set_what_it_is(kind):
    first, same, other = (list(draw_set(kind, 4, seed=seed)) for seed in (1, 1, 2))
    assert [np.array_equal(a.image, b.image) for a, b in zip(first, same, strict=True)] == [True] * 4
    assert not any(np.array_equal(a.image, b.image) for a, b in zip(first, other, strict=True))
    assert {each.image.size for each in first} == {(SIDE, SIDE)}


def test_every_label_is_drawn_and_boxes_lie_within():
    assert {each.labels for each in draw_set("classification", 6, seed=1)} == {(part,) for part in PARTS}
    assert {part for each in draw_set("multilabel", 7, seed=1) for part in each.labels} == set(PARTS)
    boxes = [box for each in draw_set("detection", 9, seed=1) for _, box in each.boxes]
    assert len(boxes) == 18
    assert all(box.left >= 0 and box.left + box.width <= 1.000001 for box in boxes)


def test_masks_show_the_flaws_in_their_colours():
    for each in draw_set("segmentation", 8, seed=1):
        assert each.is_anomalous == bool(each.kinds) == (each.mask is not None)
        if each.mask is not None:
            shown = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in each.mask.getcolors()}
            assert shown == {"#ffffff", COLORS[each.kinds[0]]}


def test_a_kind_that_is_none_is_refused():
    answer = CliRunner().invoke(app, ["demo", "--kind", "weather"])
    assert (answer.exit_code, "classification, multilabel" in answer.output) == (2, True)


class AnsweringServer:
    """Both services' clients in one, with an answer of each to any picture."""

    def client(self):
        return self

    def detect_custom_labels(self, **request):
        box = {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}
        label = {"Name": "nut", "Confidence": 91.5, "Geometry": {"BoundingBox": box}}
        return {"CustomLabels": [label]} if request["Image"]["Bytes"] else {"CustomLabels": []}


def test_labels_and_boxes_are_read_from_what_the_service_answers():
    service, model = (
        CustomLabelsDemo(AnsweringServer(), "p"),
        RemoteModel("first", "arn", "RUNNING", "", None, {}),
    )
    assert service.detect(model, b"").sentence == "nothing"
    detection = service.detect(model, b"a picture")
    assert detection.sentence == "nut 92%"
    assert detection.findings == [Finding("nut", pytest.approx(0.915), Box(0.1, 0.2, 0.3, 0.4))]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_the_walk_ends_with_findings(kind, tmp_path):
    words = [sys.executable, "-m", "vedette", "demo", "--kind", kind, "--folder", str(tmp_path)]
    said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=280).stdout
    assert float(re.search(r"F1 (\d\.\d+)", said)[1]) > 0.8
    assert len(re.findall(rf"Detect\w+: {kind}-2", said)) == 4
    assert len(list((tmp_path / kind / "found").iterdir())) == 4
    assert "vedette serve --data" in said
