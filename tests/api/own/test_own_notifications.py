"""What was told to an account's topics is listed without secrets, and a topic is tested."""

import dataclasses
import json

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller
from vedette.api.own import OPERATIONS
from vedette.api.own.notifications import _outbox
from vedette.errors import Missing, Wrong

ALICE = a_caller("vedette")
STRANGER = a_caller("vedette", account=ELSEWHERE)
FILE = f"""
[topics.line-4]
webhook = "https://hooks.example:8443/services/T0/very-secret-path?token=very-secret"
secret = "very-secret"
events = ["training", "drift"]

[topics.pager]
command = ["/usr/local/bin/very-secret"]
emails = ["very-secret@example.com"]

[topics."{ELSEWHERE}:quality"]
webhook = "https://quality.example/very-secret"
events = ["model"]
form = "eventbridge"
"""


@pytest.fixture
def told(house, tmp_path):
    book = tmp_path / "actions.toml"
    book.write_text(FILE)
    settings = house.settings.model_copy(update={"alarm_actions": book, "account": HERE})
    return dataclasses.replace(house, settings=settings)


def listed(house, caller=ALICE):
    return OPERATIONS["ListNotifications"](house, caller, {})


def test_topics_are_listed_with_what_waits_and_what_failed_and_no_secret(told):
    outbox = _outbox(told)
    outbox.add([("1", "line-4", "training", {}), ("2", "line-4", "drift", {}), ("3", "line-4", "drift", {})])
    for problem in ("", "The webhook answered with the status 500."):
        delivery = outbox.claim([])
        outbox.end(delivery, problem)
    answer = listed(told)
    first, second = answer["Topics"]
    assert (first["TopicName"], first["WebhookHost"], first["Signed"]) == ("line-4", "hooks.example", True)
    assert (first["Waiting"], first["Sent"], first["GivenUp"]) == (2, 1, 0)
    assert first["LastProblem"] == "The webhook answered with the status 500."
    assert (second["TopicName"], second["HasCommand"], second["Emails"]) == ("pager", True, 1)
    assert sorted(row["State"] for row in answer["Deliveries"]) == ["sent", "waiting", "waiting"]
    assert "very-secret" not in json.dumps(answer, default=str)


def test_another_account_sees_and_tests_its_own_topics_alone(told):
    outbox = _outbox(told)
    outbox.add([("1", "line-4", "training", {}), ("2", f"{ELSEWHERE}:quality", "model", {})])
    answer = listed(told, STRANGER)
    assert [topic["TopicName"] for topic in answer["Topics"]] == ["quality"]
    assert [row["DeliveryId"] for row in answer["Deliveries"]] == ["2"]
    assert [row["DeliveryId"] for row in listed(told)["Deliveries"]] == ["1"]
    for name in ("line-4", f"{HERE}:line-4", f"{ELSEWHERE}:quality", "%", ""):
        with pytest.raises(Missing):
            OPERATIONS["SendTestNotification"](told, STRANGER, {"TopicName": name})


def test_a_test_is_a_delivery_that_says_so_and_a_topic_without_a_webhook_has_none(told):
    number = OPERATIONS["SendTestNotification"](told, ALICE, {"TopicName": "line-4"})["DeliveryId"]
    (delivery,) = _outbox(told).list()
    body = json.loads(delivery.body)
    assert (delivery.id, delivery.topic, delivery.kind) == (number, "line-4", "test")
    assert (body["MessageId"], body["TopicArn"]) == (number, f"arn:aws:sns:{ALICE.region}:{HERE}:line-4")
    with pytest.raises(Wrong, match="no webhook"):
        OPERATIONS["SendTestNotification"](told, ALICE, {"TopicName": "pager"})


def test_a_file_that_cannot_be_read_is_said_without_its_path(told):
    told.settings.alarm_actions.write_text("[topics")
    answer = listed(told)
    assert answer["Problem"] == "The operator's file of topics cannot be read."
    assert answer["Topics"] == []
