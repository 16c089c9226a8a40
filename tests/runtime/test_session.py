"""How a network's threads wait: asleep, or spinning where each of them has a core to itself."""

import contextlib

import numpy as np
import onnxruntime
import pytest

from doubles import graphs
from vedette.runtime.session import OnnxSession

AFFINITIES = "session.intra_op_thread_affinities"
PICTURES = np.full((1, 8, 8, 3), 51, np.uint8)


@pytest.fixture
def runs(monkeypatch):
    """Record for each run whether its session spins, and for each session whether it ends that with a run."""
    sessions, runs = [], []
    opened = onnxruntime.InferenceSession

    class RecordingSession:
        def __init__(self, source, options, **rest):
            self.spins = options.get_session_config_entry("session.intra_op.allow_spinning") == "1"
            sessions.append(self.spins)
            if self.spins:
                assert options.get_session_config_entry("session.force_spinning_stop") == "1"
            self._session = opened(source, options, **rest)

        def run(self, *arguments):
            runs.append(self.spins)
            return self._session.run(*arguments)

        def __getattr__(self, name):
            return getattr(self._session, name)

    monkeypatch.setattr(onnxruntime, "InferenceSession", RecordingSession)
    return sessions, runs


def recorded(monkeypatch):
    """Return the options of all sessions that are opened from here on."""
    every = []
    whole = onnxruntime.InferenceSession

    def record(source, options, **others):
        every.append(options)
        return whole(source, options, **others)

    monkeypatch.setattr(onnxruntime, "InferenceSession", record)
    return every


def opened(**options):
    return OnnxSession(graphs.brightness_scores(), "classification", name="it", **options)


@pytest.mark.parametrize(("idle", "spins"), [(0, False), (2, False), (3, True), (60, True)])
def test_four_threads_spin_where_three_cores_are_idle_beside_ones_own(runs, idle, spins):
    session = opened(threads=4, idle_cores=lambda: idle)
    outputs = session.run(PICTURES)
    assert runs == ([False, True], [spins])
    assert outputs["scores"].tolist() == [pytest.approx([0.2, 0.8])]


def test_each_run_looks_anew(runs):
    idle = iter([1, 0, 1])
    session = opened(threads=2, idle_cores=lambda: next(idle))
    for _ in range(3):
        session.run(PICTURES)
    assert runs[1] == [True, False, True]


@pytest.mark.parametrize("options", [{"threads": 1, "idle_cores": lambda: 9}, {"threads": 4}, {}])
def test_one_thread_or_nobody_who_tells_of_idle_cores_needs_one_session(runs, options):
    opened(**options).run(PICTURES)
    assert runs == ([False], [False])


def test_both_sessions_are_warmed(runs):
    opened(threads=2, idle_cores=lambda: 0).warm(PICTURES)
    assert runs[1] == [False, False, True, True]


def test_threads_that_spin_for_a_while_need_one_session(monkeypatch):
    options = recorded(monkeypatch)
    session = opened(threads=2, spin_us=200)
    assert [
        entry.get_session_config_entry(name)
        for entry in options
        for name in ("session.intra_op.allow_spinning", "session.intra_op.spin_duration_us")
    ] == ["1", "200"]
    assert session.run(PICTURES)["scores"].tolist() == [pytest.approx([0.2, 0.8])]


@pytest.mark.parametrize("spin_us", [0, 200])
def test_no_option_is_said_twice_for_onnx_runtime_to_warn_of(capfd, spin_us):
    opened(threads=2, spin_us=spin_us).run(PICTURES)
    assert capfd.readouterr().err == ""


def test_one_thread_has_nobody_who_could_spin(monkeypatch):
    options = recorded(monkeypatch)
    opened(threads=1, spin_us=200)
    assert [entry.get_session_config_entry("session.intra_op.allow_spinning") for entry in options] == ["0"]


def test_what_the_first_runs_of_a_shape_took_is_given_back(monkeypatch):
    given_back = []
    whole = onnxruntime.RunOptions

    class RecordingOptions(whole):
        def __init__(self):
            super().__init__()
            given_back.append(False)

        def add_run_config_entry(self, name, value):
            given_back[-1] = (name, value) == ("memory.enable_memory_arena_shrinkage", "cpu:0")
            super().add_run_config_entry(name, value)

    monkeypatch.setattr(onnxruntime, "RunOptions", RecordingOptions)
    session = opened(threads=1)
    for count in (1, 1, 1, 4, 1, 4, 4):
        session.run(PICTURES.repeat(count, axis=0))
    assert given_back == [True, True, False, True, False, True, False]


@pytest.mark.parametrize(("threads", "places"), [(3, "1,3;1,3"), (2, "1,3"), (1, ""), (None, "")])
def test_the_threads_that_help_run_where_they_are_told(monkeypatch, threads, places):
    entries = []
    whole = onnxruntime.InferenceSession

    def record(source, options, **others):
        with contextlib.suppress(RuntimeError):  # there is no such entry
            entries.append(options.get_session_config_entry(AFFINITIES))
        return whole(source, options, **others)

    monkeypatch.setattr(onnxruntime, "InferenceSession", record)
    opened(threads=threads, pool_cores=(0, 2))
    assert entries == ([places] if places else [])
