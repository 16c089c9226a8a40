"""`vedette audit`: who changed or detected what, and whether the record of it is whole."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.audit_delivered import print_verdict
from vedette.cli.credentials import Data
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.models import Endpoint
from vedette.cli.opening import settings_for, translate_refusals
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option
from vedette.clock import from_milliseconds, system_clock
from vedette.errors import Wrong

if TYPE_CHECKING:
    from vedette.audit.event import AuditEvent
    from vedette.audit.search import TrailQuery

audit = CommandGroup("The audit trail: who changed or detected what, in a chain that is signed.")

Since = Annotated[str, Option(help="From when: 2026-11-29, 2026-11-29T14:30 (UTC), or 90m, 36h, 7d ago.")]
Until = Annotated[str, Option(help="Until when, likewise; now when nothing is said.")]
Person = Annotated[
    str, Option("--who", help="Whose: a user's or role's name, an ARN, or an access key's id.")
]
What = Annotated[str, Option("--operation", help="Which operation; Delete* is all that begin so.")]
Of = Annotated[str, Option("--resource", help="What it names: an ARN, a bucket, a project.")]
Keys = Annotated[
    list[Path] | None,
    Option("--key", help="A public key that was kept elsewhere, and no other; may be said again."),
]
Delivered = Annotated[
    str, Option("--delivered", help="Instead, what a trail delivered: a folder, or s3://bucket/prefix.")
]

EVENT_COLUMNS: Columns = {
    "time": lambda event: from_milliseconds(event.time_ms),
    "service": "service",
    "operation": "operation",
    "who": lambda event: event.caller.arn or event.caller.name or event.caller.kind,
    "account": lambda event: event.caller.account,
    "status": "status",
    "code": "code",
    "client": "client",
    "resources": "resources",
    "parameters": "parameters",
    "sentence": "sentence",
}
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
WRITTEN = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d")


class TrailFormat(StrEnum):
    """The form of exported events."""

    CLOUDTRAIL = "cloudtrail"
    LINES = "lines"


@audit.define("show")
@prints_records
def show(  # noqa: PLR0913  (as the command's options)
    since: Since = "",
    until: Until = "",
    person: Person = "",
    operation: What = "",
    resource: Of = "",
    most: Annotated[int, Option("--most", help="So many events at most, the newest.")] = 50,
    data: Data = None,
) -> None:
    """Show events, the newest first."""
    from vedette.audit.search import search

    events: list[AuditEvent] = []
    with translate_refusals():
        query = _query(since, until, _wanted(person, operation, resource))
        for _, event in search(settings_for(data).data, query):
            if len(events) >= most:
                print("… and earlier ones: --most, --since, --until", file=sys.stderr)
                break
            events.append(event)
    print_list(EVENT_COLUMNS, events, _row, head=("when (UTC)", "who", "operation", "answer", "from", "what"))


@audit.define("verify")
def verify(keys: Keys = None, data: Data = None, delivered: Delivered = "", endpoint: Endpoint = "") -> None:
    """Read the whole trail, or what was delivered of it; say what was removed, changed, added or moved."""
    if delivered:
        with translate_refusals():
            if not print_verdict(delivered, endpoint, data, keys or []):
                raise Exit(1)
        return
    from vedette.audit.signing import kept_keys, read_keys
    from vedette.audit.verify import verify_trail

    with translate_refusals():
        folder = settings_for(data).data
        trusted = read_keys(list(keys)) if keys else kept_keys(folder)
        verdicts = verify_trail(folder, trusted)
    if not verdicts:
        print(f"There is no audit trail in {folder}.", file=sys.stderr)
        raise Exit(1)
    for verdict in verdicts:
        for finding in verdict.findings:
            print(f"{verdict.chain.name}/{finding.file.name}, line {finding.line}: {finding.sentence}")
        for note in verdict.notes:
            print(f"{verdict.chain.name}, {note}")
    lines = sum(verdict.lines for verdict in verdicts)
    names = ", ".join(sorted(trusted.keys)) or "none"
    print(f"{lines:,} lines in {len(verdicts)} chains; keys: {names}.")
    if any(verdict.findings for verdict in verdicts):
        print("The trail is not as it was written.")
        raise Exit(1)
    print("The trail is whole.")


@audit.define("export")
def export(
    to: Annotated[Path, Argument(help="The file to write; - is the standard output.")],
    since: Since = "",
    until: Until = "",
    form: Annotated[
        TrailFormat, Option("--format", help="CloudTrail's records, or an event a line as the trail has it.")
    ] = TrailFormat.CLOUDTRAIL,
    data: Data = None,
) -> None:
    """Write events, the oldest first."""
    from vedette.audit.search import search
    from vedette.dialects.cloudtrail import record_of

    with translate_refusals():
        # What the trail tells of itself has no record in CloudTrail's shape.
        query = _query(since, until, lambda event: event.service != "audit" or form is TrailFormat.LINES)
        events = [event for _, event in search(settings_for(data).data, query)][::-1]
        if form is TrailFormat.CLOUDTRAIL:
            records = [record_of(event) for event in events]
            text = json.dumps({"Records": records}, indent=1, ensure_ascii=False)
        else:
            text = "\n".join(json.dumps(event.dump(), ensure_ascii=False) for event in events)
        if str(to) == "-":
            print(text)
            return
        to.write_text(text + "\n", "utf-8")
    print(f"{len(events)} events in {to}.")


def _query(since: str, until: str, is_wanted: "Callable[[AuditEvent], bool]") -> "TrailQuery":
    from vedette.audit.search import TrailQuery

    now = system_clock()
    since_ms = _moment(since, now) if since else 0
    return TrailQuery(since_ms, _moment(until, now) if until else 1 << 62, is_wanted=is_wanted)


def _moment(text: str, now: datetime) -> int:
    """Return the moment that is meant, in milliseconds since 1970."""
    try:
        if text[-1:] in UNITS and text[:-1].isdigit():
            return int((now - int(text[:-1]) * UNITS[text[-1]]).timestamp() * 1000)
        for form in WRITTEN:
            with suppress(ValueError):
                return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp() * 1000)
    except OverflowError:
        pass
    raise Wrong(f'"{text}" is no time: say 2026-11-29, 2026-11-29T14:30, or 90m, 36h, 7d for so long ago.')


def _wanted(person: str, operation: str, resource: str) -> "Callable[[AuditEvent], bool]":
    def is_wanted(event: "AuditEvent") -> bool:
        caller = event.caller
        is_theirs = not person or person in (caller.name, caller.arn, caller.key, caller.role, caller.account)
        kind = operation.removesuffix("*")
        is_asked = event.operation.startswith(kind) if operation.endswith("*") else event.operation == kind
        names_of_things = {str(value) for value in (event.parameters or {}).values()} | set(event.resources)
        return is_theirs and (not operation or is_asked) and (not resource or resource in names_of_things)

    return is_wanted


def _row(event: "AuditEvent") -> tuple[str, ...]:
    caller = event.caller
    moment = datetime.fromtimestamp(event.time_ms / 1000, UTC)
    members = (event.parameters or {}).items()
    summary = " ".join(f"{key}={value}" for key, value in members if isinstance(value, str | int))
    answer = event.code or ("done" if event.status < 400 else str(event.status))
    name = caller.arn.rpartition(":")[2] or caller.name or caller.kind
    row = (f"{moment:%Y-%m-%d %H:%M:%S}", name, event.operation, answer, event.client, summary[:100])
    # Clients may send anything; a terminal is shown no control characters.
    return tuple("".join(c if c.isprintable() else "�" for c in cell) for cell in row)
