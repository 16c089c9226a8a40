"""What devices ask of the server they belong to. Each shows a bearer secret; nobody signs as for AWS.

    POST /-/devices/v1/register            a token becomes the device's own secret
    POST /-/devices/v1/announce            what the device says of itself; the answer is its signed order
    GET  /-/devices/v1/packages/SHA256     an archive that it is to have, or the rest of one

Devices know the server by any name, so that no name is refused: without the secret there is nothing to read.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from vedette.api.devices.bodies import stream_package
from vedette.api.devices.limits import (
    A_SECOND,
    BURST,
    STRANGER_BURST,
    STRANGERS_A_SECOND,
    CallRates,
)
from vedette.api.door import Effect, LongBody, PlainDoor, SlowBody, Visit
from vedette.api.reading import read_whole
from vedette.api.visitors import is_for_own_pages, path_of
from vedette.devices.packages import KeptPackage
from vedette.errors import (
    Busy,
    Denied,
    Missing,
    NoSpace,
    Refusal,
    Taken,
    TooFast,
    TooMuch,
    Unwritable,
    Wrong,
)
from vedette.runtime.signatures import encode
from vedette.wire.http import FileBody, Request, Response

ROOT = "/-/devices/v1/"
MOST_BODY = 64 * 1024
# A device asks again after so long.
AFTER_S = 30
STATUSES: dict[type[Refusal], int] = {
    Denied: 401,
    Missing: 404,
    Taken: 409,
    Busy: 503,
    Wrong: 400,
    TooFast: 429,
    TooMuch: 429,
    NoSpace: 507,
    Unwritable: 500,
}
RETRY_S = "30"


@dataclass(frozen=True, slots=True)
class DevicesDoor(PlainDoor):
    """Reports in, orders and packages out."""

    rates: CallRates = field(default_factory=lambda: CallRates(BURST, A_SECOND))
    strangers: CallRates = field(default_factory=lambda: CallRates(STRANGER_BURST, STRANGERS_A_SECOND))
    name: str = "devices"
    reads_whole_body: bool = False

    def recognises(self, visit: Visit) -> bool:
        """Say whether the path is one of ours."""
        return path_of(visit.request).startswith(ROOT) and is_for_own_pages(
            visit.request, visit.house.settings
        )

    def is_on_record(self, visit: Visit) -> bool:
        """Yes: what devices ask is logged and counted."""
        del visit
        return True

    def effect(self, visit: Visit) -> Effect:
        """Reports are a few rows; a device is heard while the disk is full."""
        del visit
        return "reads"

    async def answer(self, visit: Visit) -> Response:
        """Return what a device asks for."""
        request, now, servers = visit.request, time.monotonic(), visit.house.servers
        self.strangers.refuse_empty(request.client, now, servers)
        bearer = bearer_of(request)
        self.rates.refuse_empty(bearer, now, servers)
        self.rates.take(bearer, now, servers)
        try:
            return await self._answer(visit, bearer)
        except Denied:
            self.strangers.take(request.client, now, servers)
            raise

    async def _answer(self, visit: Visit, bearer: str) -> Response:
        request, calls = visit.request, visit.house.devices.calls
        path = path_of(request).removeprefix(ROOT)
        if path.startswith("packages/") and request.method in ("GET", "HEAD"):
            request.operation = "DownloadDevicePackage"
            archive = path.removeprefix("packages/")
            package = await visit.in_thread(calls.archive, bearer, archive)
            return await _package(visit, package)
        if path not in ("register", "announce") or request.method != "POST":
            raise Missing("Devices have no such call.")
        await read_whole(request, MOST_BODY)
        if path == "register":
            request.operation = "RegisterDevice"
            await visit.in_thread(calls.register, bearer, _secret_hash(request.body), request.client)
            return _json(200, {})
        request.operation = "AnnounceDevice"
        order = await visit.in_thread(calls.announce, bearer, request.body, request.client)
        answer: dict[str, Any] = {"after_s": AFTER_S}
        if order is not None:
            answer["order"] = {"text": _letters(order.text), "signature": order.signature}
        return _json(200, answer)

    def fault(self, error: Exception, visit: Visit) -> Response:
        """Say what went wrong, in a sentence for whoever looks at the device's log."""
        del visit
        if isinstance(error, LongBody):
            return _refusal(413, str(error))
        if isinstance(error, SlowBody):
            return _refusal(408, str(error))
        if isinstance(error, Refusal):
            return _refusal(STATUSES.get(type(error), 400), error.sentence)
        return _refusal(500, "The server failed; its log tells why.")


def bearer_of(request: Request) -> str:
    """Return the secret that a request shows."""
    scheme, _, bearer = request.headers.get("authorization").partition(" ")
    if scheme.lower() != "bearer" or not bearer.strip():
        raise Denied("A device shows its secret: Authorization: Bearer.", kind="device")
    return bearer.strip()[:200]


def _secret_hash(body: bytes) -> str:
    try:
        return str(json.loads(body)["secret_hash"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Wrong("The request is not understood: it is a JSON object with secret_hash.") from None


def _letters(text: str) -> str:
    return encode(text.encode("ascii"))


def _json(status: int, answer: dict[str, Any]) -> Response:
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    return Response(status, headers, json.dumps(answer).encode())


def _refusal(status: int, sentence: str) -> Response:
    response = _json(status, {"message": sentence})
    if status in (429, 503, 507):
        response.headers.append(("retry-after", RETRY_S))
    if status == 401:
        response.headers.append(("www-authenticate", "Bearer"))
    return response


async def _package(visit: Visit, package: KeptPackage) -> Response:
    """Return an archive from the byte on that the request names; its beginning where it names none."""
    start, size = _start(visit.request.headers.get("range")), package.size
    if start >= size and start:
        return Response(416, [("content-range", f"bytes */{size}")])
    headers = [("content-type", "application/zip"), ("accept-ranges", "bytes")]
    if start:
        headers.append(("content-range", f"bytes {start}-{size - 1}/{size}"))
    status = 206 if start else 200
    if not package.is_sealed:
        return Response(status, headers, FileBody(str(package.place), start, size - start))
    # Opened before the answer begins, so that a key that is not to be had is told as a refusal.
    body = await visit.in_thread(stream_package, package, start)
    return Response(status, [*headers, ("content-length", str(size - start))], body)


def _start(text: str) -> int:
    """Return where a range `bytes=N-` begins; 0 for any other, which is then answered whole."""
    number = text.removeprefix("bytes=").removesuffix("-")
    is_plain = text.startswith("bytes=") and text.endswith("-") and number.isdecimal() and len(number) < 16
    return int(number) if is_plain else 0
