"""Components, as packaging makes them and Greengrass unpacks them, are models of a device."""

import json

import pytest

from doubles.devices import bitmap_of, plain, running_device
from doubles.packages import tiny_package
from vedette.edge.catalogue import Catalogue
from vedette.runtime.components import ComponentFacts, write_component

ARN = "arn:aws:lookoutvision:us-east-1:111122223333:model/doors/3"
WHITE = bitmap_of(plain(255))


def put_component(folder, name="doors", version="1.0.0", threshold=0.5):
    tiny_package(folder / "model", "anomaly", thresholds={"anomaly": threshold})
    write_component(folder, ComponentFacts(name, version, model_arn=ARN))
    return folder


def test_a_component_is_named_by_its_manifest_and_names_its_model(tmp_path):
    put_component(tmp_path / "models" / "anything")
    with running_device(tmp_path / "models") as device:
        (description,) = device.list().values()
        assert (description.model_component, description.lookout_vision_model_arn) == ("doors", ARN)
        device.run("doors")
        assert device.detect("doors", WHITE).is_anomalous
        assert device.describe("doors").lookout_vision_model_arn == ARN


def test_components_are_found_where_greengrass_unpacks_them_and_the_highest_version_is_the_model(tmp_path):
    for version, threshold in (("1.9.0", 0.1), ("1.10.0", 0.2), ("1.2.0", 0.3)):
        put_component(
            tmp_path / "models" / "doors" / version / "archive", version=version, threshold=threshold
        )
    assert Catalogue(tmp_path / "models").models()["doors"].version == "1.10.0"
    with running_device(tmp_path / "models") as device:
        device.run("doors")
        assert device.detect("doors", WHITE).anomaly_threshold == pytest.approx(0.2)


def test_a_newer_version_serves_from_the_next_start_on(tmp_path):
    put_component(tmp_path / "models" / "old", threshold=0.1)
    with running_device(tmp_path / "models") as device:
        device.run("doors")
        put_component(tmp_path / "models" / "new", version="2.0.0", threshold=0.9)
        assert device.detect("doors", WHITE).anomaly_threshold == pytest.approx(0.1)
        device.stop("doors")
        device.run("doors")
        assert device.detect("doors", WHITE).anomaly_threshold == pytest.approx(0.9)


def test_the_folder_may_be_one_component(tmp_path):
    put_component(tmp_path / "models")
    assert list(Catalogue(tmp_path / "models").models()) == ["doors"]


@pytest.mark.parametrize("damage", ["changed", "stranger", "missing", "link"])
def test_a_component_that_is_not_as_it_was_written_is_not_loaded(tmp_path, damage):
    folder = put_component(tmp_path / "models" / "doors")
    card = folder / "model" / "MODEL_CARD.md"
    if damage == "changed":
        card.write_text("other")
    elif damage == "stranger":
        (folder / "model" / "run.sh").write_text("echo")
    else:
        card.unlink()
        if damage == "link":
            card.symlink_to("/etc/hostname")
    with running_device(tmp_path / "models") as device:
        device.start("doors")
        assert device.await_status("doors", "RUNNING", "FAILED") == "FAILED"
        assert str(folder) in device.describe("doors").status_message


def test_a_forged_manifest_and_one_that_aws_made_are_listed_with_their_reason(tmp_path):
    forged, foreign = tmp_path / "models" / "forged", tmp_path / "models" / "foreign"
    put_component(forged)
    document = json.loads((forged / "manifest.json").read_bytes())
    document["files"]["../../etc/passwd"] = {"sha256": "0", "size": 1}
    (forged / "manifest.json").write_text(json.dumps(document))
    foreign.mkdir()
    (foreign / "manifest.json").write_text(json.dumps({"model_graph": {"stages": []}, "dataset": {}}))
    with running_device(tmp_path / "models") as device:
        messages = {name: model.status_message for name, model in device.list().items()}
        assert "leaves its folder" in messages["forged"]
        assert "is of another kind" in messages["foreign"]
        device.start("forged")
        assert device.await_status("forged", "RUNNING", "FAILED") == "FAILED"


def test_two_components_of_one_name_and_version_are_told_apart_by_nobody(tmp_path):
    for place in ("a", "b"):
        put_component(tmp_path / "models" / place)
    with running_device(tmp_path / "models") as device:
        assert "Two models are named doors" in device.list()["doors"].status_message
        device.start("doors")
        assert device.await_status("doors", "RUNNING", "FAILED") == "FAILED"
