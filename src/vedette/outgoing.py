"""A call to another machine: to the address that was judged, for so long and so much as is given, no further.

    name ──► asked for once ──► each address judged ──► connected to that very one ──► TLS ──► answer

A name that leads elsewhere at a second look is no way in, since there is no second look. Everything together
has one deadline and one measure of bytes: an answer that drips, has no end, or heads without end fails.
"""

import base64
import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from vedette.addresses import Address, Neighbourhood, Network, neighbourhood

# Of a name's addresses so many are tried.
MOST_ADDRESSES = 8
HEAD_BYTES = 64 * 1024
PORTS = {"http": 80, "https": 443}
TUNNEL_OPEN = 200


class CallRefused(OSError):
    """The call is not made: a name leads where this server calls nobody, or the answer is no answer."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What the other side says, without its heads."""

    status: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a call may lead, and how much it may cost.

    Public addresses are always allowed. Others are where the address itself stands in the URL, where one of
    `networks` holds them, or where `anywhere` is set; link-local ones and the clouds' own never are.
    """

    seconds: float
    most_bytes: int = 0
    networks: tuple[Network, ...] = ()
    anywhere: bool = False


def read_address(text: str) -> SplitResult:
    """Return the parts of an address that can be called.

    Raises:
        ValueError: when it cannot be, in words that do not repeat it: it may be a secret.
    """
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("it holds signs that no address has (names in other letters are written xn--…)")
    parts = urlsplit(text)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("it begins with https:// or http:// and a name")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it holds a user's name or password, which would not be sent")
    if parts.port == 0:
        raise ValueError("its port is 0")
    return parts


def call(
    method: str, address: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds
) -> HttpAnswer:
    """Send a request and return what is answered; with `most_bytes` of 0 the answer's body is not read.

    Raises:
        CallRefused: where the name leads where this call may not go.
        OSError: when nobody can be reached, or the answer takes too long or is too large.
        http.client.HTTPException: when what answers speaks no HTTP.
        ValueError: when the address cannot be called.
    """
    parts, deadline = read_address(address), time.monotonic() + bounds.seconds
    _judge_literal(parts, bounds)
    line, target = _line_to(parts, address, deadline, bounds)
    with line:
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port or PORTS[parts.scheme])
        connection.sock = line
        connection.request(method, target.url, body, {**headers, **target.headers, "Connection": "close"})
        with http.client.HTTPResponse(line, method=method) as response:  # type: ignore[arg-type]  # as far as it asks
            response.begin()
            if not bounds.most_bytes:
                return HttpAnswer(response.status, b"")
            content = response.read(bounds.most_bytes + 1)
            if len(content) > bounds.most_bytes:
                raise CallRefused(f"the answer is larger than {bounds.most_bytes:,} bytes")
            return HttpAnswer(response.status, content)


def refusal_of(address: str, bounds: Bounds) -> str:
    """Return why an address is not called as its name leads now; nothing where it is, or nobody can tell."""
    try:
        parts = read_address(address)
        _judge_literal(parts, bounds)
        if _proxy_of(parts) is not None:
            return ""
        host = str(parts.hostname)
        places = socket.getaddrinfo(host, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        return str(error) if isinstance(error, CallRefused) else ""
    reasons = [_reason_against(host, str(place[0]), bounds) for *_, place in places[:MOST_ADDRESSES]]
    return reasons[0] if reasons and all(reasons) else ""


def _reason_against(host: str, text: str, bounds: Bounds) -> str:
    try:
        _judge_of(host, text, bounds)()
    except CallRefused as refusal:
        return str(refusal)
    return ""


@dataclass(frozen=True, slots=True)
class _SentAs:
    """What is asked for on a line, and what is said to a proxy beside."""

    url: str
    headers: Mapping[str, str]


def _line_to(parts: SplitResult, address: str, deadline: float, bounds: Bounds) -> tuple["_Line", _SentAs]:
    """Return a line on which the request can be sent: to the other side, or to the environment's proxy."""
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    most_bytes = bounds.most_bytes + HEAD_BYTES
    proxy = _proxy_of(parts)
    if proxy is None:
        line = _Line(_connected(host, port, deadline, bounds), deadline, most_bytes)
    else:
        # The operator named it; whither a name leads from there is for it to say.
        way = (str(proxy.hostname), proxy.port or PORTS["http"], deadline, Bounds(0, anywhere=True))
        line = _Line(_connected(*way), deadline, most_bytes)
        if parts.scheme == "http":
            return line, _SentAs(address.partition("#")[0], _proxy_headers(proxy))
    try:
        if proxy is not None:
            _open_tunnel(line, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", _proxy_headers(proxy))
        if parts.scheme == "https":
            line.secure(host)
    except BaseException:
        line.close()
        raise
    return line, _SentAs(path, {})


def _proxy_of(parts: SplitResult) -> SplitResult | None:
    """Return the proxy that the environment names for an address (`https_proxy`, `no_proxy` and the like)."""
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(parts.netloc):
        return None
    split = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return split if split.hostname else None


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _open_tunnel(line: "_Line", place: str, headers: Mapping[str, str]) -> None:
    heads = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    line.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{heads}\r\n".encode("ascii"))
    response = http.client.HTTPResponse(line, method="CONNECT")  # type: ignore[arg-type]  # as far as it asks
    response.begin()
    if response.status != TUNNEL_OPEN:
        raise CallRefused(f"the proxy answered with the status {response.status}")


def _judge_literal(parts: SplitResult, bounds: Bounds) -> None:
    """Refuse an address that stands in the URL itself and is nobody's, whoever connects."""
    literal = _literal(str(parts.hostname))
    if literal is not None:
        _judge(literal, neighbourhood(literal), True, bounds)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _connected(host: str, port: int, deadline: float, bounds: Bounds) -> socket.socket:
    """Return a connection to the first address of a name that may be called and answers."""
    try:
        results = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise CallRefused("the name is none") from error
    problem: OSError = CallRefused("the name has no address")
    count = min(len(results), MOST_ADDRESSES)
    for number, (family, kind, protocol, _, place) in enumerate(results[:count]):
        connection = socket.socket(family, kind, protocol)
        try:
            judge = _judge_of(host, str(place[0]), bounds)
            judge()
            # One address that nobody answers at leaves time for the others.
            connection.settimeout(_remaining(deadline) / (count - number))
            connection.connect(place)
            # Every address of this machine leads to itself, one that the whole world knows it by, too.
            judge(is_here=connection.getsockname()[0] == connection.getpeername()[0])
        except OSError as error:
            connection.close()
            problem = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise problem


def _judge_of(host: str, text: str, bounds: Bounds) -> Callable[..., None]:
    """Return what refuses an address that a name led to."""
    address, literal = ip_address(text), _literal(host)
    kind = neighbourhood(address)

    def judge(*, is_here: bool = False) -> None:
        place: Neighbourhood = "this machine" if is_here and kind != "forbidden" else kind
        is_by_word = literal is not None or (host == "localhost" and place == "this machine")
        _judge(address, place, is_by_word, bounds)

    return judge


def _judge(address: Address, kind: Neighbourhood, is_by_word: bool, bounds: Bounds) -> None:
    if kind == "forbidden":
        raise CallRefused("it leads to an address that nobody is called at")
    if kind == "public" or bounds.anywhere or is_by_word:
        return
    plain = (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
    if not any(plain.version == network.version and plain in network for network in bounds.networks):
        place = "this machine" if kind == "this machine" else "a private network"
        raise CallRefused(f"its name leads to {place}, which the operator's file does not allow")


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError("it took too long")
    return remaining


class _Line:
    """A connection with an end: one deadline for all that goes over it, one measure for all that comes."""

    def __init__(self, connection: socket.socket, deadline: float, most_bytes: int) -> None:
        self._connection = connection
        self._deadline = deadline
        self._most_bytes = most_bytes

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def secure(self, name: str) -> None:
        """Go on in TLS, with whoever proves to have that name."""
        self._connection.settimeout(_remaining(self._deadline))
        context = ssl.create_default_context()
        self._connection = context.wrap_socket(self._connection, server_hostname=name)

    def sendall(self, content: bytes) -> None:
        """Send all of it."""
        view = memoryview(content)
        while view:
            self._connection.settimeout(_remaining(self._deadline))
            view = view[self._connection.send(view) :]

    def take(self, buffer: memoryview) -> int:
        """Receive some bytes; 0 at the end."""
        if self._most_bytes <= 0:
            raise CallRefused("the answer is too large")
        self._connection.settimeout(_remaining(self._deadline))
        count = self._connection.recv_into(buffer[: self._most_bytes])
        self._most_bytes -= count
        return count

    def makefile(self, *_: object) -> io.BufferedReader:
        """Return what is received, as `http.client` reads it."""
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class _Incoming(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader gives
        return self._line.take(memoryview(buffer))
