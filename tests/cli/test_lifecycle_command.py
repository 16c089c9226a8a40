"""`vedette lifecycle` on an installation without a server."""

import pytest
from click.testing import CliRunner

from doubles.installations import an_installation
from vedette.cli.main import app
from vedette.store.blobs.caution import lifecycle_pause, pause_lifecycle
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.looks import ExpiryRecord
from vedette.store.blobs.timemarks import TimeMark


@pytest.fixture
def data(sqlite_maker, monkeypatch):
    folder = an_installation(sqlite_maker)
    monkeypatch.setenv("VEDETTE_DATA", str(folder))
    return folder


def run(*words):
    ran = CliRunner().invoke(app, ["lifecycle", *words])
    assert ran.exit_code == 0, ran.output
    return ran.stdout.splitlines()


def test_nothing_is_paused_where_nothing_happened(data):
    assert run("resume") == ["Lifecycle rules are not paused."]
    assert run("status") == [
        "Lifecycle rules are carried out while the server runs.",
        "No bucket has rules.",
        "There was no look yet.",
    ]
    assert not (data / "buckets").exists()


def test_a_pause_is_told_with_its_reason_and_ended(data):
    (data / "buckets").mkdir()
    pause_lifecycle(data / "buckets", "the folder was restored")
    first, *_ = run("status")
    assert first.endswith("UTC: the folder was restored.")
    assert "begins within a minute" in run("resume")[0]
    assert lifecycle_pause(data / "buckets") is None


def test_the_last_look_is_told(data):
    blobs = FolderBlobs(data / "buckets")
    blobs.buckets.create("bucket-a", account="1", region="us-east-1")
    blobs.buckets.put_document("bucket-a", "lifecycle", b"<x/>")
    removed = {"bucket-a": {"objects": 3, "versions": 0, "markers": 1, "uploads": 0}}
    blobs.expiry.keep(ExpiryRecord(TimeMark(0, 0.0, "a"), 60_000, removed, ["bucket-b: no"]))
    blobs.close()
    assert run("status")[1:] == [
        "Buckets with rules: bucket-a",
        "Last look: 1970-01-01 00:01 UTC",
        "  bucket-a: 3 objects expired, 1 delete markers",
        "  not carried out: bucket-b: no",
    ]


def test_a_foreign_s3_carries_its_rules_out_itself(data, monkeypatch):
    monkeypatch.setenv("VEDETTE_S3_ENDPOINT", "http://127.0.0.1:1")
    assert run("status") == ["The buckets are on http://127.0.0.1:1, which carries out their rules itself."]
