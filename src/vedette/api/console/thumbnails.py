"""Small pictures for pages: drawn when they are asked for, by processes apart, and kept on the disk.

Whoever may read the object in its bucket may see it small; nothing here knows a dataset.
"""

import asyncio
import contextlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from vedette.api.console.answers import NOTHING_RUNS
from vedette.api.console.bodies import whole_body
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.queries import read_form_query
from vedette.api.console.round_pictures import reader_of
from vedette.api.console.visitor import require_session
from vedette.api.door import Visit
from vedette.pictures.pictures import DatasetPictures, ThumbnailQuery
from vedette.vision.images import BrokenPicture
from vedette.vision.thumbnails import SIDES
from vedette.wire import json_values
from vedette.wire.http import Response

AT_ONCE = 8
"""As many as wait for a process at once; the others wait without a thread, so that no page takes them all."""

AGE_S = 300
"""A picture that is overwritten is seen small as it was for so long; uploads never overwrite one."""


MOST = 48
"""Pictures of one request; a page asks for a dozen, so that the first are there before the last."""

FEW = 4
"""So many go to a process at once: each way there and back waits for the machine to switch."""

MOST_BODY = MOST * 4096
"""An address has at most 1,100 characters, each of up to twelve bytes of JSON; most have a hundred."""


@dataclass(slots=True)
class ThumbnailRoutes:
    """The routes for small pictures, one or many."""

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

    async def show_many(self, visit: Visit) -> Response:
        """Answer with many WebPs in the order asked for, each behind its length in four bytes.

        A length of nothing stands for what is none, or is not this person's to see.
        """
        await require_session(visit)
        async with whole_body(visit, MOST_BODY) as body:
            side, queries = _read_queries(json_values.load(body))
        pictures = visit.house.pictures
        if pictures is None:
            raise ConsoleFault("NotFound", 404, "This server draws no thumbnails.")
        groups = [queries[start : start + FEW] for start in range(0, len(queries), FEW)]
        thumbnails = await asyncio.gather(*(self._draw_few(visit, pictures, group, side) for group in groups))
        parts = [struct.pack(">I", len(data)) + data for group in thumbnails for data in group]
        headers = [
            ("content-type", "application/octet-stream"),
            ("content-security-policy", NOTHING_RUNS),
        ]
        return Response(200, headers, b"".join(parts))

    async def _draw_few(
        self, visit: Visit, pictures: DatasetPictures, queries: Sequence[ThumbnailQuery], side: int
    ) -> list[bytes]:
        assert visit.principal is not None
        async with self.places:
            return await visit.in_thread(pictures.thumbnails, visit.principal, queries, side)


def _read_queries(content: Any) -> tuple[int, list[ThumbnailQuery]]:
    """Return the size and the objects that a body asks for."""
    with contextlib.suppress(AttributeError, KeyError, TypeError):
        side, items = content["side"], content["pictures"]
        queries = [ThumbnailQuery(item["source"], item.get("layer", "") == "mask") for item in items]
        if side in SIDES and len(queries) <= MOST and all(isinstance(query.ref, str) for query in queries):
            return side, queries
    sides = ", ".join(map(str, SIDES))
    sentence = f'Thumbnails are asked for by {{"side": one of {sides}, "pictures": [{{"source"}}]}}'
    raise ConsoleFault("BadRequest", 400, f"{sentence}, {MOST} at most.")
