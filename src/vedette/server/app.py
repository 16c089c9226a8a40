"""The itinerary of a request: who sent it, through which door, and how the answer goes out.

    head → signature → service → body → key and verification → the dialect's door → answer

The only module that knows every dialect. A request that fails anywhere is answered in
the form of the dialect it was meant for: clients of S3 cannot read JSON, nor the others XML.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request as PageRequest
from starlette.responses import PlainTextResponse
from starlette.responses import Response as PageResponse
from starlette.routing import Route

from vedette.api.house import House
from vedette.api.own_paths import FIGURES
from vedette.api.s3.faults import Fault
from vedette.errors import Refusal
from vedette.server.cors import allow_any_origin, preflight
from vedette.server.doors import DOORS, SMALL_REQUEST, Door, Visit, find_holder
from vedette.server.edge import (
    Gone,
    Late,
    Receive,
    Scope,
    Send,
    declared_length,
    read_head,
    read_whole,
    refuse_long,
    send_answer,
)
from vedette.server.memory import MOST_BYTES, BodyRoom
from vedette.server.observe import Figures, Seen, note
from vedette.server.own_pages import OwnPages
from vedette.server.room import make_room, may_remove
from vedette.store.disk import disk_refusal
from vedette.wire.dispatch import choose
from vedette.wire.http import Request, Response
from vedette.wire.query import FORM
from vedette.wire.signed import SignatureFault, Signed
from vedette.wire.sigv4 import read_signature

log = logging.getLogger("vedette.server")

# Handlers wait for the disk rather than for a core; SQLite writes one at a time anyway.
THREADS = 16
# The largest form of a Query service without a signature: names and tokens, no data.
MOST_FORM = 64 * 1024
T = TypeVar("T")


class Front:
    """The ASGI application of one server."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ready = False
        self.figures = Figures()
        # At least two of the largest, else nobody could ever send one while another is read.
        self._room = BodyRoom(max(MOST_BYTES, 2 * house.settings.max_body))
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="handler")
        self._own_pages = OwnPages(house.settings)
        self._pages = Starlette(
            routes=[
                Route("/healthz", self._health),
                Route("/readyz", self._readiness),
                Route(FIGURES, self._metrics),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._own_pages.is_ours(scope):
            refused = self._own_pages.refusal(scope)
            await (refused or self._pages)(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def open(self) -> None:
        """Begin what lives in the loop."""
        self.house.meter.watch = self.figures.see
        self.house.trainings.stages.watch = self.figures.see_training
        await self.house.hosting.open()

    async def leave(self) -> None:
        """End what lives in the loop; no request is under way any more."""
        await self.house.hosting.close()

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        request = read_head(scope, receive, new_request_id())
        seen = Seen(request.id, request.method, request.raw_path, request.client)
        self.figures.under_way.inc()
        try:
            response = await self._respond(request, seen)
            seen.status = response.status
            seen.code = next((value for name, value in response.headers if name == "x-amzn-ErrorType"), "")
            seen.sent = await send_answer(response, send, head_only=request.method == "HEAD")
        except Gone:
            seen.status, seen.code = 499, "ClientGone"
        finally:
            self.figures.under_way.dec()
            seen.seconds = time.perf_counter() - began
            self.figures.count(seen)
            note(seen)

    async def _respond(self, request: Request, seen: Seen) -> Response:
        """Return the answer, whatever happens on the way."""
        asked = preflight(request)
        if asked is not None:
            return asked
        door = DOORS["s3"]
        try:
            try:
                signed = read_signature(request)
            except SignatureFault:
                door = DOORS[choose(request, None) or "unknown"]
                raise
            door = await self._choose_door(request, signed)
            seen.service = door.service
            response = await self._visit(door, request, signed, seen)
        except Gone:
            raise
        except Exception as error:
            refusal = disk_refusal(error)
            response = door.fault(refusal or error, request)
            _end_line_of_unread(request, response, error)
            if refusal is not None:
                # One line a request: a full disk is no secret, and its traceback tells nothing more.
                log.warning("%s: %s (%s)", request.id, refusal.sentence, error)
            elif response.status >= 500 and isinstance(error, Fault):
                # An answer that was chosen, such as an object without its file: where it was chosen is known.
                log.warning("%s: %s", request.id, error.sentence)
            elif response.status >= 500 and not isinstance(error, Refusal):
                log.exception("%s failed", request.id, exc_info=error)
        response.headers.extend(door.identifiers(request))
        allow_any_origin(request, response, door)
        return response

    async def _choose_door(self, request: Request, signed: Signed | None) -> Door:
        named = signed.service if signed else None
        at_root = request.raw_path in ("", "/")
        if signed is None and at_root and request.headers.get("content-type").startswith(FORM):
            # Only the form itself tells an unsigned call of a Query service from one of S3.
            await read_whole(request, MOST_FORM)
        return DOORS[choose(request, named) or "unknown"]

    async def _visit(self, door: Door, request: Request, signed: Signed | None, seen: Seen) -> Response:
        reserve = self.house.reserve
        if reserve is not None and (reserve.is_spent or (may_remove(request) and reserve.is_tight())):
            make_room(reserve, door.effect(request))
        visit = Visit(self.house, request, signed, self._in_thread)
        try:
            if door.reads_whole_body and request.stream is not None:
                return await self._read_and_answer(door, visit)
            return await door.answer(visit)
        finally:
            seen.operation = request.operation
            seen.principal = visit.principal.arn if visit.principal else ""

    async def _read_and_answer(self, door: Door, visit: Visit) -> Response:
        """Hold the body whole while it is answered: only for who has a key, and within the room there is."""
        request, most = visit.request, self.house.settings.max_body
        refuse_long(request, most)
        size = most if "transfer-encoding" in request.headers else declared_length(request)
        account = await find_holder(visit, large=size > SMALL_REQUEST)
        door.foresee(visit)
        if size <= SMALL_REQUEST:
            await read_whole(request, most)
            return await door.answer(visit)
        async with self._room.hold((account, request.client), size):
            await read_whole(request, most)
            return await door.answer(visit)

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    async def _health(self, _: PageRequest) -> PageResponse:
        return PlainTextResponse("ok\n")

    async def _readiness(self, _: PageRequest) -> PageResponse:
        return PlainTextResponse("ready\n" if self.ready else "not ready\n", 200 if self.ready else 503)

    async def _metrics(self, _: PageRequest) -> PageResponse:
        return PageResponse(self.figures.page(), media_type="text/plain; version=0.0.4")


def new_request_id() -> str:
    """Return an id in the form that AWS gives, which clients print."""
    text = secrets.token_hex(16)
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _end_line_of_unread(request: Request, response: Response, error: Exception) -> None:
    """Close the line where what comes next on it could be taken for the body that was never read."""
    asks_first = "100-continue" in request.headers.get("expect").lower() and request.stream is not None
    if (asks_first or isinstance(error, Late)) and ("connection", "close") not in response.headers:
        response.headers.append(("connection", "close"))
