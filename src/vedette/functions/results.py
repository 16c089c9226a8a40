"""Who is told of an event's end: dead letters and destinations, as AWS Lambda has them.

A topic, a bus and another function are told in the transaction that ends the event, so that neither is there
without the other. A bucket is owed its object from that transaction on (`bucket_records.py`). Who is told is
asked for again at each event: a topic that left the operator's file, or a right that the role lost, ends it.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from vedette.dialects.aws_lambda import RECURSIVE, right_to_tell
from vedette.errors import Refusal
from vedette.functions.callers import place_of
from vedette.functions.chains import MOST_ROUNDS, lengthened, rounds_of
from vedette.functions.endings import EndedEvent, fitted
from vedette.functions.port import FunctionActor, ResultMessage, ResultTopics
from vedette.functions.store import Function, FunctionStore
from vedette.functions.values import NewEvent
from vedette.store.db import Database

# What SNS and EventBridge carry, and what AWS Lambda takes as an event.
MOST_MESSAGE, MOST_EVENT = 256 << 10, 1 << 20
BUCKET = re.compile(r"arn:aws:s3:::[^:/]+")


@dataclass(slots=True)
class TellingPlan:
    """Who is told of an end; `problems` say who would be, and why not."""

    letters: str = ""
    target: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def owed(self) -> str:
        """The bucket that is to have a record."""
        return self.target if service_of(self.target) == "s3" else ""


class ResultsRoom(Protocol):
    """What telling needs of the functions."""

    database: Database
    store: FunctionStore

    @property
    def actor(self) -> FunctionActor:
        """What has the rights of roles."""

    @property
    def topics(self) -> ResultTopics | None:
        """The topics and buses; None where there are none."""

    def note(self, connection: Connection, function: Function, events: Sequence[NewEvent]) -> Sequence[int]:
        """Write events down with their jobs."""

    def keep_log(self, function: Function, request: str, text: str) -> None:
        """Keep what is to be read of an invocation."""

    def count(self, function: Function, outcome: str) -> None:
        """Count what became of an event."""


class EventResults:
    """Tells of the ends of all functions' events. Threads may share it."""

    def __init__(self, room: ResultsRoom) -> None:
        self._room = room

    def refusal(self, function: Function, target: str, *, kind: str) -> str:
        """Return why a target cannot hear a function's letters, success or failure; nothing if it can."""
        action, resource = right_to_tell(target)
        service = service_of(target)
        if kind == "letter" and service != "sns":
            return f"{target} is no topic; other targets can be told of a failure, as its destination"
        if not action:
            return f"{target} is no topic, function, bus or bucket, which are what can be told here"
        if kind == "success" and service == "s3":
            return f"{target} is a bucket, and buckets are told of failures alone"
        problem = self._absence(function, target, service)
        if not problem and not self._room.actor.may(function, action, resource):
            problem = f"the role {function.settings.role} does not let {function.name} {action} on {target}"
        return problem

    def _absence(self, function: Function, target: str, service: str) -> str:
        """Return why a target is not there for a function."""
        if service == "lambda":
            place, name = place_of(target)
            if place != function.place:
                return f"{target} is of another account or region than the function"
            with self._room.database.read() as connection:
                is_there = self._room.store.find(connection, place, name) is not None
            return "" if is_there else f"there is no function {target}"
        if service in ("sns", "events"):
            topics = self._room.topics
            return "this server has no topics" if topics is None else topics.refusal(target, function.place)
        if not BUCKET.fullmatch(target):
            return f"{target} is no bucket; it is told as arn:aws:s3:::name"
        return ""

    def plan(self, ended: EndedEvent) -> TellingPlan:
        """Return who is to be told of an end; outside of its transaction, since rights are looked up."""
        function, end, plan = ended.function, ended.end, TellingPlan()
        settings = function.settings
        kind = "success" if end.is_handled else "failure"
        plan.target = self._reached(
            function, settings.on_success if end.is_handled else settings.on_failure, kind, plan
        )
        if not end.is_handled:
            plan.letters = self._reached(function, settings.dead_letters, "letter", plan)
        if plan.target and _goes_round(ended, plan.target):
            plan.problems.append(f"{plan.target} was not told: the circle was stopped before.")
            plan.target = ""
        return plan

    def _reached(self, function: Function, target: str, kind: str, plan: TellingPlan) -> str:
        problem = self.refusal(function, target, kind=kind) if target else ""
        if problem:
            plan.problems.append(f"Nobody was told its {kind}: {problem}.")
        return "" if problem else target

    def note(self, connection: Connection, ended: EndedEvent, plan: TellingPlan) -> Sequence[int]:
        """Write down who is told of an end, in its transaction; return jobs to begin after it."""
        topics, service = self._room.topics, service_of(plan.target)
        if plan.letters and topics is not None:
            self._note_letter(connection, topics, ended, plan)
        if service in ("sns", "events") and topics is not None:
            body = fitted(ended.record, MOST_MESSAGE)
            message = ResultMessage(ended.function, body, ended.end.is_handled, ended.at_ms)
            topics.note(connection, plan.target, message)
        return self._note_call(connection, ended, plan) if service == "lambda" else ()

    def _note_letter(
        self, connection: Connection, topics: ResultTopics, ended: EndedEvent, plan: TellingPlan
    ) -> None:
        payload = ended.event.payload
        if len(payload) > MOST_MESSAGE:
            sentence = f"it has {len(payload):,} bytes, and a topic takes {MOST_MESSAGE:,}"
            plan.problems.append(f"Nobody was told its letter: {sentence}.")
            return
        body = payload.decode("utf-8", "replace")
        message = ResultMessage(ended.function, body, False, ended.at_ms, ended.attributes)
        topics.note(connection, plan.letters, message)

    def _note_call(self, connection: Connection, ended: EndedEvent, plan: TellingPlan) -> Sequence[int]:
        function, event = ended.function, ended.event
        listener = self._room.store.find(connection, *place_of(plan.target))
        if listener is None:
            plan.problems.append(f"Nobody was told it: there is no function {plan.target}.")
            return ()
        body = fitted(ended.record, MOST_EVENT).encode()
        try:
            new = NewEvent(str(uuid.uuid4()), body, lengthened(event.chain, function.id))
            return self._room.note(connection, listener, [new])
        except Refusal as refusal:
            plan.problems.append(f"{plan.target} was not told: {refusal.sentence}")
            return ()

    def say(self, function: Function, request: str, problems: Sequence[str]) -> None:
        """Keep what is to be read of who was not told, and count it."""
        if problems:
            self._room.keep_log(function, request, "".join(f"{request} {line}\n" for line in problems))
            self._room.count(function, "untold")


def _goes_round(ended: EndedEvent, target: str) -> bool:
    """Say whether a circle would go on by what is told of its stops: a function's first one alone is told."""
    rounds = rounds_of(ended.event.chain, ended.function.id)
    is_again = ended.end.condition == RECURSIVE and rounds > MOST_ROUNDS
    return is_again and service_of(target) in ("lambda", "s3")


def service_of(target: str) -> str:
    """Return which service a target is of; nothing for none that can be told."""
    return right_to_tell(target)[0].partition(":")[0]
