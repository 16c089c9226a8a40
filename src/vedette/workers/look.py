"""The job `look`: a few files looked at, for a pool of warm processes. Knows no bucket and no database.

order   looks: a list of {file, colors (of a mask, `#rrggbb`; else null)}; or thumbnail: file, and its side;
        seconds: how much processor time each may take, after which the process ends
result  looks: a list of facts, null where a file has gone; or webp (in base64) and why there is none
"""

import base64
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vedette.engines.port import Say
from vedette.vision.colors import read_colors
from vedette.vision.images import BrokenPicture, open_image
from vedette.vision.inspect import Look, look_at
from vedette.vision.thumbnails import draw_thumbnail

# Twice what a unit takes for decoding, since a look hashes the picture too.
LOOK_S = 4.0


def main(order: Mapping[str, Any], say: Say, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Look at files, one after the other."""
    del say, cancelled  # an order takes milliseconds
    seconds = float(order.get("seconds", LOOK_S))
    if "thumbnail" in order:
        with _held(seconds):
            return _thumbnail(Path(order["thumbnail"]), int(order["side"]))
    looks = []
    for each in order["looks"]:
        with _held(seconds):
            looks.append(_look(Path(each["file"]), each["colors"]))
    return {"looks": looks}


@contextmanager
def _held(seconds: float) -> Iterator[None]:
    """Hold what is done within to so much of the processor's time: the system ends a process that passes it.

    A decoder cannot be interrupted, and may not let another thread run.
    """
    if not hasattr(signal, "setitimer"):  # Windows; there the pool's own bound is the only one
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


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
        found = read_colors(image, colors)
    return replace(look, color=found.strange, shown=",".join(sorted(found.shown)))


def _thumbnail(file: Path, side: int) -> dict[str, Any]:
    try:
        return {"webp": base64.b64encode(draw_thumbnail(file, side)).decode("ascii"), "why": ""}
    except BrokenPicture as broken:
        return {"webp": "", "why": broken.why}
