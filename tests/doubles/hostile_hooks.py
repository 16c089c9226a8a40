"""A webhook that does not mean well: it answers with whatever a test gives it, for as long as it likes."""

import contextlib
import re
import socket
import socketserver
import threading


class HostileHook(socketserver.ThreadingTCPServer):
    """Calls `answer` with the line and the request's head; counts who came."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, answer, context=None):
        super().__init__(("127.0.0.1", 0), _HostileSession)
        self.answer, self.context = answer, context
        self.heads, self.visits = [], 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()


class _HostileSession(socketserver.BaseRequestHandler):
    def handle(self):
        self.server.visits += 1
        with contextlib.suppress(OSError):
            line = self.request
            if self.server.context is not None:
                line = self.server.context.wrap_socket(line, server_side=True)
            with line:
                head, size = _read_head(line), 0
                self.server.heads.append(head)
                # What is left unread when the line ends takes the answer with it.
                if length := re.search(rb"(?i)content-length: (\d+)", head):
                    size = int(length.group(1)) - len(head.partition(b"\r\n\r\n")[2])
                while size > 0 and (piece := line.recv(size)):
                    size -= len(piece)
                self.server.answer(line, head)


def _read_head(line):
    head = b""
    while b"\r\n\r\n" not in head and (piece := line.recv(4096)):
        head += piece
    return head


def for_ever(*pieces, first=b""):
    """Return an answer that begins as told and then repeats its pieces until the other side goes."""

    def answer(line, _):
        line.sendall(first)
        while True:
            for piece in pieces:
                line.sendall(piece)

    return answer


def at_once(content):
    """Return an answer that is sent whole, after which the line ends."""
    return lambda line, _: line.sendall(content)


def drips(content, stopped):
    """Return an answer of which a byte comes every few milliseconds, until the event is set."""

    def answer(line, _):
        while not stopped.wait(0.005):
            line.sendall(content)

    return answer


def relays(line, head):
    """Be a proxy: connect to whoever is asked for, on this machine, and pass bytes both ways."""
    target = head.split(b" ")[1].decode()
    with socket.create_connection(("127.0.0.1", int(target.rpartition(":")[2]))) as there:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=_pump, args=(there, line), daemon=True).start()
        _pump(line, there)


def _pump(source, target):
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
