"""Which door answers, by the scope of the signature or else by the form; and what requests write."""

import asyncio

import pytest

from doubles.visits import a_request as request
from doubles.visits import a_visit
from vedette.api.door import SMALL_REQUEST, LongBody, PlainDoor
from vedette.api.effects import effect_of_name
from vedette.server import app
from vedette.server.doors import (
    BY_NAME,
    PAGES,
    SERVICES,
    UNKNOWN,
    bytes_to_recognise,
    page_door,
    service_door,
)
from vedette.wire import models
from vedette.wire.http import Response

FORM = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
ACTION = b"Action=GetCallerIdentity&Version=2011-06-15"


@pytest.mark.parametrize(
    ("sent", "signed_for", "answers"),
    [
        (
            request(headers=[("X-Amz-Target", "RekognitionService.DescribeProjects")]),
            "rekognition",
            "rekognition",
        ),
        (request(headers=[("X-Amz-Target", "RekognitionService.DescribeProjects")]), None, "rekognition"),
        (request(headers=[("X-Amz-Target", "DynamoDB_20120810.ListTables")]), "dynamodb", UNKNOWN.name),
        (request(headers=[("X-Amz-Target", "DynamoDB_20120810.ListTables")]), None, UNKNOWN.name),
        (request(headers=[("X-Amz-Target", "")]), None, UNKNOWN.name),
        (request(), "rekognition", "rekognition"),
        (request("GET", "/2020-11-20/projects"), "lookoutvision", "lookoutvision"),
        (request("GET", "/2020-11-20/projects"), None, "lookoutvision"),
        (request("GET", "/2020-11-20/projects"), "s3", "s3"),
        (request("GET", "/2020-11-20"), None, "s3"),
        (request(headers=FORM, body=ACTION), "sts", "sts"),
        (request(headers=FORM, body=ACTION), None, "sts"),
        (request("GET", query="Action=GetCallerIdentity&Version=2011-06-15"), None, "sts"),
        (request(headers=FORM, body=b"Action=ListUsers&Version=2010-05-08"), "iam", "iam"),
        (request(headers=FORM, body=b"Action=ListTopics&Version=2010-03-31"), "sns", UNKNOWN.name),
        (request(headers=FORM, body=b"Action=x"), None, "s3"),
        (request("POST", "/bucket", headers=FORM, body=ACTION), None, "s3"),
        (request("GET"), None, "s3"),
        (request("GET"), "s3", "s3"),
        (request("PUT", "/bucket/key"), None, "s3"),
        (request("GET"), "sagemaker", UNKNOWN.name),
    ],
)
def test_one_port_tells_the_services_apart(sent, signed_for, answers):
    assert service_door(a_visit(sent, signed_for)).name == answers


def test_only_a_form_at_the_root_is_read_before_its_door_is_known():
    read = [bytes_to_recognise(request(path=path, headers=FORM)) for path in ("/", "", "/bucket")]
    assert read == [64 * 1024, 64 * 1024, 0]
    assert bytes_to_recognise(request(headers=[("content-type", "multipart/form-data; boundary=x")])) == 0


def test_the_names_of_doors_differ_and_each_service_has_shapes():
    assert len(BY_NAME) == len(SERVICES)
    assert set(BY_NAME) == set(models.VERSIONS)
    assert not {door.name for door in PAGES} & {*BY_NAME, UNKNOWN.name}


def target(name):
    return [("x-amz-target", f"RekognitionService.{name}")]


@pytest.mark.parametrize(
    ("sent", "signed_for", "effect"),
    [
        (request("GET", "/b/k"), None, "reads"),
        (request("GET", "/b", "delete"), None, "reads"),
        (request("HEAD", "/b/k"), None, "reads"),
        (request("OPTIONS", "/b/k"), None, "reads"),
        (request("PUT", "/b/k"), None, "writes"),
        (request("DELETE", "/b/k"), None, "removes"),
        (request("DELETE", "/b/k", "uploadId=x"), None, "removes"),
        (request("POST", "/b", "delete"), None, "removes"),
        (request("POST", "/b", "delete="), None, "removes"),
        (request("POST", "/b", "uploads"), None, "writes"),
        (request("POST", "/b", "x=delete"), None, "writes"),
        (request(headers=target("DeleteProject")), None, "removes"),
        (request(headers=target("DescribeProjects")), None, "reads"),
        (request(headers=target("CreateProject")), None, "writes"),
        (request(headers=target("DetectFish")), None, "reads"),
        (request("DELETE", "/2020-11-20/projects/doors"), None, "removes"),
        (request("POST", "/2020-11-20/projects/doors/models/1/detect"), None, "reads"),
        (request("POST", "/2020-11-20/projects/doors/models/1/stop"), None, "removes"),
        (request("POST", "/2020-11-20/nothing"), None, "reads"),
        (request("GET", query="Action=GetCallerIdentity&Version=2011-06-15"), None, "reads"),
        (request(headers=[("x-amz-target", "DynamoDB_20120810.DeleteTable")]), "dynamodb", "reads"),
    ],
    ids=lambda value: (
        f"{value.method} {value.raw_path} {value.raw_query}" if hasattr(value, "raw_path") else value
    ),
)
def test_what_a_request_does_to_the_disk(sent, signed_for, effect):
    visit = a_visit(sent, signed_for)
    assert service_door(visit).effect(visit) == effect


