"""The demonstration application answers its own page alone, and passes on what the service says."""

import json

import pytest
from botocore.exceptions import ClientError

from doubles.answering import AnsweringServer
from doubles.demo_applications import DemoApplication
from doubles.example_runs import EXAMPLES, load_script

MODEL = "arn:aws:rekognition:us-east-1:000000000000:project/parts/version/first/1767600000000"
ANSWERS = {
    "DescribeProjects": {"ProjectDescriptions": [{"ProjectArn": MODEL.partition("/version")[0]}]},
    "DescribeProjectVersions": {
        "ProjectVersionDescriptions": [{"ProjectVersionArn": MODEL, "Status": "RUNNING"}]
    },
    "DetectCustomLabels": {"CustomLabels": [{"Name": "bolt", "Confidence": 90.0}]},
    "StopProjectVersion": {"Status": "STOPPING"},
}


@pytest.fixture
def service():
    """What the application asks in place of a server."""
    return AnsweringServer(dict(ANSWERS))


@pytest.fixture
def demo(service, monkeypatch):
    """The application, which asks the service."""
    monkeypatch.syspath_prepend(str(EXAMPLES / "custom_labels"))
    application = load_script("custom_labels", "demo_application")
    monkeypatch.setattr(application, "client", service.client)
    with DemoApplication(application.DemoRequest, application.DemoRequest.token) as demo:
        yield demo


def test_its_page_lists_stops_and_asks_models(demo, service):
    status, page = demo.ask("/", X_Token="")
    assert (status, f'const token = "{demo.token}"' in page) == (200, True)
    model = {"arn": MODEL, "status": "RUNNING", "project": "parts", "version": "first"}
    assert json.loads(demo.ask("/models")[1]) == [model]
    assert demo.send("stop", MODEL) == (200, '"STOPPING"')
    assert demo.send("detect", MODEL, b"picture") == (200, '[{"Name": "bolt", "Confidence": 90.0}]')
    assert service.requests[-1][1] == {"ProjectVersionArn": MODEL, "Image": {"Bytes": b"picture"}}


@pytest.mark.parametrize(
    "headers",
    [{"X_Token": ""}, {"X_Token": "\u00e9"}, {"Host": "vision.example:8090"}, {"Host": "localhost:1"}],
)
def test_nobody_else_moves_a_model(demo, service, headers):
    assert demo.ask("/models", **headers)[0] == 404
    assert demo.ask("/stop?model=x", b"", **headers)[0] == 404
    assert service.requests == []


def test_the_page_with_its_token_is_not_given_to_another_name(demo):
    status, body = demo.ask("/", Host="vision.example")
    assert (status, demo.token in body) == (404, False)


def test_other_ways_and_pictures_that_are_too_large_are_refused(demo, service):
    assert demo.ask("/../common.py")[0] == 404
    assert demo.send("delete", MODEL)[0] == 404
    status, body = demo.ask("/detect?model=x", b"", Content_Length="4000001")
    assert (status, json.loads(body)["message"]) == (413, "A picture may have 4 MB at most.")
    assert service.requests == []


def test_what_the_service_refuses_is_said(demo, service):
    def refuse(_):
        raise ClientError({"Error": {"Code": "ResourceNotReadyException", "Message": "It is stopped."}}, "X")

    service.answers["DetectCustomLabels"] = refuse
    status, body = demo.send("detect", MODEL, b"picture")
    assert (status, "It is stopped." in body) == (400, True)
