"""Version 4's canonical request, the form that both sides hash.

Two spellings are offered, since clients differ in what they hash. Most hash the path
and query exactly as they send them; the rule says to decode and encode again. They are
the same unless a client sends characters that it could have escaped and did not.

All text here is bytes decoded as Latin-1, as the server decodes heads, so that the
bytes which are hashed are the bytes which were sent.
"""

from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import quote_from_bytes, unquote_to_bytes

from vedette.wire.http import Headers, Request

Pairs = list[tuple[str, str]]


def encode(text: str, *, safe: str = "~") -> str:
    """Percent-encode the bytes of the text, all but letters, digits and -._~."""
    return quote_from_bytes(text.encode("latin-1", "replace"), safe=safe)


def decode(text: str) -> str:
    """Undo percent-encoding; a plus sign is a plus sign."""
    return unquote_to_bytes(text.encode("latin-1", "replace")).decode("latin-1")


def split_query(raw_query: str) -> Pairs:
    """Return names and values as they were sent, still encoded."""
    if not raw_query:
        return []
    return [(name, value) for name, _, value in (pair.partition("=") for pair in raw_query.split("&"))]


def canonical_requests(
    request: Request, *, service: str, names: tuple[str, ...], payload: str
) -> Iterator[bytes]:
    """Yield each spelling of the request that a client may have hashed, the likeliest first."""
    pairs = [pair for pair in split_query(request.raw_query) if pair[0] != "X-Amz-Signature"]
    tail = f"{canonical_headers(request.headers, names)}\n{';'.join(names)}\n{payload}"
    first = (as_sent_path(request.raw_path, service), _join(sorted(pairs)))
    yield _text(request.method, *first, tail)
    second = (by_rule_path(request.raw_path, service), _join(sorted(map(_recode, pairs))))
    if second != first:
        yield _text(request.method, *second, tail)


def as_sent_path(raw_path: str, service: str) -> str:
    """Return the path as it was sent; services other than S3 tidy it and encode it once more."""
    return raw_path or "/" if service == "s3" else encode(tidy(raw_path), safe="/~")


def by_rule_path(raw_path: str, service: str) -> str:
    """Return the path decoded and encoded again: once for S3, twice for the others."""
    once = encode(decode(raw_path or "/"), safe="/~")
    return once if service == "s3" else encode(tidy(once), safe="/~")


def tidy(path: str) -> str:
    """Return the path without empty, `.` and `..` segments."""
    segments: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del segments[-1:]
        elif part not in ("", "."):
            segments.append(part)
    ending = "/" if segments and path.endswith("/") else ""
    return "/" + "/".join(segments) + ending


def canonical_headers(headers: Headers, names: tuple[str, ...]) -> str:
    """Return the named headers, one a line: trimmed, inner spaces made one, repeats joined."""
    return "".join(f"{name}:{','.join(map(squeeze, headers.every(name)))}\n" for name in names)


def squeeze(value: str) -> str:
    """Trim the value and make each run of white space one space."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip(" ")  # Nothing else to do in nearly every header; this is asked of each.
    # On bytes, since Latin-1 text would take the second byte of a UTF-8 letter for a space.
    return b" ".join(value.encode("latin-1", "replace").split()).decode("latin-1")


def digest(data: bytes) -> str:
    """Return the SHA-256 of the bytes in hexadecimal."""
    return sha256(data).hexdigest()


def _recode(pair: tuple[str, str]) -> tuple[str, str]:
    return encode(decode(pair[0])), encode(decode(pair[1]))


def _join(pairs: Pairs) -> str:
    return "&".join([f"{name}={value}" for name, value in pairs])


def _text(method: str, path: str, query: str, tail: str) -> bytes:
    return f"{method}\n{path}\n{query}\n{tail}".encode("latin-1", "replace")
