"""What a function's process may connect to: no cloud's keys of the machine, and no socket of another program.

    handler ── connect() ──► kernel: stopped by seccomp ──► keeper: looks, then connects for it, or refuses

Clouds give a machine's own keys to whoever asks a link-local address by TCP. Sockets in files lead to daemons
that act for their user outside of Landlock, which lets one connect to any of them. So the keeper reads the
address, and connects with what it has read on its own copy of the socket: whatever another thread writes over
the address, or puts in the socket's place, changes nothing. It needs no root, and Linux 5.6.

Like `runner.py`, which loads it, this is run by its path and imports nothing of Vedette.
"""

import array
import contextlib
import ctypes
import errno
import fcntl
import ipaddress
import os
import platform
import select
import socket
import stat
import struct
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Link-local addresses, where nearly all clouds answer, and the others' own.
REFUSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::254/128", "fd00:42::42/128",
        "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32",
    )
)  # fmt: skip
# The translation of IPv4 that every network may have.
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
DNS = 53
METADATA = ("169.254.169.254", 80)
# Connections of one function that are not through; each has a thread of the keeper.
MOST_PENDING = 128
LONGEST_ADDRESS = 128

SET_FILTER, NEW_LISTENER, WAIT_KILLABLE = 1, 1 << 3, 1 << 5
PR_SET_NO_NEW_PRIVS = 38
ALLOW, ASK, FAIL = 0x7FFF0000, 0x7FC00000, 0x00050000
RECEIVE, ANSWER, IS_VALID = 0xC0502100, 0xC0182101, 0x40082102
REQUEST, RESPONSE = struct.Struct("=QIIiIQ6Q"), struct.Struct("=QqiI")
PIDFD_GETFD = 438
# These three are the same on every architecture: what they ask for is done past the filter.
IO_URING = (425, 426, 427)
FAST_OPEN = 0x20000000
FAMILY = struct.Struct("=H")


@dataclass(frozen=True, slots=True)
class Machine:
    """Numbers of an architecture; those that send name the place of their flags, too."""

    audit: int
    seccomp: int
    connect: int
    senders: tuple[tuple[int, int], ...]
    foreign_from: int = 0


MACHINES = {
    "x86_64": Machine(0xC000003E, 317, 42, ((44, 3), (46, 2), (307, 3)), 0x40000000),
    "aarch64": Machine(0xC00000B7, 277, 203, ((206, 3), (211, 2), (269, 3))),
}


# In the handler's process


