"""Receivers for tests: a server that is posted to, a broker that is published to, certificates for both."""

import contextlib
import datetime as dt
import ipaddress
import socket
import socketserver
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CONNECT, CONNACK, PUBLISH, PUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 12, 13, 14


class PostTarget(ThreadingHTTPServer):
    """Keeps what it is posted, and answers with the statuses that are written down, then with 204."""

    daemon_threads = True

    def __init__(self, statuses=(), port=0):
        super().__init__(("127.0.0.1", port), _PostHandler)
        self.statuses, self.requests, self.connections = list(statuses), [], 0
        self.closes_after_each = False

    @property
    def bodies(self):
        return [body for _, _, body in self.requests]

    def get_request(self):
        self.connections += 1
        return super().get_request()


class _PostHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.server.requests.append((self.path, dict(self.headers), body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if self.server.closes_after_each:
            self.close_connection = True

    def log_message(self, *_):
        pass


class Broker(socketserver.ThreadingTCPServer):
    """As much of MQTT 3.1.1 as a publisher needs; it can refuse, be silent, and lose its power."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, *, port=0, context=None, user=""):
        super().__init__(("127.0.0.1", port), _BrokerSession)
        self.context, self.user = context, user
        self.messages, self.names, self.lines = [], [], []
        self.is_silent = False

    @property
    def port(self):
        return self.server_address[1]

    def drop(self):
        for line in self.lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _BrokerSession(socketserver.BaseRequestHandler):
    def handle(self):
        line = self.request
        with contextlib.suppress(OSError, ValueError):
            if self.server.context is not None:
                line = self.server.context.wrap_socket(line, server_side=True)
            self.server.lines.append(line)
            with line, line.makefile("rb") as stream:
                while (packet := read_packet(stream)) is not None:
                    self._answer(line, *packet)

    def _answer(self, line, kind, flags, body):
        if kind == CONNECT:
            self._connect(line, body)
        elif kind == PUBLISH:
            size = int.from_bytes(body[:2])
            topic, number, payload = body[2 : 2 + size], body[2 + size : 4 + size], body[4 + size :]
            assert flags & 6 == 2, "quality of service 1"
            if not self.server.is_silent:
                self.server.messages.append((topic.decode(), payload))
                line.sendall(bytes([PUBACK << 4, 2]) + number)
        elif kind == PINGREQ:
            line.sendall(bytes([PINGRESP << 4, 0]))
        elif kind == DISCONNECT:
            line.shutdown(socket.SHUT_RDWR)

    def _connect(self, line, body):
        assert body[:7] == b"\0\4MQTT\4"
        fields, rest = [], body[10:]
        while rest:
            size = int.from_bytes(rest[:2])
            fields.append(rest[2 : 2 + size].decode())
            rest = rest[2 + size :]
        self.server.names.append(fields[0])
        is_welcome = ":".join(fields[1:]) == self.server.user
        line.sendall(bytes([CONNACK << 4, 2, 0, 0 if is_welcome else 4]))


def read_packet(stream):
    """Return kind, flags and body of a packet; None at the end."""
    first = stream.read(1)
    if not first:
        return None
    size = shift = 0
    while (part := stream.read(1)[0]) & 0x80:
        size |= (part & 0x7F) << shift
        shift += 7
    size |= part << shift
    return first[0] >> 4, first[0] & 15, stream.read(size)


@contextlib.contextmanager
def serving(server):
    """Serve in a thread while the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    with server:
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            if isinstance(server, Broker):
                server.drop()


def write_certificate(folder):
    """Write a certificate of 127.0.0.1 that is its own authority, and its key; return a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vedette test")])
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now.replace(year=2120))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
