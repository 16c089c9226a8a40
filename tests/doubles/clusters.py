"""Several real servers on one PostgreSQL and one S3, which is another Vedette; and a small load balancer."""

import asyncio
import contextlib
import io
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image

from doubles.servers import RunningServer, start_server, stop_server
from doubles.trained import put_version_in
from vedette.jobs.members import ServerMember, list_members
from vedette.projects.version import Version
from vedette.store.db import open_database


@dataclass
class Cluster:
    """An installation that several servers serve. `database` is a PostgreSQL's address."""

    database: str
    place: Path
    s3: RunningServer
    servers: dict[str, RunningServer] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The folder that the servers share."""
        return self.place / "data"

    def environment(self) -> dict[str, str]:
        """Return what makes a server one of these."""
        key, secret = self.s3.key
        return {
            "VEDETTE_DATABASE": self.database,
            "VEDETTE_S3_ENDPOINT": self.s3.address,
            "VEDETTE_S3_ACCESS_KEY": key,
            "VEDETTE_S3_SECRET_KEY": secret,
        }

    def start(self, *names: str, **environment: str) -> None:
        """Start servers by these names, one after the other."""
        for name in names:
            log = self.place / f"{name}.log"
            self.servers[name] = start_server(self.data, log=log, **{**self.environment(), **environment})

    def log(self, name: str) -> list[dict[str, Any]]:
        """Return what a server has logged."""
        lines = (self.place / f"{name}.log").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def kill(self, name: str) -> None:
        """End a server as a power cut does."""
        server = self.servers.pop(name)
        server.process.kill()
        server.process.wait()
        assert server.process.stdout is not None
        server.process.stdout.close()

    def client(self, name: str, service: str, **options: Any) -> Any:
        """Return a client of one server."""
        return self.servers[name].client(service, **options)

    def put_version(self, service: str, project: str, task: str, **more: Any) -> Version:
        """Put a trained version beside the servers, which need not know."""
        database = open_database(self.database, self.data)
        try:
            return put_version_in(database, self.data, service, project, task, account="000000000000", **more)
        finally:
            database.close()

    def close(self) -> None:
        """Stop whatever runs."""
        for server in self.servers.values():
            stop_server(server)


@contextlib.contextmanager
def a_cluster(database: str, place: Path, *names: str, **environment: str) -> Iterator[Cluster]:
    """Yield a cluster, its servers started; they are stopped at the end, and the S3 after them."""
    s3 = start_server(place / "s3")
    cluster = Cluster(database, place, s3)
    try:
        cluster.start(*names, **environment)
        yield cluster
    finally:
        cluster.close()
        stop_server(s3)


class Balancer:
    """A load balancer: each connection goes to the next server that takes it."""

    def __init__(self) -> None:
        self.targets: Mapping[str, RunningServer] = {}
        self.address = ""
        self._turns = count()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    def __enter__(self) -> "Balancer":
        """Begin to listen."""
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and leave nothing open."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._ready.set()

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            await self._join(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._lines.discard(task)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        targets = list(self.targets.values())
        first = next(self._turns)
        for number in range(len(targets)):
            host, _, port = targets[(first + number) % len(targets)].address[7:].partition(":")
            try:
                back, front = await asyncio.open_connection(host, int(port))
            except OSError:
                continue
            try:
                # Either end closed closes both: half a line is no use to HTTP.
                ways = [asyncio.create_task(_pump(reader, front)), asyncio.create_task(_pump(back, writer))]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
            finally:
                front.close()
            return


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


def one_request_a_line(client: Any) -> Any:
    """Have a client of boto3 ask each request on a connection of its own, so that a balancer spreads them."""
    client.meta.events.register("before-send", _close_after)
    return client


def _close_after(request: Any, **_: Any) -> None:
    request.headers["Connection"] = "close"


def until(look: Any, wanted: Any, within_s: float = 30.0) -> None:
    """Look until what is found is what is wanted."""
    end = time.monotonic() + within_s
    while (found := look()) != wanted:
        assert time.monotonic() < end, found
        time.sleep(0.05)


def a_red_picture() -> bytes:
    """Return a picture that the tiny classifier knows."""
    file = io.BytesIO()
    Image.new("RGB", (96, 64), (250, 10, 10)).save(file, "PNG")
    return file.getvalue()


def status(client: Any, version: Version) -> str:
    """Return the state of a version, as its service spells it."""
    found = client.describe_project_versions(ProjectArn=str(version.project.arn), VersionNames=[version.name])
    return str(found["ProjectVersionDescriptions"][0]["Status"])


def members(cluster: Cluster) -> list[ServerMember]:
    """Return the servers that the database knows."""
    database = open_database(cluster.database, cluster.data)
    try:
        with database.read() as connection:
            return list_members(connection)
    finally:
        database.close()
