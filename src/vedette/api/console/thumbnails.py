"""Small pictures for pages: drawn when they are asked for, by processes apart, and kept on the disk.

Whoever may read the object in its bucket may see it small; nothing here knows a dataset.
"""

import asyncio
from dataclasses import dataclass, field
from functools import partial

from vedette.api.console.answers import NOTHING_RUNS
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.queries import read_form_query
from vedette.api.console.round_pictures import reader_of
from vedette.api.console.visitor import require_session
from vedette.api.door import Visit
from vedette.vision.images import BrokenPicture
from vedette.vision.thumbnails import SIDES
from vedette.wire.http import Response

AT_ONCE = 8
"""As many as wait for a process at once; the others wait without a thread, so that no page takes them all."""

AGE_S = 300
"""A picture that is overwritten is seen small as it was for so long; uploads never overwrite one."""


@dataclass(slots=True)
class ThumbnailRoutes:
    """The route for small pictures."""

    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def show(self, visit: Visit) -> Response:
        """Answer with a WebP of at most `side` pixels; of a mask with what is no background alone."""
        await require_session(visit)
        query = read_form_query(visit.request.raw_query)
        source, side = query.get("source", ""), query.get("side", "192")
        if side not in {str(number) for number in SIDES}:
            raise ConsoleFault("BadRequest", 400, f"A thumbnail has {', '.join(map(str, SIDES))} pixels.")
        pictures, principal = visit.house.pictures, visit.principal
        if pictures is None or principal is None:
            raise ConsoleFault("NotFound", 404, "This server draws no thumbnails.")
        principal = await reader_of(visit, query.get("round", ""), source)
        is_mask = query.get("layer", "") == "mask"
        async with self.places:
            try:
                draw = partial(pictures.thumbnail, is_mask=is_mask)
                data = await visit.in_thread(draw, principal, source, int(side))
            except BrokenPicture as broken:
                raise ConsoleFault("NoPicture", 415, f"{source} {broken.problem}") from None
        headers = [
            ("content-type", "image/webp"),
            ("cache-control", f"private, max-age={AGE_S}"),
            ("content-security-policy", NOTHING_RUNS),
        ]
        return Response(200, headers, data)
