"""How pictures lie, for pages that show them upright and draw over them what lies on the stored raster.

Whoever may read an object may know this of it; nothing here knows a dataset.
"""

from typing import Any

from vedette.api.console.answers import json_answer
from vedette.api.console.bodies import whole_body
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.thumbnails import MOST_BODY
from vedette.api.console.visitor import require_session
from vedette.api.door import Visit
from vedette.wire import json_values
from vedette.wire.http import Response

MOST = 48
"""Pictures of one request; a page asks for as many as it has in sight."""


async def show(visit: Visit) -> Response:
    """Answer with EXIF's orientation of each picture in the order asked for, 1 for upright.

    0 stands for what is no picture, or is not this person's to see.
    """
    await require_session(visit)
    async with whole_body(visit, MOST_BODY) as body:
        sources = _read_sources(json_values.load(body))
    pictures, principal = visit.house.pictures, visit.principal
    if pictures is None or principal is None:
        raise ConsoleFault("NotFound", 404, "This server looks at no pictures.")

    def look() -> list[int]:
        return [pictures.orientation(principal, source) for source in sources]

    return json_answer({"orientations": await visit.in_thread(look)})


def _read_sources(content: Any) -> list[str]:
    sources: Any = content.get("sources") if isinstance(content, dict) else None
    is_short = isinstance(sources, list) and len(sources) <= MOST
    if is_short and all(isinstance(source, str) for source in sources):
        return list(sources)
    raise ConsoleFault("BadRequest", 400, f'Orientations are asked for by {{"sources"}}, {MOST} at most.')
