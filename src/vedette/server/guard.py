"""uvicorn's HTTP protocol with bounds: on what a head may be, what a body's framing may cost, and how long
a line may be held.

uvicorn leaves them all open, so that one connection could fill the memory with an endless header or trailer,
hold a socket for ever, or queue requests without end. What is ambiguous in a head is refused here, before
anybody judges it: two readers of one line must never understand two requests.
"""

import asyncio
from dataclasses import dataclass
from itertools import chain
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from vedette.server.connections import ConnectionLimiter
from vedette.server.heads import TOO_LARGE, fault_of_head, refusal


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """What one line may cost."""

    # S3 links with session tokens and policies run to about 10 KiB; AWS itself stops near 16 KiB.
    head_bytes: int = 64 * 1024
    head_s: float = 30.0
    # Heads of chunks, extensions, the trailers after the last: AWS's clients send under 200 bytes of them.
    framing_bytes: int = 16 * 1024
    # Requests sent before the answers to earlier ones; public clients that do so stop at 64.
    pipelined: int = 64
    # What comes after a refusal is read and dropped, since a client that is cut off while it sends never
    # reads the answer: twice the largest request of the JSON services, and no longer than this.
    dropped_bytes: int = 32 * 1024 * 1024
    linger_s: float = 30.0
    # A reader of answers must take so many bytes a second, looked at so often.
    least_rate: float = 1024.0
    watch_s: float = 30.0
    # How long a TLS line may take to say goodbye. uvloop would wait 30 s for the answer of a client
    # that only keeps the line in its pool, and a stop would wait with it.
    goodbye_s: float = 1.0


USUAL = ConnectionBounds()
BROKEN = refusal(400, "Bad Request", "Invalid HTTP request received.")


