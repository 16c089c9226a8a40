"""What is told to an account's topics, what waits, and what was heard by nobody; and a test of one.

The operator's file says where a topic's webhook is and holds its secret: of the address only the host is
told, since paths of webhooks are often secrets themselves, and of the secret whether there is one.
"""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from vedette.api.house import Caller, House
from vedette.clock import from_milliseconds
from vedette.errors import Missing, Refusal, Wrong
from vedette.monitoring.actions import Topic, read_actions
from vedette.notifications.outbox import WAITING, Delivery, Outbox
from vedette.notifications.summary import TopicSummary, summaries


def list_notifications(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's topics, and the last hundred deliveries to them."""
    del request
    caller.require("ListNotifications", "*")
    outbox = _outbox(house)
    try:
        topics, problem = outbox.own_topics(caller.account), ""
    except Refusal:
        # Its sentence names a path of the operator's machine.
        topics, problem = {}, "The operator's file of topics cannot be read."
    deliveries = outbox.of_account(caller.account)
    totals = summaries(outbox, caller.account)
    return {
        "Topics": [
            _topic(caller, name, topic, totals.get(name, TopicSummary())) for name, topic in topics.items()
        ],
        "Deliveries": [_delivery(delivery) for delivery in deliveries],
        "Problem": problem,
    }


def send_test_notification(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Send a topic of the account a message that says that it is a test."""
    name = request["TopicName"]
    caller.require("SendTestNotification", _arn(caller, name))
    outbox = _outbox(house)
    topics = {_short(full): (full, topic) for full, topic in outbox.own_topics(caller.account).items()}
    if name not in topics:
        raise Missing(f"There is no topic {name}.", kind="topic", name=name)
    full, topic = topics[name]
    if not topic.webhook:
        raise Wrong(f"The topic {name} has no webhook: only alarms call it.", kind="topic", name=name)
    return {"DeliveryId": outbox.add_test(full, _arn(caller, name))}


def _outbox(house: House) -> Outbox:
    book = partial(read_actions, house.settings.alarm_actions)
    return Outbox(house.monitoring.alarms.database, book, house.settings.account, house.clock)


def _short(name: str) -> str:
    """Return a topic's name without its account."""
    return name.rpartition(":")[2]


def _arn(caller: Caller, name: str) -> str:
    return f"arn:aws:sns:{caller.region}:{caller.account}:{name}"


def _topic(caller: Caller, name: str, topic: Topic, totals: TopicSummary) -> dict[str, Any]:
    description: dict[str, Any] = {
        "TopicName": _short(name),
        "TopicArn": _arn(caller, _short(name)),
        "WebhookHost": "" if topic.fault else urlsplit(topic.webhook).hostname or "",
        "Signed": bool(topic.secret),
        "Form": topic.form,
        "Events": list(topic.events),
        "HasCommand": bool(topic.command),
        "Emails": len(topic.emails),
        "Waiting": totals.waiting,
        "Sent": totals.heard,
        "GivenUp": totals.given_up,
    }
    if totals.problem:
        moment = from_milliseconds(totals.problem_ms)
        description |= {"LastProblem": totals.problem, "LastProblemDate": moment}
    return description


def _delivery(delivery: Delivery) -> dict[str, Any]:
    row: dict[str, Any] = {
        "DeliveryId": delivery.id,
        "TopicName": _short(delivery.topic),
        "Kind": delivery.kind,
        "State": delivery.state,
        "CreateDate": from_milliseconds(delivery.created_ms),
        "Tries": delivery.tries,
        "Problem": delivery.problem,
    }
    if delivery.state == WAITING:
        row["NextDate"] = from_milliseconds(delivery.due_ms)
    return row
