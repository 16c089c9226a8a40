"""`vedette edge package` and `vedette edge inspect`, with and without a server."""

import json
import uuid

import pytest
from click.testing import CliRunner

from doubles.packages import tiny_package
from doubles.trained import put_version
from vedette.cli.main import app
from vedette.runtime.component_archives import unpack_component

ACCOUNT = "000000000000"


def run(*words):
    return CliRunner().invoke(app, ["edge", *map(str, words)])


@pytest.mark.parametrize(("service", "version"), [("lookoutvision", "1"), ("rekognition", "")])
def test_a_server_s_model_becomes_a_component_without_a_bucket(server, service, version, tmp_path):
    name = f"m-{uuid.uuid4().hex[:8]}"
    kind = "anomaly" if service == "lookoutvision" else "detection"
    made = put_version(server.data, service, name, kind, account=ACCOUNT)
    place = ["--endpoint", server.address, "--data", server.data, "--out", tmp_path / "out"]
    words = [
        "--arch",
        "arm64",
        "--nvidia",
        "--description",
        "Line 4.",
        *(["--model", version] if version else []),
    ]
    answer = run("package", "--project", name, *words, *place)
    assert (answer.exit_code, answer.stderr.count("\n") > 3) == (0, False)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        [
            f"{name}-1.0.0.zip",
            f"{name}-1.0.0-linux-aarch64.tar.gz",
            "recipe.json",
            "recipe.yaml",
            "manifest.json",
            "SHA256SUMS",
        ]
    )
    component = unpack_component(tmp_path / "out" / f"{name}-1.0.0.zip", tmp_path / "component")
    assert component.facts.model_arn == str(made.arn)
    assert component.facts.target.sentence == "Linux on ARM64, NVIDIA"
    assert component.open_model().facts.task == kind


def test_a_package_of_vedette_train_needs_no_server(tmp_path):
    tiny_package(tmp_path / "my model", "multilabel")
    answer = run(
        "package", "--model", tmp_path / "my model", "--out", tmp_path / "out", "--artifacts", "s3://b/p/"
    )
    assert answer.exit_code == 0
    assert str(tmp_path / "out" / "my-model-1.0.0.zip") in answer.output
    recipe = json.loads((tmp_path / "out" / "recipe.json").read_text())
    assert recipe["Manifests"][0]["Artifacts"][0]["Uri"] == "s3://b/p/my-model-1.0.0.zip"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Say --project"),
        (["--model", "/nowhere"], "There is no model"),
        (["--model", "PACKAGE", "--component-version", "1.0"], "three numbers"),
        (["--model", "PACKAGE", "--name", "../x"], "no name of a component"),
    ],
)
def test_an_order_that_cannot_be_right_is_a_sentence(words, sentence, tmp_path):
    package = tiny_package(tmp_path / "package", "anomaly")
    answer = run(
        "package", *(package if word == "PACKAGE" else word for word in words), "--out", tmp_path / "out"
    )
    assert answer.exit_code == 2
    assert sentence in answer.output
    assert not (tmp_path / "out").exists()


def test_inspect_says_what_a_package_is_and_ends_by_it(tmp_path):
    package = tiny_package(tmp_path / "package", "anomaly")
    answer = run("inspect", package)
    assert answer.exit_code == 0
    assert "task    anomaly" in answer.output
    assert json.loads(run("inspect", package, "--json").output)["kind"] == "model package"
    compiled = tmp_path / "aws"
    compiled.mkdir()
    (compiled / "manifest.json").write_text('{"model_graph": {"model_graph_type": "single", "stages": []}}')
    answer = run("inspect", compiled)
    assert (answer.exit_code, "DLR" in answer.output) == (1, True)
    (package / "model.onnx").write_bytes(b"x")
    answer = run("inspect", package)
    assert (answer.exit_code, "checksum differs" in answer.output) == (2, True)
