"""How events of functions ended, told to the operator's topics and the account's bus.

A function's owner names a topic; only the operator's file says that it hears of functions (`events` holds
"functions"), and where it is. Whatever is told is a row of the transaction that ends the event.
"""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection

from vedette.clock import from_milliseconds
from vedette.errors import Refusal
from vedette.functions.port import ResultMessage
from vedette.functions.store import FunctionPlace
from vedette.monitoring.actions import Topic
from vedette.notifications.outbox import Outbox

log = logging.getLogger(__name__)

FUNCTIONS = "functions"
TITLES = {True: "Success", False: "Failure"}


class FunctionTopics:
    """Keeps the promise of `functions.port.ResultTopics`."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def refusal(self, target: str, place: FunctionPlace) -> str:
        """Return why a target cannot be told by functions of a place; nothing where it can."""
        try:
            topics = self._outbox.topics(place.account, FUNCTIONS)
        except Refusal as refusal:
            return refusal.sentence
        if _is_bus(target):
            is_own = target == f"arn:aws:events:{place.region}:{place.account}:event-bus/default"
            return "" if is_own else f"{target} is not the bus of the function's account and region"
        if self._outbox.topic_name(target) in topics:
            return ""
        return f"the operator's file has no topic of that name with events of {FUNCTIONS} for {target}"

    def note(self, connection: Connection, target: str, message: ResultMessage) -> None:
        """Write down what a target is to be told, in the transaction of the event's end."""
        topics = self._outbox.topics(message.function.place.account, FUNCTIONS)
        if _is_bus(target):
            for name, topic in topics.items():
                if topic.form == "eventbridge":
                    self._add(connection, name, _bridged(target, message, str(uuid4())))
            return
        name = self._outbox.topic_name(target)
        if name not in topics:  # It left the operator's file within this moment.
            log.warning("%s was not told of %s: it has no such topic any more", target, message.function.arn)
            return
        self._add(connection, name, _body(topics[name], target, message))

    def _add(self, connection: Connection, name: str, body: Mapping[str, Any]) -> None:
        self._outbox.add_in(connection, [(str(uuid4()), name, FUNCTIONS, body)])


def _is_bus(target: str) -> bool:
    return target.startswith("arn:aws:events:")


def _body(topic: Topic, target: str, message: ResultMessage) -> dict[str, Any]:
    """Return what a topic is told: in the form of EventBridge, or in SNS's envelope."""
    if topic.form == "eventbridge":
        return _bridged(target, message, str(uuid4()))
    attributes = {name: {"Type": kind, "Value": value} for name, (kind, value) in message.attributes.items()}
    return {
        "Type": "Notification",
        "MessageId": str(uuid4()),
        "TopicArn": target,
        "Message": message.body,
        "Timestamp": f"{_stamp(message):%Y-%m-%dT%H:%M:%S}.{message.moment_ms % 1000:03}Z",
        **({"MessageAttributes": attributes} if attributes else {}),
    }


def _bridged(target: str, message: ResultMessage, number: str) -> dict[str, Any]:
    function = message.function
    return {
        "version": "0",
        "id": number,
        "detail-type": f"Lambda Function Invocation Result - {TITLES[message.is_success]}",
        "source": "vedette.lambda",
        "account": function.place.account,
        "time": f"{_stamp(message):%Y-%m-%dT%H:%M:%SZ}",
        "region": function.place.region,
        "resources": [target, function.arn],
        "detail": orjson.loads(message.body),
    }


def _stamp(message: ResultMessage) -> Any:
    return from_milliseconds(message.moment_ms)
