"""Who may see the server's own pages: by which name, from where, with which token."""

import asyncio
import uuid
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from doubles.raw_http import head, signed, statuses, talk
from doubles.servers import start_server, stop_server
from doubles.visits import a_request, a_visit
from vedette.api import own_pages
from vedette.cli.main import app
from vedette.settings import Settings


def ask(server, target, host, *fields):
    return talk(server, head("GET", target, [("host", host), *fields, ("connection", "close")]))


@pytest.mark.parametrize("target", ["/metrics", "/console/", "/console", "/-/anything", "/%6detrics"])
def test_a_name_that_is_not_ours_gets_none_of_our_pages(server, target):
    answer = ask(server, target, "evil.example:8080")
    assert statuses(answer) == [421]
    assert b"--host-name" in answer


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST.:1", 200),
        ("127.0.0.1", 200),
        ("127.9.9.9:80", 200),
        ("[::1]:8080", 200),
        ("[::1]evil", 421),
        ("[::1", 421),
        ("10.0.0.1", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("2130706433", 421),
        ("", 421),
    ],
)
def test_names_of_this_machine_are_ours_and_others_are_not(server, host, status):
    assert statuses(ask(server, "/metrics", host)) == [status]


@pytest.mark.parametrize("target", ["/healthz", "/readyz"])
def test_health_is_told_under_any_name(server, target):
    assert statuses(ask(server, target, "evil.example")) == [200]


def test_there_is_no_page_where_there_is_none(server):
    assert statuses(ask(server, "/-/", "localhost")) == [404]


def test_what_is_signed_or_is_for_a_bucket_by_its_host_goes_to_the_dialects(server):
    bucket, port = f"own-{uuid.uuid4().hex[:12]}", urlsplit(server.address).port
    s3 = server.client("s3")
    s3.create_bucket(Bucket=bucket, ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket=bucket)
    for key in ("metrics", "console/page", "healthz"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"an object", ACL="public-read")
        answer = ask(server, f"/{key}", f"{bucket}.localhost:{port}")
        assert (statuses(answer), answer.endswith(b"an object")) == ([200], True)
    answer = talk(server, signed(server, "GET", "/metrics"))
    assert (statuses(answer), b"NoSuchBucket" in answer) == ([404], True)


@pytest.mark.parametrize(
    "field", ["x-forwarded-for", "forwarded", "via", "x-real-ip", "x-forwarded-host", "x-forwarded-proto"]
)
def test_what_a_proxy_passes_on_is_not_from_this_machine(server, field):
    answer = ask(server, "/metrics", "localhost", (field, "127.0.0.1"))
    assert (statuses(answer), b"VEDETTE_METRICS_TOKEN" in answer) == ([403], True)


def asked_from(client, *, host="localhost", server="10.1.2.3", **settings):
    """Return the status with which a client at this address gets the figures."""
    request = a_request("GET", "/metrics", headers=[("host", host)], client=client, server=server)
    return asyncio.run(own_pages.DOOR.answer(a_visit(request, settings=Settings(**settings)))).status


@pytest.mark.parametrize(
    ("client", "status"),
    [
        ("127.0.0.1", 200),
        ("::1", 200),
        ("::ffff:127.0.0.1", 200),
        ("10.0.0.7", 403),
        ("::ffff:10.0.0.7", 403),
    ],
)
def test_without_a_token_only_this_machine_reads_the_figures(client, status):
    assert asked_from(client) == status


def test_the_address_at_which_the_server_was_reached_is_one_of_its_names():
    assert asked_from("127.0.0.1", host="10.1.2.3:8080") == 200
    assert asked_from("127.0.0.1", host="10.1.2.4:8080") == 421


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("OPTIONS", 405)])
def test_a_page_can_only_be_read(server, method, status):
    fields = [("host", "localhost"), ("content-length", "0"), ("connection", "close")]
    assert statuses(talk(server, head(method, "/healthz", fields))) == [status]


def test_a_token_once_set_is_wanted_of_everybody_and_names_can_be_added(tmp_path):
    names = ("--host-name", "factory.example", "--host-name", "Other.Example")
    server = start_server(tmp_path / "data", *names, VEDETTE_METRICS_TOKEN="a token")
    try:
        for fields, status in [
            ((), 401),
            ((("authorization", "Bearer a tokem"),), 401),
            ((("authorization", "Basic a token"),), 401),
            ((("authorization", "bearer a token"), ("x-forwarded-for", "10.0.0.7")), 200),
        ]:
            answer = ask(server, "/metrics", "factory.example:443", *fields)
            assert (statuses(answer), b"vedette_requests" in answer) == ([status], status == 200)
        assert b"www-authenticate: Bearer" in ask(server, "/metrics", "other.example")
        assert statuses(ask(server, "/metrics", "third.example")) == [421]
    finally:
        stop_server(server)


def test_the_command_says_that_a_server_can_have_names():
    assert "--host-name" in CliRunner(env={"COLUMNS": "200"}).invoke(app, ["serve", "--help"]).output
