"""Alarms stored: put, found, moved from state to state, and their history."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.errors import Missing, TooMuch
from vedette.monitoring.alarm import UNKNOWN, AlarmRule, UnreadableRule, dump_rule, load_rule
from vedette.monitoring.metrics import Place
from vedette.monitoring.tables import alarm_history, alarms
from vedette.projects.tags import drop_tags, put_tags, read_tags, remove_tags
from vedette.store.db import Database

log = logging.getLogger(__name__)

# Each is evaluated every minute.
MOST_ALARMS = 5_000
# As CloudWatch has them.
MOST_TAGS = 50
# As CloudWatch keeps history.
HISTORY_MS = 30 * 24 * 3_600_000
UPDATED, MOVED, ACTED = "ConfigurationUpdate", "StateUpdate", "Action"


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    """An alarm as it stands. Moments are milliseconds since 1970."""

    id: int
    place: Place
    name: str
    rule: AlarmRule
    has_actions: bool
    changed_ms: int
    state: str
    reason: str
    reason_data: str
    state_ms: int
    moved_ms: int

    @property
    def arn(self) -> str:
        """What policies and tags name it by."""
        return arn_of(self.place, self.name)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened to an alarm."""

    id: int
    name: str
    at_ms: int
    kind: str
    summary: str
    data: str


def arn_of(place: Place, name: str) -> str:
    """Return the ARN of an alarm of that name."""
    return f"arn:aws:cloudwatch:{place.region}:{place.account}:alarm:{name}"


class Alarms:
    """The alarms of the installation."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    def put(
        self,
        place: Place,
        name: str,
        rule: AlarmRule,
        *,
        has_actions: bool,
        tags: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Store an alarm; return whether it is new: one that is there keeps its state and its tags."""
        now_ms = milliseconds(self.clock())
        values = {"rule": dump_rule(rule), "has_actions": has_actions, "changed_ms": now_ms}
        with self.database.write() as connection:
            row = connection.execute(select(alarms.c.id).where(_is(place, name))).first()
            if row is not None:
                connection.execute(update(alarms).where(alarms.c.id == row.id).values(values))
            else:
                is_here = and_(alarms.c.account == place.account, alarms.c.region == place.region)
                count = connection.execute(select(func.count()).where(is_here)).scalar_one()
                if count >= MOST_ALARMS:
                    raise TooMuch(f"The account has {count:,} alarms in {place.region}, which are the most.")
                values |= {"account": place.account, "region": place.region, "name": name, "state": UNKNOWN}
                values |= {"reason": "Unchecked: Initial alarm creation", "reason_data": ""}
                connection.execute(insert(alarms).values(**values, state_ms=now_ms, moved_ms=now_ms))
                _put_tags(connection, arn_of(place, name), tags)
            summary = f'Alarm "{name}" {"created" if row is None else "updated"}'
            _note(connection, place, name, (UPDATED, summary, {}), now_ms)
        return row is None

    def delete(self, place: Place, names: Sequence[str]) -> None:
        """Delete alarms, all of them or none; their history stays."""
        now_ms = milliseconds(self.clock())
        with self.database.write() as connection:
            for name in names:
                deleted = connection.execute(delete(alarms).where(_is(place, name)))
                if not deleted.rowcount:
                    raise Missing(f"There is no alarm {name}.", kind="alarm", name=name)
                drop_tags(connection, arn_of(place, name))
                _note(connection, place, name, (UPDATED, f'Alarm "{name}" deleted', {}), now_ms)

    def put_tags(self, place: Place, name: str, tags: Mapping[str, str]) -> None:
        """Give an alarm tags."""
        with self.database.write() as connection:
            self._require(connection, place, name)
            _put_tags(connection, arn_of(place, name), tags)

    def remove_tags(self, place: Place, name: str, keys: Iterable[str]) -> None:
        """Take tags from an alarm."""
        with self.database.write() as connection:
            self._require(connection, place, name)
            remove_tags(connection, arn_of(place, name), keys)

    def tags(self, place: Place, name: str) -> dict[str, str]:
        """Return an alarm's tags by their keys."""
        with self.database.read() as connection:
            self._require(connection, place, name)
            return read_tags(connection, arn_of(place, name))

    def _require(self, connection: Connection, place: Place, name: str) -> None:
        if not self.exists(connection, place, name):
            raise Missing(f"There is no alarm {name}.", kind="alarm", name=name)

    def find(self, place: Place) -> list[StoredAlarm]:
        """Return an account's alarms in a region, by their names."""
        query = select(alarms).where(alarms.c.account == place.account, alarms.c.region == place.region)
        return self._read(query.order_by(alarms.c.name))

    def all(self) -> list[StoredAlarm]:
        """Return all alarms of the installation."""
        return self._read(select(alarms).order_by(alarms.c.id))

    def exists(self, connection: Connection, place: Place, name: str) -> bool:
        """Return whether there is an alarm, within a transaction."""
        return connection.execute(select(alarms.c.id).where(_is(place, name))).first() is not None

    def enable(self, place: Place, names: Iterable[str], *, is_enabled: bool) -> None:
        """Have alarms call whom they name, or nobody; a name that is none is passed over."""
        with self.database.write() as connection:
            for name in names:
                changed = update(alarms).where(_is(place, name)).values(has_actions=is_enabled)
                connection.execute(changed)

    def move(
        self,
        alarm: StoredAlarm,
        move: tuple[str, str, str],
        note: Callable[[Connection], None] = lambda _: None,
    ) -> bool:
        """Write an alarm's state, its reason and data down, and what `note` has to write with it.

        Return whether it was as it was read: else somebody was faster.
        """
        state, reason, data = move
        now_ms = milliseconds(self.clock())
        is_move = state != alarm.state
        values: dict[str, Any] = {"state": state, "reason": reason, "reason_data": data, "state_ms": now_ms}
        if is_move:
            values["moved_ms"] = now_ms
        is_as_read = and_(
            alarms.c.id == alarm.id,
            alarms.c.state == alarm.state,
            alarms.c.moved_ms == alarm.moved_ms,
            alarms.c.changed_ms == alarm.changed_ms,
        )
        with self.database.write() as connection:
            if not connection.execute(update(alarms).where(is_as_read).values(values)).rowcount:
                return False
            if is_move:
                summary = f"Alarm updated from {alarm.state} to {state}"
                facts = {"oldState": alarm.state, "newState": state, "reason": reason}
                _note(connection, alarm.place, alarm.name, (MOVED, summary, facts), now_ms)
                note(connection)
        return True

    def note_action(self, alarm: StoredAlarm, summary: str, facts: dict[str, Any]) -> None:
        """Write down what came of calling somebody."""
        with self.database.write() as connection:
            now_ms = milliseconds(self.clock())
            _note(connection, alarm.place, alarm.name, (ACTED, summary, facts), now_ms)

    def history(self, place: Place, *, since_ms: int, until_ms: int) -> list[HistoryLine]:
        """Return what happened to an account's alarms in a time, the newest first."""
        columns = alarm_history.c
        query = select(alarm_history).where(
            columns.account == place.account,
            columns.region == place.region,
            columns.at_ms >= since_ms,
            columns.at_ms < until_ms,
        )
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(columns.id.desc())).all()
        return [HistoryLine(row.id, row.name, row.at_ms, row.kind, row.summary, row.data) for row in rows]

    def forget_old(self) -> None:
        """Delete history that is older than it is kept."""
        oldest = milliseconds(self.clock()) - HISTORY_MS
        with self.database.write() as connection:
            connection.execute(delete(alarm_history).where(alarm_history.c.at_ms < oldest))

    def _read(self, query: Any) -> list[StoredAlarm]:
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        return [alarm for row in rows if (alarm := _readable(row)) is not None]


