"""`GET /console/api/batch-results`: what a batch has written, as a file that the browser saves.

A page's own request would hold all of it in memory: a link does not, but brings neither a token nor a region.
It only reads, and is answered by the operation itself, with its rights and refusals.
"""

import json
from collections.abc import Mapping
from typing import Any

from vedette.api.console.answers import NOTHING_RUNS, json_answer
from vedette.api.console.queries import read_form_query
from vedette.api.console.visitor import require_session
from vedette.api.door import Visit
from vedette.api.relay import RelayDoor, RelayedCall
from vedette.arn import parse_arn
from vedette.wire.http import Response

OPERATION = "GetBatchResults"


async def send_results(visit: Visit, services: Mapping[str, RelayDoor]) -> Response:
    """Answer with the lines of all parts, or where `check` is asked with whether they can be had."""
    await require_session(visit)
    query = read_form_query(visit.request.raw_query)
    project = query.get("project", "")
    body = json.dumps({"ProjectArn": project, "BatchId": query.get("batch", "")}).encode()
    call = RelayedCall(OPERATION, body, parse_arn(project).region)
    response = await services["vedette"].relay(visit, call)
    if "check" in query:
        await _leave(response.body)
        return json_answer({})
    response.headers += [("content-security-policy", NOTHING_RUNS), ("cache-control", "no-store")]
    return response


async def _leave(body: Any) -> None:
    """Close an answer that nobody is sent."""
    if hasattr(body, "aclose"):
        await body.aclose()
