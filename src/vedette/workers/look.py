"""The job `look`: one file looked at, for a pool of warm processes. Knows no bucket and no database.

order   do: "picture" | "mask" | "thumbnail"; file; colors (of a mask, `#rrggbb`); side (of a thumbnail)
result  a look's facts, or {"webp": base64, "why": ""}; {"gone": true} where the file is not there any more
"""

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from PIL import Image

from vedette.engines.port import Say
from vedette.vision.colors import strange_color
from vedette.vision.images import BrokenPicture
from vedette.vision.inspect import Look, look_at
from vedette.vision.thumbnails import draw_thumbnail


def main(order: Mapping[str, Any], say: Say, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Look at one file."""
    del say, cancelled  # an order takes milliseconds
    try:
        data = Path(order["file"]).read_bytes()
    except FileNotFoundError:
        return {"gone": True}
    if order["do"] == "thumbnail":
        return _thumbnail(data, int(order["side"]))
    look = look_at(data)
    if order["do"] == "mask":
        look = _look_at_mask(look, data, order["colors"])
    return asdict(look)


def _look_at_mask(look: Look, data: bytes, colors: list[str]) -> Look:
    if look.format != "PNG" or look.why or not look.is_allowed:
        return look
    with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
        return replace(look, color=strange_color(image, colors))


def _thumbnail(data: bytes, side: int) -> dict[str, Any]:
    try:
        return {"webp": base64.b64encode(draw_thumbnail(data, side)).decode("ascii"), "why": ""}
    except BrokenPicture as broken:
        return {"webp": "", "why": broken.why}
