"""Heads that are too large or broken are refused, over a real socket."""

import socket

import pytest

from doubles.raw_http import connect, head, rest_of, signed_fields, statuses, talk

FORM = [("content-type", "application/x-www-form-urlencoded")]


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


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 0\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET http://evil.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n",
        b"GET /healthz HTTP/1.1\nHost: x\n\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd",
    ],
    ids=[
        "a length and chunks",
        "two lengths",
        "another coding before chunked",
        "an unknown coding",
        "chunks of HTTP/1.0",
        "two hosts",
        "one host twice",
        "a host with a path",
        "no host",
        "a target of another host",
        "no version",
        "a folded line",
        "NUL",
        "a bare CR",
        "bare line feeds",
        "space before a colon",
    ],
)
def test_a_head_that_two_readers_could_understand_differently_is_refused_and_ends_the_line(
    server, bytes_sent
):
    after = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert statuses(talk(server, bytes_sent + after)) == [400]


def test_a_target_with_its_own_host_is_taken_where_both_agree(server):
    request = b"GET http://x:1/healthz HTTP/1.1\r\nHost: x:1\r\nConnection: close\r\n\r\n"
    assert statuses(talk(server, request)) == [200]


def test_the_old_protocol_needs_no_host(server):
    assert statuses(talk(server, b"GET /healthz HTTP/1.0\r\n\r\n")) == [200]


def test_a_trailer_is_no_header_and_signs_nothing(server):
    name = f"trailed-{id(server):x}"
    server.client("s3").create_bucket(Bucket=name)
    ready = signed_fields(server, "PUT", f"/{name}/key", fields=[("transfer-encoding", "chunked")])
    before = [(name, value) for name, value in ready if name in ("host", "transfer-encoding")]
    trailers = "".join(f"{name}: {value}\r\n" for name, value in ready if (name, value) not in before)
    request = head("PUT", f"/{name}/key", [*before, ("connection", "close")])
    answer = talk(server, request + f"0\r\n{trailers}\r\n".encode())
    assert statuses(answer) == [403]
    assert b"<Code>AccessDenied</Code>" in answer
    whole = head("PUT", f"/{name}/key", [*ready, ("connection", "close")])
    assert statuses(talk(server, whole + b"0\r\nX-Some: trailer\r\n\r\n")) == [200]


@pytest.mark.parametrize(
    "piece",
    [b"a: b\r\n" * 1000, b"a" * 6000, b"a:" + b"b" * 6000],
    ids=["many trailers", "an endless name", "an endless value"],
)
def test_trailers_without_end_end_the_line(server, piece):
    start = b"PUT /some/key HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    # 6 MB: far beyond what the sockets between would take for a reader who does not read.
    sent = 0
    with connect(server) as line:
        try:
            line.sendall(start)
            for _ in range(1000):
                line.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            pass
    assert sent < 5_000_000


def test_extensions_of_a_chunk_without_end_end_the_line(server):
    start = b"PUT /some/key HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;"
    with connect(server) as line, pytest.raises(ConnectionError):
        line.sendall(start + b"a" * 6_000_000)


def test_requests_that_wait_in_the_line_are_answered_in_order_up_to_a_bound(server):
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = statuses(talk(server, one * 40 + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")))
    assert answers == [200] * 41
    many = statuses(talk(server, one * 2000))
    assert set(many) == {200}
    assert 64 <= len(many) <= 66


@pytest.mark.parametrize("parts", [1, 2, 3], ids=["in one piece", "in two", "in three"])
def test_a_wish_for_another_protocol_is_passed_over_and_the_body_is_its_own(server, parts):
    """Java's client asks for HTTP/2 on the line's first request, and uses the line again."""
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    fields = signed_fields(server, "POST", "/", fields=FORM, body=body, service="sts")
    wish = [
        ("connection", "Upgrade, HTTP2-Settings"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAMAAABkAAQAAP__"),
    ]
    first = head("POST", "/", [*fields, *wish, ("content-length", str(len(body)))])
    chunked = head("POST", "/", [*fields, *wish, ("transfer-encoding", "chunked")])
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    after = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    pieces = [[first + body + chunked + framed + after], [first + body, chunked + framed + after]]
    pieces += [[first, body + chunked, framed + after]]
    assert statuses(talk(server, *pieces[parts - 1])) == [200, 200, 200]


def test_who_only_stops_sending_gets_the_answer(server):
    with connect(server) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        assert statuses(rest_of(line)) == [200]


def test_what_breaks_in_the_line_does_not_overtake_the_answers_before_it(server):
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    assert statuses(talk(server, one * 3 + b"NONSENSE\r\n\r\n" + one)) == [200, 200, 200]
