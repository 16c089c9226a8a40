"""The page on keys of one's own does what it says, from top to bottom."""

import re
from pathlib import Path

import boto3

from vedette.encryption.masters import open_master
from vedette.identity.seal import Seal
from vedette.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "own-keys.md").read_text("utf-8")
# The address of a token in the page, as one types it.
TOKEN = re.findall(r"VEDETTE_MASTER_KEY='(pkcs11:.*)'", PAGE)[0]
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_code_of_the_page_runs_in_its_order(server, monkeypatch):
    access_key, secret = server.key
    for name, value in {
        "AWS_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "GRANTEE": "arn:aws:iam::000000000000:root",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    names: dict[str, object] = {}
    for block in CODE:
        exec(block, names)
    assert len(CODE) >= 5
    state = server.client("kms").describe_key(KeyId="alias/line-4")["KeyMetadata"]["KeyState"]
    assert state == "PendingDeletion"


def test_the_page_names_every_form_of_a_master_key(tmp_path):
    file = tmp_path / "master"
    file.write_text("ab" * 32)
    for form in ("file:", "kms:arn", "pkcs11:"):
        assert f"`{form}" in PAGE
    settings = Settings(data=tmp_path)
    for text in ("", "ab" * 32, f"file:{file}", "kms:arn:aws:kms:eu-west-1:111122223333:key/x", TOKEN):
        assert open_master(text, settings, Seal(bytes(32)))
    for name in Settings.model_fields:
        if name.startswith("master_key"):
            assert f"`VEDETTE_{name.upper()}" in PAGE
