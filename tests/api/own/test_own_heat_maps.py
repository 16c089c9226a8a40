"""Heat maps over the wire: of versions that run and that do not, of objects and of bytes, by who may."""

import io
import json
import threading
import uuid

import numpy as np
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from PIL import Image

from doubles.trained import put_version
from vedette.cli.client import open_client
from vedette.projects.projects import Projects
from vedette.projects.versions import Versions
from vedette.store.db import open_database

ACCOUNT = "000000000000"
WIDTH, HEIGHT = 96, 64


def a_patch(color=255, *, orientation=1, form="PNG"):
    """A dark picture whose left top quarter has a colour."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[: HEIGHT // 2, : WIDTH // 2] = color
    image, out = Image.fromarray(pixels), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(out, form, exif=exif.tobytes())
    return out.getvalue()


@pytest.fixture
def own(server):
    return open_client("vedette", endpoint=server.address, data=server.data)


def a_user_who_may(server, own, *actions):
    """Return a client of somebody who may do these, to anything, and nothing else."""
    name = f"u{uuid.uuid4().hex[:8]}"
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    own.put_policy(
        PolicyName=name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement})
    )
    own.create_user(UserName=name, Policies=[name])
    key = own.create_access_key(UserName=name)
    client = open_client("vedette", endpoint=server.address, data=server.data)
    client._request_signer._credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    return client


def a_version(server, service, task, **more):
    name = f"h-{uuid.uuid4().hex[:8]}"
    return put_version(server.data, service, name, task, account=ACCOUNT, **more)


def hot_quarter(heat_map):
    """Return which quarter of the picture is the hottest: (down, across)."""
    values = np.asarray(Image.open(io.BytesIO(heat_map["Body"])))
    assert values.shape == (heat_map["Height"], heat_map["Width"])
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row * 2 // values.shape[0]), int(column * 2 // values.shape[1])


def refusal(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]


@pytest.mark.parametrize(
    ("service", "task", "label"),
    [
        ("rekognition", "classification", "red"),
        ("rekognition", "multilabel", "red"),
        ("rekognition", "detection", "light"),
        ("lookoutvision", "anomaly", "anomaly"),
        ("lookoutvision", "segmentation", "anomaly"),
    ],
)
def test_a_version_that_is_not_running_says_where_it_looked(server, own, service, task, label):
    version = a_version(server, service, task)
    answer = own.get_heat_map(ModelArn=str(version.arn), Bytes=a_patch(), Labels=[label])
    assert (answer["Width"], answer["Height"]) == (WIDTH, HEIGHT)
    (heat_map,) = answer["HeatMaps"]
    assert (heat_map["Label"], hot_quarter(heat_map)) == (label, (0, 0))
    assert answer.get("IsAnomalous") == (True if service == "lookoutvision" else None)


def test_a_running_version_says_the_same_by_its_units(server, own):
    version = a_version(server, "rekognition", "multilabel", thresholds={"red": 0.2, "dark": 0.9})
    request = {"ModelArn": str(version.arn), "Bytes": a_patch((255, 0, 0))}
    before = own.get_heat_map(**request)
    client = server.client("rekognition")
    client.start_project_version(ProjectVersionArn=str(version.arn), MinInferenceUnits=1)
    names = {"ProjectArn": str(version.project.arn), "VersionNames": [version.name]}
    client.get_waiter("project_version_running").wait(**names, WaiterConfig={"Delay": 0.2})
    answer = own.get_heat_map(**request)
    client.stop_project_version(ProjectVersionArn=str(version.arn))
    assert [heat["Label"] for heat in answer["HeatMaps"]] == ["red"]
    before.pop("ResponseMetadata")
    answer.pop("ResponseMetadata")
    assert answer == before


def test_a_map_is_of_the_upright_picture(server, own):
    version = a_version(server, "rekognition", "detection")
    # Stored lying on its side: shown, its patch is at the right top.
    picture = a_patch(orientation=6, form="JPEG")
    answer = own.get_heat_map(ModelArn=str(version.arn), Bytes=picture)
    assert (answer["Width"], answer["Height"]) == (HEIGHT, WIDTH)
    assert hot_quarter(answer["HeatMaps"][0]) == (0, 1)


def test_an_object_is_read_by_the_rights_of_who_asks(server, own):
    version = a_version(server, "rekognition", "detection")
    bucket = f"h-{uuid.uuid4().hex[:8]}"
    s3 = server.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a b/ü.png", Body=a_patch())
    request = {"ModelArn": str(version.arn), "SourceRef": f"s3://{bucket}/a b/ü.png"}
    assert hot_quarter(own.get_heat_map(**request)["HeatMaps"][0]) == (0, 0)
    only_maps = a_user_who_may(server, own, "vedette:GetHeatMap")
    error = refusal(only_maps.get_heat_map, **request)
    assert error["Code"] == "ResourceNotFoundException"
    assert only_maps.get_heat_map(ModelArn=str(version.arn), Bytes=a_patch())["HeatMaps"]
    both = a_user_who_may(server, own, "vedette:GetHeatMap", "s3:GetObject")
    assert both.get_heat_map(**request)["HeatMaps"]
    only_pictures = a_user_who_may(server, own, "s3:GetObject")
    assert refusal(only_pictures.get_heat_map, **request)["Code"] == "AccessDeniedException"


def test_what_cannot_be_read_and_what_is_not_there_get_the_same_answer(server, own):
    version = a_version(server, "rekognition", "detection")
    request = {"ModelArn": str(version.arn), "SourceRef": "s3://no-such-bucket/a.png"}
    error = refusal(own.get_heat_map, **request)
    assert error["Code"] == "ResourceNotFoundException"
    assert error["Message"] == "The picture s3://no-such-bucket/a.png cannot be read."


@pytest.mark.parametrize(
    ("request_fields", "sentence"),
    [
        ({}, "Name either Bytes or a SourceRef"),
        ({"Bytes": b"x", "SourceRef": "s3://b/k"}, "Name either Bytes or a SourceRef"),
        ({"SourceRef": "file:///etc/passwd"}, "no address of an object"),
        ({"SourceRef": "s3://bucket/"}, "no address of an object"),
        ({"Bytes": b"not a picture"}, "no JPEG and no PNG"),
        ({"Bytes": a_patch()[:90]}, "picture"),
        ({"Bytes": a_patch(), "Labels": ["rust"]}, 'no label "rust"'),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(server, own, request_fields, sentence):
    version = a_version(server, "rekognition", "detection")
    error = refusal(own.get_heat_map, ModelArn=str(version.arn), **request_fields)
    assert (error["Code"], sentence in error["Message"]) == ("ValidationException", True), error


def test_a_version_without_a_model_and_one_that_was_deleted_have_no_maps(server, own):
    training = a_version(server, "rekognition", "detection", moves=())
    error = refusal(own.get_heat_map, ModelArn=str(training.arn), Bytes=a_patch())
    assert (error["Code"], "is being trained" in error["Message"]) == ("ConflictException", True)
    version = a_version(server, "rekognition", "detection")
    own.get_heat_map(ModelArn=str(version.arn), Bytes=a_patch())
    server.client("rekognition").delete_project_version(ProjectVersionArn=str(version.arn))
    error = refusal(own.get_heat_map, ModelArn=str(version.arn), Bytes=a_patch())
    assert error["Code"] == "ResourceNotFoundException"


def test_a_hundred_at_once_are_answered_or_told_to_come_again(server, own):
    versions = [a_version(server, "rekognition", "detection") for _ in range(3)]
    outcomes = []

    def ask(number):
        try:
            own.get_heat_map(ModelArn=str(versions[number % 3].arn), Bytes=a_patch())
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
        else:
            outcomes.append("answered")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 100
    assert set(outcomes) <= {"answered", "ThrottlingException"}
    assert outcomes.count("answered") >= 10
    assert own.get_heat_map(ModelArn=str(versions[0].arn), Bytes=a_patch())["HeatMaps"]


def test_a_folder_that_went_away_is_a_version_that_is_gone(server, own):
    version = a_version(server, "rekognition", "detection")
    database = open_database("", server.data)
    versions = Versions(database, Projects(database))
    folder = server.data / "versions" / version.folder / "package"
    (folder / "model.onnx").unlink()
    error = refusal(own.get_heat_map, ModelArn=str(version.arn), Bytes=a_patch())
    assert (error["Code"], str(server.data) in error["Message"]) == ("ValidationException", False), error
    versions.remove(versions.move(version, "deleting"))
    database.close()
