"""The guides' handlers as they are, made by `vedette function`, called by the guides' own clients."""

import base64
import json
import time

import pytest

from doubles.example_runs import EXAMPLES, ExampleRuns
from doubles.pictures import a_png
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from vedette.functions.confine import find_confinement

pytestmark = [
    pytest.mark.skipif(not find_confinement().is_close, reason="nothing shuts it in here"),
    pytest.mark.timeout(300),
]

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ACTIONS = ["rekognition:DetectCustomLabels", "lookoutvision:DetectAnomalies", "s3:GetObject"]
MAY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ACTIONS, "Resource": "*"}]}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A server with a role for functions, and a bucket with a picture."""
    folder = tmp_path_factory.mktemp("guides")
    server = start_server(folder / "data", VEDETTE_FUNCTIONS="confined")
    iam, s3 = server.client("iam"), server.client("s3")
    iam.create_role(RoleName="sorting", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="sorting", PolicyName="may", PolicyDocument=json.dumps(MAY))
    s3.create_bucket(Bucket="pictures")
    s3.put_object(Bucket="pictures", Key="a.png", Body=a_png())
    (folder / "a.png").write_bytes(a_png())
    yield server, folder
    stop_server(server)


def wait_until(look, expected):
    end = time.monotonic() + 90
    while (status := look()) != expected:
        assert time.monotonic() < end, status
        time.sleep(0.2)


def text_of(data):
    return base64.b64encode(data).decode()


def call(server, name, event):
    """Return what a function answers."""
    answer = server.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    assert "FunctionError" not in answer
    return json.loads(answer["Payload"].read())


def create(server, name, service, *words):
    code = str(EXAMPLES / service / "lambda_function.py")
    role = "arn:aws:iam::000000000000:role/sorting"
    where = ("--endpoint", server.address, "--data", str(server.data))
    assert f"function:{name}\n" in server.vedette(
        "function", "create", name, code, "--role", role, *words, *where
    )


def test_labels_of_a_file_and_of_an_object(place):
    server, folder = place
    version = put_version(server.data, "rekognition", "boards", "classification", account="000000000000")
    client = server.client("rekognition")
    client.start_project_version(ProjectVersionArn=str(version.arn), MinInferenceUnits=1)
    project = client.describe_projects(ProjectNames=["boards"])["ProjectDescriptions"][0]["ProjectArn"]
    wait_until(
        lambda: client.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"][0][
            "Status"
        ],
        "RUNNING",
    )
    create(server, "labels", "custom_labels", "--env", f"MODEL_ARN={version.arn}", "--env", "CONFIDENCE=1")
    runs = ExampleRuns(server, "custom_labels", folder)
    for picture in ("a.png", "s3://pictures/a.png"):
        printed = runs("lambda_client", "labels", picture)
        assert printed.startswith("There are ")
        assert "Label: " in printed
    seen_directly = client.detect_custom_labels(
        ProjectVersionArn=str(version.arn), Image={"Bytes": a_png()}, MinConfidence=1
    )["CustomLabels"]
    assert seen_directly
    for event in ({"image": text_of(a_png())}, {"S3Object": {"Bucket": "pictures", "Name": "a.png"}}):
        answer = call(server, "labels", event)
        assert (answer.keys(), answer["statusCode"]) == ({"statusCode", "body"}, 200)
        assert json.loads(answer["body"]) == seen_directly
    for event, code, sentence in (
        ({}, "ValueError", "An event has either image, in base64, or S3Object with Bucket and Name."),
        ({"image": "no base64"}, "ValueError", "Only base64 data is allowed"),
        ({"image": text_of(b"no picture")}, "InvalidImageFormatException", None),
        ({"S3Object": {"Bucket": "pictures", "Name": "none"}}, "InvalidS3ObjectException", None),
    ):
        answer = call(server, "labels", event)
        message = answer["body"].pop("ErrorMessage")
        assert answer == {"statusCode": 400, "body": {"Error": code}}
        assert message == sentence if sentence else message.startswith("The image could not be analysed: ")
    nothing = runs.run("lambda_client", "labels", "s3://pictures/nothing.png")
    assert nothing.returncode == 1
    assert "InvalidS3ObjectException" in nothing.stdout + nothing.stderr


def test_a_decision_of_a_file_and_of_an_object(place):
    server, folder = place
    version = put_version(server.data, "lookoutvision", "doors", "segmentation", account="000000000000")
    client = server.client("lookoutvision")
    client.start_model(ProjectName="doors", ModelVersion=version.name, MinInferenceUnits=1)
    wait_until(
        lambda: client.describe_model(ProjectName="doors", ModelVersion=version.name)["ModelDescription"][
            "Status"
        ],
        "HOSTED",
    )
    words = ("--env", "PROJECT_NAME=doors", "--env", f"MODEL_VERSION={version.name}")
    create(server, "doors", "lookout_for_vision", *words)
    runs = ExampleRuns(server, "lookout_for_vision", folder)
    for picture in ("a.png", "s3://pictures/a.png"):
        assert " is " in runs("lambda_client", "doors", picture)
    result = client.detect_anomalies(
        ProjectName="doors", ModelVersion=version.name, Body=a_png(), ContentType="image/png"
    )["DetectAnomalyResult"]
    reject = result["IsAnomalous"] and result["Confidence"] >= 0.5
    place_of_it = {"Bucket": "pictures", "Name": "a.png"}
    for event, name in (
        ({"image": text_of(a_png()), "filename": "b.png"}, "b.png"),
        ({"image": text_of(a_png())}, "image"),
        ({"S3object": place_of_it}, "a.png"),
        ({"S3Object": place_of_it}, "a.png"),
    ):
        word = "anomalous" if reject else "normal"
        body = {"Reject": reject, "RejectMessage": f"Image {name} is {word}."}
        assert call(server, "doors", event) == {"statusCode": 200, "body": body}
    for event, code, name in (
        ({}, "ValueError", ""),
        ({"image": text_of(b"no picture"), "filename": "c"}, "ValueError", "c"),
        # The role may not list the bucket, so that S3 does not say what is not there.
        ({"S3Object": {"Bucket": "pictures", "Name": "none"}}, "AccessDenied", ""),
    ):
        answer = call(server, "doors", event)
        assert answer["body"].pop("ErrorMessage")
        answer["body"]["Image"] = answer["body"]["Image"] if name else ""
        assert answer == {"statusCode": 400, "body": {"Error": code, "Image": name}}
