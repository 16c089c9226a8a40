"""A request and a response as the wire modules see them: bytes with names, no framework.

The path and the query stay exactly as they were sent, since signatures and
percent-encoded ARNs are judged on the raw text.
"""

from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field

# How much of a file is read at once where it is not sent but looked at.
PIECE_BYTES = 1 << 18


class Headers:
    """Header fields in the order they came, found by name in any case."""

    __slots__ = ("_fields", "_first")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields = [(name.lower(), value) for name, value in fields]
        # Of several fields of one name the first is kept, which in this order comes last.
        self._first: dict[str, str] = dict(reversed(self._fields))

    def get(self, name: str, default: str = "") -> str:
        """Return the first field of that (lower-case) name."""
        return self._first.get(name, default)

    def every(self, name: str) -> list[str]:
        """Return all fields of that (lower-case) name, in order."""
        if len(self._first) == len(self._fields):  # No name comes twice, as in nearly every request.
            return [self._first[name]] if name in self._first else []
        return [value for key, value in self._fields if key == name]

    def __contains__(self, name: str) -> bool:
        return name in self._first

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)


@dataclass(slots=True)
class Request:
    """One HTTP request. `body` is whole for the JSON and Query dialects; S3 reads `stream` instead."""

    method: str
    raw_path: str
    raw_query: str
    headers: Headers
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None
    scheme: str = "http"
    client: str = ""
    # The address at which the server was reached, as far as the socket knows.
    server: str = ""
    id: str = ""
    # The operation that the dialect recognised, for the log and the figures.
    operation: str = "none"
    # The service that acts for the caller, where one does (forward access).
    via: str = ""


@dataclass(slots=True)
class FileBody:
    """A body that is a part of a file, or of an open stream of it: sent without loading it whole.

    `decode` turns the file's bytes, piece after piece, into those that are sent; it keeps their number.
    """

    path: str
    start: int
    length: int
    decode: Callable[[bytes], bytes] | None = None

    def pieces(self, size: int = PIECE_BYTES) -> Generator[bytes]:
        """Yield the bytes as they are sent. Once only: what decodes them goes on where it was."""
        with open(self.path, "rb") as file:  # noqa: PTH123  (a path that is text already)
            file.seek(self.start)
            remaining = self.length
            while remaining and (data := file.read(min(size, remaining))):
                remaining -= len(data)
                yield data if self.decode is None else self.decode(data)


@dataclass(slots=True)
class Response:
    """One HTTP response; the server adds Date, Content-Length and the request id."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | FileBody | AsyncIterator[bytes] = b""
