"""KMS and sealed objects by unmodified clients: boto3, the newest boto3, the AWS CLI, the JavaScript SDK."""

import base64
import json
import shutil
import sys
import uuid
from pathlib import Path

import pytest

from doubles.clients import customer, run

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
EXPECTED = {
    "same": True,
    "context": "InvalidCiphertextException",
    "sealed": True,
    "disabled": ["DisabledException", "KMS.DisabledException"],
    "missing": "NotFoundException",
    "unbuilt": "UnsupportedOperationException",
    "ending": "KMSInvalidStateException",
}


@pytest.fixture
def mark():
    return uuid.uuid4().hex[:8]


def test_the_last_boto3_with_lookoutvision_uses_keys(any_server, mark, tmp_path):
    assert (
        json.loads(run(sys.executable, str(HERE / "keys.py"), mark, env=customer(any_server, tmp_path)))
        == EXPECTED
    )


def test_the_newest_boto3_uses_keys(any_server, newest, mark, tmp_path):
    said = run(str(newest / "python"), str(HERE / "keys.py"), mark, env=customer(any_server, tmp_path))
    assert json.loads(said) == EXPECTED


def test_the_javascript_sdk_uses_keys(any_server, javascript, mark, tmp_path):
    script = javascript / "keys.mjs"
    shutil.copyfile(HERE / "keys.mjs", script)
    said = run("node", str(script), mark, env=customer(any_server, tmp_path), cwd=javascript)
    assert json.loads(said) == EXPECTED


def test_the_aws_cli_uses_keys(any_server, newest, mark, tmp_path):
    environment = customer(any_server, tmp_path)

    def aws(*words):
        return run(str(newest / "aws"), *words, env=environment, cwd=tmp_path)

    (tmp_path / "secret").write_bytes(b"hello")
    key = json.loads(aws("kms", "create-key", "--description", "by the CLI"))["KeyMetadata"]["Arn"]
    aws("kms", "create-alias", "--alias-name", f"alias/cli-{mark}", "--target-key-id", key)
    words = [
        "--key-id",
        f"alias/cli-{mark}",
        "--plaintext",
        "fileb://secret",
        "--encryption-context",
        "line=4",
    ]
    ciphertext = json.loads(aws("kms", "encrypt", *words))["CiphertextBlob"]
    (tmp_path / "sealed").write_bytes(base64.b64decode(ciphertext))
    words = ["--ciphertext-blob", "fileb://sealed", "--encryption-context", "line=4"]
    opened = json.loads(aws("kms", "decrypt", *words))
    assert base64.b64decode(opened["Plaintext"]) == b"hello"
    bucket = f"s3://keys-cli-{mark}"
    aws("s3", "mb", bucket)
    aws("s3", "cp", "secret", f"{bucket}/a", "--sse", "aws:kms", "--sse-kms-key-id", key)
    aws("s3", "cp", f"{bucket}/a", "back")
    assert (tmp_path / "back").read_bytes() == b"hello"
    aws("kms", "schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")
