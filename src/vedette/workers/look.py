"""The job `look`: a few files looked at, for a pool of warm processes. Knows no bucket and no database.

order   looks: a list of {file, colors (of a mask, `#rrggbb`; else null)}; or thumbnail: file, and its side
result  looks: a list of facts, null where a file has gone; or webp (in base64) and why there is none
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vedette.engines.port import Say
from vedette.vision.colors import strange_color
from vedette.vision.images import BrokenPicture, open_image
from vedette.vision.inspect import Look, look_at
from vedette.vision.thumbnails import draw_thumbnail


def main(order: Mapping[str, Any], say: Say, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Look at files, one after the other."""
    del say, cancelled  # an order takes milliseconds
    if "thumbnail" in order:
        return _thumbnail(Path(order["thumbnail"]), int(order["side"]))
    return {"looks": [_look(Path(each["file"]), each["colors"]) for each in order["looks"]]}


def _look(file: Path, colors: list[str] | None) -> dict[str, Any] | None:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    look = look_at(data)
    return asdict(look if colors is None else _look_at_mask(look, data, colors))


def _look_at_mask(look: Look, data: bytes, colors: list[str]) -> Look:
    if look.format != "PNG" or look.why or not look.is_allowed:
        return look
    with open_image(data, formats=("PNG",)) as image:
        return replace(look, color=strange_color(image, colors))


def _thumbnail(file: Path, side: int) -> dict[str, Any]:
    try:
        return {"webp": base64.b64encode(draw_thumbnail(file, side)).decode("ascii"), "why": ""}
    except BrokenPicture as broken:
        return {"webp": "", "why": broken.why}