def shut(channel: socket.socket) -> None:
    """Stop this process and its children at each connection from now on; give the keeper what hears of it."""
    machine = MACHINES[platform.machine()]
    program = _filter(machine)
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("=HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    library = ctypes.CDLL(None, use_errno=True)
    # Linux before 5.19 has no other than the last: there a signal begins a connection anew.
    for flags in (NEW_LISTENER | WAIT_KILLABLE, NEW_LISTENER):
        listener = int(library.syscall(machine.seccomp, SET_FILTER, flags, head))
        if listener >= 0:
            break
    else:
        raise OSError(ctypes.get_errno(), "seccomp")
    try:
        socket.send_fds(channel, [b"\0"], [listener])
    finally:
        os.close(listener)


def _filter(machine: Machine) -> bytes:
    """Return the program that the kernel asks about every system call."""
    load, equal, holds, least, give = 0x20, 0x15, 0x45, 0x35, 0x06
    missing = (give, 0, 0, FAIL | errno.ENOSYS)
    steps = [(load, 0, 0, 4), (equal, 1, 0, machine.audit), missing, (load, 0, 0, 0)]
    if machine.foreign_from:
        steps += [(least, 0, 1, machine.foreign_from), missing]
    steps += [(equal, 0, 1, machine.connect), (give, 0, 0, ASK)]
    for number in IO_URING:
        steps += [(equal, 0, 1, number), missing]
    for number, flags in machine.senders:
        # Data may be sent to an address without a connection before: that one is made on the way.
        steps += [
            (equal, 0, 4, number), (load, 0, 0, 16 + 8 * flags), (holds, 0, 1, FAST_OPEN),
            (give, 0, 0, FAIL | errno.EOPNOTSUPP), (give, 0, 0, ALLOW),
        ]  # fmt: skip
    steps.append((give, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class GatePair:
    """Both ends of a gate, made before the keeper forks: one process shuts it, the keeper opens it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._keepers, self._handlers = socket.socketpair()

    def shut(self) -> None:
        """Stop this process at each connection, for good."""
        with self._keepers, self._handlers:
            shut(self._handlers)

    def open(self) -> None:
        """Make the other process's connections from now on, once it is shut in or has gone."""
        self._handlers.close()
        with self._keepers:
            listener = take_listener(self._keepers)
        if listener is not None:
            ConnectGate(listener, self._folder).open()


# In the keeper


def take_listener(channel: socket.socket) -> int | None:
    """Return what hears of a process's connections; None where that process could not be stopped."""
    descriptors = array.array("i")
    with contextlib.suppress(OSError):
        descriptors.extend(socket.recv_fds(channel, 1, 1)[1])
    return descriptors[0] if descriptors else None


class ConnectGate:
    """Makes the connections of a function's processes, or refuses them."""

    def __init__(self, listener: int, folder: str) -> None:
        self._listener = listener
        self._folder = os.path.realpath(folder)
        self._library = ctypes.CDLL(None, use_errno=True)
        self._room = threading.Semaphore(MOST_PENDING)

    def open(self) -> None:
        """Begin, in threads that end with this process."""
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        while any(event & select.POLLIN for _, event in poll.poll()):
            request = bytearray(REQUEST.size)
            try:
                fcntl.ioctl(self._listener, RECEIVE, request)
            except OSError:
                continue  # whoever asked has been killed
            number, thread, _, _, _, _, descriptor, address, length, *_ = REQUEST.unpack(request)
            wish = (number, thread, descriptor & 0xFFFFFFFF, address, length & 0xFFFFFFFF)
            if not self._begin(wish):
                self._answer(number, errno.EAGAIN)

    def _begin(self, wish: tuple[int, ...]) -> bool:
        """Begin a connection in a thread of its own, since it may take minutes; say whether one was free."""
        if not self._room.acquire(blocking=False):
            return False
        try:
            threading.Thread(target=self._settle, args=wish, daemon=True).start()
        except RuntimeError:
            self._room.release()
            return False
        return True

    def _settle(self, number: int, thread: int, descriptor: int, address: int, length: int) -> None:
        try:
            problem = self._connect(number, thread, descriptor, address, length)
        except OSError as error:
            problem = error.errno or errno.EACCES
        except Exception:  # noqa: BLE001  (whatever it is, nothing is let through)
            problem = errno.EACCES
        self._room.release()
        self._answer(number, problem)

    def _connect(self, number: int, thread: int, descriptor: int, address: int, length: int) -> int:
        """Connect as asked; return the number of what is in the way, 0 for nothing."""
        if not FAMILY.size <= length <= LONGEST_ADDRESS:
            return errno.EINVAL
        target = _read(thread, address, length)
        with socket.socket(fileno=self._copy(thread, descriptor)) as own:
            # Only now: both could be another process's, which has got the number of one that is gone.
            fcntl.ioctl(self._listener, IS_VALID, struct.pack("=Q", number))
            if own.family == socket.AF_UNIX:
                return self._connect_file(thread, own, target)
            if own.family not in (socket.AF_INET, socket.AF_INET6):
                return errno.EACCES
            if own.type != socket.SOCK_DGRAM and is_refused(target):
                return errno.EACCES
            return self._call(own, target)

    def _copy(self, thread: int, descriptor: int) -> int:
        """Return a copy of another process's socket."""
        group = next(
            int(line.split()[1])
            for line in Path(f"/proc/{thread}/status").read_text("ascii", "replace").splitlines()
            if line.startswith("Tgid:")
        )
        process = os.pidfd_open(group)
        try:
            copy = int(self._library.syscall(PIDFD_GETFD, process, descriptor, 0))
            if copy < 0:
                raise OSError(ctypes.get_errno(), "pidfd_getfd")
        finally:
            os.close(process)
        if not stat.S_ISSOCK(os.fstat(copy).st_mode):
            os.close(copy)
            raise OSError(errno.ENOTSOCK, "connect")
        return copy

    def _connect_file(self, thread: int, own: socket.socket, target: bytes) -> int:
        """Connect to a socket in the function's own folder; any other is somebody else's."""
        name = os.fsdecode(target[FAMILY.size :].partition(b"\0")[0])
        if not name or FAMILY.unpack_from(target)[0] != socket.AF_UNIX:
            return errno.EACCES
        path = os.path.normpath(Path(f"/proc/{thread}/cwd").readlink() / name)
        if not path.startswith(f"{self._folder}/"):
            return errno.EACCES
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return errno.ENOENT
        try:
            # Where it leads by links.
            if not str(Path(f"/proc/self/fd/{place}").readlink()).startswith(f"{self._folder}/"):
                return errno.ENOENT
            way = FAMILY.pack(socket.AF_UNIX) + f"/proc/self/fd/{place}\0".encode()
            return self._call(own, way)
        finally:
            os.close(place)

    def _call(self, own: socket.socket, target: bytes) -> int:
        return 0 if self._library.connect(own.fileno(), target, len(target)) == 0 else ctypes.get_errno()

    def _answer(self, number: int, problem: int) -> None:
        with contextlib.suppress(OSError):  # whoever asked has been killed
            fcntl.ioctl(self._listener, ANSWER, RESPONSE.pack(number, 0, -problem, 0))


def is_refused(target: bytes) -> bool:
    """Say whether an address, as the kernel takes it, is one where clouds give away a machine's keys."""
    family = FAMILY.unpack_from(target)[0]
    place = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}.get(family)
    if place is None or len(target) < place.stop:
        return False  # no address: the kernel connects to none of these
    address: Any = ipaddress.ip_address(target[place])
    if address.version == 6:
        is_translated = address in TRANSLATED
        address = ipaddress.ip_address(target[20:24]) if is_translated else address.ipv4_mapped or address
    port = int.from_bytes(target[2:4], "big")
    return port != DNS and any(address in network for network in REFUSED)


def _read(thread: int, address: int, length: int) -> bytes:
    memory = os.open(f"/proc/{thread}/mem", os.O_RDONLY | os.O_CLOEXEC)
    try:
        target = os.pread(memory, length, address)
    finally:
        os.close(memory)
    if len(target) < length:
        raise OSError(errno.EFAULT, "connect")
    return target


# Whether this machine can do so: it is tried.


def works(user: int) -> bool:
    """Say whether connections of a process can be stopped here, those of another user where one is named."""
    pair = GatePair("/nowhere")
    with socket.create_server(("127.0.0.1", 0)) as server:
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                status = int(not _is_shut(pair, user, server.getsockname()))
            os._exit(status)
        pair.open()
        return os.waitpid(child, 0)[1] == 0


def _is_shut(pair: GatePair, user: int, server: Any) -> bool:
    if user:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    pair.shut()
    with socket.socket() as asking, socket.socket() as other:
        return other.connect_ex(server) == 0 and asking.connect_ex(METADATA) == errno.EACCES


if __name__ == "__main__":
    sys.exit(not works(int(sys.argv[1])))
