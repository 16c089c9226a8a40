"""The commands of the pages on trials and on production feedback run as they stand there."""

import json
import os
import re
from pathlib import Path

import pytest

from doubles.console import signed_in
from doubles.forked_command import run_script
from doubles.servers import FORKS, start_server, stop_server
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png
from vedette.manifest.lines import read_line

PAGES = Path(__file__).parent.parent.parent / "docs" / "how-to"
ACCOUNT, BUCKET = "000000000000", "line-3"


@pytest.fixture(scope="module")
def boards(tmp_path_factory):
    """A server with the project and the bucket of the pages."""
    server = start_server(tmp_path_factory.mktemp("pages") / "data")
    lookout, s3 = server.client("lookoutvision"), server.client("s3")
    lookout.create_project(ProjectName="boards")
    lookout.create_dataset(ProjectName="boards", DatasetType="train")
    put_version(server.data, "lookoutvision", "boards", "anomaly", account=ACCOUNT)
    s3.create_bucket(Bucket=BUCKET)
    for name, color in (("a", BRIGHT), ("b", DARK), ("c", DARK)):
        s3.put_object(Bucket=BUCKET, Key=f"extra_images/{name}.png", Body=a_png(color))
    yield server
    stop_server(server)


def run_page(name, server, place):
    """Run all shell lines of a page, and return what they printed."""
    text = (PAGES / name).read_text("utf-8")
    script = "\n".join(["set -e", *re.findall(r"```sh\n(.*?)```", text, re.DOTALL)])
    key, secret = server.key
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_ENDPOINT_URL": server.address,
    }
    environment.pop("VEDETTE_DATA", None)
    return run_script(script, FORKS.nursery(), place, environment)


def test_trials_by_command_and_by_curl(boards, tmp_path):
    printed = run_page("trial-detections.md", boards, tmp_path)
    assert "Verified: 3 as correct." in printed
    assert "Added: 3 pictures to the train dataset of boards." in printed
    assert "Verified: 3 as corrected." in printed
    entries = boards.client("lookoutvision").list_dataset_entries(ProjectName="boards", DatasetType="train")
    classes = [read_line(text)["anomaly-label-metadata"]["class-name"] for text in entries["DatasetEntries"]]
    assert classes == ["anomaly", "normal", "anomaly"]
    guesses = (tmp_path / "guesses.manifest").read_text("utf-8").splitlines()
    assert len(guesses) == 3
    doubtful = json.loads((tmp_path / "doubtful.json").read_text("utf-8"))
    assert doubtful["Total"] == 3
    verified = json.loads((tmp_path / "verified.json").read_text("utf-8"))
    assert [picture["Verdict"] for picture in verified["Pictures"]] == ["correct"]
    added = json.loads((tmp_path / "added.json").read_text("utf-8"))
    assert [item["Reason"] for item in added["LeftOut"]] == [
        "It is in the train dataset already, with labels of its own."
    ]


def test_feedback_by_command_and_by_curl(boards, tmp_path):
    lookout = boards.client("lookoutvision")
    line = json.dumps({"source-ref": f"s3://{BUCKET}/extra_images/a.png"})
    lookout.update_dataset_entries(ProjectName="boards", DatasetType="train", Changes=line.encode())
    printed = run_page("production-feedback.md", boards, tmp_path)
    assert "on: 5 % of what is asked, at most 20 a day, doubtful ones first, for 14 days." in printed
    assert f"In: s3://{BUCKET}/vedette-feedback/boards/1/" in printed
    answer = json.loads((tmp_path / "feedback.json").read_text("utf-8"))["Feedback"]
    assert (answer["Enabled"], answer["RetentionDays"]) == (False, 14)


def test_the_tutorials_commands_run_on_its_example(boards, tmp_path):
    people = signed_in(boards)
    project = people.call("vedette", "CreateExampleProject", Example="sort-parts", Labeled="half").json
    assert project["ProjectName"] == "sort-parts"
    put_version(boards.data, "rekognition", "sort-parts", "classification", account=ACCOUNT)
    printed = run_page("../tutorials/from-mistakes-to-a-better-model.md", boards, tmp_path)
    assert "rest: done. 24 of 24 answered, 0 verified, 0 in a dataset." in printed
    assert "Verified: 24 as correct." in printed
    assert "to the train dataset of sort-parts." in printed
    assert "on: 5 % of what is asked" in printed
