"""The log has a line for each request, and one a minute for what an open page reads again and again."""

import json
import logging

import pytest

from doubles.console import signed_in
from doubles.servers import start_server, stop_server
from vedette.server.observe import MOST_REPEATED, REPEAT_S, HumanLines, JsonLines, RequestLog, RequestRecord

MAYA = "arn:aws:iam::000000000000:user/maya"


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log(clock):
    return RequestLog(clock)


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "vedette.requests")
    return lambda: [json.loads(JsonLines().format(record)) for record in caplog.records]


def request(operation="DescribeServing", *, service="console", principal=MAYA, status=200, path=None):
    path = path or f"/console/api/vedette/{operation}"
    return RequestRecord(
        "id", "POST", path, "127.0.0.1", service, operation, principal=principal, status=status
    )


def test_a_page_that_looks_each_second_writes_a_line_a_minute(log, clock, lines):
    for _ in range(150):
        log.note(request())
        clock.now += 1
    assert [line.get("repeats", 0) for line in lines()] == [0, 59, 59]


@pytest.mark.parametrize(
    "other",
    [
        {"operation": "DescribeTraining"},
        {"principal": "arn:aws:iam::000000000000:user/ben"},
        {"status": 403},
        {"path": "/console/api/rekognition/DescribeServing"},
    ],
)
def test_what_differs_has_a_line_of_its_own(log, lines, other):
    log.note(request())
    log.note(request(**other))
    assert len(lines()) == 2


@pytest.mark.parametrize(
    "same",
    [
        {"operation": "StopModel"},
        {"operation": "DownloadModel"},
        {"status": 400},
        {"status": 500},
        {"service": "rekognition", "path": "/"},
    ],
)
def test_changes_downloads_refusals_and_programs_are_logged_each_time(log, lines, same):
    for _ in range(3):
        log.note(request(**same))
    assert len(lines()) == 3


def test_a_person_who_watches_is_told_of_how_many_a_line_stands_for(log, clock, caplog, lines):
    log.note(request())
    log.note(request())
    clock.now += REPEAT_S
    log.note(request())
    assert [HumanLines().format(record).partition(" id")[2] for record in caplog.records] == [
        "", " (and 1 like it)",
    ]  # fmt: skip
    assert len(lines()) == 2


def test_not_more_is_remembered_than_pages_are_open(log, lines):
    for number in range(2 * MOST_REPEATED):
        log.note(request(principal=str(number)))
    assert len(log.reads) == MOST_REPEATED


def test_a_server_s_log_stays_quiet_while_its_metrics_count(tmp_path):
    log = tmp_path / "log"
    server = start_server(tmp_path / "data", log=log)
    try:
        browser = signed_in(server)
        for _ in range(20):
            assert browser.call("rekognition", "DescribeProjects").status == 200
        assert browser.call("rekognition", "DeleteProject", ProjectArn="no").status == 400
        metrics = browser.ask("GET", "/metrics").body.decode()
    finally:
        assert stop_server(server) == 0
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    operations = [line["operation"] for line in lines if line.get("service") == "console"]
    assert operations == ["SignIn", "DescribeProjects", "DeleteProject"]
    assert (
        'vedette_requests_total{operation="DescribeProjects",service="console",status="200"} 20.0' in metrics
    )
