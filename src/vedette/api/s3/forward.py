"""When buckets lie on a foreign S3, requests go on there: judged here, signed again with its key.

The caller's signature has been verified and its body is held to what was said about it
before the first byte leaves, so the foreign S3 only ever sees whole, checked bodies. Its
answers come back as they are.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import IO, Any
from urllib.parse import urlsplit

import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from vedette.api.s3.call import LARGEST_DOCUMENT, Call, in_thread
from vedette.api.s3.onward import BATCH, authorise_batch, authorise_onward
from vedette.store.blobs.foreign import ForeignBlobs
from vedette.store.blobs.foreign import ForeignS3 as Elsewhere
from vedette.trace_context import outgoing_headers
from vedette.wire.bodies import BodyReader
from vedette.wire.canonical import split_query
from vedette.wire.checksums import header_of
from vedette.wire.http import Request, Response

IN_MEMORY = 1024 * 1024
PIECE = 256 * 1024
# What speaks of the caller's own signature and framing; the rest of x-amz-* is for the other S3.
OURS = re.compile(
    r"x-amz-(date|content-sha256|security-token|decoded-content-length|trailer|algorithm|credential|signature"
    r"|signedheaders|expires|sdk-.*)|awsaccesskeyid|signature|expires"
)
PASSED = re.compile(
    r"x-amz-.*|if-.*|range|origin|access-control-.*|cache-control|expires"
    r"|content-(type|disposition|encoding|language|md5)"
)
HOP = {"connection", "transfer-encoding", "date", "server", "x-amz-request-id", "x-amz-id-2", "keep-alive"}


class _Signer(S3SigV4Auth):  # type: ignore[misc]  # botocore ships no types
    """Signs with a hash of the body that is known already."""

    def payload(self, request: Any) -> str:
        """Return the hash."""
        return str(request.context["sha256"])


async def forward(call: Call) -> Response:
    """Answer with what the foreign S3 says."""
    operation = authorise_onward(call)
    request, body, blobs = call.request, call.body, call.house.blobs
    assert isinstance(blobs, ForeignBlobs)
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
        hashed = await _spool(body, spool)
        if operation == BATCH:
            spool.seek(0)
            authorise_batch(call, spool.read(LARGEST_DOCUMENT))
            spool.seek(0, os.SEEK_END)
        headers = _headers(request, body)
        answer = await in_thread(_send, blobs.address, request, _target(call), headers, spool, hashed)
    headers_back = [(name, value) for name, value in answer.headers.items() if name.lower() not in HOP]
    return Response(answer.status, [(name.lower(), value) for name, value in headers_back], _pieces(answer))


async def _spool(body: BodyReader | None, spool: IO[bytes]) -> str:
    """Take the whole body, checked, into memory or a file; return its hash."""
    running = sha256()
    if body is not None:
        async for piece in body:
            running.update(piece)
            await asyncio.to_thread(spool.write, piece)
    return running.hexdigest()


def _headers(request: Request, body: BodyReader | None) -> dict[str, str]:
    headers = {
        name: value for name, value in request.headers if PASSED.fullmatch(name) and not OURS.fullmatch(name)
    }
    if "expires" in request.headers:
        headers["expires"] = request.headers.get("expires")
    encodings = [part.strip() for part in headers.pop("content-encoding", "").split(",")]
    others = ",".join(part for part in encodings if part and part.lower() != "aws-chunked")
    if others:
        headers["content-encoding"] = others
    if body is not None and body.algorithm:
        headers[header_of(body.algorithm)] = body.checksums[body.algorithm]
    return headers


def _target(call: Call) -> str:
    """Return the path and query in path style, without what signed a link."""
    path = call.request.raw_path.partition("?")[0]
    if call.bucket and not path.startswith(f"/{call.bucket}"):
        path = f"/{call.bucket}{path}"
    pairs = [
        (name, value)
        for name, value in split_query(call.request.raw_query)
        if not OURS.fullmatch(name.lower())
    ]
    query = "&".join(f"{name}={value}" if value else name for name, value in pairs)
    target = f"{path}?{query}" if query else path
    return re.sub(r"%[0-9a-f]{2}", lambda match: match[0].upper(), target, flags=re.IGNORECASE)


def _send(
    address: Elsewhere, request: Request, target: str, headers: dict[str, str], spool: IO[bytes], hashed: str
) -> urllib3.BaseHTTPResponse:
    length = spool.tell()
    spool.seek(0)
    signed = AWSRequest(request.method, address.endpoint.rstrip("/") + target, headers=headers)
    signed.context["sha256"] = hashed
    _Signer(Credentials(address.access_key, address.secret_key), "s3", address.region).add_auth(signed)
    sent_headers = {
        **dict(signed.headers.items()),
        "content-length": str(length),
        "accept-encoding": "identity",
        **outgoing_headers(),
    }
    parts = urlsplit(address.endpoint)
    pool = _POOLS.connection_from_host(parts.hostname, parts.port, parts.scheme)
    return pool.urlopen(
        request.method,
        target,
        body=spool if length else None,
        headers=sent_headers,
        retries=False,
        redirect=False,
        preload_content=False,
        decode_content=False,
        timeout=urllib3.Timeout(connect=10, read=60),
    )


async def _pieces(answer: urllib3.BaseHTTPResponse) -> AsyncIterator[bytes]:
    try:
        while data := await asyncio.to_thread(answer.read, PIECE):
            yield data
    finally:
        answer.release_conn()


_POOLS = urllib3.PoolManager(maxsize=16)
