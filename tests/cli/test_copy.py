"""`vedette copy`: projects from one server, account or region to another, and nothing lost or overwritten."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from doubles.lines import a_box_line, a_line, an_anomaly_line
from doubles.pictures import a_png
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from vedette.cli.client import open_client
from vedette.cli.copying_datasets import _moved
from vedette.cli.copying_objects import AddressMap, ObjectCarrier, read_place
from vedette.cli.main import app
from vedette.errors import Taken, Wrong
from vedette.manifest.lines import read_line

MASK_METADATA = {
    "internal-color-map": {
        "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.0},
        "1": {"class-name": "scratch", "hex-color": "#2ca02c", "confidence": 0.0},
    },
    "type": "groundtruth/semantic-segmentation",
    "human-annotated": "yes",
    "creation-date": "2026-05-04T11:00:00.000",
    "job-name": "labeling-job/segmentation",
}
EAST, WEST = "us-east-1", "eu-west-1"
REF = "s3://{}/boards/{}.png"


@pytest.fixture
def name():
    return f"c-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def run(server):
    """Copy from the shared server's region to another region of it; return what the command did."""

    def run(*words, to=("--to-region", WEST)):
        where = ["--from", server.address, "--from-data", str(server.data), *to]
        answer = CliRunner().invoke(app, ["copy", *map(str, words), *where])
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer

    return run


def fill(server, name, *lines, kind="train", region=EAST, service="rekognition", twins=True):
    """Make a dataset of these lines in a project, and their pictures in a bucket of its name."""
    client, s3 = server.client(service, region=region), server.client("s3", region=region)
    own = open_client("vedette", endpoint=server.address, data=server.data, region=region)
    if service == "rekognition":
        try:
            arn = client.create_project(ProjectName=name)["ProjectArn"]
        except client.exceptions.ResourceInUseException:
            arn = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"][0]["ProjectArn"]
        client.create_dataset(ProjectArn=arn, DatasetType=kind.upper())
    else:
        arn = client.create_project(ProjectName=name)["ProjectMetadata"]["ProjectArn"]
        client.create_dataset(ProjectName=name, DatasetType=kind)
    own.update_entries(
        ProjectArn=arn, DatasetType=kind, Edits=[{"Line": line, "Revision": "none"} for line in lines]
    )
    if name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=name)
    for number, line in enumerate(lines):
        key = json.loads(line)["source-ref"].removeprefix(f"s3://{name}/")
        body = a_png() if twins else a_png() + f"{name} {number}".encode()
        s3.put_object(Bucket=name, Key=key, Body=body, ContentType="image/png")
    return arn


def lines_of(server, name, kind="train", region=WEST):
    """Return the entries of a copy, by their addresses."""
    own = open_client("vedette", endpoint=server.address, data=server.data, region=region)
    client = server.client("rekognition", region=region)
    found = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    if not found:
        return None
    pages = own.get_paginator("list_entries").paginate(ProjectArn=found[0]["ProjectArn"], DatasetType=kind)
    lines = [json.loads(entry["Line"]) for page in pages for entry in page["Entries"]]
    return {line["source-ref"]: line for line in lines}


def test_a_project_is_in_another_region_as_it_was(run, server, name):
    train = [a_line("a", "cat", bucket=name), a_box_line("b", "bolt", "nut", bucket=name)]
    arn = fill(server, name, *train)
    fill(server, name, a_line("t", bucket=name), kind="test")
    own = open_client("vedette", endpoint=server.address, data=server.data)
    settings = [{"Name": "cat", "Color": "#FF0000", "Key": "c"}]
    own.update_label_settings(ProjectArn=arn, Labels=settings)
    server.client("rekognition").tag_resource(ResourceArn=arn, Tags={"line": "2"})
    answer = run(name)
    assert answer.exit_code == 0, answer.output
    assert f"Copied {name} (rekognition) as {name}: train 2 new entries, test 1 new entries." in answer.output
    assert "0 objects (0.0 MB); 3 were there already." in answer.output
    assert list(lines_of(server, name).values()) == [json.loads(line) for line in train]
    assert list(lines_of(server, name, "test").values()) == [json.loads(a_line("t", bucket=name))]
    copy = arn.replace(EAST, WEST).rpartition("/")[0]
    west = server.client("rekognition", region=WEST)
    new = west.describe_projects(ProjectNames=[name])["ProjectDescriptions"][0]["ProjectArn"]
    assert new.startswith(copy)
    assert west.list_tags_for_resource(ResourceArn=new)["Tags"] == {"line": "2"}
    there = open_client("vedette", endpoint=server.address, data=server.data, region=WEST)
    assert there.list_label_settings(ProjectArn=new)["Labels"] == settings
    again = run(name)
    assert "train 0 new entries, test 0 new entries" in again.output


