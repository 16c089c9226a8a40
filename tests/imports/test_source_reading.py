"""The process that reads a source: it ends when its job is to be left, whatever it is at."""

import threading
from types import SimpleNamespace

import pytest

from vedette.engines.port import Event
from vedette.imports.source_reading import _staged
from vedette.imports.staging import FILES, StagingOrder
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted


class SlowEngine:
    """Runs one job, which is at its first block until it is cancelled."""

    def __init__(self):
        self.begun, self._over = threading.Event(), threading.Event()

    def submit(self, job):
        return job.name

    def events(self, run):
        self.begun.set()
        assert self._over.wait(20), "nobody ended it"
        yield Event("cancelled")

    def cancel(self, run):
        self._over.set()


@pytest.mark.parametrize(("is_cancelled", "outcome"), [(True, JobCancelled), (False, JobInterrupted)])
def test_nobody_waits_for_a_block_that_is_being_drawn(tmp_path, is_cancelled, outcome):
    (tmp_path / FILES).mkdir()
    engine, context = SlowEngine(), JobContext(1, "import", tries=1, end=lambda _: True)
    order = StagingOrder(str(tmp_path), "coco", "lookoutvision", masks=str(tmp_path), masks_from="shapes")

    def leave():
        engine.begun.wait(20)
        context.leave(cancelled=is_cancelled)

    threading.Thread(target=leave, daemon=True).start()
    with pytest.raises(outcome):
        list(_staged(SimpleNamespace(engine=engine, small=1), context, order))
