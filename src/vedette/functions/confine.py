"""How far a function's process is shut in on this machine, and what it may see.

    own user    the server runs as root: each process is another user, who may read nothing of the server's
    Landlock    Linux 5.13 and later: the process sees its own folder and the system's libraries alone
    a gate      Linux 5.6 and later: it connects neither to a cloud's metadata nor to other programs' sockets

Limits of time, memory, processes and disk hold everywhere. Nothing else stands between a function and the
network: a function asks this server, and others, as any client does.
"""

import os
import secrets
import site
import stat
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

from vedette.errors import Wrong
from vedette.functions.restrictions import landlock_version

# Users that nobody has: everything of such a user is killed with its function, so that neither services of
# systemd (61,184 to 65,519) nor people of a directory (SSSD: up to 2,000,200,000) may have the number.
USERS_OF_NOBODY = range(2_010_000_000, 2_010_065_536)
# In a container with 65,536 users there are no services of systemd.
USERS_OF_CONTAINERS = range(61_184, 65_520)
GATE = Path(__file__).with_name("gate.py")
TRIAL_S = 20.0
UID_MAP = Path("/proc/self/uid_map")
# What AWS Lambda gives: 1,024 descriptors and processes, 512 MB of /tmp.
MOST_DESCRIPTORS = 1024
MOST_PROCESSES = 256
DISK_MB = 512
# Beside the memory that counts, an interpreter maps stacks and arenas that it never touches.
SLACK_MB = 512
NICE = 5
SYSTEM = (
    "/usr", "/bin", "/lib", "/lib32", "/lib64", "/opt/lib", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
    "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/passwd",
    "/etc/group", "/etc/localtime", "/etc/ld.so.cache", "/etc/mime.types", "/dev/urandom", "/dev/random",
    "/dev/zero", "/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo",
)  # fmt: skip
# A resolver may be a link into a folder of the system's daemons.
RESOLVERS = ("/run/systemd/resolve/stub-resolv.conf", "/run/systemd/resolve/resolv.conf")


@dataclass(frozen=True, slots=True)
class Confinement:
    """What shuts a function in on this machine."""

    has_own_user: bool
    landlock: int
    # Whether Python lies where its owner alone may read: then only Landlock can let another user do so.
    python_is_private: bool = False
    # Whether its connections go through `gate.py`.
    has_gate: bool = False

    @property
    def is_close(self) -> bool:
        """Say whether a function can read nothing of the server's."""
        return self.has_own_user or self.landlock > 0

    @property
    def sentence(self) -> str:
        """What it is, for people."""
        means = []
        if self.has_own_user:
            means.append("a user of its own")
        if self.landlock:
            means.append(f"Landlock {self.landlock}")
        if self.has_gate:
            means.append("a gate for connections")
        return " and ".join(means) or "nothing but limits"


def find_confinement() -> Confinement:
    """Return what this machine has."""
    is_root, landlock = hasattr(os, "geteuid") and os.geteuid() == 0, landlock_version()
    is_private = any(not _is_public(path) for path in _python_folders())
    has_own_user = is_root and (landlock > 0 or not is_private)
    has_gate = _has_gate(_free_users()[0] if has_own_user else 0)
    return Confinement(has_own_user, landlock, is_private, has_gate)


