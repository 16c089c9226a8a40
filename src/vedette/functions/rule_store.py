"""Every statement on the tables of schedules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.functions.store import FunctionPlace
from vedette.functions.tables import function_rules, function_targets


@dataclass(frozen=True, slots=True)
class FunctionRule:
    """A schedule, as it lies."""

    id: int
    place: FunctionPlace
    name: str
    description: str
    schedule: str
    is_on: bool
    due_ms: int | None

    @property
    def arn(self) -> str:
        """Its name everywhere."""
        return f"arn:aws:events:{self.place.region}:{self.place.account}:rule/{self.name}"


@dataclass(frozen=True, slots=True)
class RuleTarget:
    """A function that a schedule calls. `name` is what the rule's maker calls it."""

    name: str
    arn: str
    input: str = field(default="", repr=False)
    oldest_s: int = 86_400


class RuleStore:
    """Reads and writes schedules within transactions of its callers."""

    def find(self, connection: Connection, place: FunctionPlace, name: str) -> FunctionRule | None:
        """Return the rule of a name."""
        columns = function_rules.c
        is_it = (columns.account == place.account, columns.region == place.region, columns.name == name)
        row = connection.execute(select(function_rules).where(*is_it)).first()
        return None if row is None else _rule(row)

    def get(self, connection: Connection, number: int) -> FunctionRule | None:
        """Return the rule of a number."""
        row = connection.execute(select(function_rules).where(function_rules.c.id == number)).first()
        return None if row is None else _rule(row)

    def put(self, connection: Connection, place: FunctionPlace, name: str, values: dict[str, Any]) -> None:
        """Add a rule, or change the one of this name."""
        columns = function_rules.c
        is_it = (columns.account == place.account, columns.region == place.region, columns.name == name)
        if connection.execute(update(function_rules).where(*is_it).values(values)).rowcount:
            return
        row = {"account": place.account, "region": place.region, "name": name, **values}
        connection.execute(insert(function_rules).values(row))

    def count(self, connection: Connection, account: str) -> int:
        """Return how many rules an account has."""
        query = select(func.count()).select_from(function_rules).where(function_rules.c.account == account)
        return int(connection.execute(query).scalar_one())

    def list(
        self, connection: Connection, place: FunctionPlace, prefix: str, after: int, most: int
    ) -> Sequence[FunctionRule]:
        """Return rules of a place whose names begin so, the oldest first, from the one after a number on."""
        columns = function_rules.c
        is_it = (columns.account == place.account, columns.region == place.region, columns.id > after)
        query = select(function_rules).where(*is_it, columns.name.startswith(prefix, autoescape=True))
        return [_rule(row) for row in connection.execute(query.order_by(columns.id).limit(most))]

    def calling(
        self, connection: Connection, place: FunctionPlace, arn: str, after: int, most: int
    ) -> Sequence[FunctionRule]:
        """Return rules of a place that call a function, the oldest first."""
        columns = function_rules.c
        calls = select(function_targets.c.rule).where(function_targets.c.arn == arn)
        is_it = (columns.account == place.account, columns.region == place.region, columns.id > after)
        query = select(function_rules).where(*is_it, columns.id.in_(calls)).order_by(columns.id).limit(most)
        return [_rule(row) for row in connection.execute(query)]

    def delete(self, connection: Connection, rule: int) -> None:
        """Remove a rule, which has no targets."""
        connection.execute(delete(function_rules).where(function_rules.c.id == rule))

    def due(self, connection: Connection, now_ms: int, most: int) -> Sequence[FunctionRule]:
        """Return rules that are due, the longest first."""
        columns = function_rules.c
        query = select(function_rules).where(columns.due_ms <= now_ms).order_by(columns.due_ms, columns.id)
        return [_rule(row) for row in connection.execute(query.limit(most))]

    def ahead(self, connection: Connection, now_ms: int) -> Sequence[FunctionRule]:
        """Return the rules that are due later."""
        query = select(function_rules).where(function_rules.c.due_ms > now_ms)
        return [_rule(row) for row in connection.execute(query)]

    def move(self, connection: Connection, rule: FunctionRule, due_ms: int | None) -> bool:
        """Say when a rule is due next; return whether it was due as the caller read it."""
        columns = function_rules.c
        is_it = (columns.id == rule.id, columns.due_ms == rule.due_ms, columns.schedule == rule.schedule)
        change = update(function_rules).where(*is_it).values(due_ms=due_ms)
        return bool(connection.execute(change).rowcount)

    # Targets

    def targets(self, connection: Connection, rule: int) -> Sequence[RuleTarget]:
        """Return what a rule calls, in the order in which it was named."""
        columns = function_targets.c
        query = select(columns.name, columns.arn, columns.input, columns.oldest_s)
        query = query.where(columns.rule == rule).order_by(columns.id)
        return [RuleTarget(*row) for row in connection.execute(query)]

    def put_target(self, connection: Connection, rule: int, target: RuleTarget) -> None:
        """Add what a rule calls, or change the one of this name."""
        columns = function_targets.c
        values = {"arn": target.arn, "input": target.input, "oldest_s": target.oldest_s}
        is_it = (columns.rule == rule, columns.name == target.name)
        if not connection.execute(update(function_targets).where(*is_it).values(values)).rowcount:
            row = {"rule": rule, "name": target.name, **values}
            connection.execute(insert(function_targets).values(row))

    def remove_targets(self, connection: Connection, rule: int, names: Sequence[str]) -> None:
        """Let a rule call some no more."""
        columns = function_targets.c
        connection.execute(delete(function_targets).where(columns.rule == rule, columns.name.in_(names)))


def _rule(row: Row[Any]) -> FunctionRule:
    place = FunctionPlace(row.account, row.region)
    return FunctionRule(row.id, place, row.name, row.description, row.schedule, row.is_on, row.due_ms)
