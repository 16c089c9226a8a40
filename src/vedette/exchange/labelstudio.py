"""Label Studio: the exports "JSON", which is written too, and "JSON-MIN", one list of tasks, of any length.

Boxes are percents of the picture. Polygons, ellipses and turned boxes become the upright boxes around them,
which is noted; brush strokes, key points and texts have no counterpart and are refused by task. Pictures that
a task names on the web are never fetched: a picture of the same name is used.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import parse_qs, quote, unquote, urlsplit

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_stream import JsonStreamReader
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.shapes import BrushShape, EllipseShape, PolygonShape, Shape
from vedette.exchange.turned_boxes import around, around_turned, corners_turned
from vedette.file_access import create_text, open_text
from vedette.manifest.attributes import Stamp, is_number
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box
from vedette.vision.files import SUFFIXES

JOB = "label-studio"
SHAPES = ("rectanglelabels", "polygonlabels", "ellipselabels")
# Where a brush has been is known once it is drawn.
WHOLE = Box(0.0, 0.0, 1.0, 1.0)
# What a result of a task may be; the rest describes no class and no place.
IGNORED = ("textarea", "rating", "number", "datetime", "relation", "pairwise")


def read_labelstudio(path: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures in the file's order; a task that nobody has annotated has no labels."""
    for number, task in enumerate(_tasks(path), start=1):
        with noting(notes, f"{path}, task {_number(task, number)}"):
            yield _read_task(task, f"task {_number(task, number)}", notes)


def write_labelstudio(items: Iterable[Item], path: Path, *, box_name: str = "label") -> int:
    """Write tasks with their annotations; return how many boxes.

    The names of what was labelled are those of Label Studio's own templates for boxes, for polygons and for
    classes; where there are both, boxes take another (`box_name`). A picture is named as its local storage
    serves files; one with an address keeps that.
    """
    count = 0
    with create_text(path) as out:
        out.write("[")
        for number, item in enumerate(items):
            results = [*_boxes_written(item, box_name), *_choices_written(item)]
            count += len(item.boxes or ())
            name = item.name if "://" in item.name else f"/data/local-files/?d={quote(item.name)}"
            task = {"data": {"image": name}, "annotations": [{"result": results}] if results else []}
            out.write(f"{',' if number else ''}\n{json.dumps(task, ensure_ascii=False)}")
        out.write("\n]\n")
    return count


