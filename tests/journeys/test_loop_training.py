"""Whole feedback loops with real trainings: from new pictures to the better version that answers, and back.

A program asks by the alias all the time, a person with no other right labels, and the server is killed in
every step of one of the loops.
"""

import sqlite3
import time

import pytest
from click.testing import CliRunner

from doubles.looped import BUCKET, Asking, DiscSet, PlateSet
from doubles.servers import start_server, stop_server
from vedette.cli.main import app
from vedette.loops.steps import NEXT

NEW = f"s3://{BUCKET}/boards/line-new/"


def begin(place, kind, *, light, tested):
    """Start a server with a first version that runs behind the alias, and pictures that nobody labelled."""
    server = start_server(place / "data", VEDETTE_TRAINING_BUDGET="fast")
    server.client("s3").create_bucket(Bucket=BUCKET)
    scene = kind(server, "line")
    scene.prepare(light=light, tested=tested)
    scene.train(scene.first)
    scene.pictures("new", 16, 5, dark=True)
    scene.person("ann")
    return scene


def start(scene, name, address, **more):
    wish = {"AliasName": scene.alias, "Address": address, "MaxPictures": 24, "UserNames": ["ann"]}
    scene.own().start_loop(ProjectArn=scene.arn, LoopName=name, **{**wish, **more})


def label(scene, name, *, is_careful=True):
    """Have the person answer, and the owner hand the rounds back."""
    loop = scene.until(name, "label")
    assert loop["Step"] == "label", loop
    assert scene.work("ann", is_careful=is_careful) == len(loop["Pictures"])
    scene.review(loop["RoundIds"])
    return loop


def go_on(scene, name, *steps):
    loop = scene.loop(name)
    scene.own().continue_loop(ProjectArn=scene.arn, LoopId=loop["LoopId"])
    return scene.until(name, *steps)


def behind(scene):
    return scene.own().describe_alias(ProjectArn=scene.arn, AliasName=scene.alias)


def is_whole(scene, loop):
    """Whether each picture that was chosen is in one dataset, once, with the label that a person gave it."""
    lines = {kind: scene.lines(kind) for kind in ("train", "test")}
    for picture in loop["Pictures"]:
        source = picture["SourceRef"]
        found = [(kind, line) for kind in lines for line in lines[kind] if line["source-ref"] == source]
        kinds = [kind for kind, line in found if f'"{scene.truths[source]}"' in str(line).replace("'", '"')]
        if kinds != [picture["DatasetType"]] or len(found) != 1:
            return False
    return True


# Two trainings, of which each takes a minute where other tests run beside it.
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("kind", "light"), [(DiscSet, 4), (PlateSet, 12)])
def test_the_better_version_answers_and_no_detection_is_refused(tmp_path, kind, light):
    scene = begin(tmp_path, kind, light=light, tested=16)
    with Asking(scene) as asking:
        start(scene, "monday", NEW)
        label(scene, "monday")
        assert scene.until("monday", "train")["Labeled"] == 24
        loop = go_on(scene, "monday", "move")
        assert (loop["Step"], loop["Verdict"]) == ("move", "better"), loop
        assert loop["NewCorrect"] > loop["OldCorrect"]
        assert behind(scene)["Alias"]["VersionName"] == scene.first
        loop = go_on(scene, "monday")
        assert loop["Status"] == "done", loop
        new = loop["NewVersionName"]
        assert behind(scene)["Alias"]["VersionName"] == new
        assert is_whole(scene, loop)
        scene.wait_for(scene.first, scene.stopped)

        place = ["--project", "line", "--endpoint", scene.server.address, "--data", str(scene.server.data)]
        ran = CliRunner().invoke(app, ["alias", "rollback", scene.alias, *place])
        assert ran.exit_code == 0, ran.output
        assert behind(scene)["Alias"]["VersionName"] == scene.first
    assert asking.refused == []
    assert asking.answered > 20
    assert stop_server(scene.server) == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_version_that_learnt_wrong_answers_answers_nobody(tmp_path):
    scene = begin(tmp_path, DiscSet, light=4, tested=16)
    start(scene, "monday", NEW, TestShare=0, Automatic=True)
    label(scene, "monday", is_careful=False)
    loop = scene.until("monday")
    assert (loop["Status"], loop["Verdict"]) == ("done", "worse"), loop
    assert loop["Message"] == "The version monday is worse than v1; nothing was moved."
    assert behind(scene)["Alias"]["VersionName"] == "v1"
    assert scene.versions() == {"v1": scene.runs, "monday": "TRAINING_COMPLETED"}
    assert stop_server(scene.server) == 0


def kill_at(scene, step):
    """Kill the server as soon as the loop is at a step, and start it again; say whether it was seen there."""
    order = list(NEXT)
    table = sqlite3.connect(f"file:{scene.server.data / 'vedette.db'}?mode=ro", uri=True)
    deadline = time.monotonic() + 250
    try:
        while True:
            row = table.execute("select step, status from loops").fetchone()
            if row is not None and row[0] == step:
                break
            if row is not None and (row[0] == "end" or order.index(row[0]) > order.index(step)):
                return False
            assert row is None or row[1] == "running", row
            assert time.monotonic() < deadline, row
            time.sleep(0.001)
    finally:
        table.close()
    scene.server.process.kill()
    scene.server.process.wait()
    scene.server.process.stdout.close()
    scene.server = start_server(scene.server.data, VEDETTE_TRAINING_BUDGET="fast")
    return True


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_server_that_is_killed_in_every_step_does_each_once(tmp_path):
    scene = begin(tmp_path, DiscSet, light=4, tested=16)
    start(scene, "monday", NEW)
    seen = {step for step in ("begin", "look", "choose", "share", "label") if kill_at(scene, step)}
    label(scene, "monday")
    loop = scene.until("monday", "train")
    scene.own().continue_loop(ProjectArn=scene.arn, LoopId=loop["LoopId"])
    seen |= {step for step in ("order", "learn", "compare", "move") if kill_at(scene, step)}
    loop = scene.until("monday", "move")
    assert loop["Verdict"] == "better", loop
    scene.own().continue_loop(ProjectArn=scene.arn, LoopId=loop["LoopId"])
    seen |= {step for step in ("start", "switch", "retire") if kill_at(scene, step)}
    loop = scene.until("monday")
    assert loop["Status"] == "done", loop
    # Those that take longer than a look at the table.
    assert {"look", "choose", "label", "learn", "start", "retire"} <= seen
    own = scene.own()
    trials = own.list_trial_detections(ProjectArn=scene.arn)["Trials"]
    rounds = own.list_rounds(ProjectArn=scene.arn)["Rounds"]
    assert (len(trials), sorted(item["RoundId"] for item in rounds)) == (1, sorted(loop["RoundIds"]))
    assert is_whole(scene, loop)
    scene.wait_for("v1", scene.stopped)
    scene.wait_for("monday", scene.runs)
    assert sorted(scene.versions()) == ["monday", "v1"]
    moves = [(move["Kind"], move["VersionName"]) for move in behind(scene)["Moves"]]
    assert moves == [("set", "monday"), ("set", "v1")]
    assert stop_server(scene.server) == 0
