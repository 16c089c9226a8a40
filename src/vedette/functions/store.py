"""Every statement on the tables of functions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.functions.tables import function_events, function_logs, functions
from vedette.functions.values import NewEvent
from vedette.identity.seal import Seal

PURPOSE = "functions"
WAITING, DEAD = "waiting", "dead"
# Settings that came with change 0061, kept where they say something.
LATER = ("dead_letters", "on_success", "on_failure", "may_recur")


@dataclass(frozen=True, slots=True)
class FunctionPlace:
    """Where a function is: the account, and the region that was asked."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """What a customer says of a function, beside its code."""

    handler: str
    role: str
    runtime: str
    timeout_s: int = 3
    memory_mb: int = 128
    description: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    code_sha: str = ""
    code_size: int = 0
    # Of events that nobody waits for: further tries, and for how long they are tried at all.
    retries: int = 2
    oldest_s: int = 21_600
    # Who is told of events that failed for good, and how events ended: ARNs, empty for nobody.
    dead_letters: str = ""
    on_success: str = ""
    on_failure: str = ""
    # Whether it may call itself, by what it does, without end.
    may_recur: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function as it lies, without its code."""

    id: int
    place: FunctionPlace
    name: str
    revision: str
    changed_ms: int
    policy: str
    settings: FunctionSettings

    @property
    def arn(self) -> str:
        """Its name everywhere."""
        return f"arn:aws:lambda:{self.place.region}:{self.place.account}:function:{self.name}"


@dataclass(frozen=True, slots=True)
class FunctionEvent:
    """An event that waits, or was given up."""

    id: int
    function: int
    request: str
    payload: bytes = field(repr=False)
    noted_ms: int
    tries: int
    due_ms: int
    state: str
    answer: str
    chain: str = ""
    condition: str = ""
    owed: str = ""
    owed_ms: int = 0


_COLUMNS = [column for column in functions.c if column.name != "code"]


