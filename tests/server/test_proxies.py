"""Who asks behind a proxy: believed of proxies that were named, and of nobody else."""

import http.client
import ipaddress
import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.servers import start_server, stop_server
from vedette.api.console.attempts import MOST_FAILURES
from vedette.errors import Wrong
from vedette.server.proxies import TrustedProxies
from vedette.settings import read_settings
from vedette.wire.http import Headers

OURS = TrustedProxies("10.0.0.0/8, 127.0.0.1,fd00::/8")


def asker(peer, *fields, proxies=OURS, proto=()):
    headers = [("X-Forwarded-For", field) for field in fields] + [("x-forwarded-proto", p) for p in proto]
    return proxies.origin(peer, "http", Headers(headers))


@pytest.mark.parametrize(
    ("peer", "fields", "expected"),
    [
        # Nobody that was named stands in between.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        # One, two and three proxies.
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1", "10.0.0.2, 10.0.0.3"], "198.51.100.1"),
        # What the client wrote itself stands further left.
        ("10.0.0.1", ["8.8.8.8, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.7, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        # All of them ours: the outermost.
        ("10.0.0.1", ["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
        # Forms of addresses.
        ("::ffff:10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("fd00::1", ["[2001:db8::5]:443"], "2001:db8::5"),
        ("fd00::1", ['"[2001:db8::5]"'], "2001:db8::5"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        # What is no address ends the chain: it stays with whom is known.
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, _hidden, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [" , ,"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1,"], "10.0.0.1"),
    ],
)
def test_the_first_beyond_our_proxies_asks(peer, fields, expected):
    assert asker(peer, *fields) == (expected, "http")


def test_without_a_named_proxy_nothing_is_believed():
    nobody = TrustedProxies("")
    assert asker("127.0.0.1", "198.51.100.1", proxies=nobody, proto=["https"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("peer", "proto", "scheme"),
    [
        ("10.0.0.1", ["https"], "https"),
        ("10.0.0.1", ["http, HTTPS"], "https"),
        ("10.0.0.1", ["javascript"], "http"),
        ("203.0.113.9", ["https"], "http"),
    ],
)
def test_the_scheme_is_believed_of_the_same(peer, proto, scheme):
    assert asker(peer, proto=proto)[1] == scheme


def test_a_chain_without_end_costs_little():
    assert asker("10.0.0.1", ",".join(["10.0.0.2"] * 30_000))[0] == "10.0.0.2"


@given(st.lists(st.text(max_size=40), max_size=5))
def test_nothing_that_is_written_there_breaks_or_becomes_something_else(fields):
    found, _ = asker("10.0.0.1", *fields)
    assert found == str(ipaddress.ip_address(found))


@pytest.mark.parametrize(
    "names",
    ["proxy.example", "10.0.0.1/8", "10.0.0.0/8 10.1.0.0/16", "300.0.0.1", "0.0.0.0/0", "10.0.0.1,::/0"],
)
def test_what_is_no_network_is_refused_in_a_sentence(names):
    with pytest.raises(Wrong, match=r"^VEDETTE_TRUSTED_PROXIES cannot be "):
        read_settings(trusted_proxies=names)


def sign_in(address, key, secret, **headers):
    host = urlsplit(address).netloc
    line = http.client.HTTPConnection(host, timeout=20)
    body = json.dumps({"accessKeyId": key, "secretAccessKey": secret})
    sent = {"Content-Type": "application/json", "Origin": f"http://{host}", **headers}
    line.request("POST", "/console/api/session", body, sent)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status, answer.getheader("set-cookie") or ""


def logged(server):
    lines = server.data.parent.joinpath("data.log").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def clients_of(server):
    return {line["client"] for line in logged(server) if "client" in line}


def test_one_who_guesses_shuts_nobody_else_out_behind_a_named_proxy(tmp_path):
    server = start_server(tmp_path / "data", VEDETTE_TRUSTED_PROXIES="127.0.0.1")
    try:
        guesser = {"X-Forwarded-For": "8.8.8.8, 203.0.113.66"}
        codes = [sign_in(server.address, "AKIA", "guess", **guesser)[0] for _ in range(MOST_FAILURES + 1)]
        assert codes == [401] * MOST_FAILURES + [429]
        status, cookie = sign_in(server.address, *server.key, **{"X-Forwarded-For": "203.0.113.7"})
        assert status == 200
        assert "Secure" not in cookie
        _, cookie = sign_in(
            server.address, *server.key, **{"X-Forwarded-For": "203.0.113.8", "X-Forwarded-Proto": "https"}
        )
        assert "Secure" in cookie
    finally:
        assert stop_server(server) == 0
    # A line is written after its answer: all are there once the server has ended.
    assert clients_of(server) == {"203.0.113.66", "203.0.113.7", "203.0.113.8"}


def test_without_a_name_a_header_opens_nothing(tmp_path):
    server = start_server(tmp_path / "data")
    try:
        codes = [
            sign_in(server.address, "AKIA", "guess", **{"X-Forwarded-For": f"203.0.113.{number}"})[0]
            for number in range(MOST_FAILURES + 1)
        ]
        assert codes == [401] * MOST_FAILURES + [429]
    finally:
        assert stop_server(server) == 0
    assert clients_of(server) == {"127.0.0.1"}


@pytest.mark.parametrize(("proxies", "may"), [("127.0.0.1", True), ("", False)])
def test_a_policy_on_addresses_sees_who_asks(tmp_path, proxies, may):
    server = start_server(tmp_path / "data", VEDETTE_TRUSTED_PROXIES=proxies)
    try:
        s3 = server.client("s3")
        s3.create_bucket(Bucket="plant")
        s3.put_object(Bucket="plant", Key="a", Body=b"x")
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::plant/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
        }
        s3.put_bucket_policy(
            Bucket="plant", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
        line = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=20)
        line.request("GET", "/plant/a", headers={"X-Forwarded-For": "198.51.100.4"})
        assert (line.getresponse().status == 200) is may
        line.close()
    finally:
        assert stop_server(server) == 0