def test_pictures_go_below_a_place_once_and_lines_follow_them(run, server, name):
    lines = [a_line(number, "cat", bucket=name) for number in range(5)]
    fill(server, name, *lines)
    answer = run(name, "--bucket", f"s3://{name}-new/in/", "--as", f"{name}-copy")
    assert answer.exit_code == 0, answer.output
    assert "4 of them copied there, having the bytes of another; 0 were there already." in answer.output
    copies = lines_of(server, f"{name}-copy")
    assert list(copies) == [f"s3://{name}-new/in/{name}/boards/{number}.png" for number in range(5)]
    for line, copy in zip(map(json.loads, lines), copies.values(), strict=True):
        assert {**copy, "source-ref": line["source-ref"]} == line
    s3 = server.client("s3")
    for number in range(5):
        stored = s3.get_object(Bucket=f"{name}-new", Key=f"in/{name}/boards/{number}.png")
        assert (stored["Body"].read(), stored["ContentType"]) == (a_png(), "image/png")


def test_a_rehearsal_does_nothing(run, server, name):
    fill(server, name, a_line("a", bucket=name))
    answer = run(name, "--dry-run", "--bucket", f"s3://{name}-new")
    assert answer.exit_code == 0, answer.output
    assert f"Would copy {name} (rekognition) as {name}: train 1 new entries." in answer.output
    assert lines_of(server, name) is None
    assert f"{name}-new" not in {item["Name"] for item in server.client("s3").list_buckets()["Buckets"]}


def test_other_labels_at_the_destination_stay_and_end_it(run, server, name):
    fill(server, name, a_line("a", "cat", bucket=name))
    fill(server, name, a_line("a", "dog", bucket=name), region=WEST)
    before = lines_of(server, name)
    answer = run(name, "--add")
    assert answer.exit_code == 2
    assert "has 1 of the same pictures with other labels" in answer.output
    assert lines_of(server, name) == before


def test_another_dataset_is_added_to_only_where_that_is_said(run, server, name):
    fill(server, name, a_line("a", "cat", bucket=name))
    fill(server, name, a_line("z", "dog", bucket=name), region=WEST)
    answer = run(name)
    assert answer.exit_code == 2
    assert "holds 1 pictures that" in answer.output
    assert len(lines_of(server, name)) == 1
    assert run(name, "--add").exit_code == 0
    assert set(lines_of(server, name)) == {REF.format(name, "z"), REF.format(name, "a")}


def test_another_object_at_the_destination_stays_and_ends_it(run, server, name):
    fill(server, name, a_line("a", bucket=name))
    s3 = server.client("s3")
    s3.create_bucket(Bucket=f"{name}-new")
    place = {"Bucket": f"{name}-new", "Key": f"{name}/boards/a.png"}
    s3.put_object(**place, Body=b"something else")
    answer = run(name, "--bucket", f"s3://{name}-new")
    assert answer.exit_code == 2
    assert "Something else lies at" in answer.output
    assert s3.get_object(**place)["Body"].read() == b"something else"
    assert lines_of(server, name) is None


def test_a_picture_that_is_missing_is_named_and_its_entry_is_copied(run, server, name):
    fill(server, name, a_line("a", "cat", bucket=name), a_line("gone", "cat", bucket=name))
    server.client("s3").delete_object(Bucket=name, Key="boards/gone.png")
    answer = run(name)
    assert answer.exit_code == 1
    assert f"its entry is copied as it is: {REF.format(name, 'gone')}" in answer.output
    assert len(lines_of(server, name)) == 2


def test_a_project_of_lookout_is_copied_with_its_masks_and_its_models_stay(run, server, name):
    service = "lookoutvision"
    mask = f"s3://{name}/masks/a.png"
    line = json.loads(an_anomaly_line("a", "anomaly", bucket=name))
    line |= {"anomaly-mask-ref": mask, "anomaly-mask-ref-metadata": MASK_METADATA}
    fill(server, name, json.dumps(line), service=service)
    server.client("s3").put_object(Bucket=name, Key="masks/a.png", Body=b"a mask")
    answer = run(name, "--models", f"s3://{name}/results", "--bucket", f"s3://{name}-new")
    assert answer.exit_code == 0, answer.output
    assert "2 objects" in answer.output
    assert "its models stay: Lookout for Vision copies none." in answer.output
    west = server.client(service, region=WEST)
    pages = west.list_dataset_entries(ProjectName=name, DatasetType="train")["DatasetEntries"]
    copy = json.loads(pages[0])
    assert (copy["source-ref"], copy["anomaly-mask-ref"]) == (
        f"s3://{name}-new/{name}/boards/a.png",
        f"s3://{name}-new/{name}/masks/a.png",
    )
    assert copy["anomaly-mask-ref-metadata"] == MASK_METADATA
    stored = server.client("s3").get_object(Bucket=f"{name}-new", Key=f"{name}/masks/a.png")
    assert stored["Body"].read() == b"a mask"


