"""Trainings with a KmsKeyId: nothing of them lies in clear, and without the key nothing opens."""

import io
import json
import os
import signal
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from botocore.exceptions import ClientError
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from doubles.drawn import draw_plain
from doubles.drawn_masks import COLORS
from doubles.drawn_masks import draw_plate as draw_masked_plate
from doubles.lines import BUCKET, a_line, a_ref, an_anomaly_line
from doubles.servers import start_server, stop_server
from vedette.cli.client import open_client

LABELS = ("zqmark-disc", "zqmark-square")
# In a file as it is stored, as its first pixels, and in names and labels: what no file may hold in clear.
STORED = b"ZQMARK-STORED-BYTES"
PIXELS = np.random.default_rng(77).integers(0, 255, 48, np.uint8).tobytes()
NAMES = b"zqmark"
MARKS = (STORED, PIXELS, NAMES)
DEFAULT = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}


def marked(picture):
    """Return a picture as a PNG whose file and whose pixels can be told from all others."""
    pixels = np.asarray(picture.convert("RGB")).copy()
    pixels[0, :16] = np.frombuffer(PIXELS, np.uint8).reshape(16, 3)
    info = PngInfo()
    info.add_text("Comment", STORED.decode())
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG", pnginfo=info)
    return data.getvalue()


def clear_marks(data, *more):
    """Return which files hold a mark in clear, of all but the database and the indexes of the buckets.

    Those have the dataset's rows and the objects' names, which are no part of the training.
    """
    found = {}
    for root in (data, *more):
        for place in Path(root).rglob("*"):
            if not place.is_file() or place.name.startswith(("vedette.db", ".index", "index")):
                continue
            if place.parent.name == ".journals" or "journal" in place.name or "audit" in place.parts:
                continue
            content = place.read_bytes()
            if marks := [mark for mark in MARKS if mark in content]:
                found[str(place.relative_to(root))] = marks
    return found


class KeyedServer:
    """A server with sealed buckets, a key, and what is trained with it."""

    def __init__(self, folder, **settings):
        self.tmp = folder / "tmp"
        self.tmp.mkdir(parents=True)
        self.settings = {"VEDETTE_TRAINING_BUDGET": "fast", "TMPDIR": str(self.tmp), **settings}
        self.folder = folder / "data"
        self.start()
        self.s3 = self.server.client("s3")
        for bucket in (BUCKET, "manifests", "results"):
            self.s3.create_bucket(Bucket=bucket)
            self.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=DEFAULT)
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]

    def start(self):
        self.server = start_server(self.folder, **self.settings)
        self.s3, self.kms = self.server.client("s3"), self.server.client("kms")
        self.rekognition = self.server.client("rekognition")
        self.lookout = self.server.client("lookoutvision")

    def put(self, name, content):
        self.s3.put_object(Bucket=BUCKET, Key=a_ref(name).removeprefix(f"s3://{BUCKET}/"), Body=content)

    def manifest(self, name, lines):
        self.s3.put_object(Bucket="manifests", Key=f"{name}.manifest", Body="\n".join(lines).encode())
        return name

    def clear_marks(self):
        return clear_marks(self.folder, self.tmp)

    def until(self, status, most_s=200):
        deadline = time.monotonic() + most_s
        while "PROGRESS" in (now := status()) or now in ("TRAINING", "STARTING", "STARTING_HOSTING"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        return now

    def shapes(self, name="shapes", count=12):
        """Make a project of Custom Labels with a dataset of marked pictures."""
        project = self.rekognition.create_project(ProjectName=name)["ProjectArn"]
        rng, lines = np.random.default_rng(3), []
        for number in range(2 * count):
            label = LABELS[number % 2]
            self.put(f"zqmark-{number}", marked(draw_plain(label.removeprefix("zqmark-"), rng)))
            lines.append(a_line(f"zqmark-{number}", label))
        place = {"Bucket": "manifests", "Name": f"{self.manifest(name, lines)}.manifest"}
        arn = self.rekognition.create_dataset(
            ProjectArn=project,
            DatasetType="TRAIN",
            DatasetSource={"GroundTruthManifest": {"S3Object": place}},
        )["DatasetArn"]
        self.until(lambda: self.rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]["Status"])
        return project

    def train(self, project, name, *, keyed=True):
        output = {"S3Bucket": "results", "S3KeyPrefix": "zqmark"}
        more = {"KmsKeyId": self.key} if keyed else {}
        return self.rekognition.create_project_version(
            ProjectArn=project, VersionName=name, OutputConfig=output, **more
        )["ProjectVersionArn"]

    def described(self, project, name):
        asked = {"ProjectArn": project, "VersionNames": [name]}
        (found,) = self.rekognition.describe_project_versions(**asked)["ProjectVersionDescriptions"]
        return found

    def trained(self, project, name):
        self.until(lambda: self.described(project, name)["Status"].replace("TRAINING_IN", "IN"))
        return self.described(project, name)

    def stop(self):
        assert stop_server(self.server) == 0


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """A server with a key."""
    keyed = KeyedServer(tmp_path_factory.mktemp("keyed"))
    yield keyed
    keyed.stop()


