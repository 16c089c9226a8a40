"""Packaging jobs through the wire, by boto3 against a real server: every parameter, rule, state and limit."""

import hashlib
import io
import json
import tarfile
import zipfile

import pytest
from botocore.exceptions import ClientError

from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from vedette.runtime.component_archives import unpack_component

ACCOUNT = "111122223333"
PLATFORM = {"Os": "LINUX", "Arch": "X86_64"}
GPU_OPTIONS = {"gpu-code": "sm_75", "trt-ver": "7.1.3", "cuda-ver": "10.2"}
OUT = {"Bucket": "edge-out", "Prefix": "belt/"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    data = tmp_path_factory.mktemp("edge") / "data"
    running = start_server(data, VEDETTE_ACCOUNT=ACCOUNT)
    put_version(data, "lookoutvision", "doors", "anomaly", account=ACCOUNT)
    put_version(data, "lookoutvision", "doors", "segmentation", account=ACCOUNT, moves=("failed",))
    running.client("s3").create_bucket(Bucket="edge-out")
    yield running
    stop_server(running)


@pytest.fixture(scope="module")
def lookout(server):
    return server.client("lookoutvision", checks=False)


class Numbers:
    """Names that no test has used."""

    count = 0

    def next(self):
        self.count += 1
        return f"part-{self.count}"


NUMBERS = Numbers()


def an_order(**more):
    greengrass = {
        "TargetPlatform": PLATFORM,
        "S3OutputLocation": OUT,
        "ComponentName": NUMBERS.next(),
        **more,
    }
    return {"Greengrass": {name: value for name, value in greengrass.items() if value is not None}}


def start(lookout, configuration=None, **more):
    request = {
        "ProjectName": "doors",
        "ModelVersion": "1",
        "Configuration": configuration or an_order(),
        **more,
    }
    return lookout.start_model_packaging_job(**request)["JobName"]


def settled(lookout, name):
    import time

    for _ in range(600):
        job = lookout.describe_model_packaging_job(ProjectName="doors", JobName=name)
        description = job["ModelPackagingDescription"]
        if description["Status"] in ("SUCCEEDED", "FAILED"):
            return description
        time.sleep(0.05)
    raise AssertionError(f"{name} does not end")


def refused(call, **request):
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response
    return error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Message"]


def refused_order(lookout, configuration=None, **more):
    return refused(
        lookout.start_model_packaging_job,
        **{
            "ProjectName": "doors",
            "ModelVersion": "1",
            "Configuration": configuration or an_order(),
            **more,
        },
    )


@pytest.fixture(scope="module")
def ordered(lookout):
    """A job with every parameter, when it has ended."""
    configuration = {
        "Greengrass": {
            "TargetPlatform": {**PLATFORM, "Accelerator": "NVIDIA"},
            "CompilerOptions": json.dumps(GPU_OPTIONS),
            "S3OutputLocation": OUT,
            "ComponentName": "door-inspection",
            "ComponentVersion": "0.1.0",
            "ComponentDescription": "Doors of line 4 (night shift).",
            "Tags": [{"Key": "line", "Value": "4"}],
        }
    }
    name = start(lookout, configuration, JobName="night-4", Description="For the night shift.")
    assert name == "night-4"
    return configuration, settled(lookout, name)


def test_a_job_is_described_with_all_that_was_ordered(ordered):
    configuration, job = ordered
    created, changed = job.pop("CreationTimestamp"), job.pop("LastUpdatedTimestamp")
    assert created <= changed
    assert job == {
        "JobName": "night-4",
        "ProjectName": "doors",
        "ModelVersion": "1",
        "ModelPackagingJobDescription": "For the night shift.",
        "ModelPackagingMethod": "Greengrass",
        "ModelPackagingConfiguration": configuration,
        "ModelPackagingOutputDetails": {
            "Greengrass": {
                "ComponentVersionArn": f"arn:aws:greengrass:us-east-1:{ACCOUNT}:components:door-inspection"
                ":versions:0.1.0",
                "ComponentName": "door-inspection",
                "ComponentVersion": "0.1.0",
            }
        },
        "Status": "SUCCEEDED",
        "StatusMessage": "The model was packaged.",
    }


def test_the_bucket_has_component_recipes_archive_and_their_checksums(server, ordered, tmp_path):
    s3 = server.client("s3")
    top = "belt/door-inspection/0.1.0/"
    listed = s3.list_objects_v2(Bucket="edge-out", Prefix=top)["Contents"]
    objects = {
        item["Key"].removeprefix(top): s3.get_object(Bucket="edge-out", Key=item["Key"])["Body"].read()
        for item in listed
    }
    assert sorted(objects) == [
        "SHA256SUMS",
        "door-inspection-0.1.0-linux-x86_64.tar.gz",
        "door-inspection-0.1.0.zip",
        "manifest.json",
        "recipe.json",
        "recipe.yaml",
    ]
    sums = dict(reversed(line.split("  ")) for line in objects["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(text).hexdigest() for name, text in objects.items() if name != "SHA256SUMS"
    }
    archive = tmp_path / "component.zip"
    archive.write_bytes(objects["door-inspection-0.1.0.zip"])
    component = unpack_component(archive, tmp_path / "component")
    assert (component.folder / "manifest.json").read_bytes() == objects["manifest.json"]
    assert component.facts.model_arn == f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:model/doors/1"
    assert component.facts.options == GPU_OPTIONS
    assert component.facts.tags == {"line": "4"}
    assert component.open_model().facts.task == "anomaly"
    recipe = json.loads(objects["recipe.json"])
    assert recipe["ComponentName"] == "door-inspection"
    assert recipe["Lifecycle"] == {}
    assert recipe["Manifests"][0]["Artifacts"][0]["Uri"] == f"s3://edge-out/{top}door-inspection-0.1.0.zip"
    for words in ("Doors of line 4 (night shift).", "without effect", "gpu-code sm_75", "LINUX"):
        assert words.lower() in recipe["ComponentDescription"].lower()


def test_an_order_without_options_gets_what_is_left_out(lookout):
    configuration = an_order()
    job = settled(lookout, start(lookout, configuration, ModelVersion="latest"))
    name = configuration["Greengrass"]["ComponentName"]
    assert len(job["JobName"]) == 36
    assert job["ModelVersion"] == "1"
    assert job["ModelPackagingConfiguration"] == configuration
    assert "ModelPackagingJobDescription" not in job
    output = job["ModelPackagingOutputDetails"]["Greengrass"]
    assert (output["ComponentName"], output["ComponentVersion"]) == (name, "1.0.0")


def test_a_processor_s_options_have_a_default(server, lookout):
    configuration = an_order(S3OutputLocation={"Bucket": "edge-out"})
    name = configuration["Greengrass"]["ComponentName"]
    settled(lookout, start(lookout, configuration))
    manifest = server.client("s3").get_object(Bucket="edge-out", Key=f"{name}/1.0.0/manifest.json")
    document = json.loads(manifest["Body"].read())
    assert document["options"] == {"mcpu": "core-avx2"}
    assert document["target"] == {"os": "LINUX", "arch": "X86_64", "accelerator": "", "device": ""}


def test_a_device_stands_for_its_platform(server, lookout):
    configuration = an_order(TargetPlatform=None, TargetDevice="jetson_xavier")
    name = configuration["Greengrass"]["ComponentName"]
    settled(lookout, start(lookout, configuration))
    top = f"belt/{name}/1.0.0"
    body = server.client("s3").get_object(Bucket="edge-out", Key=f"{top}/{name}-1.0.0-linux-aarch64.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(body["Body"].read())) as archive:
        names = [member.name.partition("/")[2] for member in archive]
    assert names[:5] == ["start.sh", "vedette-edge.service", "Containerfile", "README.md", "SHA256SUMS"]
    assert f"models/{name}/model/model.onnx" in names


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"TargetDevice": "jetson_xavier"}, "either TargetDevice or TargetPlatform"),
        ({"TargetPlatform": None}, "either TargetDevice or TargetPlatform"),
        (
            {"TargetPlatform": None, "TargetDevice": "jetson_xavier", "CompilerOptions": '{"mcpu": "x"}'},
            "go with TargetPlatform",
        ),
        ({"TargetPlatform": {**PLATFORM, "Accelerator": "NVIDIA"}}, "gpu-code, trt-ver, cuda-ver is missing"),
        (
            {
                "TargetPlatform": {**PLATFORM, "Accelerator": "NVIDIA"},
                "CompilerOptions": '{"gpu-code": "sm_75", "trt-ver": "7.1.3"}',
            },
            "cuda-ver is missing",
        ),
        ({"CompilerOptions": '{"gpu-code": "sm_75"}'}, "goes with an accelerator"),
        ({"CompilerOptions": "mcpu=avx"}, "no JSON object"),
        ({"CompilerOptions": "[1]"}, "no JSON object"),
        ({"CompilerOptions": '{"mcpu": 3}'}, "'core-avx2'"),
        ({"CompilerOptions": '{"mattr": "neon"}'}, "a list of features"),
        ({"CompilerOptions": '{"opt-level": "3"}'}, "no compiler option that is known"),
        ({"ComponentVersion": "1.0"}, ""),
        ({"ComponentVersion": "1.0.0-beta"}, ""),
        ({"ComponentVersion": "1234567.0.0"}, ""),
        ({"ComponentName": "a b"}, ""),
        ({"ComponentName": ".."}, "no name of a component"),
        ({"ComponentName": None}, ""),
        ({"ComponentDescription": "<b>"}, ""),
        ({"S3OutputLocation": {"Bucket": "edge-out", "Prefix": "../other/"}}, "leads out of its folder"),
        ({"S3OutputLocation": {"Bucket": "no-such-bucket"}}, ""),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "names a key twice"),
        ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(201)]}, ""),
        ({"Tags": [{"Key": "vedette:precision", "Value": "int4"}]}, "int8 or float32"),
        ({"TargetPlatform": {"Os": "WINDOWS", "Arch": "X86_64"}}, ""),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused_with_the_rule(lookout, change, words):
    code, status, message = refused_order(lookout, an_order(**change))
    assert (code, status) == ("ValidationException", 400)
    assert words in message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ModelVersion": "2"}, "ConflictException"),
        ({"ModelVersion": "9"}, "ResourceNotFoundException"),
        ({"ProjectName": "none"}, "ResourceNotFoundException"),
        ({"JobName": "a_b"}, "ValidationException"),
        ({"Description": "é"}, "ValidationException"),
    ],
)
def test_an_order_of_what_cannot_be_packaged_is_refused(lookout, change, code):
    assert refused_order(lookout, **change)[0] == code


