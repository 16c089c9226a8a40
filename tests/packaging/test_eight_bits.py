"""8-bit models: their training's pictures brought together, both models judged, and one packaged."""

import io
import json

import pytest
from PIL import Image

from doubles.houses import HERE, MovedClock, a_caller, a_house
from doubles.packages import tiny_package
from vedette.learn import quantize
from vedette.packaging.eight_bits import UNKNOWN
from vedette.packaging.values import PackagingWish
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.runtime.component_archives import unpack_component
from vedette.runtime.component_signatures import require_signature
from vedette.runtime.golden import difference, golden_pictures
from vedette.runtime.model import Model
from vedette.store.db import open_database
from vedette.workers import quantize_version
from vedette.workers.golden import golden_answer

# As few as Lookout for Vision trains with: 20 normal and 10 anomalous pictures.
NORMAL, ANOMALOUS = 20, 10
# ONNX Runtime's tool changes the path of modules when a job imports it: here it is imported already.
assert quantize.PLANS


def a_picture(number):
    """Return a dark picture, or one with a bright quarter."""
    image = Image.new("RGB", (64, 64), (number, 10, 10))
    if number >= NORMAL:
        image.paste((255, 255, 255), (0, 0, 32, 32))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def a_line(number):
    metadata = {
        "class-name": "normal" if number < NORMAL else "anomaly",
        "type": "groundtruth/image-classification",
        "confidence": 1,
        "human-annotated": "yes",
        "creation-date": "2026-11-29T00:00:00",
        "job-name": "labeling-job/doors",
    }
    source = f"s3://pictures/{number}.png"
    return json.dumps({"source-ref": source, "anomaly-label": 1, "anomaly-label-metadata": metadata})


@pytest.fixture
def world(sqlite_maker, tmp_path):
    """A house with a trained version whose training's lines and pictures are there."""
    address, folder = sqlite_maker.new(tmp_path / "data")
    database = open_database(address, folder)
    house = a_house(database, MovedClock(), folder)
    house.jobs.start()
    project = house.projects.create(Scope("lookoutvision", HERE, "eu-west-1"), NewProject("doors"))
    for bucket in ("edge-out", "pictures"):
        house.blobs.make_bucket(bucket, account=HERE, region="eu-west-1")
    count = NORMAL + ANOMALOUS
    for number in range(count):
        house.blobs.put("pictures", f"{number}.png", a_picture(number))
    made, _ = house.versions.create(project, NewVersion(bucket="edge-out"))
    place = folder / "versions" / made.folder
    tiny_package(place / "package", "anomaly", thresholds={"anomaly": 0.5})
    (place / "train.manifest").write_text("".join(f"{a_line(number)}\n" for number in range(count)))
    yield house, house.versions.move(made, "trained"), place
    house.jobs.close()
    house.blobs.close()
    database.close()


def packaged(house, version):
    wish = PackagingWish("doors", "edge-out", precision="int8")
    job = house.packagings.create(version, wish, a_caller("lookoutvision").principal)
    house.jobs.wait(60)
    job = house.packagings.describe(version.project, job.wish.name)
    if job.status != "succeeded":
        return job, {}
    return job, json.loads(house.blobs.read("edge-out", job.files["manifest"]))


def test_a_network_that_gains_nothing_is_packaged_as_it_is_and_says_so(world):
    house, version, _ = world
    job, manifest = packaged(house, version)
    assert (job.status, job.precision, manifest["precision"]) == ("succeeded", "float32", "float32")
    assert "no step of the network gains by it" in job.message
    assert manifest["precision_note"] in job.message
    assert "evaluations/float32.json" in manifest["files"]


def test_a_version_whose_lines_are_not_here_is_packaged_as_it_is(world):
    house, version, place = world
    (place / "train.manifest").unlink()
    job, manifest = packaged(house, version)
    assert (job.status, manifest["precision_note"]) == ("succeeded", UNKNOWN)


