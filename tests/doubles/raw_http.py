"""Requests as bytes: what no client library would send, signed where a test wants it so."""

import contextlib
import hashlib
import hmac
import re
import socket
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from doubles.servers import RunningServer

Fields = list[tuple[str, str]]


def connect(server: RunningServer, *, timeout: float = 10) -> socket.socket:
    """Return a connection to the server."""
    address = urlsplit(server.address)
    return socket.create_connection((address.hostname, address.port), timeout=timeout)


def talk(server: RunningServer, *pieces: bytes, patience: float = 3) -> bytes:
    """Send the pieces, and return all that comes back until the server closes or falls silent."""
    with connect(server) as line:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                line.sendall(piece)
        return rest_of(line, patience=patience)


def rest_of(line: socket.socket, *, patience: float = 3) -> bytes:
    """Return all that still comes back."""
    answer = b""
    line.settimeout(patience)
    with contextlib.suppress(TimeoutError, ConnectionError):
        while part := line.recv(65536):
            answer += part
    return answer


def statuses(answer: bytes) -> list[int]:
    """Return the status of every answer among the bytes."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def head(method: str, target: str, fields: Iterable[tuple[str, str]]) -> bytes:
    """Return a request's head as bytes."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def signed_fields(
    server: RunningServer,
    method: str,
    path: str,
    *,
    query: str = "",
    fields: Fields | None = None,
    body: bytes = b"",
    service: str = "s3",
    key: tuple[str, ...] | None = None,
    stamp: str = "",
) -> Fields:
    """Return the fields with a signature of Version 4 over all of them, and over the body's hash."""
    key = key or server.key
    stamp = stamp or time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    payload = hashlib.sha256(body).hexdigest()
    fields = [("host", urlsplit(server.address).netloc), *(fields or []), ("x-amz-date", stamp)]
    if service == "s3":
        fields.append(("x-amz-content-sha256", payload))
    if len(key) > 2:
        fields.append(("x-amz-security-token", key[2]))
    fields.sort()
    names = ";".join(name for name, _ in fields)
    listed = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in fields)
    ordered = "&".join(sorted(part if "=" in part else f"{part}=" for part in query.split("&") if part))
    text = f"{method}\n{path}\n{ordered}\n{listed}\n{names}\n{payload}"
    scope = f"{stamp[:8]}/us-east-1/{service}/aws4_request"
    digest = hashlib.sha256(text.encode("latin-1")).hexdigest()
    secret = f"AWS4{key[1]}".encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.digest(secret, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}".encode(), "sha256").hex()
    credential = f"AWS4-HMAC-SHA256 Credential={key[0]}/{scope}, SignedHeaders={names}, Signature={signature}"
    return [*fields, ("authorization", credential)]


def signed(
    server: RunningServer,
    method: str,
    path: str,
    *,
    query: str = "",
    fields: Fields | None = None,
    body: bytes = b"",
    service: str = "s3",
    close: bool = True,
) -> bytes:
    """Return a whole signed request as bytes; the server closes after it unless told not to."""
    ready = signed_fields(server, method, path, query=query, fields=fields, body=body, service=service)
    if not any(name in ("content-length", "transfer-encoding") for name, _ in ready):
        ready.append(("content-length", str(len(body))))
    if close:
        ready.append(("connection", "close"))
    return head(method, f"{path}?{query}" if query else path, ready) + body
