"""Batches: each picture has one result, whatever ends a run; shares make the whole."""

import contextlib
import fcntl
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from PIL import Image

from doubles.clients import customer
from doubles.trained import put_version
from vedette.cli.batch import BatchRun
from vedette.cli.batch_calls import BatchEnds, PictureCalls, RateLimit
from vedette.cli.batch_model import AskedModel, NoteFile, hold_model
from vedette.cli.batch_outputs import open_results
from vedette.cli.batch_pictures import FolderPictures, Share
from vedette.cli.batch_results import ResultFiles, ResultLines, is_finished
from vedette.cli.batch_summary import BatchSummary
from vedette.cli.main import app
from vedette.errors import Busy, Missing, Wrong

LABELS = {"CustomLabels": [{"Name": "red", "Confidence": 90.0}]}


def fault(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "it said"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DetectCustomLabels")


def calls(ask, patience_s: float = 30.0) -> PictureCalls:
    return PictureCalls(ask, patience_s=patience_s, rate=RateLimit(0), stopped=threading.Event())


class Script:
    """Answers what it was told, in order."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)

    def __call__(self, name: str):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    "passing",
    [
        fault("ThrottlingException"),
        fault("ProvisionedThroughputExceededException"),
        fault("InternalServerError", 500),
        fault("Anything", 503),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_what_passes_is_waited_for(passing):
    assert calls(Script(passing, passing, LABELS)).result("a.jpg") == {"response": LABELS}


@pytest.mark.parametrize("code", ["InvalidImageFormatException", "ImageTooLargeException", "NoSuchKey"])
def test_what_is_wrong_with_a_picture_is_its_result(code):
    assert calls(Script(fault(code))).result("a.jpg") == {"error": f"{code}: it said"}


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ResourceNotFoundException", "ExpiredTokenException"]
)
def test_what_is_wrong_with_the_batch_ends_it(code):
    with pytest.raises(BatchEnds, match=f"{code}: it said"):
        calls(Script(fault(code))).result("a.jpg")


def test_patience_ends():
    with pytest.raises(BatchEnds, match="There was no answer for 0 s: ThrottlingException"):
        calls(Script(fault("ThrottlingException")), patience_s=0.1).result("a.jpg")


def test_a_file_that_cannot_be_read_is_its_result():
    assert calls(Script(PermissionError(13, "Permission denied"))).result("a.jpg") == {
        "error": "Permission denied"
    }


def test_a_rate_is_kept_over_all_threads():
    limit = RateLimit(50)
    began = time.monotonic()
    threads = [threading.Thread(target=lambda: [limit.wait() for _ in range(5)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began >= 19 / 50


def test_shares_are_the_whole_and_no_picture_is_of_two():
    names = [f"{number}.jpg" for number in range(500)]
    parts = [[name for name in names if Share(number, 3).holds(name)] for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    assert min(map(len, parts)) > 100
    assert Share.parse("") == Share(1, 1)
    assert Share.parse("2/3") == Share(2, 3)


@pytest.mark.parametrize("text", ["0/3", "4/3", "a/b", "2", "2/", "-1/3", "²/3"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(Wrong, match="is no share"):
        Share.parse(text)


def test_pictures_of_a_folder_come_in_order_without_hidden_ones(tmp_path):
    for name in ("b.JPG", "a/2.png", "a/1.jpeg", ".hidden.jpg", ".git/x.jpg", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert list(FolderPictures(tmp_path).names()) == ["a/1.jpeg", "a/2.png", "b.JPG"]
    with pytest.raises(Missing, match="There is no folder"):
        FolderPictures(tmp_path / "nothing")


def test_a_link_that_leads_back_shows_no_picture_twice(tmp_path, capsys):
    (tmp_path / "b").mkdir()
    for name in ("a.jpg", "b/c.jpg"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "b" / "up").symlink_to("..")
    with contextlib.suppress(OSError):  # a disk whose names are UTF-8
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe4d.jpg")).write_bytes(b"")
    names = list(FolderPictures(tmp_path).names())
    assert names == ["a.jpg", "b/c.jpg"]
    assert capsys.readouterr().err in ("", "Left out: 'b\\udce4d.jpg', whose name is not UTF-8.\n")


@pytest.mark.parametrize(
    ("summary", "sentence"),
    [("results.jsonl", "would lie over the results"), ("none/s.json", "cannot be"), (".", "cannot be")],
)
def test_a_summary_that_has_no_place_of_its_own_ends_it_before_it_begins(tmp_path, capsys, summary, sentence):
    out = tmp_path / "results.jsonl"
    out.write_text("{}\n")
    words = ["--project", "none", "--out", str(out), "--summary", str(tmp_path / summary)]
    with pytest.raises(SystemExit) as end:
        app(["batch", "detect", str(tmp_path), *words])
    assert end.value.code == 2
    assert sentence in capsys.readouterr().err
    assert out.read_text() == "{}\n"


def test_a_torn_line_is_removed_and_what_is_no_result_is_refused(tmp_path):
    out = tmp_path / "r.jsonl"
    lines = ResultLines(out)
    lines.put("a.jpg", {"response": LABELS})
    lines.close()
    whole = out.read_bytes()
    out.write_bytes(whole + b'{"source": "b.jp')
    again = ResultLines(out)
    assert again.finished() == {"a.jpg"}
    again.put("b.jpg", {"error": "E: no"})
    again.close()
    assert [json.loads(line)["source"] for line in out.read_text("utf-8").splitlines()] == ["a.jpg", "b.jpg"]
    foreign = tmp_path / "foreign.jsonl"
    foreign.write_text('{"a": 1}\n', "utf-8")
    with pytest.raises(Wrong, match=r"Line 1 of .* is no result of a batch"):
        ResultLines(foreign)
    assert foreign.read_text("utf-8") == '{"a": 1}\n'


def test_two_batches_do_not_write_one_file(tmp_path):
    first = ResultLines(tmp_path / "r.jsonl")
    with pytest.raises(Busy, match="Another batch writes"):
        ResultLines(tmp_path / "r.jsonl")
    first.close()
    ResultLines(tmp_path / "r.jsonl").close()
    with (tmp_path / "r.jsonl").open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nothing was left locked


def test_a_file_a_picture_holds_the_bare_response_with_the_mask_as_text(tmp_path):
    store = ResultFiles(tmp_path / "out")
    store.put("a/1.jpg", {"response": {"DetectAnomalyResult": {"AnomalyMask": b"\x89PNG"}}})
    store.put("s3://bucket/k/2.jpg", {"error": "E: no"})
    assert json.loads((tmp_path / "out/a/1.jpg.json").read_text("utf-8")) == {
        "DetectAnomalyResult": {"AnomalyMask": "iVBORw=="}
    }
    assert json.loads((tmp_path / "out/k/2.jpg.json").read_text("utf-8")) == {"error": "E: no"}
    finished = ResultFiles(tmp_path / "out").finished()
    assert is_finished("a/1.jpg", finished)
    assert is_finished("s3://bucket/k/2.jpg", finished)
    assert not is_finished("a/2.jpg", finished)


ASKED = AskedModel("1", "boards", "rekognition", "arn:v1", "2026-11-30T10:00:00+00:00", "aa", None)


@pytest.mark.parametrize(
    ("change", "words", "way"),
    [
        (
            {"model": "2", "arn": "arn:v2"},
            "by version 1 of boards; this is version 2 of boards.",
            "--version 1",
        ),
        (
            {"model": "2", "arn": "arn:v2", "confidence": 60.0},
            "by version 1 of boards; this is version 2 of boards.",
            "--version 1 --confidence -1",
        ),
        ({"created": "2026-11-30T11:00:00+00:00"}, "by version 1 of boards, made 2026-11-30T10:00:00", ""),
        ({"package": "bb"}, "by version 1 of boards before its package was changed", ""),
        (
            {"confidence": 60.0},
            "by version 1 of boards with labels from the model's own thresholds on",
            "--confidence -1",
        ),
    ],
)
@pytest.mark.parametrize("name", ["r.jsonl", "folder"])
def test_results_of_one_model_are_not_gone_on_with_by_another(tmp_path, name, change, words, way):
    out = tmp_path / name
    results = open_results(str(out), None)
    assert hold_model(results.note, ASKED, name, before=0, is_alone=results.is_alone) == ""
    results.put("a.jpg", {"response": LABELS})
    assert hold_model(results.note, ASKED, name, before=1, is_alone=results.is_alone) == ""
    assert hold_model(results.note, replace(ASKED, package=""), name, before=1, is_alone=False) == ""
    with pytest.raises(Wrong, match=re.escape(words)) as refusal:
        hold_model(results.note, replace(ASKED, **change), name, before=1, is_alone=results.is_alone)
    # Only what leads there: what is no more nobody goes on with.
    end = f", or go on as those began ({way})." if way else "."
    assert str(refusal.value).endswith(f"Name another place for these (--out){end}")
    results.close()
    again = open_results(str(out), None)
    assert again.finished() == {"a.jpg"}
    again.close()


def test_a_note_before_any_result_gives_way_only_where_nobody_else_writes(tmp_path):
    other, note = replace(ASKED, model="2", arn="arn:v2"), NoteFile(tmp_path / "r.model.json")
    hold_model(note, ASKED, "r", before=0, is_alone=True)
    with pytest.raises(Wrong, match="by version 1 of boards"):
        hold_model(note, other, "r", before=0, is_alone=False)
    assert hold_model(note, other, "r", before=0, is_alone=True) == ""
    assert json.loads(note.read())["arn"] == "arn:v2"
    assert [path.name for path in tmp_path.iterdir()] == ["r.model.json"]


def test_of_two_models_that_begin_at_once_in_one_folder_one_is_refused(tmp_path):
    other, ends = replace(ASKED, model="2", arn="arn:v2"), []

    def begin(asked):
        try:
            hold_model(NoteFile(tmp_path / ".model.json"), asked, "r", before=0, is_alone=False)
            ends.append("held")
        except Wrong:
            ends.append("refused")

    for _ in range(20):
        threads = [threading.Thread(target=begin, args=(asked,)) for asked in (ASKED, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (tmp_path / ".model.json").unlink()
    assert Counter(ends) == {"held": 20, "refused": 20}
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_links_has_its_note_too(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    note = NoteFile(tmp_path / "r.model.json")
    assert [note.write(b"1"), note.write(b"2"), note.read()] == [True, False, b"1"]
    assert [path.name for path in tmp_path.iterdir()] == ["r.model.json"]


def test_results_that_nothing_names_a_model_of_go_on_and_that_is_said(tmp_path):
    note = NoteFile(tmp_path / "r.model.json")
    doubt = hold_model(note, ASKED, "r", before=7, is_alone=True)
    assert doubt == "Nothing says which model gave the 7 results that are there."
    assert json.loads(note.read())["unknown_before"] == 7
    note.replace(b"[]")
    with pytest.raises(Wrong, match="names no model"):
        hold_model(note, ASKED, "r", before=7, is_alone=True)


@pytest.mark.parametrize("key", ["../out.jpg", "/etc/x.jpg", "a/../../b.jpg", "a//b.jpg", "./a.jpg"])
def test_a_key_leads_nowhere_out_of_the_folder(tmp_path, key):
    store = ResultFiles(tmp_path / "results")
    run = BatchRun(lambda _: {"response": LABELS}, store, BatchSummary())
    reason = run.all(iter([f"s3://bucket/{key}"]), 1, threading.Event())
    assert "cannot be the name of a file below" in reason
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_results_before_an_end_are_kept_and_the_rest_is_not_asked(tmp_path):
    asked: list[str] = []

    def ask(name: str):
        asked.append(name)
        if name == "5.jpg":
            raise BatchEnds("AccessDenied: no.")
        return {"response": LABELS}

    results = ResultLines(tmp_path / "r.jsonl")
    run = BatchRun(ask, results, BatchSummary())
    reason = run.all(iter([f"{number}.jpg" for number in range(100)]), 2, threading.Event())
    results.close()
    assert reason == "AccessDenied: no."
    names = {json.loads(line)["source"] for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines()}
    # Those that were still asked about when it ended are asked about again.
    assert names <= set(asked) - {"5.jpg"}
    assert len(asked) < 20


def test_a_full_disk_is_a_sentence():
    class Full:
        def finished(self):
            return set()

        def put(self, name, result):
            raise OSError(28, "No space left on device")

    run = BatchRun(lambda _: {"response": LABELS}, Full(), BatchSummary())
    assert run.all(iter(["a.jpg"]), 1, threading.Event()) == "No space left on device."


def test_a_summary_counts_verdicts_and_names_the_doubtful():
    summary = BatchSummary()
    for number in range(20):
        confidence = 50.0 + number * 2
        label = {"Name": "red" if number % 2 else "blue", "Confidence": confidence}
        summary.add(f"{number:02}.jpg", {"response": {"CustomLabels": [label]}})
    summary.add("nothing.jpg", {"response": {"CustomLabels": []}})
    summary.add("bad.jpg", {"error": "InvalidImageFormatException: no"})
    anomalous = {
        "IsAnomalous": True,
        "Confidence": 0.99,
        "Anomalies": [{"Name": "background"}, {"Name": "rust"}],
    }
    summary.add("l.jpg", {"response": {"DetectAnomalyResult": anomalous}})
    summary.add("n.jpg", {"response": {"DetectAnomalyResult": {"IsAnomalous": False, "Confidence": 1.0}}})
    document = summary.document()
    assert document["pictures"] == 24
    assert document["failed"] == {"InvalidImageFormatException": 1}
    assert document["verdicts"] == {"blue": 10, "red": 10, "nothing": 1, "rust": 1, "normal": 1}
    assert sum(document["confidence"]["counts"]) == 23
    doubtful = [entry["source"] for entry in document["doubtful"]]
    assert doubtful == ["nothing.jpg", *(f"{number:02}.jpg" for number in range(9))]
    lines = summary.lines()
    assert lines[0] == "24 pictures, 1 of them without an answer."
    assert "    0%  nothing.jpg  nothing" in lines
    assert BatchSummary().lines() == ["0 pictures, 0 of them without an answer."]


# Against a server


def picture(color: tuple[int, int, int]) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (96, 64), color).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def version_status(client, project, version) -> str:
    del project
    answer = client.describe_project_versions(ProjectArn=str(version.project.arn))
    return answer["ProjectVersionDescriptions"][0]["Status"]


def model_status(client, project, version) -> str:
    answer = client.describe_model(ProjectName=project, ModelVersion=version.name)
    return answer["ModelDescription"]["Status"]


@pytest.fixture(scope="module", params=["rekognition", "lookoutvision"])
def running(request, server, tmp_path_factory):
    """A running model of either service, and a folder of thirty pictures and one that is none."""
    service, project = request.param, f"batch-{request.param}"
    task = "classification" if service == "rekognition" else "segmentation"
    version = put_version(server.data, service, project, task, account="000000000000")
    client = server.client(service)
    if service == "rekognition":
        client.start_project_version(ProjectVersionArn=str(version.arn), MinInferenceUnits=1)
    else:
        client.start_model(ProjectName=project, ModelVersion=version.name, MinInferenceUnits=1)
    look = {"rekognition": version_status, "lookoutvision": model_status}[service]
    end = time.monotonic() + 60
    while (status := look(client, project, version)) not in ("RUNNING", "HOSTED"):
        assert time.monotonic() < end, status
        time.sleep(0.1)
    folder = tmp_path_factory.mktemp("batch") / "in"
    folder.mkdir()
    for number in range(30):
        color = (250, 0, 0) if number % 3 == 0 else (0, number * 8, 250)
        (folder / f"{number:02}.jpg").write_bytes(picture(color))
    (folder / "broken.jpg").write_bytes(b"no picture")
    yield server, service, project, folder
    if service == "rekognition":
        client.stop_project_version(ProjectVersionArn=str(version.arn))
    else:
        client.stop_model(ProjectName=project, ModelVersion=version.name)


def put_newer(server, service, project):
    task = "classification" if service == "rekognition" else "segmentation"
    name = "newer" if service == "rekognition" else ""
    return put_version(server.data, service, project, task, account="000000000000", name=name)


def newest(client, project) -> str:
    if project.scope.service == "rekognition":
        answer = client.describe_project_versions(ProjectArn=str(project.arn))
        return answer["ProjectVersionDescriptions"][0]["ProjectVersionArn"]
    return client.list_models(ProjectName=project.name)["Models"][0]["ModelArn"]


def drop(server, version) -> None:
    """Delete a version, and wait until the newest is another."""
    project, end = version.project, time.monotonic() + 30
    client = server.client(project.scope.service)
    if project.scope.service == "rekognition":
        client.delete_project_version(ProjectVersionArn=str(version.arn))
    else:
        client.delete_model(ProjectName=project.name, ModelVersion=version.name)
    while newest(client, project) == str(version.arn):
        assert time.monotonic() < end
        time.sleep(0.1)


def typed(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        app(list(words))
    captured = capsys.readouterr()
    return int(end.value.code or 0), captured.out, captured.err


def test_a_folder_is_asked_about_once_into_a_file(running, tmp_path, capsys):
    server, service, project, folder = running
    out, summary = tmp_path / "r.jsonl", tmp_path / "s.json"
    words = ["batch", "detect", str(folder), "--project", project, "--service", service, "--out", str(out)]
    words += ["--endpoint", server.address, "--data", str(server.data), "--summary", str(summary)]
    words += ["--draw", str(tmp_path / "drawn")]
    code, said, err = typed(capsys, *words)
    assert code == 0, err
    assert "31 pictures, 1 of them without an answer." in said
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert Counter(line["source"] for line in lines) == Counter(path.name for path in folder.iterdir())
    assert [line["source"] for line in lines if "error" in line] == ["broken.jpg"]
    first = next(line for line in lines if line["source"] == "00.jpg")["response"]
    if service == "rekognition":
        assert first["CustomLabels"][0]["Name"] == "red"
    else:
        assert first["DetectAnomalyResult"]["IsAnomalous"] is True
    document, note = (
        json.loads(path.read_text("utf-8")) for path in (summary, tmp_path / "r.jsonl.model.json")
    )
    assert (document["pictures"], document["arn"]) == (31, note["arn"])
    assert len(note["package"]) == 64
    assert f": {note['arn']}\n" in said
    drawn = {path.name for path in (tmp_path / "drawn").glob("*.drawn.jpg")}
    assert drawn == {f"{path.name}.drawn.jpg" for path in folder.iterdir() if path.name != "broken.jpg"}
    before = out.read_bytes()
    code, said, err = typed(capsys, *words)
    assert code == 0
    assert "31 pictures have a result already." in err
    assert out.read_bytes() == before
    newer = put_newer(server, service, project)
    code, _, err = typed(capsys, *words)
    assert (code, "or go on as those began (--version" in err) == (2, True), err
    assert out.read_bytes() == before
    drop(server, newer)


def test_a_prefix_is_asked_about_into_a_prefix_by_two_machines(running, capsys):
    server, service, project, folder = running
    s3, bucket = server.client("s3"), f"batch-{service}"
    s3.create_bucket(Bucket=bucket)
    for path in folder.iterdir():
        s3.put_object(Bucket=bucket, Key=f"in/{path.name}", Body=path.read_bytes())
    words = ["batch", "detect", f"s3://{bucket}/in/", "--project", project, "--service", service]
    words += ["--out", f"s3://{bucket}/out", "--endpoint", server.address, "--data", str(server.data)]
    counts = []
    for share in ("1/2", "2/2"):
        code, said, err = typed(capsys, *words, "--share", share)
        assert code == 0, err
        counts.append(int(said.split()[0]))
    assert sum(counts) == 31
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix="out/")["Contents"]]
    assert keys == ["out/.model.json", *(f"out/in/{path.name}.json" for path in sorted(folder.iterdir()))]
    code, said, err = typed(capsys, *words)
    assert said.startswith("0 pictures, ")


def test_a_model_that_does_not_run_is_waited_for_and_then_said(server, tmp_path, capsys):
    put_version(server.data, "rekognition", "batch-stopped", "classification", account="000000000000")
    (tmp_path / "a.jpg").write_bytes(picture((250, 0, 0)))
    where = ["--endpoint", server.address, "--data", str(server.data), "--patience", "0.5"]
    out = ["--out", str(tmp_path / "r.jsonl")]
    code, _, err = typed(capsys, "batch", "detect", str(tmp_path), "--project", "batch-stopped", *out, *where)
    assert code == 1
    assert "Not finished: There was no answer for 0 s: ResourceNotReadyException" in err
    assert "The same command goes on from here." in err
    assert (tmp_path / "r.jsonl").read_bytes() == b""


@pytest.mark.slow
@pytest.mark.parametrize("running", ["rekognition"], indirect=True)
def test_killed_ten_times_every_picture_has_one_result(running, tmp_path):
    server, _, project, folder = running
    many = tmp_path / "many"
    many.mkdir()
    for number in range(400):
        os.link(folder / f"{number % 30:02}.jpg", many / f"{number:03}.jpg")
    out, chance, kills = tmp_path / "r.jsonl", random.Random(5), 0
    words = ["batch", "detect", str(many), "--project", project, "--out", str(out), "--clients", "2"]
    program = [sys.executable, "-m", "vedette", *words]
    for _ in range(10):
        lines = out.read_bytes().count(b"\n") if out.exists() else 0
        process = subprocess.Popen(
            program, env=customer(server, tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # Killed when it has written some more, wherever it is then.
        goal, end = lines + chance.randrange(1, 30), time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            if out.exists() and out.read_bytes().count(b"\n") >= goal:
                break
            time.sleep(0.005)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills >= 5
    subprocess.run(program, env=customer(server, tmp_path), check=True, capture_output=True)
    sources = [json.loads(line)["source"] for line in out.read_text("utf-8").splitlines()]
    assert Counter(sources) == Counter(path.name for path in many.iterdir())


def test_results_stand_whole_where_a_run_is_killed_while_it_writes_files(tmp_path):
    store = ResultFiles(tmp_path / "out")
    # What a kill between the writing and the renaming leaves.
    (tmp_path / "out" / ".a.jpg.json.part").write_text('{"half', "utf-8")
    assert store.finished() == set()
    store.put("a.jpg", {"response": LABELS})
    assert [path.name for path in Path(tmp_path / "out").iterdir()] == ["a.jpg.json"]
