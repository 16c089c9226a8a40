"""When the threads of a unit spin: where they have cores to themselves."""

import numpy as np
import onnxruntime
import pytest

from doubles.packages import tiny_package
from vedette.cores import IdleCores
from vedette.workers import infer

SPIN = "session.intra_op.allow_spinning"


@pytest.fixture
def runs(monkeypatch):
    """Whether the threads of each run spun, in order."""
    spun: list[bool] = []
    whole = onnxruntime.InferenceSession

    class RecordingSession:
        def __init__(self, source, options, **others):
            self._spins = options.get_session_config_entry(SPIN) == "1"
            self._session = whole(source, options, **others)

        def run(self, *arguments):
            spun.append(self._spins)
            return self._session.run(*arguments)

        def __getattr__(self, name):
            return getattr(self._session, name)

    monkeypatch.setattr(onnxruntime, "InferenceSession", RecordingSession)
    return spun


@pytest.mark.parametrize(("idle", "spins"), [(1, True), (0, False)])
def test_a_unit_spins_where_its_threads_have_idle_cores(tmp_path, monkeypatch, runs, idle, spins):
    monkeypatch.setattr(IdleCores, "count", lambda _: idle)
    monkeypatch.setattr(infer, "count_cores", lambda: 2)
    tiny_package(tmp_path / "model", "classification")
    model = infer.open_model({"package": str(tmp_path / "model"), "threads": 2})
    model.detect(np.zeros((*model.facts.input_size, 3), np.uint8))
    assert runs == [spins]
