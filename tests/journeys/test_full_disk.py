"""A server whose disk is full, or read-only, on a real small disk: nothing is lost, and all of it is said."""

import re
import subprocess
import sys
import time

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from doubles.disks import small_disk
from doubles.servers import start_server, stop_server
from vedette.cli.main import app

MIB = 1 << 20
FULL = ("InsufficientStorage", 507)
OBJECTS = {f"k{number}": bytes([number]) * 100_000 for number in range(10)}


def outcome(call, **arguments):
    """Return the error's code and status; nothing where there was none."""
    try:
        call(**arguments)
    except ClientError as fault:
        answer = fault.response
        assert "disk" in answer["Error"]["Message"], answer
        return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]
    return ()


def patiently(call, **arguments):
    """Repeat a call until it works: the reserve is made again within two seconds."""
    for _ in range(100):
        if outcome(call, **arguments) == ():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", mib=64) as mounted:
        yield mounted


def await_reserve(data):
    for _ in range(100):
        if (data / "reserve").exists():
            return
        time.sleep(0.05)
    raise AssertionError("there is no reserve")


def kill(server):
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()


def stored(s3):
    """Return the objects as they are read."""
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="full")["Contents"]]
    return {key: s3.get_object(Bucket="full", Key=key)["Body"].read() for key in keys}


@pytest.fixture
def full(disk, tmp_path):
    """A server with ten objects and a project whose disk has just become full."""
    server = start_server(disk.place / "data", log=tmp_path / "server.log")
    s3 = server.client("s3")
    s3.create_bucket(Bucket="full")
    for key, body in OBJECTS.items():
        s3.put_object(Bucket="full", Key=key, Body=body)
    server.client("rekognition").create_project(ProjectName="before")
    await_reserve(server.data)
    disk.fill()
    yield server
    if server.process.poll() is None:
        assert stop_server(server) == 0
    said = (tmp_path / "server.log").read_text()
    assert "The disk is full, which deleting needs: nothing is stored until there is room." in said
    assert "Traceback" not in said


def test_a_full_disk_lets_delete_and_says_what_it_refuses_in_every_dialect(full):
    s3, rekognition, lookout = full.client("s3"), full.client("rekognition"), full.client("lookoutvision")
    project = rekognition.describe_projects()["ProjectDescriptions"][0]["ProjectArn"]
    assert outcome(s3.delete_object, Bucket="full", Key="k9") == ()
    assert outcome(s3.put_object, Bucket="full", Key="k1", Body=bytes(200_000)) == FULL
    assert outcome(s3.put_object, Bucket="full", Key="new", Body=b"x") == FULL
    assert outcome(s3.create_multipart_upload, Bucket="full", Key="new") == FULL
    assert outcome(s3.create_bucket, Bucket="fuller") == FULL
    assert outcome(rekognition.create_project, ProjectName="new") == ("LimitExceededException", 400)
    assert outcome(lookout.create_project, ProjectName="new") == ("ServiceQuotaExceededException", 402)
    assert full.client("sts").get_caller_identity()["Account"] == "000000000000"
    answer = s3.delete_objects(Bucket="full", Delete={"Objects": [{"Key": "k8"}, {"Key": "k7"}]})
    assert len(answer["Deleted"]) == 2
    assert outcome(rekognition.delete_project, ProjectArn=project) == ()
    assert stored(s3) == {key: OBJECTS[key] for key in list(OBJECTS)[:7]}


def test_a_server_killed_on_a_full_disk_starts_again_and_takes_more_when_there_is_room(full, disk, tmp_path):
    kill(full)
    server = start_server(full.data, log=tmp_path / "server.log")
    try:
        s3 = server.client("s3")
        assert stored(s3) == OBJECTS
        assert len(server.client("rekognition").describe_projects()["ProjectDescriptions"]) == 1
        assert outcome(s3.put_object, Bucket="full", Key="new", Body=b"x") == FULL
        disk.clear()
        assert patiently(s3.put_object, Bucket="full", Key="new", Body=b"x")
        await_reserve(full.data)
    finally:
        assert stop_server(server) == 0


def test_a_disk_without_even_the_reserve_is_one_sentence_at_the_start(full, disk):
    assert outcome(full.client("s3").delete_object, Bucket="full", Key="k9") == ()
    kill(full)
    disk.fill()
    words = [sys.executable, "-m", "vedette", "serve", "--port", "0", "--data", str(full.data)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1] == (
        f"The disk of {full.data} is full, and the server cannot start on it: make room there."
    )
    assert "Traceback" not in ran.stderr


def test_an_object_larger_than_the_disk_is_refused_and_its_bytes_are_given_back(disk):
    server = start_server(disk.place / "data")
    try:
        s3 = server.client("s3")
        s3.create_bucket(Bucket="full")
        before = outcome(s3.put_object, Bucket="full", Key="large", Body=bytes(80 * MIB))
        assert before == ("InsufficientStorage", 507)
        assert patiently(s3.put_object, Bucket="full", Key="small", Body=bytes(MIB))
    finally:
        assert stop_server(server) == 0


def test_a_read_only_disk_is_one_sentence_for_the_server_and_for_commands(disk, tmp_path):
    data = disk.place / "data"
    assert stop_server(start_server(data)) == 0
    disk.remount("ro")
    sentence = f"The data folder {data} lies on a read-only file system.\n"
    with pytest.raises(AssertionError, match=re.escape(f"did not start: {sentence}") + "$"):
        start_server(data, log=tmp_path / "log")
    for words in (["user", "list"], ["user", "create", "alice"]):
        ran = CliRunner().invoke(app, [*words, "--data", str(data)])
        assert ran.exit_code in (1, 2)
        assert ran.output == sentence
