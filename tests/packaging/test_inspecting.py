"""What `vedette edge inspect` says of packages: ours, Amazon's, and what is none."""

import json
import zipfile

import pytest

from doubles.packages import tiny_package
from vedette.errors import Missing, Wrong
from vedette.packaging.building import build_component, write_files
from vedette.packaging.inspecting import inspect_package
from vedette.runtime.components import ComponentFacts

COMPILED = {
    "model_graph": {
        "model_graph_type": "single_stage_segmentation",
        "stages": [
            {"type": "segmentation_model", "threshold": 0.51},
            {"type": "../../etc", "threshold": None},
        ],
        "image_level_classes": {"names": ["Normal", "Anomaly"], "normal_ids": [0]},
        "pixel_level_classes": {"names": ["background", "scratch\x1b[31m"], "normal_ids": [0]},
    },
    "dataset": {"image_width": 1024, "image_height": 768},
}


@pytest.fixture
def files(tmp_path):
    """Everything that is written of a component."""
    facts = ComponentFacts("doors", "1.0.0", "arn:aws:lookoutvision:x:1:model/doors/1", options={"mcpu": "x"})
    component = build_component(tiny_package(tmp_path / "package", "anomaly"), facts, tmp_path / "component")
    return write_files(component, tmp_path / "out", lambda name: f"s3://bucket/{name}").files


@pytest.fixture
def compiled(tmp_path):
    folder = tmp_path / "aws"
    (folder / "segmentation_model").mkdir(parents=True)
    (folder / "segmentation_model" / "compiled.so").write_bytes(b"\x7fELF")
    (folder / "manifest.json").write_text(json.dumps(COMPILED))
    return folder


@pytest.mark.parametrize("part", ["component", "linux"])
def test_ours_is_known_in_every_form(files, part, tmp_path):
    of_folder = inspect_package(tmp_path / "component")
    assert of_folder.is_usable
    assert (of_folder.kind, dict(of_folder.rows)["component"]) == ("component", "doors 1.0.0")
    assert "mcpu x" in dict(of_folder.rows)["options"]
    assert inspect_package(files[part]) == of_folder


def test_a_model_package_alone_says_what_to_do_with_it(tmp_path):
    for place in (tmp_path / "package", tmp_path / "package.zip"):
        tiny_package(place, "detection")
        inspection = inspect_package(place)
        assert (inspection.kind, inspection.is_usable) == ("model package", True)
        assert dict(inspection.rows)["labels"] == "light"
        assert "vedette edge package" in inspection.sentence


def test_amazon_s_is_described_and_never_called_usable(compiled, tmp_path):
    inspection = inspect_package(compiled)
    assert (inspection.kind, inspection.is_usable) == ("compiled by Amazon", False)
    assert "DLR" in inspection.sentence
    assert "train it anew from its pictures" in inspection.sentence
    assert inspection.rows == [
        ("graph", "single_stage_segmentation"),
        ("stage 1", "segmentation_model, from 0.51 on"),
        ("stage 2", "../../etc, its folder is missing"),
        ("classes", "Normal, Anomaly"),
        ("normal", "Normal"),
        ("anomaly types", "background, scratch?[31m"),
        ("pictures", "1024 × 768"),
    ]
    archive = tmp_path / "aws.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for place in compiled.rglob("*"):
            file.write(place, place.relative_to(compiled))
    assert inspect_package(archive) == inspection


@pytest.mark.parametrize(
    "change",
    [
        {"model_graph": {"stages": 3}},
        {"model_graph": {"stages": [{}]}},
        {"model_graph": {"stages": [{"type": "x", "threshold": "y"}]}},
        {"model_graph": {"stages": [{"type": "x"}] * 101}},
        {"dataset": {"image_width": "wide"}},
    ],
)
def test_a_damaged_manifest_of_amazon_s_is_said_to_be_damaged(compiled, change):
    (compiled / "manifest.json").write_text(json.dumps({**COMPILED, **change}))
    with pytest.raises(Wrong, match="damaged"):
        inspect_package(compiled)


def test_what_is_no_package_is_said_to_be_none(files, tmp_path):
    with pytest.raises(Missing):
        inspect_package(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("hello")
    broken = tmp_path / "broken.zip"
    text = files["component"].read_bytes()
    network = (tmp_path / "component" / "model" / "model.onnx").read_bytes()
    broken.write_bytes(text.replace(network, b"x" * len(network)))
    for place, words in (
        (tmp_path / "empty", "neither"),
        (tmp_path / "text.zip", "no archive"),
        (broken, "damaged|Bad CRC"),
    ):
        with pytest.raises(Wrong, match=words) as caught:
            inspect_package(place)
        assert str(place) in caught.value.sentence