@pytest.fixture(scope="module")
def shapes(keyed):
    """A project whose version v1 was trained with the key."""
    project = keyed.shapes()
    arn = keyed.train(project, "v1")
    found = keyed.trained(project, "v1")
    assert (found["Status"], found["ProjectVersionArn"]) == ("TRAINING_COMPLETED", arn), found
    return project, found


@pytest.mark.slow
def test_nothing_of_a_training_lies_in_clear(keyed, shapes):
    _, found = shapes
    assert found["KmsKeyId"] == keyed.key
    assert keyed.clear_marks() == {}
    place = found["EvaluationResult"]["Summary"]["S3Object"]
    result = keyed.s3.get_object(Bucket=place["Bucket"], Key=place["Name"])
    assert (result["ServerSideEncryption"], result["SSEKMSKeyId"]) == ("aws:kms", keyed.key)
    assert NAMES in result["Body"].read()


@pytest.mark.slow
def test_a_version_is_opened_by_its_grant_alone(keyed, shapes):
    _, found = shapes
    (grant,) = keyed.kms.list_grants(KeyId=keyed.key)["Grants"]
    assert grant["GranteePrincipal"] == "rekognition.us-east-1.amazonaws.com"
    assert grant["Constraints"] == {
        "EncryptionContextEquals": {"vedette:version": found["ProjectVersionArn"]}
    }


def own_client(keyed):
    return open_client("vedette", endpoint=keyed.server.address, data=keyed.folder)


def refused(call, **asked):
    with pytest.raises(ClientError) as problem:
        call(**asked)
    return problem.value.response["Error"]


@pytest.mark.slow
def test_a_sealed_version_is_served_and_read_while_its_key_is_enabled(keyed, shapes):
    project, found = shapes
    arn, own = found["ProjectVersionArn"], own_client(keyed)
    keyed.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    assert keyed.until(lambda: keyed.described(project, "v1")["Status"]) == "RUNNING"
    picture = marked(draw_plain("disc", np.random.default_rng(5)))
    asked = {"ProjectVersionArn": arn, "Image": {"Bytes": picture}, "MinConfidence": 0}
    labels = keyed.rekognition.detect_custom_labels(**asked)["CustomLabels"]
    assert {label["Name"] for label in labels} <= set(LABELS)
    assert own.download_model(ModelArn=arn)["Body"].read()[:2] == b"PK"
    (image,) = own.list_evaluation_images(ModelArn=arn, Numbers=[0])["Images"]
    assert image["SourceRef"].startswith(f"s3://{BUCKET}/boards/zqmark-")
    assert own.get_evaluation_columns(ModelArn=arn)["Body"].read()
    keyed.kms.disable_key(KeyId=keyed.key)
    # Units that run go on until they are stopped, as at AWS; nothing else opens.
    assert keyed.rekognition.detect_custom_labels(**asked)["CustomLabels"] == labels
    for call, more in ((own.download_model, {}), (own.list_evaluation_images, {"Numbers": [0]})):
        assert "is disabled" in refused(call, ModelArn=arn, **more)["Message"]
    keyed.rekognition.stop_project_version(ProjectVersionArn=arn)
    keyed.until(lambda: keyed.described(project, "v1")["Status"].replace("STOPPING", "PROGRESS"))
    error = refused(keyed.rekognition.start_project_version, ProjectVersionArn=arn, MinInferenceUnits=1)
    assert error["Code"] == "ResourceInUseException"
    assert f"{keyed.key} is disabled" in error["Message"]
    assert keyed.described(project, "v1")["Status"] == "STOPPED"
    error = refused(keyed.train, project=project, name="v2")
    assert (error["Code"], "is disabled" in error["Message"]) == ("InvalidParameterException", True)
    keyed.kms.enable_key(KeyId=keyed.key)
    keyed.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    assert keyed.until(lambda: keyed.described(project, "v1")["Status"]) == "RUNNING"
    keyed.rekognition.stop_project_version(ProjectVersionArn=arn)
    assert keyed.clear_marks() == {}


