"""Labelled pictures into a server by one command, and out of it by another."""

import os
import uuid

import pytest
from click.testing import CliRunner
from PIL import Image

from vedette.cli.main import app
from vedette.dialects.samples import read_samples


@pytest.fixture
def name():
    return f"x-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def run(server, monkeypatch):
    """Run a command against the server; return what it said."""
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(variable)

    def call(*words, status=0):
        there = ("--endpoint", server.address, "--data", str(server.data))
        ran = CliRunner().invoke(app, [*map(str, words), *there])
        assert ran.exit_code == status, ran.output
        return ran.output

    return call


@pytest.fixture
def plants(tmp_path):
    for place in ("rose/a.png", "fern/b.png", "fern/ü %20.png"):
        (tmp_path / "plants" / place).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 64)).save(tmp_path / "plants" / place)
    return tmp_path / "plants"


def test_a_folder_becomes_a_dataset_and_comes_out_as_it_was(server, run, name, plants, tmp_path):
    said = run("import", "folder", plants, "--project", name)
    assert "CREATE_COMPLETE: 3 pictures" in said
    rekognition = server.client("rekognition")
    (project,) = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    (dataset,) = project["Datasets"]
    stats = rekognition.describe_dataset(DatasetArn=dataset["DatasetArn"])["DatasetDescription"][
        "DatasetStats"
    ]
    assert (stats["LabeledEntries"], stats["TotalEntries"], stats["TotalLabels"]) == (3, 3, 2)
    out = tmp_path / "out" / "train.manifest"
    out.parent.mkdir()
    assert "Copied 3 files" in run("export", "manifest", "--project", name, "--out", out, "--with-pictures")
    reading = read_samples(out)
    assert sorted((sample.picture.name, *sample.labels) for sample in reading.samples) == [
        ("a.png", "rose"),
        ("b.png", "fern"),
        ("ü %20.png", "fern"),
    ]
    assert reading.problems == []


def test_a_second_import_adds_to_the_dataset(server, run, name, plants, tmp_path):
    run("import", "folder", plants, "--project", name)
    more = tmp_path / "more" / "moss"
    more.mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(more / "c.png")
    assert "TotalEntries 4" in run("import", "folder", more.parent, "--project", name)


def test_the_official_cookies_come_in_with_one_command(server, run, name, pictures):
    folder = pictures / "cookies" / "dataset-files"
    manifest = folder / "manifests" / "template.manifest"
    place = f"s3://{name}/cookies"
    run(
        "import",
        "manifest",
        manifest,
        "--images",
        folder,
        "--project",
        name,
        "--service",
        "lookoutvision",
        "--to",
        place,
    )
    lookout = server.client("lookoutvision")
    found = lookout.describe_dataset(ProjectName=name, DatasetType="train")["DatasetDescription"]
    assert (found["Status"], found["ImageStats"]) == (
        "CREATE_COMPLETE",
        {"Total": 63, "Labeled": 63, "Normal": 31, "Anomaly": 32},
    )
    held = server.client("s3").list_objects_v2(Bucket=name, Prefix="cookies/mask-images/")["KeyCount"]
    assert held == 32


def test_pictures_that_are_not_there_are_named_and_nothing_is_made(server, run, name, tmp_path):
    (tmp_path / "a.csv").write_text("gone.png,cat\n")
    said = run("import", "csv", tmp_path / "a.csv", "--project", name, status=2)
    assert "There is no file for gone.png" in said
    assert "Not one picture was found" in said


PLANTS = (("fern", "b.png"), ("fern", "ü %20.png"), ("rose", "a.png"))


def test_a_dataset_is_written_into_a_bucket_and_never_over_anything(server, run, name, plants):
    run("import", "folder", plants, "--project", name)
    place = f"s3://vedette-{name}/out"
    words = ("export", "folder", "--project", name, "--to", place)
    assert f"Written: {place}/ (3 entries, 3 files)." in run(*words)
    s3 = server.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=f"vedette-{name}", Prefix="out/")["Contents"]]
    assert keys == [f"out/{label}/train/{label}/{file}" for label, file in PLANTS]
    assert "There is something in" in run(*words, status=2)
    assert "Written" in run(*words, "--replace")
    assert "--project NAME" in run("export", "csv", "--to", place, status=2)
