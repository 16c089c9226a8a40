"""The itinerary of a request: who sent it, through which door, and how the answer goes out.

    head → page? → signature → door → body → door.answer (verifies, calls, serialises) → answer

A request that fails anywhere is answered by the door that it was meant for: clients of S3 cannot read JSON,
nor the others XML. Which dialects there are stands in server/doors.py.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from vedette.api.auditing import event_of, reads_too
from vedette.api.authentication import find_account
from vedette.api.door import SMALL_REQUEST, ChosenAnswer, Door, PageDoor, SlowBody, Visit
from vedette.api.house import House
from vedette.api.reading import declared_length, read_whole, refuse_long
from vedette.errors import Refusal
from vedette.server.asgi import ClientGone, Receive, Scope, Send, read_head, send_answer, wait_until_gone
from vedette.server.doors import LAST, bytes_to_recognise, connect, page_door, preflight, service_door
from vedette.server.memory import MOST_BYTES, BodyMemory
from vedette.server.observe import Metrics, RequestLog, RequestRecord
from vedette.server.proxies import TrustedProxies
from vedette.server.room import make_room
from vedette.server.spans import ServerSpans
from vedette.store.disk import disk_refusal
from vedette.wire.http import Request, Response
from vedette.wire.signed import SignatureFault
from vedette.wire.sigv4 import read_signature

log = logging.getLogger("vedette.server")

# Handlers wait for the disk rather than for a core; SQLite writes one at a time anyway.
THREADS = 16
T = TypeVar("T")


class Application:
    """The ASGI application of one server."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ready = False
        self.metrics = Metrics()
        self.log = RequestLog()
        # Made only where the operator asks for traces: elsewhere a request pays for two looks at this.
        self.spans: ServerSpans | None = None
        self._proxies = TrustedProxies(house.settings.trusted_proxies)
        # At least two of the largest, else one could never be sent while another is read.
        self._room = BodyMemory(max(MOST_BYTES, 2 * house.settings.max_body))
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="handler")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = read_head(scope, receive, new_request_id(), self._proxies)
        visit = Visit(
            self.house,
            request,
            self._in_thread,
            self,
            room=self._room,
            gone=partial(wait_until_gone, receive),
        )
        page = page_door(visit)
        if page is None or page.is_on_record(visit):
            await self._serve(visit, send, page)
            return
        with contextlib.suppress(ClientGone):
            response = await self._answer_page(page, visit)
            await send_answer(response, send, head_only=request.method == "HEAD")

    def metrics_page(self) -> bytes:
        """Return the metrics in Prometheus's text format."""
        return self.metrics.page()

    async def open(self) -> None:
        """Start what runs in the event loop."""
        connect(self.house)
        self.house.meter.watch = self.metrics.record
        if self.spans is not None:
            self.house.meter.watch = self.spans.watch(self.metrics.record)
            self.house.jobs.watch = self.spans.add_job
        self.house.trainings.stages.watch = self.metrics.record_training
        self.house.functions.watch = self.metrics.record_event
        await self.house.hosting.open()

    async def leave(self) -> None:
        """Stop what runs in the event loop; no request is under way any more."""
        await self.house.hosting.close()

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    async def _serve(self, visit: Visit, send: Send, page: PageDoor | None = None) -> None:
        """Answer a service's request, or one of the console, and put it on record."""
        began, request = time.perf_counter(), visit.request
        record = RequestRecord(request.id, request.method, request.raw_path, request.client)
        if self.spans is not None:
            self.spans.begin(request, record)
        self.metrics.under_way.inc()
        try:
            response = await self._respond(visit, record, page)
            record.status = response.status
            record.code = next((value for name, value in response.headers if name == "x-amzn-ErrorType"), "")
            self._note_in_audit(visit, response.status)
            record.sent_bytes = await send_answer(response, send, head_only=request.method == "HEAD")
        except ClientGone:
            record.status, record.code = 499, "ClientGone"
        finally:
            self.metrics.under_way.dec()
            record.seconds = time.perf_counter() - began
            # In the loop's next round: the answer leaves at the end of this one, and would wait for it.
            asyncio.get_running_loop().call_soon(self._record, record)

    def _note_in_audit(self, visit: Visit, status: int) -> None:
        """Put a change on record before its answer leaves: what was acknowledged is in the trail."""
        trail = self.house.audit
        if trail is None or not visit.audit.service:
            return
        try:
            event = event_of(visit, status, reads_too=reads_too(visit))
        except Exception:
            # Whatever a client managed to send: its request is on record, without what cannot be written.
            log.exception("%s: what was asked cannot be put on record", visit.request.id)
            visit.audit.parameters = visit.audit.answer = None
            event = event_of(visit, status, reads_too=reads_too(visit))
        if event is not None:
            trail.note(event)

    def _record(self, record: RequestRecord) -> None:
        self.metrics.count(record)
        self.log.note(record)
        if self.spans is not None:
            self.spans.end(record)

    async def _respond(self, visit: Visit, record: RequestRecord, page: PageDoor | None) -> Response:
        """Return the answer, whatever happens on the way."""
        answer = preflight(visit.request) if page is None else None
        if answer is not None:
            return answer
        door = page or LAST
        try:
            try:
                visit.signed = read_signature(visit.request) if page is None else None
            except SignatureFault:
                door = service_door(visit)
                raise
            door = page or await self._choose_door(visit)
            record.service = door.name
            response = await self._visit(door, visit, record)
        except ClientGone:
            raise
        except Exception as error:  # noqa: BLE001  (`_refuse` logs it, and answers)
            response = _refuse(door, visit, error)
        response.headers.extend(door.common_headers(visit.request))
        return response

    async def _answer_page(self, door: Door, visit: Visit) -> Response:
        try:
            if door.reads_whole_body:
                # The sender has no key, so this is the most that is read for anyone without one.
                await read_whole(visit.request, SMALL_REQUEST)
            return await door.answer(visit)
        except ClientGone:
            raise
        except Exception as error:  # noqa: BLE001  (`_refuse` logs it, and answers)
            return _refuse(door, visit, error)

    async def _choose_door(self, visit: Visit) -> Door:
        most = 0 if visit.signed is not None else bytes_to_recognise(visit.request)
        if most:
            await read_whole(visit.request, most)
        return service_door(visit)

    async def _visit(self, door: Door, visit: Visit, record: RequestRecord) -> Response:
        request, reserve = visit.request, self.house.reserve
        if reserve is not None:
            make_room(reserve, door.effect(visit))
        try:
            if door.reads_whole_body and request.stream is not None:
                return await self._read_and_answer(door, visit)
            return await door.answer(visit)
        finally:
            record.operation = request.operation
            record.principal = visit.principal.arn if visit.principal else ""

    async def _read_and_answer(self, door: Door, visit: Visit) -> Response:
        """Hold the body whole while it is answered: only for who has a key, and within the room there is."""
        request, most = visit.request, self.house.settings.max_body
        refuse_long(request, most)
        size = most if "transfer-encoding" in request.headers else declared_length(request)
        account = await find_account(visit, door.name, is_large=size > SMALL_REQUEST)
        door.prepare(visit)
        if size <= SMALL_REQUEST:
            await read_whole(request, most)
            return await door.answer(visit)
        async with self._room.hold((account, request.client), size):
            await read_whole(request, most)
            return await door.answer(visit)

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        if self.spans is not None:
            # The thread works for the task's trace.
            return await loop.run_in_executor(self._pool, partial(copy_context().run, function, *arguments))
        return await loop.run_in_executor(self._pool, function, *arguments)