def worker_of(server):
    """Return the process in which the server trains; 0 where there is none."""
    for folder in Path(f"/proc/{server.process.pid}/task").iterdir():
        for child in (folder / "children").read_text("utf-8").split():
            if "vedette.engines.local" in Path(f"/proc/{child}/cmdline").read_text("utf-8"):
                return int(child)
    return 0


def until_stage(keyed, arn, *words, most_s=150):
    """Wait for a stage of these words; return whether it came before the training ended."""
    own, deadline = own_client(keyed), time.monotonic() + most_s
    while True:
        told = own.describe_training(ModelArn=arn)
        if any(word in told.get("Stage", "") for word in words) or not told["IsUnderWay"]:
            return told["IsUnderWay"]
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's /proc whose child a process is")
def test_nothing_lies_in_clear_after_a_kill_in_any_stage(tmp_path):
    keyed = KeyedServer(tmp_path)
    project = keyed.shapes()
    # A worker that is killed three times is given up. The last stages pass in a moment: some runs meet them.
    stages = {"v1": [("features",), ("judging",)], "v2": [("exporting", "evaluating", "packaging")]}
    for version, groups in stages.items():
        arn = keyed.train(project, version)
        for words in groups:
            if not until_stage(keyed, arn, *words) or not (worker := worker_of(keyed.server)):
                break
            assert keyed.clear_marks() == {}
            os.kill(worker, signal.SIGKILL)
            assert keyed.clear_marks() == {}
            if words == ("judging",):
                keyed.server.process.kill()
                keyed.server.process.wait()
                keyed.server.process.stdout.close()
                assert keyed.clear_marks() == {}
                keyed.start()
        found = keyed.trained(project, version)
        assert found["Status"] == "TRAINING_COMPLETED", found["StatusMessage"]
        assert keyed.clear_marks() == {}
    keyed.stop()


@pytest.mark.slow
def test_a_key_that_is_taken_away_ends_its_training(keyed):
    project = keyed.shapes("taken")
    for version, take in {
        "v1": lambda: keyed.kms.disable_key(KeyId=keyed.key),
        "v2": lambda: keyed.kms.revoke_grant(
            KeyId=keyed.key, GrantId=keyed.kms.list_grants(KeyId=keyed.key)["Grants"][-1]["GrantId"]
        ),
        "v3": lambda: keyed.kms.schedule_key_deletion(KeyId=keyed.key, PendingWindowInDays=7),
    }.items():
        arn = keyed.train(project, version)
        assert until_stage(keyed, arn, "features", "judging")
        take()
        found = keyed.trained(project, version)
        assert found["Status"] == "TRAINING_FAILED"
        assert f"The files of {arn} are encrypted and cannot be opened" in found["StatusMessage"]
        assert keyed.clear_marks() == {}
        if version == "v1":
            keyed.kms.enable_key(KeyId=keyed.key)
    keyed.rekognition.delete_project_version(ProjectVersionArn=arn)
    keyed.kms.cancel_key_deletion(KeyId=keyed.key)
    keyed.kms.enable_key(KeyId=keyed.key)


def lookout_model(keyed):
    """Train a model of Lookout for Vision on marked pictures and masks; return its description."""
    rng, lines = np.random.default_rng(8), []
    for number in range(44):
        name, kinds = f"zqmark-door-{number}", () if number < 22 else ("stain",)
        picture, mask = draw_masked_plate(rng, kinds, 128)
        keyed.put(name, marked(picture))
        if kinds:
            data = io.BytesIO()
            mask.save(data, "PNG")
            keyed.put(f"mask-{name}", data.getvalue())
        lines.append(a_masked_line(name) if kinds else an_anomaly_line(name, "normal"))
    keyed.lookout.create_project(ProjectName="doors")
    place = {"Bucket": "manifests", "Key": f"{keyed.manifest('doors', lines)}.manifest"}
    dataset = {"ProjectName": "doors", "DatasetType": "train"}
    keyed.lookout.create_dataset(**dataset, DatasetSource={"GroundTruthManifest": {"S3Object": place}})
    keyed.until(lambda: keyed.lookout.describe_dataset(**dataset)["DatasetDescription"]["Status"])
    output = {"S3Location": {"Bucket": "results", "Prefix": "doors/"}}
    keyed.lookout.create_model(ProjectName="doors", OutputConfig=output, KmsKeyId=keyed.key)
    asked = {"ProjectName": "doors", "ModelVersion": "1"}
    keyed.until(lambda: keyed.lookout.describe_model(**asked)["ModelDescription"]["Status"])
    return keyed.lookout.describe_model(**asked)["ModelDescription"]