def test_versions_are_copied_within_a_server(run, server, name):
    fill(server, name, a_line("a", "cat", bucket=name))
    account = server.client("sts").get_caller_identity()["Account"]
    put_version(server.data, "rekognition", name, "classification", account=account)
    answer = run(name, "--as", f"{name}-copy", "--models", f"s3://{name}/results", to=())
    assert answer.exit_code == 0, answer.output
    assert "COPYING_COMPLETED" in answer.output
    again = run(name, "--as", f"{name}-copy", "--models", f"s3://{name}/results", to=())
    assert "is there already." in again.output


def test_what_is_copied_lies_under_a_key_of_the_destination(run, server, name):
    fill(server, name, *[a_line(number, "cat", bucket=name) for number in range(3)])
    kms, s3 = server.client("kms"), server.client("s3")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    account = server.client("sts").get_caller_identity()["Account"]
    put_version(server.data, "rekognition", name, "classification", account=account)
    s3.create_bucket(Bucket=f"{name}-new")
    first = f"{name}/boards/0.png"
    s3.put_object(Bucket=f"{name}-new", Key=first, Body=a_png())
    words = [name, "--as", f"{name}-copy", "--bucket", f"s3://{name}-new", "--key", f"alias/{name}"]
    answer = run(*words, "--models", f"s3://{name}/results", to=())
    assert answer.exit_code == 0, answer.output
    assert "1 were there already, 1 of them not under this key: they stay as they are." in answer.output
    for number in (1, 2):  # sent, and made of its twin
        stored = s3.get_object(Bucket=f"{name}-new", Key=f"{name}/boards/{number}.png")
        assert (stored["SSEKMSKeyId"], stored["Body"].read()) == (key, a_png())
    assert "SSEKMSKeyId" not in s3.head_object(Bucket=f"{name}-new", Key=first)
    client = server.client("rekognition")
    [project] = client.describe_projects(ProjectNames=[f"{name}-copy"])["ProjectDescriptions"]
    [copy] = client.describe_project_versions(ProjectArn=project["ProjectArn"])["ProjectVersionDescriptions"]
    assert (copy["KmsKeyId"], copy["Status"]) == (key, "COPYING_COMPLETED")
    again = run(*words, to=())
    assert "0 objects (0.0 MB); 3 were there already, 1 of them not under this key" in again.output
    kms.disable_key(KeyId=key)
    refused = run(name, "--as", f"{name}-more", "--bucket", f"s3://{name}-more", *words[-2:], to=())
    assert (refused.exit_code, "is Disabled: nothing can be sealed by it" in refused.output) == (2, True)
    assert lines_of(server, f"{name}-more", region=EAST) is None
    missing = run(name, "--as", f"{name}-more", "--key", "alias/no-such-key", to=())
    assert missing.exit_code == 2
    assert "alias/no-such-key" in missing.output


def test_another_account_gets_its_own_pictures_by_a_profile(run, server, name, tmp_path, monkeypatch):
    data, account = ["--data", str(server.data)], "777788880417"
    assert CliRunner().invoke(app, ["account", "create", account, *data]).exit_code == 0
    words = ["key", "create", "--account", account, "--format", "profile", *data]
    profile = CliRunner().invoke(app, words).stdout
    named = profile.partition("]")[0].removeprefix("[")
    (tmp_path / "credentials").write_text(profile, "utf-8")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    fill(server, name, a_line("a", "cat", bucket=name))
    to = ("--to-profile", named)
    refused = run(name, to=to)
    assert refused.exit_code == 2
    assert "say another one with --bucket" in refused.output or "is passed by with --bucket" in refused.output
    answer = run(name, "--bucket", f"s3://{name}-theirs", to=to)
    assert answer.exit_code == 0, answer.output
    theirs = open_client("s3", endpoint=server.address, data=None, profile=named)
    stored = theirs.get_object(Bucket=f"{name}-theirs", Key=f"{name}/boards/a.png")
    assert stored["Body"].read() == a_png()
    projects = open_client("rekognition", endpoint=server.address, data=None, profile=named)
    assert projects.describe_projects(ProjectNames=[name])["ProjectDescriptions"]


