"""Batches of a tiny model without a server: each picture's result once, whatever happens on the way."""

import hashlib
import json
import threading
from dataclasses import replace

import pytest
from sqlalchemy import update

from doubles.houses import ELSEWHERE, a_caller, batched_here
from doubles.tried import ALICE, BEN, BRIGHT, BUCKET, DARK, TriedProject, a_png
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.batches import listing, part_run
from vedette.batches.batches import Batches
from vedette.batches.models import CHANGED
from vedette.batches.part_run import PARTS
from vedette.batches.tables import batches
from vedette.batches.tools import GONE
from vedette.engines.pool import WorkerLost
from vedette.errors import Busy, Denied, Missing, NoSpace, Taken, TooMuch, Wrong
from vedette.jobs.kind import JobInterrupted
from vedette.jobs.runner import JobRunner
from vedette.projects.version import ChosenThreshold, VersionThresholds, dump_thresholds
from vedette.store.blobs.folder import FolderBlobs

OUT = f"s3://{BUCKET}/out"


class BatchDesk(TriedProject):
    """A project with a tiny version, and batches of its bucket."""

    def start(self, name="nightly", caller=ALICE, **more):
        wish = {"Source": f"s3://{BUCKET}/in", "Address": OUT, "BatchName": name, **more}
        answer = self.call("StartBatchDetection", caller, VersionName=self.version.name, **wish)
        return answer["Batch"]["BatchId"]

    def settle(self, batch):
        assert self.house.jobs.wait(60, listing.KEEPING)
        assert self.house.jobs.wait(60, PARTS)
        assert self.house.jobs.wait(60, listing.KEEPING)
        return self.batch(batch)

    def batch(self, batch):
        return self.call("DescribeBatchDetection", BatchId=batch)["Batch"]

    def process(self, **more):
        return self.settle(self.start(**more))

    def objects(self, prefix="out/"):
        blobs = self.house.blobs
        keys = [item.key for item in blobs.list(BUCKET, prefix)]
        return {key.removeprefix(prefix): blobs.read(BUCKET, key) for key in keys}

    def rows(self):
        parts = [body for name, body in sorted(self.objects().items()) if name.startswith("results")]
        return [json.loads(line) for line in b"".join(parts).splitlines()]

    def swap(self, **tools):
        """Give the batches other tools."""
        batches = self.house.batches
        for name, value in tools.items():
            object.__setattr__(batches._tools, name, value)


@pytest.fixture
def desk(house):
    desk = BatchDesk(house)
    for name, color in (("a", BRIGHT), ("b", DARK), ("c", DARK)):
        desk.put(f"in/{name}.png", a_png(color))
    return desk


def restrict(caller, *statements):
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    policy = parse_policy(document, PolicyKind.IDENTITY)
    return replace(caller, principal=replace(caller.principal, policies=(policy,)))


def test_a_batch_writes_what_the_service_would_answer_of_every_picture(desk):
    desk.put("in/notes.txt", b"no picture")
    desk.put("inside/d.png", a_png(DARK))
    done = desk.process()
    assert [done[name] for name in ("Status", "Total", "Done", "Failed", "Parts")] == ["done", 3, 3, 0, 1]
    rows = desk.rows()
    assert [row["source"] for row in rows] == [f"s3://{BUCKET}/in/{name}.png" for name in "abc"]
    verdicts = [row["response"]["DetectAnomalyResult"] for row in rows]
    assert [verdict["IsAnomalous"] for verdict in verdicts] == [True, False, False]
    assert all(verdict["Source"] == {"Type": "direct"} for verdict in verdicts)
    assert done["Verdicts"] == [{"Name": "normal", "Count": 2}, {"Name": "anomaly", "Count": 1}]
    assert sum(done["Confidences"]) == 3
    summary = json.loads(desk.objects()["summary.json"])
    assert (summary["pictures"], summary["verdicts"]) == (3, {"normal": 2, "anomaly": 1})
    assert {item["source"] for item in summary["doubtful"]} == {row["source"] for row in rows}