def _is(place: Place, name: str) -> ColumnElement[bool]:
    columns = alarms.c
    return and_(columns.account == place.account, columns.region == place.region, columns.name == name)


def _put_tags(connection: Connection, arn: str, tags: Mapping[str, str]) -> None:
    put_tags(connection, arn, tags)
    count = len(read_tags(connection, arn))
    if count > MOST_TAGS:
        raise TooMuch(f"{arn} would have {count} tags; {MOST_TAGS} are the most.", kind="tags", name=arn)


def _note(
    connection: Connection, place: Place, name: str, event: tuple[str, str, dict[str, Any]], at_ms: int
) -> None:
    kind, summary, facts = event
    values = {"account": place.account, "region": place.region, "name": name, "at_ms": at_ms, "kind": kind}
    data = orjson.dumps({"version": "1.0", **facts}).decode()
    connection.execute(insert(alarm_history).values(**values, summary=summary, data=data))


def _readable(row: Row[Any]) -> StoredAlarm | None:
    """Return an alarm; None of one that only a newer release can read, whose servers evaluate it."""
    try:
        return _stored(row)
    except UnreadableRule as error:
        arn = arn_of(Place(row.account, row.region), row.name)
        log.warning("the alarm %s cannot be read: %s", arn, error)
        return None


def _stored(row: Row[Any]) -> StoredAlarm:
    return StoredAlarm(
        row.id,
        Place(row.account, row.region),
        row.name,
        load_rule(row.rule),
        row.has_actions,
        row.changed_ms,
        row.state,
        row.reason,
        row.reason_data,
        row.state_ms,
        row.moved_ms,
    )
