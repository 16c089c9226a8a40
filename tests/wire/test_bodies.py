"""Bodies of every form S3 clients send: decoded whole, and refused when anything is amiss."""

import asyncio
import base64
import hashlib
import zlib
from datetime import UTC, datetime
from io import BytesIO

import pytest
from awscrt import checksums as crt
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum
from hypothesis import given
from hypothesis import strategies as st

from doubles.signing import SECRET, draft, signed_in_header, signed_link, with_header
from vedette.wire.bodies import open_body
from vedette.wire.checksums import SIZES, new_sum, write_sum
from vedette.wire.chunked import ChunkSigner
from vedette.wire.http import Headers, Request
from vedette.wire.signed import SignatureClaim, SignatureFault, SignatureFaultKind
from vedette.wire.sigv4 import key_for, read_signature, sign, verify

HELLO = b"hello, lookout"
SUMS = {
    "CRC32": zlib.crc32(HELLO).to_bytes(4, "big"),
    "CRC32C": crt.crc32c(HELLO).to_bytes(4, "big"),
    "CRC64NVME": crt.crc64nvme(HELLO).to_bytes(8, "big"),
    "SHA1": hashlib.sha1(HELLO).digest(),
    "SHA256": hashlib.sha256(HELLO).digest(),
}


async def pieces(data, size):
    for at in range(0, len(data), size):
        yield data[at : at + size]


def put(data, *, fields=(), piece=7):
    return Request("PUT", "/b/k", "", Headers(fields), stream=pieces(data, piece))


def read(request, signed=None, **more):
    """Read the body to its end; return it with its reader."""

    async def run():
        body = open_body(signed, request, SECRET, **more)
        return b"".join([piece async for piece in body]), body

    return asyncio.run(run())


def refusal(request, signed=None):
    with pytest.raises(SignatureFault) as caught:
        read(request, signed)
    return caught.value.kind


def test_a_plain_body_comes_with_its_size_and_sums():
    data, body = read(put(HELLO, fields=[("content-length", "14")]), also=["SHA1"])
    assert data == HELLO
    assert (body.size, body.length, body.md5) == (14, 14, hashlib.md5(HELLO).hexdigest())
    assert body.checksums == {"SHA1": write_sum(SUMS["SHA1"])}


def test_a_body_that_was_read_before_is_read_again_from_memory():
    assert read(Request("PUT", "/b/k", "", Headers(), body=HELLO))[0] == HELLO


def test_a_small_body_is_read_whole_within_its_bound():
    async def run(most):
        return await open_body(None, put(HELLO)).read(most)

    assert asyncio.run(run(14)) == HELLO
    with pytest.raises(SignatureFault) as caught:
        asyncio.run(run(13))
    assert caught.value.kind is SignatureFaultKind.TOO_LARGE


def test_a_body_shorter_or_longer_than_it_said_is_refused():
    assert refusal(put(HELLO, fields=[("content-length", "15")])) is SignatureFaultKind.INCOMPLETE_BODY
    assert refusal(put(HELLO, fields=[("content-length", "13")])) is SignatureFaultKind.INCOMPLETE_BODY


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "²", "9" * 40])
def test_a_length_that_is_no_number_is_refused(length):
    assert refusal(put(HELLO, fields=[("content-length", length)])) is SignatureFaultKind.BAD_LENGTH


def test_content_md5_holds_or_is_refused():
    good = base64.b64encode(hashlib.md5(HELLO).digest()).decode()
    assert read(put(HELLO, fields=[("content-md5", good)]))[0] == HELLO
    assert refusal(put(HELLO[1:], fields=[("content-md5", good)])) is SignatureFaultKind.BAD_DIGEST
    for broken in ("", "x", "YWJj", good[:-1]):
        assert refusal(put(HELLO, fields=[("content-md5", broken)])) is SignatureFaultKind.BAD_DIGEST_HEADER


