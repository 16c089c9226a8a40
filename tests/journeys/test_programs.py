"""The programs that the console shows for copying do what they promise, typed by somebody with an empty home.

The AWS CLI and clients of other languages have a lane of their own: tests/clients/test_programs.py.
"""

import json
import os
import sys
from pathlib import Path

import pytest

from doubles.clients import customer, run
from doubles.programs import FINDING, red_picture, serve_version, stop_version


@pytest.fixture(scope="module", params=["rekognition", "lookoutvision"])
def served(request, server):
    """A version in service, of either service."""
    running = serve_version(server, request.param)
    yield running
    stop_version(running)


@pytest.fixture
def environment(server, tmp_path):
    """The environment of a customer who has the page's four lines, and this Python with its tools."""
    place = str(Path(sys.executable).parent)
    return customer(server, tmp_path) | {"PATH": f"{place}:{os.environ['PATH']}"}


@pytest.mark.parametrize(("name", "interpreter"), [("ask.py", sys.executable), ("curl.sh", "bash")])
def test_a_program_as_the_page_shows_it_finds_what_is_in_the_picture(
    served, environment, tmp_path, name, interpreter
):
    assert FINDING[served.service] in served.run(tmp_path, name, interpreter, env=environment)


def test_the_page_s_lines_of_the_key_are_those_that_clients_read(served, environment):
    lines = dict(
        line.removeprefix("export ").split("=", 1) for line in served.program("credentials.sh").splitlines()
    )
    blanks = {"AWS_ACCESS_KEY_ID": "YOUR_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY": "YOUR_SECRET_ACCESS_KEY"}
    assert lines == {name: blanks.get(name, environment[name]) for name in lines}
    assert set(lines) == set(blanks) | {"AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"}


def test_curl_fails_where_the_server_refuses(served, environment, tmp_path):
    wrong = environment | {"AWS_SECRET_ACCESS_KEY": "wrong"}
    with pytest.raises(AssertionError, match=r"[Ss]ignature"):
        served.run(tmp_path, "curl.sh", "bash", env=wrong)


def test_on_a_device_the_model_is_fetched_and_a_folder_looked_through(served, environment, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.jpg").write_bytes(red_picture())
    text = served.program("edge.sh")
    install, commands = text.split("\n", 1)
    assert install == "pip install vedette"
    run("bash", "-e", "-c", commands, cwd=tmp_path, env=environment)
    (line,) = (tmp_path / "findings.jsonl").read_text("utf-8").splitlines()
    assert FINDING[served.service] in json.dumps(json.loads(line))
    printed = served.run(tmp_path, "library.py", sys.executable, env=environment)
    assert FINDING[served.service] in printed


@pytest.fixture(scope="module")
def served_over_tls(tls_server):
    """A version in service of a server that made its certificate itself."""
    running = serve_version(tls_server, "rekognition")
    yield running
    stop_version(running)


@pytest.mark.parametrize(
    ("trust", "name", "interpreter"), [("boto3", "ask.py", sys.executable), ("curl", "curl.sh", "bash")]
)
def test_a_program_trusts_a_certificate_of_its_own_by_the_page_s_lines_alone(
    served_over_tls, tmp_path, trust, name, interpreter
):
    environment = without_trust(served_over_tls, tmp_path)
    with pytest.raises(AssertionError, match=r"(?i)certificate"):
        served_over_tls.run_trusting(tmp_path, "", name, interpreter, environment)
    printed = served_over_tls.run_trusting(tmp_path, trust, name, interpreter, environment)
    assert FINDING["rekognition"] in printed


def test_a_device_fetches_its_model_over_tls_by_the_page_s_lines(served_over_tls, tmp_path):
    environment = without_trust(served_over_tls, tmp_path)
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.jpg").write_bytes(red_picture())
    (tmp_path / "pip").write_text("#!/bin/sh\n")
    (tmp_path / "pip").chmod(0o755)
    environment["PATH"] = f"{tmp_path}:{Path(sys.executable).parent}:{environment['PATH']}"
    served_over_tls.run_trusting(tmp_path, "edge", "edge.sh", "bash", environment)
    assert FINDING["rekognition"] in (tmp_path / "findings.jsonl").read_text("utf-8")


def without_trust(served, home):
    """The environment of a customer who has been told nothing of the certificate."""
    environment = customer(served.server, home)
    for name in ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        del environment[name]
    # boto3 tries again after a certificate that it does not trust, and waits in between.
    return environment | {"AWS_MAX_ATTEMPTS": "1"}
