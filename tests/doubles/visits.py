"""Requests as the doors meet them, without a server."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from vedette.api.door import Visit
from vedette.settings import Settings
from vedette.wire.http import Headers, Request
from vedette.wire.signed import SignatureClaim


def a_request(
    method: str = "POST",
    path: str = "/",
    query: str = "",
    headers: Any = (),
    body: bytes = b"",
    **more: str,
) -> Request:
    """Return a request, by default a POST to the root."""
    return Request(method, path, query, Headers(headers), body, **more)


def a_visit(request: Request, signed_for: str | None = None, settings: Settings | None = None) -> Visit:
    """Return the visit of a request that claims to be signed for a service, or is not signed."""
    signed = signed_for and SignatureClaim(
        "AKIAEXAMPLE", "header", "0", datetime(2026, 1, 1, tzinfo=UTC), signed_for
    )
    house: Any = SimpleNamespace(settings=settings or Settings())
    status: Any = SimpleNamespace(ready=True, metrics_page=lambda: b"figures")
    nowhere: Any = None
    return Visit(house, request, nowhere, status, signed or None)
