"""What the doctor says of an installation that is well, and of one that is not."""

import os
import sqlite3
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from doubles.installations import an_installation
from vedette.cli import doctor
from vedette.cli.main import app
from vedette.datasets.changes import add_dataset
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.server import health, installation
from vedette.server.health import HealthCheck, examine_installation
from vedette.server.installation import close_to_others
from vedette.settings import Settings
from vedette.store.blobs.caution import pause_lifecycle
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.quarantine import quarantine_files
from vedette.store.db import open_database
from vedette.store.reserve import Reserve

LATER = datetime(2200, 1, 1, tzinfo=UTC)


def later():
    return LATER


@pytest.fixture
def data(sqlite_maker):
    folder = an_installation(sqlite_maker)
    blobs = FolderBlobs(folder / "buckets")
    blobs.make_bucket("pictures", account="000000000000")
    blobs.put("pictures", "a.png", b"x")
    blobs.close()
    Reserve(folder, size=1024**2).renew()
    close_to_others(folder)
    return folder


def checks(data, clock=later, **settings):
    return {check.subject: check for check in examine_installation(Settings(data=data, **settings), clock)}


def test_all_is_well_with_a_new_installation(data):
    assert [*checks(data).values()] == [
        HealthCheck(
            "installation",
            "good",
            "account 000000000000, region us-east-1; its database is whole, and its key opens it",
        ),
        HealthCheck("other users", "good", f"only its owner can read {data}"),
        HealthCheck("reserve", "good", "1 MiB are kept for deleting on a full disk"),
        HealthCheck("buckets", "good", "the index is there and whole, and nothing is in quarantine"),
        HealthCheck(
            "encryption",
            "good",
            "0 models lie sealed under keys",
        ),
        HealthCheck("datasets", "good", "may have as many entries as each service allows"),
        HealthCheck("clock", "good", "2200-01-01 00:00 UTC, later than anything in the folder"),
    ]


def test_where_there_is_none_nothing_is_made(tmp_path):
    assert checks(tmp_path / "data")["installation"].verdict == "note"
    assert checks(tmp_path)["installation"].verdict == "note"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", [0, 1 << 40], ids=["large", "small"])
def test_a_damaged_database_is_found_however_large_it_is(data, monkeypatch, limit):
    monkeypatch.setattr(health, "CHECKED_AT_START", limit)
    monkeypatch.setattr(installation, "CHECKED_AT_START", limit)
    with sqlite3.connect(data / "vedette.db") as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        # The root page of a table that opening the installation does not read.
        (page,) = connection.execute("select rootpage from sqlite_master where name = 'minutes'").fetchone()
    connection.close()
    raw = bytearray((data / "vedette.db").read_bytes())
    raw[(page - 1) * 4096 : page * 4096] = bytes(range(256)) * 16
    (data / "vedette.db").write_bytes(raw)
    assert checks(data)["installation"].verdict == "bad"
    assert " is damaged: " in checks(data)["installation"].sentence


def test_a_key_that_does_not_belong_is_found(data):
    (data / "keys" / "installation.key").write_text("ab" * 32)
    assert checks(data)["installation"].verdict == "bad"


def test_what_others_can_read_is_counted(data, monkeypatch):
    (data / "credentials.json").chmod(0o644)
    found = checks(data)["other users"]
    assert (found.verdict, found.sentence.split()[0]) == ("note", "1")
    assert str(data / "credentials.json") in found.sentence
    data.chmod(0o755)
    assert checks(data)["other users"].verdict == "bad"
    monkeypatch.setattr(health, "COUNTED", 1)
    assert checks(data)["other users"].sentence.startswith("1 or more files")


