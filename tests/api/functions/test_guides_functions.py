"""The guides' handlers as they are, made by `vedette function`, called by the guides' own clients."""

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
