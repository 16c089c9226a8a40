"""Calls to other machines: whither names may lead, and what an answer may cost."""

import http.client
import json
import socket
import threading
from ipaddress import ip_address, ip_network

import pytest

from doubles.hostile_hooks import HostileHook, at_once, drips, for_ever, relays
from doubles.receivers import write_certificate
from vedette import outgoing
from vedette.addresses import CLOUDS, neighbourhood
from vedette.errors import Wrong
from vedette.functions.gate import REFUSED
from vedette.monitoring.actions import Topic, WebhookFault, call_webhook, read_actions, uncalled_topics
from vedette.outgoing import Bounds, CallRefused, call, read_address

HEARD = b"HTTP/1.1 204 No Content\r\n\r\n"
LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def hook_of():
    hooks = []

    def make(answer, context=None):
        hooks.append(HostileHook(answer, context))
        return hooks[-1]

    yield make
    for hook in hooks:
        hook.close()


@pytest.fixture
def names(monkeypatch):
    """A name server that leads elsewhere at each look: the answers are taken from the front."""
    answers, asked = [], []

    def look(host, port, **_):
        asked.append(host)
        places = answers.pop(0) if len(answers) > 1 else answers[0]
        families = [socket.AF_INET6 if ":" in place else socket.AF_INET for place in places]
        return [
            (family, socket.SOCK_STREAM, 0, "", (place, port))
            for family, place in zip(families, places, strict=True)
        ]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", look)
    return answers, asked


def post(address, **bounds):
    return call("POST", address, {}, b"{}", Bounds(**{"seconds": 5.0, **bounds}))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("93.184.216.34", "public"), ("2606:2800:220:1::1", "public"),
        ("10.1.2.3", "private"), ("192.168.0.9", "private"), ("100.64.0.1", "private"),
        ("fd12::1", "private"),
        ("64:ff9b:1::a00:1", "private"), ("2002:0a00:0001::1", "private"), ("64:ff9b::10.0.0.1", "private"),
        ("127.0.0.1", "this machine"), ("127.9.9.9", "this machine"), ("0.0.0.0", "this machine"),
        ("::", "this machine"), ("::1", "this machine"), ("::ffff:127.0.0.1", "this machine"),
        ("64:ff9b::7f00:1", "this machine"), ("2002:7f00:0001::", "this machine"),
        ("169.254.169.254", "forbidden"), ("::ffff:169.254.169.254", "forbidden"), ("fe80::1%2", "forbidden"),
        ("64:ff9b::169.254.169.254", "forbidden"), ("2002:a9fe:a9fe::1", "forbidden"),
        ("fd00:ec2::254", "forbidden"), ("100.100.100.200", "forbidden"), ("168.63.129.16", "forbidden"),
        ("224.0.0.1", "forbidden"), ("255.255.255.255", "forbidden"), ("::127.0.0.1", "forbidden"),
        ("64:ff9b::5db8:d822", "public"), ("::ffff:93.184.216.34", "public"),
    ],
)  # fmt: skip
def test_where_an_address_leads(text, kind):
    assert neighbourhood(ip_address(text)) == kind


def test_what_a_function_may_not_reach_no_call_of_the_server_reaches():
    assert set(CLOUDS) == set(REFUSED)


@pytest.mark.parametrize(
    "place", ["127.0.0.1", "::ffff:127.0.0.1", "::1", "10.1.2.3", "fe80::1", "169.254.169.254"]
)
def test_a_name_that_leads_inside_is_not_called(names, place):
    names[0].append([place])
    with pytest.raises(CallRefused, match="leads to"):
        post("http://hooks.example/")


def test_a_name_is_looked_at_once_and_called_there(names, hook_of):
    hook = hook_of(at_once(HEARD))
    # The second look would lead to where nobody is to be called.
    names[0].extend([["127.0.0.1"], ["169.254.169.254"]])
    assert post(f"http://hooks.example:{hook.port}/a?b=c", networks=LOOPBACK).status == 204
    assert names[1] == ["hooks.example"]
    assert hook.heads[0].startswith(b"POST /a?b=c HTTP/1.1\r\nHost: hooks.example:")


def test_of_several_addresses_those_that_are_allowed_are_called(names, hook_of):
    hook = hook_of(at_once(HEARD))
    names[0].append(["169.254.169.254", "10.0.0.1", "127.0.0.1"])
    assert post(f"http://hooks.example:{hook.port}/", networks=LOOPBACK).status == 204


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1"])
def test_an_address_in_other_numbers_is_a_name_that_leads_here(hook_of, host):
    hook = hook_of(at_once(HEARD))
    with pytest.raises(OSError, match="leads to this machine"):
        post(f"http://{host}:{hook.port}/")
    assert hook.visits == 0


