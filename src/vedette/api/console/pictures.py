"""Pictures in and out: uploads into the account's own bucket, and pictures for pages.

What is uploaded is known by the hash of what was sent, so that nothing is stored twice and an upload that was
cut off goes on where it was: a page asks first which hashes are there. All goes through S3's door with the
person's rights. Nothing here adds an entry to a dataset.
"""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from vedette.api.console.answers import NOTHING_RUNS, json_answer
from vedette.api.console.bodies import whole_body
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.queries import read_form_query
from vedette.api.console.relaying import region_of
from vedette.api.console.round_pictures import reader_of
from vedette.api.console.visitor import require_session
from vedette.api.door import ChosenAnswer, Visit
from vedette.api.reading import read_whole
from vedette.api.relay import ObjectDoor
from vedette.api.uploads import upload_bucket
from vedette.errors import Refusal
from vedette.vision.convert import ENDINGS, UsablePicture, make_usable
from vedette.vision.files import FORMATS
from vedette.vision.heads import JPEG_START, PNG_START
from vedette.wire import json_values
from vedette.wire.http import FileBody, Response

# A scan as TIFF is larger than the picture that becomes of it.
MOST_BYTES = 64 * 1024 * 1024
# What decoding a picture to convert it takes is up to 200 MB, so few at once.
AT_ONCE = 2
HASH = re.compile(r"[0-9a-f]{64}")
MOST_HASHES = 1000
MOST_NAME = 180
FOLDER = "uploads"
HEAD_BYTES = 16
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


@dataclass(slots=True)
class _Turn:
    """Who stores one content now, and how many would."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


@dataclass(slots=True)
class PictureRoutes:
    """The routes that carry pictures."""

    objects: ObjectDoor
    conversions: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    # Contents that are being stored now, by bucket and hash.
    turns: dict[tuple[str, str], _Turn] = field(default_factory=dict)

    async def upload(self, visit: Visit) -> Response:
        """Store a picture, unless it is there already, and tell its address."""
        await require_session(visit)
        query = read_form_query(visit.request.raw_query)
        name = clean_name(query.get("name", ""))
        expected = query.get("sha256", "").lower()
        if expected and not HASH.fullmatch(expected):
            raise ConsoleFault("BadRequest", 400, "A hash is 64 hexadecimal digits (SHA-256).")
        async with whole_body(visit, MOST_BYTES) as data:
            digest = await visit.in_thread(_sha256, data)
            if expected and digest != expected:
                raise ConsoleFault(
                    "BadDigest", 400, f"{name} came changed: its hash is another. Send it again."
                )
            async with self._turn(console_bucket(visit), digest):
                return json_answer(await self._store(visit, name, digest, data))

    @asynccontextmanager
    async def _turn(self, bucket: str, digest: str) -> AsyncIterator[None]:
        """Let two pages store one content after each other, so that the second finds it stored."""
        turn = self.turns.setdefault((bucket, digest), _Turn())
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                del self.turns[bucket, digest]

    async def _store(self, visit: Visit, name: str, digest: str, data: bytes) -> dict[str, Any]:
        bucket, region = console_bucket(visit), region_of(visit)
        existing = (await self._existing(visit, bucket, [digest])).get(digest)
        if existing is not None:
            return {**existing, "isNew": False}
        picture = await self._usable(visit, name, data)
        key = f"{FOLDER}/{digest}/{name_as(name, picture)}"
        members = {"Bucket": bucket, "Key": key, "Body": picture.data, "ContentType": TYPES[picture.format]}
        try:
            await self.objects.perform(visit, "PutObject", members, region)
        except (ChosenAnswer, Refusal) as fault:
            # The first visit makes the bucket.
            if self.objects.relay_fault(fault, visit).code != "NoSuchBucket":
                raise
            await self.objects.perform(visit, "CreateBucket", _new_bucket(bucket, region), region)
            await self.objects.perform(visit, "PutObject", members, region)
        facts = {"width": picture.width, "height": picture.height, "isConverted": picture.is_converted}
        return {**_address(bucket, key, digest), **facts, "isNew": True}

    async def _usable(self, visit: Visit, name: str, data: bytes) -> UsablePicture:
        if data.startswith((JPEG_START, PNG_START)):
            return await visit.in_thread(make_usable, data, name)
        async with self.conversions:
            return await visit.in_thread(make_usable, data, name)

    async def list_uploads(self, visit: Visit) -> Response:
        """Tell which hashes are stored already, and where."""
        await require_session(visit)
        await read_whole(visit.request, MOST_HASHES * 80)
        hashes = json_values.load(visit.request.body).get("sha256")
        if not isinstance(hashes, list) or len(hashes) > MOST_HASHES:
            raise ConsoleFault("BadRequest", 400, f"Ask for up to {MOST_HASHES} hashes, as a list `sha256`.")
        digests = [text for text in hashes if isinstance(text, str) and HASH.fullmatch(text)]
        existing = await self._existing(visit, console_bucket(visit), digests)
        return json_answer({"uploads": existing, "accepts": list(FORMATS), "mostBytes": MOST_BYTES})

    async def _existing(self, visit: Visit, bucket: str, digests: list[str]) -> dict[str, dict[str, Any]]:
        """Return what is stored under these hashes; nothing where the person may not look."""
        blobs = visit.house.blobs
        if not digests or not await visit.in_thread(blobs.has_bucket, bucket):
            return {}
        members = {"Bucket": bucket, "Prefix": f"{FOLDER}/", "MaxKeys": 1}
        await self.objects.perform(visit, "ListObjectsV2", members, region_of(visit))

        def look() -> dict[str, dict[str, Any]]:
            pairs = (
                (digest, next(iter(blobs.list(bucket, f"{FOLDER}/{digest}/")), None)) for digest in digests
            )
            return {digest: _address(bucket, item.key, digest) for digest, item in pairs if item is not None}

        return await visit.in_thread(look)

    async def show(self, visit: Visit) -> Response:
        """Answer with a picture's bytes, as a picture and nothing else."""
        await require_session(visit)
        query = read_form_query(visit.request.raw_query)
        source = query.get("source", "")
        bucket, key = read_source(source)
        visit.principal = await reader_of(visit, query.get("round", ""), source)
        members: dict[str, Any] = {"Bucket": bucket, "Key": key}
        if version := query.get("version", ""):
            members["VersionId"] = version
        if tag := visit.request.headers.get("if-none-match"):
            members["IfNoneMatch"] = tag
        response = await self.objects.perform(visit, "GetObject", members, region_of(visit))
        return await _as_picture(response, key)


