"""Functions that hear of objects: a bucket's owner names one, and its own policy must let the bucket.

It keeps the promise of `store/blobs/events.py` for `arn:aws:lambda:…`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from vedette.access.judge import judge
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.access.request import AccessRequest, AccessSubject, SubjectKind
from vedette.errors import MalformedPolicy, Missing
from vedette.functions.functions import OFF, Functions, event_id
from vedette.functions.store import Function, FunctionPlace

BUCKETS = "s3.amazonaws.com"
INVOKE = "lambda:InvokeFunction"


class EventBucket(Protocol):
    """A bucket, as far as its events tell of it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def account(self) -> str:
        """Whose it is."""

    @property
    def region(self) -> str:
        """Where it is."""


class ObjectEvent(Protocol):
    """An event of an object; the same one has the same id each time."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def record(self) -> Mapping[str, Any]:
        """One member of `Records`."""


class FunctionSubscriber:
    """Hears for functions that buckets name."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def refusal(self, target: str, bucket: EventBucket) -> str:
        """Return why a function cannot hear of a bucket; nothing where it can."""
        if self._functions.tools.confinement is None:
            return OFF.rstrip(".")
        place, name = _place_of(target)
        if (place.account, place.region) != (bucket.account, bucket.region):
            return f"{target} is of another account or region than the bucket"
        try:
            function = self._functions.find(place, name)
        except Missing as refusal:
            return refusal.sentence
        if not _allows(function, target, bucket):
            return f"the policy of {target} does not let {BUCKETS} call it for arn:aws:s3:::{bucket.name}"
        return ""

    def hear(self, target: str, bucket: EventBucket, events: Sequence[ObjectEvent]) -> None:
        """Keep an event for each object."""
        del bucket
        function = self._functions.find(*_place_of(target))
        notes = [
            (event_id(function, event.id), orjson.dumps({"Records": [event.record]})) for event in events
        ]
        self._functions.queue(function, notes)


def _place_of(target: str) -> tuple[FunctionPlace, str]:
    """Return where the function of an ARN is, and its name; nowhere for what names none."""
    parts = target.split(":")
    if len(parts) != 7 or parts[5] != "function":
        return FunctionPlace("", ""), target
    return FunctionPlace(parts[4], parts[3]), parts[6]


def _allows(function: Function, target: str, bucket: EventBucket) -> bool:
    if not function.policy:
        return False
    try:
        policy = parse_policy(function.policy, PolicyKind.FUNCTION, name=f"of {function.name}")
    except MalformedPolicy:
        return False
    subject = AccessSubject(SubjectKind.SERVICE, name=BUCKETS)
    facts = {"aws:sourcearn": f"arn:aws:s3:::{bucket.name}", "aws:sourceaccount": bucket.account}
    context = {**subject.context(), **facts}
    request = AccessRequest(subject, INVOKE, target, function.place.account, context)
    return judge(request, resource=(policy,), stands_alone=True).allowed
