"""`POST /console/api/outline`: what in a picture a box or some points mean.

Asked again and again while somebody refines one picture, so that the last pictures stay decoded. Whether the
person may read the picture is asked each time.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vedette.api.console.answers import json_answer
from vedette.api.console.bodies import whole_body
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.pictures import MOST_BYTES, bytes_of, read_source
from vedette.api.console.relaying import region_of
from vedette.api.console.round_pictures import reader_of
from vedette.api.console.visitor import require_session
from vedette.api.door import SMALL_REQUEST, Visit
from vedette.api.relay import ObjectDoor
from vedette.errors import TooFast
from vedette.vision.images import Pixels, decode_stored
from vedette.vision.outline import MOST_POINTS, OutlineQuestion, PixelBox, find_outline
from vedette.wire import json_values
from vedette.wire.http import Response

# One core's work for a third of a second each; who waits behind more than so many has moved on.
AT_ONCE, MOST_WAITING = 2, 8
# Decoded pictures that stay in memory: the largest has 200 MB.
MOST_PICTURES, MOST_REMEMBERED = 4, 256 * 1024 * 1024


@dataclass(slots=True)
class OutlineRoute:
    """The route, with the pictures that were asked about last."""

    objects: ObjectDoor
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    waiting: int = 0
    pictures: OrderedDict[tuple[str, str], Pixels] = field(default_factory=OrderedDict)

    async def answer(self, visit: Visit) -> Response:
        """Answer with the runs of pixels of the outline."""
        await require_session(visit)
        async with whole_body(visit, 8 * SMALL_REQUEST) as body:
            content = json_values.load(body)
        question = _read_question(content)
        source = content.get("source")
        if not isinstance(source, str):
            raise ConsoleFault("BadRequest", 400, "The address of the picture is missing (source).")
        if self.waiting >= AT_ONCE + MOST_WAITING:
            raise TooFast("More outlines are asked for than this server can draw.", kind="outline")
        self.waiting += 1
        try:
            async with self.turns:
                visit.principal = await reader_of(visit, str(content.get("round") or ""), source)
                pixels = await self._pixels(visit, source)
                runs = await visit.in_thread(find_outline, pixels, question)
        finally:
            self.waiting -= 1
        return json_answer([{"y": y, "from": start, "to": end} for y, start, end in runs])

    async def _pixels(self, visit: Visit, source: str) -> Pixels:
        bucket, key = read_source(source)
        members = {"Bucket": bucket, "Key": key}
        response = await self.objects.perform(visit, "GetObject", members, region_of(visit))
        tag = next((value for name, value in response.headers if name.lower() == "etag"), "")
        pixels = self.pictures.get((source, tag))
        if pixels is None:
            data = await bytes_of(response, MOST_BYTES)
            pixels = await visit.in_thread(_decode, data, key.rpartition("/")[2])
        self._remember((source, tag), pixels)
        return pixels

    def _remember(self, name: tuple[str, str], pixels: Pixels) -> None:
        self.pictures[name] = pixels
        self.pictures.move_to_end(name)
        while len(self.pictures) > MOST_PICTURES or (
            len(self.pictures) > 1
            and sum(pixels.nbytes for pixels in self.pictures.values()) > MOST_REMEMBERED
        ):
            self.pictures.popitem(last=False)


def _decode(data: bytes, name: str) -> Pixels:
    return np.asarray(decode_stored(data, name=name))


def _read_question(content: dict[str, Any]) -> OutlineQuestion:
    try:
        box = content.get("box")
        sides = None if box is None else PixelBox(*(_number(box[name]) for name in PixelBox.__slots__))
        inside, outside = (_read_points(content.get(name) or []) for name in ("inside", "outside"))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConsoleFault(
            "BadRequest",
            400,
            "An outline is asked for by a box {left, top, width, height} and by points {x, y} in the lists "
            f"inside and outside, in pixels of the picture, {MOST_POINTS} points at most.",
        ) from None
    return OutlineQuestion(sides, inside, outside)


def _read_points(points: list[dict[str, Any]]) -> list[tuple[float, float]]:
    if len(points) > MOST_POINTS:
        raise ValueError("too many points")
    return [(_number(point["x"]), _number(point["y"])) for point in points]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
        raise ValueError("no number of pixels")
    return float(value)
