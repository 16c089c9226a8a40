"""One request to S3 on its way through the door, and what every operation asks of it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar

from vedette.api.house import House
from vedette.api.s3.faults import S3Fault
from vedette.clock import from_milliseconds
from vedette.identity.principal import Principal
from vedette.store.blobs.events import EventCause
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.values import Bucket
from vedette.wire.bodies import BodyReader
from vedette.wire.http import Request, Response
from vedette.wire.models import operation
from vedette.wire.rest_xml import from_xml, to_xml
from vedette.wire.scalars import read_count
from vedette.wire.signed import SignatureClaim

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
LARGEST_DOCUMENT = 2 * 1024 * 1024
"""A list of 10,000 parts with their checksums is the largest document S3 takes, below this."""

SMALL_DOCUMENT = 64 * 1024
"""Reading more than this, a fiftieth of a second, would hold up everybody else."""

SMALL_SETTING, MOST_SETTINGS = 16 * 1024, 256
"""Settings that stay parsed: 40 MiB at most, at ten times the size of the documents."""

LARGEST_NUMBER = 2**31 - 1
"""What a Java int holds: the range that S3 names when it refuses a number."""

P = ParamSpec("P")
T = TypeVar("T")


def _number(name: str, text: str, default: int, most: int | None) -> int:
    if not text:
        return default
    try:
        number = read_count(text, most=LARGEST_NUMBER)
    except ValueError:
        raise S3Fault("InvalidArgument", f"Provided {name} not an integer or within integer range") from None
    return number if most is None else min(number, most)


@dataclass(slots=True)
class Call:
    """A request, its principal (None for an anonymous one), and the bucket and key that it names."""

    house: House
    principal: Principal | None
    request: Request
    body: BodyReader | None
    bucket: str
    key: str
    query: dict[str, str]
    now: datetime
    loaded_bucket: Bucket | None = field(default=None)
    # None for a request without a signature, and in a browser's form until its policy is read.
    signed: SignatureClaim | None = None
    # Of a request without a signature, where it is known.
    region: str = ""

    @property
    def store(self) -> FolderBlobs:
        """Return the folder of buckets; requests for those of a foreign S3 are sent on before they ask."""
        blobs = self.house.blobs
        assert isinstance(blobs, FolderBlobs)
        return blobs

    @property
    def account(self) -> str:
        """Return the caller's account; empty for an anonymous caller."""
        return self.principal.account if self.principal else ""

    @property
    def version(self) -> str:
        """Return the version that is asked for; empty for the latest."""
        return self.query.get("versionId", "")

    def header(self, name: str, default: str = "") -> str:
        """Return a request header."""
        return self.request.headers.get(name, default)

    def cause(self, operation_name: str) -> EventCause:
        """Return what is noted with the changes of objects that this request makes."""
        caller_id = f"AWS:{self.principal.user_id}" if self.principal else "Anonymous"
        chain = self.house.functions.chains.of(self.principal.key_id) if self.principal else ""
        return EventCause(operation_name, self.request.id, self.request.client, caller_id, chain)

    def owned_bucket(self) -> Bucket:
        """Return the bucket of this request, read once."""
        if self.loaded_bucket is None:
            self.loaded_bucket = self.store.buckets.find(self.bucket)
        return self.loaded_bucket

    def number(self, name: str, default: int, *, most: int | None = None) -> int:
        """Return a whole number from the query, brought down to the most there can be."""
        return _number(name, self.query.get(name, ""), default, most)

    def header_number(self, name: str, default: int, *, most: int | None = None) -> int:
        """Return a whole number from a header, brought down likewise."""
        return _number(name, self.header(name), default, most)

    async def raw_document(self) -> bytes:
        """Return the body of a request that carries a document."""
        return b"" if self.body is None else await self.body.read(LARGEST_DOCUMENT)

    async def document(self, operation_name: str) -> dict[str, Any]:
        """Return the document that the operation takes, by its shape."""
        data = await self.raw_document()
        if len(data) > SMALL_DOCUMENT:
            return await in_thread(read_document, operation_name, data)
        return read_document(operation_name, data)


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking function in a thread, and wait for it in the event loop."""
    # With the task's context, so that a foreign S3 hears which trace it works for.
    return await asyncio.to_thread(function, *args, **kwargs)


def read_document(operation_name: str, data: bytes) -> dict[str, Any]:
    """Return a request document by the shape of the operation's payload."""
    model = operation("s3", operation_name)
    assert model is not None
    payload = model.input_shape.members[model.input_shape.serialization["payload"]]
    if not data.strip():
        raise S3Fault("MalformedXML", "The request body is empty.")
    document: dict[str, Any] = from_xml(payload, data)
    return document


def read_setting(operation_name: str, document: bytes) -> Mapping[str, Any]:
    """Return a stored setting of a bucket, parsed once for as long as it stays the same. Never change it."""
    if len(document) > SMALL_SETTING:
        return read_document(operation_name, document)  # What strangers put must not fill the memory.
    return _read_small_setting(operation_name, document)


@lru_cache(maxsize=MOST_SETTINGS)
def _read_small_setting(operation_name: str, document: bytes) -> Mapping[str, Any]:
    return read_document(operation_name, document)


def write_document(operation_name: str, value: dict[str, Any], root: str) -> bytes:
    """Return an answer's document by the shape of the operation's output."""
    model = operation("s3", operation_name)
    assert model is not None
    shape = model.output_shape
    payload = shape.serialization.get("payload")
    if payload:
        return to_xml(shape.members[payload], value[payload], root, NAMESPACE)
    return to_xml(shape, value, root, NAMESPACE)


def document_answer(operation_name: str, value: dict[str, Any], root: str) -> Response:
    """Return 200 with the operation's document."""
    return Response(200, [("content-type", "application/xml")], write_document(operation_name, value, root))


def moment(milliseconds: int) -> datetime:
    """Return when something happened, in whole seconds, since headers say no more."""
    return from_milliseconds(milliseconds - milliseconds % 1000)


@lru_cache(maxsize=1024)
def canonical_id(account: str) -> str:
    """Return the id that S3 knows an account by: 64 hexadecimal digits, always the same."""
    return sha256(f"vedette:{account}".encode()).hexdigest()


def owner(account: str) -> dict[str, str]:
    """Return an account as listings and grants name it."""
    return {"ID": canonical_id(account), "DisplayName": account}


def refuse_unknown(value: str, possible: Iterable[str], code: str = "InvalidArgument") -> None:
    """Refuse a value that is not one of those that are possible."""
    if value not in possible:
        raise S3Fault(code, f"{value} is not one of {', '.join(possible)}.")


def rewrite(operation_name: str, document: dict[str, Any], root: str) -> bytes:
    """Return a request's document as it is stored: the members of its shape, and nothing else."""
    model = operation("s3", operation_name)
    assert model is not None
    payload = model.input_shape.members[model.input_shape.serialization["payload"]]
    return to_xml(payload, document, root, NAMESPACE)
