"""A model leaves its server over the wire: by our command, any AWS client, curl; whole or not at all."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from base64 import b64decode
from http.client import HTTPConnection
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from doubles.packages import save_plain
from doubles.servers import start_server, stop_server
from doubles.trained import put_version, put_version_in
from vedette.cli.client import open_client
from vedette.cli.main import app
from vedette.runtime.package import open_package, zip_package
from vedette.store.db import open_database

ACCOUNT = "000000000000"
NO_SUCH = (404, "ResourceNotFoundException")


@pytest.fixture
def name():
    return f"m-{uuid.uuid4().hex[:8]}"


@pytest.fixture(params=["rekognition", "lookoutvision"])
def trained(request, server, name):
    return put_version(server.data, request.param, name, "anomaly", account=ACCOUNT)


@pytest.fixture
def laptop(server, tmp_path, monkeypatch):
    """Run a command as somebody who has an address and keys, and nothing else."""
    key, secret = server.key
    monkeypatch.chdir(tmp_path)
    for variable, value in {
        "AWS_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "VEDETTE_DATA": str(tmp_path / "nothing"),
    }.items():
        monkeypatch.setenv(variable, value)
    return lambda *words: CliRunner().invoke(app, list(map(str, words)))


def package_of(server, version):
    return server.data / "versions" / version.folder / "package"


def client_of(server, **more):
    return open_client("vedette", endpoint=server.address, data=server.data, **more)


def fault_of(call, **asked):
    with pytest.raises(ClientError) as caught:
        call(**asked)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def move(server, version, *states):
    """Move a version behind the server's back."""
    from vedette.projects.projects import Projects
    from vedette.projects.versions import Versions

    database = open_database("", server.data)
    try:
        for state in states:
            Versions(database, Projects(database)).move(version, state)
    finally:
        database.close()


def test_the_command_fetches_a_model_from_anywhere(server, trained, name, laptop, tmp_path):
    said = laptop("model", "download", "--project", name, "--out", tmp_path / "m.zip")
    assert (said.exit_code, said.output) == (0, f"Written: {tmp_path / 'm.zip'}\n")
    same = zip_package(package_of(server, trained), tmp_path / "same.zip")
    assert (tmp_path / "m.zip").read_bytes() == same.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"m.zip", "same.zip"}


def test_any_client_that_has_the_description_fetches_it(server, trained, name, tmp_path):
    answer = client_of(server).download_model(ModelArn=str(trained.arn))
    body = answer["Body"].read()
    assert answer["ContentType"] == "application/zip"
    assert answer["ContentLength"] == len(body)
    assert answer["ContentDisposition"] == f'attachment; filename="{name}-{trained.name}.zip"'
    digest = answer["ReprDigest"].removeprefix("sha-256=:").removesuffix(":")
    assert b64decode(digest) == hashlib.sha256(body).digest()
    (tmp_path / "m.zip").write_bytes(body)
    assert open_package(tmp_path / "m.zip").facts.task == "anomaly"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_fetches_it_under_its_own_name(server, trained, name, tmp_path):
    words = ["curl", "-sSfOJG", "--aws-sigv4", "aws:amz:us-east-1:vedette", "--user", ":".join(server.key)]
    asked = ["--data-urlencode", f"arn={trained.arn}", f"{server.address}/vedette/2026-11-21/package"]
    subprocess.run([*words, *asked], check=True, cwd=tmp_path)
    assert open_package(tmp_path / f"{name}-{trained.name}.zip").facts.task == "anomaly"


@pytest.mark.parametrize(
    "states", [("starting",), ("starting", "running"), ("starting", "running", "stopping")]
)
def test_a_model_leaves_also_while_it_runs(server, trained, states):
    move(server, trained, *states)
    assert client_of(server).download_model(ModelArn=str(trained.arn))["Body"].read()


def test_a_model_that_is_not_there_is_refused_with_its_reason(server, name, laptop, tmp_path):
    version = put_version(server.data, "lookoutvision", name, "anomaly", account=ACCOUNT)
    ask = client_of(server).download_model
    arn = str(version.arn)
    (package_of(server, version) / "model.onnx").write_bytes(b"changed")
    damaged = f"The version 1 of {name} is damaged on the server's disk; train it again."
    assert fault_of(ask, ModelArn=arn) == (404, "ResourceNotFoundException", damaged)
    shutil.rmtree(package_of(server, version))
    gone = f"The version 1 of {name} is damaged on the server's disk; train it again."
    assert fault_of(ask, ModelArn=arn) == (404, "ResourceNotFoundException", gone)
    move(server, version, "deleting")
    deleting = f"The version 1 of {name} is being deleted: there is no model to download."
    assert fault_of(ask, ModelArn=arn) == (409, "ConflictException", deleting)
    said = laptop("model", "download", "--project", name, "--out", "m.zip")
    assert (said.exit_code, said.output) == (2, f"{deleting}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arn", "fault"),
    [
        ("nonsense", (400, "ValidationException")),
        (
            "arn:aws:rekognition:us-east-1:000000000000:project/no/version/v/1",
            (404, "ResourceNotFoundException"),
        ),
        ("arn:aws:lookoutvision:us-east-1:000000000000:model/no/1", (404, "ResourceNotFoundException")),
        ("arn:aws:lookoutvision:us-east-1:000000000000:project/no", (404, "ResourceNotFoundException")),
        ("arn:aws:lookoutvision:eu-west-1:000000000000:model/no/1", (404, "ResourceNotFoundException")),
        ("arn:aws:s3:::bucket", (404, "ResourceNotFoundException")),
        ("arn:aws:lookoutvision:us-east-1:999999999999:model/no/1", (403, "AccessDeniedException")),
    ],
)
def test_what_is_no_model_of_ones_own_is_refused(server, arn, fault):
    assert fault_of(client_of(server).download_model, ModelArn=arn)[:2] == fault


