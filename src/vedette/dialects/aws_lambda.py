"""AWS Lambda as handlers and those who call them know it: variables, problems, log lines, events."""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

# What goes wrong with a function's process, as clients tell it apart.
TIMED_OUT = "Sandbox.Timedout"
EXITED = "Runtime.ExitError"
OUT_OF_MEMORY = "Runtime.OutOfMemory"
OUT_OF_DISK = "Runtime.OutOfDisk"
TOO_MANY_PROCESSES = "Runtime.TooManyProcesses"
NO_JSON = "Runtime.InvalidResponse"
TOO_LARGE = "Function.ResponseSizeTooLarge"

VERSION = "$LATEST"
# How an event ended.
SUCCESS, EXHAUSTED, TOO_OLD, RECURSIVE = (
    "Success",
    "RetriesExhausted",
    "EventAgeExceeded",
    "RecursiveInvocationsDropped",
)
# Variables that a function has from its runtime, and that nobody sets for it.
RESERVED = frozenset(
    """
    _HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE
    AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID
    AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR
    """.split()  # noqa: SIM905  (a list of words reads better as text)
)


def runtime_variables(name: str, memory_mb: int, handler: str, code: str) -> dict[str, str]:
    """Return what the runtime itself sets, in a clean environment."""
    return {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": VERSION,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group(name),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        # There is none here, and a client would wait for it.
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_TASK_ROOT": code,
        "_HANDLER": handler,
    }


def access_variables(*, endpoint: str, region: str, key: str, secret: str, token: str = "") -> dict[str, str]:
    """Return what lets a function's clients find a server, and be let in."""
    variables = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
    }
    return variables | ({"AWS_SESSION_TOKEN": token} if token else {})


def models_variables(folders: list[str]) -> dict[str, str]:
    """Return what has clients know services that they have forgotten, or never knew."""
    return {"AWS_DATA_PATH": os.pathsep.join(folders)}


def authority_variables(file: str) -> dict[str, str]:
    """Return what has clients trust certificates: AWS's own, those of requests, and Python's."""
    return dict.fromkeys(("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), file)


def stream_variables(stream: str) -> dict[str, str]:
    """Return what tells a function where its log is; nothing where it has none."""
    return {"AWS_LAMBDA_LOG_STREAM_NAME": stream} if stream else {}


def log_stream(moment: datetime, number: str) -> str:
    """Return what the log of one process is called."""
    return f"{moment:%Y/%m/%d}/[{VERSION}]{number}"


def log_group(name: str) -> str:
    """Return where a function's log is."""
    return f"/aws/lambda/{name}"


def failure_sentence(request: str, reason: str) -> str:
    """Return the message of an invocation whose process came to its end."""
    return f"RequestId: {request} Error: {reason}"


def log_lines(request: str, text: str, problem: str, figures: Mapping[str, float]) -> str:
    """Return what an invocation printed, between the lines that the runtime writes around it."""
    if text and not text.endswith("\n"):
        text += "\n"
    if problem:
        text += f"{request} {problem}\n"
    duration = figures["duration_ms"]
    report = (
        f"REPORT RequestId: {request}\tDuration: {duration:.2f} ms\tBilled Duration: {int(duration) + 1} ms\t"
        f"Memory Size: {figures['memory_mb']:.0f} MB\tMax Memory Used: {figures['peak_mb']:.0f} MB\t"
    )
    if figures["init_ms"]:
        report += f"Init Duration: {figures['init_ms']:.2f} ms\t"
    start = f"START RequestId: {request} Version: {VERSION}\n"
    return f"{start}{text}END RequestId: {request}\n{report}\n"


def object_event(bucket: str, key: str, **facts: Any) -> dict[str, Any]:
    """Return the event of an object that was put into a bucket, in version 2.1 of S3's notifications."""
    moment: datetime = facts.get("moment") or datetime.fromtimestamp(0, UTC)
    sequencer = str(facts.get("sequencer") or f"{int(moment.timestamp() * 1_000_000):016X}")
    version = {"versionId": facts["version"]} if facts.get("version") else {}
    subject = {
        # Keys are encoded as a form's, with a plus for a blank: handlers call unquote_plus.
        "key": quote_plus(key, safe="/"),
        "size": int(facts.get("size", 0)),
        "eTag": str(facts.get("etag", "")).strip('"'),
        **version,
        "sequencer": sequencer,
    }
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": str(facts.get("region", "us-east-1")),
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z",
        "eventName": str(facts.get("name", "ObjectCreated:Put")),
        "userIdentity": {"principalId": str(facts.get("principal", ""))},
        "requestParameters": {"sourceIPAddress": str(facts.get("client", ""))},
        "responseElements": {"x-amz-request-id": str(facts.get("request", "")), "x-amz-id-2": ""},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": str(facts.get("rule", "")),
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": str(facts.get("owner", ""))},
                "arn": f"arn:aws:s3:::{bucket}",
            },
            "object": subject,
        },
    }
    return {"Records": [record]}


def scheduled_event(number: str, moment: datetime, *, account: str, region: str, rule: str) -> dict[str, Any]:
    """Return the event of a schedule, as EventBridge tells it."""
    return {
        "version": "0",
        "id": number,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": [f"arn:aws:events:{region}:{account}:rule/{rule}"],
        "detail": {},
    }


def dead_letter(request: str, function: str, event: Any, **facts: Any) -> dict[str, Any]:
    """Return what is kept of an event that came to nothing, as Lambda tells it on failure."""
    return result_record(request, function, event, **{"condition": "RetriesExhausted", **facts})


def result_record(request: str, function: str, event: Any, **facts: Any) -> dict[str, Any]:
    """Return what Lambda tells of an event's end: its `condition`, when, after how many tries, the answer."""
    problem = {} if facts["condition"] == SUCCESS else {"functionError": "Unhandled"}
    return {
        "version": "1.0",
        "timestamp": facts["moment"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request,
            "functionArn": function,
            "condition": facts["condition"],
            "approximateInvokeCount": facts["tries"],
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": VERSION, **problem},
        "responsePayload": facts["answer"],
    }


def letter_attributes(request: str, status: int, sentence: str) -> dict[str, tuple[str, str]]:
    """Return what stands beside an event in a queue of dead letters: each has a type and a value."""
    return {
        "RequestID": ("String", request),
        "ErrorCode": ("Number", str(status)),
        "ErrorMessage": ("String", sentence.encode()[:1024].decode("utf-8", "ignore")),
    }


def record_key(function: str, request: str, moment: datetime) -> str:
    """Return what the record of an event that failed is called in a bucket."""
    return f"aws/lambda/async/{function}/{moment:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{request}"


def right_to_tell(target: str) -> tuple[str, str]:
    """Return the action that a function's role needs to tell a target, and on what; nothing for no target.

    The bucket alone is asked about of S3: the object's name is known when there is one.
    """
    service = target.split(":")[2] if target.count(":") >= 5 else ""
    action = {
        "sns": "sns:Publish",
        "lambda": "lambda:InvokeFunction",
        "events": "events:PutEvents",
        "s3": "s3:PutObject",
    }.get(service, "")
    return action, f"{target}/aws/lambda/async/" if service == "s3" else target


def key_of(variables: Mapping[str, str]) -> str:
    """Return the id of the access key that a function's clients have."""
    return variables.get("AWS_ACCESS_KEY_ID", "")
