"""Every statement on the tables of stacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.identity.seal import Seal
from vedette.stacks.tables import (
    change_sets,
    stack_events,
    stack_exports,
    stack_imports,
    stack_resources,
    stacks,
)
from vedette.stacks.values import (
    ChangeSet,
    ResourceFacts,
    Stack,
    StackEvent,
    StackOutput,
    StackPlace,
    StackResource,
    StackSecrets,
    StackSource,
)

PURPOSE = "stacks"
STACK_TYPE = "AWS::CloudFormation::Stack"
LONGEST_REASON = 4096
Value = TypeVar("Value")


class StackStore:
    """Reads and writes stacks within transactions of its callers."""

    def __init__(self, seal: Seal, clock: Clock) -> None:
        self._seal = seal
        self._clock = clock

    def now_ms(self) -> int:
        """Return the moment."""
        return milliseconds(self._clock())

    # Stacks

    def insert(self, connection: Connection, place: StackPlace, name: str, **values: Any) -> int:
        """Add a stack, and return its number."""
        secrets = self._close(values.pop("secrets"))
        row = {
            "account": place.account, "region": place.region, "name": name, "live_name": name,
            "uuid": str(uuid4()), "reason": "", "created_ms": self.now_ms(), "updated_ms": 0, "deleted_ms": 0,
            "is_protected": False, "rolls_back": True, "on_failure": "ROLLBACK", "policy": "",
            "is_cancelled": False, "token": "", "drift": "{}", **values,
        }  # fmt: skip
        statement = insert(stacks).values(**row, secrets=secrets).returning(stacks.c.id)
        return int(connection.execute(statement).scalar_one())

    def change(self, connection: Connection, number: int, **values: Any) -> None:
        """Change a stack."""
        if "secrets" in values:
            values["secrets"] = self._close(values["secrets"])
        if "drift" in values:
            values["drift"] = orjson.dumps(values["drift"]).decode()
        connection.execute(update(stacks).where(stacks.c.id == number).values(**values))

    def get(self, connection: Connection, number: int) -> Stack:
        """Return the stack of a number."""
        return self._stack(connection.execute(select(stacks).where(stacks.c.id == number)).one())

    def find(self, connection: Connection, place: StackPlace, name: str) -> Stack | None:
        """Return the stack that lives under a name, or the one, dead too, of an id."""
        columns = stacks.c
        is_here = and_(columns.account == place.account, columns.region == place.region)
        if name.startswith("arn:"):
            stack_name, _, uuid = name.partition(":stack/")[2].partition("/")
            is_it = and_(columns.name == stack_name, columns.uuid == uuid)
        else:
            is_it = columns.live_name == name
        row = connection.execute(select(stacks).where(is_here, is_it)).first()
        stack = None if row is None else self._stack(row)
        return None if stack is None or (name.startswith("arn:") and stack.arn != name) else stack

    def of_place(self, connection: Connection, place: StackPlace) -> list[Stack]:
        """Return the stacks of a place, the newest first, and those that are gone too."""
        is_here = and_(stacks.c.account == place.account, stacks.c.region == place.region)
        rows = connection.execute(select(stacks).where(is_here).order_by(stacks.c.id.desc()))
        return [self._stack(row) for row in rows]

    def count(self, connection: Connection, place: StackPlace) -> int:
        """Return how many stacks of a place live."""
        is_here = and_(stacks.c.account == place.account, stacks.c.region == place.region)
        query = select(func.count()).where(is_here, stacks.c.live_name.is_not(None))
        return int(connection.execute(query).scalar_one())

    # Resources

    def resources(self, connection: Connection, stack: int) -> list[StackResource]:
        """Return the resources of a stack, in the order in which they were begun."""
        query = select(stack_resources).where(stack_resources.c.stack == stack)
        return [self._resource(row) for row in connection.execute(query.order_by(stack_resources.c.id))]

    def add_resource(self, connection: Connection, stack: int, facts: ResourceFacts, **values: Any) -> int:
        """Add a resource, which is begun now, and return its number."""
        now_ms = self.now_ms()
        row = {
            "stack": stack, "reason": "", "began_ms": now_ms, "changed_ms": now_ms, "is_current": True,
            "is_fresh": True, "is_there": False, "drift": "{}", **values,
        }  # fmt: skip
        statement = insert(stack_resources).values(**row, facts=self._close(facts))
        return int(connection.execute(statement.returning(stack_resources.c.id)).scalar_one())

    def change_resource(self, connection: Connection, number: int, **values: Any) -> None:
        """Change a resource."""
        if "facts" in values:
            values["facts"] = self._close(values["facts"])
        if "drift" in values:
            values["drift"] = orjson.dumps(values["drift"]).decode()
        elif "status" in values:
            values["changed_ms"] = self.now_ms()
        if "reason" in values:
            values["reason"] = values["reason"][:LONGEST_REASON]
        is_it = stack_resources.c.id == number
        connection.execute(update(stack_resources).where(is_it).values(**values))

    def drop_resource(self, connection: Connection, number: int) -> None:
        """Forget a resource."""
        connection.execute(delete(stack_resources).where(stack_resources.c.id == number))

    # Events

    def note(
        self, connection: Connection, stack: Stack, status: str, reason: str = "", **resource: str
    ) -> None:
        """Write an event down: of the stack itself, unless a resource is named."""
        row = {"logical": stack.name, "physical": stack.arn, "type": STACK_TYPE, "properties": "", **resource}
        values = {
            "stack": stack.id,
            "uuid": str(uuid4()),
            "at_ms": self.now_ms(),
            "status": status,
            "reason": reason[:LONGEST_REASON],
            "token": stack.token,
        }
        connection.execute(insert(stack_events).values(**row, **values))

    def events(self, connection: Connection, stack: int, *, before: int, most: int) -> list[StackEvent]:
        """Return events, the newest first; those before a number."""
        columns = stack_events.c
        query = select(stack_events).where(columns.stack == stack)
        if before:
            query = query.where(columns.id < before)
        rows = connection.execute(query.order_by(columns.id.desc()).limit(most))
        return [StackEvent(**_only(StackEvent, row)) for row in rows]

    # Exports

    def exports(self, connection: Connection, place: StackPlace) -> list[Row[Any]]:
        """Return what the stacks of a place export: name, value and stack."""
        columns = stack_exports.c
        is_here = and_(columns.account == place.account, columns.region == place.region)
        return list(connection.execute(select(stack_exports).where(is_here).order_by(columns.name)))

    def importers(self, connection: Connection, place: StackPlace, name: str) -> list[Stack]:
        """Return the stacks of a place that import a value."""
        is_here = and_(stacks.c.account == place.account, stacks.c.region == place.region)
        query = select(stacks).join(stack_imports, stack_imports.c.stack == stacks.c.id)
        rows = connection.execute(query.where(is_here, stack_imports.c.name == name).order_by(stacks.c.id))
        return [self._stack(row) for row in rows]

    def put_exports(self, connection: Connection, stack: Stack, outputs: Iterable[StackOutput]) -> None:
        """Have a stack export these and nothing else."""
        connection.execute(delete(stack_exports).where(stack_exports.c.stack == stack.id))
        for output in outputs:
            if output.export:
                row = {"account": stack.place.account, "region": stack.place.region, "name": output.export}
                connection.execute(insert(stack_exports).values(**row, value=output.value, stack=stack.id))

    def put_imports(self, connection: Connection, stack: int, names: Iterable[str]) -> None:
        """Write down what a stack imports, and nothing else."""
        connection.execute(delete(stack_imports).where(stack_imports.c.stack == stack))
        for name in sorted(set(names)):
            connection.execute(insert(stack_imports).values(stack=stack, name=name))

    def imports(self, connection: Connection, stack: int) -> set[str]:
        """Return what a stack imports."""
        query = select(stack_imports.c.name).where(stack_imports.c.stack == stack)
        return {str(name) for name in connection.execute(query).scalars()}

    # Change sets

    def add_change_set(
        self, connection: Connection, stack: int, source: StackSource, role: str, **values: Any
    ) -> None:
        """Add a change set, in place of one of the same name that came to nothing."""
        values["changes"] = orjson.dumps(values["changes"]).decode()
        row = {"stack": stack, "uuid": str(uuid4()), "created_ms": self.now_ms(), **values}
        sealed = self._seal_document({"source": asdict(source), "role": role})
        connection.execute(insert(change_sets).values(**row, source=sealed))

    def change_sets(self, connection: Connection, stack: int) -> list[ChangeSet]:
        """Return a stack's change sets, the oldest first."""
        query = select(change_sets).where(change_sets.c.stack == stack).order_by(change_sets.c.id)
        return [self._change_set(row) for row in connection.execute(query)]

    def move_change_set(self, connection: Connection, number: int, execution: str) -> None:
        """Write down what becomes of a change set."""
        is_it = change_sets.c.id == number
        connection.execute(update(change_sets).where(is_it).values(execution=execution))

    def drop_change_sets(self, connection: Connection, numbers: Sequence[int]) -> None:
        """Delete change sets."""
        connection.execute(delete(change_sets).where(change_sets.c.id.in_(numbers)))

    # Rows

    def _close(self, value: StackSecrets | ResourceFacts) -> bytes:
        return self._seal_document(asdict(value))

    def _seal_document(self, document: Mapping[str, Any]) -> bytes:
        return self._seal.seal(orjson.dumps(document), PURPOSE)

    def _open(self, sealed: bytes) -> Any:
        return orjson.loads(self._seal.open(sealed, PURPOSE))

    def _stack(self, row: Row[Any]) -> Stack:
        document = self._open(row.secrets)
        secrets = StackSecrets(
            StackSource(**document["source"]),
            StackSource(**document["next"]) if document["next"] else None,
            tuple(StackOutput(**output) for output in document["outputs"]),
            document["caller"],
            document["role"],
            # Sealed by an older server, a document lacks these.
            document.get("judged_by", ""),
            document.get("next_policy", ""),
        )
        facts = _only(Stack, row) | {"drift": orjson.loads(row.drift), "secrets": secrets}
        return Stack(**facts, place=StackPlace(row.account, row.region))

    def _resource(self, row: Row[Any]) -> StackResource:
        facts = ResourceFacts(**self._open(row.facts))
        return StackResource(**_only(StackResource, row) | {"drift": orjson.loads(row.drift), "facts": facts})

    def _change_set(self, row: Row[Any]) -> ChangeSet:
        document = self._open(row.source)
        facts = _only(ChangeSet, row) | {"changes": orjson.loads(row.changes), "role": document["role"]}
        return ChangeSet(**facts | {"source": StackSource(**document["source"])})


def _only(kind: type[Value], row: Row[Any]) -> dict[str, Any]:
    """Return the columns of a row that a value has fields for."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return {name: value for name, value in row._mapping.items() if name in names}