class GuardedProtocol(HttpToolsProtocol):
    """One connection whose requests stay within bounds. A `deaf` one reads no more, and only ends."""

    def __init__(
        self,
        *args: Any,
        limiter: ConnectionLimiter | None = None,
        bounds: ConnectionBounds = USUAL,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._bounds = bounds
        self.idle_since: float | None = self.loop.time()
        self._limiter = limiter or ConnectionLimiter()
        self._deaf = False
        self._is_told_again = False
        self._in_head = True
        self._head_bytes = 0
        self._framing_bytes = 0
        self._dropped = 0
        self._unsent = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}

    # What the transport says

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock of the first head, where there is room for one more line."""
        super().connection_made(transport)
        self._arm("head", self._bounds.head_s, self._head_is_late)
        if not self._limiter.admit(self):
            self._refuse(
                refusal(503, "Service Unavailable", "This server has no room for another connection.")
            )

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        for name in [*self._timers]:
            self._stop(name)
        self._limiter.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless the request has outgrown its bounds."""
        self._unset_keepalive_if_required()
        if self._deaf:
            return
        if self._in_head:
            self._head_bytes += len(data)
        else:
            self._framing_bytes += len(data)
        self._feed(data)
        if self._head_bytes > self._bounds.head_bytes or self._framing_bytes > self._bounds.framing_bytes:
            self._refuse(TOO_LARGE)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Let who has only stopped sending have the answer; TLS has no half of a line."""
        if self.scheme == "https" or not self._in_head or not self._is_busy() or self._deaf:
            return False
        self.cycle.keep_alive = False
        self._deaf = True
        return True

    def pause_writing(self) -> None:
        """Begin to watch how fast the client reads."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """The client has read what there was."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop("watch")

    # What the parser says

    def on_message_begin(self) -> None:
        """A new head begins."""
        if self._deaf or self._is_told_again:
            return
        if len(self.pipeline) >= self._bounds.pipelined:
            # Those that were taken are answered; HTTP has a client send the others again on a new line.
            self.cycle.keep_alive = False
            self._deaf = True
            return
        if "head" not in self._timers:
            self._arm("head", self._bounds.head_s, self._head_is_late)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Keep a part of the target."""
        if not (self._deaf or self._is_told_again):
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a field of the head; one after the body is a trailer, which is counted and dropped."""
        if self._in_head and not (self._deaf or self._is_told_again):
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: judge it, then let the request run."""
        if self._deaf or self._is_told_again:
            return
        self._stop("head")
        size = len(self.url) + sum(map(len, chain.from_iterable(self.headers)))
        fault = TOO_LARGE if size > self._bounds.head_bytes else None
        fault = fault or fault_of_head(self.url, self.headers, self.parser.get_http_version())
        if fault is not None:
            self._refuse(fault)
            return
        super().on_headers_complete()
        self._in_head, self.idle_since = False, None
        self._head_bytes = self._dropped = 0

    def on_body(self, body: bytes) -> None:
        """Pass the body on; one whose request is answered already is dropped, within a bound."""
        self._framing_bytes = 0
        if self._deaf:
            return
        if self.cycle.response_complete:
            self._dropped += len(body)
            if self._dropped > self._bounds.dropped_bytes:
                self.end()
            return
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next bytes belong to a new head."""
        if self._deaf or self.parser.should_upgrade():
            return
        self._in_head = True
        self._framing_bytes = 0
        self._stop("linger")
        super().on_message_complete()
        if not self._is_busy():
            self.idle_since = self.loop.time()

    # What the answer says

    def on_response_complete(self) -> None:
        """Take the next request, or see that a line which was to be closed is closed."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._see_off()
        elif not self._is_busy():
            self.idle_since = self.loop.time()
            if not self._in_head:
                self._arm("linger", self._bounds.linger_s, self.end)

    def shutdown(self) -> None:
        """Close the line, once its answer is out."""
        super().shutdown()
        if self.transport.is_closing():
            self._see_off()

    def timeout_keep_alive_handler(self) -> None:
        """Close a line that nothing more came on."""
        self.end()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(refusal(400, "Bad Request", msg))

    def end(self) -> None:
        """Close the line, and see that it does close."""
        self._deaf = True
        if not self.transport.is_closing():
            self.transport.close()
        self._see_off()

    def _feed(self, data: bytes) -> None:
        while data:
            rest = b""
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                self._pass_over_wish()
                rest = data[upgrade.args[0] :]
            except httptools.HttpParserError:
                self._refuse(BROKEN)
            data = rest

    def _pass_over_wish(self) -> None:
        """Go on in HTTP/1.1, as a server may, where the client would like another protocol.

        Java asks for HTTP/2 with the first request of a line. The parser stops behind its head, and takes
        its body for the other protocol: another parser is told only how long the body is.
        """
        self.parser = httptools.HttpRequestParser(self)
        framing = [field for field in self.headers if field[0] in (b"content-length", b"transfer-encoding")]
        self._is_told_again = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n" + b"".join(b"%b: %b\r\n" % f for f in framing) + b"\r\n")
        self._is_told_again = False

    def _is_busy(self) -> bool:
        latest: Any = self.cycle
        return bool(self.pipeline) or (latest is not None and not latest.response_complete)

    def _head_is_late(self) -> None:
        if self._is_busy():
            # Nothing is read meanwhile, so that the next head could not have come.
            self._arm("head", self._bounds.head_s, self._head_is_late)
        else:
            self.end()

    def _refuse(self, answer: bytes) -> None:
        """Answer with these bytes and hang up; answers that are owed on the line go out first."""
        if self._deaf or self.transport.is_closing():
            return
        self._deaf = True
        if self._in_head and self._is_busy():
            self.cycle.keep_alive = False
            return
        # In a body, the one request that waits for it is told, if nobody has told it anything yet.
        if self._in_head or not (self.pipeline or self.cycle.response_started):
            self.transport.write(answer)
        self.end()

    def _see_off(self) -> None:
        self._watch()
        if self.scheme == "https":
            self._arm("goodbye", self._bounds.goodbye_s, self._hang_up)

    def _hang_up(self) -> None:
        if self.transport.get_write_buffer_size():
            self._arm("goodbye", self._bounds.goodbye_s, self._hang_up)
        else:
            self.transport.abort()

    def _watch(self) -> None:
        if "watch" not in self._timers:
            self._unsent = self.transport.get_write_buffer_size()
            self._arm("watch", self._bounds.watch_s, self._look)

    def _look(self) -> None:
        """Cut a line off whose client does not read; it holds what was read for it, and a task."""
        unsent = self.transport.get_write_buffer_size()
        if unsent > self._unsent - self._bounds.least_rate * self._bounds.watch_s:
            self.transport.abort()
        else:
            self._watch()

    def _arm(self, name: str, after_s: float, then: Any) -> None:
        self._stop(name)

        def due() -> None:
            self._timers.pop(name, None)
            then()

        self._timers[name] = self.loop.call_later(after_s, due)

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
