"""Lines with boxes as tools write them, judged in one pass; whatever is otherwise is left to the rules.

Most lines of a large manifest are such, and a fifth of the time that the rules take is enough for them.
Never looser: a line that is plain here is one in which `line_rules` find nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from vedette.dialects.rekognition.limits import BOXES, LABEL_LENGTH, PICTURES, TRAINING_SIDE
from vedette.manifest.attributes import NUMBERS, TYPES, is_reserved
from vedette.manifest.lines import PAIR_END, SOURCE, Line

_TYPE = TYPES["boxes"]
_KEYS = 3
"""The picture's address, the boxes, and what is said of them."""


def read_plain(line: Line) -> Collection[str] | None:
    """Return the labels of a line whose boxes have nothing wrong, each once; None where the rules must judge.

    Whether the address is one of S3 is for the caller to know.
    """
    values = line.values
    if len(values) != _KEYS or SOURCE not in values:
        return None
    name = next((key for key in values if key + PAIR_END in values), SOURCE)
    value, about = values[name], values.get(name + PAIR_END)
    if is_reserved(name) or type(value) is not dict or type(about) is not dict or not _is_signed(about):
        return None
    names = _read_names(about)
    annotations = value.get("annotations")
    if names is None or type(annotations) is not list or not 1 <= len(annotations) <= BOXES:
        return None
    if _count_sure(about) < len(annotations):
        return None
    return _read_labels(_read_size(value), annotations, names)


def _is_signed(about: Mapping[str, Any]) -> bool:
    return (
        about.get("type") == _TYPE
        and about.get("human-annotated") in ("yes", "no")
        and type(about.get("creation-date")) is str
    )


def _read_names(about: Mapping[str, Any]) -> Mapping[str, str] | None:
    names = about.get("class-map")
    if type(names) is not dict:
        return None
    for name in names.values():
        if type(name) is not str or not 1 <= len(name) <= LABEL_LENGTH:
            return None
    return names


def _count_sure(about: Mapping[str, Any]) -> int:
    objects = about.get("objects")
    if type(objects) is not list:
        return -1
    count = 0
    for item in objects:
        if type(item) is dict and type(item.get("confidence")) in NUMBERS:
            count += 1
    return count


def _read_size(value: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the width and the height in whole pixels that the service takes."""
    sizes = value.get("image_size")
    if type(sizes) is not list or len(sizes) != 1 or type(sizes[0]) is not dict:
        return None
    get = sizes[0].get
    width, height, depth = get("width"), get("height"), get("depth")
    if type(width) is not int or type(height) is not int or type(depth) is not int or depth < 0:
        return None
    return (width, height) if PICTURES.allow_sides(width, height) else None


def _read_labels(
    size: tuple[int, int] | None, annotations: Sequence[Any], names: Mapping[str, str]
) -> Collection[str] | None:
    if size is None:
        return None
    right, bottom = size[0] + 0.5, size[1] + 0.5
    scale = min(1.0, TRAINING_SIDE / max(size))
    labels: dict[str, None] = {}
    for item in annotations:
        if type(item) is not dict:
            return None
        get: Any = item.get
        number, left, top, width, height = (
            get("class_id"),
            get("left"),
            get("top"),
            get("width"),
            get("height"),
        )
        if (
            type(number) is not int
            or type(left) not in NUMBERS
            or type(top) not in NUMBERS
            or type(width) not in NUMBERS
            or type(height) not in NUMBERS
            or left < -0.5
            or top < -0.5
            or left + width > right
            or top + height > bottom
            or width * scale <= 1
            or height * scale <= 1
        ):
            return None
        name = names.get(str(number))
        if name is None:
            return None
        labels[name] = None
    return tuple(labels)
