"""What every request meets, whichever dialect it speaks: ids, dates, origins, limits, unknown services."""

import gc
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from doubles.servers import start_server, stop_server
from vedette.server.run import prepare_interpreter


def ask(server, method, path, body=None, headers=None):
    where = urlsplit(server.address)
    line = http.client.HTTPConnection(where.hostname, where.port, timeout=20)
    line.request(method, path, body, headers or {})
    answer = line.getresponse()
    said = answer.read()
    line.close()
    return answer, said


def test_health_readiness_and_figures_need_no_key(server):
    for path, text in (("/healthz", b"ok\n"), ("/readyz", b"ready\n")):
        answer, said = ask(server, "GET", path)
        assert (answer.status, said) == (200, text)
    server.client("rekognition").describe_projects()
    _, figures = ask(server, "GET", "/metrics")
    assert (
        b'vedette_requests_total{operation="DescribeProjects",service="rekognition",status="200"}' in figures
    )


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"X-Amz-Target": "RekognitionService.DescribeProjects"}, 400, "MissingAuthenticationTokenException"),
        ({"X-Amz-Target": "DynamoDB_20120810.ListTables"}, 400, "UnknownOperationException"),
    ],
)
def test_an_unsigned_request_gets_the_error_of_its_service(server, headers, status, code):
    answer, said = ask(server, "POST", "/", b"{}", {"Content-Type": "application/x-amz-json-1.1", **headers})
    assert (answer.status, json.loads(said)["__type"]) == (status, code)
    assert answer.headers["x-amzn-RequestId"]
    assert answer.headers["Date"]


def test_an_unsigned_query_gets_xml(server):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer, said = ask(server, "POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", form)
    assert answer.status == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in said or b"AccessDenied" in said


@pytest.mark.parametrize(
    ("service", "call", "name"),
    [
        ("rekognition", lambda client: client.detect_faces(Image={"Bytes": b"x"}), "DetectFaces"),
        ("rekognition", lambda client: client.list_collections(), "ListCollections"),
        ("dynamodb", lambda client: client.list_tables(), "dynamodb"),
        ("ssm", lambda client: client.describe_parameters(), "ssm"),
    ],
)
def test_what_is_not_built_is_named(server, service, call, name):
    with pytest.raises(ClientError, match=name) as refused:
        call(server.client(service))
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_page_of_another_origin_may_call_the_api(server):
    asked = {
        "Origin": "https://factory.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-amz-date,x-amz-target",
    }
    answer, _ = ask(server, "OPTIONS", "/", None, asked)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "authorization,x-amz-date,x-amz-target"
    target = {"X-Amz-Target": "RekognitionService.DescribeProjects", "Origin": "https://factory.example"}
    answer, _ = ask(server, "POST", "/", b"{}", target)
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(server):
    head = {"X-Amz-Target": "RekognitionService.DescribeProjects", "Content-Length": str(10**12)}
    answer, _ = ask(server, "POST", "/", None, head)
    assert answer.status == 413


def test_a_second_server_on_the_same_folder_is_refused(server):
    words = [sys.executable, "-m", "vedette", "serve", "--port", "0", "--data", str(server.data)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert "Another server holds the folder" in ran.stderr


def test_a_port_in_use_is_said(server, tmp_path):
    port = str(urlsplit(server.address).port)
    words = [sys.executable, "-m", "vedette", "serve", "--port", port, "--data", str(tmp_path / "data")]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert f"Cannot listen on 127.0.0.1:{port}" in ran.stderr


def test_https_with_a_certificate_of_our_own(tls_server):
    assert tls_server.client("sts").get_caller_identity()["Account"] == "000000000000"
    key = tls_server.data / "tls" / "self.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_stop_does_not_wait_for_clients_that_only_keep_a_line(tmp_path):
    """uvloop waits 30 s for a TLS goodbye, which a pooled connection never sends."""
    server = start_server(tmp_path / "data", "--tls", "self")
    client = server.client("sts")
    client.get_caller_identity()
    began = time.monotonic()
    assert stop_server(server) == 0
    assert time.monotonic() - began < 15
    client.close()


def test_what_was_made_is_there_after_a_restart(tmp_path):
    server = start_server(tmp_path / "data")
    server.client("rekognition").create_project(ProjectName="kept")
    key = server.key
    assert stop_server(server) == 0
    again = start_server(tmp_path / "data")
    try:
        assert again.key == key
        found = again.client("rekognition").describe_projects()["ProjectDescriptions"]
        assert [project["ProjectArn"].split("/")[1] for project in found] == ["kept"]
    finally:
        stop_server(again)


def test_the_log_names_request_principal_operation_status_and_time(tmp_path):
    log = tmp_path / "log"
    server = start_server(tmp_path / "data", log=log)
    request_id = server.client("rekognition").describe_projects()["ResponseMetadata"]["RequestId"]
    stop_server(server)
    line = next(json.loads(text) for text in log.read_text().splitlines() if request_id in text)
    assert line["operation"] == "DescribeProjects"
    assert line["principal"] == "arn:aws:iam::000000000000:root"
    assert line["status"] == 200
    assert 0 < line["duration_ms"] < 10_000


def test_files_with_secrets_are_the_owners_alone(server):
    for name in ("credentials.json", "keys/installation.key"):
        assert (server.data / name).stat().st_mode & 0o077 == 0, name
    assert os.stat(server.data / "credentials.json").st_size > 0  # noqa: PTH116  (the mode above is what matters)


@pytest.mark.slow
def test_a_tls_handshake_that_stalls_ends_the_line(tls_server):
    where = urlsplit(tls_server.address)
    with socket.create_connection((where.hostname, where.port), timeout=20) as line:
        line.sendall(b"\x16\x03")
        began = time.monotonic()
        assert line.recv(100) == b""
    assert 5 < time.monotonic() - began < 15


def test_a_server_lets_threads_take_short_turns_and_its_start_is_never_looked_through_again():
    """Else an import holds every other request up: by 5 ms at each hand-over, by 66 ms at each collection."""
    before = sys.getswitchinterval()
    gc.disable()
    try:
        prepare_interpreter()
        assert sys.getswitchinterval() == pytest.approx(0.0005)
        assert gc.isenabled()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
        gc.enable()
        sys.setswitchinterval(before)
