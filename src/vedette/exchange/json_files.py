"""JSON files of annotation tools: read whole within a bound, and asked for what they must hold."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from vedette.errors import Wrong
from vedette.exchange.turned_boxes import Edges, around
from vedette.file_access import read_file
from vedette.manifest.attributes import is_number
from vedette.manifest.detection import Size

# A picture embedded in its label file is some megabytes in base64; a file of a whole dataset, some hundred.
MOST_BYTES = 512 * 1024**2
# No picture has a side like this; beyond it shares lose their meaning.
FARTHEST = 1e6


def refuse(place: str, problem: str) -> NoReturn:
    """Refuse a file, or a piece of one, in a sentence."""
    raise Wrong(f"{place} {problem}", kind="file", name=place)


def open_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file."""
    if path.stat().st_size > MOST_BYTES:
        refuse(str(path), f"has more than {MOST_BYTES:,} bytes.")
    try:
        document = json.loads(read_file(path))
    except (ValueError, RecursionError) as error:
        refuse(str(path), f"is no JSON: {error}.")
    if not isinstance(document, dict):
        refuse(str(path), "is no JSON object.")
    return document


def object_of(value: Any, key: str, place: str) -> dict[str, Any]:
    """Return the object under a key; an absent one is empty."""
    member = value.get(key) if isinstance(value, dict) else None
    if member is not None and not isinstance(member, dict):
        refuse(place, f"has {key} that is no object.")
    return member or {}


def list_of(value: Any, key: str, place: str) -> list[Any]:
    """Return the list under a key; an absent one is empty."""
    member = value.get(key) if isinstance(value, dict) else None
    if member is not None and not isinstance(member, list):
        refuse(place, f"has {key} that is no list.")
    return member or []


def text_of(value: Any, key: str, place: str) -> str:
    """Return the text under a key."""
    text = value.get(key) if isinstance(value, dict) else None
    if not isinstance(text, str) or not text.strip():
        refuse(place, f"has no text as {key}.")
    return text


def numbers_of(values: Any, count: int, part: str, place: str, *, far: float = FARTHEST) -> list[float]:
    """Return so many numbers, none of which is as large as `far`."""
    is_right = isinstance(values, list) and len(values) == count
    if not is_right or not all(is_number(number) and abs(number) < far for number in values):
        refuse(place, f"has a {part} that is not {count} numbers.")
    return [float(number) for number in values]


def size_under(value: Any, width: str, height: str, place: str) -> Size:
    """Return a picture's size under two keys."""
    sides = [value.get(key) if isinstance(value, dict) else None for key in (width, height)]
    pixels = [int(side) for side in sides if is_number(side) and 1 <= side < FARTHEST and side == int(side)]
    if len(pixels) < len(sides):
        refuse(place, f"has no {width} and {height} of its picture.")
    return Size(pixels[0], pixels[1])


def around_pairs(points: Sequence[Any], part: str, place: str) -> Edges:
    """Return the edges around points that are pairs."""
    if not points:
        refuse(place, f"has a {part} without points.")
    pairs = [numbers_of(point, 2, part, place) for point in points]
    return around([(x, y) for x, y in pairs])
