"""Answers of the console, and the headers that keep browsers to them."""

from typing import Any

import orjson

from vedette.api.faults import Fault
from vedette.wire.http import Response

# Scripts and pictures come from here alone, nothing is framed, and no inline script runs. Styles may be
# inline: the component library sets them on elements.
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# What is not a page of ours may do nothing at all, should a browser show it as one.
NOTHING_RUNS = "default-src 'none'; sandbox; frame-ancestors 'none'"
COMMON = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
]


def json_answer(content: Any, status: int = 200) -> Response:
    """Return a value as JSON, which no cache keeps."""
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    return Response(status, headers, orjson.dumps(content))


def nothing() -> Response:
    """Return the answer of what has nothing to tell."""
    return Response(204, [("cache-control", "no-store")])


def fault_answer(fault: Fault, request_id: str) -> Response:
    """Return an error as pages read it: what happened, and the request's id."""
    content = {"code": fault.code, "message": fault.message, "requestId": request_id}
    members = dict(fault.members or {})
    wait = members.get("retryAfterSeconds", members.get("RetryAfterSeconds"))
    content |= {"reason": members["reason"]} if "reason" in members else {}
    response = json_answer(content | ({"retryAfterSeconds": wait} if wait else {}), fault.status)
    response.headers.append(("x-amzn-errortype", fault.code))
    if wait:
        response.headers.append(("retry-after", str(wait)))
    return response
