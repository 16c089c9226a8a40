"""Unmodified clients against one endpoint: newest boto3, AWS CLI v1, the JavaScript SDK; http and https.

They are installed into a cache folder by their ordinary package managers, the first time.
"""

import json
import os
import shutil
import sys
import uuid
from pathlib import Path

import pytest

from doubles.clients import customer, run

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

HERE = Path(__file__).parent


EXPECTED = {
    "buckets": {
        "metadata": {"k": "v"},
        "type": "text/plain",
        "streamed": "streamed" * 10,
        "big_is_same": True,
        "big_etag_parts": "8",
        "linked": "through a link",
        "keys": ["a b/ü+%.txt", "big", "linked", "streamed"],
        "missing": "NoSuchKey",
        "not_empty": "BucketNotEmpty",
        "location": None,
    },
    "rekognition": {
        "tags": {"shift": "night"},
        "described": ["CREATED"],
        "twice": "ResourceInUseException",
        "bad_name": "InvalidParameterException",
        "deleted": "DELETING",
        "gone": [],
    },
    "lookout": {
        "datasets": [],
        "listed": True,
        "twice": "ConflictException",
        "page": "ValidationException",
        "deleted": True,
        "missing": "ResourceNotFoundException",
    },
}


def check_journey(said: str, mark: str) -> None:
    found = json.loads(said)
    assert found["account"] == "000000000000"
    assert found["lookout"].pop("arn_end") == f"project/clients-{mark}"
    assert {part: found[part] for part in EXPECTED} == EXPECTED


def test_the_last_boto3_with_lookoutvision_walks_through_the_front_doors(any_server, tmp_path):
    mark = uuid.uuid4().hex[:8]
    check_journey(
        run(sys.executable, str(HERE / "journey.py"), mark, env=customer(any_server, tmp_path)), mark
    )


def test_the_newest_boto3_does_too_once_the_sdk_is_installed(any_server, newest, tmp_path):
    mark = uuid.uuid4().hex[:8]
    environment = customer(any_server, tmp_path)
    run(sys.executable, "-m", "vedette", "sdk", "install", env=environment)
    check_journey(run(str(newest / "python"), str(HERE / "journey.py"), mark, env=environment), mark)


def test_the_javascript_sdk_walks_through_the_front_doors(any_server, javascript, tmp_path):
    mark = uuid.uuid4().hex[:8]
    script = javascript / "journey.mjs"
    shutil.copyfile(HERE / "journey.mjs", script)
    found = json.loads(run("node", str(script), mark, env=customer(any_server, tmp_path), cwd=javascript))
    assert found == {
        "buckets": {
            "metadata": {"k": "v"},
            "type": "text/plain",
            "big_is_same": True,
            "put": 200,
            "linked": "through a link",
            "keys": ["a b/ü+%.txt", "big", "linked", "streamed"],
            "missing": "NoSuchKey",
            "not_empty": "BucketNotEmpty",
        },
        "rekognition": {
            "Tags": {"line": "7", "shift": "night"},
            "twice": "ResourceInUseException",
            "Status": "DELETING",
        },
        "lookout": {"same": True, "twice": "ConflictException"},
    }


def test_the_aws_cli_moves_files_about(any_server, newest, tmp_path):
    environment = customer(any_server, tmp_path)
    bucket = f"cli-{uuid.uuid4().hex[:8]}"
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder / "deep" / "two ü.txt").write_text("two")
    (tmp_path / "large.bin").write_bytes(os.urandom(1 << 20) * 64)

    def aws(*words: str) -> str:
        return run(str(newest / "aws"), *words, env=environment, cwd=tmp_path)

    aws("s3", "mb", f"s3://{bucket}")
    aws("s3", "cp", "large.bin", f"s3://{bucket}/large.bin")
    aws("s3", "sync", "folder", f"s3://{bucket}/folder")
    assert aws("s3", "sync", "folder", f"s3://{bucket}/folder") == ""
    aws("s3", "mv", f"s3://{bucket}/folder/one.txt", f"s3://{bucket}/moved.txt")
    listing = aws("s3", "ls", f"s3://{bucket}", "--recursive")
    assert [line.split(maxsplit=3)[3] for line in listing.splitlines()] == [
        "folder/deep/two ü.txt",
        "large.bin",
        "moved.txt",
    ]
    link = aws("s3", "presign", f"s3://{bucket}/moved.txt").strip()
    assert run("curl", "-sSk", link) == "one"
    aws("s3", "cp", f"s3://{bucket}/large.bin", "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == (tmp_path / "large.bin").read_bytes()
    aws("s3", "sync", f"s3://{bucket}/folder", "down")
    assert (tmp_path / "down" / "deep" / "two ü.txt").read_text() == "two"
    aws("s3", "rm", f"s3://{bucket}", "--recursive")
    aws("s3", "rb", f"s3://{bucket}")
    assert bucket not in aws("s3", "ls")
    assert json.loads(aws("sts", "get-caller-identity"))["Account"] == "000000000000"
    assert "ProjectArn" in aws("rekognition", "create-project", "--project-name", bucket)
