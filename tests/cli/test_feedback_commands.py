"""`vedette feedback …` on a server with a tiny version that answers: kept, verified, added; drift."""

import json
import sqlite3
import uuid
from contextlib import closing

import pytest
from click.testing import CliRunner

from doubles.trained import put_version
from doubles.tried import a_png
from vedette.cli.main import app

ACCOUNT = "000000000000"


@pytest.fixture(scope="module")
def line(server):
    name = f"line-{uuid.uuid4().hex[:8]}"
    lookout, s3 = server.client("lookoutvision"), server.client("s3")
    lookout.create_project(ProjectName=name)
    lookout.create_dataset(ProjectName=name, DatasetType="train")
    put_version(server.data, "lookoutvision", name, "anomaly", account=ACCOUNT)
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="module")
def run(server, line):
    place = ["--project", line, "--endpoint", server.address, "--data", str(server.data)]
    return lambda *words: CliRunner().invoke(app, ["feedback", *map(str, words), *place])


@pytest.fixture(scope="module")
def kept(server, line, run):
    """Two pictures that the version was asked about, kept."""
    begun = run("settings", "--on", "--share", 1, "--address", f"s3://{line}/asked/")
    assert begun.exit_code == 0, begun.output
    model = ["--project", line, "--endpoint", server.address, "--data", str(server.data)]
    assert CliRunner().invoke(app, ["model", "start", *model]).exit_code == 0
    lookout = server.client("lookoutvision")
    for shade in (250, 4):
        body = a_png((shade, shade, shade), (80, 64))
        lookout.detect_anomalies(ProjectName=line, ModelVersion="1", ContentType="image/png", Body=body)
    while run("list").output.count("s3://") < 2:
        pass
    yield
    assert CliRunner().invoke(app, ["model", "stop", *model]).exit_code == 0


def test_the_settings_say_what_is_kept_where_and_for_how_long(run, line, kept):
    shown = run("settings").output.splitlines()
    assert shown[0] == "on: 100 % of what is asked, at most 50 a day, doubtful ones first, for 30 days."
    assert shown[1].startswith("Kept: 2 pictures (2 of today), ")
    assert shown[2] == f"In: s3://{line}/asked/"
    changed = run("settings", "--days", 7, "--no-doubtful-first", "--most-per-day", 20).output
    assert changed.startswith("on: 100 % of what is asked, at most 20 a day, for 7 days.\n")


def test_kept_pictures_are_verified_and_added(run, line, kept, server):
    assert run("verify", "correct", "--all").output == "Verified: 2 as correct.\n"
    assert run("add").output == f"Added: 2 pictures to the train dataset of {line}.\n"
    entries = server.client("lookoutvision").list_dataset_entries(ProjectName=line, DatasetType="train")
    assert len(entries["DatasetEntries"]) == 2
    assert "in train" in run("list", "--only", "verified").output


def test_a_drift_is_named_with_the_pictures_that_show_it_and_ends_with_a_status(run, line, kept, server):
    assert run("drift").exit_code == 0
    finding = {
        "name": "brightness", "is_higher": False, "distance": 0.9, "chance": 0.0, "usual": 0.5, "now": 0.3,
        "window": 25,
    }  # fmt: skip
    with closing(sqlite3.connect(server.data / "vedette.db", timeout=10)) as database:
        database.execute(
            "UPDATE feedback_drift SET findings = ?, since_ms = 1795000000000 WHERE version = "
            "(SELECT version FROM feedback_plans WHERE address = ?)",
            [json.dumps([finding]), f"s3://{line}/asked/"],
        )
        database.commit()
    warned = run("drift")
    assert warned.exit_code == 1
    assert warned.output.splitlines()[:2] == [
        "Version 1: production is not like the training since 2026-11-18 11:06.",
        "  brightness: less (90% apart, in 25 pictures)",
    ]


def test_a_version_that_keeps_nothing_says_how_to_begin(server):
    name = f"quiet-{uuid.uuid4().hex[:8]}"
    put_version(server.data, "lookoutvision", name, "anomaly", account=ACCOUNT)
    place = ["--project", name, "--endpoint", server.address, "--data", str(server.data)]
    asked = CliRunner().invoke(app, ["feedback", "list", *place])
    assert (asked.exit_code, "`vedette feedback settings --on` begins" in asked.output) == (2, True)
    shown = CliRunner().invoke(app, ["feedback", "settings", *place]).output
    assert shown == "off: nothing is kept of what this version is asked.\n"
    drift = CliRunner().invoke(app, ["feedback", "drift", *place])
    assert (drift.exit_code, "it is not known" in drift.output) == (0, True)
    refused = CliRunner().invoke(app, ["feedback", "settings", "--on", *place])
    assert (refused.exit_code, "name a folder for the samples" in refused.output) == (2, True)
