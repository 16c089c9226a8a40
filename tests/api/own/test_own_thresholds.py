"""Thresholds of a version over the wire: on both services' answers only where the version is told so."""

import io
import json
import uuid
import zipfile

import numpy as np
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session
from PIL import Image

from doubles.trained import put_version
from vedette import load
from vedette.cli.client import open_client

ACCOUNT = "000000000000"


def grey(level, size=(96, 64)):
    out = io.BytesIO()
    Image.fromarray(np.full((size[1], size[0], 3), level, np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def own(server):
    return open_client("vedette", endpoint=server.address, data=server.data)


def post(server, path, body):
    """Send a signed request with any body, past what boto3 checks."""
    url = f"{server.address}{path}"
    request = AWSRequest("POST", url, {"content-type": "application/json"}, body)
    SigV4Auth(Credentials(*server.key), "vedette", "us-east-1").add_auth(request)
    return URLLib3Session().send(request.prepare())


def a_version(server, service, task, **more):
    name = f"t-{uuid.uuid4().hex[:8]}"
    return put_version(server.data, service, name, task, account=ACCOUNT, **more)


def running(server, version):
    client = server.client(version.project.scope.service)
    if version.project.scope.service == "rekognition":
        client.start_project_version(ProjectVersionArn=str(version.arn), MinInferenceUnits=1)
        name = {"ProjectArn": str(version.project.arn), "VersionNames": [version.name]}
        client.get_waiter("project_version_running").wait(**name, WaiterConfig={"Delay": 0.2})
    else:
        name = {"ProjectName": version.project.name, "ModelVersion": version.name}
        client.start_model(**name, MinInferenceUnits=1)
        while client.describe_model(**name)["ModelDescription"]["Status"] != "HOSTED":
            pass
    return client


def test_a_version_begins_with_the_thresholds_of_its_training(server, own):
    version = a_version(server, "rekognition", "multilabel", thresholds={"red": 0.3})
    answer = own.get_version_thresholds(ModelArn=str(version.arn))
    answer.pop("ResponseMetadata")
    assert answer == {
        "Thresholds": [
            {"Label": "red", "Threshold": 0.3, "TrainedThreshold": 0.3},
            {"Label": "dark", "Threshold": 0.5, "TrainedThreshold": 0.5},
        ],
        "UseOnWire": False,
        "Revision": "",
    }


def test_the_anomaly_tasks_have_one(server, own):
    version = a_version(server, "lookoutvision", "segmentation", thresholds={"anomaly": 0.4})
    (row,) = own.get_version_thresholds(ModelArn=str(version.arn))["Thresholds"]
    assert row == {"Label": "anomaly", "Threshold": 0.4, "TrainedThreshold": 0.4}


def test_answers_of_custom_labels_change_only_where_the_version_is_told_so(server, own):
    version = a_version(server, "rekognition", "multilabel")
    client = running(server, version)
    name = {"ModelArn": str(version.arn)}

    def labels(**more):
        answer = client.detect_custom_labels(
            ProjectVersionArn=str(version.arn), Image={"Bytes": grey(30)}, **more
        )
        return [label["Name"] for label in answer["CustomLabels"]]

    before = labels()
    assert before == ["dark"]
    everything = labels(MinConfidence=0)
    chosen = [{"Label": "dark", "Threshold": 0.99, "Reason": "no-false-alarms"}]
    own.put_version_thresholds(**name, Thresholds=chosen)
    assert labels() == before
    own.put_version_thresholds(**name, UseOnWire=True)
    assert labels() == []
    assert labels(MinConfidence=0) == everything
    own.put_version_thresholds(**name, ResetAll=True)
    assert labels() == before
    client.stop_project_version(ProjectVersionArn=str(version.arn))


def test_answers_of_lookout_change_only_where_the_version_is_told_so(server, own):
    version = a_version(server, "lookoutvision", "anomaly")
    client = running(server, version)
    name = {"ProjectName": version.project.name, "ModelVersion": version.name}

    def is_anomalous():
        answer = client.detect_anomalies(**name, Body=grey(200), ContentType="image/png")
        return answer["DetectAnomalyResult"]["IsAnomalous"]

    assert is_anomalous() is True
    own.put_version_thresholds(ModelArn=str(version.arn), Thresholds=[{"Label": "anomaly", "Threshold": 1.0}])
    assert is_anomalous() is True
    own.put_version_thresholds(ModelArn=str(version.arn), UseOnWire=True)
    assert is_anomalous() is False
    client.stop_model(**name)


def test_a_package_that_leaves_has_what_was_chosen_and_remembers_the_trained(server, own, tmp_path):
    version = a_version(server, "rekognition", "classification", thresholds={"red": 0.3, "dark": 0.6})
    name = {"ModelArn": str(version.arn)}
    own.put_version_thresholds(**name, Thresholds=[{"Label": "red", "Threshold": 0.8}])
    body = own.download_model(**name)["Body"].read()
    (tmp_path / "m.zip").write_bytes(body)
    assert load(tmp_path / "m.zip").facts.thresholds == {"red": 0.8, "dark": 0.6}
    document = json.loads(zipfile.ZipFile(io.BytesIO(body)).read("package.json"))
    assert document["trained_thresholds"] == {"red": 0.3, "dark": 0.6}
    own.put_version_thresholds(**name, ResetAll=True)
    again = own.download_model(**name)["Body"].read()
    assert "trained_thresholds" not in json.loads(zipfile.ZipFile(io.BytesIO(again)).read("package.json"))


@pytest.mark.parametrize("body", ['"x"', "NaN", "-1", "1e400", "null", '{"a": 1}', "true"])
def test_no_threshold_is_anything_but_a_share(body, server, own):
    version = a_version(server, "rekognition", "classification")
    document = f'{{"ModelArn":"{version.arn}","Thresholds":[{{"Label":"red","Threshold":{body}}}]}}'
    answer = post(server, "/vedette/2026-11-21/thresholds/put", document)
    assert answer.status_code == 400, answer.text
    assert own.get_version_thresholds(ModelArn=str(version.arn))["Revision"] == ""


def test_who_comes_second_is_told_and_changes_nothing(server, own):
    version = a_version(server, "rekognition", "classification")
    name = {"ModelArn": str(version.arn)}
    first = own.put_version_thresholds(**name, Thresholds=[{"Label": "red", "Threshold": 0.8}])
    own.put_version_thresholds(**name, UseOnWire=True, Revision=first["Revision"])
    with pytest.raises(ClientError, match="meanwhile") as refusal:
        own.put_version_thresholds(**name, ResetAll=True, Revision=first["Revision"])
    assert refusal.value.response["Error"]["Code"] == "ConflictException"
    assert own.get_version_thresholds(**name)["Thresholds"][0]["Threshold"] == 0.8


def test_who_saw_that_nobody_had_chosen_is_told_too(server, own):
    version = a_version(server, "rekognition", "classification")
    name = {"ModelArn": str(version.arn)}
    before = own.get_version_thresholds(**name)["Revision"]
    own.put_version_thresholds(**name, Thresholds=[{"Label": "red", "Threshold": 0.8}], Revision=before)
    with pytest.raises(ClientError, match="meanwhile"):
        own.put_version_thresholds(**name, Thresholds=[{"Label": "red", "Threshold": 0.1}], Revision=before)
    assert own.get_version_thresholds(**name)["Thresholds"][0]["Threshold"] == 0.8
