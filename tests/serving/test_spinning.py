"""When the threads of a unit spin: as its server was told."""

import numpy as np
import onnxruntime
import pytest

from doubles.packages import tiny_package
from vedette.cores import IdleCores
from vedette.errors import Wrong
from vedette.settings import read_settings
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


@pytest.mark.parametrize(
    ("threads_spin", "idle", "spins"),
    [
        ("idle", 1, True),
        ("idle", 0, False),
        ("never", 1, False),
        ("always", 0, True),
    ],
)
def test_a_unit_spins_as_it_was_told(tmp_path, monkeypatch, runs, threads_spin, idle, spins):
    monkeypatch.setattr(IdleCores, "count", lambda _: idle)
    monkeypatch.setattr(infer, "count_cores", lambda: 2)
    tiny_package(tmp_path / "model", "classification")
    order = {"package": str(tmp_path / "model"), "threads": 2, "threads_spin": threads_spin}
    model = infer.open_model(order)
    model.detect(np.zeros((*model.facts.input_size, 3), np.uint8))
    assert runs == [spins]


@pytest.mark.parametrize("word", ["sometimes", "IDLE", ""])
def test_another_word_is_refused(monkeypatch, word):
    monkeypatch.setenv("VEDETTE_UNIT_THREADS_SPIN", word)
    with pytest.raises(Wrong, match="VEDETTE_UNIT_THREADS_SPIN"):
        read_settings()
