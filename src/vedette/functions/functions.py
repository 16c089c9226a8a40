"""Functions on a server: made, changed, called, and given events that nobody waits for.

An event is a row and a job in one transaction; the row goes when the function has handled it, is put off
when that failed, and stays as a dead letter after the last try. What a killed server left is tried again.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, system_clock
from vedette.dialects.aws_lambda import key_of, log_stream
from vedette.errors import Denied, Missing, Taken, TooEarly, TooFast, TooMuch, Wrong
from vedette.functions.bucket_records import BucketRecords
from vedette.functions.bundle import check_bundle
from vedette.functions.chains import MOST_ROUNDS, CallChains, lengthened, rounds_of
from vedette.functions.confine import Confinement
from vedette.functions.environment import FunctionEnvironment
from vedette.functions.events import KIND, EventOrder, event_kind
from vedette.functions.logs import FunctionLogs
from vedette.functions.pool import EnvironmentPool
from vedette.functions.port import FunctionActor, ResultTopics
from vedette.functions.results import EventResults
from vedette.functions.rules import FunctionRules
from vedette.functions.store import Function, FunctionPlace, FunctionSettings, FunctionStore
from vedette.functions.values import FunctionProgram, InvocationRequest, InvocationResult, NewEvent
from vedette.identity.seal import Seal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.store.db import Database

log = logging.getLogger(__name__)

# Of calls that somebody waits for, so many at once; AWS Lambda's account has 1,000 on its own machines.
MOST_CALLS = 8
MOST_FUNCTIONS = 100
# How many events of one function may wait: more are refused, and whoever sent them tries again.
MOST_EVENTS = 100_000
DUE_AT_ONCE = 200
DOORS_S = 60.0
OFF = "Functions are off on this server; VEDETTE_FUNCTIONS=confined turns them on."


@dataclass(slots=True)
class FunctionTools:
    """What functions need of the server. Without a confinement they are off."""

    database: Database
    seal: Seal
    jobs: JobRunner
    confinement: Confinement | None = None
    models: tuple[Path, ...] = ()
    clock: Clock = system_clock
    # Who can be told how events ended; None where nobody can.
    topics: ResultTopics | None = None
    inputs: FunctionActor | None = None
    ready: threading.Event = field(default_factory=threading.Event)

    def hand_over(self, actor: FunctionActor) -> None:
        """Take what gives functions their keys; events that wait for it go on."""
        self.inputs = actor
        self.ready.set()

    @property
    def actor(self) -> FunctionActor:
        """What gives functions their keys, once the doors are open: events of before a start come sooner."""
        self.ready.wait(DOORS_S)
        if self.inputs is None:
            raise TooEarly("The server is only being started.")
        return self.inputs


class Functions:
    """The functions of all accounts. Threads may share it."""

    def __init__(self, tools: FunctionTools) -> None:
        self.tools = tools
        self.store = FunctionStore(tools.seal, tools.clock)
        self.logs = FunctionLogs(tools.database, tools.clock)
        self.database = tools.database
        self._pool = EnvironmentPool(self._begin)
        self._calls: ThreadPoolExecutor | None = None
        self._under_way = 0
        self.rules = FunctionRules(self)
        self.chains = CallChains()
        self.results = EventResults(self)
        self._records = BucketRecords(self, self.results)
        # Whoever counts what becomes of events: the function, and the word for it.
        self.watch: Callable[[Function, str], None] = lambda *_: None
        tools.jobs.register(event_kind(self))

    def start(self) -> None:
        """Try what is due from now on."""
        self.tools.jobs.on_beat(self._beat)
        self.tools.jobs.on_beat(self.rules.beat)

    def close(self) -> None:
        """End every process."""
        self._pool.close()
        self._records.close()
        if self._calls is not None:
            self._calls.shutdown(cancel_futures=True)

    @property
    def clock(self) -> Clock:
        """The clock."""
        return self.tools.clock

    @property
    def actor(self) -> FunctionActor:
        """What has the rights of roles."""
        return self.tools.actor

    @property
    def topics(self) -> ResultTopics | None:
        """Who can be told how events ended."""
        return self.tools.topics

    def count(self, function: Function, outcome: str) -> None:
        """Count what became of an event."""
        self.watch(function, outcome)

    @property
    def is_on(self) -> bool:
        """Whether functions run on this server."""
        return self.tools.confinement is not None

    def require_on(self) -> None:
        """Refuse where the operator does not want functions."""
        if self.tools.confinement is None:
            raise Denied(OFF)

    # What there is

    def create(self, place: FunctionPlace, name: str, settings: FunctionSettings, code: bytes) -> Function:
        """Make a function."""
        self.require_on()
        settings = _with_code(settings, code)
        with self.database.write() as connection:
            if self.store.find(connection, place, name) is not None:
                raise Taken(f"Function already exist: {name}", kind="function", name=name)
            if self.store.count(connection, place.account) >= MOST_FUNCTIONS:
                raise TooMuch(f"An account has at most {MOST_FUNCTIONS} functions.", kind="functions")
            self.store.insert(connection, place, name, settings, code)
            return self._found(connection, place, name)

    def change(
        self,
        place: FunctionPlace,
        name: str,
        changes: Mapping[str, Any],
        *,
        revision: str = "",
        code: bytes | None = None,
    ) -> Function:
        """Change settings or code; calls that run go on with what they began with."""
        self.require_on()
        with self.database.write() as connection:
            function = self._found(connection, place, name)
            if revision and revision != function.revision:
                raise Wrong("The RevisionId provided does not match the latest.", kind="revision", name=name)
            settings = replace(function.settings, **changes)
            if code is not None:
                settings = _with_code(settings, code)
            self.store.change(connection, function.id, settings, code)
            return self._found(connection, place, name)

    def delete(self, place: FunctionPlace, name: str) -> None:
        """Remove a function, with the events that wait for it and its log."""
        with self.database.write() as connection:
            self.store.delete(connection, self._found(connection, place, name).id)

    def find(self, place: FunctionPlace, name: str) -> Function:
        """Return a function."""
        with self.database.read() as connection:
            return self._found(connection, place, name)

    def list(self, place: FunctionPlace, *, after: int, most: int) -> tuple[Sequence[Function], bool]:
        """Return functions of a place, and whether there are more."""
        with self.database.read() as connection:
            result = self.store.list(connection, place, after, most + 1)
        return result[:most], len(result) > most

    def put_policy(self, place: FunctionPlace, name: str, before: str, policy: str) -> None:
        """Store a policy in place of the one before; refuse where somebody else was quicker."""
        with self.database.write() as connection:
            function = self._found(connection, place, name)
            if function.policy != before:
                raise TooFast("The function's policy was changed by another request just now.")
            self.store.put_policy(connection, function.id, policy)

    # Calls

    def call(self, function: Function, request: InvocationRequest) -> "Future[InvocationResult]":
        """Begin a call that somebody waits for; refuse one too many, or in a circle."""
        self.require_on()
        if not function.settings.may_recur and rounds_of(request.chain, function.id) >= MOST_ROUNDS:
            self.count(function, "stopped")
            sentence = f"{function.name} was called {MOST_ROUNDS} times by what it does itself."
            raise Wrong(sentence, kind="recursion", name=function.name)
        if self._calls is None:
            self._calls = ThreadPoolExecutor(MOST_CALLS, thread_name_prefix="functions")
        if self._under_way >= MOST_CALLS:
            raise TooFast(f"Rate Exceeded. {MOST_CALLS} calls of functions are under way.", kind="calls")
        self._under_way += 1
        future = self._calls.submit(self.run, function, request)
        future.add_done_callback(self._count_down)
        return future

    def run(
        self, function: Function, request: InvocationRequest, context: JobContext | None = None
    ) -> InvocationResult:
        """Call a function in this thread, and keep what it printed; a job that is left ends the call."""
        with self._pool.lent(function) as environment:
            chain = lengthened(request.chain, function.id)
            self.chains.enter(key_of(environment.program.variables), chain)
            leaving = nullcontext() if context is None else context.calling(environment.stop)
            with leaving:
                result = environment.invoke(request)
            stream = environment.program.log_stream
        self.keep_log(function, request.id, result.log, stream)
        return result

    def keep_log(self, function: Function, request: str, text: str, stream: str = "") -> None:
        """Keep what an invocation printed; its answer counts, whether that can be kept or not."""
        try:
            with self.database.write() as connection:
                if self.store.get(connection, function.id) is not None:
                    self.logs.store.add(connection, function.id, (request, stream), text)
        except Exception:
            log.warning("the log of a call of %s could not be kept", function.name, exc_info=True)

    def _count_down(self, future: "Future[InvocationResult]") -> None:
        del future
        self._under_way -= 1

    def _begin(self, function: Function) -> FunctionEnvironment:
        confinement = self.tools.confinement
        if confinement is None:
            raise Denied(OFF)
        variables = {**function.settings.variables, **self.tools.actor.variables(function)}
        with self.database.read() as connection:
            code = self.store.code(connection, function.id)
        settings = function.settings
        program = FunctionProgram(
            function.name,
            code,
            settings.handler,
            float(settings.timeout_s),
            settings.memory_mb,
            variables,
            self.tools.models,
            self.tools.actor.authority(),
            log_stream(self.clock(), uuid.uuid4().hex),
        )
        return FunctionEnvironment(program, confinement)

    # Events

    def queue(self, function: Function, events: Sequence[NewEvent]) -> None:
        """Keep events, each with the id of its invocation; they are handled once this returned."""
        self.require_on()
        with self.database.write() as connection:
            if self.store.get(connection, function.id) is None:
                raise Missing(f"Function not found: {function.name}", kind="function", name=function.name)
            numbers = self.note(connection, function, events)
        self.begin(numbers)

    def note(self, connection: Connection, function: Function, events: Sequence[NewEvent]) -> Sequence[int]:
        """Write events down with their jobs; `begin` those after the commit."""
        waiting = self.store.count_events(connection, function.id, "waiting")
        if waiting + len(events) > MOST_EVENTS:
            raise TooFast(f"Rate Exceeded. {MOST_EVENTS:,} events wait for {function.name}.", kind="calls")
        numbers = []
        for event in events:
            number = self.store.add_event(connection, function.id, event)
            if number is not None:
                numbers.append(self._add_job(connection, function.place.account, number))
        return numbers

    def begin(self, jobs: Sequence[int]) -> None:
        """Let jobs be done that were added and are committed."""
        for number in jobs:
            self.tools.jobs.begin(KIND, number)

    def _add_job(self, connection: Connection, account: str, event: int) -> int:
        return self.tools.jobs.add(connection, NewJob(KIND, str(event), account, EventOrder(event)))

    def _beat(self) -> None:
        """Add a job for each event that is due and has none, tell buckets, and let go of idle processes."""
        self._pool.sweep()
        self.logs.store.sweep(self.database)
        self.chains.sweep()
        if self.tools.confinement is None:
            return
        if self.tools.ready.is_set():
            self._records.begin()
        with self.database.read() as connection:
            due = self.store.due(connection, DUE_AT_ONCE)
        if not due:
            return
        with self.database.write() as connection:
            numbers = [self._add_job(connection, account, event) for event, _, account in due]
        self.begin(numbers)

    def _found(self, connection: Connection, place: FunctionPlace, name: str) -> Function:
        function = self.store.find(connection, place, name)
        if function is None:
            arn = f"arn:aws:lambda:{place.region}:{place.account}:function:{name}"
            raise Missing(f"Function not found: {arn}", kind="function", name=name)
        return function


def event_id(function: Function, event: str) -> str:
    """Return the invocation's id of an event that has an id of its own: the same each time."""
    with suppress(ValueError):
        return str(uuid.UUID(event))
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{function.id} {event}"))


def _with_code(settings: FunctionSettings, code: bytes) -> FunctionSettings:
    check_bundle(code)
    return replace(settings, code_sha=sha256(code).hexdigest(), code_size=len(code))
