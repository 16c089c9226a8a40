"""The agent's Unix socket: one agent a socket, a stale file made way, and who may connect.

A lock beside the socket says whether its agent lives; the kernel gives it up with the process, so that after
a power cut nothing has to be cleaned up. Only a socket is ever removed.
"""

import fcntl
import grp
import os
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vedette.errors import Taken, Wrong

DEFAULT = "unix:///tmp/aws.iot.lookoutvision.EdgeAgent.sock"
# sockaddr_un's path is this long, with the zero at its end (unix(7)).
LONGEST_PATH = 107
# For the owner and the group; the umask that leaves just this, so that it is never open to others.
MODE, UMASK = 0o660, 0o117
# An agent that is killed while it starts a model's process leaves the lock to it until that one is executed.
LOCK_WAIT_S = 2.0


def socket_path(address: str) -> Path:
    """Return the path in an address: unix:///PATH, unix:PATH, or a plain path."""
    text = address.removeprefix("unix://") if address.startswith("unix://") else address.removeprefix("unix:")
    if not text or "\0" in text or (":" in text.split("/")[0]):
        raise Wrong(f"{address!r} is no address of a Unix socket, such as {DEFAULT}.", kind="socket")
    path = Path(text).absolute()
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise Wrong(f"The path of a socket has {LONGEST_PATH} bytes at most: {path}.", kind="socket")
    return path


@contextmanager
def claimed_socket(path: Path, group: str = "") -> Iterator[None]:
    """Hold the place of a socket, free of what an agent left there that did not end in order.

    Raises:
        Taken: when another agent, or another program, answers there.
        Wrong: when the place cannot be used.
    """
    number = _lock(path)
    try:
        _group_number(group)
        _clear(path)
        yield
        _remove(path)
    finally:
        os.close(number)  # which gives the lock up; the file stays, since another agent may wait for it


def open_to_group(path: Path, group: str) -> None:
    """Give the socket to a group, whose members may then connect; others may not."""
    number = _group_number(group)
    try:
        if number is not None:
            os.chown(path, -1, number)
        path.chmod(MODE)
    except OSError as error:
        raise Wrong(
            f"The socket {path} cannot be given to the group {group}: {error.strerror}. "
            "The agent's user has to be a member of it.",
            kind="socket",
        ) from error


def _group_number(group: str) -> int | None:
    if not group:
        return None
    try:
        return int(group) if group.isdigit() else grp.getgrnam(group).gr_gid
    except KeyError:
        raise Wrong(f"There is no group {group}.", kind="socket") from None


def _lock(path: Path) -> int:
    place = path.with_name(f"{path.name}.lock")
    try:
        number = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Wrong(f"The agent may not make its socket {path}: {error.strerror}.", kind="socket") from error
    deadline = time.monotonic() + LOCK_WAIT_S
    while not _is_locked_by_us(number):
        if time.monotonic() > deadline:
            os.close(number)
            raise Taken(f"Another agent answers at {path}; stop it, or choose another --socket.")
        time.sleep(0.05)
    return number


def _is_locked_by_us(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens on; refuse one that answers, and what is no socket."""
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise Wrong(f"The socket {path} cannot be used: {error.strerror}.", kind="socket") from error
    if not stat.S_ISSOCK(kind):
        raise Taken(f"{path} exists and is no socket; choose another --socket.")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            _unlink(path)
            return
        except OSError as error:
            raise Wrong(f"The socket {path} cannot be used: {error.strerror}.", kind="socket") from error
    raise Taken(f"Another program answers at {path}; stop it, or choose another --socket.")


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise Wrong(
            f"{path} was left by another user's agent and cannot be removed: {error.strerror}.", kind="socket"
        ) from error


def _remove(path: Path) -> None:
    with suppress(OSError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
