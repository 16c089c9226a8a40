"""Where lines of the trail go besides: a file that is rotated, and a syslog server by RFC 5424.

A target takes lines in order and returns when they are there: on this disk, or with the other machine's
kernel. What it raises is an OSError; the same lines are given to it again then.
"""

import fcntl
import os
import re
import select
import socket
import ssl
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from vedette.errors import Wrong

# Of RFC 5424: facility 13 is the audit log's; what was refused is a notice, the rest informational.
FACILITY, NOTICE, INFORMATIONAL = 13, 5, 6
PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
# What one datagram may hold by IPv4 (RFC 5426 3.2).
MOST_DATAGRAM = 65_000
PATIENCE_S, LOOK_S = 10.0, 0.02
# How long a connection has to stay open after the last bytes, for these to count as taken.
SETTLE_S = 0.2
PRINTABLE = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A line for targets: its JSON, and what a syslog header says of it. `brief` is for a small datagram."""

    time: str
    name: str
    was_refused: bool
    text: bytes
    brief: bytes


class AuditTarget(Protocol):
    """Takes lines."""

    def put(self, lines: Sequence[TargetLine]) -> None:
        """Return once the lines are there; OSError where they may not be."""

    def close(self) -> None:
        """Let go of what is open."""


class FileTarget:
    """A file of JSON lines: at a size it becomes `.1`, that one `.2`, and so on; what is too many goes."""

    def __init__(self, file: Path, *, most_bytes: int, most_files: int) -> None:
        self._file, self._most_bytes, self._most_files = file, most_bytes, most_files

    def put(self, lines: Sequence[TargetLine]) -> None:
        """Append the lines, onto the disk; half a line that a kill left is ended first."""
        content = b"".join(line.text + b"\n" for line in lines)
        handle = os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            size = os.fstat(handle).st_size
            is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            try:
                _write_whole(handle, (b"\n" if is_torn else b"") + content)
                os.fsync(handle)
            except OSError:
                # Of what a full disk took of them nothing is left: they come again.
                os.ftruncate(handle, size)
                raise
            size = os.fstat(handle).st_size
        finally:
            os.close(handle)
        if size >= self._most_bytes:
            self._rotate()

    def close(self) -> None:
        """Nothing is open between."""

    def _rotate(self) -> None:
        names = [self._file, *(Path(f"{self._file}.{n}") for n in range(1, self._most_files))]
        # The oldest is replaced by the one before it.
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            if newer.exists():
                newer.replace(older)


def _write_whole(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


class SyslogTarget:
    """A syslog server: datagrams (RFC 5426), or counted messages by TCP (RFC 6587) or TLS (RFC 5425)."""

    def __init__(self, address: str, authority: Path | None = None) -> None:
        self._kind, self._host, self._port = read_address(address)
        self._authority = authority
        self._socket: socket.socket | None = None
        self._hostname = PRINTABLE.sub("", socket.gethostname())[:255] or "-"

    def put(self, lines: Sequence[TargetLine]) -> None:
        """Send the lines. By a stream they are there when the other machine has acknowledged their bytes."""
        try:
            if self._kind == "udp":
                self._send_datagrams(lines)
            else:
                self._send_stream(lines)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """End the connection; the next lines make another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _message(self, line: TargetLine, text: bytes) -> bytes:
        priority = 8 * FACILITY + (NOTICE if line.was_refused else INFORMATIONAL)
        name = PRINTABLE.sub("", line.name)[:32] or "-"
        head = f"<{priority}>1 {line.time} {self._hostname} vedette {os.getpid()} {name} - "
        return head.encode() + text

    def _send_datagrams(self, lines: Sequence[TargetLine]) -> None:
        connection = self._socket or self._connect(socket.SOCK_DGRAM)
        for line in lines:
            whole = self._message(line, line.text)
            connection.send(whole if len(whole) <= MOST_DATAGRAM else self._message(line, line.brief))
        # Where nobody listens the other machine says so, which is all that datagrams ever tell.
        if error := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, os.strerror(error))

    def _send_stream(self, lines: Sequence[TargetLine]) -> None:
        connection = self._socket
        if connection is None or _is_closed(connection):
            self.close()
            connection = self._connect(socket.SOCK_STREAM)
        messages = [self._message(line, line.text) for line in lines]
        connection.settimeout(PATIENCE_S)
        connection.sendall(b"".join(b"%d %b" % (len(message), message) for message in messages))
        _await_acknowledgement(connection)

    def _connect(self, kind: socket.SocketKind) -> socket.socket:
        if kind == socket.SOCK_STREAM:
            connection = socket.create_connection((self._host, self._port), timeout=PATIENCE_S)
        else:
            family, _, _, _, place = socket.getaddrinfo(self._host, self._port, type=kind)[0]
            connection = socket.socket(family, kind)
            connection.connect(place)
            connection.settimeout(PATIENCE_S)
        self._socket = connection
        if self._kind == "tls":
            context = ssl.create_default_context(cafile=self._authority and str(self._authority))
            self._socket = context.wrap_socket(connection, server_hostname=self._host)
        return self._socket


def read_address(address: str) -> tuple[str, str, int]:
    """Return kind, host and port of a syslog server's address."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in PORTS or not host or parts.path not in ("", "/") or parts.query or parts.username:
        raise Wrong(
            f'"{address[:200]}" is no address of a syslog server: say udp://HOST:514, tcp://HOST:601 or '
            "tls://HOST:6514."
        )
    return parts.scheme, host, port or PORTS[parts.scheme]


def _await_acknowledgement(connection: socket.socket) -> None:
    """Wait until no byte is under way; where the other side has closed, nothing is known of what it had."""
    deadline = time.monotonic() + PATIENCE_S
    while _unacknowledged(connection) and not _is_closed(connection):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the syslog server has taken nothing for {PATIENCE_S:.0f} seconds")
        time.sleep(LOOK_S)
    # A program that ends with bytes unread closes a moment after its kernel took them.
    readable, _, _ = select.select([connection], [], [], SETTLE_S)
    if readable and _is_closed(connection):
        raise ConnectionResetError("the syslog server closed the connection")


def _unacknowledged(connection: socket.socket) -> int:
    """Return how many bytes the other machine's kernel has not acknowledged (SIOCOUTQ of tcp(7))."""
    answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
    return int(struct.unpack("i", answer)[0])


def _is_closed(connection: socket.socket) -> bool:
    """Return whether the other side has closed; what it says, which no syslog server does, is passed over."""
    connection.settimeout(0)
    try:
        while True:
            if not connection.recv(4096):
                return True
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
