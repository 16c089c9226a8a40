"""A PostgreSQL server of the test's own: Debian's program, a folder of its own, a socket, no port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OPTIONS = (
    "-clisten_addresses=",
    "-cfsync=off",
    "-cmax_connections=60",
    "-cmax_wal_size=64MB",
    "-clog_min_messages=fatal",
)


def find_programs() -> Path | None:
    """Return the folder with initdb and postgres, wherever Debian put it."""
    place = shutil.which("initdb")
    if place:
        return Path(place).resolve().parent
    result = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return result[-1].parent if result else None


class PostgresServer:
    """A server over a folder of its own, which can be stopped and started again.

    Its folder is not pytest's, which closes its own to other users each time a run begins.
    """

    def __init__(self, programs: Path, place: Path, options: Sequence[str] = ()) -> None:
        self._options = (*OPTIONS, *options)
        self._programs = programs
        self._place = place
        self._owner = _owner()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"postgresql:///?host={place}&user=vedette"

    def create(self) -> None:
        """Make its folder."""
        if self._owner:
            names = pwd.getpwnam(self._owner)
            os.chown(self._place, names.pw_uid, names.pw_gid)
        words = ("-D", self._place / "data", "-U", "vedette", "-A", "trust", "-E", "UTF8", "-N")
        assert _run(self._owner, self._programs / "initdb", *words).wait() == 0

    def start(self) -> None:
        """Start it, and wait until it listens."""
        words = ("-D", self._place / "data", "-k", self._place, *self._options)
        self._process = _run(self._owner, self._programs / "postgres", *words)
        _wait_for(self._place / ".s.PGSQL.5432", self._process)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT cuts its clients off in good order, SIGQUIT as a crash does."""
        assert self._process is not None
        # Our own child, so that it is gone when we have waited.
        self._process.send_signal(how)
        self._process.wait(timeout=30)


@contextmanager
def postgres_server(programs: Path, *options: str, in_memory: bool = True) -> Iterator[PostgresServer]:
    """Yield a server that runs, and stop it after."""
    memory = Path("/dev/shm")
    beside = memory if in_memory and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="vedette-pg-", dir=beside) as place:
        server = PostgresServer(programs, Path(place), options)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """Start a server and yield its address, which wants a database's name; stop it after."""
    with postgres_server(programs) as server:
        yield server.address


def _owner() -> str:
    """Return whom to run as: PostgreSQL refuses to run as root."""
    return "postgres" if os.getuid() == 0 else ""


def _run(owner: str, *words: object) -> "subprocess.Popen[bytes]":
    command = [str(word) for word in words]
    return subprocess.Popen(command, user=owner or None, cwd="/", stdout=subprocess.DEVNULL)


def _wait_for(socket: Path, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert server.poll() is None, "PostgreSQL ended; its reason stands in the test's error output"
        if socket.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"PostgreSQL did not open {socket}")
