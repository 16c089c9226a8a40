"""Each line is posted once at least, whatever the server does meanwhile, and no secret is told."""

import base64
import logging
import socket
import time

import pytest

from doubles.receivers import PostTarget, serving, write_certificate
from vedette.edge.streams import posting
from vedette.edge.streams.lines import LineRefused, LineSender, ReceiverAway
from vedette.edge.streams.posting import HttpReceiver, HttpTarget, TlsOptions, header_of
from vedette.errors import Missing, Wrong

LINE = b'{"number":0}\n'


@pytest.fixture
def target():
    with serving(PostTarget()) as server:
        yield server


@pytest.fixture
def posting_to():
    receivers = []

    def open_receiver(server, words="", scheme="http", **options):
        address = f"{scheme}://{words}127.0.0.1:{server.server_port}/lines?key=hunter2"
        receivers.append(HttpReceiver(HttpTarget(address, **options)))
        return receivers[-1]

    yield open_receiver
    for receiver in receivers:
        receiver.close()


def test_lines_are_posted_over_one_connection_with_what_was_asked_for(target, posting_to):
    receiver = posting_to(target, "me:hun%2Fter2@", headers={"X-Line": "belt"})
    for _ in range(3):
        receiver.deliver([LINE])
    assert target.bodies == [LINE.strip()] * 3
    path, headers, _ = target.requests[0]
    assert (path, headers["Content-Type"], headers["X-Line"]) == (
        "/lines?key=hunter2",
        "application/json",
        "belt",
    )
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"me:hun/ter2").decode()
    assert target.connections == 1


def test_a_connection_that_the_server_closed_is_opened_anew_without_a_fault(target, posting_to):
    target.closes_after_each = True
    receiver = posting_to(target)
    for _ in range(3):
        receiver.deliver([LINE])
    assert len(target.bodies) == 3


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_what_says_later_is_tried_later(target, posting_to, status):
    target.statuses = [status]
    receiver = posting_to(target)
    with pytest.raises(ReceiverAway, match=f"answers with status {status}"):
        receiver.deliver([LINE])
    receiver.deliver([LINE])


@pytest.mark.parametrize("status", [400, 401, 404, 413, 302])
def test_what_says_never_is_not_tried_again(target, posting_to, status):
    target.statuses = [status]
    with pytest.raises(LineRefused, match=f"status {status}"):
        posting_to(target).deliver([LINE])


def test_a_server_that_is_away_gets_every_line_when_it_is_back(caplog):
    with serving(PostTarget()) as server:
        port = server.server_port
    sender = LineSender(HttpReceiver(HttpTarget(f"http://me:hunter2@127.0.0.1:{port}/")), retry_s=0.02)
    for number in range(5):
        sender.put(b"%d\n" % number)
    deadline = time.monotonic() + 30
    while not sender.problem:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    with serving(PostTarget([503, 503], port)) as server:
        sender.close(30)
    assert server.bodies[2:] == [b"%d" % number for number in range(5)]
    assert "hunter2" not in caplog.text
    assert "cannot be reached: Connection refused" in caplog.text


def test_a_server_that_never_answers_is_away(monkeypatch):
    monkeypatch.setattr(posting, "TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        receiver = HttpReceiver(HttpTarget(f"http://127.0.0.1:{silent.getsockname()[1]}/"))
        with pytest.raises(ReceiverAway, match=r"did not answer for 0\.1 s"):
            receiver.deliver([LINE])
        receiver.close()


def test_a_certificate_is_checked(posting_to, tmp_path):
    server = PostTarget()
    server.socket = write_certificate(tmp_path).wrap_socket(server.socket, server_side=True)
    with serving(server):
        with pytest.raises(ReceiverAway, match="has a certificate that is not trusted"):
            posting_to(server, scheme="https").deliver([LINE])
        trusting = TlsOptions(authorities=tmp_path / "certificate.pem")
        posting_to(server, scheme="https", tls=trusting).deliver([LINE])
    assert server.bodies == [LINE.strip()]


@pytest.mark.parametrize("text", ["ftp://host/", "host/path", "http://", "http://host:x/", "http://[::1/"])
def test_what_is_no_address_is_refused_without_its_password(text):
    with pytest.raises(Wrong, match="is no address to post to"):
        HttpReceiver(HttpTarget(text))


def test_an_address_and_a_header_may_lie_in_files(target, tmp_path):
    (tmp_path / "address").write_text(f"http://127.0.0.1:{target.server_port}/\n")
    (tmp_path / "header").write_text("Authorization: Bearer hunter2\n")
    headers = dict([header_of(f"@{tmp_path}/header")])
    receiver = HttpReceiver(HttpTarget(f"@{tmp_path}/address", headers))
    receiver.deliver([LINE])
    receiver.close()
    assert target.requests[0][1]["Authorization"] == "Bearer hunter2"


@pytest.mark.parametrize("text", ["nothing", ": value", "A: b\r\nC: d", "Ä: b"])
def test_what_is_no_header_is_refused(text):
    with pytest.raises(Wrong, match="A header is NAME: VALUE"):
        header_of(text)


def test_a_certificate_that_is_none_is_refused(tmp_path):
    (tmp_path / "none.pem").write_text("none")
    with pytest.raises(Wrong, match="A certificate cannot be used"):
        HttpReceiver(HttpTarget("https://host/", tls=TlsOptions(authorities=tmp_path / "none.pem")))


def test_a_file_that_is_not_there_is_missing():
    with pytest.raises(Missing):
        HttpReceiver(HttpTarget("@none"))


def test_no_secret_is_in_a_target_s_repr():
    assert "hunter2" not in repr(HttpTarget("http://me:hunter2@host/", {"Authorization": "hunter2"}))
    assert logging.getLogger("vedette.edge.stream").name
