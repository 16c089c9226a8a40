"""The body of an S3 request, decoded and held to everything that was said about it.

    body = open_body(signed, request, secret)
    async for piece in body: …        # raises SignatureFault at the latest when it ends
    body.size, body.md5, body.checksums

Pieces are handed on before the end has proved them: whoever keeps them must be able to
throw them away. The whole body is never held here.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from vedette.wire.canonical import decode, split_query
from vedette.wire.checksums import SIZES, Sum, header_of, new_sum, read_sum, write_sum
from vedette.wire.chunked import ChunkDecoder, ChunkSigner
from vedette.wire.http import Request
from vedette.wire.scalars import read_count
from vedette.wire.signed import UNSIGNED, Kind, SignatureFault, Signed
from vedette.wire.sigv4 import key_for

SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
STREAMS = {SIGNED_CHUNKS, f"{SIGNED_CHUNKS}-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
HEADERS = {header_of(algorithm): algorithm for algorithm in SIZES}
HEX = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True)
class Promise:
    """What was said about the body before it came."""

    length: int | None = None
    md5: bytes | None = None
    sha256: str = ""
    algorithm: str = ""  # of the one checksum that the client computed, in a header or a trailer
    checksum: bytes | None = None  # None with an algorithm: it comes in the trailer


class BodyReader:
    """A body to be read once, by `async for` or `read`; its sums hold when it has ended."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        promise: Promise,
        *,
        decoder: ChunkDecoder | None = None,
        also: Iterable[str] = (),
    ) -> None:
        self.size = 0
        self.promise = promise
        self.computes_md5 = True  # false where the reader's own user does that better
        self.least = 0  # bounds that a POST policy sets
        self.most: int | None = None
        self._pieces = pieces
        self._decoder = decoder
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sums: dict[str, Sum] = {name: new_sum(name) for name in also}
        if promise.algorithm:
            self._sums.setdefault(promise.algorithm, new_sum(promise.algorithm))
        if promise.sha256:
            self._sums.setdefault("SHA256", new_sum("SHA256"))

    @property
    def length(self) -> int | None:
        """The size that was promised, where one was."""
        return self.promise.length

    @property
    def algorithm(self) -> str:
        """The checksum that the client computed ("CRC32"), or "" when it sent none."""
        return self.promise.algorithm

    @property
    def md5(self) -> str:
        """The MD5 in hexadecimal: the ETag of a plain object."""
        return self._md5.hexdigest()

    @property
    def checksums(self) -> dict[str, str]:
        """Every checksum that was computed, by name, in base64."""
        return {name: write_sum(running.digest()) for name, running in self._sums.items()}

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the decoded body; raise in the end when it is not what was promised."""
        if self.most is not None and self.length is not None and self.length > self.most:
            raise self._too_large()
        async for piece in self._pieces:
            data = piece if self._decoder is None else b"".join(self._decoder.feed(piece))
            if data:
                self._take(data)
                yield data
        self._finish()

    async def read(self, most: int) -> bytes:
        """Return the whole of a small body (an XML document), refusing more than `most` bytes."""
        self.most = most if self.most is None else min(most, self.most)
        return b"".join([piece async for piece in self])

    def _take(self, data: bytes) -> None:
        self.size += len(data)
        if self.most is not None and self.size > self.most:
            raise self._too_large()
        if self.computes_md5 or self.promise.md5 is not None:
            self._md5.update(data)
        for running in self._sums.values():
            running.update(data)

    def _finish(self) -> None:
        if self._decoder is not None:
            self._decoder.finish()
        if self.length is not None and self.size != self.length:
            raise SignatureFault(
                Kind.INCOMPLETE_BODY,
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            )
        if self.size < self.least:
            raise SignatureFault(
                Kind.TOO_SMALL, "Your proposed upload is smaller than the minimum allowed object size."
            )
        self._check_hashes()
        self._check_sum(self._trailing_sum())

    def _check_hashes(self) -> None:
        wanted = self.promise.sha256.lower()
        if wanted and wanted != self._sums["SHA256"].digest().hex():
            raise SignatureFault(
                Kind.CONTENT_SHA256_MISMATCH,
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
        if self.promise.md5 is not None and self.promise.md5 != self._md5.digest():
            raise SignatureFault(
                Kind.BAD_DIGEST, "The Content-MD5 you specified did not match what we received."
            )

    def _trailing_sum(self) -> bytes | None:
        trailers = {} if self._decoder is None else self._decoder.trailers
        algorithm = self.promise.algorithm
        in_trailer = bool(algorithm) and self.promise.checksum is None
        if set(trailers) != ({header_of(algorithm)} if in_trailer else set()):
            raise SignatureFault(
                Kind.MALFORMED_TRAILER, "The trailers of the body are not those that x-amz-trailer announced."
            )
        if not in_trailer:
            return self.promise.checksum
        return _read_checksum(algorithm, trailers[header_of(algorithm)])

    def _check_sum(self, wanted: bytes | None) -> None:
        algorithm = self.promise.algorithm
        if wanted is not None and wanted != self._sums[algorithm].digest():
            raise SignatureFault(
                Kind.CHECKSUM_MISMATCH,
                f"The {algorithm} you specified did not match the calculated checksum.",
            )

    def _too_large(self) -> SignatureFault:
        return SignatureFault(
            Kind.TOO_LARGE, f"Your proposed upload exceeds the maximum allowed size of {self.most} bytes."
        )


def open_body(
    signed: Signed | None,
    request: Request,
    secret: str = "",
    *,
    also: Iterable[str] = (),
    sums_are_of_body: bool = True,
) -> BodyReader:
    """Return the request's body as a reader; `signed` is None for an anonymous request.

    `also` names checksums to compute besides. `sums_are_of_body` is false where the
    checksum headers speak of something else (CompleteMultipartUpload: of the object).
    """
    declared = _declared_hash(signed, request)
    framed = declared in STREAMS
    algorithm, checksum = _checksum(signed, request, framed=framed) if sums_are_of_body else ("", None)
    promise = Promise(
        length=_length(request, framed=framed),
        md5=_content_md5(next(iter(request.headers.every("content-md5")), None)),
        sha256="" if framed or declared == UNSIGNED else declared,
        algorithm=algorithm,
        checksum=checksum,
    )
    decoder = _decoder(declared, signed, request, secret) if framed else None
    return BodyReader(pieces_of(request), promise, decoder=decoder, also=also)


async def pieces_of(request: Request) -> AsyncIterator[bytes]:
    """Yield the body as it comes, or at once where it was read before."""
    if request.stream is None:
        yield request.body
        return
    async for piece in request.stream:
        yield piece


def _declared_hash(signed: Signed | None, request: Request) -> str:
    header = request.headers.get("x-amz-content-sha256")
    declared = header or (UNSIGNED if signed is None else signed.payload_hash)
    if signed is not None and signed.form == "query" and signed.payload_hash not in ("", UNSIGNED):
        # The maker of the link has signed what may be sent by it; the sender cannot say otherwise.
        declared = signed.payload_hash
    if declared == UNSIGNED or declared in STREAMS or (len(declared) == 64 and HEX.issuperset(declared)):
        return declared
    if declared.startswith("STREAMING-AWS4-ECDSA"):
        raise SignatureFault(Kind.UNSUPPORTED, "Signatures of Version 4A are not supported.")
    raise SignatureFault(
        Kind.BAD_CONTENT_SHA256,
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING forms, or a valid sha256 value.",
    )


def _decoder(declared: str, signed: Signed | None, request: Request, secret: str) -> ChunkDecoder:
    if not declared.startswith(SIGNED_CHUNKS):
        return ChunkDecoder()
    if signed is None or signed.form != "header":
        raise SignatureFault(Kind.BAD_CONTENT_SHA256, "Signed chunks need a signature in the header.")
    signer = ChunkSigner(key_for(signed, secret), signed.stamp, signed.scope, signed.signature)
    return ChunkDecoder(signer)


def _length(request: Request, *, framed: bool) -> int | None:
    text = request.headers.get("x-amz-decoded-content-length" if framed else "content-length")
    if not text:
        return None
    try:
        return read_count(text, most=2**63 - 1)
    except ValueError:
        raise SignatureFault(Kind.BAD_LENGTH, f"{text!r} is no length of a body.") from None


def promise_of_form(fields: dict[str, str]) -> Promise:
    """Return what an upload form's fields say about its file."""
    given = [name for name in HEADERS if name in fields]
    if len(given) > 1:
        raise _many_sums()
    algorithm = HEADERS[given[0]] if given else ""
    return Promise(
        md5=_content_md5(fields.get("content-md5")),
        algorithm=algorithm,
        checksum=_read_checksum(algorithm, fields[given[0]]) if given else None,
    )


