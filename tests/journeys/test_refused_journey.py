"""What customers get wrong, in both dialects: each gets its dialect's own error, and nothing changes."""

import base64
import io
import json
import socket
import uuid
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from PIL import Image

from doubles.trained import put_version

MIB = 1024**2
IN_PASSING = {
    "training": (),
    "starting": ("trained", "starting"),
    "stopping": ("trained", "starting", "running", "stopping"),
    "deleting": ("trained", "deleting"),
}


@pytest.fixture
def name():
    return f"p-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def account(server):
    return server.client("sts").get_caller_identity()["Account"]


@pytest.fixture
def put(server, account, name):
    """Put a version on the server; return it."""
    return lambda service, task, **facts: put_version(
        server.data, service, name, task, account=account, **facts
    )


@pytest.fixture
def rekognition(server):
    return server.client("rekognition", checks=False)


@pytest.fixture
def lookout(server):
    return server.client("lookoutvision", checks=False)


def picture(form="PNG", size=(96, 64)):
    stream = io.BytesIO()
    Image.fromarray(np.full((size[1], size[0], 3), (255, 0, 0), np.uint8)).save(stream, form)
    return stream.getvalue()


def refused(call, **request):
    """Return the code, the status and what else the error carries."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = dict(caught.value.response)
    error, about = answer.pop("Error"), answer.pop("ResponseMetadata")
    rest = {name: value for name, value in answer.items() if name.lower() != "message"}
    return error["Code"], about["HTTPStatusCode"], rest


def model_of(version):
    return {"ProjectName": version.project.name, "ModelVersion": version.name}


# Versions in every state that takes no orders


@pytest.mark.parametrize("state", IN_PASSING)
def test_a_version_in_passing_takes_no_orders(state, rekognition, put):
    version = put("rekognition", "classification", moves=IN_PASSING[state])
    asked = {"ProjectVersionArn": str(version.arn)}
    project = {"ProjectArn": str(version.project.arn)}
    before = rekognition.describe_project_versions(**project)["ProjectVersionDescriptions"]
    busy = ("ResourceInUseException", 400, {})
    assert refused(rekognition.start_project_version, **asked, MinInferenceUnits=1) == busy
    assert refused(rekognition.stop_project_version, **asked) == busy
    assert refused(rekognition.delete_project_version, **asked) == busy
    assert refused(rekognition.delete_project, **project) == busy
    seen = refused(rekognition.detect_custom_labels, **asked, Image={"Bytes": picture()})
    assert seen == ("ResourceNotReadyException", 400, {})
    assert rekognition.describe_project_versions(**project)["ProjectVersionDescriptions"] == before


@pytest.mark.parametrize("state", IN_PASSING)
def test_a_model_in_passing_takes_no_orders(state, lookout, put, name):
    model = model_of(put("lookoutvision", "anomaly", moves=IN_PASSING[state]))
    before = lookout.describe_model(**model)["ModelDescription"]
    conflict = ("ConflictException", 409, {"ResourceId": f"{name}/1", "ResourceType": "MODEL"})
    assert refused(lookout.start_model, **model, MinInferenceUnits=1) == conflict
    assert refused(lookout.stop_model, **model) == conflict
    assert refused(lookout.delete_model, **model) == conflict
    look = {"Body": picture(), "ContentType": "image/png"}
    assert refused(lookout.detect_anomalies, **model, **look) == conflict
    held = ("ConflictException", 409, {"ResourceId": name, "ResourceType": "PROJECT"})
    assert refused(lookout.delete_project, ProjectName=name) == held
    assert lookout.describe_model(**model)["ModelDescription"] == before


def test_a_model_that_could_not_be_trained_can_only_be_deleted(lookout, rekognition, put, name):
    model = model_of(put("lookoutvision", "anomaly", moves=("failed",)))
    assert refused(lookout.start_model, **model, MinInferenceUnits=1)[:2] == ("ConflictException", 409)
    lookout.delete_model(**model)
    assert lookout.list_models(ProjectName=name)["Models"] == []
    arn = str(put("rekognition", "classification", moves=("failed",)).arn)
    start = {"ProjectVersionArn": arn, "MinInferenceUnits": 1}
    assert refused(rekognition.start_project_version, **start)[0] == "ResourceInUseException"
    assert rekognition.delete_project_version(ProjectVersionArn=arn)["Status"] == "DELETING"


# Orders to versions that would take them


@pytest.mark.parametrize(
    ("units", "rekognitions", "lookouts"),
    [
        ({"MinInferenceUnits": 0}, "InvalidParameterException", ("ValidationException", 400)),
        ({"MinInferenceUnits": -1}, "InvalidParameterException", ("ValidationException", 400)),
        ({"MaxInferenceUnits": 1}, "InvalidParameterException", ("ValidationException", 400)),
        (
            {"MinInferenceUnits": 2, "MaxInferenceUnits": 1},
            "InvalidParameterException",
            ("ValidationException", 400),
        ),
        ({"MinInferenceUnits": 10_000}, "LimitExceededException", ("ServiceQuotaExceededException", 402)),
        (
            {"MinInferenceUnits": 1, "MaxInferenceUnits": 10_000},
            "LimitExceededException",
            ("ServiceQuotaExceededException", 402),
        ),
        ({"MinInferenceUnits": 1.5}, "SerializationException", ("ValidationException", 400)),
    ],
)
def test_units_that_nobody_can_have_start_nothing(units, rekognitions, lookouts, rekognition, lookout, put):
    version = put("rekognition", "classification")
    arn = str(version.arn)
    assert refused(rekognition.start_project_version, ProjectVersionArn=arn, **units)[0] == rekognitions
    (found,) = rekognition.describe_project_versions(ProjectArn=str(version.project.arn))[
        "ProjectVersionDescriptions"
    ]
    assert (found["Status"], "MinInferenceUnits" in found) == ("TRAINING_COMPLETED", False)
    model = model_of(put("lookoutvision", "anomaly"))
    assert refused(lookout.start_model, **model, **units)[:2] == lookouts
    described = lookout.describe_model(**model)["ModelDescription"]
    assert (described["Status"], "MinInferenceUnits" in described) == ("TRAINED", False)


def test_a_running_model_is_neither_started_again_nor_deleted_nor_anothers(server, lookout, inspection):
    model = inspection
    again = refused(lookout.start_model, **model, MinInferenceUnits=1)
    about = {"ResourceId": "inspection/1", "ResourceType": "MODEL"}
    assert again == ("ConflictException", 409, about)
    assert refused(lookout.delete_model, **model) == ("ConflictException", 409, about)
    nameless = {**model, "ModelVersion": "latest"}
    assert refused(lookout.delete_model, **nameless)[:2] == ("ValidationException", 400)
    server.vedette("account", "create", "666677778888")
    key = json.loads(server.vedette("key", "create", "--account", "666677778888", "--format", "json"))
    theirs = server.client("lookoutvision", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    look = {"Body": picture(), "ContentType": "image/png"}
    for call, more in (
        (theirs.detect_anomalies, look),
        (theirs.stop_model, {}),
        (theirs.delete_model, {}),
        (theirs.describe_model, {}),
    ):
        code, status, members = refused(call, **model, **more)
        assert (code, status) == ("ResourceNotFoundException", 404)
        assert members == {"ResourceId": "inspection", "ResourceType": "PROJECT"}
    gone = {**model, "ModelVersion": "2"}
    missing = refused(lookout.detect_anomalies, **gone, **look)
    assert missing == (
        "ResourceNotFoundException",
        404,
        {"ResourceId": "inspection/2", "ResourceType": "MODEL"},
    )
    assert lookout.describe_model(**model)["ModelDescription"]["Status"] == "HOSTED"


# Pictures


@pytest.fixture(scope="module")
def inspection(server):
    """One hosted model for all of the tables; the pictures that it learnt had 96 times 64 pixels."""
    account = server.client("sts").get_caller_identity()["Account"]
    version = put_version(
        server.data, "lookoutvision", "inspection", "anomaly", account=account, results={"size": [96, 64]}
    )
    lookout, model = server.client("lookoutvision"), model_of(version)
    lookout.start_model(**model, MinInferenceUnits=1)
    while lookout.describe_model(**model)["ModelDescription"]["Status"] == "STARTING_HOSTING":
        pass
    return model


@pytest.fixture(scope="module")
def boards(server):
    """One running version for all of the tables."""
    account = server.client("sts").get_caller_identity()["Account"]
    version = put_version(server.data, "rekognition", "running-boards", "classification", account=account)
    rekognition, arn = server.client("rekognition"), str(version.arn)
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    waiter = rekognition.get_waiter("project_version_running")
    names = {"ProjectArn": str(version.project.arn), "VersionNames": [version.name]}
    waiter.wait(**names, WaiterConfig={"Delay": 1})
    return arn


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"no picture", "image/png"),
        (b"", "image/png"),
        (picture("BMP"), "image/png"),
        (picture("GIF"), "image/gif"),
        (picture()[:-30], "image/png"),
        (picture("JPEG")[:-60], "image/jpeg"),
        (picture(size=(96, 63)), "image/png"),
        (picture(size=(64, 4097)), "image/png"),
        (picture(size=(64, 96)), "image/png"),
        (picture() + bytes(8 * MIB), "image/png"),
        (picture() + bytes(17 * MIB), "image/png"),  # more than the server reads
        (picture(), "image/jpeg"),
        (picture("JPEG"), "image/png"),
        (picture(), "text/plain"),
        (picture(), "application/octet-stream"),
        (picture(), "x" * 300),
    ],
)
def test_what_is_no_picture_for_the_model_is_refused(body, content_type, lookout, inspection):
    asked = {**inspection, "Body": body, "ContentType": content_type}
    assert refused(lookout.detect_anomalies, **asked) == ("ValidationException", 400, {})


def test_a_picture_beyond_what_the_server_reads_is_a_large_picture(rekognition, boards):
    asked = {"ProjectVersionArn": boards, "Image": {"Bytes": picture() + bytes(17 * MIB)}}
    assert refused(rekognition.detect_custom_labels, **asked) == ("ImageTooLargeException", 400, {})


def test_an_object_that_vanished_is_named(server, rekognition, boards, name):
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a.png", Body=picture())
    asked = {"ProjectVersionArn": boards, "Image": {"S3Object": {"Bucket": name, "Name": "a.png"}}}
    assert rekognition.detect_custom_labels(**asked)["CustomLabels"]
    s3.delete_object(Bucket=name, Key="a.png")
    with pytest.raises(rekognition.exceptions.InvalidS3ObjectException, match=f"a.png of the bucket {name}"):
        rekognition.detect_custom_labels(**asked)


@pytest.mark.parametrize("service", ["rekognition", "lookoutvision"])
def test_a_body_that_ends_early_is_not_looked_at(server, service, boards, inspection):
    path, headers, body = picture_request(service, boards, inspection)
    signed = AWSRequest("POST", server.address + path, headers=headers, data=body)
    auth.SigV4Auth(Credentials(*server.key), service, "us-east-1").add_auth(signed)
    headers = dict(signed.headers)
    answered = pictures_answered(server)
    # The line is cut: there is nobody to answer.
    assert talk(server, path, headers, body[:-20], promised=len(body)) == b""
    # A hand in between has shortened it: what came is not what was signed.
    assert b"InvalidSignatureException" in talk(server, path, headers, body[:-20])
    assert pictures_answered(server) == answered
    assert talk(server, path, headers, body).startswith(b"HTTP/1.1 200")


def picture_request(service, arn, model):
    """Return the path, the headers and the body of a request with a picture."""
    if service == "lookoutvision":
        path = f"/2020-11-20/projects/{model['ProjectName']}/models/{model['ModelVersion']}/detect"
        return path, {"Content-Type": "image/png"}, picture()
    image = {"Bytes": base64.b64encode(picture()).decode()}
    headers = {
        "X-Amz-Target": "RekognitionService.DetectCustomLabels",
        "Content-Type": "application/x-amz-json-1.1",
    }
    return "/", headers, json.dumps({"ProjectVersionArn": arn, "Image": image}).encode()


def talk(server, path, headers, body, *, promised=None):
    """Send a request; return what is said before the line ends. Less than was promised ends it at once."""
    where = urlsplit(server.address)
    told = {**headers, "Host": where.netloc, "Content-Length": promised or len(body), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    said = b""
    with socket.create_connection((where.hostname, where.port), timeout=20) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        if promised:
            line.shutdown(socket.SHUT_WR)
        while piece := line.recv(65536):
            said += piece
    return said


def pictures_answered(server):
    with urlopen(f"{server.address}/metrics") as page:
        return [line for line in page.read().decode().splitlines() if 'outcome="answered"' in line]
