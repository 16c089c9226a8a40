"""A handful of the storm that bench/hostile.py sends in full."""

import asyncio
import http.client
from urllib.parse import urlsplit

import pytest
from bench.hostile import Tally, outside, send
from bench.hostile_cases import BUCKET, Cases
from bench.hostile_doors import DoorCases, stage

from vedette.clock import system_clock


async def one_after_another(cases, count, where):
    tally = Tally()
    for _ in range(count):
        await send(cases.next(), *where, tally)
    return tally


class NewLines:
    """What the shared server logs from now on: other tests damage files, which it says."""

    def __init__(self, server) -> None:
        self._path = server.data.parent / "data.log"
        self._start = self._path.stat().st_size

    def text(self) -> str:
        with self._path.open("rb") as log:
            log.seek(self._start)
            return log.read().decode()


@pytest.mark.parametrize("seed", [1, 2])
def test_hostile_requests_are_answered_and_leave_nothing_behind(server, seed):
    client = server.client("s3")
    client.create_bucket(Bucket=BUCKET)
    where, before = urlsplit(server.address), outside(server.data)
    log = NewLines(server)
    cases = Cases(seed, where.netloc, server.key, system_clock)
    tally = asyncio.run(one_after_another(cases, 150, (where.hostname, where.port)))
    assert (tally.faults, tally.hangs, tally.leaks) == ([], [], [])
    assert tally.classes["4xx"] > 75
    assert outside(server.data) == before
    assert "Traceback" not in log.text()
    client.put_object(Bucket=BUCKET, Key="honest", Body=b"work")
    assert client.get_object(Bucket=BUCKET, Key="honest")["Body"].read() == b"work"


def test_hostile_requests_to_the_services_of_trust_are_answered(server):
    where = urlsplit(server.address)
    log = NewLines(server)
    cases = DoorCases(7, where.netloc, server.key, system_clock, stage(server.client))
    tally = asyncio.run(one_after_another(cases, 200, (where.hostname, where.port)))
    assert (tally.faults, tally.hangs, tally.leaks) == ([], [], [])
    assert (tally.classes["2xx"] > 3, tally.classes["4xx"] > 100) == (True, True)
    assert "Traceback" not in log.text()
    assert server.client("kms").list_keys()["Keys"]


@pytest.mark.parametrize(
    ("path", "method"), [("/", "PUT"), (f"/{BUCKET}?tagging", "POST"), ("/x", "PROPFIND")]
)
def test_a_method_that_no_s3_knows_is_not_an_error_of_the_server(server, path, method):
    where = urlsplit(server.address)
    line = http.client.HTTPConnection(where.hostname, where.port)
    line.request(method, path)
    answer = line.getresponse()
    assert (answer.status, b"<Code>" in answer.read()) in [(405, True), (403, True)]
    line.close()
