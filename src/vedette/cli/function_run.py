"""`vedette function run`: a handler for AWS Lambda on this machine, for one event, a prefix or a schedule."""

import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from vedette.cli.credentials import Data
from vedette.cli.models import Endpoint, translate_client_errors
from vedette.cli.parts import require_part
from vedette.cli.signatures import Argument, Exit, Option
from vedette.cli.tags import pairs
from vedette.errors import Wrong

if TYPE_CHECKING:
    from vedette.functions.local import LocalEvent, LocalQueue
    from vedette.functions.values import FunctionProgram, InvocationResult

POLL_S = 5.0
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
DEFAULT_HANDLER = "lambda_function.lambda_handler"

Code = Annotated[Path, Argument(metavar="CODE", help="A Python file, a folder with one, or a zip of it.")]
Handler = Annotated[str, Option(help="FILE.FUNCTION; the file's lambda_handler when it is not said.")]
Variables = Annotated[
    list[str] | None, Option("--env", help="KEY=VALUE of the function's environment; once for each.")
]


@dataclass(frozen=True, slots=True)
class FunctionBounds:
    """How long it may take, and how much memory it may have."""

    timeout: Annotated[int, Option(min=1, max=900, help="Seconds that a call may take.")] = 30
    memory: Annotated[int, Option(min=128, max=10240, help="Megabytes of memory.")] = 256


@dataclass(frozen=True, slots=True)
class RetryOptions:
    """What is done with events that fail."""

    retries: Annotated[int, Option(min=0, max=2, help="Further tries of an event that failed.")] = 2
    retry_after: Annotated[
        float, Option(min=0, help="Seconds before the first of them; twice for the next.")
    ] = 60
    dead_letters: Annotated[
        Path | None, Option(help="A file for events that failed for good; CODE.dead.jsonl by default.")
    ] = None


