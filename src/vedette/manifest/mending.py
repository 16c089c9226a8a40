"""Mending one line of a manifest: every kind of mend is a function from a line to a line. Pure.

A mend does one thing that its name says and leaves the rest as it was written. What it cannot mend it refuses
in a sentence; whether the result is right is judged anew by whoever asked.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from vedette.errors import Wrong
from vedette.manifest.attributes import TYPES, Attribute, Stamp, is_number, read_pairs
from vedette.manifest.detection import SIDES
from vedette.manifest.lines import PAIR_END, SOURCE, BadLine, Line, change_line, read_line, write_line
from vedette.manifest.places import is_s3
from vedette.manifest.relabel import without_attributes

LABEL_LENGTH = 255
"""What the shapes of both services take; manifests may have one character more."""
BOXES = 50
"""As many boxes as a picture may have (quota of Custom Labels)."""
_COMMA = re.compile(r",(\s*[}\]])")
_UNQUOTED = re.compile(r"([{,]\s*)'([^'\"\\]*)'(\s*:)|(:\s*)'([^'\"\\]*)'")
_HTTP = re.compile(
    r"https?://(?:(?P<host>[a-z0-9.-]+)\.s3[a-z0-9.-]*|s3[a-z0-9.-]*/(?P<path>[a-z0-9.-]+))/(?P<key>[^?#]+)"
)

# A line, the value that a person typed, and the stamp of who mends.
Mend = Callable[[Line, str, Stamp], Line]


def mend_line(kind: str, line: Line, value: str = "", stamp: Stamp | None = None) -> Line:
    """Return the mended line.

    Raises:
        Wrong: where this mend does not help this line.
    """
    mended = MENDS[kind](line, value, stamp or Stamp(job="labeling-job/mended"))
    if mended.text == line.text:
        raise Wrong(f"Nothing on line {line.number} could be mended this way.", kind="line")
    return mended


def mend_json(text: str) -> str:
    """Return a text that is JSON, after the slips that hands and scripts make.

    Commas before a closing bracket, single quotes, brackets that are not closed at the end, a comma behind
    the last one; and of a key that is there twice the last value, as most programs read it.
    """
    for candidate in _candidates(text.strip().lstrip("\ufeff")):
        try:
            value = json.loads(candidate, parse_constant=_refuse_constant)
            if isinstance(value, dict):
                return read_line(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).text
        except (ValueError, RecursionError, BadLine):
            continue
    raise Wrong("This line cannot be mended by itself; edit it, or leave it out.", kind="line")


def _candidates(text: str) -> list[str]:
    tidy = _COMMA.sub(r"\1", text).rstrip(", \t;")
    quoted = _UNQUOTED.sub(_requoted, tidy)
    return [text, tidy, quoted, *(_closed(candidate) for candidate in (tidy, quoted))]


def _requoted(match: re.Match[str]) -> str:
    if match[2] is not None:
        return f'{match[1]}"{match[2]}"{match[3]}'
    return f'{match[4]}"{match[5]}"'


def _closed(text: str) -> str:
    """Return the text with the brackets closed that are open at its end."""
    waiting: list[str] = []
    is_text = is_escaped = False
    for letter in text:
        if is_text:
            is_text = is_escaped or letter != '"'
            is_escaped = letter == "\\" and not is_escaped
        elif letter == '"':
            is_text = True
        elif letter in "{[":
            waiting.append("}" if letter == "{" else "]")
        elif letter in "}]" and waiting:
            waiting.pop()
    return text + ('"' if is_text else "") + "".join(reversed(waiting))


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _clip_boxes(line: Line, value: str, stamp: Stamp) -> Line:
    """Cut boxes to their picture; what has no pixel left goes."""
    del value, stamp

    def clip(box: Mapping[str, Any], size: Mapping[str, Any]) -> dict[str, Any] | None:
        left, top, right, bottom = (max(0, edge) for edge in _edges(box))
        right, bottom = min(right, size["width"]), min(bottom, size["height"])
        if right - left < 1 or bottom - top < 1:
            return None
        return {**box, "left": left, "top": top, "width": right - left, "height": bottom - top}

    return _with_boxes(line, clip)


def _edges(box: Mapping[str, Any]) -> tuple[float, float, float, float]:
    left, top = box["left"], box["top"]
    return left, top, left + box["width"], top + box["height"]


def _drop_boxes(line: Line, value: str, stamp: Stamp) -> Line:
    """Take out boxes that lie outside or have no area, and those of a pixel or less."""
    del value, stamp

    def keep(box: Mapping[str, Any], size: Mapping[str, Any]) -> dict[str, Any] | None:
        left, top, right, bottom = _edges(box)
        scale = min(1.0, 1280 / max(size["width"], size["height"], 1))
        is_inside = left >= 0 and top >= 0 and right <= size["width"] and bottom <= size["height"]
        return dict(box) if is_inside and min(box["width"], box["height"]) * scale > 1 else None

    return _with_boxes(line, keep)


def _largest_boxes(line: Line, value: str, stamp: Stamp) -> Line:
    """Keep the largest boxes, as many as a picture may have."""
    del value, stamp
    changes: dict[str, Any] = {}
    for pair in _box_pairs(line):
        boxes = pair.value["annotations"]
        order = sorted(range(len(boxes)), key=lambda place: -_area(boxes[place]))
        changes |= _pair_of(pair, {place: boxes[place] for place in sorted(order[:BOXES])})
    return change_line(line, changes)


def _area(box: Any) -> float:
    return box["width"] * box["height"] if _is_box(box) else 0.0


def _with_boxes(
    line: Line, change: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any] | None]
) -> Line:
    changes: dict[str, Any] = {}
    for pair in _box_pairs(line):
        size = pair.value.get("image_size")
        size = size[0] if isinstance(size, list) and size else size
        if not isinstance(size, dict) or not all(is_number(size.get(key)) for key in ("width", "height")):
            continue
        boxes = {
            place: mended
            for place, box in enumerate(pair.value["annotations"])
            if (mended := change(box, size) if _is_box(box) else None) is not None
        }
        changes |= _pair_of(pair, boxes)
    return change_line(line, changes)


def _pair_of(pair: Attribute, boxes: Mapping[int, Any]) -> dict[str, Any]:
    """Return the pair with these of its boxes, each confidence staying with its own."""
    objects = pair.metadata.get("objects")
    metadata = dict(pair.metadata)
    if isinstance(objects, list) and len(objects) == len(pair.value["annotations"]):
        metadata["objects"] = [objects[place] for place in boxes]
    return {
        pair.name: {**pair.value, "annotations": list(boxes.values())},
        pair.name + PAIR_END: metadata,
    }


def _box_pairs(line: Line) -> list[Attribute]:
    return [
        pair
        for pair in read_pairs(line)
        if pair.kind == "boxes"
        and isinstance(pair.value, dict)
        and isinstance(pair.value.get("annotations"), list)
    ]


def _is_box(box: Any) -> bool:
    return isinstance(box, dict) and all(is_number(box.get(side)) for side in SIDES)


def _name_classes(line: Line, value: str, stamp: Stamp) -> Line:
    """Give class numbers that the class map lacks a name: what was typed, or `class` and the number."""
    del stamp
    changes: dict[str, Any] = {}
    for pair in _box_pairs(line):
        names = pair.metadata.get("class-map")
        names = dict(names) if isinstance(names, dict) else {}
        for box in pair.value["annotations"]:
            number = str(box.get("class_id")) if isinstance(box, dict) else ""
            if number and number not in names:
                names[number] = value.strip() or f"class {number}"
        changes[pair.name + PAIR_END] = {**pair.metadata, "class-map": names}
    for pair in read_pairs(line):
        if pair.kind == "tags" and isinstance(pair.value, list):
            names = dict(pair.metadata.get("class-map") or {})
            names |= {str(n): value.strip() or f"class {n}" for n in pair.value if str(n) not in names}
            changes[pair.name + PAIR_END] = {**pair.metadata, "class-map": names}
    return change_line(line, changes)


def _complete(line: Line, value: str, stamp: Stamp) -> Line:
    """Add what a label must have beside it: type, confidence, who, when; the picture's depth."""
    del value
    changes: dict[str, Any] = {}
    for pair in read_pairs(line):
        if not pair.kind or pair.kind == "mask":
            continue
        changes |= _completed(pair, stamp)
    return change_line(line, changes)


