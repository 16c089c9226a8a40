"""Events of buckets told to the operator's topics: by a topic's own name, or by way of the account's bus.

A bucket's owner names a topic; only the operator's file says that it hears of objects (`events` holds
"objects"), and where it is. Of many events as many as fit go into one delivery, in the order in which they
happened, so that ten thousand uploads are a hundred calls of a webhook.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vedette.errors import Refusal
from vedette.monitoring.actions import Topic
from vedette.notifications.outbox import Outbox
from vedette.store.blobs.events import BucketEvent
from vedette.store.blobs.values import Bucket

OBJECTS = "objects"
# Some 80 KiB: SNS carries 256 KiB.
AT_ONCE = 100

Row = tuple[str, str, str, Mapping[str, Any]]


class TopicSubscriber:
    """Hears for topics that buckets name (`arn:aws:sns:…`)."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def refusal(self, target: str, bucket: Bucket) -> str:
        """Return why a topic cannot hear of a bucket; nothing where it can."""
        try:
            topics = self._outbox.topics(bucket.account, OBJECTS)
        except Refusal as refusal:
            return refusal.sentence
        if self._outbox.topic_name(target) in topics:
            return ""
        return f"the operator's file has no topic of that name with events of {OBJECTS} for {target}"

    def hear(self, target: str, bucket: Bucket, events: Sequence[BucketEvent]) -> None:
        """Write down what the topic is to be told."""
        name = self._outbox.topic_name(target)
        topic = self._outbox.topics(bucket.account, OBJECTS)[name]
        self._outbox.add(list(rows_for(name, topic, bucket, events)))

    def hear_test(self, target: str, bucket: Bucket, document: Mapping[str, Any]) -> None:
        """Write down what S3 sends to a topic that a bucket names: not an event, and told apart by that."""
        name = self._outbox.topic_name(target)
        topic = self._outbox.topics(bucket.account, OBJECTS)[name]
        if topic.form == "eventbridge":
            return  # A bus has no such test.
        number = str(uuid.uuid4())
        body = _envelope(name, bucket, (number, document["Time"]), document)
        self._outbox.add([(number, name, OBJECTS, body)])


class BusSubscriber:
    """Hears for the bus of an account: every topic of it that waits for objects is told."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def refusal(self, target: str, bucket: Bucket) -> str:
        """Return nothing: a bus takes everything, whether anybody waits or not."""
        del target, bucket
        return ""

    def hear(self, target: str, bucket: Bucket, events: Sequence[BucketEvent]) -> None:
        """Write down what each topic in the bus's form is to be told."""
        del target
        topics = self._outbox.topics(bucket.account, OBJECTS)
        for name, topic in topics.items():
            if topic.form == "eventbridge":
                self._outbox.add(list(rows_for(name, topic, bucket, events)))


def rows_for(name: str, topic: Topic, bucket: Bucket, events: Sequence[BucketEvent]) -> Iterator[Row]:
    """Yield the deliveries of events to a topic, in its form."""
    if topic.form == "eventbridge":
        for event in events:
            yield _number(name, [event]), name, OBJECTS, event.bridged
        return
    for start in range(0, len(events), AT_ONCE):
        group = events[start : start + AT_ONCE]
        number = _number(name, group)
        yield number, name, OBJECTS, _enveloped(name, bucket, number, group)


def _number(name: str, events: Sequence[BucketEvent]) -> str:
    """Return the id of a delivery: the same when the same events come again."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, " ".join([name, *(event.id for event in events)])))


def _enveloped(name: str, bucket: Bucket, number: str, events: Sequence[BucketEvent]) -> dict[str, Any]:
    """Return records as SNS delivers those of S3 to a web address."""
    records = [event.record for event in events]
    return _envelope(name, bucket, (number, records[-1]["eventTime"]), {"Records": records})


def _envelope(
    name: str, bucket: Bucket, stamp: tuple[str, str], message: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what S3 says in SNS's envelope. `stamp` is its id and time."""
    number, moment = stamp
    return {
        "Type": "Notification",
        "MessageId": number,
        "TopicArn": f"arn:aws:sns:{bucket.region}:{bucket.account}:{name.rpartition(':')[2]}",
        "Subject": "Amazon S3 Notification",
        "Message": json.dumps(message),
        "Timestamp": moment,
    }
