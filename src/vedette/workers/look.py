"""The job `look`: inspect a few picture files, for a pool of warm processes. Knows no bucket and no database.

order   looks: a list of {file, colors (of a mask, `#rrggbb`; else null)}
        or thumbnails: a list of {file, side, is_mask}
        seconds: how much processor time one may take, after which the process ends
        keys: of folders whose files are sealed
result  looks: a list of facts, null where a file has gone
        or thumbnails: a list of {webp (in base64), why (there is none)}
"""

import base64
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vedette.dialects.registry import allow_sides
from vedette.engines.port import EmitEvent
from vedette.file_access import read_file
from vedette.store.sealed_folders import take_keys
from vedette.vision.colors import read_colors
from vedette.vision.files import open_image
from vedette.vision.images import BrokenPicture
from vedette.vision.inspect import Inspection, inspect_image
from vedette.vision.thumbnails import draw_mask, draw_thumbnail

# Twice what a unit takes for decoding, since a look hashes the picture too.
LOOK_S = 4.0


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Inspect files, one after the other."""
    del emit, cancelled  # an order takes milliseconds
    take_keys(order.get("keys", {}))
    seconds = float(order.get("seconds", LOOK_S))
    if "thumbnails" in order:
        thumbnails = []
        for item in order["thumbnails"]:
            with _cpu_limit(seconds):
                thumbnails.append(_thumbnail(item))
        return {"thumbnails": thumbnails}
    results = []
    for item in order["looks"]:
        with _cpu_limit(seconds):
            results.append(_look(Path(item["file"]), item["colors"]))
    return {"looks": results}


@contextmanager
def _cpu_limit(seconds: float) -> Iterator[None]:
    """Limit the processor time of this block: the system kills a process that exceeds it.

    A decoder cannot be interrupted, and may not let another thread run.
    """
    if not hasattr(signal, "setitimer"):  # Windows; there the pool's own timeout is the only limit
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _look(file: Path, colors: list[str] | None) -> dict[str, Any] | None:
    try:
        data = read_file(file)
    except FileNotFoundError:
        return None
    facts = inspect_image(data, are_allowed=allow_sides)
    return asdict(facts if colors is None else _look_at_mask(facts, data, colors))


def _look_at_mask(facts: Inspection, data: bytes, colors: list[str]) -> Inspection:
    if facts.format != "PNG" or facts.problem or not allow_sides(facts.width, facts.height):
        return facts
    with open_image(data, formats=("PNG",)) as image:
        mask_colors = read_colors(image, colors)
    return replace(facts, color=mask_colors.strange, mask_colors=",".join(sorted(mask_colors.shown)))


def _thumbnail(item: Mapping[str, Any]) -> dict[str, str]:
    draw = draw_mask if item["is_mask"] else draw_thumbnail
    try:
        data = draw(Path(item["file"]), int(item["side"]))
        return {"webp": base64.b64encode(data).decode("ascii"), "why": ""}
    except BrokenPicture as broken:
        return {"webp": "", "why": broken.problem}