@pytest.mark.parametrize("algorithm", SIZES)
def test_a_checksum_in_a_header_holds_or_is_refused(algorithm):
    name = f"x-amz-checksum-{algorithm.lower()}"
    good = write_sum(SUMS[algorithm])
    _, body = read(put(HELLO, fields=[(name, good)]))
    assert (body.algorithm, body.checksums) == (algorithm, {algorithm: good})
    assert refusal(put(HELLO + b"!", fields=[(name, good)])) is SignatureFaultKind.CHECKSUM_MISMATCH
    for broken in ("", "x", "AAAA", good + "AA", "é"):
        assert refusal(put(HELLO, fields=[(name, broken)])) is SignatureFaultKind.BAD_CHECKSUM_HEADER


@given(st.lists(st.binary(max_size=30)), st.sampled_from(list(SIZES)))
def test_a_sum_does_not_depend_on_the_pieces(parts, algorithm):
    whole, running = new_sum(algorithm), new_sum(algorithm)
    whole.update(b"".join(parts))
    for part in parts:
        running.update(part)
    assert running.digest() == whole.digest()


def test_one_checksum_at_a_time():
    fields = [("x-amz-checksum-crc32", write_sum(SUMS["CRC32"])), ("x-amz-checksum-sha1", "x")]
    assert refusal(put(HELLO, fields=fields)) is SignatureFaultKind.BAD_CHECKSUM_HEADER


def test_a_checksum_that_speaks_of_something_else_is_left_alone():
    fields = [("x-amz-checksum-crc32", "AAAAAA==")]
    _, body = read(put(HELLO, fields=fields), sums_are_of_body=False)
    assert body.algorithm == ""


def test_a_link_carries_its_checksum_in_the_query():
    """The JavaScript SDK signs the sum of an empty body into its links; S3 holds uploads to it."""
    link = signed_link(draft("PUT", "/b/k", query="x-amz-checksum-crc32=AAAAAA%3D%3D"))
    signed = read_signature(link)
    link.body = b""
    assert read(link, signed)[0] == b""
    link.body = HELLO
    assert refusal(link, signed) is SignatureFaultKind.CHECKSUM_MISMATCH
    in_header = with_header(link, "x-amz-checksum-crc32", write_sum(SUMS["CRC32"]))
    in_header.body = HELLO
    assert refusal(in_header, signed) is SignatureFaultKind.CHECKSUM_MISMATCH


@pytest.mark.parametrize("header", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "HELLO"])
def test_no_header_sets_aside_the_hash_that_a_link_was_signed_with(header):
    wanted = hashlib.sha256(b"wanted").hexdigest()
    link = signed_link(draft("PUT", "/b/k", query=f"X-Amz-Content-Sha256={wanted}"))
    header = hashlib.sha256(HELLO).hexdigest() if header == "HELLO" else header
    link = with_header(link, "x-amz-content-sha256", header)
    signed = read_signature(link)
    link.body = HELLO
    assert refusal(link, signed) is SignatureFaultKind.CONTENT_SHA256_MISMATCH
    link.body = b"wanted"
    assert read(link, signed)[0] == b"wanted"


def test_the_signed_hash_of_a_body_holds_or_is_refused():
    request = signed_in_header(draft("PUT", "/b/k", body=HELLO))
    signed = read_signature(request)
    assert read(request, signed)[1].checksums["SHA256"] == write_sum(SUMS["SHA256"])
    request.body = HELLO + b"!"
    assert refusal(request, signed) is SignatureFaultKind.CONTENT_SHA256_MISMATCH


@pytest.mark.parametrize("declared", ["", "x", "0" * 63, "g" * 64, "STREAMING-NEW-FORM", "é" * 64])
def test_a_hash_that_is_none_is_refused(declared):
    signed = SignatureClaim("k", "header", "s", datetime(2026, 1, 1, tzinfo=UTC), payload_hash=declared)
    request = put(HELLO, fields=[("x-amz-content-sha256", declared)])
    assert refusal(request, signed) is SignatureFaultKind.BAD_CONTENT_SHA256


