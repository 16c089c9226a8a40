"""Every engine keeps the port's promise: one set of tests for all of them."""

import errno
import os
from pathlib import Path

import pytest

from doubles.engine import InAThread
from vedette.engines.choose import open_engine
from vedette.engines.jobs import JOBS, resolve
from vedette.engines.local import LocalEngine
from vedette.engines.port import Event, Job
from vedette.errors import Missing
from vedette.store.disk import NO_SPACE

TESTS = Path(__file__).parent.parent
JOBS_HERE = "doubles.jobs"


@pytest.fixture(autouse=True)
def processes_find_the_jobs(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


@pytest.fixture(params=[InAThread, LocalEngine])
def engine(request):
    return request.param()


def test_a_run_says_its_progress_and_then_its_result(engine):
    run = engine.submit(Job(f"{JOBS_HERE}:count", {"of": 2}))
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
    run = engine.submit(Job(f"{JOBS_HERE}:choke", {"errno": number}))
    assert list(engine.events(run)) == [Event("failed", {"sentence": sentence, "refusal": name})]


def test_a_refusal_is_told_by_its_sentence_and_name(engine):
    run = engine.submit(Job(f"{JOBS_HERE}:refuse"))
    assert list(engine.events(run)) == [
        Event("failed", {"sentence": "Nothing can be counted.", "refusal": "Wrong"})
    ]


def test_a_defect_is_told_with_its_traceback(engine):
    (event,) = engine.events(engine.submit(Job(f"{JOBS_HERE}:stumble", {"by": 0})))
    assert event.kind == "failed"
    assert event.facts["sentence"] == "ZeroDivisionError: division by zero"
    assert "in stumble" in event.facts["traceback"]


def test_a_job_nobody_knows_fails_as_an_event(engine):
    (event,) = engine.events(engine.submit(Job("juggle")))
    assert event.facts == {"sentence": "There is no job named juggle.", "refusal": "Missing"}


def test_a_cancelled_run_ends_soon_and_says_so(engine):
    run = engine.submit(Job(f"{JOBS_HERE}:wait"))
    events = engine.events(run)
    assert next(events).kind == "said"
    engine.cancel(run)
    assert [event.kind for event in events] == ["cancelled"]


def test_a_process_that_does_not_stop_when_asked_is_killed():
    engine = LocalEngine(grace_s=0.2)
    run = engine.submit(Job(f"{JOBS_HERE}:ignore"))
    events = engine.events(run)
    pid = next(events).facts["pid"]
    engine.cancel(run)
    assert [event.kind for event in events] == ["cancelled"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_process_that_dies_without_a_word_has_failed():
    engine = LocalEngine()
    (event,) = engine.events(engine.submit(Job(f"{JOBS_HERE}:die")))
    assert event == Event("failed", {"sentence": "The process of the job ended with status 3."})


@pytest.mark.parametrize("name", JOBS)
def test_every_job_can_be_resolved(name):
    assert callable(resolve(name))


def test_a_job_without_a_function_is_missing():
    with pytest.raises(Missing):
        resolve("juggle")


def test_the_engine_of_an_installation_is_the_local_one():
    assert isinstance(open_engine(), LocalEngine)
