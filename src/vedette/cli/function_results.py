"""`vedette function create` and `update`: who is told how events ended, and how often they are tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from vedette.cli.signatures import Option

# What an option takes for nobody, as an empty one.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class FunctionListeners:
    """Who is told of a function's events; what is not typed stays as it is."""

    dead_letter: Annotated[
        str | None, Option(help="The topic's ARN that gets events which failed for good; or nobody.")
    ] = None
    on_failure: Annotated[
        str | None, Option(help="Who is told of a failure: s3://bucket, or an ARN; or nobody.")
    ] = None
    on_success: Annotated[
        str | None, Option(help="Who is told of a success: a topic's, bus's or function's ARN; or nobody.")
    ] = None
    retries: Annotated[
        int | None, Option(min=0, max=2, help="Further tries of an event that failed; 2 at first.")
    ] = None
    oldest: Annotated[
        int | None, Option(min=60, max=21_600, help="Seconds after which an event is tried no more.")
    ] = None

    @property
    def letters(self) -> dict[str, Any]:
        """What the function's configuration says of dead letters."""
        if self.dead_letter is None:
            return {}
        return {"DeadLetterConfig": {"TargetArn": _arn(self.dead_letter)}}


def put_listeners(client: Any, name: str, listeners: FunctionListeners) -> None:
    """Say how a function's events are tried and who hears of their ends, and leave the rest of it."""
    typed = {
        "MaximumRetryAttempts": listeners.retries,
        "MaximumEventAgeInSeconds": listeners.oldest,
    }
    changes: dict[str, Any] = {member: value for member, value in typed.items() if value is not None}
    targets = {"OnSuccess": listeners.on_success, "OnFailure": listeners.on_failure}
    if any(target is not None for target in targets.values()):
        changes["DestinationConfig"] = _merged(_destinations(client, name), targets)
    if not changes:
        return
    try:
        client.update_function_event_invoke_config(FunctionName=name, **changes)
    except client.exceptions.ResourceNotFoundException:
        client.put_function_event_invoke_config(FunctionName=name, **changes)


def _destinations(client: Any, name: str) -> Mapping[str, Any]:
    try:
        settings = client.get_function_event_invoke_config(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        return {}
    destinations: Mapping[str, Any] = settings.get("DestinationConfig", {})
    return destinations


def _merged(present: Mapping[str, Any], typed: Mapping[str, str | None]) -> dict[str, Any]:
    merged = {member: present.get(member, {}) for member in typed}
    for member, target in typed.items():
        if target is not None:
            merged[member] = {"Destination": arn} if (arn := _arn(target)) else {}
    return merged


def _arn(target: str) -> str:
    """Return who is told as requests name it: a bucket may be typed as its address."""
    if target == NOBODY:
        return ""
    bucket = target.removeprefix("s3://").rstrip("/")
    return f"arn:aws:s3:::{bucket}" if target.startswith("s3://") else target
