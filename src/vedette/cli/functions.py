"""`vedette function`: handlers for AWS Lambda, here and on a server."""

import contextlib
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.credentials import Data
from vedette.cli.function_events import dead_letters, redrive, show_logs
from vedette.cli.function_results import FunctionListeners, put_listeners
from vedette.cli.function_run import (
    Code,
    FunctionBounds,
    Handler,
    Variables,
    default_handler,
    read_code,
    run_function,
)
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.models import Endpoint, translate_client_errors
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option
from vedette.cli.tags import pairs

app = CommandGroup("Handlers written for AWS Lambda.")

app.define("run")(run_function)

Name = Annotated[str, Argument(help="The function's name.")]
FUNCTION_COLUMNS: Columns = {
    "name": "FunctionName",
    "handler": "Handler",
    "timeout_s": "Timeout",
    "memory_mb": "MemorySize",
    "modified": "LastModified",
}
# Of names of EventBridge's rules, and of statements of a function's policy; its own name has 64 at most.
LONGEST_RULE, LONGEST_STATEMENT = 64, 100
RUNTIME = f"python3.{sys.version_info.minor}"


@app.define("create")
def create_function(  # noqa: PLR0913  (a command has as many options as it has)
    name: Name,
    code: Code,
    *,
    role: Annotated[
        str, Option(help="The ARN of the role whose rights it has; it trusts lambda.amazonaws.com.")
    ],
    handler: Handler = "",
    env: Variables = None,
    bounds: FunctionBounds,
    on: Annotated[str, Option(help="s3://bucket/prefix: it is called for each object from now on.")] = "",
    every: Annotated[str, Option(help="By this schedule: 5m, 1h, 1d, or cron(0 2 * * ? *).")] = "",
    listeners: FunctionListeners,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Make a function on the server, or give the one of this name other code and settings."""
    with translate_client_errors():
        client = _client(endpoint, data)
        settings = {
            "FunctionName": name,
            "Role": role,
            "Handler": handler or default_handler(code),
            "Runtime": RUNTIME,
            "Timeout": bounds.timeout,
            "MemorySize": bounds.memory,
            "Environment": {"Variables": pairs(env)},
            **listeners.letters,
        }
        function = _put(client, settings, read_code(code))
        put_listeners(client, name, listeners)
        print(function["FunctionArn"])
        if on:
            _hear(client, function, on, endpoint, data)
        if every:
            _call_on(client, function, every, endpoint, data)


@app.define("update")
def update_function(  # noqa: PLR0913  (a command has as many options as it has)
    name: Name,
    code: Annotated[
        Path | None, Option(help="Other code: a Python file, a folder with one, or a zip.")
    ] = None,
    *,
    role: Annotated[str, Option(help="The ARN of another role.")] = "",
    handler: Handler = "",
    env: Variables = None,
    timeout: Annotated[int | None, Option(min=1, max=900, help="Seconds that a call may take.")] = None,
    memory: Annotated[int | None, Option(min=128, max=10240, help="Megabytes of memory.")] = None,
    listeners: FunctionListeners,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Change what is typed of a function of the server, and leave the rest of it."""
    with translate_client_errors():
        client = _client(endpoint, data)
        typed = {
            "Role": role or None,
            "Handler": handler or None,
            "Timeout": timeout,
            "MemorySize": memory,
            "Environment": None if env is None else {"Variables": pairs(env)},
        }
        changes = {member: value for member, value in typed.items() if value is not None} | listeners.letters
        function = client.get_function_configuration(FunctionName=name)
        bundle = None if code is None else read_code(code)
        if changes:
            client.update_function_configuration(FunctionName=name, **changes)
        put_listeners(client, name, listeners)
        if bundle is not None:
            client.update_function_code(FunctionName=name, ZipFile=bundle)
        print(function["FunctionArn"])


def _put(client: Any, settings: dict[str, Any], code: bytes) -> dict[str, Any]:
    try:
        result: dict[str, Any] = client.create_function(**settings, Code={"ZipFile": code})
    except client.exceptions.ResourceConflictException:
        client.update_function_configuration(**settings)
        result = client.update_function_code(FunctionName=settings["FunctionName"], ZipFile=code)
    return result


def _hear(client: Any, function: dict[str, Any], place: str, endpoint: str, data: Path | None) -> None:
    """Let the bucket call a function, and add it to those that hear of the bucket's objects."""
    from vedette.cli.client import open_client
    from vedette.errors import Wrong

    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    if not place.startswith("s3://") or not bucket:
        raise Wrong(f"{place!r} is no place in a bucket: s3://bucket/prefix.")
    arn, rule = function["FunctionArn"], f"vedette-{function['FunctionName']}"
    statement = shortened(f"{rule}-{bucket}".replace(".", "-"), LONGEST_STATEMENT)
    _let(client, arn, statement, "s3.amazonaws.com", f"arn:aws:s3:::{bucket}")
    s3 = open_client("s3", endpoint=endpoint, data=data)
    rules = s3.get_bucket_notification_configuration(Bucket=bucket)
    rules.pop("ResponseMetadata", None)
    others = [entry for entry in rules.get("LambdaFunctionConfigurations", ()) if entry["Id"] != rule]
    own = {"Id": rule, "LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    if prefix:
        own["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}}
    rules["LambdaFunctionConfigurations"] = [*others, own]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=rules)


def _let(client: Any, function: str, statement: str, service: str, source: str) -> None:
    """Let a service call a function; it was let before, where the statement is there."""
    with contextlib.suppress(client.exceptions.ResourceConflictException):
        client.add_permission(
            FunctionName=function,
            StatementId=statement,
            Action="lambda:InvokeFunction",
            Principal=service,
            SourceArn=source,
        )


def _call_on(client: Any, function: dict[str, Any], every: str, endpoint: str, data: Path | None) -> None:
    """Have a rule of the function's own call it, and let it."""
    from vedette.cli.client import open_client

    arn, rule = function["FunctionArn"], shortened(f"vedette-{function['FunctionName']}", LONGEST_RULE)
    events = open_client("events", endpoint=endpoint, data=data)
    answer = events.put_rule(Name=rule, ScheduleExpression=_schedule_of(every))
    _let(client, arn, f"{rule}-schedule", "events.amazonaws.com", answer["RuleArn"])
    events.put_targets(Rule=rule, Targets=[{"Id": "function", "Arn": arn}])


def shortened(name: str, most: int) -> str:
    """Return a name; of one that is too long the beginning, and a hash by which it is no other's."""
    if len(name) <= most:
        return name
    return f"{name[: most - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _schedule_of(every: str) -> str:
    """Return `5m` as a rule writes it; what looks like a rule's expression stays."""
    from vedette.errors import Wrong

    if every.startswith(("rate(", "cron(")):
        return every
    match = re.fullmatch(r"([1-9]\d{0,6})([mhd])", every)
    if match is None:
        raise Wrong(f"{every!r} is no schedule: 5m, 1h, 1d, or cron(0 2 * * ? *) in UTC.")
    count, unit = int(match[1]), {"m": "minute", "h": "hour", "d": "day"}[match[2]]
    return f"rate({count} {unit}{'s' * (count > 1)})"


@app.define("invoke")
def invoke_function(
    name: Name,
    event: Annotated[str, Argument(help="A file with the event as JSON; - reads it here.")] = "",
    later: Annotated[bool, Option("--later", help="Do not wait: the event is kept and handled.")] = False,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Call a function of the server, and print what it answers."""
    import base64

    from vedette.cli.function_run import read_event

    with translate_client_errors():
        payload = json.dumps(read_event(event)).encode()
        kind = "Event" if later else "RequestResponse"
        answer = _client(endpoint, data).invoke(
            FunctionName=name, Payload=payload, InvocationType=kind, LogType="None" if later else "Tail"
        )
    if later:
        return
    sys.stderr.write(base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace"))
    print(answer["Payload"].read().decode("utf-8", "replace"))
    if answer.get("FunctionError"):
        raise Exit(1)


@app.define("list")
@prints_records
def list_functions(endpoint: Endpoint = "", data: Data = None) -> None:
    """List the functions of the account."""
    with translate_client_errors():
        pages = _client(endpoint, data).get_paginator("list_functions").paginate()
        print_list(FUNCTION_COLUMNS, [entry for page in pages for entry in page["Functions"]], _row)


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    sizes = f"{entry['Timeout']} s", f"{entry['MemorySize']} MB"
    return entry["FunctionName"], entry["Handler"], *sizes, entry["LastModified"][:19]


@app.define("delete")
def delete_function(name: Name, endpoint: Endpoint = "", data: Data = None) -> None:
    """Delete a function, with its log and the events that wait for it."""
    with translate_client_errors():
        _client(endpoint, data).delete_function(FunctionName=name)
        print(f"Deleted: {name}.")


app.define("logs")(show_logs)
app.define("dead-letters")(dead_letters)
app.define("redrive")(redrive)


def _client(endpoint: str, data: Path | None) -> Any:
    from vedette.cli.client import open_client

    return open_client("lambda", endpoint=endpoint, data=data)