def test_labels_come_as_their_service_says_them(house):
    desk = BatchDesk(house, "rekognition", "classification")
    desk.put("in/a.png", a_png(BRIGHT))
    desk.process(MinConfidence=0)
    (row,) = desk.rows()
    assert row["response"]["CustomLabels"][0].keys() == {"Name", "Confidence"}
    assert sum(label["Confidence"] for label in row["response"]["CustomLabels"]) == pytest.approx(100)
    # What was asked for is told, and not a neighbour of it, which no command could name to go on.
    again = desk.start("again", MinConfidence=57, Address=f"s3://{BUCKET}/again")
    assert desk.settle(again)["MinConfidence"] == 57


def test_a_model_that_judges_has_no_least_confidence(desk):
    with pytest.raises(Wrong, match="no MinConfidence"):
        desk.start(MinConfidence=50)


def test_pictures_without_an_answer_say_why_and_stop_nothing(desk):
    desk.put("in/d.png", b"no picture at all")
    desk.house.versions.record(desk.version, results={"size": [96, 64]})
    desk.put("in/e.png", a_png(DARK, (64, 96)))
    done = desk.process()
    assert [done[name] for name in ("Status", "Done", "Failed")] == ["done", 5, 2]
    errors = {row["source"][-5:]: row["error"] for row in desk.rows() if "error" in row}
    assert errors == {
        "d.png": "The picture is no JPEG and no PNG that can be read.",
        "e.png": "The picture has 64 × 96 pixels; the model was trained with 96 × 64.",
    }
    assert {item["Name"] for item in done["Failures"]} == set(errors.values())


def test_pictures_are_metered_once_as_calls_are(desk):
    desk.put("in/d.png", b"no picture at all")
    desk.process()
    figures = {name: figure.total for (_, _, name), figure in desk.house.meter._new.items()}
    assert [figures[name] for name in ("answered", "invalid", "anomalies")] == [3, 1, 1]


def test_parts_grow_and_together_hold_each_picture_once(desk, monkeypatch):
    monkeypatch.setattr(listing, "SMALL", 2)
    monkeypatch.setattr(listing, "LARGE", 4)
    monkeypatch.setattr(listing, "FIRST_PARTS", 2)
    for number in range(8):
        desk.put(f"in/more/{number}.png", a_png(DARK))
    done = desk.process()
    assert (done["Total"], done["Parts"], done["Done"]) == (11, 4, 11)
    assert sorted(desk.objects()) == [*(f"results-0000{n}.jsonl" for n in range(1, 5)), "summary.json"]
    sources = [row["source"] for row in desk.rows()]
    assert len(sources) == len(set(sources)) == 11


@pytest.mark.parametrize("moment", ["before it is written", "after it is written"])
def test_a_part_that_was_cut_off_is_done_again_and_its_results_are_there_once(desk, monkeypatch, moment):
    monkeypatch.setattr(listing, "SMALL", 1)
    real, cut = FolderBlobs.put, []

    def put(self, bucket, key, data, **more):
        is_it = key.endswith("results-00002.jsonl") and not cut
        if is_it:
            cut.append(key)
        if is_it and moment == "before it is written":
            raise JobInterrupted
        item = real(self, bucket, key, data, **more)
        if is_it:
            raise JobInterrupted
        return item

    monkeypatch.setattr(FolderBlobs, "put", put)
    batch = desk.start()
    desk.settle(batch)
    state = desk.batch(batch)
    assert (state["Status"], state["Done"]) == ("running", 2)
    desk.house.jobs.close()
    # The next start takes up what waits.
    jobs = JobRunner(desk.house.jobs._database, desk.house.clock)
    Batches(desk.house.batches._tools, jobs)
    jobs.start(is_alone=True)
    try:
        assert jobs.wait(60, PARTS)
        assert jobs.wait(60, listing.KEEPING)
    finally:
        jobs.close()
    state = desk.batch(batch)
    assert (state["Status"], state["Done"], state["Failed"]) == ("done", 3, 0)
    assert [row["source"][-5:] for row in desk.rows()] == ["a.png", "b.png", "c.png"]


