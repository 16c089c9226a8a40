"""The page on moving to PostgreSQL and to an S3, and back, its commands typed beside a live installation."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from doubles.clusters import a_red_picture, status, until
from doubles.full_tables import every_row
from doubles.lines import a_box_line
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from vedette.store.db import open_database

pytestmark = pytest.mark.cluster

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "from-sqlite-to-postgresql.md").read_text("utf-8")
SETTINGS = ("VEDETTE_DATABASE", "VEDETTE_S3_ENDPOINT", "VEDETTE_S3_ACCESS_KEY", "VEDETTE_S3_SECRET_KEY")
LINES = [a_box_line(number, f"l{number % 40}", f"l{number % 7}") for number in range(20_000)]


def typed(place, address, other, skip):
    """Type the page's shell lines one after the other, with the addresses and keys of this test in them.

    Yields the settings whenever servers are to be started.
    """
    said = []
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "VEDETTE_DATA": str(place / "data"),
    }
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        for line in block.splitlines():
            if re.search(skip, line):
                continue
            line = line.replace("/backups/", f"{place}/backups/")
            line = line.replace("postgresql://vedette@db.example/vedette", f"'{address}'")
            line = line.replace("https://s3.example", other.address)
            for name, value in zip(("ACCESS", "SECRET"), other.key, strict=True):
                line = line.replace(f"VEDETTE_S3_{name}_KEY=…", f"VEDETTE_S3_{name}_KEY={value}")
            if line == "vedette serve":
                said.append(line)
                yield {name: environment[name] for name in SETTINGS if name in environment}
            elif line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                environment[name] = value.strip("'")
            elif line.startswith("unset "):
                environment.pop(line.removeprefix("unset "))
            else:
                ran = subprocess.run(
                    ["bash", "-c", line], env=environment, capture_output=True, text=True, timeout=120
                )
                assert ran.returncode == 0, (line, ran.stdout, ran.stderr)
                said.append(line)
    assert len(said) == 9, said


def rows(address, data):
    database = open_database(address, data)
    try:
        return every_row(database)
    finally:
        database.close()


def shown(server, arns):
    """Return what a client sees of the installation."""
    client, s3 = server.client("rekognition"), server.client("s3")
    return {
        "projects": client.describe_projects()["ProjectDescriptions"],
        "tags": client.list_tags_for_resource(ResourceArn=arns["project"])["Tags"],
        "entries": client.list_dataset_entries(DatasetArn=arns["dataset"], MaxResults=100)["DatasetEntries"],
        "labels": client.list_dataset_labels(DatasetArn=arns["dataset"])["DatasetLabelDescriptions"],
        "versions": client.describe_project_versions(ProjectArn=arns["boards"])["ProjectVersionDescriptions"],
        "buckets": [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]],
        "object": s3.get_object(Bucket="manifests", Key="m")["ETag"],
    }


def make_project(server, project, lines):
    """Make a project, and the manifest that it is to import."""
    client, s3 = server.client("rekognition"), server.client("s3")
    s3.create_bucket(Bucket="manifests")
    s3.put_object(Bucket="manifests", Key="m", Body="\n".join(lines).encode())
    return client.create_project(ProjectName=project, Tags={"line": "3: Nähte"})["ProjectArn"]


def begin_import(server, project):
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "manifests", "Name": "m"}}}
    client = server.client("rekognition")
    return client.create_dataset(ProjectArn=project, DatasetType="TRAIN", DatasetSource=source)["DatasetArn"]


def dataset_status(server, arn):
    return server.client("rekognition").describe_dataset(DatasetArn=arn)["DatasetDescription"]["Status"]


class Live:
    """An installation with all kinds of things under way: a running model, a session, an import."""

    def __init__(self, server, data) -> None:
        project = make_project(server, "parts", LINES[:3000])
        dataset = begin_import(server, project)
        until(lambda: dataset_status(server, dataset), "CREATE_COMPLETE", 60)
        self.version = put_version(data, "rekognition", "boards", "classification", account="000000000000")
        client = server.client("rekognition")
        client.start_project_version(ProjectVersionArn=str(self.version.arn), MinInferenceUnits=1)
        until(lambda: status(client, self.version), "RUNNING")
        session = server.client("sts").get_session_token()["Credentials"]
        self.temporary = session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
        self.arns = {"project": project, "dataset": dataset, "boards": str(self.version.project.arn)}
        more = make_project(server, "more", LINES[:-1])
        self.shown = shown(server, self.arns)
        # Last, since it is to be under way when the server dies.
        self.under_way = begin_import(server, more)

    def check(self, server):
        """Hold a server to what was there before."""
        found = shown(server, self.arns)
        found["projects"] = [item for item in found["projects"] if "/later-" not in item["ProjectArn"]]
        for both in (found, self.shown):
            # The import goes on meanwhile.
            both["projects"] = [item for item in both["projects"] if "/more/" not in item["ProjectArn"]]
        assert found == self.shown
        until(lambda: dataset_status(server, self.under_way), "CREATE_COMPLETE", 90)
        identity = server.client("sts", key=self.temporary).get_caller_identity()
        assert identity["Account"] == "000000000000"
        client = server.client("rekognition")
        until(lambda: status(client, self.version), "RUNNING")
        labels = client.detect_custom_labels(
            ProjectVersionArn=str(self.version.arn), Image={"Bytes": a_red_picture()}
        )
        assert labels["CustomLabels"][0]["Name"] == "red"


@pytest.fixture
def other(tmp_path):
    """The S3: a second instance of ourselves."""
    server = start_server(tmp_path / "other")
    yield server
    assert stop_server(server) == 0


def test_a_live_installation_goes_to_postgresql_and_an_s3_and_comes_back(tmp_path, postgres_maker, other):
    address, data = postgres_maker.empty(), tmp_path / "data"
    server = start_server(data)
    try:
        live = Live(server, data)
    finally:
        # As a power cut does, so that a job goes over too.
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
    left = rows("", data)
    assert left["jobs"]
    steps = [(address, "", ""), ("", address, ""), ("", "", other.address), ("", "", "")]
    for settings in typed(tmp_path, address, other, "^createdb"):
        now, before, s3 = steps.pop(0)
        assert (settings.get("VEDETTE_DATABASE", ""), settings.get("VEDETTE_S3_ENDPOINT", "")) == (now, s3)
        assert rows(now, data) == rows(before, data)
        if now == address:
            assert rows(now, data) == left
        server = start_server(data, **settings)
        try:
            live.check(server)
            server.client("rekognition").create_project(ProjectName=f"later-{len(steps)}")
            later = server.client("s3")
            later.put_object(Bucket="manifests", Key=f"later-{len(steps)}", Body=b"later")
        finally:
            assert stop_server(server) == 0
    names = [row for row in rows("", data)["projects"] if any(f"later-{n}" in row for n in range(4))]
    assert len(names) == 4
    keys = [path.name for path in (data / "buckets" / "manifests").rglob("later-*")]
    assert len(keys) == 4
