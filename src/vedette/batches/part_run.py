"""The job of a part: its pictures looked at, its results written as one object, and that noted, each once.

A run that is cut off leaves nothing, or an object that the next run replaces by one with the same results:
the part is done when the transaction says so, and not before. On a full disk it waits until there is room.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.batches import records
from vedette.batches.listing import SUM_UP, SumUpBatch
from vedette.batches.looking import BatchLook, PictureOutcome
from vedette.batches.result_files import TYPES, as_lines, part_name
from vedette.batches.tallies import BatchTally
from vedette.batches.tools import BatchTools, denied
from vedette.batches.values import BatchState
from vedette.cores import count_cores
from vedette.errors import NoSpace, Refusal
from vedette.identity.principal import Principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.metering.confidence import counted_confidence
from vedette.projects.version import Version
from vedette.store.disk import disk_refusal

log = logging.getLogger(__name__)

PART = "batch-part"
# Each has a process with a model in memory, of low priority: what is asked at the doors goes first.
PROCESSES = max(1, min(count_cores(), 8))
PARTS = WorkQueue("batch parts", PROCESSES)
# Pictures that a process is asked about at once: a stop waits for no more.
AT_ONCE = 10
# A page shows so many of the pictures that the model is least sure of.
DOUBTFUL = 24
AGAIN_S, LONGEST_S = 2.0, 30.0


@dataclass(frozen=True, slots=True)
class RunPart:
    """Look at a part of a batch."""

    batch: str
    number: int

    @property
    def subject(self) -> str:
        """What the job is about: a part has one at a time."""
        return f"{self.batch}/{self.number}"


def part_kind(tools: BatchTools, jobs: JobRunner) -> JobKind[RunPart]:
    """Return the kind of job, with these tools."""
    return JobKind(
        PART,
        RunPart,
        PARTS,
        lambda context, order: _PartRun(tools, jobs, context, order).run(),
        lambda context, order, problem: tools.fail(context, order.batch, problem),
    )


class _PartRun:
    """One run of a part, from its beginning."""

    def __init__(self, tools: BatchTools, jobs: JobRunner, context: JobContext, order: RunPart) -> None:
        self._tools = tools
        self._jobs = jobs
        self._context = context
        self._order = order
        self._state, self._project = tools.find(order.batch)

    def run(self) -> None:
        pause_s = AGAIN_S
        while True:
            try:
                return self._run_once()
            except Exception as error:
                if not isinstance(error if isinstance(error, Refusal) else disk_refusal(error), NoSpace):
                    raise
                log.warning("batch %s waits: the disk is full", self._order.batch)
            if self._context.pause(pause_s):
                raise JobCancelled if self._context.is_cancelled() else JobInterrupted
            pause_s = min(2 * pause_s, LONGEST_S)

    def _run_once(self) -> None:
        with self._tools.database.read() as connection:
            keys = records.keys_of(connection, self._order.batch, self._order.number)
        if keys is None or self._state.status != "running":
            return  # it is done, or the batch is over: the job ends without a trace
        version = self._tools.same_model(self._state)
        caller = self._tools.caller(self._state, version)
        self._tools.database.require_room()
        outcomes = self._look(keys, version, caller)
        tally = self._write(outcomes, caller)
        self._commit(tally)
        self._count(str(version.arn), outcomes)

    def _look(self, keys: Sequence[str], version: Version, caller: Principal) -> list[PictureOutcome]:
        folder = self._tools.folder / f"{self._order.batch}-{self._order.number}"
        pictures = BatchLook(self._tools, self._state, version, caller, self._bucket, folder)
        outcomes: list[PictureOutcome] = []
        for start in range(0, len(keys), AT_ONCE):
            self._tools.leave_if_asked(self._context, self._order.batch)
            outcomes += pictures.look(keys[start : start + AT_ONCE])
        # A process that was ended by a stop of the server says nothing about its picture.
        self._tools.leave_if_asked(self._context, self._order.batch)
        return outcomes

    @property
    def _bucket(self) -> str:
        return self._state.wish.source.removeprefix("s3://").partition("/")[0]

    def _write(self, outcomes: Sequence[PictureOutcome], caller: Principal) -> BatchTally:
        """Put the part's object into the bucket; return what came of its pictures."""
        wish, tally = self._state.wish, BatchTally(DOUBTFUL)
        bucket, _, prefix = wish.address.removeprefix("s3://").partition("/")
        key = prefix + part_name(self._order.number, wish.form)
        rows = [self._row(outcome, tally) for outcome in outcomes]
        if not self._tools.access.may_write(caller, bucket, key):
            raise denied(caller, "s3:PutObject", f"{bucket}/{key}")
        self._tools.blobs.put(bucket, key, as_lines(rows), content_type=TYPES[wish.form])
        return tally

    def _row(self, outcome: PictureOutcome, tally: BatchTally) -> dict[str, Any]:
        source, result = f"s3://{self._bucket}/{outcome.key}", outcome.result
        if result is None:
            tally.add_failure(outcome.problem)
            return {"source": source, "error": outcome.problem}
        names = sorted({finding.label for finding in result.findings})
        if result.is_anomalous is None:
            sure = max((finding.confidence for finding in result.findings), default=0.0)
            tally.add(source, names or ["nothing"], sure)
        else:
            verdicts = (names or ["anomaly"]) if result.is_anomalous else ["normal"]
            tally.add(source, verdicts, float(result.confidence or 0.0))
        return {"source": source, "response": self._project.dialect.write_response(result)}

    def _commit(self, tally: BatchTally) -> None:
        """Note the part as done with what came of it; with the last one the summary is written."""
        batch, number = None, self._order.batch
        with self._tools.database.write() as connection:
            state = records.find(connection, number)
            if state is not None:
                self._keep(connection, state, tally)
                if state.status == "running" and not records.count_undone(connection, state.id):
                    job = NewJob(SUM_UP, state.id, self._project.scope.account, SumUpBatch(state.id))
                    batch = self._jobs.add(connection, job)
            self._context.end(connection)
        if batch is not None:
            self._jobs.begin(SUM_UP, batch)

    def _keep(self, connection: Any, state: BatchState, tally: BatchTally) -> None:
        whole = BatchTally(DOUBTFUL)
        whole.merge(state.tally)
        whole.merge(tally.document())
        records.mark_done(connection, state.id, self._order.number)
        records.keep_tally(connection, state.id, whole.document(), self._tools.now_ms())

    def _count(self, arn: str, outcomes: Sequence[PictureOutcome]) -> None:
        """Meter the pictures as calls are: nothing for what was cut off, once for what is written."""
        for outcome in outcomes:
            result = outcome.result
            if result is None:
                self._tools.meter.count(arn, {"invalid": 1})
                continue
            figures = {"answered": 1, "ms": outcome.ms, "findings": len(result.findings)}
            confidences = (finding.confidence for finding in result.findings)
            figures |= counted_confidence(result.confidence, confidences)
            if result.is_anomalous:
                figures["anomalies"] = 1
            self._tools.meter.count(arn, figures)
