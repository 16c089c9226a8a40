"""An event of a bucket in both of its forms, member by member: what consumers compare is held as a whole."""

from dataclasses import replace

import pytest

from vedette.api.s3 import event_forms
from vedette.api.s3.call import canonical_id
from vedette.store.blobs.events import EventCause, NotedEvent
from vedette.store.blobs.values import NULL, Bucket

BUCKET = Bucket("boards", "111122223333", "eu-central-1", 0)
CAUSE = EventCause("PutObject", "0f8fad5b-d9cb-469f-a165-70867728950e", "10.0.0.9", "AWS:AIDA")
EVENT = NotedEvent(
    seq=77,
    bucket=BUCKET,
    kind="put",
    key="a b/ü+.png",
    version="v1",
    size=5,
    etag="0cc175b9",
    at_ms=1_767_225_600_042,
    cause=CAUSE,
    tries=0,
    hearers=frozenset(),
    rules=b"",
)
SEQUENCER = "00000000000000004D"


def test_a_record_is_s3s_own():
    assert event_forms.record(EVENT, "ObjectCreated:Put", BUCKET, "a rule") == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-central-1",
        "eventTime": "2026-01-01T00:00:00.042Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:AIDA"},
        "requestParameters": {"sourceIPAddress": "10.0.0.9"},
        "responseElements": {
            "x-amz-request-id": "0F8FAD5BD9CB469F",
            "x-amz-id-2": "0f8fad5b-d9cb-469f-a165-70867728950e",
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "a rule",
            "bucket": {
                "name": "boards",
                "ownerIdentity": {"principalId": canonical_id("111122223333")},
                "arn": "arn:aws:s3:::boards",
            },
            "object": {
                "key": "a+b/%C3%BC%2B.png",
                "size": 5,
                "eTag": "0cc175b9",
                "versionId": "v1",
                "sequencer": SEQUENCER,
            },
        },
    }


def test_a_record_of_nobody_and_of_no_version_leaves_out_what_it_has_not():
    event = replace(
        EVENT, kind="removed", version=NULL, cause=replace(CAUSE, principal="", address="", operation="")
    )
    record = event_forms.record(event, "LifecycleExpiration:Delete", BUCKET, "")
    assert record["eventVersion"] == "2.3"
    assert record["userIdentity"] == {"principalId": "AWS:111122223333"}
    assert record["requestParameters"] == {"sourceIPAddress": "vedette"}
    assert record["s3"]["object"] == {"key": "a+b/%C3%BC%2B.png", "sequencer": SEQUENCER}


def test_the_bus_has_it_in_eventbridges_form():
    assert event_forms.bridged(EVENT, "ObjectCreated:Put", BUCKET, "one") == {
        "version": "0",
        "id": "one",
        "detail-type": "Object Created",
        "source": "vedette.s3",
        "account": "111122223333",
        "time": "2026-01-01T00:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:s3:::boards"],
        "detail": {
            "version": "0",
            "bucket": {"name": "boards"},
            "object": {
                "key": "a b/ü+.png",
                "size": 5,
                "etag": "0cc175b9",
                "version-id": "v1",
                "sequencer": SEQUENCER,
            },
            "request-id": "0F8FAD5BD9CB469F",
            "requester": "111122223333",
            "source-ip-address": "10.0.0.9",
            "reason": "PutObject",
        },
    }


# The kind of a change, the operation that caused it: the event's name, its title on the bus, who asked, why,
# and how an object went.
NAMES = [
    ("put", "PutObject", "ObjectCreated:Put", "Object Created", "PutObject", None),
    ("put", "PostObject", "ObjectCreated:Post", "Object Created", "PostObject", None),
    ("put", "CopyObject", "ObjectCreated:Copy", "Object Created", "CopyObject", None),
    (
        "put", "CompleteMultipartUpload", "ObjectCreated:CompleteMultipartUpload", "Object Created",
        "CompleteMultipartUpload", None,
    ),
    ("put", "", "ObjectCreated:Put", "Object Created", "PutObject", None),
    ("set", "PutObjectTagging", "ObjectTagging:Put", "Object Tags Added", "PutObjectTagging", None),
    (
        "set", "DeleteObjectTagging", "ObjectTagging:Delete", "Object Tags Deleted", "DeleteObjectTagging",
        None,
    ),
    ("set", "PutObjectAcl", "ObjectAcl:Put", "Object ACL Updated", "PutObjectAcl", None),
    (
        "removed", "DeleteObject", "ObjectRemoved:Delete", "Object Deleted", "DeleteObject",
        "Permanently Deleted",
    ),
    (
        "marked", "DeleteObject", "ObjectRemoved:DeleteMarkerCreated", "Object Deleted", "DeleteObject",
        "Delete Marker Created",
    ),
    (
        "removed", "Lifecycle", "LifecycleExpiration:Delete", "Object Deleted", "Lifecycle Expiration",
        "Permanently Deleted",
    ),
    (
        "marked", "Lifecycle", "LifecycleExpiration:DeleteMarkerCreated", "Object Deleted",
        "Lifecycle Expiration", "Delete Marker Created",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "operation", "name", "title", "reason", "deletion"), NAMES)
def test_each_change_has_its_name_title_and_reason(kind, operation, name, title, reason, deletion):
    event = replace(EVENT, kind=kind, cause=replace(CAUSE, operation=operation))
    assert event_forms.name_event(event) == name
    document = event_forms.bridged(event, name, BUCKET, "one")
    assert (document["detail-type"], document["detail"]["reason"]) == (title, reason)
    assert document["detail"].get("deletion-type") == deletion
    requester = "vedette" if operation == "Lifecycle" else "111122223333"
    assert document["detail"]["requester"] == requester


def test_a_change_without_an_event_has_no_name():
    assert event_forms.name_event(replace(EVENT, kind="set", cause=replace(CAUSE, operation="Other"))) == ""


def test_an_event_keeps_its_id_and_shares_it_with_no_other():
    numbers = {
        event_forms.event_id(generation, replace(EVENT, seq=seq))
        for generation in ("g", "h")
        for seq in (1, 2)
    }
    assert len(numbers) == 4
    assert event_forms.event_id("g", replace(EVENT, seq=1, tries=5)) in numbers
