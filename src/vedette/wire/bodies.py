"""The body of an S3 request, decoded and verified against everything that was declared about it.

    body = open_body(signed, request, secret)
    async for piece in body: …        # raises SignatureFault at the latest when it ends
    body.size, body.md5, body.checksums

Pieces are handed on before they are verified at the end: their consumer must be able to
discard them. The whole body is never held here.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from vedette.wire.canonical import decode, split_query
from vedette.wire.checksums import SIZES, RunningChecksum, header_of, new_sum, read_sum, write_sum
from vedette.wire.chunked import ChunkDecoder, ChunkSigner
from vedette.wire.http import Request
from vedette.wire.scalars import read_count
from vedette.wire.signed import UNSIGNED, SignatureClaim, SignatureFault, SignatureFaultKind
from vedette.wire.sigv4 import key_for

SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
STREAMS = {SIGNED_CHUNKS, f"{SIGNED_CHUNKS}-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
HEADERS = {header_of(algorithm): algorithm for algorithm in SIZES}
HEX = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True)
class DeclaredBody:
    """What the request's head declares about its body."""

    length: int | None = None
    md5: bytes | None = None
    sha256: str = ""
    algorithm: str = ""  # of the one checksum that the client computed, in a header or a trailer
    checksum: bytes | None = None  # None with an algorithm: it comes in the trailer


