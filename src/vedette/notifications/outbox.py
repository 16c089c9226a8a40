"""Deliveries as rows: written in the transaction of what they tell, so that none is there without the other.

A try moves the row's due time ahead before it begins: of several servers one sends, and one that dies in the
middle is followed by the next. So a webhook may hear an event twice, with the same id, and misses none.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.errors import Missing, Refusal
from vedette.monitoring.actions import ActionBook, Topic, topic_name
from vedette.monitoring.alarm_messages import AlarmMove
from vedette.notifications.events import Happening, drift_of, enveloped, happening_of
from vedette.notifications.tables import deliveries
from vedette.projects.version import State, Version
from vedette.store.db import Database

log = logging.getLogger(__name__)

ALARM, TEST = "alarm", "test"
WAITING, SENT, GIVEN_UP = "waiting", "sent", "given up"
# The first pause after a failed try; each is twice as long, up to an hour, until a day has passed.
FIRST_PAUSE_MS, LONGEST_PAUSE_MS, DAY_MS = 10_000, 3_600_000, 24 * 3_600_000
# As long as one try may take at most, and some more: then another server may try.
CLAIM_MS = 60_000
# What was sent is shown for a week, and what was given up for a month.
KEPT_MS = {SENT: 7 * DAY_MS, GIVEN_UP: 30 * DAY_MS}
# Waiting for one topic: a webhook that is away for a day must not fill the database.
MOST_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to one topic. Moments are milliseconds since 1970."""

    id: str
    topic: str
    kind: str
    body: str
    created_ms: int
    state: str
    due_ms: int
    tries: int
    problem: str


