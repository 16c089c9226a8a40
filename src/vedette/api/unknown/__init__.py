"""What answers for services that are not supported: it names them, in the form that their clients read."""

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.api.cross_origin import allow_any_origin
from vedette.api.door import PlainDoor, Visit
from vedette.wire import json11, query
from vedette.wire.errors import UnknownOperation
from vedette.wire.http import Request, Response
from vedette.wire.signed import SignatureFault


@dataclass(frozen=True, slots=True)
class UnknownServiceDoor(PlainDoor):
    """The door of every service but `services`, which are those that are supported."""

    services: Sequence[str]
    name: str = "unknown"

    def recognises(self, visit: Visit) -> bool:
        """Say that everything else is for this door."""
        del visit
        return True

    async def answer(self, visit: Visit) -> Response:
        """Say which service it is that is not supported."""
        service = visit.signed.service if visit.signed else visit.request.headers.get("x-amz-target")
        raise UnknownOperation(
            f"this server supports {', '.join(self.services)}; {service!r} is none of them"
        )

    def fault(self, error: Exception, visit: Visit) -> Response:
        """Say it as JSON, which most services speak, or as XML where the client asked with a form."""
        sentence = error.sentence if isinstance(error, UnknownOperation | SignatureFault) else str(error)
        if visit.request.headers.get("content-type").startswith(query.FORM):
            return query.fault("InvalidAction", 400, sentence, request_id=visit.request.id)
        return json11.fault("UnknownOperationException", 400, sentence)

    def common_headers(self, request: Request) -> list[tuple[str, str]]:
        """Return the header that SDKs print."""
        return [("x-amzn-RequestId", request.id), *allow_any_origin(request)]
