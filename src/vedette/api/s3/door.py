"""The way in: from a request that the front has judged to the answer of one operation."""

from vedette.api.house import House
from vedette.api.s3.address import read_address, read_query
from vedette.api.s3.call import Call
from vedette.api.s3.cors import answer_preflight, cors_headers
from vedette.api.s3.faults import fault
from vedette.api.s3.routes import Operation, choose
from vedette.identity.principal import Principal
from vedette.store.blobs.folder import FolderBlobs
from vedette.wire.bodies import BodyReader
from vedette.wire.http import Request, Response
from vedette.wire.signed import Signed


async def answer(
    house: House,
    principal: Principal | None,
    request: Request,
    body: BodyReader | None,
    signed: Signed | None = None,
) -> Response:
    """Answer a request; `principal` is None for one without a signature.

    Never raises what a client did wrong: the answer then says it, with the headers that let
    a page of another origin read it.
    """
    if not isinstance(house.blobs, FolderBlobs):
        return await _forward(house, principal, request, body, signed)
    call, operation = read_call(house, principal, request, body)
    call.signed = signed
    if operation is None:
        request.operation = "Preflight"
        return answer_preflight(call)
    request.operation = operation.name
    try:
        response = await operation.answer(call)
    except Exception as error:
        if "origin" not in request.headers:
            raise
        response = fault(error, request)
        if response.status == 500:
            raise
    response.headers.extend(cors_headers(call))
    return response


async def _forward(
    house: House,
    principal: Principal | None,
    request: Request,
    body: BodyReader | None,
    signed: Signed | None,
) -> Response:
    """Send the request on to the foreign S3; its client is loaded only where there is one."""
    from vedette.api.s3.forward import forward

    request.operation = "Forward"
    address = read_address(request, house.settings.s3_domain)
    query = read_query(request.raw_query)
    call = Call(house, principal, request, body, address.bucket, address.key, query, house.clock())
    call.signed = signed
    return await forward(call)


def read_call(
    house: House, principal: Principal | None, request: Request, body: BodyReader | None
) -> tuple[Call, Operation | None]:
    """Return the request as a call, and which operation it is (none: a browser's question)."""
    address = read_address(request, house.settings.s3_domain)
    query = read_query(request.raw_query)
    call = Call(house, principal, request, body, address.bucket, address.key, query, house.clock())
    if request.method == "OPTIONS":
        return call, None
    copies_from = "x-amz-copy-source" in request.headers
    return call, choose(request.method, address.bucket, address.key, query, copies_from=copies_from)


def sums_are_of_body(request: Request) -> bool:
    """Say whether checksum headers speak of this request's body; at the end of an upload, of the object."""
    return not (request.method == "POST" and "uploadId=" in request.raw_query)
