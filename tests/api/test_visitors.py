"""Who may see the server's own pages, and by which name: each rule from both of its sides."""

import pytest

from vedette.api.visitors import is_for_own_pages, refuse_figures, refuse_name
from vedette.settings import Settings
from vedette.wire.http import Headers, Request

SETTINGS = Settings(
    host="box.lan", host_names="vision.example:8443, [2001:db8::7]", s3_domain="s3.example", _env_file=None
)


def asked(path="/console/", query="", *, client="127.0.0.1", server="192.0.2.4", **fields):
    headers = Headers((name.replace("_", "-"), value) for name, value in fields.items())
    return Request("GET", path, query, headers, client=client, server=server)


@pytest.mark.parametrize(
    "path", ["/console", "/console/a", "/-/a", "/metrics", "/healthz", "/readyz", "/%63onsole/a", "/%2D/a"]
)
def test_these_paths_are_pages(path):
    assert is_for_own_pages(asked(path, host="localhost"), SETTINGS)


@pytest.mark.parametrize(
    "request_",
    [
        asked("/consoles"),
        asked("/-"),
        asked("/metrics/"),
        asked("/healthz/a"),
        asked("/boards/console/"),
        asked(host="boards.s3.example"),
        asked(host="boards.s3.example:8443"),
        asked(authorization="AWS4-HMAC-SHA256 Credential=a"),
        asked(authorization="aws a:b"),
        asked(query="X-Amz-Signature=a"),
        asked(query="a=b&AWSAccessKeyId=c"),
    ],
)
def test_what_is_signed_or_of_a_bucket_is_no_page(request_):
    assert not is_for_own_pages(request_, SETTINGS)


@pytest.mark.parametrize(
    "request_",
    [
        asked(authorization="Bearer a"),
        asked(authorization="aws5 a:b"),
        asked(query="amz=1"),
        asked(host="s3.example"),
        asked(host="s3.example.evil"),
    ],
)
def test_what_only_resembles_those_is_a_page(request_):
    assert is_for_own_pages(request_, SETTINGS)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST:8080", " localhost. ", "box.lan", "vision.example", "vision.example:1",
        "127.0.0.1", "127.9.9.9:80", "[::1]", "[::1]:80", "192.0.2.4", "192.0.2.4:80", "[2001:db8::7]:443",
    ],
)  # fmt: skip
def test_it_answers_to_its_names_and_to_where_it_was_reached(host):
    assert refuse_name(asked(host=host), SETTINGS) is None


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil", "192.0.2.5", "[::1", "[::1]evil", "[::2]", "a:b:localhost"]
)
def test_it_answers_to_no_other_name(host):
    answer = refuse_name(asked(host=host), SETTINGS)
    assert answer is not None
    assert (answer.status, dict(answer.headers)) == (
        421,
        {"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"},
    )


def test_a_long_name_is_cut():
    answer = refuse_name(asked(host="n" * 101), SETTINGS)
    assert answer is not None
    assert answer.body.decode().count("n" * 100 + "'") == 1


@pytest.mark.parametrize("client", ["127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"])
def test_figures_without_a_token_are_for_this_machine(client):
    assert refuse_figures(asked("/metrics", client=client), SETTINGS) is None


@pytest.mark.parametrize("client", ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1", "", "a socket"])
def test_and_for_no_other(client):
    answer = refuse_figures(asked("/metrics", client=client), SETTINGS)
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    "header",
    ["forwarded", "via", "x_forwarded_for", "x_forwarded_host", "x_forwarded_proto", "x_real_ip"],
)
def test_a_proxy_on_this_machine_is_not_who_asks(header):
    answer = refuse_figures(asked("/metrics", **{header: ""}), SETTINGS)
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer tokén", None),
        ("bearer  tokén ", None),
        ("Bearer token", 401),
        ("Basic tokén", 401),
        ("tokén", 401),
        ("Bearer ", 401),
        ("Bearer ☃", 401),
        ("", 401),
    ],
)
def test_a_token_that_is_set_is_wanted_of_everybody(authorization, status):
    settings = Settings(metrics_token="tokén", _env_file=None)
    # As the server reads the bytes of a field.
    sent = authorization.encode().decode("latin-1")
    answer = refuse_figures(asked("/metrics", authorization=sent), settings)
    assert (None if answer is None else answer.status) == status
    if answer is not None:
        assert ("www-authenticate", "Bearer") in answer.headers
