"""Trained models started, asked and stopped through boto3, in both dialects."""

import io
import json
import os
import re
import signal
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.request import urlopen

import numpy as np
import pytest
from bench.common import children
from botocore.exceptions import ClientError
from PIL import Image

from doubles.servers import start_server, stop_server
from doubles.trained import put_version

SOON_S = 30.0


@pytest.fixture
def name():
    return f"p-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def rekognition(server):
    return server.client("rekognition", checks=False)


@pytest.fixture
def lookout(server):
    return server.client("lookoutvision")


@pytest.fixture
def put(server, name):
    """Put a trained version on the server; return it."""
    account = server.client("sts").get_caller_identity()["Account"]

    def put(service, task, **facts):
        return put_version(server.data, service, name, task, account=account, **facts)

    return put


@pytest.fixture
def started(rekognition, put):
    """Start a version of Rekognition's and return its ARN."""
    running = []

    def started(task, units=1):
        arn = str(put("rekognition", task).arn)
        said = rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=units)
        assert said["Status"] == "STARTING"
        wait(lambda: status(rekognition, arn), "RUNNING")
        running.append(arn)
        return arn

    yield started
    for arn in running:
        if status(rekognition, arn) == "RUNNING":
            rekognition.stop_project_version(ProjectVersionArn=arn)


def wait(state, wanted):
    until = time.monotonic() + SOON_S
    while (found := state()) != wanted:
        assert time.monotonic() < until, found
        time.sleep(0.05)


def status(rekognition, arn):
    project_arn = arn.partition("/version/")[0]
    listed = rekognition.describe_projects(ProjectNames=[project_arn.rpartition("/")[2]])
    found = rekognition.describe_project_versions(
        ProjectArn=listed["ProjectDescriptions"][0]["ProjectArn"], VersionNames=[arn.split("/")[3]]
    )
    return found["ProjectVersionDescriptions"][0]["Status"]


def model_status(lookout, name):
    return lookout.describe_model(ProjectName=name, ModelVersion="latest")["ModelDescription"]["Status"]


def picture(color=(255, 0, 0), *, form="PNG", size=(96, 64), patch=False, **options):
    width, height = size
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2 if patch else height, : width // 2 if patch else width] = color
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form, **options)
    return stream.getvalue()


def refused(call, **request):
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_labels_are_found_by_the_rules_of_thresholds(rekognition, started):
    arn = started("classification")

    def names(**more):
        seen = rekognition.detect_custom_labels(
            ProjectVersionArn=arn, Image={"Bytes": picture((204, 0, 0))}, **more
        )
        return [(label["Name"], round(label["Confidence"])) for label in seen["CustomLabels"]]

    assert names() == [("red", 80)]
    assert names(MinConfidence=0) == [("red", 80), ("dark", 20)]
    assert names(MinConfidence=0, MaxResults=1) == [("red", 80)]
    assert names(MinConfidence=0, MaxResults=0) == []
    assert names(MinConfidence=81) == []
    request = {"ProjectVersionArn": arn, "Image": {"Bytes": picture()}}
    for wrong in (-1, 100.1, float("nan"), float("inf")):
        assert refused(rekognition.detect_custom_labels, **request, MinConfidence=wrong) == (
            "InvalidParameterException",
            400,
        )


def test_objects_have_places(rekognition, started):
    arn = started("detection")
    exif = Image.Exif()
    exif[0x0112] = 3
    for options in ({}, {"exif": exif}):
        seen = rekognition.detect_custom_labels(
            ProjectVersionArn=arn, Image={"Bytes": picture((255, 255, 255), patch=True, **options)}
        )
        box = seen["CustomLabels"][0]["Geometry"]["BoundingBox"]
        assert box == pytest.approx({"Left": 0, "Top": 0, "Width": 0.5, "Height": 0.5})


def test_a_picture_in_a_bucket_is_seen_where_the_caller_may_read_it(server, rekognition, started, name):
    arn = started("classification")
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="in/a b.jpg", Body=picture(form="JPEG"))
    s3.put_object(Bucket=name, Key="text.jpg", Body=b"no picture")
    place = {"S3Object": {"Bucket": name, "Name": "in/a b.jpg"}}
    seen = rekognition.detect_custom_labels(ProjectVersionArn=arn, Image=place)
    assert [label["Name"] for label in seen["CustomLabels"]] == ["red"]
    for wrong, code in (
        ({"Bucket": name, "Name": "gone.jpg"}, "InvalidS3ObjectException"),
        ({"Bucket": name + "x", "Name": "a.jpg"}, "InvalidS3ObjectException"),
        ({"Bucket": name, "Name": "in/a b.jpg", "Version": "none"}, "InvalidS3ObjectException"),
        ({"Bucket": name, "Name": "text.jpg"}, "InvalidImageFormatException"),
        ({"Bucket": name}, "InvalidParameterException"),
    ):
        asked = {"ProjectVersionArn": arn, "Image": {"S3Object": wrong}}
        assert refused(rekognition.detect_custom_labels, **asked) == (code, 400)


