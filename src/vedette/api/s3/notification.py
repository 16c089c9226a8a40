"""Who hears of a bucket's objects: a configuration held to what S3 takes, stored, and matched with events.

A target is checked when it is named, and again before each event: by whoever subscribed for its service
(store/blobs/events.py). What cannot be understood to the last element is refused, since a filter that is
passed over would tell strangers more than they were to hear.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from vedette.api.s3.access import authorise
from vedette.api.s3.call import Call, in_thread, read_document, rewrite
from vedette.api.s3.faults import S3Fault, short_id
from vedette.store.blobs.events import DOCUMENT, EventSubscriber, HearsTests
from vedette.store.blobs.values import Bucket
from vedette.wire.http import Response
from vedette.wire.models import operation
from vedette.wire.xml_strict import require_known

PUT, ROOT = "PutBucketNotificationConfiguration", "NotificationConfiguration"
# The member of the document, and the one of each of its parts that names the target.
LISTS = {
    "TopicConfigurations": "TopicArn",
    "QueueConfigurations": "QueueArn",
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
}
MOST_RULES, LONGEST_VALUE = 100, 1024
XML = [("content-type", "application/xml")]


@dataclass(frozen=True, slots=True)
class EventRule:
    """One target of a bucket, and which events it waits for."""

    id: str
    target: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def covers(self, event: str, key: str) -> bool:
        """Return whether the target waits for this event of this object."""
        is_named = any(_names(pattern, event) for pattern in self.events)
        return is_named and key.startswith(self.prefix) and key.endswith(self.suffix)

    def overlaps(self, other: "EventRule") -> bool:
        """Return whether there can be an event that both wait for."""
        return (
            any(_names(name, its) or _names(its, name) for name in self.events for its in other.events)
            and (self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix))
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )


async def get_notification(call: Call) -> Response:
    """GetBucketNotificationConfiguration."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketNotification", bucket)
    body = bucket.documents.get(DOCUMENT)
    return Response(200, XML, rewrite(PUT, {}, ROOT) if body is None else body)


async def put_notification(call: Call) -> Response:
    """PutBucketNotificationConfiguration: all of it anew; an empty one ends it."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketNotification", bucket)
    document = _checked(await call.raw_document())
    is_checked = call.header("x-amz-skip-destination-validation").lower() != "true"
    if is_checked:
        await in_thread(_check_targets, call, bucket, document)
    buckets = call.store.buckets
    if document:
        await in_thread(buckets.put_document, bucket.name, DOCUMENT, rewrite(PUT, document, ROOT))
        if is_checked:
            await in_thread(_tell_targets, call, bucket, document)
    else:
        await in_thread(buckets.delete_documents, bucket.name, [DOCUMENT])
    return Response()


@lru_cache(maxsize=256)
def read_rules(body: bytes) -> tuple[EventRule, ...]:
    """Return the rules of a stored configuration."""
    return tuple(_rules(read_document(PUT, body)))


@lru_cache(maxsize=256)
def goes_to_bus(body: bytes) -> bool:
    """Return whether a stored configuration has every event put onto the account's bus."""
    return "EventBridgeConfiguration" in read_document(PUT, body)


def service_of(target: str) -> str:
    """Return the service in an ARN; nothing for what is none."""
    parts = target.split(":", 5)
    return parts[2] if len(parts) == 6 and parts[0] == "arn" and parts[5] else ""


def refusal_of(subscribers: Mapping[str, EventSubscriber], target: str, bucket: Bucket) -> str:
    """Return why a target cannot hear of a bucket; nothing where it can."""
    subscriber = subscribers.get(service_of(target))
    if subscriber is None:
        return f"nothing here hears of objects by the name {target}"
    return subscriber.refusal(target, bucket)


def _checked(body: bytes) -> dict[str, Any]:
    document = read_document(PUT, body)
    model = operation("s3", PUT)
    assert model is not None
    require_known(model.input_shape.members[ROOT], body)
    parts = [part for member in LISTS for part in document.get(member, ())]
    if len(parts) > MOST_RULES:
        raise _invalid(f"There are at most {MOST_RULES} notification configurations.")
    for part in parts:
        part["Id"] = part.get("Id") or secrets.token_urlsafe(24)
    if len({part["Id"] for part in parts}) < len(parts):
        raise _invalid("The Ids of the notification configurations are not different.")
    rules = list(_rules(document))
    for rule, another in combinations(rules, 2):
        if rule.overlaps(another):
            raise _invalid(
                "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the"
                " prefixes are overlapping for the same event type."
            )
    return document


def _rules(document: Mapping[str, Any]) -> Iterator[EventRule]:
    for member, name in LISTS.items():
        for part in document.get(member, ()):
            yield _rule(part, name)


def _rule(part: Mapping[str, Any], name: str) -> EventRule:
    events = tuple(part.get("Events", ()))
    if not events or not part.get(name):
        raise S3Fault("MalformedXML", "A notification configuration has a target and at least one event.")
    for event in events:
        if event not in _known_events():
            raise _invalid(f"The event '{event}' is not supported for notifications.")
    return EventRule(part.get("Id", ""), part[name], events, **_filter(part.get("Filter", {})))


def _filter(members: Mapping[str, Any]) -> dict[str, str]:
    values: dict[str, str] = {}
    for rule in members.get("Key", {}).get("FilterRules", ()):
        name, value = str(rule.get("Name", "")).lower(), str(rule.get("Value", ""))
        if name not in ("prefix", "suffix"):
            raise _invalid("filter rule name must be either prefix or suffix")
        if name in values:
            raise _invalid(f"Cannot specify more than one {name} rule in a filter.")
        if len(value) > LONGEST_VALUE:
            raise _invalid("Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation")
        values[name] = value
    return values


@lru_cache(maxsize=1)
def _known_events() -> frozenset[str]:
    model = operation("s3", PUT)
    assert model is not None
    part = model.input_shape.members[ROOT].members["TopicConfigurations"].member
    return frozenset(part.members["Events"].member.enum)


def _check_targets(call: Call, bucket: Bucket, document: Mapping[str, Any]) -> None:
    problems = {
        target: problem
        for target in dict.fromkeys(rule.target for rule in _rules(document))
        if (problem := refusal_of(call.store.subscribers, target, bucket))
    }
    if problems:
        target, problem = next(iter(problems.items()))
        raise S3Fault(
            "InvalidArgument",
            f"Unable to validate the following destination configurations: {problem}.",
            members={"ArgumentName": target, "ArgumentValue": problem},
        )


def _tell_targets(call: Call, bucket: Bucket, document: Mapping[str, Any]) -> None:
    """Send S3's own test message to each target that takes one: that of topics do, functions do not."""
    message = {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": f"{call.now:%Y-%m-%dT%H:%M:%S}.{call.now.microsecond // 1000:03}Z",
        "Bucket": bucket.name,
        "RequestId": short_id(call.request),
        "HostId": call.request.id,
    }
    for target in dict.fromkeys(rule.target for rule in _rules(document)):
        subscriber = call.store.subscribers.get(service_of(target))
        if isinstance(subscriber, HearsTests):
            subscriber.hear_test(target, bucket, message)


def _names(pattern: str, event: str) -> bool:
    """Return whether a name of events, which may end in a star, means this one."""
    return event == pattern or (pattern.endswith("*") and event.startswith(pattern[:-1]))


def _invalid(sentence: str) -> S3Fault:
    return S3Fault("InvalidArgument", sentence)
