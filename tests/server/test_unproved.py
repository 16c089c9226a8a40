"""What somebody who has proved nothing may cost: no body is read for who cannot be right."""

import asyncio
import json
import time

import pytest

from doubles.raw_http import connect, head, rest_of, signed_fields, statuses, talk
from vedette.api.door import SlowBody
from vedette.server.asgi import read_stream

TARGET = ("x-amz-target", "RekognitionService.DescribeProjects")
JSON = ("content-type", "application/x-amz-json-1.1")
LARGE = ("content-length", "10000000")


def heads(server):
    """Return heads of requests that nobody should read the body of, and the codes they get."""
    _, secret = server.key
    old = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 3600))

    def made(**by):
        return signed_fields(server, "POST", "/", fields=[JSON, TARGET], service="rekognition", **by)

    skewed = made(stamp=old)
    return {
        "MissingAuthenticationTokenException": [("host", "x"), JSON, TARGET],
        "UnrecognizedClientException": made(key=("AKIANOBODYNOBODYNOBO", secret)),
        "InvalidSignatureException": skewed,
        "IncompleteSignatureException": [("host", "x"), JSON, TARGET, ("authorization", "Bearer x")],
    }


@pytest.mark.parametrize(
    "code",
    [
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "IncompleteSignatureException",
    ],
)
@pytest.mark.parametrize("asks_first", [False, True])
def test_who_cannot_be_right_is_refused_before_the_body_comes(server, code, asks_first):
    fields = [*heads(server)[code], LARGE, *([("expect", "100-continue")] if asks_first else [])]
    with connect(server) as line:
        line.sendall(head("POST", "/", fields))
        answer = rest_of(line, patience=1)
    assert statuses(answer) == [400]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["__type"] == code
    assert (b"connection: close" in answer) == asks_first


def test_a_bad_session_token_is_refused_before_the_body_comes(server):
    key = (*server.key, "no token")
    fields = signed_fields(server, "POST", "/", fields=[JSON, TARGET], service="rekognition", key=key)
    answer = talk(server, head("POST", "/", [*fields, LARGE]), patience=1)
    assert (statuses(answer), b"UnrecognizedClientException" in answer) == ([400], True)


def test_a_known_key_is_asked_for_its_body(server):
    fields = signed_fields(server, "POST", "/", fields=[JSON, TARGET], service="rekognition")
    with connect(server) as line:
        line.sendall(head("POST", "/", [*fields, LARGE, ("expect", "100-continue")]))
        assert rest_of(line, patience=0.5).startswith(b"HTTP/1.1 100 Continue")


def test_a_line_is_of_use_after_a_refusal_whose_body_came_all_the_same(server):
    fields = heads(server)["UnrecognizedClientException"]
    body = b"a" * 10_000_000
    after = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert statuses(talk(server, head("POST", "/", [*fields, LARGE]) + body + after)) == [400, 200]


def test_no_form_of_more_than_names_is_read_for_nobody(server):
    form = [("host", "x"), ("content-type", "application/x-www-form-urlencoded"), LARGE]
    assert statuses(talk(server, head("POST", "/", form), patience=1)) == [400]


def test_a_service_that_is_not_spoken_is_named_without_reading(server):
    fields = [("host", "x"), JSON, ("x-amz-target", "DynamoDB_20120810.ListTables"), LARGE]
    answer = talk(server, head("POST", "/", fields), patience=1)
    assert (statuses(answer), b"UnknownOperationException" in answer) == ([400], True)


def messages(*pieces, pause_s=0.0):
    """Return what an ASGI server gives to who asks for a body."""
    coming = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]

    async def receive():
        await asyncio.sleep(pause_s)
        return coming.pop(0) if coming else {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def whole(stream, *, pause_s=0.0):
    parts = []
    async for part in stream:
        parts.append(part)
        await asyncio.sleep(pause_s)
    return b"".join(parts)


def test_a_body_that_drips_is_late():
    stream = read_stream(messages(*[b"a"] * 50, pause_s=0.02), window_s=0.2)
    with pytest.raises(SlowBody, match="too slowly"):
        asyncio.run(whole(stream))


def test_a_body_that_stops_is_late():
    with pytest.raises(SlowBody, match="stopped"):
        asyncio.run(whole(read_stream(messages(b"a", pause_s=0.3), window_s=0.2)))


def test_a_body_is_not_late_because_its_reader_is():
    parts = [b"a"] * 20
    stream = read_stream(messages(*parts), window_s=0.05)
    assert asyncio.run(whole(stream, pause_s=0.01)) == b"a" * 20


def test_a_modem_is_fast_enough():
    parts = [b"a" * 100] * 40
    stream = read_stream(messages(*parts, pause_s=0.02), window_s=0.2)
    assert asyncio.run(whole(stream)) == b"a" * 4000