class FunctionStore:
    """Reads and writes functions within transactions of its callers."""

    def __init__(self, seal: Seal, clock: Clock) -> None:
        self._seal = seal
        self._clock = clock

    def now_ms(self) -> int:
        """Return the moment."""
        return milliseconds(self._clock())

    # Functions

    def insert(
        self, connection: Connection, place: FunctionPlace, name: str, settings: FunctionSettings, code: bytes
    ) -> None:
        """Add a function."""
        row = {
            "account": place.account, "region": place.region, "name": name, "revision": str(uuid4()),
            "changed_ms": self.now_ms(), "policy": "", "settings": self._close(settings), "code": code,
        }  # fmt: skip
        connection.execute(insert(functions).values(row))

    def change(
        self, connection: Connection, function: int, settings: FunctionSettings, code: bytes | None = None
    ) -> None:
        """Change a function's settings, and its code where there is another."""
        values: dict[str, Any] = {"settings": self._close(settings), "revision": str(uuid4())}
        values |= {"changed_ms": self.now_ms()} | ({} if code is None else {"code": code})
        connection.execute(update(functions).where(functions.c.id == function).values(values))

    def put_policy(self, connection: Connection, function: int, policy: str) -> None:
        """Store who may have a function called."""
        connection.execute(update(functions).where(functions.c.id == function).values(policy=policy))

    def find(self, connection: Connection, place: FunctionPlace, name: str) -> Function | None:
        """Return the function of a name."""
        columns = functions.c
        is_it = (columns.account == place.account, columns.region == place.region, columns.name == name)
        row = connection.execute(select(*_COLUMNS).where(*is_it)).first()
        return None if row is None else self._function(row)

    def get(self, connection: Connection, function: int) -> Function | None:
        """Return the function of a number."""
        row = connection.execute(select(*_COLUMNS).where(functions.c.id == function)).first()
        return None if row is None else self._function(row)

    def code(self, connection: Connection, function: int) -> bytes:
        """Return a function's code."""
        row = connection.execute(select(functions.c.code).where(functions.c.id == function)).one()
        return bytes(row.code)

    def list(self, connection: Connection, place: FunctionPlace, after: int, most: int) -> Sequence[Function]:
        """Return functions of a place, the oldest first, from the one after a number on."""
        columns = functions.c
        is_here = (columns.account == place.account, columns.region == place.region, columns.id > after)
        rows = connection.execute(select(*_COLUMNS).where(*is_here).order_by(columns.id).limit(most))
        return [self._function(row) for row in rows]

    def count(self, connection: Connection, account: str) -> int:
        """Return how many functions an account has."""
        query = select(func.count()).select_from(functions).where(functions.c.account == account)
        return int(connection.execute(query).scalar_one())

    def delete(self, connection: Connection, function: int) -> None:
        """Remove a function with its events and its log."""
        for table in (function_events, function_logs):
            connection.execute(delete(table).where(table.c.function == function))
        connection.execute(delete(functions).where(functions.c.id == function))

    # Events

    def add_event(self, connection: Connection, function: int, event: NewEvent) -> int | None:
        """Note an event, and return its number; nothing where it is noted already."""
        columns = function_events.c
        is_it = (columns.function == function, columns.request == event.request)
        if connection.execute(select(columns.id).where(*is_it)).first() is not None:
            return None
        now_ms = self.now_ms()
        row = {
            "function": function, "request": event.request, "payload": event.payload, "noted_ms": now_ms,
            "tries": 0, "due_ms": now_ms, "state": WAITING, "answer": "", "chain": event.chain,
        }  # fmt: skip
        return int(connection.execute(insert(function_events).values(row).returning(columns.id)).scalar_one())

    def event(self, connection: Connection, number: int) -> FunctionEvent | None:
        """Return the event of a number."""
        row = connection.execute(select(function_events).where(function_events.c.id == number)).first()
        return None if row is None else FunctionEvent(*row)

    def due(self, connection: Connection, most: int) -> Sequence[tuple[int, int, str]]:
        """Return events that are due: their number, their function and its account."""
        columns = function_events.c
        query = (
            select(columns.id, columns.function, functions.c.account)
            .join(functions, functions.c.id == columns.function)
            .where(columns.state == WAITING, columns.due_ms <= self.now_ms())
            .order_by(columns.due_ms, columns.id)
        )
        return [(row[0], row[1], row[2]) for row in connection.execute(query.limit(most))]

    def end_event(self, connection: Connection, number: int) -> None:
        """Forget an event that was handled."""
        connection.execute(delete(function_events).where(function_events.c.id == number))

    def put_off(self, connection: Connection, number: int, after_s: float, answer: str) -> None:
        """Note that a try failed, and when the next one is."""
        values = {"tries": function_events.c.tries + 1, "answer": answer}
        values["due_ms"] = self.now_ms() + int(after_s * 1000)
        connection.execute(update(function_events).where(function_events.c.id == number).values(values))

    def give_up(
        self, connection: Connection, number: int, answer: str, *, condition: str, tries: int, owed: str = ""
    ) -> None:
        """Note that an event failed for good, and which bucket is yet to be told.

        It stays until somebody redrives it or deletes the function.
        """
        now_ms = self.now_ms()
        values = {
            "tries": tries, "answer": answer, "state": DEAD, "due_ms": now_ms, "condition": condition,
            "owed": owed, "owed_ms": now_ms if owed else 0,
        }  # fmt: skip
        connection.execute(update(function_events).where(function_events.c.id == number).values(values))

    def owed(self, connection: Connection, most: int) -> Sequence[FunctionEvent]:
        """Return events that a bucket is to be told of now."""
        columns = function_events.c
        query = select(function_events).where(columns.owed_ms > 0, columns.owed_ms <= self.now_ms())
        return [
            FunctionEvent(*row) for row in connection.execute(query.order_by(columns.owed_ms).limit(most))
        ]

    def owe_until(self, connection: Connection, event: FunctionEvent, due_ms: int) -> bool:
        """Say when a bucket is told of an event, 0 for never; False where somebody else said so before."""
        columns = function_events.c
        is_it = (columns.id == event.id, columns.owed_ms == event.owed_ms)
        values = {"owed_ms": due_ms} | ({} if due_ms else {"owed": ""})
        return connection.execute(update(function_events).where(*is_it).values(values)).rowcount > 0

    def dead(self, connection: Connection, function: int, most: int = 1000) -> Sequence[FunctionEvent]:
        """Return the events of a function that were given up, the oldest first."""
        columns = function_events.c
        query = select(function_events).where(columns.function == function, columns.state == DEAD)
        return [FunctionEvent(*row) for row in connection.execute(query.order_by(columns.id).limit(most))]

    def redrive(self, connection: Connection, function: int, request: str) -> int:
        """Let events that were given up wait again, all or one; return how many."""
        columns = function_events.c
        is_it = [columns.function == function, columns.state == DEAD]
        is_it += [columns.request == request] if request else []
        now_ms = self.now_ms()
        # Whoever redrives what went in a circle begins a new one, and whom a bucket was to be told is tried.
        values = {
            "state": WAITING, "tries": 0, "noted_ms": now_ms, "due_ms": now_ms, "chain": "", "condition": "",
            "owed": "", "owed_ms": 0,
        }  # fmt: skip
        return int(connection.execute(update(function_events).where(*is_it).values(values)).rowcount)

    def count_events(self, connection: Connection, function: int, state: str) -> int:
        """Return how many events of a function are in a state."""
        columns = function_events.c
        query = select(func.count()).where(columns.function == function, columns.state == state)
        return int(connection.execute(query).scalar_one())

    def _close(self, settings: FunctionSettings) -> bytes:
        # A server of an older release reads no function with a setting that it does not know.
        facts = {name: value for name, value in asdict(settings).items() if value or name not in LATER}
        return self._seal.seal(orjson.dumps(facts), PURPOSE)

    def _function(self, row: Row[Any]) -> Function:
        settings = FunctionSettings(**orjson.loads(self._seal.open(row.settings, PURPOSE)))
        place = FunctionPlace(row.account, row.region)
        return Function(row.id, place, row.name, row.revision, row.changed_ms, row.policy, settings)
