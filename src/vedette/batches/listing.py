"""The jobs before and after: the pictures below an address listed in parts, and the summary written.

Parts are small at first, so that a batch of some thousands is shared by all servers, and larger then, so that
one of a million has a thousand objects of results. None begins before all are listed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import orjson

from vedette.batches import records
from vedette.batches.tools import BatchTools, denied
from vedette.batches.values import MOST_PICTURES, BatchState
from vedette.errors import TooMuch, Wrong
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobKind, WorkQueue
from vedette.manifest.places import is_s3, split_s3

LIST, SUM_UP = "batch-list", "batch-sum-up"
KEEPING = WorkQueue("batches", 1)
ENDINGS = (".jpg", ".jpeg", ".png")
# So many pictures in each of the first parts, and in each of those behind.
FIRST_PARTS, SMALL, LARGE = 100, 100, 1000
SUMMARY = "summary.json"

# Writes the jobs of parts down in the transaction that says all are listed; returns what begins them then.
AddParts = Callable[..., Callable[[], None]]


@dataclass(frozen=True, slots=True)
class ListBatch:
    """List the pictures of a batch."""

    batch: str


@dataclass(frozen=True, slots=True)
class SumUpBatch:
    """Write the summary of a batch, and end it."""

    batch: str


def listing_kind(tools: BatchTools, add_parts: AddParts) -> JobKind[ListBatch]:
    """Return the kind of job that lists."""
    return JobKind(
        LIST,
        ListBatch,
        KEEPING,
        lambda context, order: BatchListing(tools, context, order.batch, add_parts).run(),
        lambda context, order, problem: tools.fail(context, order.batch, problem),
    )


def summing_kind(tools: BatchTools) -> JobKind[SumUpBatch]:
    """Return the kind of job that sums up."""
    return JobKind(
        SUM_UP,
        SumUpBatch,
        KEEPING,
        lambda context, order: sum_up(tools, context, order.batch),
        lambda context, order, problem: tools.fail(context, order.batch, problem),
    )


@dataclass(frozen=True, slots=True)
class BatchListing:
    """One run of the listing, from its beginning: what an earlier one has listed is listed again."""

    tools: BatchTools
    context: JobContext
    batch: str
    add_parts: AddParts

    def run(self) -> None:
        """List all, and let the parts begin in the transaction that says so."""
        tools = self.tools
        state, project = tools.find(self.batch)
        version = tools.version(state)
        caller = tools.caller(state, version)
        bucket, _, prefix = state.wish.source.removeprefix("s3://").partition("/")
        if not tools.access.may_list(caller, bucket):
            raise denied(caller, "s3:ListBucket", bucket)
        with tools.database.write() as connection:
            records.drop_parts(connection, self.batch)
        total = parts = 0
        for keys in in_parts(self._keys(bucket, prefix, state.wish.source)):
            tools.leave_if_asked(self.context, self.batch)
            total, parts = total + len(keys), parts + 1
            if total > MOST_PICTURES:
                raise TooMuch(f"There are more than {MOST_PICTURES:,} pictures below {state.wish.source}.")
            with tools.database.write() as connection:
                records.add_part(connection, self.batch, parts, keys)
        if not total:
            raise Wrong(f"There is no JPEG or PNG below {state.wish.source}.", kind="bucket", name=bucket)
        with tools.database.write() as connection:
            records.keep_total(connection, self.batch, total, parts)
            if not records.settle(connection, self.batch, "running", "", tools.now_ms()):
                self.context.end(connection)
                return
            begin = self.add_parts(connection, state.id, project.scope.account)
            self.context.end(connection)
        begin()

    def _keys(self, bucket: str, prefix: str, source: str) -> Iterator[str]:
        for number, item in enumerate(self.tools.blobs.list(bucket, prefix)):
            if number == 2 * MOST_PICTURES:
                raise TooMuch(f"There are more than {2 * MOST_PICTURES:,} objects below {source}.")
            if item.key.lower().endswith(ENDINGS) and is_s3(f"s3://{bucket}/{item.key}"):
                yield item.key


def in_parts(keys: Iterator[str]) -> Iterator[list[str]]:
    """Yield keys by the part."""
    number = 0
    while part := list(islice(keys, SMALL if number < FIRST_PARTS else LARGE)):
        number += 1
        yield part


def sum_up(tools: BatchTools, context: JobContext, batch: str) -> None:
    """Write the summary beside the results, and say that all is done."""
    state, _ = tools.find(batch)
    if state.status == "running":
        caller = tools.caller(state, tools.version(state))
        bucket, key = split_s3(f"{state.wish.address}{SUMMARY}")
        if not tools.access.may_write(caller, bucket, key):
            raise denied(caller, "s3:PutObject", f"{bucket}/{key}")
        body = orjson.dumps(summary_of(state), option=orjson.OPT_INDENT_2)
        tools.blobs.put(bucket, key, body, content_type="application/json")
    with tools.database.write() as connection:
        records.settle(connection, batch, "done", "", tools.now_ms())
        context.end(connection)


def summary_of(state: BatchState) -> dict[str, object]:
    """Return the summary's document, which names things as the command's does."""
    tally = state.tally
    model = state.model
    return {
        "model": state.version_name,
        "arn": "" if model is None else model.arn,
        "package": "" if model is None else model.package,
        "source": state.wish.source,
        "pictures": tally.get("pictures", 0),
        "failed": tally.get("failed", {}),
        "verdicts": tally.get("verdicts", {}),
        "confidence": {"from": 0.0, "to": 1.0, "counts": tally.get("bins", [])},
        "doubtful": tally.get("doubtful", []),
    }
