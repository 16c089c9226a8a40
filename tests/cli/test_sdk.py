"""`vedette sdk install` and `remove` touch only our own files."""

from click.testing import CliRunner

from vedette.cli import client as client_module
from vedette.cli import doctor
from vedette.cli.client import open_client
from vedette.cli.main import app
from vedette.cli.sdk import stale_models

PLACE = ("lookoutvision", "2020-11-20")


def run(*words):
    return CliRunner().invoke(app, ["sdk", *words])


def test_install_makes_the_service_known_to_a_loader(tmp_path, monkeypatch):
    import boto3

    result = run("install", "--to", str(tmp_path))
    assert result.exit_code == 0
    assert str(tmp_path.joinpath(*PLACE)) in result.output
    assert result.output.endswith("`vedette sdk remove` undoes this.\n")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    session = boto3.Session(region_name="us-east-1")
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = session.client("lookoutvision", **keys)
    assert client.can_paginate("list_projects")
    assert len(client.meta.service_model.operation_names) == 22
    own = session.client("vedette", endpoint_url="http://here", **keys)
    assert {"DescribeTraining", "DownloadModel"} <= set(own.meta.service_model.operation_names)


def test_remove_leaves_nothing_behind(tmp_path):
    run("install", "--to", str(tmp_path))
    run("install", "--to", str(tmp_path))
    assert run("remove", "--to", str(tmp_path)).exit_code == 0
    assert list(tmp_path.iterdir()) == []
    assert "nothing to remove" in run("remove", "--to", str(tmp_path)).output


def test_models_of_another_release_are_named(tmp_path, monkeypatch):
    run("install", "--to", str(tmp_path))
    assert stale_models(tmp_path) == []
    tmp_path.joinpath(*PLACE, "service-2.json").write_text("{}")
    assert stale_models(tmp_path) == ["lookoutvision"]
    monkeypatch.setattr(doctor, "models_folder", lambda folder: tmp_path)
    diagnosis = doctor._sdk()
    assert (diagnosis.verdict, "lookoutvision (`vedette sdk install`)" in diagnosis.sentence) == (
        "note",
        True,
    )
    tmp_path.joinpath("vedette", "2026-11-21", "service-2.json").unlink()
    assert stale_models(tmp_path) == ["lookoutvision", "vedette"]
    run("install", "--to", str(tmp_path))
    assert doctor._sdk().verdict == "good"


def test_files_of_somebody_else_are_not_overwritten(tmp_path):
    place = tmp_path.joinpath(*PLACE)
    place.mkdir(parents=True)
    (place / "service-2.json").write_text("{}")
    said = run("install", "--to", str(tmp_path))
    assert said.exit_code == 2
    assert "is not Vedette's" in said.output
    assert (place / "service-2.json").read_text() == "{}"


def test_the_command_itself_reads_its_own_shapes_whatever_an_older_release_installed(monkeypatch):
    from botocore.loaders import Loader

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    client = open_client("vedette", endpoint="http://here", data=None)
    assert client.meta.service_model.shape_for("BatchDescription").members["PackageDigest"]
    assert Loader.CUSTOMER_DATA_PATH not in client_module._loader().search_paths