def test_pictures_that_are_gone_fail_the_job_with_a_sentence(world):
    house, version, _ = world
    for number in range(NORMAL + ANOMALOUS):
        house.blobs.delete("pictures", f"{number}.png")
    job, _ = packaged(house, version)
    assert job.status == "failed"
    assert job.message.startswith("The 8-bit model cannot be calibrated: ")


def test_an_8_bit_model_that_does_well_is_what_the_component_holds(world, monkeypatch):
    house, version, _ = world

    def main(order, emit, cancelled):
        from pathlib import Path

        out = Path(order["out"])
        tiny_package(out / "package", "anomaly", recipe={"precision": "int8"})
        for precision in ("float32", "int8"):
            (out / f"{precision}.json").write_text("{}")
        return {"kept": True, "sentence": "8-bit: F1 0.990.", "plans": []}

    monkeypatch.setattr(quantize_version, "main", main)
    job, manifest = packaged(house, version)
    assert (job.precision, manifest["precision"], manifest["precision_note"]) == (
        "int8",
        "int8",
        "8-bit: F1 0.990.",
    )
    assert job.message == "The model was packaged. 8-bit: F1 0.990."
    assert sorted(name for name in manifest["files"] if name.startswith("evaluations/")) == [
        "evaluations/float32.json",
        "evaluations/int8.json",
    ]


@pytest.mark.slow
def test_a_trained_network_is_as_good_in_8_bits(tmp_path):
    import vedette
    from doubles.pointing import placed

    learnt = [picture.sample for picture in placed("classification", 40, tmp_path / "learnt", seed=1)]
    judged = [picture.sample for picture in placed("classification", 20, tmp_path / "judged", seed=9)]
    package = vedette.train(learnt, test=judged, out=tmp_path / "model", budget="fast").package
    outcome = quantize.quantize_package(
        package, [sample.picture for sample in learnt], judged, tmp_path / "eight"
    )
    assert all(trial.is_near for trial in outcome.trials[:1])
    if outcome.accepted:  # how fast it is depends on the machine
        assert vedette.load(tmp_path / "eight").facts.recipe["precision"] == "int8"
        assert (tmp_path / "eight" / "model.onnx").stat().st_size < (
            package / "model.onnx"
        ).stat().st_size / 2


def test_golden_pictures_of_both_kinds_go_with_the_model(world, tmp_path):
    house, version, _ = world
    wish = PackagingWish("doors", "edge-out", thresholds={"anomaly": 0.5})
    job = house.packagings.create(version, wish, a_caller("lookoutvision").principal)
    house.jobs.wait(60)
    job = house.packagings.describe(version.project, job.wish.name)
    archive = tmp_path / "component.zip"
    archive.write_bytes(house.blobs.read("edge-out", job.files["component"]))
    component = unpack_component(archive, tmp_path / "component")
    pictures = golden_pictures(component.folder, list(component.files))
    assert component.facts.picture_size == (64, 64)
    assert {row.expected.threshold for row in pictures} == {0.5}
    assert sorted(row.expected.score >= 0.5 for row in pictures) == [False, False, True, True]
    model = component.open_model()
    again = Model(model.facts, model.model)
    for row in pictures:
        answer = golden_answer(again.detect(row.place.read_bytes()), 0.5)
        assert difference(row.expected, answer) == ""
    assert require_signature(component, (house.devices.public_key(HERE),)).serial == job.id


def test_a_version_whose_pictures_are_gone_is_packaged_without(world):
    house, version, _ = world
    for number in range(NORMAL + ANOMALOUS):
        house.blobs.delete("pictures", f"{number}.png")
    wish = PackagingWish("doors", "edge-out")
    job = house.packagings.create(version, wish, a_caller("lookoutvision").principal)
    house.jobs.wait(60)
    job = house.packagings.describe(version.project, job.wish.name)
    manifest = json.loads(house.blobs.read("edge-out", job.files["manifest"]))
    assert not any(name.startswith("golden/") for name in manifest["files"])