class BodyReader:
    """A body that is read once, by `async for` or `read`; its sums are valid when it has ended."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        declared: DeclaredBody,
        *,
        decoder: ChunkDecoder | None = None,
        also: Iterable[str] = (),
    ) -> None:
        self.size = 0
        self.declared = declared
        self.computes_md5 = True  # false where the consumer computes it
        self.least = 0  # bounds that a POST policy sets
        self.most: int | None = None
        self._pieces = pieces
        self._decoder = decoder
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sums: dict[str, RunningChecksum] = {name: new_sum(name) for name in also}
        if declared.algorithm:
            self._sums.setdefault(declared.algorithm, new_sum(declared.algorithm))
        if declared.sha256:
            self._sums.setdefault("SHA256", new_sum("SHA256"))

    @property
    def length(self) -> int | None:
        """The declared size, where there is one."""
        return self.declared.length

    @property
    def algorithm(self) -> str:
        """The checksum that the client computed ("CRC32"), or "" when it sent none."""
        return self.declared.algorithm

    @property
    def md5(self) -> str:
        """The MD5 in hexadecimal: the ETag of a plain object."""
        return self._md5.hexdigest()

    @property
    def checksums(self) -> dict[str, str]:
        """Every checksum that was computed, by name, in base64."""
        return {name: write_sum(running.digest()) for name, running in self._sums.items()}

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the decoded body; raise at the end when it is not what was declared."""
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
        if self.computes_md5 or self.declared.md5 is not None:
            self._md5.update(data)
        for running in self._sums.values():
            running.update(data)

    def _finish(self) -> None:
        if self._decoder is not None:
            self._decoder.finish()
        if self.length is not None and self.size != self.length:
            raise SignatureFault(
                SignatureFaultKind.INCOMPLETE_BODY,
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            )
        if self.size < self.least:
            raise SignatureFault(
                SignatureFaultKind.TOO_SMALL,
                "Your proposed upload is smaller than the minimum allowed object size.",
            )
        self._check_hashes()
        self._check_sum(self._trailing_sum())

    def _check_hashes(self) -> None:
        expected = self.declared.sha256.lower()
        if expected and expected != self._sums["SHA256"].digest().hex():
            raise SignatureFault(
                SignatureFaultKind.CONTENT_SHA256_MISMATCH,
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
        if self.declared.md5 is not None and self.declared.md5 != self._md5.digest():
            raise SignatureFault(
                SignatureFaultKind.BAD_DIGEST, "The Content-MD5 you specified did not match what we received."
            )

    def _trailing_sum(self) -> bytes | None:
        trailers = {} if self._decoder is None else self._decoder.trailers
        algorithm = self.declared.algorithm
        in_trailer = bool(algorithm) and self.declared.checksum is None
        if set(trailers) != ({header_of(algorithm)} if in_trailer else set()):
            raise SignatureFault(
                SignatureFaultKind.MALFORMED_TRAILER,
                "The trailers of the body are not those that x-amz-trailer announced.",
            )
        if not in_trailer:
            return self.declared.checksum
        return _read_checksum(algorithm, trailers[header_of(algorithm)])

    def _check_sum(self, expected: bytes | None) -> None:
        algorithm = self.declared.algorithm
        if expected is not None and expected != self._sums[algorithm].digest():
            raise SignatureFault(
                SignatureFaultKind.CHECKSUM_MISMATCH,
                f"The {algorithm} you specified did not match the calculated checksum.",
            )

    def _too_large(self) -> SignatureFault:
        return SignatureFault(
            SignatureFaultKind.TOO_LARGE,
            f"Your proposed upload exceeds the maximum allowed size of {self.most} bytes.",
        )


def open_body(
    signed: SignatureClaim | None,
    request: Request,
    secret: str = "",
    *,
    also: Iterable[str] = (),
    sums_are_of_body: bool = True,
) -> BodyReader:
    """Return the request's body as a reader; `signed` is None for an anonymous request.

    `also` names further checksums to compute. `sums_are_of_body` is false where the
    checksum headers are those of something else (CompleteMultipartUpload: of the object).
    """
    declared = _declared_hash(signed, request)
    framed = declared in STREAMS
    algorithm, checksum = _checksum(signed, request, framed=framed) if sums_are_of_body else ("", None)
    body = DeclaredBody(
        length=_length(request, framed=framed),
        md5=_content_md5(next(iter(request.headers.every("content-md5")), None)),
        sha256="" if framed or declared == UNSIGNED else declared,
        algorithm=algorithm,
        checksum=checksum,
    )
    decoder = _decoder(declared, signed, request, secret) if framed else None
    return BodyReader(pieces_of(request), body, decoder=decoder, also=also)


async def pieces_of(request: Request) -> AsyncIterator[bytes]:
    """Yield the body as it comes, or at once where it was read before."""
    if request.stream is None:
        yield request.body
        return
    async for piece in request.stream:
        yield piece


def _declared_hash(signed: SignatureClaim | None, request: Request) -> str:
    header = request.headers.get("x-amz-content-sha256")
    declared = header or (UNSIGNED if signed is None else signed.payload_hash)
    if signed is not None and signed.form == "query" and signed.payload_hash not in ("", UNSIGNED):
        # The creator of the link has signed what may be sent with it; the sender cannot override that.
        declared = signed.payload_hash
    if declared == UNSIGNED or declared in STREAMS or (len(declared) == 64 and HEX.issuperset(declared)):
        return declared
    if declared.startswith("STREAMING-AWS4-ECDSA"):
        raise SignatureFault(SignatureFaultKind.UNSUPPORTED, "Signatures of Version 4A are not supported.")
    raise SignatureFault(
        SignatureFaultKind.BAD_CONTENT_SHA256,
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING forms, or a valid sha256 value.",
    )


def _decoder(declared: str, signed: SignatureClaim | None, request: Request, secret: str) -> ChunkDecoder:
    if not declared.startswith(SIGNED_CHUNKS):
        return ChunkDecoder()
    if signed is None or signed.form != "header":
        raise SignatureFault(
            SignatureFaultKind.BAD_CONTENT_SHA256, "Signed chunks need a signature in the header."
        )
    signer = ChunkSigner(key_for(signed, secret), signed.stamp, signed.scope, signed.signature)
    return ChunkDecoder(signer)


def _length(request: Request, *, framed: bool) -> int | None:
    text = request.headers.get("x-amz-decoded-content-length" if framed else "content-length")
    if not text:
        return None
    try:
        return read_count(text, most=2**63 - 1)
    except ValueError:
        raise SignatureFault(SignatureFaultKind.BAD_LENGTH, f"{text!r} is no length of a body.") from None


def declared_by_form(fields: dict[str, str]) -> DeclaredBody:
    """Return what an upload form's fields declare about its file."""
    names = [name for name in HEADERS if name in fields]
    if len(names) > 1:
        raise _many_sums()
    algorithm = HEADERS[names[0]] if names else ""
    return DeclaredBody(
        md5=_content_md5(fields.get("content-md5")),
        algorithm=algorithm,
        checksum=_read_checksum(algorithm, fields[names[0]]) if names else None,
    )


def _content_md5(text: str | None) -> bytes | None:
    if text is None:
        return None
    raw = read_sum(text.strip(), 16)
    if raw is None:
        raise SignatureFault(
            SignatureFaultKind.BAD_DIGEST_HEADER, "The Content-MD5 you specified was invalid."
        )
    return raw


def _checksum(signed: SignatureClaim | None, request: Request, *, framed: bool) -> tuple[str, bytes | None]:
    """Return the name of the one checksum, and its value where it is not in a trailer."""
    sums = []
    if signed is not None and signed.form.endswith("query"):
        # A link has in its query what its creator would have sent as headers; that is signed, so it counts.
        pairs = split_query(request.raw_query)
        sums = [(name.lower(), decode(value)) for name, value in pairs if name.lower() in HEADERS]
    sums = sums or [(name, request.headers.get(name)) for name in HEADERS if name in request.headers]
    trailer = request.headers.get("x-amz-trailer").strip().lower() if framed else ""
    if len(sums) + bool(trailer) > 1:
        raise _many_sums()
    if trailer and trailer not in HEADERS:
        raise SignatureFault(
            SignatureFaultKind.BAD_CHECKSUM_HEADER,
            "The value specified in the x-amz-trailer header is not supported",
        )
    if sums:
        algorithm = HEADERS[sums[0][0]]
        return algorithm, _read_checksum(algorithm, sums[0][1])
    return HEADERS.get(trailer, ""), None


def _read_checksum(algorithm: str, value: str) -> bytes:
    raw = read_sum(value, SIZES[algorithm])
    if raw is None:
        raise SignatureFault(
            SignatureFaultKind.BAD_CHECKSUM_HEADER, f"Value for {header_of(algorithm)} header is invalid."
        )
    return raw


def _many_sums() -> SignatureFault:
    return SignatureFault(
        SignatureFaultKind.BAD_CHECKSUM_HEADER,
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    )
