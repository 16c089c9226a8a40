"""`vedette model convert`: OpenVINO answers as ONNX Runtime does, or nothing is written."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from doubles.packages import NETWORKS, save_plain, tiny_package
from vedette.cli.main import app
from vedette.runtime.package import open_package
from vedette.runtime.session import OnnxSession

# Without it processors that have sixteen bits use them, and differ by some thousandths.
FULL = {"INFERENCE_PRECISION_HINT": "f32"}


def run(*words):
    return CliRunner().invoke(app, ["model", "convert", *map(str, words)])


@pytest.mark.parametrize("task", sorted(NETWORKS))
def test_what_is_written_answers_as_the_original_does(tmp_path, task):
    openvino = pytest.importorskip("openvino")
    package = tiny_package(tmp_path / "package", task)
    save_plain(tmp_path / "pictures" / "red.png", (255, 0, 0))
    answer = run(package, "--out", tmp_path / "out", "--check", tmp_path / "pictures")
    assert answer.exit_code == 0, answer.output
    assert "differs by" in answer.output
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "check.json", "model.bin", "model.xml", "vedette.json",
    ]  # fmt: skip
    check = json.loads((tmp_path / "out" / "check.json").read_text())
    assert (check["pictures"], check["patterns"]) == (1, False)
    picture = np.random.default_rng(3).integers(0, 256, (1, 16, 16, 3), np.uint8)
    network = openvino.Core().compile_model(str(tmp_path / "out" / "model.xml"), "CPU", FULL)
    answers = {output.get_any_name(): values for output, values in network([picture]).items()}
    expected = OnnxSession(open_package(package).model, task).run(picture)
    for name, values in expected.items():
        assert np.abs(values - answers[name]).max() < 1e-3


def test_without_pictures_patterns_are_drawn_and_nothing_is_written_over(tmp_path):
    pytest.importorskip("openvino")
    package = tiny_package(tmp_path / "package", "anomaly")
    assert run(package, "--out", tmp_path / "out").exit_code == 0
    check = json.loads((tmp_path / "out" / "check.json").read_text())
    assert (check["pictures"], check["patterns"]) == (8, True)
    again = run(package, "--out", tmp_path / "out")
    assert (again.exit_code, "nothing is written over" in again.stderr) == (2, True)


def test_a_network_that_answers_otherwise_is_not_written(tmp_path, monkeypatch):
    pytest.importorskip("openvino")
    package = tiny_package(tmp_path / "package", "classification")
    monkeypatch.setattr("vedette.cli.openvino_writing.TOLERANCE", -1.0)
    answer = run(package, "--out", tmp_path / "out")
    assert answer.exit_code == 2
    assert "OpenVINO answers otherwise" in answer.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["package"]


@pytest.mark.parametrize(
    ("to", "sentence"), [("tflite", "onnx2tf wants TensorFlow"), ("coreml", 'not to "coreml"')]
)
def test_what_is_not_written_is_said_with_the_reason(tmp_path, to, sentence):
    answer = run(tmp_path / "package", "--to", to, "--out", tmp_path / "out")
    assert answer.exit_code == 2
    assert sentence in answer.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("answer", ["no number", "another shape", "nothing"])
def test_an_output_that_cannot_be_compared_is_no_agreement(tmp_path, monkeypatch, answer):
    pytest.importorskip("openvino")
    package = tiny_package(tmp_path / "package", "detection")

    def run_otherwise(session, batch, *, heatmap=False):
        outputs = dict(real_run(session, batch, heatmap=heatmap))
        if answer == "no number":
            outputs["scores"] = np.full_like(outputs["scores"], np.nan)
        elif answer == "another shape":
            outputs["scores"] = outputs["scores"][..., None]
        else:
            outputs["more"] = outputs["scores"]
        return outputs

    real_run = OnnxSession.run
    monkeypatch.setattr(OnnxSession, "run", run_otherwise)
    refused = run(package, "--out", tmp_path / "out")
    assert refused.exit_code == 2, refused.output
    assert "OpenVINO answers otherwise" in refused.stderr
    assert not (tmp_path / "out").exists()
