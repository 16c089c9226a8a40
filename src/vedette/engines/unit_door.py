"""The line between a server and a unit on another machine: a port there, and a secret that is used once.

A unit's worker listens on its node's own address and tells port and secret to who has started it, by the
cluster's own calls. Whoever proves the first half of the secret has the line, and is answered with the second
half, so that neither speaks to somebody else who took the port. Nothing else is read of a visitor; who is
wrong, silent or slow keeps nobody out.
"""

import contextlib
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from vedette.engines.carrying import NodeTrouble

HALF = 32
# A visitor of ours proves itself with its first packet.
PROVE_S = 3.0
# Who started the worker comes at once, or never: its process has ended, or a firewall keeps it out.
OPEN_S = 30.0
ENTER_S = 5.0
# More than these are of no use to anybody: the one that has been silent for longest goes.
VISITORS, BACKLOG = 64, 128
# A node that has lost its current says nothing; the cluster notices it in half a minute, and so does this.
KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports that units may listen at; the system chooses one where `first` is 0."""

    first: int = 0
    last: int = 0

    def __iter__(self) -> Iterator[int]:
        """Yield them, from a random one on: workers of one node begin at different ones."""
        count = self.last - self.first + 1
        start = secrets.randbelow(count)
        return (self.first + (start + number) % count for number in range(count))


class UnitDoor:
    """A port of this machine that lets one visitor in."""

    def __init__(self, address: str, ports: Ports) -> None:
        self._listener = _listen(address, ports)
        self._secret = secrets.token_bytes(2 * HALF)
        self._line: Future[socket.socket] = Future()
        self._visitors: dict[socket.socket, tuple[float, bytearray]] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._watching = threading.Thread(target=self._watch, name="door", daemon=True)
        self._watching.start()

    def tell(self) -> dict[str, Any]:
        """Return what the one who may come in needs."""
        return {"port": self._listener.getsockname()[1], "secret": self._secret.hex()}

    def line(self, within_s: float = OPEN_S) -> socket.socket:
        """Return the line to who has come in; blocks.

        Raises:
            TimeoutError: when nobody has.
        """
        return self._line.result(within_s)

    def join(self, within_s: float) -> None:
        """Wait until nobody is listening any more: somebody has come in, or nobody has."""
        self._watching.join(within_s)

    def _watch(self) -> None:
        end = time.monotonic() + OPEN_S
        try:
            while not self._line.done():
                if time.monotonic() > end:
                    self._line.set_exception(TimeoutError("nobody has come"))
                    return
                for key, _ in self._selector.select(PROVE_S / 4):
                    self._let_in() if key.fileobj is self._listener else self._hear(key.fileobj)
                    if self._line.done():
                        return
                self._drop_slow()
        finally:
            for visitor in list(self._visitors):
                self._drop(visitor)
            self._selector.close()
            self._listener.close()

    def _let_in(self) -> None:
        try:
            visitor, _ = self._listener.accept()
        except OSError:  # it has gone already, or this process has too many files open
            return
        visitor.setblocking(False)
        if len(self._visitors) >= VISITORS:
            self._drop(next(iter(self._visitors)))
        self._visitors[visitor] = (time.monotonic() + PROVE_S, bytearray())
        self._selector.register(visitor, selectors.EVENT_READ)

    def _hear(self, visitor: Any) -> None:
        if visitor not in self._visitors:  # dropped for a newer one a moment ago
            return
        proof = self._visitors[visitor][1]
        try:
            # Not a byte more than is to be proved.
            piece = visitor.recv(HALF - len(proof))
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        proof += piece
        if piece and len(proof) < HALF:
            return
        if not secrets.compare_digest(bytes(proof), self._secret[:HALF]):
            self._drop(visitor)
            return
        self._welcome(visitor)

    def _welcome(self, visitor: socket.socket) -> None:
        try:
            visitor.setblocking(True)
            tune(visitor)
            visitor.sendall(self._secret[HALF:])
        except OSError:
            self._drop(visitor)
            return
        self._selector.unregister(visitor)
        del self._visitors[visitor]
        self._line.set_result(visitor)

    def _drop_slow(self) -> None:
        now = time.monotonic()
        for visitor in [visitor for visitor, (until, _) in self._visitors.items() if until < now]:
            self._drop(visitor)

    def _drop(self, visitor: socket.socket) -> None:
        self._selector.unregister(visitor)
        del self._visitors[visitor]
        visitor.close()


def enter(address: str, port: int, secret: str) -> socket.socket:
    """Return the line to a unit that listens there.

    Raises:
        NodeTrouble: with a sentence, when nobody answers, or somebody else does.
    """
    halves = bytes.fromhex(secret)
    try:
        line = socket.create_connection((address, port), ENTER_S)
    except OSError as error:
        raise NodeTrouble(_shut_sentence(address, port, error.strerror or str(error))) from None
    try:
        tune(line)
        line.sendall(halves[:HALF])
        proof = _read(line, HALF)
    except OSError as error:
        line.close()
        raise NodeTrouble(_shut_sentence(address, port, error.strerror or str(error))) from None
    if not secrets.compare_digest(proof, halves[HALF:]):
        line.close()
        raise NodeTrouble(_shut_sentence(address, port, "somebody else answers"))
    line.settimeout(None)
    return line


def tune(line: socket.socket) -> None:
    """Let a frame leave at once, and a machine that is silent be noticed."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):  # macOS and Windows lack some
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _read(line: socket.socket, size: int) -> bytes:
    proof, end = bytearray(), time.monotonic() + ENTER_S
    while len(proof) < size and (piece := line.recv(size - len(proof))):
        proof += piece
        line.settimeout(max(0.01, end - time.monotonic()))
    return bytes(proof)


def _shut_sentence(address: str, port: int, reason: str) -> str:
    return (
        f"The unit on the node {address} cannot be reached at port {port}: {reason}. "
        "This machine needs the ports of VEDETTE_RAY_PORTS there."
    )


def _listen(address: str, ports: Ports) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for port in ports:
        # A port may still have lines of units that began before: what is said on those goes on.
        with contextlib.suppress(OSError):
            listener = socket.create_server((address, port), family=family, backlog=BACKLOG)
            listener.setblocking(False)
            return listener
    place = f"one of the ports {ports.first} to {ports.last}" if ports.first else "any port"
    raise NodeTrouble(f"Nothing can listen at {place} of the node {address}: all are taken, or not its own.")
