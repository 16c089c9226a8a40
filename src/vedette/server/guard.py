"""uvicorn's HTTP protocol with bounds: heads that are too large or too slow are refused.

uvicorn leaves both unbounded, so that one connection could fill the memory with a
single endless header or hold a socket open for ever.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# S3 links with session tokens and policies run to about 10 KiB; AWS itself stops near 16 KiB.
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 200
HEAD_TIMEOUT_S = 30.0
# How long a TLS line may take to say goodbye. uvloop would wait 30 s for the answer of a client
# that only keeps the line in its pool, and a stop would wait with it.
GOODBYE_S = 1.0

TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 33\r\nconnection: close\r\n\r\nThe request's head is too large.\n"
)


class GuardedProtocol(HttpToolsProtocol):
    """One connection whose request heads stay within bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = True
        self._too_large = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._goodbye: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock of the first head."""
        super().connection_made(transport)
        self._arm_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._stop_timer()
        if self._goodbye is not None:
            self._goodbye.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless the head has outgrown its bound."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._too_large or (self._in_head and self._head_bytes > MOST_HEAD_BYTES):
            self._refuse()

    def on_message_begin(self) -> None:
        """A new head begins."""
        self._in_head = True
        self._head_bytes = 0
        if self._head_timer is None:
            self._arm_timer()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the header, and count it."""
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value)

    def on_headers_complete(self) -> None:
        """The head is whole: judge it once more, then let the request run."""
        self._in_head = False
        self._stop_timer()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MOST_HEAD_BYTES or len(self.headers) > MOST_HEADERS:
            self._too_large = True
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass the body on, unless its head was refused."""
        if not self._too_large:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The next bytes belong to a new head."""
        self._in_head = True
        self._head_bytes = 0
        if not self._too_large:
            super().on_message_complete()

    def shutdown(self) -> None:
        """Close the line, once its answer is out."""
        super().shutdown()
        self._hang_up_soon()

    def on_response_complete(self) -> None:
        """Take the next request, or see that a line which was to be closed is closed."""
        super().on_response_complete()
        self._hang_up_soon()

    def _hang_up_soon(self) -> None:
        if self.scheme == "https" and self.transport.is_closing():
            self._goodbye = self.loop.call_later(GOODBYE_S, self._hang_up)

    def _hang_up(self) -> None:
        if self.transport.get_write_buffer_size():
            self._hang_up_soon()
        else:
            self.transport.abort()

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def _arm_timer(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._head_is_late)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()