def test_names_and_component_versions_are_given_out_once(lookout, ordered):
    assert refused_order(lookout, JobName="night-4")[:2] == ("ConflictException", 409)
    again = an_order(ComponentName="door-inspection", ComponentVersion="0.1.0")
    code, status, message = refused_order(lookout, again)
    assert (code, status) == ("ConflictException", 409)
    assert "night-4" in message
    settled(lookout, start(lookout, an_order(ComponentName="door-inspection", ComponentVersion="0.1.1")))


def test_a_request_sent_twice_makes_one_job(lookout):
    configuration = an_order()
    first = start(lookout, configuration, ClientToken="once-1")
    assert start(lookout, configuration, ClientToken="once-1") == first
    settled(lookout, first)
    assert start(lookout, configuration, ClientToken="once-1") == first
    other = an_order()
    assert refused_order(lookout, other, ClientToken="once-1")[0] == "ConflictException"


def test_jobs_are_listed_in_pages_the_newest_first(lookout, ordered):
    names = [start(lookout) for _ in range(3)]
    for name in names:
        settled(lookout, name)
    pages = lookout.get_paginator("list_model_packaging_jobs").paginate(
        ProjectName="doors", PaginationConfig={"PageSize": 2}
    )
    jobs = [job for page in pages for job in page["ModelPackagingJobs"]]
    assert [job["JobName"] for job in jobs[:3]] == names[::-1]
    assert jobs[-1].keys() - {"ModelPackagingJobDescription"} == {
        "JobName",
        "ProjectName",
        "ModelVersion",
        "ModelPackagingMethod",
        "Status",
        "StatusMessage",
        "CreationTimestamp",
        "LastUpdatedTimestamp",
    }
    assert refused(lookout.list_model_packaging_jobs, ProjectName="doors", MaxResults=101)[0] == (
        "ValidationException"
    )
    assert refused(lookout.list_model_packaging_jobs, ProjectName="doors", NextToken="abcd")[0] == (
        "ValidationException"
    )


def test_a_job_that_there_is_none_of_is_named(lookout):
    code, status, message = refused(
        lookout.describe_model_packaging_job, ProjectName="doors", JobName="nothing"
    )
    assert (code, status) == ("ResourceNotFoundException", 404)
    assert "nothing" in message


def test_the_component_s_archive_depends_on_its_content_alone(server, ordered):
    s3, key = server.client("s3"), "belt/door-inspection/0.1.0/door-inspection-0.1.0.zip"
    with zipfile.ZipFile(io.BytesIO(s3.get_object(Bucket="edge-out", Key=key)["Body"].read())) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
