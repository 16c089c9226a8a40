"""Components on a device: found where they are unpacked, the newest of a name, and whole or not at all."""

import pytest

from doubles.devices import bitmap_of, plain, running_device
from doubles.packages import tiny_package
from vedette.edge.catalogue import Catalogue
from vedette.packaging.building import build_component, write_files
from vedette.runtime.component_archives import extract_component
from vedette.runtime.components import ComponentFacts

ARN = "arn:aws:lookoutvision:us-east-1:111122223333:model/doors/1"


def put(tmp_path, root, version, place):
    """Build a component and unpack its Linux archive at a place below the root."""
    facts = ComponentFacts("doors", version, ARN)
    package = tiny_package(tmp_path / f"package-{version}", "anomaly")
    component = build_component(package, facts, tmp_path / f"component-{version}")
    files = write_files(component, tmp_path / f"out-{version}", lambda name: name).files
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    extract_component(files["linux"], root / place)
    return root / place


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "models"
    root.mkdir()
    return root


def test_the_newest_version_of_a_component_is_the_model(root, tmp_path):
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        put(tmp_path, root, version, f"doors/{version}/doors-{version}")
    (model,) = Catalogue(root).models().values()
    assert (model.name, model.arn, model.version, model.problem) == ("doors", ARN, "1.10.0", "")


def test_what_is_no_component_says_why(root):
    (root / "gates").mkdir()
    (root / "gates" / "manifest.json").write_text("{}")
    (model,) = Catalogue(root).models().values()
    assert model.name == "gates"
    assert "another kind" in model.problem


def test_a_component_answers_and_a_changed_one_does_not_start(root, tmp_path):
    folder = put(tmp_path, root, "1.0.0", "doors")
    with running_device(root) as device:
        device.run("doors")
        assert device.detect("doors", bitmap_of(plain((255, 255, 255)))).is_anomalous
        device.stop("doors")
        (folder / "library.so").write_bytes(b"x")
        device.start("doors")
        device.await_status("doors", "FAILED")
        assert "does not name" in device.describe("doors").status_message