def test_a_picture_that_ends_its_process_is_named_and_the_others_have_results(desk):
    def ask(order):
        if any(item["id"] == "in/b.png" for item in order["items"]):
            raise WorkerLost("its process was killed by signal 11")
        return batched_here(order)

    desk.swap(ask=ask)
    done = desk.process()
    assert (done["Status"], done["Failed"]) == ("done", 1)
    errors = {row["source"][-5:]: row.get("error") for row in desk.rows()}
    ended = "The picture ended the process that looked at it: its process was killed by signal 11."
    assert errors == {"a.png": None, "b.png": ended, "c.png": None}


def test_a_server_that_stops_blames_no_picture(desk):
    def ask(order):
        raise WorkerLost("the server stops")

    desk.swap(ask=ask, is_closing=lambda: True)
    batch = desk.start()
    desk.settle(batch)
    assert desk.batch(batch)["Status"] == "running"
    assert desk.objects() == {}


def test_a_stop_keeps_what_is_there_and_the_batch_can_go_on(desk, monkeypatch):
    monkeypatch.setattr(listing, "SMALL", 1)
    reached, go_on = threading.Event(), threading.Event()

    def ask(order):
        if order["items"][0]["id"] == "in/c.png":
            reached.set()
            assert go_on.wait(30)
        return batched_here(order)

    desk.swap(ask=ask)
    batch = desk.start()
    assert reached.wait(30)
    with pytest.raises(Busy, match="stop it first"):
        desk.call("DeleteBatchDetection", BatchId=batch)
    assert desk.call("StopBatchDetection", BatchId=batch)["Batch"]["Status"] == "cancelled"
    go_on.set()
    state = desk.settle(batch)
    assert state["Status"] == "cancelled"
    assert "results-00003.jsonl" not in desk.objects()
    state = desk.settle(desk.call("ResumeBatchDetection", BatchId=batch)["Batch"]["BatchId"])
    assert (state["Status"], state["Done"]) == ("done", 3)
    assert [row["source"][-5:] for row in desk.rows()] == ["a.png", "b.png", "c.png"]
    with pytest.raises(Taken, match="is done"):
        desk.call("ResumeBatchDetection", BatchId=batch)
    desk.call("DeleteBatchDetection", BatchId=batch)
    assert desk.call("ListBatchDetections")["Batches"] == []
    assert len(desk.rows()) == 3


def test_a_batch_names_its_model_and_goes_on_with_no_other(desk, monkeypatch):
    monkeypatch.setattr(listing, "SMALL", 1)
    package = desk.house.trainings.folder(desk.version).package / "package.json"
    whole = package.read_bytes()
    digest = hashlib.sha256(whole).hexdigest()

    def ask(order):
        event = batched_here(order)
        package.write_bytes(whole + b" ")
        return event

    desk.swap(ask=ask)
    state = desk.process()
    assert (state["Status"], state["Message"]) == ("failed", CHANGED)
    assert state["Done"] < 3  # parts that were begun before have results
    assert (state["ModelArn"], state["PackageDigest"]) == (str(desk.version.arn), digest)
    with pytest.raises(Wrong, match="begin a new batch into another empty folder"):
        desk.call("ResumeBatchDetection", BatchId=state["BatchId"])
    package.write_bytes(whole)
    desk.swap(ask=batched_here)
    assert desk.call("DescribeTraining", ModelArn=str(desk.version.arn))["PackageDigest"] == digest
    desk.settle(desk.call("ResumeBatchDetection", BatchId=state["BatchId"])["Batch"]["BatchId"])
    summary = json.loads(desk.objects()["summary.json"])
    assert (summary["arn"], summary["package"]) == (str(desk.version.arn), digest)
    assert [row.keys() for row in desk.rows()] == [{"source", "response"}] * 3


