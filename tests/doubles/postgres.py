"""A PostgreSQL server of the test's own: Debian's program, a folder of its own, a socket, no port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
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


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """Start a server and yield its address, which wants a database's name; stop it after.

    Its folder is not pytest's, which closes its own to other users each time a run begins.
    """
    memory = Path("/dev/shm")
    beside = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="vedette-pg-", dir=beside) as place:
        owner = _owner()
        if owner:
            names = pwd.getpwnam(owner)
            os.chown(place, names.pw_uid, names.pw_gid)
        data = Path(place) / "data"
        created = _run(
            owner, programs / "initdb", "-D", data, "-U", "vedette", "-A", "trust", "-E", "UTF8", "-N"
        )
        assert created.wait() == 0
        server = _run(owner, programs / "postgres", "-D", data, "-k", place, *OPTIONS)
        try:
            _wait_for(Path(place) / ".s.PGSQL.5432", server)
            yield f"postgresql:///?host={place}&user=vedette"
        finally:
            # Our own child, so that it is gone when we have waited; SIGQUIT asks it to leave at once.
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=30)


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