@cache
def _has_gate(user: int) -> bool:
    """Try, in a process of its own, whether connections can be stopped here: containers often forbid it."""
    if not sys.platform.startswith("linux"):
        return False
    words = [sys.executable, "-I", "-B", str(GATE), str(user)]
    try:
        # The interpreter is our own, and so is what it runs.
        return subprocess.run(words, capture_output=True, timeout=TRIAL_S, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False


def require_confinement() -> Confinement:
    """Return what this machine has; refuse where that would let functions read the server's files."""
    confinement = find_confinement()
    if not confinement.is_close:
        raise Wrong(
            "Functions cannot be shut in on this machine: it has no Landlock (Linux 5.13 and later), and the "
            "server is not root. VEDETTE_FUNCTIONS=trusted runs them all the same, as the server's own user."
        )
    return confinement


def require_modules() -> None:
    """Refuse where what handlers import is not there."""
    if find_spec("boto3") is None:
        raise Wrong("VEDETTE_FUNCTIONS needs boto3, which handlers import: pip install 'vedette[functions]'.")


class UserNumbers:
    """Numbers of users that nobody has, a process each. Threads may share it."""

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._lock = threading.Lock()

    @contextmanager
    def lent(self, confinement: Confinement) -> Iterator[int]:
        """Yield a free number; 0 where there are none to give."""
        number = self.take() if confinement.has_own_user else 0
        try:
            yield number
        finally:
            self.give_back(number)

    def take(self) -> int:
        """Return a number that no process of this machine has."""
        with self._lock:
            busy = self._numbers | _users_of_processes()
            users = _free_users()
            # By chance: another server, whose process is not its user yet, chooses in this moment too.
            start = secrets.randbelow(len(users))
            in_turn = chain(users[start:], users[:start])
            number = next(number for number in in_turn if number not in busy)
            self._numbers.add(number)
            return number

    def give_back(self, number: int) -> None:
        """Let a number be another's again."""
        with self._lock:
            self._numbers.discard(number)


def _free_users() -> range:
    """Return the numbers to choose from, of those that there are where this process runs."""
    try:
        words = [[int(word) for word in line.split()] for line in UID_MAP.read_text("ascii").splitlines()]
    except (OSError, ValueError):
        words = []
    last = USERS_OF_NOBODY[-1]
    is_there = not words or any(first <= last < first + count for first, _, count in words)
    return USERS_OF_NOBODY if is_there else USERS_OF_CONTAINERS


def _users_of_processes() -> set[int]:
    users = set()
    for entry in os.scandir("/proc") if Path("/proc").is_dir() else ():
        if entry.name.isdigit():
            try:
                users.add(entry.stat().st_uid)
            except OSError:
                continue
    return users


def limits_of(memory_mb: int, *, counts_processes: bool) -> dict[str, int]:
    """Return the limits that the kernel holds one process to, by the names of `resource.RLIMIT_…`."""
    limits = {
        "CORE": 0,
        "NOFILE": MOST_DESCRIPTORS,
        "FSIZE": DISK_MB << 20,
    }
    if sys.platform.startswith("linux"):
        limits["DATA"] = (memory_mb + SLACK_MB) << 20
    if counts_processes:
        # It counts all processes of a user, so it is one of this process only where the user is.
        limits["NPROC"] = MOST_PROCESSES
    return limits


def readable_paths() -> list[str]:
    """Return the places of the system and of this Python, which hold programs and no secrets."""
    return sorted({*SYSTEM, *RESOLVERS, *_python_folders()} - {"/"})


def _python_folders() -> set[str]:
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    folders |= {path for path in (*sys.path, *site.getsitepackages()) if _is_library(path)}
    folders |= {str(Path(folder).resolve()) for folder in folders}
    return {*folders, str(Path(sys.executable).resolve().parent.parent)}


def _is_public(folder: str) -> bool:
    """Say whether anybody may go into a folder and those above it; one that is missing does not count."""
    path = Path(folder)
    return all(
        not place.exists() or bool(place.stat().st_mode & stat.S_IXOTH) for place in (path, *path.parents)
    )


def _is_library(path: str) -> bool:
    return path.endswith(("site-packages", "dist-packages", "lib-dynload"))


def order_for(confinement: Confinement, **facts: Any) -> dict[str, Any]:
    """Return what the keeper is told of how the handler's process is shut in."""
    return {
        "landlock": bool(confinement.landlock),
        "keeps_reading": confinement.python_is_private,
        "gate": confinement.has_gate,
        "reads": [*readable_paths(), *facts.pop("reads", ())],
        "nice": NICE,
        **facts,
    }
