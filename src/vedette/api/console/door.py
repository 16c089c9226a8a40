"""The console's door: its files, its sessions, and the services' operations for who is signed in.

    /console/…                             files; every page is index.html
    /console/api/session, /sessions        signing in and out
    /console/api/ways, /company-…          the company's provider
    /console/api/factors                   second factors of one's own
    /console/api/passkeys, /…-options      passkeys of one's own, and what browsers are asked with
    /console/api/{service}/{Operation}     the services' own operations

Whatever changes something comes from our own pages, with the session's token. Nothing here decides what a
person may do: that do the policies, as for signed requests.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from vedette.api.console import batch_results, company, factors, orientations, passkeys, relaying, sessions
from vedette.api.console.answers import COMMON, fault_answer
from vedette.api.console.attempts import FailedAttempts
from vedette.api.console.company import CompanyRoutes
from vedette.api.console.events import EventRoute
from vedette.api.console.exports import ExportRoute
from vedette.api.console.faults import ConsoleFault, translate
from vedette.api.console.origin import refuse_other_origin
from vedette.api.console.outlines import OutlineRoute
from vedette.api.console.pictures import PictureRoutes
from vedette.api.console.static_files import answer_file
from vedette.api.console.thumbnails import ThumbnailRoutes
from vedette.api.door import Effect, LongBody, PlainDoor, SlowBody, Visit
from vedette.api.relay import ObjectDoor, RelayDoor
from vedette.api.visitors import is_for_own_pages, path_of, refuse_name
from vedette.errors import TooFast, Wrong
from vedette.vision.images import BrokenPicture
from vedette.wire.http import Request, Response

ROOT, API = "/console", "/console/api/"

# Routes that carry what lies in buckets: what goes wrong there is told as the buckets' service tells it.
OF_OBJECTS = frozenset({"outline", "picture", "upload", "uploads"})
OWN_FAULTS = (ConsoleFault, BrokenPicture, TooFast, Wrong, LongBody, SlowBody)

Route = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class ConsoleDoor(PlainDoor):
    """The console."""

    services: Mapping[str, RelayDoor]
    pictures: PictureRoutes
    outline: OutlineRoute
    attempts: FailedAttempts = field(default_factory=FailedAttempts)
    company: CompanyRoutes = field(default_factory=CompanyRoutes)
    thumbnails: ThumbnailRoutes = field(default_factory=ThumbnailRoutes)
    events: EventRoute = field(default_factory=EventRoute)
    export: ExportRoute = field(default_factory=ExportRoute)
    name: str = "console"
    # It reads bodies itself, once it is known who sends them.
    reads_whole_body: bool = False

    def recognises(self, visit: Visit) -> bool:
        """Say whether the path is the console's."""
        path = path_of(visit.request)
        is_ours = path == ROOT or path.startswith(f"{ROOT}/")
        return is_ours and is_for_own_pages(visit.request, visit.house.settings)

    def is_on_record(self, visit: Visit) -> bool:
        """Log and count what pages ask; their files are no service."""
        return path_of(visit.request).startswith(API)

    async def answer(self, visit: Visit) -> Response:
        """Return the file, or the answer to what a page asks."""
        refusal = refuse_name(visit.request, visit.house.settings)
        if refusal is not None:
            return refusal
        path = path_of(visit.request)
        if path == ROOT:
            return Response(301, [("location", f"{ROOT}/"), *COMMON])
        if not path.startswith(API):
            # In a thread: the first of them unpacks what was built.
            return await visit.in_thread(answer_file, visit.request, path.removeprefix(f"{ROOT}/"))
        if path != company.END:  # to which the company's page leads back
            refuse_other_origin(visit.request)
        return await self._answer_call(visit, path.removeprefix(API))

    async def _answer_call(self, visit: Visit, path: str) -> Response:
        parts = path.split("/")
        if len(parts) == 2 and parts[0] == "sessions":
            _require_method(visit.request, "DELETE")
            visit.request.operation = "EndSession"
            return await sessions.end_session(visit, parts[1])
        if len(parts) == 2:
            door = relaying.find_service(self.services, parts[0])
            _require_method(visit.request, "POST")
            return await relaying.relay(visit, door, parts[1])
        return await self._route(visit, path)(visit)

    def _route(self, visit: Visit, path: str) -> Route:
        routes: dict[str, dict[str, tuple[str, Route]]] = {
            "session": {
                "GET": ("GetSession", sessions.show_session),
                "POST": ("SignIn", self._sign_in),
                "DELETE": ("SignOut", sessions.sign_out),
            },
            "ways": {"GET": ("ShowWays", self.company.show_ways)},
            "company-begin": {"GET": ("BeginCompanySignIn", self.company.begin)},
            "company-end": {"GET": ("SignIn", self._end_company)},
            "thumbnail": {"GET": ("ShowThumbnail", self.thumbnails.show)},
            "thumbnails": {"POST": ("ShowThumbnails", self.thumbnails.show_many)},
            "orientations": {"POST": ("ShowOrientations", orientations.show)},
            "sessions": {"GET": ("ListSessions", sessions.list_sessions)},
            "factors": {
                "GET": ("ListFactors", factors.list_factors),
                "POST": ("BeginFactor", factors.begin_factor),
                "PUT": ("ConfirmFactor", factors.confirm_factor),
                "DELETE": ("RemoveFactor", factors.remove_factor),
            },
            "passkeys": {"POST": ("RegisterPasskey", factors.register_passkey)},
            "passkey-options": {
                "GET": ("AskForPasskey", passkeys.show_options),
                "POST": ("BeginPasskey", factors.begin_passkey),
            },
            "sign-in-options": {"POST": ("AskForPasskey", passkeys.sign_in_options)},
            "recovery-codes": {"POST": ("RenewRecoveryCodes", factors.renew_codes)},
            "events": {"GET": ("ListenToEvents", self.events.listen)},
            "export": {"GET": ("ExportDataset", self.export.answer)},
            "batch-results": {"GET": (batch_results.OPERATION, self._send_results)},
            "outline": {"POST": ("FindOutline", self.outline.answer)},
            "picture": {"GET": ("ShowPicture", self.pictures.show)},
            "upload": {"PUT": ("UploadPicture", self.pictures.upload)},
            "uploads": {"POST": ("ListUploads", self.pictures.list_uploads)},
        }
        methods = routes.get(path)
        if methods is None:
            raise ConsoleFault("NotFound", 404, "The console has no such route.")
        _require_method(visit.request, *methods)
        visit.request.operation, route = methods[visit.request.method]
        return route

    async def _end_company(self, visit: Visit) -> Response:
        return await self.company.end(visit, self.attempts)

    async def _send_results(self, visit: Visit) -> Response:
        return await batch_results.send_results(visit, self.services)

    async def _sign_in(self, visit: Visit) -> Response:
        return await sessions.sign_in(visit, self.attempts)

    def effect(self, visit: Visit) -> Effect:
        """Return what a relayed operation does to the disk; people can sign in while it is full."""
        if path_of(visit.request) == f"{API}upload":
            return "writes"
        door, operation = self._relayed(visit.request)
        return "reads" if door is None else door.effect_of(operation)

    def fault(self, error: Exception, visit: Visit) -> Response:
        """Say what went wrong: in the service's own words where it is a service that refuses."""
        door, _ = self._relayed(visit.request)
        if door is None and path_of(visit.request).removeprefix(API) in OF_OBJECTS:
            door = self.pictures.objects
        if door is None or isinstance(error, OWN_FAULTS):
            fault = translate(error)
            visit.audit.code, visit.audit.sentence = fault.code, fault.message
            return fault_answer(fault, visit.request.id)
        return fault_answer(door.relay_fault(error, visit), visit.request.id)

    def common_headers(self, request: Request) -> list[tuple[str, str]]:
        """Return the request's id, and what keeps browsers to the answer."""
        return [("x-amzn-requestid", request.id), *COMMON]

    def _relayed(self, request: Request) -> tuple[RelayDoor | None, str]:
        service, _, operation = path_of(request).removeprefix(API).partition("/")
        return self.services.get(service), operation


def open_door(services: Iterable[RelayDoor], objects: ObjectDoor) -> ConsoleDoor:
    """Return the console's door before these services; `objects` has the pictures."""
    doors = {door.name: door for door in (*services, objects)}
    return ConsoleDoor(doors, PictureRoutes(objects), OutlineRoute(objects))


def _require_method(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise ConsoleFault("MethodNotAllowed", 405, f"This route takes {' or '.join(methods)}.")
