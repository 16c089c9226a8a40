"""Lines to a server, each by one POST of HTTP, over a connection that stays open."""

import base64
import http.client
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import vedette
from vedette.edge.streams.addresses import public_address, read_secret
from vedette.edge.streams.lines import LineRefused, ReceiverAway
from vedette.errors import Wrong

TIMEOUT_S = 10.0
# What says "later": a timeout, too many requests, and whatever is the server's own trouble.
LATER = frozenset({408, 425, 429})
# An answer is read, so that the connection can be used again, and of it no more than this.
MOST_ANSWER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """Whom to trust beside the system's own authorities, and who we are; each a file, or nothing."""

    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Return them for a connection; the server's name is always checked.

        Raises:
            Wrong: when a file cannot be used.
        """
        try:
            context = ssl.create_default_context(cafile=self.authorities)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except OSError as error:  # ssl.SSLError is one
            raise Wrong(f"A certificate cannot be used: {error}.", kind="certificate") from error
        return context


@dataclass(frozen=True, slots=True)
class HttpTarget:
    """Where lines are posted to."""

    address: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: TlsOptions = field(default_factory=TlsOptions)


class HttpReceiver:
    """A server that takes each line as the body of a POST."""

    most_at_once = 1

    def __init__(self, target: HttpTarget) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            Wrong: when the address is none.
        """
        text = read_secret(target.address)
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if parts.scheme not in ("http", "https") or not host:
            raise Wrong(f"{public_address(text)} is no address to post to, such as https://host/path.")
        self.name = f"post to {host}"
        self._host, self._port = host, port
        self._context = target.tls.context() if parts.scheme == "https" else None
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {
            "Content-Type": "application/json",
            "User-Agent": f"vedette/{vedette.__version__}",
            **_credentials(parts.username, parts.password),
            **target.headers,
        }
        self._connection: http.client.HTTPConnection | None = None

    def deliver(self, lines: Sequence[bytes]) -> None:
        """Post lines, one after the other."""
        for line in lines:
            status = self._post(line.rstrip(b"\n"))
            if status in LATER or status >= 500:
                raise ReceiverAway(f"answers with status {status}")
            if not 200 <= status < 300:
                raise LineRefused(f"refused a line with status {status}")

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None

    def _post(self, body: bytes) -> int:
        is_fresh = self._connection is None
        try:
            return self._exchange(body)
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            self.close()
            if is_fresh:
                raise ReceiverAway(reason_of(error)) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise ReceiverAway(reason_of(error)) from error
        return self._post(body)  # the server had closed the connection meanwhile; a fresh one tells

    def _exchange(self, body: bytes) -> int:
        if self._connection is None:
            self._connection = self._connected()
        self._connection.request("POST", self._path, body, dict(self._headers))
        response = self._connection.getresponse()
        rest = response.read(MOST_ANSWER_BYTES + 1)
        if len(rest) > MOST_ANSWER_BYTES or response.will_close:
            self.close()
        return response.status

    def _connected(self) -> http.client.HTTPConnection:
        if self._context is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
        return http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT_S, context=self._context)


def header_of(text: str) -> tuple[str, str]:
    """Return a header's name and value; the text may lie in the file that `@FILE` names.

    Raises:
        Wrong: when it is none.
    """
    name, colon, value = read_secret(text).partition(":")
    is_clean = name.isascii() and "\r" not in value and "\n" not in value and value.isprintable()
    if not (colon and name.strip() and is_clean):
        raise Wrong("A header is NAME: VALUE, on one line.", kind="header")
    return name.strip(), value.strip()


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    text = f"{unquote(user)}:{unquote(password or '')}"
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode("ascii")}


def reason_of(error: Exception) -> str:
    """Return what is wrong, without the address, which may hold a secret."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return f"did not answer for {TIMEOUT_S:g} s"
    return f"cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}"