def _boxes_written(item: Item, box_name: str) -> Iterator[dict[str, Any]]:
    if item.boxes and item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    for (label, box), shape in zip_longest(item.boxes or (), item.shapes):
        assert item.size is not None
        common = {
            "to_name": "image",
            "original_width": item.size.width,
            "original_height": item.size.height,
            "image_rotation": 0,
        }
        if isinstance(shape, PolygonShape):
            points = [[100 * x / item.size.width, 100 * y / item.size.height] for x, y in shape.outline]
            value = {"points": points, "closed": True, "polygonlabels": [label]}
            yield {"type": "polygonlabels", "from_name": "label", **common, "value": value}
            continue
        sides = {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
        percents = {key: round(100 * side, 10) for key, side in sides.items()}
        yield {
            "type": "rectanglelabels",
            "from_name": box_name,
            **common,
            "value": {**percents, "rotation": 0, "rectanglelabels": [label]},
        }


def _choices_written(item: Item) -> Iterator[dict[str, Any]]:
    if item.labels:
        value = {"choices": list(item.labels)}
        yield {"type": "choices", "from_name": "choice", "to_name": "image", "value": value}


def _tasks(path: Path) -> Iterator[Any]:
    with open_text(path, "utf-8-sig") as stream:
        yield from JsonStreamReader(stream, str(path)).elements()


def _number(task: Any, position: int) -> Any:
    number = task.get("id") if isinstance(task, dict) else None
    return number if isinstance(number, int | str) else position


def _read_task(task: Any, name: str, notes: PieceNotes) -> Item:
    if not isinstance(task, dict):
        raise Wrong(f"{name} is no task but {str(task)[:60]}.", kind="file")
    if isinstance(task.get("data"), dict):
        address = _address(task["data"], name)
        annotation = _annotation(task, name, notes)
        results = annotation.get("result", []) if annotation else []
        return _item(address, results, _stamp(annotation), (name, notes))
    return _item(_address(task, name), list(_results_of_short(task)), _stamp(task), (name, notes))


def _address(data: Mapping[str, Any], name: str) -> str:
    """Return the picture's name, or its whole address in a bucket."""
    keys = sorted(data, key=lambda key: key not in ("image", "img", "picture"))
    for key in keys:
        value = data[key]
        if isinstance(value, str) and (picture := _picture_name(value)):
            return picture
    raise Wrong(f"{name} names no picture (JPEG, PNG, …) in its data.", kind="file")


def _picture_name(value: str) -> str:
    """Return the name in an address as the tool writes it; nothing where it names no picture."""
    if value.startswith("s3://"):
        return value if _is_picture(value) else ""
    parts = urlsplit(value) if "://" in value or value.startswith("/data/") else None
    if parts is not None and "local-files" in parts.path:
        value = parse_qs(parts.query).get("d", [""])[0]
    elif parts is not None:
        value = unquote(parts.path)
    name = value.lstrip("/").removeprefix("data/upload/")
    return name if _is_picture(name) else ""


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES


def _annotation(task: Mapping[str, Any], name: str, notes: PieceNotes) -> dict[str, Any] | None:
    """Return the annotation that counts: the one that is the truth, or else the newest that stands."""
    listed = task.get("annotations") or task.get("completions") or []
    standing = [item for item in listed if isinstance(item, dict) and not item.get("was_cancelled")]
    if not standing:
        return None
    if len(standing) > 1:
        notes.change(name, f"{name} has {len(standing)} annotations; one of them is used.")
    return max(standing, key=lambda item: (bool(item.get("ground_truth")), str(item.get("updated_at") or "")))


def _results_of_short(task: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield results of a task of JSON-MIN, whose members are named by the person who made the form."""
    for key, value in task.items():
        if key in ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "image"):
            continue
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            for item in value:
                kind = next((kind for kind in (*SHAPES, "brushlabels", "keypointlabels") if kind in item), "")
                yield {"type": kind, "value": item, **_size_keys(item)}
        elif isinstance(value, dict) and isinstance(value.get("choices"), list):
            yield {"type": "choices", "value": value}
        elif isinstance(value, str) and not _picture_name(value):
            yield {"type": "choices", "value": {"choices": [value]}}


def _size_keys(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item[key] for key in ("original_width", "original_height") if key in item}


def _item(address: str, results: Any, stamp: Stamp | None, place: tuple[str, PieceNotes]) -> Item:
    name, notes = place
    labels: list[str] = []
    boxes: list[tuple[str, Box]] = []
    shapes: list[Shape | None] = []
    size: Size | None = None
    for result in results if isinstance(results, list) else []:
        kind = result.get("type") if isinstance(result, dict) else None
        if kind == "choices":
            labels += _texts(result.get("value"), "choices", name)
        elif kind in SHAPES:
            size = size or _size(result, name)
            entries = _boxes(result, str(kind), size, place)
            boxes += entries
            shapes += [_shape(result["value"], str(kind), size)] * len(entries)
        elif kind == "brushlabels" and notes.are_shapes_drawn:
            size = size or _size(result, name)
            labels_of_brush = _texts(result.get("value"), kind, name)
            boxes += [(label, WHOLE) for label in labels_of_brush]
            shapes += [_brush(result["value"], name)] * len(labels_of_brush)
        elif kind not in IGNORED:
            notes.refuse(name, f"{name} has a result of the type {str(kind)[:40]}, which becomes no label.")
    # Without a shape nothing tells the picture's size, which a line of no boxes would have to name.
    # And where all shapes were refused, nobody said that there is nothing.
    return Item(
        address, tuple(dict.fromkeys(labels)), tuple(boxes) or None, size, stamp=stamp, shapes=tuple(shapes)
    )


def _texts(value: Any, key: str, name: str) -> list[str]:
    texts = value.get(key) if isinstance(value, dict) else None
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise Wrong(f"{name} has {key} that are no texts.", kind="file")
    return texts


def _size(result: Mapping[str, Any], name: str) -> Size:
    sides = [result.get(key) for key in ("original_width", "original_height")]
    pixels = [int(side) for side in sides if _is_small(side) and side >= 1]
    if len(pixels) < len(sides):
        raise Wrong(f"{name} has a shape without original_width and original_height.", kind="file")
    return Size(pixels[0], pixels[1])


def _boxes(
    result: Mapping[str, Any], kind: str, size: Size, place: tuple[str, PieceNotes]
) -> list[tuple[str, Box]]:
    """Return the box of a result, once for each label that it bears."""
    name, notes = place
    value = result.get("value")
    labels = _texts(value, kind, name)
    assert isinstance(value, dict)
    edges = _edges(value, kind, size, name)
    if kind != "rectanglelabels" or value.get("rotation"):
        notes.bound(name, f"{name} has a {kind.removesuffix('labels')} that becomes the box around it.")
    box = inside(edges, size)
    if box is None:
        notes.refuse(name, f"{name} has a box of {', '.join(labels)} that is not on its picture.")
        return []
    return [(label, box) for label in labels]


def _edges(value: Mapping[str, Any], kind: str, size: Size, name: str) -> tuple[float, float, float, float]:
    wide, high = size.width / 100, size.height / 100
    if kind == "polygonlabels":
        points = value.get("points")
        if not isinstance(points, list) or len(points) < 2 or not all(map(_is_point, points)):
            raise Wrong(f"{name} has a polygon without points.", kind="file")
        return around([(x * wide, y * high) for x, y in points])
    keys = ("x", "y", "width", "height") if kind == "rectanglelabels" else ("x", "y", "radiusX", "radiusY")
    x, y, width, height = _numbers(value, keys, name)
    turn = value.get("rotation") or 0
    if not _is_small(turn):
        raise Wrong(f"{name} has a rotation that is no number.", kind="file")
    if kind == "ellipselabels":
        return around_turned((x * wide, y * high), (width * wide, height * high), turn, is_ellipse=True)
    return around_turned((x * wide, y * high), (width * wide, height * high), turn)


def _shape(value: Mapping[str, Any], kind: str, size: Size) -> Shape | None:
    """Return a shape, whose numbers are known to be good; nothing for an upright box."""
    wide, high = size.width / 100, size.height / 100
    if kind == "polygonlabels":
        return PolygonShape([(x * wide, y * high) for x, y in value["points"]])
    corner, turn = (value["x"] * wide, value["y"] * high), value.get("rotation") or 0
    if kind == "ellipselabels":
        return EllipseShape(corner, (value["radiusX"] * wide, value["radiusY"] * high), turn)
    sides = (value["width"] * wide, value["height"] * high)
    return PolygonShape(corners_turned(corner, sides, turn), is_box=True) if turn else None


def _brush(value: Mapping[str, Any], name: str) -> Shape:
    packed = value.get("rle")
    if value.get("format") not in (None, "rle") or not isinstance(packed, list):
        raise Wrong(f"{name} has a brush that is no list of packed bits.", kind="file")
    return BrushShape(packed)


def _numbers(value: Mapping[str, Any], keys: Sequence[str], name: str) -> list[float]:
    numbers = [float(value[key]) for key in keys if _is_small(value.get(key))]
    if len(numbers) < len(keys):
        raise Wrong(f"{name} has a shape without {', '.join(keys)}.", kind="file")
    return numbers


def _is_point(point: Any) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(map(_is_small, point))


def _is_small(value: Any) -> TypeGuard[float]:
    """Say whether a value is a number that no picture's side exceeds."""
    return is_number(value) and abs(value) < 1e6


def _stamp(annotation: Mapping[str, Any] | None) -> Stamp | None:
    text = (annotation or {}).get("updated_at") or (annotation or {}).get("created_at")
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC), JOB)
