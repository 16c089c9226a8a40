"""Heads that are too large or broken are refused, over a real socket."""

import contextlib
import socket
from urllib.parse import urlsplit

import pytest


def talk(server, *pieces: bytes) -> bytes:
    """Send the pieces, and return all that comes back until the server closes or falls silent."""
    where = urlsplit(server.address)
    said = b""
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                line.sendall(piece)
        line.settimeout(3)
        with contextlib.suppress(TimeoutError, ConnectionError):
            while part := line.recv(65536):
                said += part
    return said


def status_of(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


def test_a_head_within_bounds_is_answered(server):
    pieces = (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 30_000 + b"\r\nConnection: close\r\n\r\n"
    )
    assert status_of(talk(server, pieces)) == 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(300)) + b"\r\n",
        b"GET /" + b"p" * 80_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["one endless field", "too many fields", "an endless path"],
)
def test_a_head_beyond_its_bounds_is_refused(server, head):
    assert status_of(talk(server, head)) == 431


def test_a_head_that_never_ends_does_not_fill_the_memory(server):
    pieces = [b"GET / HTTP/1.1\r\nX: "] + [b"a" * 20_000] * 20
    assert status_of(talk(server, *pieces)) == 431


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10,
        b"NONSENSE\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
    ids=["a TLS greeting", "no HTTP", "no path", "no such version"],
)
def test_what_is_no_http_gets_a_400(server, bytes_sent):
    assert status_of(talk(server, bytes_sent)) == 400


def test_the_server_answers_after_all_that(server):
    assert status_of(talk(server, b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) == 200
