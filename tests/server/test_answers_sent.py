"""An answer on its way out: what of it is sent, and that its file is let go whatever becomes of it."""

import asyncio

import pytest

from vedette.server.asgi import ClientGone, send_answer
from vedette.wire.http import Response


class PlayedBody:
    def __init__(self, *parts):
        self.parts, self.is_closed = [*parts], False

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.parts:
            raise StopAsyncIteration
        return self.parts.pop(0)

    async def aclose(self):
        self.is_closed = True


def sent(response, *, head_only=False, fails_at=99, error=None):
    """Return how many bytes were sent and the messages; the sending fails at one of them."""
    messages = []

    async def send(message):
        if len(messages) == fails_at:
            raise error
        messages.append(message)

    return asyncio.run(send_answer(response, send, head_only=head_only)), messages


def test_a_head_alone_has_the_length_and_no_body_and_its_stream_is_closed():
    count, messages = sent(Response(200, [("ETag", "x")], b"pixels"), head_only=True)
    assert count == 0
    assert messages == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"etag", b"x"), (b"content-length", b"6")],
        },
        {"type": "http.response.body", "body": b""},
    ]
    body = PlayedBody(b"a")
    assert sent(Response(200, [], body), head_only=True)[0] == 0
    assert (body.is_closed, body.parts) == (True, [b"a"])


def test_a_stream_is_sent_part_by_part_and_closed():
    body = PlayedBody(b"ab", b"c")
    count, messages = sent(Response(200, [], body))
    assert (count, body.is_closed) == (3, True)
    assert [(message["body"], message.get("more_body", False)) for message in messages[1:]] == [
        (b"ab", True),
        (b"c", True),
        (b"", False),
    ]
    assert messages[0]["headers"] == []


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_a_stream_is_closed_also_where_the_client_has_gone(fails_at):
    body = PlayedBody(b"ab", b"c")
    with pytest.raises(ClientGone):
        sent(Response(200, [], body), fails_at=fails_at, error=RuntimeError("the handler is closed"))
    assert body.is_closed


def test_another_error_of_the_line_is_no_client_that_has_gone():
    with pytest.raises(RuntimeError, match="something else"):
        sent(Response(200, [], b"x"), fails_at=0, error=RuntimeError("something else"))


@pytest.mark.parametrize(
    ("status", "headers", "lengths"),
    [
        (200, [], [b"1"]),
        (204, [], []),
        (304, [], []),
        (200, [("Content-Length", "7")], [b"7"]),
    ],
)
def test_a_length_is_said_once_and_not_where_there_is_no_body(status, headers, lengths):
    _, messages = sent(Response(status, headers, b"x"))
    assert [value for name, value in messages[0]["headers"] if name == b"content-length"] == lengths


def test_a_line_feed_in_a_stored_value_becomes_no_header():
    _, messages = sent(Response(200, [("x-amz-meta-a", "a\r\nSet-Cookie: b\x7f")], b""))
    assert messages[0]["headers"][0] == (b"x-amz-meta-a", b"a  Set-Cookie: b ")
