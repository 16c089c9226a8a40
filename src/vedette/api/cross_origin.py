"""Browsers at services whose requests are all signed: pages of any origin may call them.

Buckets have rules of their own, which S3's door obeys.
"""

from vedette.wire.http import Request, Response

EXPOSED = "x-amzn-requestid,x-amzn-errortype,x-amzn-errormessage,date"
# Browsers ask again after this; the answer never changes.
MEMORY_S = "86400"


def answer_preflight(request: Request) -> Response:
    """Return the answer to a browser that asks before it sends."""
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


def allow_any_origin(request: Request) -> list[tuple[str, str]]:
    """Return the headers that let a page of another origin read the answer, if one asked."""
    if "origin" not in request.headers:
        return []
    return [("access-control-allow-origin", "*"), ("access-control-expose-headers", EXPOSED)]
