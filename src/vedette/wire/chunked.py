r"""The `aws-chunked` framing: sizes, signatures and trailers removed from a stream.

    <size in hex>[;chunk-signature=<hex>]\r\n  <data>\r\n  …  0[;…]\r\n  [name:value\r\n …]  \r\n

Only heads and trailers are buffered until they are complete, and those are bounded; data goes
straight through.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from vedette.wire.signed import SignatureFault, SignatureFaultKind

MOST_LINE = 1024
MOST_TRAILERS = 8 * 1024
HEAD = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;chunk-signature=([0-9a-f]{64}))?(?:;[!-~]*)?")
EMPTY_HASH = sha256(b"").hexdigest()


@dataclass(slots=True)
class ChunkSigner:
    """The chain of signatures: each one covers the one before it."""

    key: bytes = field(repr=False)
    stamp: str
    scope: str
    previous: str

    def next_chunk(self, data_hash: str) -> str:
        """Return the signature that the next chunk must carry."""
        return self._next("AWS4-HMAC-SHA256-PAYLOAD", EMPTY_HASH, data_hash)

    def trailer(self, text: bytes) -> str:
        """Return the signature over the trailers in canonical form."""
        return self._next("AWS4-HMAC-SHA256-TRAILER", sha256(text).hexdigest())

    def _next(self, kind: str, *hashes: str) -> str:
        text = "\n".join([kind, self.stamp, self.scope, self.previous, *hashes])
        self.previous = hmac.digest(self.key, text.encode("latin-1", "replace"), "sha256").hex()
        return self.previous


class ChunkDecoder:
    """Removes the framing, piece by piece; `trailers` is filled at the end."""

    def __init__(self, signer: ChunkSigner | None = None) -> None:
        self.trailers: dict[str, str] = {}
        self.is_done = False
        self._signer = signer
        self._buffer = b""
        self._remaining = 0
        self._hash = sha256()
        self._signature = ""
        self._step = self._read_head

    def feed(self, data: bytes) -> list[bytes]:
        """Return the data in these bytes; an incomplete head waits for the next call."""
        view = memoryview(self._buffer + data if self._buffer else data)
        self._buffer = b""
        out: list[bytes] = []
        at = 0
        while at < len(view):
            consumed = self._step(view[at:], out)
            if not consumed:
                self._buffer = bytes(view[at:])
                break
            at += consumed
        return out

    def finish(self) -> None:
        """Refuse a stream that stopped before its last chunk."""
        if not self.is_done:
            raise SignatureFault(
                SignatureFaultKind.INCOMPLETE_BODY, "The request body terminated unexpectedly."
            )

    def _read_head(self, view: memoryview, out: list[bytes]) -> int:
        line = _line(view)
        if line is None:
            return 0
        match = HEAD.fullmatch(line)
        if match is None or (self._signer is not None and match[2] is None):
            raise SignatureFault(
                SignatureFaultKind.MALFORMED_CHUNK, "A chunk of the body has no head that can be read."
            )
        self._remaining = int(match[1], 16)
        self._signature = match[2].decode("ascii") if match[2] else ""
        if self._remaining:
            self._step = self._read_data
        else:
            self._check_chunk()
            self._step = self._read_trailers
        return len(line) + 2

    def _read_data(self, view: memoryview, out: list[bytes]) -> int:
        piece = bytes(view[: self._remaining])
        out.append(piece)
        if self._signer is not None:
            self._hash.update(piece)
        self._remaining -= len(piece)
        if not self._remaining:
            self._step = self._read_ending
        return len(piece)

    def _read_ending(self, view: memoryview, out: list[bytes]) -> int:
        if len(view) < 2:
            return 0
        if bytes(view[:2]) != b"\r\n":
            raise SignatureFault(
                SignatureFaultKind.MALFORMED_CHUNK, "A chunk of the body is not of the size it says."
            )
        self._check_chunk()
        self._step = self._read_head
        return 2

    def _check_chunk(self) -> None:
        if self._signer is None:
            return
        expected = self._signer.next_chunk(self._hash.hexdigest())
        self._hash = sha256()
        if not hmac.compare_digest(expected, self._signature):
            raise SignatureFault(
                SignatureFaultKind.MISMATCH, "The signature of a chunk of the body does not match."
            )

    def _read_trailers(self, view: memoryview, out: list[bytes]) -> int:
        text = bytes(view[: MOST_TRAILERS + 1])
        end = 2 if text.startswith(b"\r\n") else text.find(b"\r\n\r\n") + 4
        if end < 4 and not text.startswith(b"\r\n"):
            if len(text) > MOST_TRAILERS:
                raise SignatureFault(
                    SignatureFaultKind.MALFORMED_TRAILER, "The trailers of the body are too long."
                )
            return 0
        self._take_trailers(text[:end])
        self.is_done = True
        self._step = self._refuse_more
        return end

    def _take_trailers(self, block: bytes) -> None:
        fields = list(_trailer_fields(block))
        self.trailers = dict(fields)
        if len(self.trailers) != len(fields):
            raise SignatureFault(SignatureFaultKind.MALFORMED_TRAILER, "A trailer of the body is repeated.")
        signature = self.trailers.pop("x-amz-trailer-signature", "")
        if self._signer is None or not (self.trailers or signature):
            return
        text = "".join(f"{name}:{value}\n" for name, value in sorted(self.trailers.items()))
        expected = self._signer.trailer(text.encode("latin-1"))
        if not hmac.compare_digest(expected.encode(), signature.encode("latin-1")):
            raise SignatureFault(
                SignatureFaultKind.MISMATCH, "The signature of the body's trailers does not match."
            )

    def _refuse_more(self, view: memoryview, out: list[bytes]) -> int:
        raise SignatureFault(SignatureFaultKind.MALFORMED_CHUNK, "The body goes on after its last chunk.")


def _line(view: memoryview) -> bytes | None:
    """Return the first line without its ending, or None while it is incomplete."""
    start = bytes(view[:MOST_LINE])
    end = start.find(b"\r\n")
    if end >= 0:
        return start[:end]
    if len(start) == MOST_LINE:
        raise SignatureFault(SignatureFaultKind.MALFORMED_CHUNK, "The head of a chunk is too long.")
    return None


def _trailer_fields(block: bytes) -> Iterator[tuple[str, str]]:
    for line in block.decode("latin-1").split("\r\n"):
        # Some signers end a trailer with "\n\r\n", as AWS's own example does.
        name, colon, value = line.removesuffix("\n").partition(":")
        if not line:
            continue
        if not (colon and name.strip(" \t")) or "\n" in value or "\r" in value:
            raise SignatureFault(
                SignatureFaultKind.MALFORMED_TRAILER, "A trailer of the body cannot be read."
            )
        yield name.strip(" \t").lower(), value.strip(" \t")