def test_an_address_that_the_operator_writes_is_called_but_no_clouds(hook_of):
    hook = hook_of(at_once(HEARD))
    assert post(f"http://127.0.0.1:{hook.port}/").status == 204
    assert post(f"http://localhost:{hook.port}/").status == 204
    for host in ("169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "100.100.100.200"):
        with pytest.raises(CallRefused, match="nobody is called"):
            post(f"http://{host}/", networks=(ip_network("0.0.0.0/0"), ip_network("::/0")), anywhere=True)


def test_a_name_of_this_machine_that_the_world_knows_leads_here(names, hook_of, monkeypatch):
    hook = hook_of(at_once(HEARD))
    names[0].append(["127.0.0.1"])
    monkeypatch.setattr(outgoing, "neighbourhood", lambda _: "public")
    with pytest.raises(CallRefused, match="leads to this machine"):
        post(f"http://hooks.example:{hook.port}/")
    assert hook.heads in ([], [b""]), "not a byte was sent"


def test_a_redirect_is_an_answer(hook_of):
    hook = hook_of(at_once(b"HTTP/1.1 307 Go\r\nLocation: http://169.254.169.254/\r\n\r\n"))
    assert post(f"http://127.0.0.1:{hook.port}/").status == 307
    assert hook.visits == 1


@pytest.mark.parametrize(
    "answer",
    [
        for_ever(b"a" * 65536),
        for_ever(b"X-More: " + b"a" * 1000 + b"\r\n", first=b"HTTP/1.1 200 OK\r\n"),
        for_ever(b"HTTP/1.1 100 Continue\r\n\r\n"),
        at_once(b"SSH-2.0-OpenSSH_9.2\r\n"),
        at_once(b""),
    ],
    ids=["line", "heads", "continue", "ssh", "nothing"],
)
def test_heads_without_end_and_what_is_no_http_end_a_call(hook_of, answer):
    hook = hook_of(answer)
    with pytest.raises((OSError, http.client.HTTPException)):
        post(f"http://127.0.0.1:{hook.port}/")


def test_of_an_answer_of_gigabytes_no_more_is_read_than_was_agreed(hook_of):
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    hook = hook_of(for_ever(b"a" * 65536, first=start))
    address = f"http://127.0.0.1:{hook.port}/"
    assert post(address).status == 200, "a webhook's words are not read"
    with pytest.raises(CallRefused, match="larger than 1,000"):
        post(address, most_bytes=1000)
    chunks = hook_of(for_ever(b"1\r\na\r\n", first=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
    with pytest.raises(CallRefused, match="large"):
        post(f"http://127.0.0.1:{chunks.port}/", most_bytes=100_000)


@pytest.mark.parametrize(
    "piece", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n", b""], ids=["byte", "continue", "silence"]
)
def test_an_answer_that_drips_has_one_deadline(hook_of, piece):
    stopped = threading.Event()
    hook = hook_of(drips(piece, stopped))
    try:
        with pytest.raises(TimeoutError):
            post(f"http://127.0.0.1:{hook.port}/", seconds=0.1)
    finally:
        stopped.set()


def test_a_certificate_of_another_name_or_of_nobody_is_no_webhook(names, hook_of, tmp_path, monkeypatch):
    hook = hook_of(at_once(HEARD), write_certificate(tmp_path))
    names[0].append(["127.0.0.1"])
    with pytest.raises(OSError, match="self-signed"):
        post(f"https://127.0.0.1:{hook.port}/")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with pytest.raises(OSError, match="Hostname mismatch"):
        post(f"https://hooks.example:{hook.port}/", networks=LOOPBACK)
    assert hook.heads == []
    assert post(f"https://127.0.0.1:{hook.port}/").status == 204


@pytest.mark.parametrize(
    "address",
    [
        "http+unix://%2Frun%2Fdocker.sock/", "unix:/run/docker.sock", "file:///etc/passwd", "ftp://hooks.example/",
        "http://", "http:///x", "http://hooks.example@127.0.0.1/", "http://a:b@hooks.example/",
        "http://hooks.example\\@127.0.0.1/", "http://hooks.example/\r\nX: y", "http://hooks.example/a b",
        "http://hooks.example:99999/", "http://hooks.example:0/", "http://[::1/", "http://hooks.example/\u00e4",
    ],
)  # fmt: skip
def test_what_is_no_address_is_never_called(tmp_path, address):
    with pytest.raises(ValueError):  # noqa: PT011  (each part of Python has its own words)
        read_address(address)
    # JSON's texts are TOML's too.
    (tmp_path / "topics.toml").write_text(f"[topics.own]\nwebhook = {json.dumps(address)}\n")
    (topic,) = read_actions(tmp_path / "topics.toml").topics.values()
    with pytest.raises(WebhookFault, match=r"^The webhook was not called: its address cannot be called: "):
        call_webhook(topic, b"{}")


def test_the_operators_file_says_whither_names_may_lead(tmp_path):
    file = tmp_path / "topics.toml"
    file.write_text(
        '[webhooks]\nnetworks = ["10.0.0.0/8"]\n[topics.a]\nwebhook = "http://a/"\n'
        '[topics.b]\nwebhook = "http://b/"\nnetworks = ["192.168.7.0/24", "fd12::/16"]\n'
    )
    topics = read_actions(file).topics
    assert topics["a"].networks == (ip_network("10.0.0.0/8"),)
    assert topics["b"].networks == (ip_network("192.168.7.0/24"), ip_network("fd12::/16"))
    for wrong in ('["10.0.0.1/8"]', '["factory"]', '"10.0.0.0/8"', "[8]"):
        file.write_text(f'[topics.a]\nwebhook = "http://a/"\nnetworks = {wrong}\n')
        with pytest.raises(Wrong, match="networks of a"):
            read_actions(file)


def test_an_account_is_not_told_where_a_name_leads(names):
    names[0].append(["10.11.12.13"])
    with pytest.raises(WebhookFault) as caught:
        call_webhook(Topic("http://hooks.example/secret-path"), b"{}")
    assert caught.value.sentence == (
        "The webhook was not called: its name leads to a private network, which the operator's file does not"
        " allow."
    )
    assert not caught.value.may_pass


def test_the_doctor_names_topics_whose_webhooks_are_not_called(names, tmp_path):
    names[0].append(["10.0.0.9"])
    file = tmp_path / "topics.toml"
    file.write_text(
        '[topics.in]\nwebhook = "http://hooks.example/"\nnetworks = ["10.0.0.0/8"]\n'
        '[topics.out]\nwebhook = "http://hooks.example/"\n[topics.none]\n'
    )
    assert uncalled_topics(read_actions(file)) == {
        "out": "its name leads to a private network, which the operator's file does not allow"
    }


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://user:word@hooks.example/", "it holds a user's name or password, which would not be sent"),
        ("https://user@hooks.example/", "it holds a user's name or password, which would not be sent"),
        ("ftp://hooks.example/", "it begins with https:// or http:// and a name"),
        ("https://[::1/", "Invalid IPv6 URL"),
    ],
)
def test_one_webhook_that_cannot_be_called_leaves_the_others_alone(names, tmp_path, address, reason):
    names[0].append(["10.0.0.9"])
    file = tmp_path / "topics.toml"
    file.write_text(
        f'[topics.bad]\nwebhook = "{address}"\ncommand = ["true"]\nevents = ["model"]\n'
        '[topics.good]\nwebhook = "http://hooks.example/"\nnetworks = ["10.0.0.0/8"]\n'
    )
    book = read_actions(file)
    sentence = f"its address cannot be called: {reason}"
    assert uncalled_topics(book) == {"bad": sentence}
    with pytest.raises(WebhookFault) as caught:
        call_webhook(book.topics["bad"], b"{}")
    assert caught.value.sentence == f"The webhook was not called: {sentence}."
    assert "word" not in sentence.replace("password", "")
    assert not caught.value.may_pass
    assert (book.topics["bad"].command, book.topics["good"].fault) == (("true",), "")


def test_a_proxy_of_the_environment_is_gone_through(hook_of, tmp_path, monkeypatch):
    hook = hook_of(at_once(HEARD), write_certificate(tmp_path))
    proxy = hook_of(relays)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    monkeypatch.setenv("https_proxy", f"http://us%40er:word@127.0.0.1:{proxy.port}")
    assert post(f"https://127.0.0.1:{hook.port}/deep").status == 204
    assert b"Proxy-Authorization: Basic dXNAZXI6d29yZA==" in proxy.heads[0]
    assert b"Proxy" not in hook.heads[0]
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert post(f"https://127.0.0.1:{hook.port}/deep").status == 204
    assert proxy.visits == 1
    plain = hook_of(at_once(HEARD))
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{plain.port}")
    assert post("http://hooks.example/deep#part").status == 204
    assert plain.heads[0].startswith(b"POST http://hooks.example/deep HTTP/1.1\r\nHost: hooks.example\r\n")
    closed = hook_of(at_once(b"HTTP/1.1 407 Who\r\n\r\n"))
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{closed.port}")
    with pytest.raises(CallRefused, match="proxy answered with the status 407"):
        post("https://hooks.example/")