def test_a_missing_reserve_a_mark_of_caution_and_a_quarantine_are_noted(data):
    (data / "reserve").unlink()
    assert checks(data)["reserve"].verdict == "note"
    pause_lifecycle(data / "buckets", "Restored from a backup.", lambda: datetime(2026, 5, 4, tzinfo=UTC))
    stray = data / "buckets" / "pictures" / "stray"
    stray.write_bytes(b"x")
    quarantine_files(data / "buckets", ["pictures/stray"], "a test")
    assert checks(data)["buckets"] == HealthCheck(
        "buckets",
        "note",
        "lifecycle rules remove nothing since 2026-05-04T00:00+00:00: Restored from a backup.; "
        "1 files of unknown origin are in quarantine: see `vedette repair`",
    )


def test_models_that_name_a_key_are_counted(data):
    database = open_database("", data)
    projects = Projects(database)
    project = projects.create(Scope("rekognition", "000000000000", "us-east-1"), NewProject("boards"))
    sealed = {"kms_key": "alias/mine", "sealed_by": "arn:aws:kms:us-east-1:000000000000:key/1"}
    versions = Versions(database, projects)
    for number, inputs in enumerate(({"kms_key": ""}, sealed)):
        versions.create(project, NewVersion(f"v{number}", inputs=inputs))
    assert checks(data)["encryption"] == HealthCheck("encryption", "good", "1 models lie sealed under keys")
    versions.create(project, NewVersion("old", inputs={"kms_key": "alias/mine"}))
    database.close()
    assert checks(data)["encryption"] == HealthCheck(
        "encryption",
        "note",
        "1 models name a KmsKeyId of before there were keys here, and lie in clear: train them anew",
    )


def test_a_dataset_that_is_larger_than_the_setting_allows_is_named(data):
    database = open_database("", data)
    scope = Scope("lookoutvision", "000000000000", "us-east-1")
    project = Projects(database).create(scope, NewProject("doors"))
    with database.write() as connection:
        add_dataset(
            connection, project.id, "test", part=1, status="created", message="", now_ms=1_700_000_000_000
        )
        connection.execute(text("update datasets set total = 4001"))
    database.close()
    found = checks(data)["datasets"]
    assert found.verdict == "note"
    assert "the test dataset of doors has 4,001 entries, where 4,000 are allowed" in found.sentence
    found = checks(data, dataset_entries=5000)["datasets"]
    assert found == HealthCheck("datasets", "good", "may have 5,000 entries, or as many as a service allows")


def test_a_lost_index_is_bad_and_names_the_command(data):
    for name in (".index.db", ".index.db-wal", ".index.db-shm"):
        (data / "buckets" / name).unlink(missing_ok=True)
    found = checks(data)["buckets"]
    assert found.verdict == "bad"
    assert "`vedette repair --data" in found.sentence


def test_another_s3_is_its_operators(data):
    found = checks(data, s3_endpoint="http://127.0.0.1:1")["buckets"]
    assert (found.verdict, "its operator's to keep" in found.sentence) == ("note", True)


def test_a_clock_that_jumped_or_was_never_set_is_bad(data):
    assert checks(data, lambda: datetime(1970, 1, 2, tzinfo=UTC))["clock"].verdict == "bad"
    os.utime(data / "installation.json", (LATER.timestamp() + 3600,) * 2)
    found = checks(data)["clock"]
    assert (found.verdict, "which is in the future" in found.sentence) == ("bad", True)
    os.utime(data / "installation.json", (LATER.timestamp() + 60,) * 2)
    assert checks(data)["clock"].verdict == "good"


def test_the_command_says_it_and_ends_with_a_status(data, monkeypatch):
    monkeypatch.setattr(doctor, "_accelerator", lambda: doctor.Diagnosis("training on", "note", "a test"))
    monkeypatch.setattr(doctor, "_data", lambda folder: doctor.Diagnosis("data folder", "good", "a test"))
    said = CliRunner().invoke(app, ["doctor", "--data", str(data)])
    assert (said.exit_code, "its key opens it" in " ".join(said.output.split())) == (0, True)
    (data / "keys" / "installation.key").unlink()
    said = CliRunner().invoke(app, ["doctor", "--data", str(data)])
    assert said.exit_code == 1
    assert "The installation's key is missing" in said.output