def test_a_picture_under_a_key_is_seen_while_the_key_may_be_used(server, rekognition, started, name):
    arn = started("classification")
    s3, kms = server.client("s3"), server.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a.png", Body=picture(), ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    asked = {"ProjectVersionArn": arn, "Image": {"S3Object": {"Bucket": name, "Name": "a.png"}}}
    assert [found["Name"] for found in rekognition.detect_custom_labels(**asked)["CustomLabels"]] == ["red"]
    kms.disable_key(KeyId=key)
    assert refused(rekognition.detect_custom_labels, **asked) == ("InvalidS3ObjectException", 400)
    kms.enable_key(KeyId=key)
    assert rekognition.detect_custom_labels(**asked)["CustomLabels"]


def test_a_bucket_says_whose_pictures_are_looked_at(server, rekognition, started, name):
    arn = started("classification")
    server.vedette("account", "create", "555566667777")
    key = json.loads(server.vedette("key", "create", "--account", "555566667777", "--format", "json"))
    theirs = server.client("s3", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    theirs.create_bucket(Bucket=name)
    theirs.put_object(Bucket=name, Key="red.png", Body=picture())
    asked = {
        "ProjectVersionArn": arn,
        "Image": {"S3Object": {"Bucket": name, "Name": "red.png"}},
    }
    assert refused(rekognition.detect_custom_labels, **asked) == ("InvalidS3ObjectException", 400)
    theirs.put_object_acl(Bucket=name, Key="red.png", ACL="public-read")
    assert rekognition.detect_custom_labels(**asked)["CustomLabels"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject"}
    policy = {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Resource": f"arn:aws:s3:::{name}/*"}],
    }
    theirs.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    assert refused(rekognition.detect_custom_labels, **asked) == ("InvalidS3ObjectException", 400)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no picture", "InvalidImageFormatException"),
        (picture(form="BMP"), "InvalidImageFormatException"),
        (picture()[:-30], "InvalidImageFormatException"),
        (picture(size=(64, 4097)), "ImageTooLargeException"),
        (picture() + bytes(4 * 1024**2), "ImageTooLargeException"),
        (picture() + bytes(5 * 1024**2), "ImageTooLargeException"),
        (picture(size=(64, 63)), "InvalidParameterException"),
        (picture(size=(64, 1281)), "InvalidParameterException"),
    ],
)
def test_what_is_no_picture_for_the_service_is_refused(rekognition, bright, data, code):
    asked = {"ProjectVersionArn": bright, "Image": {"Bytes": data}}
    assert refused(rekognition.detect_custom_labels, **asked) == (code, 400)


@pytest.fixture(scope="module")
def bright(server):
    """One running version for all of the table."""
    rekognition = server.client("rekognition")
    account = server.client("sts").get_caller_identity()["Account"]
    arn = str(put_version(server.data, "rekognition", "table", "classification", account=account).arn)
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    wait(lambda: status(rekognition, arn), "RUNNING")
    return arn


def test_a_version_that_does_not_run_says_so(server, rekognition, put, name):
    arn = str(put("rekognition", "classification").arn)
    asked = {"ProjectVersionArn": arn, "Image": {"Bytes": picture()}}
    assert refused(rekognition.detect_custom_labels, **asked)[0] == "ResourceNotReadyException"
    both = {"Bytes": picture(), "S3Object": {"Bucket": "pictures", "Name": "a.png"}}
    for image in ({}, both, {"S3Object": {"Bucket": "pictures"}}):  # wrong in any state
        wrong = {**asked, "Image": image}
        assert refused(rekognition.detect_custom_labels, **wrong)[0] == "InvalidParameterException"
    assert refused(rekognition.stop_project_version, ProjectVersionArn=arn)[0] == "ResourceInUseException"
    for units, code in (
        ({"MinInferenceUnits": 0}, "InvalidParameterException"),
        ({"MinInferenceUnits": 10_000}, "LimitExceededException"),
        ({"MinInferenceUnits": 2, "MaxInferenceUnits": 1}, "InvalidParameterException"),
    ):
        assert refused(rekognition.start_project_version, ProjectVersionArn=arn, **units)[0] == code
    assert status(rekognition, arn) == "TRAINING_COMPLETED"
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    start = {"ProjectVersionArn": arn, "MinInferenceUnits": 1}
    assert refused(rekognition.start_project_version, **start)[0] == "ResourceInUseException"
    assert refused(rekognition.delete_project_version, ProjectVersionArn=arn)[0] == "ResourceInUseException"
    wait(lambda: status(rekognition, arn), "RUNNING")
    assert rekognition.stop_project_version(ProjectVersionArn=arn)["Status"] == "STOPPING"
    wait(lambda: status(rekognition, arn), "STOPPED")
    assert refused(rekognition.detect_custom_labels, **asked)[0] == "ResourceNotReadyException"
    gone = {**asked, "ProjectVersionArn": arn.replace(arn.split("/")[3], "999", 1)}
    assert refused(rekognition.detect_custom_labels, **gone)[0] == "ResourceNotFoundException"
    elsewhere = {**asked, "ProjectVersionArn": arn.replace(arn.split(":")[4], "123456789012", 1)}
    assert refused(rekognition.detect_custom_labels, **elsewhere)[0] == "AccessDeniedException"


def test_a_classifier_of_anomalies_lives(server, lookout, put, name):
    put("lookoutvision", "anomaly", results={"size": [96, 64]})
    model = {"ProjectName": name, "ModelVersion": "1"}
    look = {**model, "ContentType": "image/jpeg"}
    assert refused(lookout.detect_anomalies, **look, Body=picture(form="JPEG")) == ("ConflictException", 409)
    token = uuid.uuid4().hex
    for _ in range(2):  # a repeat of the same call is no second start
        said = lookout.start_model(**model, MinInferenceUnits=1, MaxInferenceUnits=2, ClientToken=token)
        assert said["Status"] == "STARTING_HOSTING"
    wait(lambda: model_status(lookout, name), "HOSTED")
    described = lookout.describe_model(**model)["ModelDescription"]
    assert (described["MinInferenceUnits"], described["MaxInferenceUnits"]) == (1, 2)
    seen = lookout.detect_anomalies(**look, Body=picture((255, 255, 255), form="JPEG"))["DetectAnomalyResult"]
    assert seen == {"Source": {"Type": "direct"}, "IsAnomalous": True, "Confidence": pytest.approx(1)}
    seen = lookout.detect_anomalies(**look, Body=picture((0, 0, 0), form="JPEG"))["DetectAnomalyResult"]
    assert (seen["IsAnomalous"], seen["Confidence"]) == (False, pytest.approx(1))
    for body, kind in (
        (picture(form="JPEG"), "image/png"),
        (picture(), "text/plain"),
        (b"none", "image/png"),
        (picture(size=(64, 96)), "image/png"),
    ):
        asked = {**model, "ContentType": kind, "Body": body}
        assert refused(lookout.detect_anomalies, **asked) == ("ValidationException", 400)
    assert looked_at(server, name) == {"answered": 2, "invalid": 4, "errors": 1}
    assert refused(lookout.delete_model, **model) == ("ConflictException", 409)
    assert lookout.stop_model(**model)["Status"] == "STOPPING_HOSTING"
    wait(lambda: model_status(lookout, name), "TRAINED")
    # A program that starts its model every morning with one token means it each time.
    lookout.start_model(**model, MinInferenceUnits=1, MaxInferenceUnits=2, ClientToken=token)
    wait(lambda: model_status(lookout, name), "HOSTED")
    lookout.stop_model(**model)


def looked_at(server, name):
    """Return how many pictures sent to the project's model had which outcome."""
    with urlopen(f"{server.address}/metrics") as page:
        lines = [line for line in page.read().decode().splitlines() if f'project="{name}"' in line]
    found = (re.match(r'vedette_pictures_total{outcome="(\w+)".*} ([\d.]+)', line) for line in lines)
    return {each[1]: float(each[2]) for each in found if each}


def test_a_segmenter_of_anomalies_says_which_and_where(lookout, put, name):
    put("lookoutvision", "segmentation", colors={"rust": "#aa5500", "moss": "#118822"})
    model = {"ProjectName": name, "ModelVersion": "latest"}
    lookout.start_model(**model, MinInferenceUnits=1)
    wait(lambda: model_status(lookout, name), "HOSTED")
    body = picture((255, 0, 0), patch=True)
    seen = lookout.detect_anomalies(**model, ContentType="image/png", Body=body)["DetectAnomalyResult"]
    assert [(each["Name"], each["PixelAnomaly"]["Color"]) for each in seen["Anomalies"]] == [
        ("background", "#FFFFFF"),
        ("rust", "#AA5500"),
    ]
    areas = [each["PixelAnomaly"]["TotalPercentageArea"] for each in seen["Anomalies"]]
    assert (sum(areas), areas[1]) == (pytest.approx(1), pytest.approx(0.25, abs=0.06))
    mask = Image.open(io.BytesIO(seen["AnomalyMask"]))
    assert (mask.format, mask.mode, mask.size) == ("PNG", "RGB", (96, 64))
    assert (mask.getpixel((0, 0)), mask.getpixel((95, 63))) == ((0xAA, 0x55, 0), (255, 255, 255))
    seen = lookout.detect_anomalies(**model, ContentType="image/png", Body=picture((0, 0, 0)))
    only = seen["DetectAnomalyResult"]["Anomalies"]
    assert [(each["Name"], each["PixelAnomaly"]["TotalPercentageArea"]) for each in only] == [
        ("background", 1)
    ]
    lookout.stop_model(**model)


def test_what_was_hosted_when_the_server_was_killed_is_hosted_again(tmp_path):
    """Also while units come up: the first picture waits for one."""
    server = start_server(tmp_path / "data")
    account = server.client("sts").get_caller_identity()["Account"]
    arn = str(put_version(server.data, "rekognition", "lasting", "classification", account=account).arn)
    rekognition = server.client("rekognition")
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    wait(lambda: status(rekognition, arn), "RUNNING")
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()
    server = start_server(tmp_path / "data")
    try:
        rekognition = server.client("rekognition")
        seen = rekognition.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": picture()})
        assert [label["Name"] for label in seen["CustomLabels"]] == ["red"]
        assert status(rekognition, arn) == "RUNNING"
        with urlopen(f"{server.address}/metrics") as page:
            figures = page.read().decode()
        model = 'project="lasting",service="rekognition",version="1"'
        assert f'vedette_pictures_total{{outcome="answered",{model}}} 1.0' in figures
        assert f'vedette_units{{{model},which="in service"}} 1.0' in figures
    finally:
        assert stop_server(server) == 0
    assert counted(tmp_path / "data", "answered") == 1


def test_seconds_and_findings_of_a_model_are_shown(server, rekognition, started, name):
    arn = started("classification")
    began = time.monotonic()
    for _ in range(3):
        rekognition.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": picture()}, MinConfidence=0)
    took = time.monotonic() - began
    with urlopen(f"{server.address}/metrics") as page:
        text = page.read().decode()
    found = re.findall(
        rf'vedette_(\w+){{project="{name}",service="rekognition",version="1"}} ([\d.e+-]+)', text
    )
    figures = {figure: float(value) for figure, value in found}
    assert (figures["findings_total"], figures["picture_seconds_count"]) == (6, 3)
    assert 0 < figures["picture_seconds_sum"] < took


def test_an_interrupt_of_the_terminal_lets_units_end_what_they_have_begun(tmp_path):
    server = start_server(tmp_path / "data", own_group=True)
    account = server.client("sts").get_caller_identity()["Account"]
    arn = str(put_version(server.data, "rekognition", "ctrl-c", "classification", account=account).arn)
    rekognition = server.client("rekognition")
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    wait(lambda: status(rekognition, arn), "RUNNING")
    (unit,) = children(server.process.pid)
    os.kill(unit, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            rekognition.detect_custom_labels, ProjectVersionArn=arn, Image={"Bytes": picture()}
        )
        wait(lambda: under_way(server), 1.0)
        os.killpg(server.process.pid, signal.SIGINT)
        time.sleep(0.3)  # long enough for a unit in the group to die of it when it goes on
        os.kill(unit, signal.SIGCONT)
        assert [label["Name"] for label in asked.result(timeout=20)["CustomLabels"]] == ["red"]
    # The interrupt ends it; a second signal would meet a process that has put its handlers back already.
    assert server.process.wait(timeout=SOON_S) == 0
    stop_server(server)


def under_way(server):
    with urlopen(f"{server.address}/metrics") as page:
        return float(re.search(r"vedette_requests_under_way ([\d.]+)", page.read().decode())[1])


def counted(data, figure):
    with closing(sqlite3.connect(data / "vedette.db")) as database:
        return database.execute("select sum(total) from minutes where figure = ?", (figure,)).fetchone()[0]
