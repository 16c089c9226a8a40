"""Operations of S3 for who is signed in at the console: as plain JSON, judged like any other request.

The request is written as S3's clients write it, without a signature, and answered by the operation itself,
so that there is one S3 and not two. Objects are answered as their bytes, which no browser runs.
"""

from collections.abc import AsyncIterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from botocore.model import OperationModel

from vedette.api.door import Visit
from vedette.api.relay import RelayedCall
from vedette.api.s3.address import read_query
from vedette.api.s3.call import LARGEST_DOCUMENT, Call
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.routes import choose
from vedette.errors import Unbuilt
from vedette.store.blobs.events import caused_by
from vedette.store.blobs.folder import FolderBlobs
from vedette.wire import plain_json
from vedette.wire.bodies import open_body
from vedette.wire.errors import Invalid
from vedette.wire.http import FileBody, Headers, Request, Response

# What the console's pages need of buckets; large objects have routes of their own, or come by S3 itself.
RELAYED = frozenset(
    {
        "CreateBucket",
        "DeleteBucket",
        "DeleteObject",
        "DeleteObjects",
        "GetBucketLocation",
        "GetObject",
        "HeadBucket",
        "HeadObject",
        "ListBuckets",
        "ListObjectsV2",
        "PutObject",
    }
)
# An object's own headers that say nothing to a browser which could run it.
OF_OBJECT = ("content-length", "content-range", "etag", "last-modified", "x-amz-version-id")


@cache
def _client_parts() -> tuple[Any, Any, type[Exception]]:
    """Return what writes requests and reads answers, and what it raises; loaded by who uses it."""
    from botocore.exceptions import ParamValidationError
    from botocore.parsers import create_parser
    from botocore.serialize import create_serializer

    serializer = create_serializer("rest-xml", include_validation=True)
    return serializer, create_parser("rest-xml"), ParamValidationError


async def relay(visit: Visit, call: RelayedCall) -> Response:
    """Return the answer to one operation."""
    if call.operation not in RELAYED:
        raise Unbuilt(f"{call.operation} of s3 is not supported yet at the console.", name=call.operation)
    model = plain_json.find("s3", call.operation)
    members = plain_json.read(model, call.body)
    response = await perform(visit, call.operation, members, call.region)
    if call.operation == "GetObject":
        return _bytes_of_object(response)
    result = await _parse(model, response)
    return Response(200, [("content-type", "application/json")], plain_json.dump(model, result))


async def ask(visit: Visit, operation: str, members: dict[str, Any], region: str) -> dict[str, Any]:
    """Return S3's answer to an operation as a dict, its document and its headers; raise what S3 refuses."""
    response = await perform(visit, operation, members, region)
    return await _parse(plain_json.find("s3", operation), response)


async def perform(visit: Visit, operation: str, members: dict[str, Any], region: str) -> Response:
    """Return S3's own answer to an operation of who is signed in; raise what S3 refuses."""
    model = plain_json.find("s3", operation)
    try:
        response = await _answer(visit, model, members, region)
    except S3Fault as fault:
        if fault.status != 304:
            raise
        return Response(304, fault.headers)  # It has no body, not even one that says why.
    if response.status >= 400:
        raise await _fault(response)
    return response


async def _answer(visit: Visit, model: OperationModel, members: dict[str, Any], region: str) -> Response:
    request = _write(visit.request, model, members)
    body = open_body(None, request, "")
    bucket, key = members.get("Bucket", ""), members.get("Key", "")
    query = read_query(request.raw_query)
    call = Call(visit.house, visit.principal, request, body, bucket, key, query, visit.house.clock())
    call.region = region
    operation = choose(request.method, bucket, key, query, copies_from=False)
    if operation.name != model.name:
        # An empty name of a bucket or a key makes it another request.
        raise S3Fault("InvalidRequest", f"{model.name} needs the names of a bucket and a key that can be.")
    if not isinstance(visit.house.blobs, FolderBlobs):
        from vedette.api.s3.forward import forward

        return await forward(call)
    with caused_by(call.cause(operation.name)):
        return await operation.answer(call)


def _write(original: Request, model: OperationModel, members: dict[str, Any]) -> Request:
    """Return the request as a client of S3 writes it."""
    serializer, _, invalid = _client_parts()
    try:
        parts: Mapping[str, Any] = serializer.serialize_to_request(members, model)
    except invalid as error:
        raise Invalid([str(error)]) from None
    path = parts["url_path"].partition("?")[0]
    fixed = parts["url_path"].partition("?")[2]
    fields_of_query = parts["query_string"]
    pairs = (
        fields_of_query if isinstance(fields_of_query, str) else urlencode(fields_of_query, quote_via=quote)
    )
    body = parts["body"] or b""
    content = body.encode() if isinstance(body, str) else bytes(body)
    fields = [(str(name), str(value)) for name, value in parts["headers"].items()]
    fields += [(name, original.headers.get(name)) for name in ("user-agent", "referer", "host")]
    fields.append(("content-length", str(len(content))))
    return Request(
        method=parts["method"],
        raw_path=path,
        raw_query="&".join(part for part in (fixed, pairs) if part),
        headers=Headers(fields),
        stream=_once(content),
        scheme=original.scheme,
        client=original.client,
        server=original.server,
        id=original.id,
        via=original.via,
    )


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _parse(model: OperationModel, response: Response) -> dict[str, Any]:
    facts = {
        "status_code": response.status,
        "headers": {name.lower(): value for name, value in response.headers},
        "body": await _read(response),
    }
    result: dict[str, Any] = _client_parts()[1].parse(facts, model.output_shape)
    result.pop("ResponseMetadata", None)
    return result


async def _fault(response: Response) -> S3Fault:
    """Return the refusal that an answer carries; that to a HEAD has a status and no more."""
    headers = {name.lower(): value for name, value in response.headers}
    facts = {"status_code": response.status, "headers": headers, "body": await _read(response)}
    parsed = _client_parts()[1].parse(facts, None)
    error = parsed.get("Error", {})
    fault = S3Fault("AccessDenied", error.get("Message") or f"S3 answers with the status {response.status}.")
    fault.code, fault.status = error.get("Code") or str(response.status), response.status
    return fault


def _bytes_of_object(response: Response) -> Response:
    fields = [(name, value) for name, value in response.headers if name.lower() in OF_OBJECT]
    fields += [
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment"),
    ]
    return Response(response.status, fields, response.body)


async def _read(response: Response) -> bytes:
    body = response.body
    if isinstance(body, bytes):
        return body
    if isinstance(body, FileBody):
        return b""  # Only GetObject answers with one, and its bytes are not read here.
    pieces, size = [], 0
    async for piece in body:
        size += len(piece)
        if size > LARGEST_DOCUMENT:
            break
        pieces.append(piece)
    return b"".join(pieces)