def run_function(  # noqa: PLR0913  (a command has as many options as it has)
    code: Code,
    *,
    handler: Handler = "",
    event: Annotated[str, Option(help="A file with one event as JSON; - reads it here.")] = "",
    on: Annotated[str, Option(help="s3://bucket/prefix: an event for each object, from then on.")] = "",
    every: Annotated[str, Option(help="A scheduled event every 30s, 5m, 1h or 1d.")] = "",
    env: Variables = None,
    bounds: FunctionBounds,
    retrying: RetryOptions,
    state: Annotated[
        Path | None, Option(help="Which objects were handled; CODE.done.jsonl by default.")
    ] = None,
    once: Annotated[bool, Option("--once", help="End when what is there now was handled.")] = False,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Run a handler as AWS Lambda calls it, shut in as on the server; what it prints is shown."""
    require_part("functions")
    if bool(event) + bool(on) + bool(every) > 1:
        print("Say one of --event, --on and --every.", file=sys.stderr)
        raise Exit(2)
    with translate_client_errors():
        program = _program(code, handler, pairs(env), bounds, endpoint, data)
        if on or every:
            run = LocalRun(program, code, retrying, state)
            source = _objects(run, on, endpoint, data) if on else _ticks(every, once=once)
            is_clean = run.all(source, once=once)
        else:
            is_clean = _run_one(program, read_event(event))
    if not is_clean:
        raise Exit(1)


def _program(
    code: Path,
    handler: str,
    variables: dict[str, str],
    bounds: FunctionBounds,
    endpoint: str,
    data: Path | None,
) -> "FunctionProgram":
    from vedette.cli.client import client_variables, model_folders
    from vedette.functions.bundle import check_bundle
    from vedette.functions.values import FunctionProgram

    content = read_code(code)
    check_bundle(content)
    return FunctionProgram(
        name=code.stem,
        code=content,
        handler=handler or default_handler(code),
        timeout_s=float(bounds.timeout),
        memory_mb=bounds.memory,
        variables={**client_variables(endpoint, data), **variables},
        models=model_folders(),
    )


def read_code(code: Path) -> bytes:
    """Return the zip of what a person named."""
    from vedette.functions.bundle import bundle_of

    if code.suffix == ".zip" and code.is_file():
        return code.read_bytes()
    return bundle_of(code)


def default_handler(code: Path) -> str:
    """Return the handler of a file; of a folder or a zip the one that AWS's console makes."""
    return f"{code.stem}.lambda_handler" if code.suffix == ".py" else DEFAULT_HANDLER


def read_event(name: str) -> Any:
    """Return the event of a file; an empty one where none is named."""
    if not name:
        return {}
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
        return json.loads(text)
    except (OSError, ValueError) as error:
        raise Wrong(f"{name} is no event: {error}") from None


def _run_one(program: "FunctionProgram", event: Any) -> bool:
    from vedette.functions.confine import find_confinement
    from vedette.functions.local import LocalEvent, opened

    with opened(program, find_confinement()) as function:
        result = function.call(LocalEvent(event))
    sys.stderr.write(result.log)
    print(result.payload.decode("utf-8", "replace"))
    return not result.failed


class LocalRun:
    """Events of a source, with a file of what was handled and one of what failed for good."""

    def __init__(
        self, program: "FunctionProgram", code: Path, retrying: RetryOptions, state: Path | None
    ) -> None:
        self.program = program
        self._retrying = retrying
        self._state = state or Path(f"{code}.done.jsonl")
        self._dead = retrying.dead_letters or Path(f"{code}.dead.jsonl")
        self.handled = {str(record["subject"]) for record in _records(self._state)}
        self.count = self.failures = 0

    def all(self, source: "Iterator[list[LocalEvent]]", *, once: bool) -> bool:
        """Handle what a source brings; say whether nothing was given up."""
        from vedette.functions.confine import find_confinement
        from vedette.functions.local import LocalListener, LocalQueue, opened

        listener = LocalListener(self._called, self._ended, self._given_up)
        with opened(self.program, find_confinement()) as function:
            queue = LocalQueue(
                function, listener, retries=self._retrying.retries, retry_s=self._retrying.retry_after
            )
            try:
                self._go_on(queue, source, once=once)
            except KeyboardInterrupt:
                print("Left off; the same command goes on here.", file=sys.stderr)
        print(f"{self.count} events handled, {self.failures} given up.")
        return not self.failures

    def _go_on(self, queue: "LocalQueue", source: "Iterator[list[LocalEvent]]", *, once: bool) -> None:
        while True:
            waiting = queue.subjects
            events = [event for event in next(source, []) if event.subject not in self.handled | waiting]
            for event in events:
                queue.add(event)
            queue.run_due()
            pause_s = queue.pause_s
            if once and not events and pause_s is None:
                return
            if not events:
                time.sleep(POLL_S if pause_s is None else min(POLL_S, pause_s))

    def _called(self, event: "LocalEvent", result: "InvocationResult") -> None:
        sys.stderr.write(result.log)
        if not result.failed:
            print(f"{event.subject}: {result.payload[:2000].decode('utf-8', 'replace')}", flush=True)

    def _ended(self, event: "LocalEvent") -> None:
        self.count += 1
        self.handled.add(event.subject)
        _append(self._state, {"subject": event.subject, "id": event.id, "tries": event.tries})

    def _given_up(self, event: "LocalEvent", result: "InvocationResult") -> None:
        from vedette.dialects.aws_lambda import dead_letter

        self.failures += 1
        record = dead_letter(
            event.id,
            self.program.name,
            event.event,
            moment=datetime.now(UTC),  # noqa: TID251  (a person's file, which no test compares)
            tries=event.tries,
            answer=json.loads(result.payload),
        )
        _append(self._dead, record)
        print(f"{event.subject} failed {event.tries} times: it is in {self._dead}.", file=sys.stderr)


def _records(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file; a last one that a kill cut off is of an event that is handled once more."""
    if not file.exists():
        return
    for line in file.read_text("utf-8").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and "subject" in record:
            yield record


def _append(file: Path, record: dict[str, Any]) -> None:
    is_cut = file.exists() and file.read_bytes()[-1:] not in (b"", b"\n")
    with file.open("a", encoding="utf-8") as lines:
        lines.write(("\n" if is_cut else "") + json.dumps(record) + "\n")


def _objects(run: LocalRun, place: str, endpoint: str, data: Path | None) -> "Iterator[list[LocalEvent]]":
    """Yield again and again the events of what lies under a prefix and was not handled."""
    from vedette.cli.client import open_client
    from vedette.dialects.aws_lambda import object_event
    from vedette.functions.local import LocalEvent

    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    if not place.startswith("s3://") or not bucket:
        raise Wrong(f"{place!r} is no place in a bucket: s3://bucket/prefix.")
    s3 = open_client("s3", endpoint=endpoint, data=data)
    region = run.program.variables.get("AWS_REGION", "us-east-1")
    while True:
        events = []
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", ()):
                subject = f"s3://{bucket}/{entry['Key']} {entry['ETag']} {entry['LastModified'].isoformat()}"
                if subject in run.handled or entry["Key"].endswith("/"):
                    continue
                body = object_event(
                    bucket,
                    entry["Key"],
                    size=entry["Size"],
                    etag=entry["ETag"],
                    moment=entry["LastModified"],
                    region=region,
                )
                events.append(LocalEvent(body, subject))
        yield events


def _ticks(every: str, *, once: bool) -> "Iterator[list[LocalEvent]]":
    """Yield an event whenever one is due; one that was missed is not made up for."""
    from vedette.dialects.aws_lambda import scheduled_event
    from vedette.functions.local import LocalEvent

    match = re.fullmatch(r"([1-9]\d{0,6})([smhd])", every)
    if match is None:
        raise Wrong(f"{every!r} is no interval: 30s, 5m, 1h or 1d.")
    interval_s = int(match[1]) * UNITS[match[2]]
    due = time.monotonic()
    while True:
        if time.monotonic() < due:
            yield []
            continue
        due = max(due + interval_s, time.monotonic())
        moment = datetime.now(UTC)  # noqa: TID251  (the schedule of a person at a terminal)
        event = LocalEvent({}, f"schedule {moment.isoformat()}")
        body = scheduled_event(event.id, moment, account="000000000000", region="us-east-1", rule="local")
        yield [LocalEvent(body, event.subject, event.id)]
        if once:
            return