def new_request_id() -> str:
    """Return an id in the form that AWS gives, which clients print."""
    text = secrets.token_hex(16)
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _refuse(door: Door, visit: Visit, error: Exception) -> Response:
    """Return what the door says of an error, and log what was not the client's own fault."""
    request, refusal = visit.request, disk_refusal(error)
    response = door.fault(refusal or error, visit)
    _end_line_of_unread(request, response, error)
    if refusal is not None:
        # One line a request: a full disk is no secret, and its traceback tells nothing more.
        log.warning("%s: %s (%s)", request.id, refusal.sentence, error)
    elif response.status >= 500 and isinstance(error, ChosenAnswer):
        # An answer that was chosen, such as an object without its file: where it was chosen is known.
        log.warning("%s: %s", request.id, error.sentence)
    elif response.status >= 500 and not isinstance(error, Refusal):
        log.error("%s failed", request.id, exc_info=error)
    return response


def _end_line_of_unread(request: Request, response: Response, error: Exception) -> None:
    """Close the line where what comes next on it could be taken for the body that was never read."""
    asks_first = "100-continue" in request.headers.get("expect").lower() and request.stream is not None
    if (asks_first or isinstance(error, SlowBody)) and ("connection", "close") not in response.headers:
        response.headers.append(("connection", "close"))
