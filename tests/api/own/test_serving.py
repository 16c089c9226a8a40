"""What the page of a version in service asks, through the server: its units, its last minute, its labels."""

import time
import uuid

import pytest

from doubles.console import signed_in
from doubles.trained import put_version
from journeys.test_detect_journey import picture

SOON_S = 30.0


@pytest.fixture
def name():
    return f"p-{uuid.uuid4().hex[:12]}"


def put(server, name, task, service="rekognition", **facts):
    account = server.client("sts").get_caller_identity()["Account"]
    return str(put_version(server.data, service, name, task, account=account, **facts).arn)


def describe(browser, arn):
    answer = browser.call("vedette", "DescribeServing", ModelArn=arn)
    assert answer.status == 200, answer.body
    return answer.json


def wait(browser, arn, *states):
    until = time.monotonic() + SOON_S
    while (answer := describe(browser, arn))["State"] not in states:
        assert time.monotonic() < until, answer
        time.sleep(0.05)
    return answer


def test_a_version_in_service_tells_its_units_and_its_last_minute(server, name):
    arn, browser = put(server, name, "classification", thresholds={"red": 0.7}), signed_in(server)
    rekognition = server.client("rekognition")
    idle = describe(browser, arn)
    assert (idle["State"], idle["Units"], idle["UnitLimit"], idle["Task"]) == (
        "trained", 0, 16, "classification",
    )  # fmt: skip
    assert idle["Labels"] == [
        {"Label": "red", "Threshold": 0.7, "Color": ""},
        {"Label": "dark", "Threshold": 0.5, "Color": ""},
    ]
    assert "P50Milliseconds" not in idle
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1, MaxInferenceUnits=2)
    wait(browser, arn, "running")
    for _ in range(3):
        rekognition.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": picture()})
    with pytest.raises(rekognition.exceptions.InvalidImageFormatException):
        rekognition.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": b"nonsense"})
    busy = describe(browser, arn)
    assert (busy["MinUnits"], busy["MaxUnits"], busy["Units"]) == (1, 2, 1)
    assert [busy[outcome] for outcome in ("Answered", "Invalid", "Throttled", "Errors")] == [3, 1, 0, 0]
    assert 0 < busy["P50Milliseconds"] <= busy["P99Milliseconds"]
    assert len(busy["AnsweredBySecond"]) == busy["WindowSeconds"] == 60
    rekognition.stop_project_version(ProjectVersionArn=arn)
    stopped = wait(browser, arn, "stopped")
    assert (stopped["Units"], stopped["Answered"]) == (0, 3)


def test_a_lookout_model_tells_the_size_that_pictures_must_have(server, name):
    arn = put(
        server,
        name,
        "segmentation",
        "lookoutvision",
        results={"size": [96, 64]},
        colors={"rust": "#aa5500", "moss": "#118822"},
        thresholds={"anomaly": 0.25},
    )
    answer = describe(signed_in(server), arn)
    assert (answer["ImageWidth"], answer["ImageHeight"]) == (96, 64)
    assert answer["Labels"] == [{"Label": "anomaly", "Threshold": 0.25, "Color": ""}]
    assert answer["Types"] == [
        {"Label": "rust", "Color": "#aa5500"},
        {"Label": "moss", "Color": "#118822"},
    ]


def test_what_is_no_version_is_refused(server, name):
    arn, browser = put(server, name, "classification"), signed_in(server)
    gone = browser.call("vedette", "DescribeServing", ModelArn=arn.replace(f"/{name}/", "/gone/"))
    assert (gone.status, gone.code) == (404, "ResourceNotFoundException")