class Outbox:
    """The deliveries of the installation. Threads may share it."""

    def __init__(
        self, database: Database, book: Callable[[], ActionBook], account: str, clock: Clock
    ) -> None:
        self._database = database
        self._book = book
        self._account = account
        self._clock = clock

    def note_move(self, connection: Connection, version: Version, state: State, message: str) -> None:
        """Write down for each topic that waits for it what a version's move says."""
        now = milliseconds(self._clock())
        happening = happening_of(version, state, message, (str(uuid4()), now))
        if happening is not None:
            self._note(connection, happening, now)

    def note_drift(
        self, connection: Connection, version: Version, findings: Sequence[Mapping[str, Any]]
    ) -> None:
        """Write down that a warning of drift begins, or ends where there are no findings."""
        now = milliseconds(self._clock())
        self._note(connection, drift_of(version, findings, (str(uuid4()), now)), now)

    def _note(self, connection: Connection, happening: Happening, now: int) -> None:
        for name, topic in self._topics(happening.account, happening.kind):
            is_plain = topic.form == "eventbridge"
            body = happening.document if is_plain else enveloped(happening.document, name)
            row = {"topic": name, "kind": happening.kind, "body": orjson.dumps(body).decode()}
            self._add(connection, {**row, "id": str(uuid4()), "created_ms": now})

    def note_alarm(self, connection: Connection, arn: str, move: AlarmMove) -> bool:
        """Write down what a topic's webhook is told of an alarm; return whether it has one."""
        name = self.topic_name(arn)
        try:
            topic = self._book().topics.get(name)
        except Refusal:
            return False  # The alarm's history says why nobody was called.
        if topic is None or not topic.webhook:
            return False
        facts = {"id": str(uuid4()), "topic": name, "kind": ALARM, "created_ms": milliseconds(self._clock())}
        self._add(connection, {**facts, "body": orjson.dumps(move.body(topic.form, arn)).decode()})
        return True

    def topics(self, account: str, kind: str) -> Mapping[str, Topic]:
        """Return the account's topics with a webhook that wait for events of a kind, by name.

        Raises:
            Wrong: when the operator's file cannot be read.
        """
        return {
            name: topic
            for name, topic in self._book().topics.items()
            if kind in topic.events and topic.webhook and self._owner(name) == account
        }

    def own_topics(self, account: str) -> Mapping[str, Topic]:
        """Return all topics of an account, whatever they wait for, by name.

        Raises:
            Wrong: when the operator's file cannot be read.
        """
        return {name: topic for name, topic in self._book().topics.items() if self._owner(name) == account}

    def topic_name(self, arn: str) -> str:
        """Return how the operator's file names the topic of an ARN."""
        return topic_name(arn, self._account)

    def add(self, rows: Sequence[tuple[str, str, str, Mapping[str, Any]]]) -> None:
        """Write down what topics are to be told: id, topic, kind and body; what is there already stays."""
        with self._database.write() as connection:
            self.add_in(connection, rows)

    def add_in(self, connection: Connection, rows: Sequence[tuple[str, str, str, Mapping[str, Any]]]) -> None:
        """Write it down in the transaction of what is told."""
        now = milliseconds(self._clock())
        for number, topic, kind, body in rows:
            is_there = select(deliveries.c.id).where(deliveries.c.id == number)
            if connection.execute(is_there).first() is None:
                facts = {"id": number, "topic": topic, "kind": kind, "created_ms": now}
                self._add(connection, {**facts, "body": orjson.dumps(body).decode()})

    def _owner(self, name: str) -> str:
        return name.rpartition(":")[0] or self._account

    def _topics(self, account: str, kind: str) -> list[tuple[str, Topic]]:
        """Return the topics that wait; a file that cannot be read now undoes no change of a model."""
        try:
            return list(self.topics(account, kind).items())
        except Refusal as refusal:
            log.warning("Nobody is told what happens to models: %s", refusal.sentence)
            return []

    def _add(self, connection: Connection, row: dict[str, Any]) -> None:
        waits = (deliveries.c.topic == row["topic"]) & (deliveries.c.state == WAITING)
        query = select(deliveries.c.id).where(waits).offset(MOST_WAITING).limit(1)
        is_full = connection.execute(query).first() is not None
        state = {"state": GIVEN_UP, "problem": "too many wait for this topic"} if is_full else None
        defaults = {"state": WAITING, "problem": "", "due_ms": row["created_ms"], "tries": 0}
        connection.execute(insert(deliveries).values({**defaults, **row, **(state or {})}))

    def claim(self, busy: Collection[str]) -> Delivery | None:
        """Return what is due next, of topics that are not busy, and let nobody else send it meanwhile."""
        now, columns = milliseconds(self._clock()), deliveries.c
        is_due = (columns.state == WAITING) & (columns.due_ms <= now) & columns.topic.not_in(busy)
        query = select(deliveries).where(is_due).order_by(columns.due_ms).limit(1)
        with self._database.read() as connection:
            if connection.execute(query).first() is None:
                return None
        with self._database.write() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            ahead = {"due_ms": now + CLAIM_MS, "tries": row.tries + 1}
            connection.execute(update(deliveries).where(columns.id == row.id).values(ahead))
            return _delivery(connection.execute(select(deliveries).where(columns.id == row.id)).one())

    def end(self, delivery: Delivery, problem: str) -> None:
        """Write down what came of a try: heard, or to be tried again for as long as a day has not passed."""
        now = milliseconds(self._clock())
        values: dict[str, Any] = {"problem": problem[:500]}
        if not problem:
            values["state"] = SENT
        elif abs(now - delivery.created_ms) >= DAY_MS:
            values["state"] = GIVEN_UP
        else:
            pause = min(FIRST_PAUSE_MS << min(delivery.tries - 1, 20), LONGEST_PAUSE_MS)
            values["due_ms"] = now + pause
        with self._database.write() as connection:
            connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))

    def list(self, state: str = "", *, most: int = 100) -> Sequence[Delivery]:
        """Return deliveries, the newest first."""
        query = select(deliveries).order_by(deliveries.c.created_ms.desc(), deliveries.c.id).limit(most)
        if state:
            query = query.where(deliveries.c.state == state)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def of_account(self, account: str, *, most: int = 100) -> Sequence[Delivery]:
        """Return deliveries to an account's topics, the newest first."""
        query = select(deliveries).where(self._is_of(account))
        query = query.order_by(deliveries.c.created_ms.desc(), deliveries.c.id).limit(most)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def counts(self, account: str) -> Mapping[tuple[str, str], int]:
        """Return how many deliveries each topic of an account has in each state."""
        columns = deliveries.c
        query = select(columns.topic, columns.state, func.count()).where(self._is_of(account))
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(columns.topic, columns.state)).all()
        return {(topic, state): count for topic, state, count in rows}

    def last_problem(self, topic: str) -> Delivery | None:
        """Return the newest delivery to a topic whose last try came to nothing."""
        has_failed = (deliveries.c.topic == topic) & (deliveries.c.problem != "")
        query = select(deliveries).where(has_failed).order_by(deliveries.c.created_ms.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _delivery(row)

    def _is_of(self, account: str) -> ColumnElement[bool]:
        """Return what a topic's name says of its account: the installation's own have none in it."""
        if account == self._account:
            return deliveries.c.topic.not_like("%:%")
        return deliveries.c.topic.startswith(f"{account}:", autoescape=True)

    def add_test(self, name: str, arn: str) -> str:
        """Write down a message for a topic that says that it is a test; return its id."""
        number, now = str(uuid4()), self._clock()
        body = {
            "Type": "Notification",
            "MessageId": number,
            "TopicArn": arn,
            "Subject": "Test",
            "Message": "This is a test of this topic.",
            "Timestamp": now.isoformat(),
        }
        self.add([(number, name, TEST, body)])
        return number

    def send_again(self, number: str = "") -> int:
        """Let one that was given up be sent again, or all of them; return how many."""
        now = milliseconds(self._clock())
        is_it = deliveries.c.state == GIVEN_UP
        if number:
            is_it &= deliveries.c.id == number
        values = {"state": WAITING, "due_ms": now, "created_ms": now, "tries": 0}
        with self._database.write() as connection:
            count = connection.execute(update(deliveries).where(is_it).values(values)).rowcount
        if number and not count:
            raise Missing(f"There is no delivery {number} that was given up.", kind="delivery", name=number)
        return count

    def forget_old(self) -> None:
        """Delete what was sent or given up long ago."""
        now = milliseconds(self._clock())
        with self._database.write() as connection:
            for state, kept_ms in KEPT_MS.items():
                is_old = (deliveries.c.state == state) & (deliveries.c.created_ms < now - kept_ms)
                connection.execute(delete(deliveries).where(is_old))


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**row._mapping)
