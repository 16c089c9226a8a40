"""The job of an event: one try, and what comes of it."""

import logging
from dataclasses import dataclass
from typing import Protocol

import orjson
from sqlalchemy import Connection

from vedette.errors import Refusal
from vedette.functions.store import WAITING, Function, FunctionEvent, FunctionStore
from vedette.functions.values import InvocationRequest, InvocationResult
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted, JobKind, WorkQueue
from vedette.store.db import Database

log = logging.getLogger(__name__)

KIND = "function event"
# Events are handled so many at a time, on each server.
QUEUE = WorkQueue("function events", 2)
# AWS Lambda's: a minute before the second try, two before the third.
RETRY_S = 60.0
LONGEST_ANSWER = 4096


@dataclass(frozen=True, slots=True)
class EventOrder:
    """Which event is to be tried."""

    event: int


class EventRoom(Protocol):
    """What the job needs of the functions."""

    database: Database
    store: FunctionStore

    def run(
        self, function: Function, request: InvocationRequest, context: JobContext | None = None
    ) -> InvocationResult:
        """Call a function, and keep what it printed; a job that is left ends the call."""

    def keep_log(self, function: Function, request: str, text: str) -> None:
        """Keep what is to be read of an invocation."""


def event_kind(room: EventRoom) -> JobKind[EventOrder]:
    """Return the kind of job that hands events to functions."""

    def run(context: JobContext, order: EventOrder) -> None:
        with room.database.read() as connection:
            event = room.store.event(connection, order.event)
            function = None if event is None else room.store.get(connection, event.function)
        if event is None or function is None or event.state != WAITING or event.due_ms > room.store.now_ms():
            return
        is_handled, answer = _try(room, function, event, context)
        if not is_handled and context.should_leave():
            # The server stops, and ended the function's process itself: that was no try.
            raise JobInterrupted
        with room.database.write() as connection:
            _settle(room.store, connection, function, event, is_handled=is_handled, answer=answer)
            context.end(connection)

    def fail(context: JobContext, order: EventOrder, problem: Exception) -> None:
        log.error("the event %d was left: %s", order.event, type(problem).__name__, exc_info=problem)
        with room.database.write() as connection:
            event = room.store.event(connection, order.event)
            function = None if event is None else room.store.get(connection, event.function)
            if event is not None and function is not None:
                answer = _failure("Lambda.Unknown", "The server failed; its log tells why.")
                _settle(room.store, connection, function, event, is_handled=False, answer=answer)
            context.end(connection)

    return JobKind(KIND, EventOrder, QUEUE, run, fail)


def _try(room: EventRoom, function: Function, event: FunctionEvent, context: JobContext) -> tuple[bool, str]:
    """Return whether a function handled an event, and what it answered."""
    try:
        result = room.run(function, InvocationRequest(event.request, event.payload, function.arn), context)
    except Refusal as refusal:
        answer = _failure("AccessDeniedException", refusal.sentence)
        room.keep_log(function, event.request, f"{event.request} {refusal.sentence}\n")
        return False, answer
    return not result.failed, result.payload[:LONGEST_ANSWER].decode("utf-8", "replace")


def _settle(
    store: FunctionStore,
    connection: Connection,
    function: Function,
    event: FunctionEvent,
    *,
    is_handled: bool,
    answer: str,
) -> None:
    tries, settings = event.tries + 1, function.settings
    after_s = RETRY_S * tries
    is_old = store.now_ms() + after_s * 1000 > event.noted_ms + settings.oldest_s * 1000
    if is_handled:
        store.end_event(connection, event.id)
    elif tries <= settings.retries and not is_old:
        store.put_off(connection, event.id, after_s, answer)
    else:
        store.give_up(connection, event.id, answer)


def _failure(kind: str, sentence: str) -> str:
    return orjson.dumps({"errorMessage": sentence, "errorType": kind}).decode()
