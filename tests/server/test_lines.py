"""How long a line may be held, and by how many: the protocol on a real loop, with short bounds."""

import asyncio
import contextlib
import logging

import uvloop
from uvicorn import Config
from uvicorn.server import ServerState

from vedette.server.connections import ConnectionLimiter
from vedette.server.guard import ConnectionBounds, GuardedProtocol

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PUT = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"


def answering(size=2, *, after_s=0.0):
    """Return an application that never reads what is sent to it."""

    async def app(scope, receive, send):
        await asyncio.sleep(after_s)
        head = [(b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        for start in range(0, size, 65536):
            piece = b"a" * min(size - start, 65536)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return app


class Site:
    """A server with one application, and the lines that a test opened to it."""

    def __init__(self, port, state):
        self.port, self.state = port, state
        self.writers = []

    async def connect(self, *, limit=65536):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=limit)
        self.writers.append(writer)
        return reader, writer

    async def until(self, true, within_s=3.0):
        async with asyncio.timeout(within_s):
            while not true(self.state):  # noqa: ASYNC110  (nothing of the server's tells)
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def serving(app, *, limiter=None, **bounds):
    """Serve the application on a free port."""
    state, config = ServerState(), Config(app, ws="none", lifespan="off", log_config=None)
    limiter = limiter or ConnectionLimiter()

    def line():
        return GuardedProtocol(config, state, {}, limiter=limiter, bounds=ConnectionBounds(**bounds))

    server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0)
    site = Site(server.sockets[0].getsockname()[1], state)
    try:
        yield site
    finally:
        server.close()
        for writer in site.writers:
            writer.transport.abort()
        await site.until(lambda state: not state.connections and not state.tasks)


def run(live):
    """Run it on the loop that the server runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(live())


async def ended(reader, within_s=3.0) -> bytes:
    """Return what still comes until the server closes."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(within_s):
            while piece := await reader.read(65536):
                answer += piece
    return answer


def test_a_head_that_is_late_ends_the_line():
    async def live():
        async with serving(answering(), head_s=0.2) as site:
            reader, writer = await site.connect()
            writer.write(b"GET / HTTP/1.1\r\nX: a")
            assert await ended(reader) == b""

    run(live)


def test_a_client_that_does_not_read_is_cut_off():
    async def live():
        async with serving(answering(100_000_000), watch_s=0.2) as site:
            _, writer = await site.connect(limit=1024)
            writer.write(GET)
            await asyncio.sleep(0.1)
            assert len(site.state.connections) == 1
            await site.until(lambda state: not state.connections and not state.tasks)

    run(live)


def test_a_client_that_reads_slowly_is_served():
    async def live():
        async with serving(answering(8_000_000), watch_s=0.2, least_rate=100_000) as site:
            reader, writer = await site.connect(limit=65536)
            writer.write(GET)
            head = await reader.readuntil(b"\r\n\r\n")
            left = 8_000_000
            while left and (piece := await reader.read(400_000)):
                left -= len(piece)
                await asyncio.sleep(0.01)
            assert (head[:12], left) == (b"HTTP/1.1 200", 0)

    run(live)


def test_an_answer_that_nobody_reads_does_not_outlive_the_line():
    """Less than what makes the server wait: it has done its work, and only the line is left."""

    async def live():
        async with serving(answering(3_000_000), watch_s=0.2) as site:
            _, writer = await site.connect(limit=1024)
            writer.write(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            await site.until(lambda state: not state.connections and state.total_requests)

    run(live)


def test_what_follows_a_refusal_is_dropped_within_a_bound():
    async def live():
        async with serving(answering(), dropped_bytes=100_000) as site:
            reader, writer = await site.connect()
            writer.write(PUT)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200")
            writer.write(b"a" * 300_000)
            assert await ended(reader) in (b"", b"aa")

    run(live)


def test_what_follows_a_refusal_and_stays_within_bounds_leaves_the_line_of_use():
    async def live():
        async with serving(answering()) as site:
            reader, writer = await site.connect()
            writer.write(PUT)
            await reader.readuntil(b"\r\n\r\naa")
            writer.write(b"a" * 1_000_000 + GET)
            assert (await reader.readuntil(b"\r\n\r\naa")).startswith(b"HTTP/1.1 200")

    run(live)


def test_what_drips_in_after_a_refusal_ends_the_line():
    async def live():
        async with serving(answering(), linger_s=0.3) as site:
            _, writer = await site.connect()
            writer.write(PUT)
            async with asyncio.timeout(3):
                while site.state.connections or not site.state.total_requests:
                    with contextlib.suppress(ConnectionError):
                        writer.write(b"a")
                    await asyncio.sleep(0.02)

    run(live)


def test_the_line_that_was_idle_longest_makes_room_for_another(caplog):
    caplog.set_level(logging.WARNING, logger="vedette.server")

    async def live():
        async with serving(answering(), limiter=ConnectionLimiter(2)) as site:
            lines = []
            for _ in range(3):
                reader, writer = await site.connect()
                writer.write(GET)
                await reader.readuntil(b"\r\n\r\naa")
                lines.append((reader, writer))
            assert await ended(lines[0][0]) == b""
            for reader, writer in lines[1:]:
                writer.write(GET)
                assert (await reader.readuntil(b"\r\n\r\naa")).startswith(b"HTTP/1.1 200")

    run(live)
    assert [record.args for record in caplog.records] == [(2,)]


def test_a_line_that_works_is_not_closed_for_another():
    async def live():
        async with serving(answering(after_s=0.5), limiter=ConnectionLimiter(1)) as site:
            reader, writer = await site.connect()
            writer.write(GET)
            await asyncio.sleep(0.1)
            other, _ = await site.connect()
            assert (await ended(other)).startswith(b"HTTP/1.1 503")
            assert (await reader.readuntil(b"\r\n\r\naa")).startswith(b"HTTP/1.1 200")

    run(live)
