"""What a request's head must not be: anything that two readers could understand differently (RFC 9112).

The parser refuses what is malformed in itself: folded lines, NUL, a bare CR, two lengths, a length beside
chunks. What it lets pass is judged here, from the fields as they came.
"""

import re

MOST_HEADERS = 200
# The characters of a name or an address with its port (RFC 3986, 3.2.2); nothing that could end one.
HOST = re.compile(rb"[0-9A-Za-z._~!$&'()*+;=:\[\]%-]*")

Fields = list[tuple[bytes, bytes]]


def refusal(status: int, phrase: str, sentence: str) -> bytes:
    """Return a whole answer that ends its line, for what no dialect ever sees."""
    text = sentence.encode() + b"\n"
    return (
        f"HTTP/1.1 {status} {phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(text)}\r\nconnection: close\r\n\r\n"
    ).encode() + text


TOO_LARGE = refusal(431, "Request Header Fields Too Large", "The request's head is too large.")
ONE_HOST = refusal(400, "Bad Request", "A request needs one Host header, and that of its target.")
NO_CODING = refusal(400, "Bad Request", "The only transfer coding that is supported is chunked.")
OLD_CODING = refusal(400, "Bad Request", "Only HTTP/1.1 has transfer codings.")
NO_VERSION = refusal(400, "Bad Request", "The server speaks HTTP/1.1 and HTTP/1.0.")


def fault_of_head(target: bytes, fields: Fields, version: str) -> bytes | None:
    """Return what to answer to an invalid head, or None."""
    if len(fields) > MOST_HEADERS:
        return TOO_LARGE
    if version not in ("1.1", "1.0"):
        return NO_VERSION
    hosts, codings = [], []
    for name, value in fields:
        if name == b"host":
            hosts.append(value)
        elif name == b"transfer-encoding":
            codings.append(value)
    return _fault_of_host(target, hosts, version) or (
        _fault_of_framing(codings, version) if codings else None
    )


def _fault_of_host(target: bytes, hosts: list[bytes], version: str) -> bytes | None:
    if len(hosts) > 1 or (not hosts and version == "1.1") or (hosts and not HOST.fullmatch(hosts[0])):
        return ONE_HOST
    if not target.startswith((b"/", b"*")) and _authority(target) not in hosts:
        return ONE_HOST
    return None


def _fault_of_framing(codings: list[bytes], version: str) -> bytes | None:
    if version != "1.1":
        return OLD_CODING
    return None if [coding.lower() for coding in codings] == [b"chunked"] else NO_CODING


def _authority(target: bytes) -> bytes:
    return target.partition(b"://")[2].partition(b"/")[0].partition(b"?")[0]