def test_thresholds_that_are_chosen_meanwhile_are_not_those_of_the_batch(desk, monkeypatch):
    monkeypatch.setattr(listing, "SMALL", 1)
    held = []

    def ask(order):
        held.append(order["thresholds"])
        if len(held) == 1:
            chosen = VersionThresholds({"anomaly": ChosenThreshold(0.9)}, on_wire=True, revision="1")
            desk.house.versions.record(desk.version, thresholds=dump_thresholds(chosen))
        return batched_here(order)

    desk.swap(ask=ask)
    assert desk.process()["Status"] == "done"
    assert held == [None] * 3


def test_a_batch_that_an_older_server_began_goes_on(desk):
    batch = desk.start()
    desk.settle(batch)
    with desk.house.datasets._database.write() as connection:
        connection.execute(update(batches).values(model=None, status="failed"))
    state = desk.settle(desk.call("ResumeBatchDetection", BatchId=batch)["Batch"]["BatchId"])
    assert (state["Status"], state.get("ModelArn")) == ("done", None)


def test_only_who_began_a_batch_goes_on_with_it(desk):
    def refuse(order):
        raise WorkerLost("gone")

    desk.swap(ask=refuse)
    batch = desk.start()
    desk.call("StopBatchDetection", BatchId=batch)
    desk.settle(batch)
    with pytest.raises(Wrong, match="Only who began the batch"):
        desk.call("ResumeBatchDetection", BEN, BatchId=batch)


ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("lookoutvision:DetectAnomalies", "lookoutvision:DetectAnomalies on resource"),
        ("s3:PutObject", "s3:PutObject"),
        ("s3:ListBucket", "s3:ListBucket"),
        ("vedette:StartBatchDetection", "vedette:StartBatchDetection"),
    ],
)
def test_who_may_not_is_refused_at_once_and_nothing_begins(desk, action, sentence):
    caller = restrict(ALICE, ALL, {"Effect": "Deny", "Action": action, "Resource": "*"})
    with pytest.raises(Denied, match=sentence):
        desk.start(caller=caller)
    assert desk.call("ListBatchDetections")["Batches"] == []


def test_rights_are_asked_again_when_a_part_runs(desk):
    denies = {"Effect": "Deny", "Action": "lookoutvision:DetectAnomalies", "Resource": "*"}
    desk.swap(current=lambda caller: restrict(ALICE, ALL, denies).principal)
    state = desk.process()
    assert state["Status"] == "failed"
    assert "not authorized to perform: lookoutvision:DetectAnomalies" in state["Message"]
    assert desk.objects() == {}


def test_a_caller_who_was_deleted_meanwhile_ends_the_batch(desk):
    def current(caller):
        raise Denied("The user alice was deleted.")

    desk.swap(current=current)
    state = desk.process()
    assert (state["Status"], state["Message"]) == ("failed", "The user alice was deleted.")


def test_a_picture_that_may_not_be_read_is_told_from_none_that_is_missing_by_nothing(desk, monkeypatch):
    access = desk.house.batches._tools.access
    real = type(access).may_read
    hidden = lambda self, who, bucket, key, *more: key != "in/b.png" and real(self, who, bucket, key, *more)  # noqa: E731
    monkeypatch.setattr(type(access), "may_read", hidden)
    state = desk.process()
    assert (state["Status"], state["Failed"]) == ("done", 1)
    (error,) = [row["error"] for row in desk.rows() if "error" in row]
    assert error == "The picture is not there, or may not be read by who began the batch."


def test_a_version_that_is_deleted_meanwhile_ends_it_with_a_sentence(desk):
    def ask(order):
        desk.swap(versions=Absent())
        return replace(batched_here(order), kind="failed")

    desk.swap(ask=ask)
    state = desk.process()
    assert (state["Status"], state["Message"]) == ("failed", GONE)


class Absent:
    """Versions that are all gone."""

    def find_by_id(self, number):
        raise Missing("gone")