def _content_md5(text: str | None) -> bytes | None:
    if text is None:
        return None
    raw = read_sum(text.strip(), 16)
    if raw is None:
        raise SignatureFault(Kind.BAD_DIGEST_HEADER, "The Content-MD5 you specified was invalid.")
    return raw


def _checksum(signed: Signed | None, request: Request, *, framed: bool) -> tuple[str, bytes | None]:
    """Return the name of the one checksum, and its value where that is not still to come."""
    given = []
    if signed is not None and signed.form.endswith("query"):
        # A link carries in its query what its maker would have sent as headers; that is signed, so it holds.
        pairs = split_query(request.raw_query)
        given = [(name.lower(), decode(value)) for name, value in pairs if name.lower() in HEADERS]
    given = given or [(name, request.headers.get(name)) for name in HEADERS if name in request.headers]
    trailer = request.headers.get("x-amz-trailer").strip().lower() if framed else ""
    if len(given) + bool(trailer) > 1:
        raise _many_sums()
    if trailer and trailer not in HEADERS:
        raise SignatureFault(
            Kind.BAD_CHECKSUM_HEADER, "The value specified in the x-amz-trailer header is not supported"
        )
    if given:
        algorithm = HEADERS[given[0][0]]
        return algorithm, _read_checksum(algorithm, given[0][1])
    return HEADERS.get(trailer, ""), None


def _read_checksum(algorithm: str, value: str) -> bytes:
    raw = read_sum(value, SIZES[algorithm])
    if raw is None:
        raise SignatureFault(Kind.BAD_CHECKSUM_HEADER, f"Value for {header_of(algorithm)} header is invalid.")
    return raw


def _many_sums() -> SignatureFault:
    return SignatureFault(
        Kind.BAD_CHECKSUM_HEADER,
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    )