def test_what_every_operation_does_to_the_disk():
    names = [
        name for service in ("rekognition", "lookoutvision", "vedette") for name in models.operations(service)
    ]
    effects = {name: effect_of_name(name) for name in names}
    removing = {name for name, effect in effects.items() if effect == "removes"}
    reading = {name for name, effect in effects.items() if effect == "reads"}
    assert {
        "DeleteDataset",
        "DeleteProjectVersion",
        "RemoveEntries",
        "StopModel",
        "StopProjectVersion",
        "UntagResource",
    } <= removing
    assert {"DescribeProjects", "ListDatasetEntries", "DetectAnomalies", "DetectCustomLabels"} <= reading
    assert not [name for name in removing | reading if name.startswith(("Create", "Update", "Put", "Copy"))]
    assert effect_of_name("CreateProject") == effect_of_name("Frobnicate") == "writes"


@pytest.mark.parametrize(
    ("path", "headers", "query", "is_page"),
    [
        ("/healthz", (), "", True),
        ("/console/x", (), "", True),
        ("/%6detrics", (), "", True),
        ("/metrics", [("authorization", "Bearer x")], "", True),
        ("/metrics", [("authorization", "AWS4-HMAC-SHA256 Credential=x")], "", False),
        ("/metrics", [("authorization", "AWS x:y")], "", False),
        ("/metrics", (), "X-Amz-Signature=x", False),
        ("/metrics", (), "AWSAccessKeyId=x", False),
        ("/metrics", [("host", "bucket.localhost:8080")], "", False),
        ("/healthz/", (), "", False),
        ("/bucket/key", (), "", False),
    ],
)
def test_pages_are_told_from_buckets_before_any_signature_is_read(path, headers, query, is_page):
    assert (page_door(a_visit(request("GET", path, query, headers))) is not None) == is_page


class EchoDoor(PlainDoor):
    """A page that answers with what it was sent."""

    name = "echo"
    reads_whole_body = True

    async def answer(self, visit):
        if visit.request.body == b"broken":
            raise ZeroDivisionError("a secret detail")
        return Response(200, [], visit.request.body)

    def fault(self, error, visit):
        return Response(413 if isinstance(error, LongBody) else 500, [], b"sorry")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"x" * SMALL_REQUEST, (200, b"x" * SMALL_REQUEST)),
        (b"x" * (SMALL_REQUEST + 1), (413, b"sorry")),
        (b"broken", (500, b"sorry")),
    ],
    ids=["small", "long", "broken"],
)
def test_a_page_may_be_sent_as_much_as_anybody_without_a_key(house, monkeypatch, body, answer):
    monkeypatch.setattr(app, "page_door", lambda visit: EchoDoor())
    pieces = [body[:5], body[5:]]

    async def receive():
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    assert ask_front(house, receive) == answer


def test_who_leaves_a_page_alone_is_no_failure(house, monkeypatch, caplog):
    monkeypatch.setattr(app, "page_door", lambda visit: EchoDoor())

    async def receive():
        return {"type": "http.disconnect"}

    assert ask_front(house, receive) is None
    assert caplog.text == ""


def ask_front(house, receive):
    """Return the status and body that the application answers, None where it answers nothing."""
    front, sent = app.Application(house), []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "raw_path": b"/-/echo", "query_string": b"", "headers": []}
    asyncio.run(front({**scope, "scheme": "http"}, receive, send))
    front.close()
    return (sent[0]["status"], b"".join(message.get("body", b"") for message in sent)) if sent else None