def a_masked_line(name):
    line = json.loads(an_anomaly_line(name, "anomaly"))
    line["anomaly-mask-ref"] = a_ref(f"mask-{name}")
    line["anomaly-mask-ref-metadata"] = {
        "internal-color-map": {
            "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0},
            "1": {"class-name": "stain", "hex-color": COLORS["stain"], "confidence": 0},
        },
        "type": "groundtruth/semantic-segmentation",
        "human-annotated": "yes",
        "creation-date": "2026-05-04T11:00:00.000",
        "job-name": "labeling-job/masks",
    }
    return json.dumps(line)


@pytest.mark.slow
def test_a_model_of_lookout_and_its_edge_package_are_sealed(keyed):
    found = lookout_model(keyed)
    assert (found["Status"], found["KmsKeyId"]) == ("TRAINED", keyed.key), found
    assert keyed.clear_marks() == {}
    keyed.lookout.start_model_packaging_job(
        ProjectName="doors",
        ModelVersion="1",
        JobName="door-1",
        Configuration={
            "Greengrass": {
                "TargetPlatform": {"Os": "LINUX", "Arch": "X86_64"},
                "S3OutputLocation": {"Bucket": "results", "Prefix": "edge/"},
                "ComponentName": "doors",
            }
        },
    )
    asked = {"ProjectName": "doors", "JobName": "door-1"}

    def status():
        job = keyed.lookout.describe_model_packaging_job(**asked)["ModelPackagingDescription"]
        return job["Status"].replace("CREATED", "PROGRESS").replace("RUNNING", "PROGRESS")

    assert keyed.until(status) == "SUCCEEDED"
    assert keyed.clear_marks() == {}
    (place,) = [
        entry["Key"]
        for entry in keyed.s3.list_objects_v2(Bucket="results", Prefix="edge/")["Contents"]
        if entry["Key"].endswith(".zip")
    ]
    component = keyed.s3.get_object(Bucket="results", Key=place)
    assert component["SSEKMSKeyId"] == keyed.key
    with zipfile.ZipFile(io.BytesIO(component["Body"].read())) as archive:
        assert archive.testzip() is None
        assert any(name.endswith("model.onnx") for name in archive.namelist())


@pytest.mark.slow
def test_a_copy_is_never_clearer_than_its_source(keyed, shapes):
    project, found = shapes
    target = keyed.rekognition.create_project(ProjectName="copies")["ProjectArn"]
    for name, more in {"own": {}, "keyed": {"KmsKeyId": keyed.key}}.items():
        keyed.rekognition.copy_project_version(
            SourceProjectArn=project,
            SourceProjectVersionArn=found["ProjectVersionArn"],
            DestinationProjectArn=target,
            VersionName=name,
            OutputConfig={"S3Bucket": "results", "S3KeyPrefix": "copies"},
            **more,
        )
        keyed.until(lambda name=name: keyed.described(target, name)["Status"])
        copied = keyed.described(target, name)
        assert copied["Status"] == "COPYING_COMPLETED", copied
        assert copied.get("KmsKeyId") == more.get("KmsKeyId")
        assert keyed.clear_marks() == {}
    arn = keyed.described(target, "own")["ProjectVersionArn"]
    keyed.kms.disable_key(KeyId=keyed.key)
    assert own_client(keyed).download_model(ModelArn=arn)["Body"].read()[:2] == b"PK"
    keyed.kms.enable_key(KeyId=keyed.key)


@pytest.mark.slow
def test_the_search_finds_what_a_training_without_a_key_leaves(keyed, shapes):
    project, _ = shapes
    keyed.train(project, "plain", keyed=False)
    assert keyed.trained(project, "plain")["Status"] == "TRAINING_COMPLETED"
    found = keyed.clear_marks()
    assert any(name.endswith("train.manifest") for name in found)
    # Pictures that lie sealed in their bucket are sealed in its folder too, by the service's own key.
    assert not any(mark in (STORED, PIXELS) for marks in found.values() for mark in marks)
    arn = keyed.described(project, "plain")["ProjectVersionArn"]
    keyed.rekognition.delete_project_version(ProjectVersionArn=arn)
    # What trainings without a key share of their labels stays, which is why one with a key shares nothing.
    assert all(name.startswith("cache/memos/") for name in keyed.clear_marks())
