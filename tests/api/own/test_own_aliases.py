"""Names for versions over both services' wires: who asks by a name meets the version behind it."""

import json
import threading
import uuid

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from doubles.pictures import a_png
from doubles.trained import put_version
from vedette.cli.client import open_client
from vedette.cli.main import app

ACCOUNT = "000000000000"
REFUSED = "failed to satisfy constraint: Member must satisfy regular expression pattern: ([1-9][0-9]*|latest)"


@pytest.fixture
def own(server):
    return open_client("vedette", endpoint=server.address, data=server.data)


def two_versions(server, service, task):
    """Two versions of a project of their own, of which the second says other labels or thresholds."""
    name = f"a-{uuid.uuid4().hex[:8]}"
    names = ("v1", "v2") if service == "rekognition" else ("", "")
    return [put_version(server.data, service, name, task, account=ACCOUNT, name=each) for each in names]


@pytest.fixture
def run(server):
    place = ["--endpoint", server.address, "--data", str(server.data)]
    return lambda *words: CliRunner().invoke(app, ["alias", *map(str, words), *place])


def describe(server, version):
    client = server.client("rekognition")
    answer = client.describe_project_versions(
        ProjectArn=str(version.project.arn), VersionNames=[version.name]
    )
    return answer["ProjectVersionDescriptions"][0]["Status"]


def test_a_name_is_made_moved_rolled_back_and_shown(server, run):
    first, second = two_versions(server, "rekognition", "classification")
    of = ["--project", first.project.name]
    made = run("set", "line-3", "v1", *of, "--reason", "the first")
    assert (made.exit_code, made.output) == (0, "v1: TRAINING_COMPLETED. Starting it.\nline-3 → v1\n")
    assert run("list", *of).output.split() == ["line-3", "v1", "running"]
    moved = run("set", "line-3", "v2", *of, "--stop-old")
    assert moved.output.splitlines()[1:] == [
        "line-3 → v2, before v1",
        "v1: STOPPED. The model has stopped running.",
    ]
    back = run("rollback", "line-3", *of, "--reason", "more misses")
    assert back.output == "v1: STOPPED. Starting it.\nline-3 → v1, before v2\n"
    assert [describe(server, version) for version in (first, second)] == ["RUNNING", "RUNNING"]
    shown = run("show", "line-3", *of).output
    assert shown.startswith("line-3 → v1 (running)\narn:aws:rekognition:us-east-1:000000000000:project/")
    assert [line.split()[2:] for line in shown.splitlines()[2:]] == [
        ["rollback", "v1", "root", "more", "misses"],
        ["set", "v2", "root"],
        ["set", "v1", "root", "the", "first"],
    ]
    assert run("rollback", "line-3", *of).exit_code == 2
    assert run("delete", "line-3", *of).output == f"Deleted: line-3 of {first.project.name}.\n"
    missing = run("show", "line-3", *of)
    assert missing.exit_code == 2
    for version in (first, second):
        server.client("rekognition").stop_project_version(ProjectVersionArn=str(version.arn))


def test_custom_labels_takes_the_arn_of_a_name(server, own, run):
    first, _ = two_versions(server, "rekognition", "classification")
    run("set", "line-3", "v1", "--project", first.project.name)
    arn = own.list_aliases(ProjectArn=str(first.project.arn))["Aliases"][0]["AliasArn"]
    client = server.client("rekognition")
    by_name, by_version = (
        client.detect_custom_labels(ProjectVersionArn=each, Image={"Bytes": a_png()})["CustomLabels"]
        for each in (arn, str(first.arn))
    )
    assert by_name == by_version
    # A name is for asking: what is started, stopped or deleted is named itself.
    for operation in ("stop_project_version", "delete_project_version"):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            getattr(client, operation)(ProjectVersionArn=arn)
    client.stop_project_version(ProjectVersionArn=str(first.arn))


