"""Browsers at our API: pages of other origins may call it, since every call is signed.

Buckets have rules of their own, which the S3 door obeys; this is for the JSON dialects.
"""

from vedette.server.doors import Door
from vedette.wire.http import Request, Response

LOOKOUT = "/2020-11-20/"
EXPOSED = "x-amzn-requestid,x-amzn-errortype,x-amzn-errormessage,date"
# Browsers ask again after this; the answer never changes.
MEMORY_S = "86400"


def preflight(request: Request) -> Response | None:
    """Return the answer to a browser's question about a JSON dialect, or None for any other request."""
    if request.method != "OPTIONS" or not _is_for_api(request):
        return None
    return Response(
        200,
        [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET,POST,PATCH,DELETE"),
            ("access-control-allow-headers", request.headers.get("access-control-request-headers") or "*"),
            ("access-control-expose-headers", EXPOSED),
            ("access-control-max-age", MEMORY_S),
        ],
    )


def allow_any_origin(request: Request, response: Response, door: Door) -> None:
    """Let a page of another origin read the answer of a JSON dialect."""
    if door.service != "s3" and "origin" in request.headers:
        response.headers.append(("access-control-allow-origin", "*"))
        response.headers.append(("access-control-expose-headers", EXPOSED))


def _is_for_api(request: Request) -> bool:
    asked = request.headers.get("access-control-request-headers").lower()
    return request.raw_path.startswith(LOOKOUT) or (request.raw_path == "/" and "x-amz-target" in asked)
