"""Functions that hear of objects: a bucket's owner names one, and its own policy must let the bucket.

It keeps the promise of `store/blobs/events.py` for `arn:aws:lambda:…`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from vedette.errors import Missing
from vedette.functions.callers import BUCKETS, lets_call, place_of
from vedette.functions.functions import OFF, Functions, event_id
from vedette.functions.values import NewEvent


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
    def chain(self) -> str:
        """The functions that were called on the way to it."""

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
        place, name = place_of(target)
        if (place.account, place.region) != (bucket.account, bucket.region):
            return f"{target} is of another account or region than the bucket"
        try:
            function = self._functions.find(place, name)
        except Missing as refusal:
            return refusal.sentence
        if not lets_call(function, BUCKETS, f"arn:aws:s3:::{bucket.name}", bucket.account):
            return f"the policy of {target} does not let {BUCKETS} call it for arn:aws:s3:::{bucket.name}"
        return ""

    def hear(self, target: str, bucket: EventBucket, events: Sequence[ObjectEvent]) -> None:
        """Keep an event for each object."""
        del bucket
        function = self._functions.find(*place_of(target))
        notes = [
            NewEvent(event_id(function, event.id), orjson.dumps({"Records": [event.record]}), event.chain)
            for event in events
        ]
        self._functions.queue(function, notes)