# --- unsigned chunks with a trailer, as botocore frames them -------------------------------------


def botocore_frames(data, chunk=1024):
    wrapper = AwsChunkedWrapper(
        BytesIO(data), checksum_cls=Crc32Checksum, checksum_name="x-amz-checksum-crc32", chunk_size=chunk
    )
    return b"".join(wrapper)


def unsigned_stream(framed, *, piece=7, trailer="x-amz-checksum-crc32", more=()):
    fields = [("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), *more]
    return put(framed, fields=[*fields, ("x-amz-trailer", trailer)] if trailer else fields, piece=piece)


@given(st.binary(max_size=300), st.integers(1, 50), st.integers(1, 60))
def test_what_botocore_frames_is_read(data, chunk, piece):
    read_back, body = read(unsigned_stream(botocore_frames(data, chunk), piece=piece))
    assert read_back == data
    assert body.checksums == {"CRC32": write_sum(zlib.crc32(data).to_bytes(4, "big"))}
    assert body.md5 == hashlib.md5(data).hexdigest()


@given(st.data())
def test_a_framed_stream_that_stops_early_is_refused(data):
    framed = botocore_frames(HELLO, 5)
    cut = data.draw(st.integers(0, len(framed) - 1))
    assert refusal(unsigned_stream(framed[:cut])) is SignatureFaultKind.INCOMPLETE_BODY


@given(st.data())
def test_a_framed_stream_with_one_byte_changed_is_refused(data):
    framed = bytearray(botocore_frames(HELLO, 5))
    at = data.draw(st.integers(0, len(framed) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda byte: byte != framed[at]))
    old, framed[at] = framed[at], new
    with_case_only = bytes([old]).lower() == bytes([new]).lower() and at > framed.rfind(b"\r\n0\r\n")
    if with_case_only and at < framed.rfind(b":"):
        assert read(unsigned_stream(bytes(framed)))[0] == HELLO  # trailers have names in any case
    else:
        with pytest.raises(SignatureFault):
            read(unsigned_stream(bytes(framed)))


@pytest.mark.parametrize(
    ("framed", "kind"),
    [
        (b"zz\r\n", SignatureFaultKind.MALFORMED_CHUNK),
        (b"-1\r\nx\r\n0\r\n\r\n", SignatureFaultKind.MALFORMED_CHUNK),
        (b"1\r\nxy\r\n0\r\n\r\n", SignatureFaultKind.MALFORMED_CHUNK),
        (b"1" * 17 + b"\r\n", SignatureFaultKind.MALFORMED_CHUNK),
        (b"1;" + b"a" * 2000, SignatureFaultKind.MALFORMED_CHUNK),
        (b"0\r\n" + b"a:" + b"b" * 9000, SignatureFaultKind.MALFORMED_TRAILER),
        (b"0\r\nno colon\r\n\r\n", SignatureFaultKind.MALFORMED_TRAILER),
        (b"0\r\n:x\r\n\r\n", SignatureFaultKind.MALFORMED_TRAILER),
        (
            b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
            SignatureFaultKind.MALFORMED_TRAILER,
        ),
        (b"0\r\nx-amz-checksum-crc32c:AAAAAA==\r\n\r\n", SignatureFaultKind.MALFORMED_TRAILER),
        (b"0\r\n\r\n", SignatureFaultKind.MALFORMED_TRAILER),
        (b"0\r\nx-amz-checksum-crc32:AA==\r\n\r\n", SignatureFaultKind.BAD_CHECKSUM_HEADER),
        (b"0\r\nx-amz-checksum-crc32:AAAAAQ==\r\n\r\n", SignatureFaultKind.CHECKSUM_MISMATCH),
        (b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\nmore", SignatureFaultKind.MALFORMED_CHUNK),
    ],
)
@pytest.mark.parametrize("piece", [1, 64, 100_000])
def test_a_broken_frame_is_named(framed, kind, piece):
    assert refusal(unsigned_stream(framed, piece=piece)) is kind


def test_a_trailer_that_was_not_announced_is_refused():
    assert (
        refusal(unsigned_stream(botocore_frames(HELLO), trailer="")) is SignatureFaultKind.MALFORMED_TRAILER
    )
    assert (
        refusal(unsigned_stream(b"0\r\n\r\n", trailer="x-custom")) is SignatureFaultKind.BAD_CHECKSUM_HEADER
    )
    assert read(unsigned_stream(b"0\r\n\r\n", trailer=""))[0] == b""


def test_the_decoded_length_counts_for_a_framed_body():
    right, wrong = [("x-amz-decoded-content-length", "14")], [("x-amz-decoded-content-length", "15")]
    assert read(unsigned_stream(botocore_frames(HELLO), more=right))[1].length == 14
    assert refusal(unsigned_stream(botocore_frames(HELLO), more=wrong)) is SignatureFaultKind.INCOMPLETE_BODY


# --- signed chunks ----------------------------------------------------------------------------


def signed_stream(chunks, *, trailer=b"", algorithm="CRC32C", piece=50):
    """Sign a stream of chunks as AWS describes it; return request, claim and framed bytes."""
    mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    request, signed = streaming_head(mode, algorithm if trailer else "")
    signer = ChunkSigner(key_for(signed, SECRET), signed.stamp, signed.scope, signed.signature)
    framed = b""
    for chunk in [*chunks, b""]:
        signature = signer.next_chunk(hashlib.sha256(chunk).hexdigest())
        framed += b"%x;chunk-signature=%s\r\n" % (len(chunk), signature.encode())
        framed += chunk + b"\r\n" if chunk else b""
    if trailer:
        line = f"x-amz-checksum-{algorithm.lower()}:".encode() + trailer
        framed += line + b"\r\nx-amz-trailer-signature:" + signer.trailer(line + b"\n").encode() + b"\r\n"
    framed += b"\r\n"
    request.stream = pieces(framed, piece)
    return request, signed, framed


def streaming_head(mode, algorithm):
    """Return a signed request for a body in that mode; botocore cannot make one, so this does."""
    stamp = "20261120T190000Z"
    fields = [("host", "h"), ("x-amz-content-sha256", mode), ("x-amz-date", stamp)]
    if algorithm:
        fields.append(("x-amz-trailer", f"x-amz-checksum-{algorithm.lower()}"))
    names = ";".join(name for name, _ in fields)
    canonical = "PUT\n/b/k\n\n" + "".join(f"{n}:{v}\n" for n, v in fields) + f"\n{names}\n{mode}"
    scope = "20261120/us-east-1/s3/aws4_request"
    claim = SignatureClaim("K", "header", "", datetime(2026, 11, 20, 19, tzinfo=UTC), region="us-east-1")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = sign(key_for(claim, SECRET), text.encode())
    fields.append(
        (
            "authorization",
            f"AWS4-HMAC-SHA256 Credential=K/{scope},SignedHeaders={names},Signature={signature}",
        )
    )
    request = Request("PUT", "/b/k", "", Headers(fields))
    signed = read_signature(request)
    verify(signed, request, SECRET, signed.date)
    return request, signed


@given(st.lists(st.binary(min_size=1, max_size=80), max_size=5), st.integers(1, 200), st.booleans())
def test_signed_chunks_are_read(chunks, piece, with_trailer):
    data = b"".join(chunks)
    trailer = base64.b64encode(crt.crc32c(data).to_bytes(4, "big")) if with_trailer else b""
    request, signed, _ = signed_stream(chunks, trailer=trailer, piece=piece)
    assert read(request, signed)[0] == data


@given(st.data())
def test_signed_chunks_with_one_byte_changed_are_refused(data):
    trailer = write_sum(SUMS["CRC32C"]).encode()
    request, signed, framed = signed_stream([HELLO[:6], HELLO[6:]], trailer=trailer)
    at = data.draw(st.integers(0, len(framed) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda byte: byte != framed[at]))
    forged = framed[:at] + bytes([new]) + framed[at + 1 :]
    request.stream = pieces(forged, 50)
    if forged.lower() == framed.lower() and at > framed.rfind(b"\r\nx-amz-checksum"):
        return  # the case of a trailer's name means nothing
    with pytest.raises(SignatureFault):
        read(request, signed)


@given(st.data())
def test_signed_chunks_that_stop_early_are_refused(data):
    request, signed, framed = signed_stream([HELLO[:6], HELLO[6:]])
    request.stream = pieces(framed[: data.draw(st.integers(0, len(framed) - 1))], 50)
    assert refusal(request, signed) is SignatureFaultKind.INCOMPLETE_BODY


def test_chunks_of_another_request_are_refused():
    request, signed, framed = signed_stream([HELLO])
    other, claim, _ = signed_stream([HELLO], trailer=write_sum(SUMS["CRC32C"]).encode())
    other.stream = pieces(framed, 50)
    assert refusal(other, claim) is SignatureFaultKind.MISMATCH
    request.stream = pieces(framed.replace(b";chunk-signature", b";x-signature"), 50)
    assert refusal(request, signed) is SignatureFaultKind.MALFORMED_CHUNK


def test_signed_chunks_need_a_signer():
    request, _, _ = signed_stream([HELLO])
    assert refusal(request) is SignatureFaultKind.BAD_CONTENT_SHA256


def test_a_trailer_without_its_signature_is_refused():
    request, signed, framed = signed_stream([HELLO], trailer=write_sum(SUMS["CRC32C"]).encode())
    cut = framed[: framed.find(b"x-amz-trailer-signature")] + b"\r\n"
    request.stream = pieces(cut, 50)
    assert refusal(request, signed) is SignatureFaultKind.MISMATCH


PUBLISHED = {
    "key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "stamp": "20130524T000000Z",
    "scope": "20130524/us-east-1/s3/aws4_request",
}


@pytest.mark.parametrize(
    ("seed", "signatures"),
    [
        (
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
            [
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ],
        ),
        (
            "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
            [
                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            ],
        ),
    ],
)
def test_the_published_chunk_signatures_hold(seed, signatures):
    """AWS's own example: 65 KiB of the letter a, as chunks of 64 KiB, 1 KiB and nothing."""
    claim = SignatureClaim("K", "header", seed, datetime(2013, 5, 24, tzinfo=UTC), region="us-east-1")
    signer = ChunkSigner(key_for(claim, PUBLISHED["key"]), PUBLISHED["stamp"], PUBLISHED["scope"], seed)
    made = [signer.next_chunk(hashlib.sha256(b"a" * size).hexdigest()) for size in (65536, 1024, 0)]
    assert made == signatures
    if seed.startswith("106e"):
        assert signer.trailer(b"x-amz-checksum-crc32c:sOO8/Q==\n") == (
            "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"
        )


def test_a_body_is_never_held_whole():
    """Sixteen megabytes go through while nothing keeps more than a few pieces of them."""
    import tracemalloc

    piece = b"x" * 65536

    async def endless():
        for _ in range(256):
            yield piece

    async def run():
        request = Request("PUT", "/b/k", "", Headers(), stream=endless())
        async for _ in open_body(None, request):
            pass

    tracemalloc.start()
    asyncio.run(run())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1024 * 1024


def test_a_header_of_an_anonymous_body_is_honoured():
    request = with_header(put(HELLO), "x-amz-content-sha256", hashlib.sha256(b"other").hexdigest())
    assert refusal(request) is SignatureFaultKind.CONTENT_SHA256_MISMATCH
