"""One noted event in the words of S3: its name, its record, and the event that EventBridge has for it.

The record says `aws:s3`, as consumers compare; the event on the bus says `vedette.s3`, as rules should tell
whom they trust (docs/decisions/0397).
"""

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from vedette.api.s3.call import canonical_id
from vedette.api.s3.faults import shorten
from vedette.clock import from_milliseconds
from vedette.store.blobs.events import NotedEvent
from vedette.store.blobs.values import NULL, Bucket

LIFECYCLE = "Lifecycle"
"""The operation of a cause that is no request, but the rules of a bucket."""

CREATED = {
    "PostObject": "ObjectCreated:Post",
    "CopyObject": "ObjectCreated:Copy",
    "CompleteMultipartUpload": "ObjectCreated:CompleteMultipartUpload",
}
CHANGED = {
    "PutObjectTagging": "ObjectTagging:Put",
    "DeleteObjectTagging": "ObjectTagging:Delete",
    "PutObjectAcl": "ObjectAcl:Put",
}
TITLES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "LifecycleExpiration": "Object Deleted",
    "ObjectTagging:Put": "Object Tags Added",
    "ObjectTagging:Delete": "Object Tags Deleted",
    "ObjectAcl": "Object ACL Updated",
}
DELETIONS = {"Delete": "Permanently Deleted", "DeleteMarkerCreated": "Delete Marker Created"}


def name_event(event: NotedEvent) -> str:
    """Return the event's name without `s3:`; nothing for a change that S3 has no event for."""
    operation = event.cause.operation
    if event.kind == "put":
        return CREATED.get(operation, "ObjectCreated:Put")
    if event.kind == "set":
        return CHANGED.get(operation, "")
    family = "LifecycleExpiration" if operation == LIFECYCLE else "ObjectRemoved"
    return f"{family}:{'DeleteMarkerCreated' if event.kind == 'marked' else 'Delete'}"


def event_id(generation: str, event: NotedEvent) -> str:
    """Return an id that no other event has, and this one whenever it is told."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"vedette:{generation}:{event.seq}"))


def record(event: NotedEvent, name: str, bucket: Bucket, rule: str) -> dict[str, Any]:
    """Return the event as one member of `Records`."""
    cause = event.cause
    is_first_form = name.startswith(("ObjectCreated", "ObjectRemoved"))
    return {
        "eventVersion": "2.1" if is_first_form else "2.3",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region,
        "eventTime": _moment(event),
        "eventName": name,
        "userIdentity": {"principalId": cause.principal or f"AWS:{bucket.account}"},
        "requestParameters": {"sourceIPAddress": cause.address or "vedette"},
        "responseElements": {"x-amz-request-id": shorten(cause.request_id), "x-amz-id-2": cause.request_id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": rule,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": canonical_id(bucket.account)},
                "arn": f"arn:aws:s3:::{bucket.name}",
            },
            "object": {
                "key": quote_plus(event.key, safe="/"),
                **({"size": event.size, "eTag": event.etag} if _has_bytes(event) else {}),
                **({} if event.version == NULL else {"versionId": event.version}),
                "sequencer": _sequencer(event),
            },
        },
    }


def bridged(event: NotedEvent, name: str, bucket: Bucket, number: str) -> Mapping[str, Any]:
    """Return the event as EventBridge has those of buckets; `number` is its id."""
    family, _, kind = name.partition(":")
    title = TITLES.get(name) or TITLES[family]
    about = {
        "key": event.key,
        **({"size": event.size, "etag": event.etag} if _has_bytes(event) else {}),
        **({} if event.version == NULL else {"version-id": event.version}),
        "sequencer": _sequencer(event),
    }
    is_rule = family == "LifecycleExpiration"
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": about,
        "request-id": shorten(event.cause.request_id),
        "requester": "vedette" if is_rule else bucket.account,
        "source-ip-address": event.cause.address,
        "reason": "Lifecycle Expiration" if is_rule else event.cause.operation or "PutObject",
        **({"deletion-type": DELETIONS[kind]} if title == "Object Deleted" else {}),
    }
    return {
        "version": "0",
        "id": number,
        "detail-type": title,
        "source": "vedette.s3",
        "account": bucket.account,
        "time": f"{from_milliseconds(event.at_ms):%Y-%m-%dT%H:%M:%SZ}",
        "region": bucket.region,
        "resources": [f"arn:aws:s3:::{bucket.name}"],
        "detail": detail,
    }


def _has_bytes(event: NotedEvent) -> bool:
    return event.kind == "put"


def _sequencer(event: NotedEvent) -> str:
    return f"{event.seq:018X}"


def _moment(event: NotedEvent) -> str:
    return f"{from_milliseconds(event.at_ms):%Y-%m-%dT%H:%M:%S}.{event.at_ms % 1000:03d}Z"