def _completed(pair: Attribute, stamp: Stamp) -> dict[str, Any]:
    metadata = {**stamp.write(), **pair.metadata}
    metadata["type"] = TYPES[pair.kind]
    if metadata["human-annotated"] not in ("yes", "no"):
        metadata["human-annotated"] = "yes"
    if not isinstance(metadata["creation-date"], str):
        metadata["creation-date"] = stamp.write()["creation-date"]
    value = pair.value
    if pair.kind == "class":
        sure = metadata.get("confidence")
        metadata["confidence"] = sure if is_number(sure) and 0 <= sure <= 1 else 1
        value = value if isinstance(value, int) and not isinstance(value, bool) else 1
    elif pair.kind == "boxes" and isinstance(value, dict):
        value = _with_depth(value)
        metadata["objects"] = _confidences(metadata.get("objects"), value.get("annotations"))
    return {pair.name: value, pair.name + PAIR_END: metadata}


def _with_depth(value: dict[str, Any]) -> dict[str, Any]:
    sizes = value.get("image_size")
    size = sizes[0] if isinstance(sizes, list) and sizes else sizes
    if not isinstance(size, dict):
        return value
    return {**value, "image_size": [{**size, "depth": size["depth"] if is_number(size.get("depth")) else 3}]}


def _confidences(objects: Any, boxes: Any) -> list[Any]:
    """Return one confidence a box: its own where it has one."""
    listed = objects if isinstance(objects, list) else []
    count = len(boxes) if isinstance(boxes, list) else 0
    places = [listed[place] if place < len(listed) else None for place in range(count)]
    return [
        item if isinstance(item, dict) and is_number(item.get("confidence")) else {"confidence": 1}
        for item in places
    ]


