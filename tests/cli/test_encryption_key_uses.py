"""`vedette encryption-key uses`: what a key encrypts, for people and for programs."""

import json

import pytest
from click.testing import CliRunner

from vedette.cli import encryption_keys
from vedette.cli.main import app

DEVICES = [
    "arn:aws:iot:us-east-1:000000000000:device/press-4",
    "arn:aws:iot:us-east-1:000000000000:device/oven",
]
ANSWER = {
    "ModelArns": ["arn:model"],
    "MoreModels": True,
    "Buckets": [{"BucketName": "line", "Objects": 7, "Bytes": 512, "IsDefault": True}],
    "DevicePackages": [
        {"ComponentName": "bolts", "ComponentVersion": "1.0.0", "Bytes": 64, "DeviceArns": DEVICES}
    ],
}


class AnsweringKeys:
    """A server's client that knows one key."""

    def list_key_uses(self, *, KeyId):
        assert KeyId == "alias/line"
        return ANSWER


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(encryption_keys, "open_client", lambda *_, **__: AnsweringKeys())
    return lambda *words: CliRunner().invoke(app, ["encryption-key", "uses", "alias/line", *words])


def test_people_get_a_table_and_are_told_that_there_are_more(run):
    answer = run()
    assert (answer.exit_code, answer.stderr) == (0, "There are more models.\n")
    assert [line.split() for line in answer.stdout.splitlines()] == [
        ["model", "arn:model"],
        ["bucket,", "by", "default", "line", "7", "512"],
        ["package", "bolts", "1.0.0", "64", "press-4", "oven"],
    ]


def test_programs_get_numbers_lists_and_nothing_where_there_is_nothing(run):
    assert json.loads(run("--output", "json").stdout) == [
        {"kind": "model", "name": "arn:model", "objects": None, "bytes": None, "devices": []},
        {"kind": "bucket, by default", "name": "line", "objects": 7, "bytes": 512, "devices": []},
        {
            "kind": "package",
            "name": "bolts 1.0.0",
            "objects": None,
            "bytes": 64,
            "devices": ["press-4", "oven"],
        },
    ]