def test_a_full_disk_is_waited_for(desk, monkeypatch):
    monkeypatch.setattr(part_run, "AGAIN_S", 0.01)
    real, tries = FolderBlobs.put, []

    def put(self, bucket, key, data, **more):
        if key.startswith("out/results"):
            tries.append(key)
            if len(tries) < 3:
                raise NoSpace("full")
        return real(self, bucket, key, data, **more)

    monkeypatch.setattr(FolderBlobs, "put", put)
    assert desk.process()["Status"] == "done"
    assert len(tries) == 3
    assert len(desk.rows()) == 3


def test_results_go_over_nothing_and_no_two_batches_share_a_folder(desk, monkeypatch):
    desk.put("out/notes.txt", b"mine")
    with pytest.raises(Taken, match="There is something in s3://line-pictures/out/ already"):
        desk.start()
    go_on = threading.Event()
    desk.swap(ask=lambda order: batched_here(order) if go_on.wait(30) else None)
    first = desk.start(Address=f"s3://{BUCKET}/free")
    with pytest.raises(Taken, match="Another batch writes"):
        desk.start(Address=f"s3://{BUCKET}/free/")
    go_on.set()
    assert desk.settle(first)["Status"] == "done"


@pytest.mark.parametrize(
    ("more", "kind", "sentence"),
    [
        ({"Source": "https://example.com/x"}, Wrong, "no folder in a bucket"),
        ({"Address": "file:///etc"}, Wrong, "no folder in a bucket"),
        ({"Address": "s3://"}, Wrong, "no folder in a bucket"),
        ({"Source": "s3://nowhere-at-all/x"}, Denied, "s3:ListBucket on nowhere-at-all"),
        ({"BatchName": " "}, Wrong, "A batch has a name"),
        ({"BatchName": "a\u202eb"}, Wrong, "A batch has a name"),
    ],
)
def test_what_is_no_batch_is_refused(desk, more, kind, sentence):
    with pytest.raises(kind, match=sentence):
        desk.start(**more)


def test_a_folder_without_pictures_fails_with_a_sentence(desk):
    state = desk.process(Source=f"s3://{BUCKET}/empty")
    assert (state["Status"], state["Message"]) == (
        "failed",
        f"There is no JPEG or PNG below s3://{BUCKET}/empty/.",
    )


def test_a_project_has_so_many_under_way(desk):
    go_on = threading.Event()
    desk.swap(ask=lambda order: batched_here(order) if go_on.wait(30) else None)
    started = [desk.start(Address=f"s3://{BUCKET}/{number}") for number in range(5)]
    with pytest.raises(TooMuch, match="5 batches of this project"):
        desk.start(Address=f"s3://{BUCKET}/6")
    go_on.set()
    assert [desk.settle(batch)["Status"] for batch in started] == ["done"] * 5


def test_another_account_sees_nothing_of_it(desk, house):
    batch = desk.start()
    desk.settle(batch)
    stranger = a_caller("vedette", account=ELSEWHERE)
    with pytest.raises((Denied, Missing)):
        desk.call("DescribeBatchDetection", stranger, BatchId=batch)
    other = BatchDesk(house, "rekognition", "classification", name="other")
    with pytest.raises(Missing, match="There is no batch"):
        other.call("DescribeBatchDetection", BatchId=batch)


def test_the_results_are_read_by_who_may_read_them(desk):
    batch = desk.start()
    desk.settle(batch)
    answer = desk.call("GetBatchResults", BatchId=batch)
    assert b"".join(answer["Body"]._first) == desk.objects()["results-00001.jsonl"]
    with pytest.raises(Missing, match="no part 2"):
        desk.call("GetBatchResults", BatchId=batch, Part=2)
    blind = restrict(ALICE, ALL, {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"})
    with pytest.raises(Denied, match="s3:GetObject"):
        desk.call("GetBatchResults", blind, BatchId=batch)


def test_chosen_thresholds_hold_where_answers_hold_to_them(desk):
    seen = []
    desk.swap(ask=lambda order: (seen.append(order["thresholds"]), batched_here(order))[1])
    desk.process()
    assert seen == [None]
