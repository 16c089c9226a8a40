"""One job run to its end: begun as often as it may be, and its failure written down when that can be."""

import logging
import threading
from dataclasses import dataclass
from typing import Any

from vedette.errors import Refusal
from vedette.jobs.context import JobContext, LeaseLost
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, JobPostponed, Retry
from vedette.jobs.orders import UnreadableOrder, load_order
from vedette.jobs.store import JobRow, JobTable
from vedette.store.db import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What running a job needs of its runner."""

    database: Database
    table: JobTable
    closing: threading.Event
    # How soon it is tried again to write down an end that could not be written.
    again_s: float

    def perform(self, kind: JobKind[Any], context: JobContext, row: JobRow) -> None:
        """Run a job until it has ended or is left to another start; the edge of a thread."""
        label = (row.id, row.kind, row.subject)
        try:
            order = load_order(kind.order, row.order, row.body)
            problem = self._run(kind, context, order)
            context.failure = "" if problem is None else type(problem).__name__
            self._end_with(kind, context, order, problem)
        except JobInterrupted:
            log.info("job %d (%s of %s) waits for the next start", *label)
        except JobPostponed as reason:
            self._put_back(context, str(reason))
        except LeaseLost:
            log.warning("job %d (%s of %s) is another server's by now", *label)
        except UnreadableOrder as error:
            log.error("job %d (%s of %s) is left as it is: %s", *label, error)  # noqa: TRY400  (it says all)
            context.is_unreadable = True

    def _run(self, kind: JobKind[Any], context: JobContext, order: Any) -> Exception | None:
        """Run a job as often as it may be; return why it failed, if it did."""
        while True:
            problem = _try(kind, context, order)
            if not isinstance(problem, Retry) or context.tries >= kind.tries:
                return problem
            log.warning("try %d of job %d (%s): %s", context.tries, context.id, kind.name, problem)
            self._count_try(context)

    def _put_back(self, context: JobContext, reason: str) -> None:
        context.postponed = reason
        try:
            with self.database.write() as connection:
                self.table.give_back(connection, context.id)
        except Exception:
            # Its lease passes meanwhile, and then it is free as well.
            log.warning("job %d could not be put back", context.id, exc_info=True)

    def _count_try(self, context: JobContext) -> None:
        with self.database.write() as connection:
            self.table.count_try(connection, context.id, context.tries)
        context.tries += 1

    def _end_with(
        self, kind: JobKind[Any], context: JobContext, order: Any, problem: Exception | None
    ) -> None:
        """Write down what came of it; on a full disk that may take until there is room again."""
        while not context.has_ended:
            try:
                if problem is not None:
                    kind.fail(context, order, problem)
                self._end(context)
            except LeaseLost:
                raise
            except Refusal:
                # What the job was about is gone or has moved on: nothing is left to be written down.
                log.info("the failure of job %d is of no consequence", context.id, exc_info=True)
                problem = None
            except Exception:
                log.exception("the end of job %d is not written down yet", context.id)
                if self.closing.wait(self.again_s):
                    raise JobInterrupted from None

    def _end(self, context: JobContext) -> None:
        if not context.has_ended:
            with self.database.write() as connection:
                context.end(connection)


def _try(kind: JobKind[Any], context: JobContext, order: Any) -> Exception | None:
    """Run a job once; return why it failed, unless it was left to another start or another server."""
    if context.is_cancelled():
        return JobCancelled()
    try:
        kind.run(context, order)
    except Exception as error:
        if context.is_lost:
            raise LeaseLost from error
        if context.is_cancelled():
            return JobCancelled()
        if isinstance(error, JobInterrupted | JobPostponed | LeaseLost):
            raise
        return error
    return None