def test_an_address_in_capitals_is_followed(name):
    moved = _moved(read_line(a_line("a", bucket=name).replace("s3://", "S3://")), str.upper, refs := {})
    assert (moved.source, list(refs)) == (REF.format(name, "a").upper(), [REF.format(name, "a")])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say which projects to copy, or --all."),
        (("a", "--all"), "Say which projects to copy, or --all."),
        (("a", "b", "--as", "c"), "--as names the copy of one project."),
        (("no-such-project",), "There is no project no-such-project"),
        (("--all", "--bucket", "somewhere"), "somewhere is not a place of the form s3://bucket/prefix."),
        (("a", "--from-profile", "nobody-has-this"), "nobody-has-this"),
    ],
)
def test_what_cannot_be_copied_is_said(run, words, sentence):
    answer = run(*words)
    assert (answer.exit_code, sentence in answer.output) == (2, True), answer.output


def test_addresses_below_a_place_never_meet():
    places = AddressMap(read_place("s3://new/a/"))
    assert places.of("s3://one/x.png") == "s3://new/a/one/x.png"
    assert places.of("s3://two/x.png") == "s3://new/a/two/x.png"
    assert AddressMap().of("s3://one/x.png") == "s3://one/x.png"
    with pytest.raises(Wrong, match="more than 1024 bytes"):
        places.of(f"s3://one/{'é' * 510}")


def test_a_copy_to_another_installation_that_is_killed_goes_on(server, name, tmp_path):
    count = 60
    lines = [a_line(number, "cat", bucket=name) for number in range(count)]
    fill(server, name, *lines, twins=False)
    other = start_server(tmp_path / "data")
    words = [name, "--from", server.address, "--from-data", server.data]
    words += ["--to", other.address, "--to-data", other.data]
    code = "import sys; sys.argv[0] = 'vedette'; from vedette.cli.main import run; run()"
    s3 = other.client("s3")

    def stored():
        try:
            return s3.list_objects_v2(Bucket=name).get("KeyCount", 0)
        except s3.exceptions.NoSuchBucket:
            return 0

    process = subprocess.Popen(
        [sys.executable, "-c", code, "copy", *map(str, words)], env=os.environ, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while stored() < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = stored()
    answer = CliRunner().invoke(app, ["copy", *map(str, words)])
    assert answer.exit_code == 0, answer.output
    assert before >= 5
    assert f"{before} were there already." in answer.output
    assert stored() == count
    assert list(lines_of(other, name, region=EAST).values()) == [json.loads(line) for line in lines]
    assert stop_server(other) == 0


class RefusingStore:
    """A store with one object, whose operation of one name is refused by a code."""

    def __init__(self, operation: str, code: str, *, holds: bool) -> None:
        self._refused, self._code, self._holds = operation, code, holds
        self.meta = SimpleNamespace(events=SimpleNamespace(register=lambda *_: None))

    def _answer(self, operation: str, answer):
        if operation == self._refused or answer is None:
            code = self._code if operation == self._refused else "404"
            raise ClientError({"Error": {"Code": code, "Message": "Access Denied"}}, operation)
        return answer

    def head_object(self, **_):
        return self._answer("head", {"ContentLength": 3, "ETag": "e"} if self._holds else None)

    def get_object(self, **_):
        return self._answer("get", {"Body": io.BytesIO(b"abc")})

    def create_bucket(self, **_):
        return self._answer("bucket", {})

    def put_object(self, **_):
        return self._answer("put", {})


@pytest.mark.parametrize(
    ("at_source", "at_target", "sentence"),
    [
        (("head", "403"), ("", ""), "These keys may not see s3://one/k at the source.$"),
        (("", ""), ("head", "403"), "at the destination. A bucket of somebody else there is passed by"),
        (("get", "AccessDenied"), ("", ""), "These keys may not read s3://one/k at the source"),
        (("get", "NoSuchKey"), ("", ""), "s3://one/k went while it was copied; the same command looks again"),
        (("", ""), ("put", "AccessDenied"), "These keys may not write s3://one/k at the destination"),
        (("", ""), ("put", "PreconditionFailed"), "Somebody wrote s3://one/k meanwhile"),
    ],
)
def test_an_object_that_is_refused_is_named_with_the_end_that_refuses_it(at_source, at_target, sentence):
    carrier = ObjectCarrier(RefusingStore(*at_source, holds=True), RefusingStore(*at_target, holds=False))
    with pytest.raises((Wrong, Taken), match=sentence):
        carrier.carry({"s3://one/k": "s3://one/k"}, lambda: None, is_rehearsal=False)
