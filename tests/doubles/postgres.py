"""A PostgreSQL server of the test's own: Debian's program, a folder of its own, a socket, no port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=60"


def find_programs() -> Path | None:
    """Return the folder with initdb and pg_ctl, wherever Debian put it."""
    here = shutil.which("initdb")
    if here:
        return Path(here).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """Start a server and yield its address, which wants a database's name; stop it after.

    Its folder is not pytest's, which closes its own to other users each time a run begins.
    """
    with tempfile.TemporaryDirectory(prefix="vedette-pg-") as place:
        owner = _owner()
        if owner:
            known = pwd.getpwnam(owner)
            os.chown(place, known.pw_uid, known.pw_gid)
        data = Path(place) / "data"
        _run(
            owner, programs / "initdb", "-D", data, "-U", "vedette", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        start = f"{OPTIONS} -k {place}"
        _run(owner, programs / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", start, "start")
        try:
            yield f"postgresql:///?host={place}&user=vedette"
        finally:
            _run(owner, programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _owner() -> str:
    """Return whom to run as: PostgreSQL refuses to run as root."""
    return "postgres" if os.getuid() == 0 else ""


def _run(owner: str, *words: object) -> None:
    command = [str(word) for word in words]
    ran = subprocess.run(command, user=owner or None, cwd="/", capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr + ran.stdout