def test_a_model_of_another_account_stays_where_it_is(server, name):
    other = put_version(server.data, "lookoutvision", name, "anomaly", account="999999999999")
    status, code, said = fault_of(client_of(server).download_model, ModelArn=str(other.arn))
    assert (status, code) == (403, "AccessDeniedException")
    assert said.endswith(f"is not authorized to perform: vedette:DownloadModel on resource: {other.arn}")


def test_without_a_signature_it_is_a_bucket_that_is_not_there(server, trained):
    asked = f"/vedette/2026-11-21/package?arn={trained.arn}"
    line = HTTPConnection(server.address.removeprefix("http://"))
    line.request("GET", asked)
    answer = line.getresponse()
    assert (answer.status, b"NoSuchBucket" in answer.read()) == (404, True)
    line.close()


@pytest.mark.parametrize("out", ["nowhere/m.zip", "folder"])
def test_a_place_that_cannot_be_written_is_said(out, trained, name, laptop, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").touch()
    said = laptop("model", "download", "--project", name, "--out", out)
    assert said.exit_code == 2
    assert out.partition("/")[0] in said.output
    assert {path.name for path in tmp_path.rglob("*")} == {"folder", "mine.txt"}


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's /proc for open files")
def test_who_hangs_up_leaves_no_file_open(server, name):
    version = put_version(server.data, "lookoutvision", name, "anomaly", account=ACCOUNT)
    with (package_of(server, version) / "MODEL_CARD.md").open("wb") as card:
        card.write(os.urandom(8 << 20))
    sums = json.loads((package_of(server, version) / "package.json").read_text("utf-8"))
    sums["files"]["MODEL_CARD.md"] = hashlib.sha256(Path(card.name).read_bytes()).hexdigest()
    (package_of(server, version) / "package.json").write_text(json.dumps(sums), "utf-8")
    client = client_of(server)
    for _ in range(3):
        body = client.download_model(ModelArn=str(version.arn))["Body"]
        body.read(1000)
        body.close()
    client.close()
    assert wait_for(lambda: open_parcels(server) == 0)


def open_parcels(server):
    """Count the server's open files that have no name any more and lie with a version."""
    links = Path(f"/proc/{server.process.pid}/fd").iterdir()
    return sum("/versions/" in str(link.readlink()) for link in links if link.is_symlink())


def wait_for(claim, timeout_s=20):
    import time

    ends = time.monotonic() + timeout_s
    while not claim() and time.monotonic() < ends:
        time.sleep(0.05)
    return claim()


@pytest.mark.postgres
def test_a_model_leaves_a_server_on_postgresql(postgres_maker, tmp_path):
    address, _ = postgres_maker.new()
    server = start_server(tmp_path / "data", VEDETTE_DATABASE=address)
    try:
        database = open_database(address, server.data)
        put = put_version_in(database, server.data, "lookoutvision", "doors", "anomaly", account=ACCOUNT)
        database.close()
        place = ["--endpoint", server.address, "--data", str(server.data)]
        words = ["model", "download", "--project", "doors", "--out", str(tmp_path / "m.zip"), *place]
        said = CliRunner().invoke(app, words)
        assert (said.exit_code, said.output) == (0, f"Written: {tmp_path / 'm.zip'}\n")
        assert open_package(tmp_path / "m.zip").facts.labels == ("anomaly",)
        assert put.name == "1"
    finally:
        assert stop_server(server) == 0


def test_the_page_on_taking_a_model_along_says_what_is_so(server, tmp_path, monkeypatch):
    put_version(server.data, "lookoutvision", "doors", "anomaly", account=ACCOUNT)
    save_plain(tmp_path / "plate.png", (10, 10, 10))
    text = (Path(__file__).parents[2] / "docs" / "how-to" / "take-a-model-with-you.md").read_text("utf-8")
    key, secret = server.key
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DATA_PATH": str(tmp_path / "models"),
    }
    blocks = {
        kind: "".join(re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)) for kind in ("sh", "python")
    }
    (tmp_path / "page.py").write_text(blocks["python"], "utf-8")
    lines = ["set -e", f"vedette sdk install --to {tmp_path}/models", blocks["sh"], "python page.py"]
    ran = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        check=True,
        cwd=tmp_path,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert ran.stdout.splitlines()[-2:] == ["Written: doors.zip", "plate.png: normal 96.1%"]
    assert (tmp_path / "doors-by-boto3.zip").read_bytes() == (tmp_path / "doors.zip").read_bytes()
