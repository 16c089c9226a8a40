"""Schedules that call functions: made, changed, and told once per tick, whichever server is first.

A tick is one transaction: the rule's next moment, an event of each function that it calls, and their jobs. So
a server that is killed before it has told nothing, after it everything, and of several servers one tells.
Of ticks that nobody told because no server ran the last is told, where it is not older than a day, which is
EventBridge's own bound; the function's log says which others were missed.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection

from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.dialects.aws_lambda import scheduled_event
from vedette.errors import Busy, Missing, TooFast, TooMuch
from vedette.functions.callers import RULES, lets_call, place_of
from vedette.functions.rule_store import FunctionRule, RuleStore, RuleTarget
from vedette.functions.schedule import RuleSchedule, parse_schedule
from vedette.functions.store import Function, FunctionPlace, FunctionStore
from vedette.functions.values import NewEvent
from vedette.store.db import Database

log = logging.getLogger(__name__)

# EventBridge's: 300 rules of a bus, 5 targets of a rule, and a day for an event to be told.
MOST_RULES, MOST_TARGETS, OLDEST_S = 300, 5, 86_400
AT_ONCE = 100
# So often an hour a function's log says who may not call it: whoever makes rules for it that it does not let
# must not fill its log until nothing else is in it.
MOST_REFUSALS, HOUR_MS = 5, 3_600_000
# A clock that was set back by so much left rules in the future.
SET_BACK_MS = 60_000


class RulesRoom(Protocol):
    """What schedules need of the functions."""

    database: Database
    store: FunctionStore

    @property
    def clock(self) -> Clock:
        """The clock."""

    @property
    def is_on(self) -> bool:
        """Whether functions run on this server."""

    def require_on(self) -> None:
        """Refuse where they do not."""

    def note(self, connection: Connection, function: Function, events: Sequence[NewEvent]) -> Sequence[int]:
        """Write events down with their jobs."""

    def begin(self, jobs: Sequence[int]) -> None:
        """Let jobs be done that are committed."""

    def keep_log(self, function: Function, request: str, text: str) -> None:
        """Keep what is to be read of an invocation."""


@dataclass(frozen=True, slots=True)
class RuleTick:
    """A tick of a rule: the moment that it tells of, if any, and what is said of those that were missed."""

    rule: FunctionRule
    moment: datetime | None
    missed: str


class FunctionRules:
    """The schedules of all accounts. Threads may share it."""

    def __init__(self, room: RulesRoom) -> None:
        self._room = room
        self.store = RuleStore()
        self._last_ms = 0
        # The hour, and how often in it, by function.
        self._refusals: dict[int, tuple[int, int]] = {}

    def put(
        self, place: FunctionPlace, name: str, schedule: str, *, is_on: bool = True, description: str = ""
    ) -> FunctionRule:
        """Make a rule, or change the one of this name, which keeps its targets."""
        self._room.require_on()
        following = parse_schedule(schedule).after(self._room.clock())
        with self._room.database.write() as connection:
            before = self.store.find(connection, place, name)
            if before is None and self.store.count(connection, place.account) >= MOST_RULES:
                raise TooMuch(f"An account has at most {MOST_RULES} rules.", kind="rules")
            values: dict[str, Any] = {"schedule": schedule, "is_on": is_on, "description": description}
            is_same = before is not None and (before.schedule, before.is_on) == (schedule, is_on)
            if not is_same:
                values["due_ms"] = milliseconds(following) if is_on and following else None
            self.store.put(connection, place, name, values)
            return self._found(connection, place, name)

    def switch(self, place: FunctionPlace, name: str, *, is_on: bool) -> None:
        """Let a rule rest, or go on."""
        rule = self.find(place, name)
        self.put(place, name, rule.schedule, is_on=is_on, description=rule.description)

    def find(self, place: FunctionPlace, name: str) -> FunctionRule:
        """Return a rule."""
        with self._room.database.read() as connection:
            return self._found(connection, place, name)

    def page(
        self, place: FunctionPlace, *, prefix: str = "", calls: str = "", after: int = 0, most: int
    ) -> tuple[Sequence[FunctionRule], bool]:
        """Return rules of a place, or those that call a function, and whether there are more."""
        with self._room.database.read() as connection:
            if calls:
                rules = self.store.calling(connection, place, calls, after, most + 1)
            else:
                rules = self.store.list(connection, place, prefix, after, most + 1)
        return rules[:most], len(rules) > most

    def delete(self, place: FunctionPlace, name: str) -> None:
        """Remove a rule that calls nobody; one that is not there is gone already."""
        with self._room.database.write() as connection:
            rule = self.store.find(connection, place, name)
            if rule is None:
                return
            if self.store.targets(connection, rule.id):
                raise Busy("Rule can't be deleted since it has targets.", kind="rule", name=name)
            self.store.delete(connection, rule.id)

    # Targets

    def targets(self, place: FunctionPlace, name: str) -> Sequence[RuleTarget]:
        """Return what a rule calls."""
        with self._room.database.read() as connection:
            return self.store.targets(connection, self._found(connection, place, name).id)

    def put_targets(self, place: FunctionPlace, name: str, targets: Sequence[RuleTarget]) -> None:
        """Have a rule call functions, too; one of the same name is changed."""
        self._room.require_on()
        with self._room.database.write() as connection:
            rule = self._found(connection, place, name)
            names = {target.name for target in self.store.targets(connection, rule.id)}
            if len(names | {target.name for target in targets}) > MOST_TARGETS:
                raise TooMuch(f"A rule has at most {MOST_TARGETS} targets.", kind="targets", name=name)
            for target in targets:
                self.store.put_target(connection, rule.id, target)

    def remove_targets(self, place: FunctionPlace, name: str, targets: Sequence[str]) -> None:
        """Let a rule call functions no more."""
        with self._room.database.write() as connection:
            self.store.remove_targets(connection, self._found(connection, place, name).id, targets)

    # Ticks

    def beat(self) -> None:
        """Tell what is due."""
        if not self._room.is_on:
            return
        now_ms = milliseconds(self._room.clock())
        if now_ms < self._last_ms - SET_BACK_MS or not self._last_ms:
            self._bring_back(now_ms)
        self._last_ms = now_ms
        with self._room.database.read() as connection:
            due = self.store.due(connection, now_ms, AT_ONCE)
        for rule in due:
            try:
                self._tell(rule, from_milliseconds(now_ms))
            except Exception:
                # One rule that cannot be told holds up no other; it is looked at again by the next beat.
                log.exception("the schedule %s could not be told", rule.arn)

    def _bring_back(self, now_ms: int) -> None:
        """Bring back the rules that a clock, which was ahead for a while, left in the future."""
        with self._room.database.write() as connection:
            for rule in self.store.ahead(connection, now_ms):
                following = parse_schedule(rule.schedule).after(from_milliseconds(now_ms))
                if following is not None and (rule.due_ms or 0) > milliseconds(following):
                    self.store.move(connection, rule, milliseconds(following))

    def _tell(self, rule: FunctionRule, now: datetime) -> None:
        schedule = parse_schedule(rule.schedule)
        tick = _tick_of(rule, schedule, now)
        following = schedule.after(now, from_milliseconds(rule.due_ms or 0))
        numbers: list[int] = []
        notes: list[Callable[[], None]] = []
        with self._room.database.write() as connection:
            is_ours = self.store.move(connection, rule, milliseconds(following) if following else None)
            for target in self.store.targets(connection, rule.id) if is_ours else ():
                numbers += self._tell_target(connection, tick, target, now, notes)
        self._room.begin(numbers)
        for note in notes:
            note()

    def _tell_target(
        self,
        connection: Connection,
        tick: RuleTick,
        target: RuleTarget,
        now: datetime,
        notes: list[Callable[[], None]],
    ) -> Sequence[int]:
        """Note the event of a tick for one function; what is to be read in its log comes into `notes`."""
        rule, moment = tick.rule, tick.moment
        name = f"{rule.arn} {rule.id} {target.name} {(moment or now):%Y%m%d%H%M%S.%f}"
        request = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        function = self._room.store.find(connection, *place_of(target.arn))
        if function is None:
            log.warning("the schedule %s calls %s, which is not there", rule.arn, target.arn)
            return ()
        if not lets_call(function, RULES, rule.arn, rule.place.account):
            sentence = f"the policy of {function.name} does not let {RULES} call it for this rule"
            self._say(tick, (function, request), sentence, notes if self._is_told(function, now) else [])
            return ()
        sentences = [tick.missed] if tick.missed else []
        numbers: Sequence[int] = ()
        if moment is not None and now - moment > timedelta(seconds=target.oldest_s):
            sentences.append(f"the tick of {moment:%Y-%m-%dT%H:%M:%SZ} is older than {target.oldest_s} s")
        elif moment is not None:
            try:
                payload = _payload(rule, target, moment, request)
                numbers = self._room.note(connection, function, [NewEvent(request, payload)])
            except TooFast as refusal:
                sentences.append(refusal.sentence)
        for sentence in sentences:
            self._say(tick, (function, request), sentence, notes)
        return numbers

    def _say(
        self, tick: RuleTick, call: tuple[Function, str], sentence: str, notes: list[Callable[[], None]]
    ) -> None:
        log.warning("%s: %s", tick.rule.arn, sentence)
        notes.append(partial(self._room.keep_log, *call, f"{tick.rule.arn}: {sentence}\n"))

    def _is_told(self, function: Function, now: datetime) -> bool:
        """Say whether a function's log has room for one more that may not call it, and count it."""
        hour = milliseconds(now) // HOUR_MS
        last, count = self._refusals.get(function.id, (hour, 0))
        count = count + 1 if last == hour else 1
        self._refusals[function.id] = (hour, count)
        return count <= MOST_REFUSALS

    def _found(self, connection: Connection, place: FunctionPlace, name: str) -> FunctionRule:
        rule = self.store.find(connection, place, name)
        if rule is None:
            raise Missing(f"Rule {name} does not exist on EventBus default.", kind="rule", name=name)
        return rule


def _tick_of(rule: FunctionRule, schedule: RuleSchedule, now: datetime) -> RuleTick:
    """Return which tick is told now: the last one that is due, where it is not too old."""
    due, oldest = from_milliseconds(rule.due_ms or 0), now - timedelta(seconds=OLDEST_S)
    ticks = schedule.until(now, due, oldest)
    newest = ticks[-1] if ticks else None
    missed = [] if due < oldest else ticks[:-1]
    if due >= oldest and not missed:
        return RuleTick(rule, newest, "")
    count = f"{len(missed)} tick{'s' * (len(missed) > 1)}" if missed else "the ticks"
    last = newest or now
    span = f"from {due:%Y-%m-%dT%H:%M:%SZ} until {last:%Y-%m-%dT%H:%M:%SZ}"
    return RuleTick(rule, newest, f"{count} {span} were missed, since no server ran")


def _payload(rule: FunctionRule, target: RuleTarget, moment: datetime, number: str) -> bytes:
    if target.input:
        return target.input.encode()
    place = rule.place
    return orjson.dumps(
        scheduled_event(number, moment, account=place.account, region=place.region, rule=rule.name)
    )
