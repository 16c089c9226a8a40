"""The door to health, readiness and figures. They are no service: nobody signs, and nothing is logged.

Health is told to everybody, whichever name they know the server by.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vedette.api.door import PlainDoor, Visit
from vedette.api.own_paths import METRICS
from vedette.api.visitors import is_for_own_pages, path_of, refuse_figures, refuse_name, text_page
from vedette.wire.http import Response

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
READING_METHODS = ("GET", "HEAD")


def _health(_: Visit) -> Response:
    return text_page(200, "ok")


def _readiness(visit: Visit) -> Response:
    placing = visit.house.placing
    if placing is not None and placing.is_emptied:
        return text_page(503, "being emptied")
    return text_page(200, "ready") if visit.status.ready else text_page(503, "not ready")


def _metrics(visit: Visit) -> Response:
    refusal = refuse_figures(visit.request, visit.house.settings)
    return refusal or Response(200, [("content-type", METRICS_TYPE)], visit.status.metrics_page())


Page = Callable[[Visit], Response]
FOR_EVERYBODY: Mapping[str, Page] = {"/healthz": _health, "/readyz": _readiness}
PAGES: Mapping[str, Page] = {METRICS: _metrics}


@dataclass(frozen=True, slots=True)
class OwnPagesDoor(PlainDoor):
    """Health, readiness and figures; other paths that are the server's own lead nowhere."""

    name: str = "pages"

    def recognises(self, visit: Visit) -> bool:
        """Say whether the path is one of the server's own."""
        return is_for_own_pages(visit.request, visit.house.settings)

    async def answer(self, visit: Visit) -> Response:
        """Return the page, to who may see it."""
        path = path_of(visit.request)
        page = FOR_EVERYBODY.get(path)
        if page is None:
            refusal = refuse_name(visit.request, visit.house.settings)
            if refusal is not None:
                return refusal
            page = PAGES.get(path)
        if page is None:
            return text_page(404, "There is no such page.")
        if visit.request.method not in READING_METHODS:
            return text_page(405, "This page can only be read.")
        return page(visit)

    def fault(self, error: Exception, visit: Visit) -> Response:
        """Say no more than that the server failed."""
        del error, visit
        return text_page(500, "The server failed; its log tells why.")
