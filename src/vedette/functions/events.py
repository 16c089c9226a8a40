"""The job of an event: one try, and what comes of it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import orjson
from sqlalchemy import Connection

from vedette.dialects.aws_lambda import EXHAUSTED, RECURSIVE, TOO_OLD
from vedette.errors import Denied, Refusal
from vedette.functions.chains import MOST_ROUNDS, rounds_of
from vedette.functions.endings import EndedEvent, EventEnd
from vedette.functions.results import EventResults, TellingPlan
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
# What is kept of an answer: of one that is tried again, and of one that is not.
LONGEST_ANSWER, LONGEST_LAST_ANSWER = 4096, 128 << 10


@dataclass(frozen=True, slots=True)
class EventOrder:
    """Which event is to be tried."""

    event: int


class EventRoom(Protocol):
    """What the job needs of the functions."""

    database: Database
    store: FunctionStore
    results: EventResults

    def run(
        self, function: Function, request: InvocationRequest, context: JobContext | None = None
    ) -> InvocationResult:
        """Call a function, and keep what it printed; a job that is left ends the call."""

    def begin(self, jobs: Sequence[int]) -> None:
        """Let jobs be done that are committed."""

    def keep_log(self, function: Function, request: str, text: str) -> None:
        """Keep what is to be read of an invocation."""

    def count(self, function: Function, outcome: str) -> None:
        """Count what became of an event."""


def event_kind(room: EventRoom) -> JobKind[EventOrder]:
    """Return the kind of job that hands events to functions."""

    def run(context: JobContext, order: EventOrder) -> None:
        with room.database.read() as connection:
            event = room.store.event(connection, order.event)
            function = None if event is None else room.store.get(connection, event.function)
        if event is None or function is None or event.state != WAITING or event.due_ms > room.store.now_ms():
            return
        is_circle = not function.settings.may_recur and rounds_of(event.chain, function.id) >= MOST_ROUNDS
        if is_circle:
            end = _stop(room, function, event)
        elif room.store.now_ms() > event.noted_ms + function.settings.oldest_s * 1000:
            end = _leave(room, function, event)
        else:
            end = _try(room, function, event, context)
        if not end.is_handled and context.should_leave() and end.is_try:
            # The server stops, and ended the function's process itself: that was no try.
            raise JobInterrupted
        _end(room, context, EndedEvent(function, event, end, room.store.now_ms()))

    def fail(context: JobContext, order: EventOrder, problem: Exception) -> None:
        log.error("the event %d was left: %s", order.event, type(problem).__name__, exc_info=problem)
        with room.database.write() as connection:
            event = room.store.event(connection, order.event)
            function = None if event is None else room.store.get(connection, event.function)
        if event is None or function is None:
            with room.database.write() as connection:
                context.end(connection)
            return
        end = _failure("Lambda.Unknown", "The server failed; its log tells why.", status=500)
        _end(room, context, EndedEvent(function, event, end, room.store.now_ms()))

    return JobKind(KIND, EventOrder, QUEUE, run, fail)


def _try(room: EventRoom, function: Function, event: FunctionEvent, context: JobContext) -> EventEnd:
    """Return what came of one try."""
    request = InvocationRequest(event.request, event.payload, function.arn, chain=event.chain)
    try:
        result = room.run(function, request, context)
    except Refusal as refusal:
        room.keep_log(function, event.request, f"{event.request} {refusal.sentence}\n")
        is_denied = isinstance(refusal, Denied)
        return _failure("AccessDeniedException", refusal.sentence, status=403 if is_denied else 429)
    if result.failed:
        return EventEnd(False, result.payload, EXHAUSTED)
    return EventEnd(True, result.payload)


def _stop(room: EventRoom, function: Function, event: FunctionEvent) -> EventEnd:
    """Return that a function is called no more in a chain that comes back to it."""
    sentence = (
        f"{function.name} was called {MOST_ROUNDS} times by what it does itself, and is called no more:"
        " it writes where it hears of objects, calls itself, or is told its own results"
    )
    log.warning("the function %s: %s", function.arn, sentence)
    room.keep_log(function, event.request, f"{event.request} {sentence}.\n")
    end = _failure("RecursiveInvocationException", f"{sentence}.")
    return replace(end, condition=RECURSIVE, is_try=False)


def _leave(room: EventRoom, function: Function, event: FunctionEvent) -> EventEnd:
    """Return that an event waited for too long; the answer of its last try stays, where it had one."""
    sentence = (
        f"the event waited for more than {function.settings.oldest_s:,} seconds, its function's most, and is"
        " not tried any more"
    )
    room.keep_log(function, event.request, f"{event.request} {sentence}.\n")
    end = _failure("EventAgeExceededException", f"{sentence[0].upper()}{sentence[1:]}.")
    payload = event.answer.encode() if event.tries else end.payload
    return replace(end, payload=payload, condition=TOO_OLD, is_try=False)


def _end(room: EventRoom, context: JobContext, ended: EndedEvent) -> None:
    """Settle what came of a try, and tell whom it concerns where that was the last."""
    ended, after_s = _judged(ended)
    plan = TellingPlan() if after_s else room.results.plan(ended)
    with room.database.write() as connection:
        is_there = room.store.event(connection, ended.event.id) is not None
        jobs = _settle(room, connection, ended, plan, after_s) if is_there else ()
        context.end(connection)
    if is_there:
        room.begin(jobs)
        room.results.say(ended.function, ended.event.request, plan.problems)
        room.count(ended.function, _outcome(ended.end, after_s))


def _judged(ended: EndedEvent) -> tuple[EndedEvent, float]:
    """Return an event with this try counted, and in how many seconds the next one is; 0 for none."""
    event, end, settings = ended.event, ended.end, ended.function.settings
    if not end.is_try:
        return ended, 0.0
    tries = event.tries + 1
    ended = replace(ended, event=replace(event, tries=tries))
    if end.is_handled or tries > settings.retries:
        return ended, 0.0
    after_s = RETRY_S * tries
    if ended.at_ms + after_s * 1000 > event.noted_ms + settings.oldest_s * 1000:
        return replace(ended, end=replace(end, condition=TOO_OLD)), 0.0
    return ended, after_s


def _settle(
    room: EventRoom, connection: Connection, ended: EndedEvent, plan: TellingPlan, after_s: float
) -> Sequence[int]:
    event, end, store = ended.event, ended.end, room.store
    answer = end.payload.decode("utf-8", "replace")
    if after_s:
        store.put_off(connection, event.id, after_s, answer[:LONGEST_ANSWER])
        return ()
    jobs = room.results.note(connection, ended, plan)
    if end.is_handled:
        store.end_event(connection, event.id)
    else:
        facts = {"condition": end.condition, "owed": plan.owed}
        store.give_up(connection, event.id, answer[:LONGEST_LAST_ANSWER], tries=event.tries, **facts)
    return jobs


def _outcome(end: EventEnd, after_s: float) -> str:
    """Return what the figures call what became of an event."""
    if end.is_handled:
        return "handled"
    if after_s:
        return "retried"
    return "stopped" if end.condition == RECURSIVE else "failed"


def _failure(kind: str, sentence: str, *, status: int = 200) -> EventEnd:
    payload = orjson.dumps({"errorMessage": sentence, "errorType": kind})
    return EventEnd(False, payload, EXHAUSTED, status)