def test_lookout_takes_a_name_where_it_takes_a_number(server, run):
    first, second = two_versions(server, "lookoutvision", "anomaly")
    name = first.project.name
    assert run("set", "line-3", "2", "--project", name).exit_code == 0
    client = server.client("lookoutvision")
    asked = {"ProjectName": name, "ModelVersion": "line-3"}
    described = client.describe_model(**asked)["ModelDescription"]
    assert (described["ModelVersion"], described["ModelArn"]) == ("2", str(second.arn))
    picture = {"Body": a_png(), "ContentType": "image/png"}
    answer = client.detect_anomalies(**asked, **picture)["DetectAnomalyResult"]
    assert (
        answer
        == client.detect_anomalies(ProjectName=name, ModelVersion="2", **picture)["DetectAnomalyResult"]
    )
    # What is no name either is what it always was, and the other operations take numbers alone.
    for ask in (client.describe_model, client.stop_model):
        wrong = "nothing" if ask == client.describe_model else "line-3"
        with pytest.raises(ClientError) as refusal:
            ask(ProjectName=name, ModelVersion=wrong)
        error = refusal.value.response["Error"]
        assert error["Code"] == "ValidationException"
        assert f"Value '{wrong}' at 'modelVersion' {REFUSED}" in error["Message"]
    with pytest.raises(ClientError, match="Member must have length less than or equal to 10"):
        client.describe_model(ProjectName="none", ModelVersion="9" * 70)
    with pytest.raises(ClientError, match=r"ValidationException.*Value '\*' at 'modelVersion'"):
        client.detect_anomalies(ProjectName=name, ModelVersion="*", **picture)
    client.stop_model(ProjectName=name, ModelVersion="2")


def test_rights_are_asked_for_the_name_and_for_the_version_behind(server, own, run, monkeypatch):
    first, second = two_versions(server, "rekognition", "classification")
    run("set", "line-3", "v1", "--project", first.project.name)
    arn = own.list_aliases(ProjectArn=str(first.project.arn))["Aliases"][0]["AliasArn"]
    user, policy = f"u-{uuid.uuid4().hex[:8]}", f"p-{uuid.uuid4().hex[:8]}"
    iam = server.client("iam")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    key = (key["AccessKeyId"], key["SecretAccessKey"])

    def allow(*arns):
        statement = [
            {
                "Effect": "Allow",
                "Action": ["rekognition:DetectCustomLabels", "vedette:SetAlias"],
                "Resource": list(arns),
            }
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_user_policy(UserName=user, PolicyName=policy, PolicyDocument=document)

    def detect():
        client = server.client("rekognition", key=key)
        return client.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": a_png()})

    for alone in (arn, str(first.arn)):
        allow(alone)
        with pytest.raises(ClientError, match="AccessDenied"):
            detect()
    allow(arn, str(first.arn))
    assert "CustomLabels" in detect()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key[1])
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    theirs = open_client("vedette", endpoint=server.address, data=None)
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.set_alias(ModelArn=str(second.arn), AliasName="line-3", AllowIdle=True)
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.set_alias(ModelArn=str(first.arn), AliasName="line-4")
    server.client("rekognition").stop_project_version(ProjectVersionArn=str(first.arn))


def test_no_detection_fails_while_a_name_moves_and_the_old_version_stops(server, own, run):
    first, _ = two_versions(server, "rekognition", "classification")
    of = ["--project", first.project.name]
    run("set", "line-3", "v1", *of)
    arn = own.list_aliases(ProjectArn=str(first.project.arn))["Aliases"][0]["AliasArn"]
    is_over, answers, faults = threading.Event(), [], []

    def ask():
        client = server.client("rekognition")
        while not is_over.is_set():
            try:
                answers.append(client.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": a_png()}))
            except Exception as fault:
                faults.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for version in ("v2", "v1"):
            moved = run("set", "line-3", version, *of, "--stop-old")
            assert moved.exit_code == 0, moved.output
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert (faults, len(answers) > 10) == ([], True)
    server.client("rekognition").stop_project_version(
        ProjectVersionArn=own.list_aliases(ProjectArn=str(first.project.arn))["Aliases"][0]["ModelArn"]
    )
