"""The protocols of clients: bytes to operations, and to who signed them."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from botocore.model import OperationModel

from vedette.wire import cbor, json11, json_values, models, query, rest_json
from vedette.wire.bodies import open_body
from vedette.wire.canonical import split_query
from vedette.wire.chunked import ChunkDecoder
from vedette.wire.forms import read_form
from vedette.wire.http import Headers, Request
from vedette.wire.post_policy import check_conditions, read_policy
from vedette.wire.query_compatible import RpcCbor
from vedette.wire.rest_xml import from_xml, to_xml
from vedette.wire.signed import SignatureFault, SignatureFaultKind
from vedette.wire.sigv4 import read_signature, verify
from vedette.wire.xml_strict import require_known

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
OPERATIONS = {
    name: [models.service(name).operation_model(one) for one in models.all_operations(name)]
    for name in ("rekognition", "lookoutvision", "iam", "kms", "cloudformation", "monitoring", "s3")
}
S3_PAYLOADS = [
    operation.input_shape.members[operation.input_shape.serialization["payload"]]
    for operation in OPERATIONS["s3"]
    if operation.input_shape is not None and "payload" in operation.input_shape.serialization
]
S3_DOCUMENTS = [shape for shape in S3_PAYLOADS if shape.type_name == "structure"]


def one_of(choices: Sequence[OperationModel], data: bytes) -> tuple[OperationModel, bytes]:
    """Return the operation that the first byte chooses, and the rest."""
    return choices[data[0] % len(choices) if data else 0], data[1:]


def post(body: bytes, kind: str, query_text: str = "") -> Request:
    return Request("POST", "/", query_text, Headers([("Content-Type", kind)]), body)


def take_json(data: bytes) -> None:
    for service in ("rekognition", "kms"):
        operation, body = one_of(OPERATIONS[service], data)
        value = json11.parse(operation, post(body, "application/x-amz-json-1.1"))
        json_values.dump(operation.input_shape, value)


def take_rest_json(data: bytes) -> None:
    """The first line is a path with its query, the rest a body."""
    head, _, body = data.partition(b"\n")
    path, _, text = head.decode("latin-1").partition("?")
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        request = Request(method, path, text, Headers([("Content-Type", "application/json")]), body)
        try:
            operation, params = rest_json.route("lookoutvision", method, path)
        except rest_json.UnknownOperation:
            continue
        rest_json.parse(operation, request, params)


def take_query(data: bytes) -> None:
    for service in ("iam", "cloudformation", "monitoring"):
        operation, body = one_of(OPERATIONS[service], data)
        query.parse(operation, post(body, query.FORM))


def take_cbor(data: bytes) -> None:
    operation, body = one_of(OPERATIONS["monitoring"], data)
    value = cbor.load(body)
    again = cbor.load(cbor.dump(value))
    assert repr(again) == repr(value), "what was read is written as something else"
    RpcCbor("monitoring").parse(operation, post(body, "application/cbor"))


def take_xml(data: bytes) -> None:
    shape = S3_DOCUMENTS[data[0] % len(S3_DOCUMENTS) if data else 0]
    value = from_xml(shape, data[1:])
    again = from_xml(shape, to_xml(shape, value, shape.name))
    assert again == value, "what was read is written as something else"
    require_known(shape, data[1:])


def take_signature(data: bytes) -> None:
    """A method, a path with a query, then header lines, as HTTP has them, and behind an empty line a body."""
    head, _, body = data.partition(b"\n\n")
    lines = head.decode("latin-1").split("\n")
    method, _, target = lines[0].partition(" ")
    path, _, text = target.partition("?")
    fields = [line.partition(":") for line in lines[1:] if ":" in line]
    headers = Headers((name.strip(), value.strip()) for name, _, value in fields)
    request = Request(method, path, text, headers, body)
    split_query(text)
    signed = read_signature(request)
    if signed is None:
        return
    assert repr(signed), "a claim can be logged"
    try:
        verify(signed, request, "secret", NOW, bucket="bucket")
    except SignatureFault:
        # A stranger's signature holds never; what it declares of its body is still read.
        asyncio.run(read_body(signed, request))
    else:
        raise AssertionError("a signature that nobody made is valid")


async def read_body(signed: object, request: Request) -> None:
    request.stream = pieces_of(request.body, 7)
    async for _ in open_body(signed, request, "secret"):  # type: ignore[arg-type]
        pass


async def pieces_of(data: bytes, size: int) -> AsyncIterator[bytes]:
    for place in range(0, len(data), size):
        yield data[place : place + size]


def take_chunks(data: bytes) -> None:
    whole, pieces = decoded(data, len(data) or 1), decoded(data, 3)
    assert whole == pieces, "how the bytes arrive changes what they say"
    refuse_as_before(whole)


def refuse_as_before(outcome: object) -> None:
    """Raise the fault whose kind an outcome is."""
    if isinstance(outcome, SignatureFaultKind):
        raise SignatureFault(outcome, "as it was refused")


def decoded(data: bytes, size: int) -> object:
    """Return the body and the trailers, or the fault by its kind."""
    decoder = ChunkDecoder()
    found = b""
    try:
        for place in range(0, len(data), size):
            found += b"".join(decoder.feed(data[place : place + size]))
        decoder.finish()
    except SignatureFault as fault:
        return fault.kind
    return found, decoder.trailers


def take_form(data: bytes) -> None:
    """The first line is the content type, the rest the body."""
    kind, _, body = data.partition(b"\n")
    text = kind.decode("latin-1")
    outcomes = [asyncio.run(read_whole_form(text, body, size)) for size in (len(body) or 1, 5)]
    assert outcomes[0] == outcomes[1], "how the bytes arrive changes what they say"
    refuse_as_before(outcomes[0])


async def read_whole_form(kind: str, body: bytes, size: int) -> object:
    try:
        form = await read_form(kind, pieces_of(body, size))
        file = b"".join([piece async for piece in form.file])
    except SignatureFault as fault:
        return fault.kind
    return form.fields, form.file_name, form.file_type, file


def take_post_policy(data: bytes) -> None:
    policy = read_policy(base64.b64encode(data))
    check_conditions(policy, {"key": "a/b", "acl": "private", "content-type": "image/png"})
