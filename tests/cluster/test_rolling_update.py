"""Servers of this release and of the next one on one database, updated one after the other under load.

The next release is this program with one more change of the database, in a folder of its own.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import vedette
from doubles.clusters import Balancer, members, one_request_a_line, until
from doubles.servers import RunningServer
from vedette.migrations import current, numbers
from vedette.store.db import open_database

pytestmark = pytest.mark.cluster

LAST = numbers()[-1]
NEXT = f"{int(LAST) + 1:04}"
CHANGE = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = {next!r}, {last!r}
{mark}

def upgrade():
    op.create_table("next_things", sa.Column("x", sa.Integer, primary_key=True))
    op.add_column("projects", sa.Column("next_words", sa.Text, nullable=True))
    op.add_column("versions", sa.Column("next_number", sa.Integer, nullable=False, server_default="0"))
"""


def next_release(place: Path, *, says: bool) -> Path:
    """Return a folder for PYTHONPATH with the next release in it."""
    shutil.copytree(Path(vedette.__file__).parent, place / "vedette", ignore=shutil.ignore_patterns("static"))
    mark = "works_with_older = True" if says else ""
    file = place / "vedette" / "migrations" / "versions" / f"{NEXT}_next.py"
    file.write_text(CHANGE.format(next=NEXT, last=LAST, mark=mark))
    return place


def start_next(cluster, name, program):
    """Start a server of the next release; return it, or what it said."""
    log = cluster.place / f"{name}.log"
    environment = {**os.environ, **cluster.environment(), "VEDETTE_LOG": "json", "PYTHONPATH": str(program)}
    words = [sys.executable, "-m", "vedette", "serve", "--port", "0", "--data", str(cluster.data)]
    with log.open("a") as errors:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=program
        )
    assert process.stdout is not None
    found = re.search(r"https?://\S+", process.stdout.readline())
    if found is None:
        process.wait(60)
        process.stdout.close()
        return log.read_text("utf-8")
    cluster.servers[name] = RunningServer(found.group(), cluster.data, process)
    return ""


def change_of(cluster):
    database = open_database(cluster.database, cluster.data)
    try:
        with database.read() as connection:
            return current(connection)
    finally:
        database.close()


def names_older(cluster, name):
    return any("update the older one soon" in line.get("message", "") for line in cluster.log(name))


class Asking:
    """Threads that make, tag, list and delete projects until told to stop, each on the next server."""

    def __init__(self, balancer, key) -> None:
        self.faults, self.count, self._stop = [], 0, threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(balancer.address, key, number)) for number in range(3)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self, address, key, number):
        import boto3
        from botocore.config import Config

        # The SDK's own retries: a server that goes closes lines on which nothing was promised yet.
        client = one_request_a_line(
            boto3.client(
                "rekognition",
                endpoint_url=address,
                region_name="us-east-1",
                aws_access_key_id=key[0],
                aws_secret_access_key=key[1],
                config=Config(retries={"mode": "standard", "total_max_attempts": 4}),
            )
        )
        dice = random.Random(number)
        while not self._stop.wait(0.02):
            try:
                name = f"p{number}-{self.count}-{dice.random()}"
                arn = client.create_project(ProjectName=name)["ProjectArn"]
                client.tag_resource(ResourceArn=arn, Tags={"a": "b"})
                found = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
                assert [project["ProjectArn"] for project in found] == [arn]
                client.delete_project(ProjectArn=arn)
                self.count += 1
            except Exception as error:
                self.faults.append(f"{type(error).__name__}: {error}")

    def end(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


def leave(cluster, name):
    """Take a server out of service as an update does: it finishes what is under way."""
    server = cluster.servers.pop(name)
    server.process.terminate()
    assert server.process.wait(60) == 0
    server.process.stdout.close()


def test_servers_are_updated_one_after_the_other_without_a_failed_request(lone, tmp_path):
    program = next_release(tmp_path / "next", says=True)
    lone.start("A", "B")
    with Balancer() as balancer:
        balancer.targets = lone.servers
        asking = Asking(balancer, lone.servers["A"].key)
        try:
            for old, new in (("A", "C"), ("B", "D")):
                assert start_next(lone, new, program) == ""
                assert change_of(lone) == NEXT
                # Each new one names the older ones beside it, while there are any.
                until(lambda new=new: names_older(lone, new), True)
                before = asking.count
                until(lambda before=before: asking.count > before + 5, True)
                leave(lone, old)
            before = asking.count
            until(lambda: asking.count > before + 5, True)
        finally:
            asking.end()
    assert asking.faults == []
    assert [member.change for member in members(lone)] == [NEXT, NEXT]
    # An older program that starts now says so, and leaves all as it is.
    with pytest.raises(
        AssertionError, match=rf"newer Vedette \(change {NEXT}; this program knows up to {LAST}"
    ):
        lone.start("E")
    lone.servers.pop("E", None)
    assert lone.client("C", "rekognition").describe_projects()["ProjectDescriptions"] == []


def test_a_change_that_breaks_older_servers_waits_for_them_to_be_stopped(lone, tmp_path):
    program = next_release(tmp_path / "next", says=False)
    lone.start("A")
    said = start_next(lone, "B", program)
    assert "which servers of an older one use at this moment (1): stop them" in said
    assert change_of(lone) == LAST
    lone.client("A", "rekognition").create_project(ProjectName="boards")
    leave(lone, "A")
    assert start_next(lone, "B", program) == ""
    assert change_of(lone) == NEXT
    found = lone.client("B", "rekognition").describe_projects()["ProjectDescriptions"]
    assert len(found) == 1
