"""Between ASGI and the wire's plain request and answer; nothing is decided here.

Paths and queries are handed on exactly as they were sent: signatures and
percent-encoded names are judged on the raw text.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from vedette.api.door import SlowBody
from vedette.server.proxies import TrustedProxies
from vedette.wire.http import FileBody, Headers, Request, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# A body must bring so many bytes a second, counted over the time in which the server waited for it: a
# modem does, and who sends less has gone or means no good.
LEAST_RATE = 1024
WINDOW_S = 30.0
# Below this a file is read at once in place: the hop to a thread costs more than the copy.
SMALL_FILE = 1024 * 1024
# Windows alone reads text by default.
BINARY = getattr(os, "O_BINARY", 0)
CONTROLS = dict.fromkeys([*range(9), *range(10, 32), 127], " ")


class ClientGone(Exception):
    """The client closed the connection before its body ended."""


def read_head(scope: Scope, receive: Receive, request_id: str, proxies: TrustedProxies) -> Request:
    """Return the request with its body still to come, as a stream."""
    peer, server = scope.get("client"), scope.get("server")
    headers = Headers([(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]])
    client, scheme = proxies.origin(peer[0] if peer else "", scope["scheme"], headers)
    return Request(
        method=scope["method"],
        raw_path=scope["raw_path"].decode("latin-1"),
        raw_query=scope["query_string"].decode("latin-1"),
        headers=headers,
        stream=read_stream(receive),
        scheme=scheme,
        client=client,
        server=server[0] if server else "",
        id=request_id,
    )


async def read_stream(receive: Receive, *, window_s: float = WINDOW_S) -> AsyncIterator[bytes]:
    """Yield the body as it comes, if it comes fast enough."""
    now = asyncio.get_running_loop().time
    waited_s, received = 0.0, 0
    while True:
        began = now()
        try:
            # Not wait_for, which makes a task of every piece: a tenth of a PUT's time.
            async with asyncio.timeout(window_s):
                message = await receive()
        except TimeoutError:
            raise SlowBody("The body of the request stopped coming.") from None
        waited_s += now() - began
        if message["type"] == "http.disconnect":
            raise ClientGone("The client went away.")
        if message["body"]:
            yield message["body"]
        if not message.get("more_body", False):
            return
        received += len(message["body"])
        if waited_s >= window_s:
            if received < LEAST_RATE * waited_s:
                raise SlowBody("The body of the request comes too slowly.")
            waited_s, received = 0.0, 0


async def wait_until_gone(receive: Receive) -> None:
    """Wait until the client has left; for a request whose body nobody reads."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_answer(response: Response, send: Send, *, head_only: bool) -> int:
    """Send the answer; return how many bytes its body had."""
    body = response.body
    headers = [(_encode_name(name), _encode(value)) for name, value in response.headers]
    length = _length(body)
    is_told = any(name == b"content-length" for name, _ in headers)
    if length is not None and not is_told and response.status not in (204, 304):
        headers.append((b"content-length", b"%d" % length))
    try:
        await _send_head(response, headers, send)
        if head_only:
            await _close(body)
            await send({"type": "http.response.body", "body": b""})
            return 0
        return await _send_body(body, send)
    except RuntimeError as error:
        # What uvloop raises when the line was closed under the answer, as after a broken pipeline.
        if "closed" in str(error):
            raise ClientGone("The line was closed before the answer.") from None
        raise


async def _send_head(response: Response, headers: list[tuple[bytes, bytes]], send: Send) -> None:
    try:
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
    except BaseException:
        await _close(response.body)  # nobody will ask for its first part
        raise


def _length(body: bytes | FileBody | AsyncIterator[bytes]) -> int | None:
    if isinstance(body, bytes):
        return len(body)
    return body.length if isinstance(body, FileBody) else None


def _encode(text: str) -> bytes:
    # What HTTP cannot carry never leaves: a line feed in a stored value must not become a header, nor
    # a DEL in one stop the whole answer, since uvicorn refuses to send it.
    text = text if text.isprintable() else text.translate(CONTROLS)
    # Bytes of a stored value that never were UTF-8 come back as they came (wire/header_text.py).
    return text.encode("ascii") if text.isascii() else text.encode("utf-8", "surrogateescape")


@lru_cache(maxsize=512)
def _encode_name(name: str) -> bytes:
    """Return a header's name in lower case, as uvicorn sends it: there are few, but for stored metadata."""
    return _encode(name.lower())


async def _close(body: bytes | FileBody | AsyncIterator[bytes]) -> None:
    if not isinstance(body, bytes | FileBody) and hasattr(body, "aclose"):
        await body.aclose()


async def _send_body(body: bytes | FileBody | AsyncIterator[bytes], send: Send) -> int:
    if isinstance(body, bytes):
        await send({"type": "http.response.body", "body": body})
        return len(body)
    if isinstance(body, FileBody):
        return await _send_file(body, send)
    count_sent = 0
    try:
        async for part in body:
            count_sent += len(part)
            await send({"type": "http.response.body", "body": part, "more_body": True})
    finally:
        await _close(body)  # who hangs up in the middle must not leave files open
    await send({"type": "http.response.body", "body": b""})
    return count_sent


async def _send_file(part: FileBody, send: Send) -> int:
    # Without a file object, whose making takes as long as the reading of a small file.
    file = os.open(part.path, os.O_RDONLY | BINARY)
    try:
        os.lseek(file, part.start, os.SEEK_SET)
        remaining = part.length
        while True:
            count = min(remaining, SMALL_FILE)
            data = await _read(file, count, part.decode, inline=part.length <= SMALL_FILE)
            remaining -= len(data)
            more = remaining > 0 and bool(data)
            await send({"type": "http.response.body", "body": data, "more_body": more})
            if not more:
                return part.length - remaining
    finally:
        os.close(file)


async def _read(file: int, count: int, decode: Callable[[bytes], bytes] | None, *, inline: bool) -> bytes:
    def read() -> bytes:
        data = os.read(file, count)
        return data if decode is None else decode(data)

    return read() if inline else await asyncio.to_thread(read)
