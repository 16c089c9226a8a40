"""What the dashboard counts is what programs asked, of both services: also after a stop and a kill -9."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from doubles.programs import PROJECT, red_picture, serve_version
from doubles.servers import RunningServer, start_server, stop_server
from vedette.cli.client import open_client

GOOD, BROKEN = 7, 3


@pytest.fixture
def servers(tmp_path):
    """A server of this test's own, since it is killed; the newest is the last."""
    running = [start_server(tmp_path / "data")]
    yield running
    stop_server(running[-1])


def detect(server: RunningServer, served, picture: bytes) -> float:
    """Ask once, and return how many milliseconds it took."""
    client = server.client(served.service)
    began = time.monotonic()
    if served.service == "rekognition":
        client.detect_custom_labels(ProjectVersionArn=str(served.version.arn), Image={"Bytes": picture})
    else:
        client.detect_anomalies(ProjectName=PROJECT, ModelVersion="1", ContentType="image/jpeg", Body=picture)
    return 1000 * (time.monotonic() - began)


def usage(server: RunningServer) -> dict[str, dict]:
    """Return what the dashboard shows of each service's version: yesterday, and the day of now."""
    now = datetime.now(UTC)  # noqa: TID251  (the server counts by its own clock)
    edges = [now - timedelta(days=2), now - timedelta(days=1), now + timedelta(hours=1)]
    own = open_client("vedette", endpoint=server.address, data=server.data)
    return {row["Service"]: row for row in own.list_usage(Edges=edges)["Versions"]}


def counts(row: dict) -> dict[str, list[int]]:
    return {name: row[name] for name in ("Images", "Invalid", "Throttled", "Errors")}


def test_figures_are_those_of_the_calls_made(servers):
    services = ("rekognition", "lookoutvision")
    served = {service: serve_version(servers[-1], service) for service in services}
    latencies: dict[str, list[float]] = {service: [] for service in services}
    for service in services:
        latencies[service] = [detect(servers[-1], served[service], red_picture()) for _ in range(GOOD)]
        for _ in range(BROKEN):
            with pytest.raises(ClientError):
                detect(servers[-1], served[service], b"\xff\xd8\xff no picture")
    expected = {"Images": [0, GOOD], "Invalid": [0, BROKEN], "Throttled": [0, 0], "Errors": [0, 0]}
    rows = _usage_with_hours(servers[-1])
    assert {service: counts(row) for service, row in rows.items()} == dict.fromkeys(services, expected)
    assert rows["lookoutvision"]["Anomalies"] == [0, GOOD]
    assert rows["rekognition"]["Anomalies"] == [0, 0]
    for service in services:
        (_, average), (_, most) = rows[service]["AverageMilliseconds"], rows[service]["MostMilliseconds"]
        assert 0 < average <= most <= max(latencies[service])
        assert average <= sum(latencies[service]) / GOOD
        assert 0 < rows[service]["Hours"][1] <= rows[service]["UnitHours"][1] < 0.1

    data = servers[-1].data
    assert stop_server(servers[-1]) == 0
    servers.append(start_server(data))
    after = usage(servers[-1])
    assert {service: counts(row) for service, row in after.items()} == dict.fromkeys(services, expected)

    for service in services:
        _detect_when_served(servers[-1], served[service])
    servers[-1].process.kill()
    servers[-1].process.wait()
    if servers[-1].process.stdout:
        servers[-1].process.stdout.close()
    servers.append(start_server(data))
    left = usage(servers[-1])
    for service in services:
        # What was counted in the last 20 seconds may be lost; nothing is counted twice.
        assert GOOD <= left[service]["Images"][1] <= GOOD + 1
        assert left[service]["Invalid"] == [0, BROKEN]
        assert left[service]["Hours"][1] >= rows[service]["Hours"][1] - 20 / 3600


def _usage_with_hours(server: RunningServer) -> dict[str, dict]:
    """Units are counted once a second: a version that began within it has no hours yet."""
    end = time.monotonic() + 30
    while True:
        rows = usage(server)
        if all(row["Hours"][1] > 0 for row in rows.values()) or time.monotonic() > end:
            return rows
        time.sleep(0.1)


def _detect_when_served(server: RunningServer, served) -> None:
    """A model that ran when its server stopped runs again by itself."""
    end = time.monotonic() + 60
    while True:
        try:
            detect(server, served, red_picture())
        except ClientError:
            assert time.monotonic() < end
            time.sleep(0.2)
        else:
            return