def _drop_attributes(line: Line, value: str, stamp: Stamp) -> Line:
    """Take out every label key, so that the picture comes in without labels."""
    del value, stamp
    keys = {SOURCE, SOURCE + PAIR_END}
    return write_line({key: item for key, item in line.values.items() if key in keys}, number=line.number)


def _drop_halves(line: Line, value: str, stamp: Stamp) -> Line:
    """Take out the pairs that are no pairs, and those of a type that the service does not know."""
    del value, stamp
    usable = {pair.name for pair in read_pairs(line) if pair.kind}
    names = [key.removesuffix(PAIR_END) for key in line.values if key != SOURCE]
    values = without_attributes(line, [name for name in names if name not in usable and name != SOURCE])
    return write_line(values, number=line.number)


def _shorten_labels(line: Line, value: str, stamp: Stamp) -> Line:
    """Cut names of labels that are too long; one without a letter is called by what was typed."""
    del stamp

    def short(name: Any) -> Any:
        return (name.strip()[:LABEL_LENGTH] or value.strip() or "unnamed") if isinstance(name, str) else name

    changes: dict[str, Any] = {}
    for pair in read_pairs(line):
        metadata = dict(pair.metadata)
        if "class-name" in metadata:
            metadata["class-name"] = short(metadata["class-name"])
        if isinstance(metadata.get("class-map"), dict):
            metadata["class-map"] = {number: short(name) for number, name in metadata["class-map"].items()}
        changes[pair.name + PAIR_END] = metadata
    return change_line(line, changes)


def _other_picture(line: Line, value: str, stamp: Stamp) -> Line:
    """Name another picture."""
    del stamp
    if not is_s3(value.strip()):
        raise Wrong("A picture's address has the form s3://bucket/folder/picture.jpg.", kind="line")
    return write_line({SOURCE: value.strip(), **_without_source(line)}, number=line.number)


def _without_source(line: Line) -> dict[str, Any]:
    return {key: item for key, item in line.values.items() if key != SOURCE}


def _mend_address(line: Line, value: str, stamp: Stamp) -> Line:
    """Write the address as the services want it; a name alone is put below the folder that was typed."""
    ref = next(
        (item for key, item in line.values.items() if key in SOURCE_SLIPS and isinstance(item, str)), ""
    )
    address = ref.strip().replace("\\", "/")
    web = _HTTP.match(address)
    if web:
        address = f"s3://{web['host'] or web['path']}/{web['key']}"
    elif "://" not in address and value.startswith("s3://"):
        address = f"{value.strip().rstrip('/')}/{address.lstrip('/')}"
    elif address[:5].lower() == "s3://":
        address = f"s3://{address[5:].lstrip('/')}"
    slips = [key for key in SOURCE_SLIPS if key != SOURCE]
    clean = change_line(line, {}, without=slips)
    return _other_picture(clean, address, stamp)


# How people and programs spell the key by mistake.
SOURCE_SLIPS = (SOURCE, "source_ref", "sourceRef", "source", "image", "Source-Ref", "source-Ref")

MENDS: dict[str, Mend] = {
    "clip-boxes": _clip_boxes,
    "drop-boxes": _drop_boxes,
    "largest-boxes": _largest_boxes,
    "name-classes": _name_classes,
    "complete": _complete,
    "drop-labels": _drop_attributes,
    "drop-halves": _drop_halves,
    "shorten-labels": _shorten_labels,
    "other-picture": _other_picture,
    "mend-address": _mend_address,
}
