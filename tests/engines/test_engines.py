"""Every engine keeps the port's promise: one set of tests for all of them."""

import errno
import os
import re
from pathlib import Path

import pytest

from doubles.engine import InAThread
from vedette.engines.choose import open_engine
from vedette.engines.jobs import JOBS, resolve
from vedette.engines.local import LocalEngine
from vedette.engines.port import Event, Job, JobFiles
from vedette.engines.ray_engine import RayEngine
from vedette.errors import Missing
from vedette.store.disk import NO_SPACE

TESTS = Path(__file__).parent.parent
JOBS_HERE = "doubles.jobs"


@pytest.fixture(autouse=True)
def processes_find_the_jobs(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


@pytest.fixture(params=[InAThread, LocalEngine, pytest.param(RayEngine, marks=pytest.mark.ray)])
def engine(request):
    if request.param is RayEngine:
        return RayEngine(request.getfixturevalue("ray_plan"))
    return request.param()


def job(name, order=None, files=None):
    """Return a job that may run on any machine."""
    return Job(name if ":" not in name else f"{JOBS_HERE}{name}", order or {}, files or JobFiles())


def test_a_run_says_its_progress_and_then_its_result(engine):
    run = engine.submit(job(":count", {"of": 2}))
    assert list(engine.events(run)) == [
        Event("progress", {"stage": "counting", "done": 1, "of": 2}),
        Event("progress", {"stage": "counting", "done": 2, "of": 2}),
        Event("done", {"sum": 2}),
    ]


@pytest.mark.parametrize(
    ("number", "name", "sentence"),
    [
        (errno.ENOSPC, "NoSpace", NO_SPACE),
        (errno.EROFS, "Unwritable", "The server's disk cannot be used: the disk refuses."),
    ],
)
def test_a_disk_that_refuses_is_told_without_its_path(engine, number, name, sentence):
    (event,) = engine.events(engine.submit(job(":choke", {"errno": number})))
    if isinstance(engine, RayEngine):  # which is another machine's disk, and another one has one too
        assert re.fullmatch(r"The disk of the node [\d.]+ refuses: .*", event.facts["sentence"])
        assert "refusal" not in event.facts
        return
    assert event == Event("failed", {"sentence": sentence, "refusal": name})


def test_a_refusal_is_told_by_its_sentence_and_name(engine):
    run = engine.submit(job(":refuse"))
    assert list(engine.events(run)) == [
        Event("failed", {"sentence": "Nothing can be counted.", "refusal": "Wrong"})
    ]


def test_a_defect_is_told_with_its_traceback(engine):
    (event,) = engine.events(engine.submit(job(":stumble", {"by": 0})))
    assert event.kind == "failed"
    assert event.facts["sentence"] == "ZeroDivisionError: division by zero"
    assert "in stumble" in event.facts["traceback"]


def test_a_job_nobody_knows_fails_as_an_event(engine):
    (event,) = engine.events(engine.submit(job("juggle")))
    assert event.facts == {"sentence": "There is no job named juggle.", "refusal": "Missing"}


def test_a_cancelled_run_ends_soon_and_says_so(engine):
    run = engine.submit(job(":wait"))
    events = engine.events(run)
    assert next(events).kind == "said"
    engine.cancel(run)
    assert [event.kind for event in events] == ["cancelled"]


def test_what_a_job_writes_is_there_with_the_event_that_tells_of_it(engine, tmp_path):
    folder = tmp_path / "7"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "a.txt").write_text("seen")
    (folder / "left").mkdir()
    (folder / "left" / "over.txt").write_text("by a worker that was killed")
    files = JobFiles(folder="folder", cache="cache")
    order = {"folder": str(folder), "cache": str(tmp_path / "cache")}
    events = engine.events(engine.submit(job(":write", order, files)))
    assert next(events) == Event("progress", {"stage": "writing", "done": 1, "of": 2})
    assert (folder / "tested").read_text() == "[1]"
    assert list(events) == [Event("done", {"found": "seen"})]
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        "pictures/a.txt",
        "tested",
        "package/model.onnx",
        "empty",
        "result.json",
    }
    assert (folder / "package" / "model.onnx").stat().st_size == 9 << 20
    assert (folder / "result.json").read_text() == "{}"


def test_what_an_earlier_run_left_is_told_from_what_this_one_writes(engine, tmp_path):
    order, files = {"folder": str(tmp_path)}, JobFiles(folder="folder")
    (tmp_path / "count").write_text("1")
    for _ in range(2):
        assert [event.kind for event in engine.events(engine.submit(job(":add", order, files)))] == ["done"]
    assert (tmp_path / "count").read_text() == "3"


def test_a_process_that_does_not_stop_when_asked_is_killed():
    engine = LocalEngine(grace_s=0.2)
    run = engine.submit(job(":ignore"))
    events = engine.events(run)
    pid = next(events).facts["pid"]
    engine.cancel(run)
    assert [event.kind for event in events] == ["cancelled"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    "engine", [LocalEngine, pytest.param(RayEngine, marks=pytest.mark.ray)], indirect=True
)
def test_a_process_that_dies_without_a_word_has_failed(engine):
    (event,) = engine.events(engine.submit(job(":die")))
    assert event == Event("failed", {"sentence": "The process of the job ended with status 3."})


@pytest.mark.parametrize("name", JOBS)
def test_every_job_can_be_resolved(name):
    assert callable(resolve(name))


def test_a_job_without_a_function_is_missing():
    with pytest.raises(Missing):
        resolve("juggle")


def test_the_engine_of_an_installation_is_the_local_one():
    assert isinstance(open_engine(), LocalEngine)
