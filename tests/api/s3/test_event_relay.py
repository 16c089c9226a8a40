"""Noted events handed to subscribers: each once, also where one fails, dies, or is one of two servers."""

import contextlib

import pytest

from doubles.stores import put
from vedette.api.s3.call import rewrite
from vedette.api.s3.event_relay import MOST_TRIES, EventRelay
from vedette.store.blobs.events import CLAIM_MS, DOCUMENT, EventCause, caused_by
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.values import About

ACCOUNT = "000000000000"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:sort"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:line-4"


class Listener:
    """A subscriber that hears, refuses or fails as it is told."""

    def __init__(self):
        self.heard, self.problem, self.fails = [], "", False

    def refusal(self, target, bucket):
        return self.problem

    def hear(self, target, bucket, events):
        if self.fails:
            raise OSError("the database is away")
        self.heard += [(event.record["eventName"], event.record["s3"]["object"]["key"]) for event in events]
        self.ids = [event.id for event in events]


@pytest.fixture
def store(tmp_path, clock):
    store = FolderBlobs(tmp_path / "blobs", clock=clock)
    store.make_bucket("plain", account=ACCOUNT)
    yield store
    store.close()


@pytest.fixture
def function(store):
    store.subscribers["lambda"] = listener = Listener()
    return listener


@pytest.fixture
def topic(store):
    store.subscribers["sns"] = listener = Listener()
    return listener


def watch(store, *, bucket="plain", **targets):
    members = {
        "function": ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
        "topic": ("TopicConfigurations", "TopicArn"),
    }
    document = {
        members[kind][0]: [{"Id": kind, members[kind][1]: target, "Events": [event]}]
        for kind, (target, event) in targets.items()
    }
    body = rewrite("PutBucketNotificationConfiguration", document, "NotificationConfiguration")
    store.buckets.put_document(bucket, DOCUMENT, body)


BOTH = {"function": (FUNCTION, "s3:ObjectCreated:*"), "topic": (TOPIC, "s3:ObjectCreated:Put")}


def test_a_subscriber_that_fails_hears_later_and_alone(store, function, topic, clock):
    watch(store, **BOTH)
    put(store, "plain", "a", b"1")
    relay, topic.fails = EventRelay(store, clock), True
    assert relay.hand_on() == 1
    assert (function.heard, topic.heard) == ([("ObjectCreated:Put", "a")], [])
    first = function.ids
    assert relay.hand_on() == 0, "it rests for a minute"
    topic.fails = False
    clock.leap(seconds=CLAIM_MS / 1000)
    assert relay.hand_on() == 1
    assert (len(function.heard), topic.heard, topic.ids) == (1, [("ObjectCreated:Put", "a")], first)
    clock.leap(seconds=CLAIM_MS / 1000)
    assert relay.hand_on() == 0


def test_what_can_never_be_told_ends_and_holds_up_nothing(store, function, topic, clock):
    watch(store, **BOTH)
    put(store, "plain", "a", b"1")
    topic.fails, relay = True, EventRelay(store, clock)
    for _ in range(MOST_TRIES):
        assert relay.hand_on() == 1
        clock.leap(seconds=CLAIM_MS / 1000)
    assert relay.hand_on() == 0
    put(store, "plain", "b", b"1")
    topic.fails = False
    assert relay.hand_on() == 1
    assert topic.heard == [("ObjectCreated:Put", "b")]


def test_of_two_servers_one_tells_and_the_other_follows_where_it_dies(store, function, clock):
    watch(store, function=BOTH["function"])
    put(store, "plain", "a", b"1")
    assert len(store.claim_events(int(clock().timestamp() * 1000), 10)) == 1, "this one dies now"
    relay = EventRelay(store, clock)
    assert relay.hand_on() == 0
    clock.leap(seconds=CLAIM_MS / 1000)
    assert relay.hand_on() == 1
    assert function.heard == [("ObjectCreated:Put", "a")]


def test_a_change_that_is_undone_is_told_to_nobody(store, function, clock):
    watch(store, function=BOTH["function"])

    def refuse(_):
        raise RuntimeError

    with contextlib.suppress(RuntimeError):
        draft = store.draft()
        draft.add(b"1")
        store.objects.put("plain", "a", draft, owner=ACCOUNT, about=About(), check=refuse)
    assert EventRelay(store, clock).hand_on() == 0


def test_events_wait_for_a_server_that_was_not_there(store, function, clock, tmp_path):
    watch(store, function=BOTH["function"])
    put(store, "plain", "a", b"1")
    store.close()
    again = FolderBlobs(tmp_path / "blobs", clock=clock)
    again.subscribers["lambda"] = function
    assert EventRelay(again, clock).hand_on() == 1
    assert function.heard == [("ObjectCreated:Put", "a")]
    again.close()


def test_the_last_events_of_a_bucket_that_is_gone_are_told(store, function, clock):
    watch(store, function=(FUNCTION, "s3:ObjectRemoved:*"))
    put(store, "plain", "a", b"1")
    store.delete("plain", "a")
    store.buckets.delete_documents("plain", [DOCUMENT])
    store.remove_bucket("plain")
    assert EventRelay(store, clock).hand_on() == 2
    assert function.heard == [("ObjectRemoved:Delete", "a")]


def test_nothing_is_noted_of_buckets_that_nobody_watches(store, function, clock):
    put(store, "plain", "a", b"1")
    store.delete("plain", "a")
    assert EventRelay(store, clock).hand_on() == 0


def test_a_target_without_a_subscriber_or_permission_hears_nothing(store, function, clock):
    watch(store, **BOTH)
    function.problem = "it was deleted"
    put(store, "plain", "a", b"1")
    relay = EventRelay(store, clock)
    assert relay.hand_on() == 1
    function.problem = ""
    clock.leap(seconds=CLAIM_MS / 1000)
    assert relay.hand_on() == 0
    assert function.heard == []


def test_a_configuration_of_long_ago_that_cannot_be_read_stops_no_other(store, function, clock):
    store.make_bucket("odd", account=ACCOUNT)
    store.buckets.put_document("odd", DOCUMENT, b"<NotificationConfiguration><Topic")
    watch(store, function=BOTH["function"])
    put(store, "odd", "a", b"1")
    put(store, "plain", "b", b"1")
    assert EventRelay(store, clock).hand_on() == 2
    assert function.heard == [("ObjectCreated:Put", "b")]


def test_rules_of_a_bucket_that_remove_say_so(store, function, clock):
    watch(store, function=(FUNCTION, "s3:LifecycleExpiration:*"))
    put(store, "plain", "a", b"1")
    with caused_by(EventCause("Lifecycle")):
        store.delete("plain", "a")
    EventRelay(store, clock).hand_on()
    assert function.heard == [("LifecycleExpiration:Delete", "a")]
