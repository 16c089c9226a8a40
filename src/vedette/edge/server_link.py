"""The agent's calls to its server: HTTPS, a bearer secret, answers held to a size and a time.

Nothing that comes is believed here: orders are signed, archives have checksums. No redirect is followed,
since it would carry the secret elsewhere.
"""

import http.client
import json
import ssl
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vedette
from vedette.edge.enrolment import Enrolment, hash_of
from vedette.errors import Wrong
from vedette.runtime.signatures import decode

PATHS = "/-/devices/v1"
# An order has 64 KiB at most, and base64 makes a third more of it.
MOST_ANSWER = 256 << 10
CONNECT_S = 20.0
# A silent server is left after this long, and an answer that drips after three times as long.
SILENCE_S = 30.0
PIECE = 256 << 10
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
OK, PARTIAL, UNAUTHORIZED, NOT_SATISFIABLE, UNAVAILABLE = 200, 206, 401, 416, 503


class LinkFault(Exception):
    """The server could not be asked, or answered otherwise than it should; the message is for people.

    `is_stranger`: it does not know the device. `is_closed`: what was asked for is not to be had now, as a
    package whose key is disabled. `after_s`: when it wants to be asked again, if it says.
    """

    def __init__(
        self, sentence: str, *, is_stranger: bool = False, is_closed: bool = False, after_s: float = 0.0
    ) -> None:
        super().__init__(sentence)
        self.is_stranger = is_stranger
        self.is_closed = is_closed
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """What a server says when a device has reported: its order, if it has one, and when it asks next."""

    order: bytes
    signature: bytes
    after_s: float


class ServerLink:
    """The way to one server. One thread uses it."""

    def __init__(self, address: str, ca: Path | None = None) -> None:
        parts = urllib.parse.urlsplit(address)
        self._host, self._is_secure = parts.hostname or "", parts.scheme == "https"
        self._root = parts.path.rstrip("/")
        try:
            self._port = parts.port
        except ValueError:
            raise _no_address(address) from None
        if parts.scheme not in ("http", "https") or not self._host or parts.query or parts.username:
            raise _no_address(address)
        if not self._is_secure and self._host not in LOCAL_HOSTS:
            raise Wrong(f"{address} is not encrypted: a server elsewhere is reached by https://.")
        self._context = _trust(ca) if self._is_secure else None

    def register(self, enrolment: Enrolment, token_secret: str) -> None:
        """Tell the server whose device this is; the same once more does no harm."""
        bearer = f"{enrolment.device}.{token_secret}"
        self._call("register", bearer, {"secret_hash": hash_of(enrolment.secret)})

    def announce(self, enrolment: Enrolment, report: Mapping[str, Any]) -> ServerAnswer:
        """Report, and return what the server says."""
        answer = self._call("announce", enrolment.bearer, report)
        try:
            order, after_s = answer.get("order"), float(answer["after_s"])
            if order is None:
                return ServerAnswer(b"", b"", after_s)
            return ServerAnswer(decode(order["text"]), decode(order["signature"]), after_s)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise LinkFault("The server's answer cannot be read.") from None

    @contextmanager
    def download(
        self, enrolment: Enrolment, archive: str, start: int
    ) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Yield from where on an archive comes, and its bytes: from `start`, or from its beginning."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._asked("GET", f"packages/{archive}", enrolment.bearer, None, headers) as response:
            if response.status == NOT_SATISFIABLE:
                yield start, iter(())
                return
            _require(response, OK, PARTIAL)
            begins = start if response.status == PARTIAL else 0
            yield begins, _pieces(response)

    def _call(self, name: str, bearer: str, body: Mapping[str, Any]) -> dict[str, Any]:
        text = json.dumps(body).encode()
        deadline = time.monotonic() + 3 * SILENCE_S
        with self._asked("POST", name, bearer, text, {"Content-Type": "application/json"}) as response:
            _require(response, OK)
            parts, size = [], 0
            for piece in _pieces(response):
                parts.append(piece)
                size += len(piece)
                if size > MOST_ANSWER or time.monotonic() > deadline:
                    raise LinkFault("The server's answer is too long, or takes too long.")
        try:
            answer = json.loads(b"".join(parts))
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise LinkFault("The server's answer cannot be read.")
        return answer

    @contextmanager
    def _asked(
        self, method: str, name: str, bearer: str, body: bytes | None, more: Mapping[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        connection = self._connection()
        headers = {
            "Authorization": f"Bearer {bearer}",
            "User-Agent": f"vedette-edge/{vedette.__version__}",
            **more,
        }
        try:
            connection.request(method, f"{self._root}{PATHS}/{name}", body, headers)
            if connection.sock is not None:
                connection.sock.settimeout(SILENCE_S)
            yield connection.getresponse()
        except ssl.SSLCertVerificationError as error:
            raise LinkFault(
                f"The server's certificate is not trusted here ({error.verify_message}); "
                "--server-ca names the file of who signed it."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise LinkFault(f"The server cannot be reached: {str(error) or type(error).__name__}.") from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._context is not None:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=CONNECT_S, context=self._context
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=CONNECT_S)


def _require(response: http.client.HTTPResponse, *statuses: int) -> None:
    if response.status in statuses:
        return
    sentence = _sentence(response)
    after = response.getheader("Retry-After", "")
    raise LinkFault(
        f"The server refused: {sentence}",
        is_stranger=response.status == UNAUTHORIZED,
        is_closed=response.status == UNAVAILABLE,
        after_s=float(after) if after.isdecimal() and len(after) < 6 else 0.0,
    )


def _sentence(response: http.client.HTTPResponse) -> str:
    """Return what a refusal says, in letters that only show."""
    try:
        document = json.loads(response.read(MOST_ANSWER))
        text = str(document["message"])
    except (OSError, http.client.HTTPException, KeyError, TypeError, ValueError, RecursionError):
        text = f"status {response.status}"
    return "".join(letter if letter.isprintable() else "?" for letter in text[:300])


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := response.read1(PIECE):
        yield piece
    if response.length:  # read1 ends quietly where the line was cut
        raise LinkFault("The server's answer was cut off.")


def _trust(ca: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ssl.SSLError) as error:
        raise Wrong(f"The certificates in {ca} cannot be read: {error}.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _no_address(address: str) -> Wrong:
    return Wrong(f"{address[:100]!r} is no address of a server, such as https://vedette.example:8443.")