def clean_name(text: str) -> str:
    """Return a file's own name, without folders and without signs that are not seen or turn the text."""
    last = text.replace("\\", "/").rpartition("/")[2]
    visible = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    visible = unicodedata.normalize("NFC", visible)
    stem, ending = PurePosixPath(visible or "picture").stem, PurePosixPath(visible or "picture").suffix[:10]
    while len(stem.encode()) > MOST_NAME:
        stem = stem[:-1]
    return f"{stem}{ending}"


def name_as(name: str, picture: UsablePicture) -> str:
    """Return the name with an ending that says what the picture is now."""
    if not picture.is_converted and PurePosixPath(name).suffix:
        return name
    return f"{PurePosixPath(name).stem}{ENDINGS[picture.format]}"


def console_bucket(visit: Visit) -> str:
    """Return the bucket of the account's uploads in the region."""
    assert visit.principal is not None
    return upload_bucket(visit.house, visit.principal.account, region_of(visit))


def read_source(source: str) -> tuple[str, str]:
    """Return the bucket and the key of an address in a bucket."""
    bucket, _, key = source.removeprefix("s3://").partition("/")
    if not source.startswith("s3://") or not bucket or not key:
        raise ConsoleFault(
            "BadRequest", 400, f"{source[:100]!r} is no address of an object (s3://bucket/key)."
        )
    return bucket, key


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _address(bucket: str, key: str, digest: str) -> dict[str, Any]:
    return {
        "sourceRef": f"s3://{bucket}/{key}",
        "bucket": bucket,
        "key": key,
        "name": key.rpartition("/")[2],
        "sha256": digest,
    }


def _new_bucket(bucket: str, region: str) -> dict[str, Any]:
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    return {"Bucket": bucket, **place}


async def _as_picture(response: Response, key: str) -> Response:
    tag = next((value for name, value in response.headers if name.lower() == "etag"), "")
    headers = [
        ("content-security-policy", NOTHING_RUNS),
        ("cache-control", "private, no-cache"),
        *([("etag", tag)] if tag else []),
    ]
    if response.status == 304:
        return Response(304, headers)
    start, body = await _peek(response)
    if isinstance(response.body, FileBody) and not isinstance(body, FileBody):
        headers.append(("content-length", str(response.body.length)))
    form = "JPEG" if start.startswith(JPEG_START) else "PNG" if start.startswith(PNG_START) else ""
    if not form:
        raise ConsoleFault("NoPicture", 415, f"{key.rpartition('/')[2]} is neither a JPEG nor a PNG.")
    name = quote(key.rpartition("/")[2])
    headers += [("content-type", TYPES[form]), ("content-disposition", f"inline; filename*=UTF-8''{name}")]
    headers += [(name, value) for name, value in response.headers if name.lower() == "content-length"]
    return Response(200, headers, body)


Body = bytes | FileBody | AsyncIterator[bytes]


async def _peek(response: Response) -> tuple[bytes, Body]:
    """Return the first bytes of an answer's body, and the body."""
    body = response.body
    if isinstance(body, bytes):
        return body[:HEAD_BYTES], body
    if isinstance(body, FileBody):
        if body.decode is None:
            head = replace(body, length=min(HEAD_BYTES, body.length))
            return await asyncio.to_thread(lambda: b"".join(head.pieces())), body
        # What decodes it goes on where it was: who looked at its beginning has to send that on.
        body = _in_threads(body.pieces())
    first = await anext(body, b"")
    return first[:HEAD_BYTES], _again(first, body)


async def bytes_of(response: Response, most: int) -> bytes:
    """Return the bytes of an object, of a picture's size at most."""
    body = response.body
    if isinstance(body, bytes):
        return body
    if isinstance(body, FileBody):
        if body.length > most:
            raise ConsoleFault("BadPicture", 400, f"The picture has more than {most >> 20} MiB.")
        return await asyncio.to_thread(lambda: b"".join(body.pieces()))
    pieces, size = [], 0
    async for piece in body:
        size += len(piece)
        if size > most:
            raise ConsoleFault("BadPicture", 400, f"The picture has more than {most >> 20} MiB.")
        pieces.append(piece)
    return b"".join(pieces)


async def _in_threads(pieces: Generator[bytes]) -> AsyncIterator[bytes]:
    """Yield what is read from a file, each piece in a thread; a file that is left half read is closed."""
    try:
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece
    finally:
        pieces.close()


async def _again(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
