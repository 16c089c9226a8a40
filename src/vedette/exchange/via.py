"""VGG Image Annotator, version 2: its project file, or its annotations as JSON; one file for all pictures.

It does not tell pictures' sizes, so the pictures must be at hand. A region's label is its attribute
`label`, `class`, `name`, `type` or `category`, or its only one; of a checkbox every ticked option. A
rectangle is a box; a circle, an ellipse and a polygon become the box around them, which is noted; points
and lines are refused. Of the file's own attributes the same names, and checkboxes, are labels of the whole
picture.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import list_of, numbers_of, object_of, open_json, refuse, text_of
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.shapes import EllipseShape, PolygonShape, Shape
from vedette.exchange.turned_boxes import Edges, around, around_turned
from vedette.file_access import create_text
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box

NAMES = ("label", "class", "name", "type", "category")


def read_via(
    path: Path, size_of_picture: Callable[[str], Size], notes: PieceNotes = STRICT
) -> Iterator[Item]:
    """Yield the pictures in the file's order."""
    document = open_json(path)
    entries = object_of(document, "_via_img_metadata", str(path)) or document
    for entry in entries.values():
        with noting(notes, str(path)):
            name = text_of(entry, "filename", f"{path}, an entry,")
            yield _read_entry(entry, name, size_of_picture, notes)


def write_via(items: Iterable[Item], path: Path) -> int:
    """Write the annotations as JSON; return how many boxes."""
    count = 0
    with create_text(path) as out:
        out.write("{")
        for number, item in enumerate(items):
            entry = _entry(item)
            count += len(entry["regions"])
            # The tool's own key is the name and the file's size in bytes, -1 where that is not known.
            key = json.dumps(f"{item.name}-1", ensure_ascii=False)
            out.write(f"{',' if number else ''}\n{key}: {json.dumps(entry, ensure_ascii=False)}")
        out.write("\n}\n")
    return count


def _entry(item: Item) -> dict[str, Any]:
    if item.boxes and item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    sides = (item.size.width, item.size.height) if item.size else (1, 1)
    regions = []
    forms = item.shapes or (None,) * len(item.boxes or ())
    for (label, box), form in zip(item.boxes or (), forms, strict=True):
        shape: dict[str, Any] = {
            "name": "rect",
            "x": round(box.left * sides[0], 4),
            "y": round(box.top * sides[1], 4),
            "width": round(box.width * sides[0], 4),
            "height": round(box.height * sides[1], 4),
        }
        if isinstance(form, PolygonShape):
            xs, ys = ([round(number, 4) for number in numbers] for numbers in zip(*form.outline, strict=True))
            shape = {"name": "polygon", "all_points_x": xs, "all_points_y": ys}
        regions.append({"shape_attributes": shape, "region_attributes": {"label": label}})
    attributes = {"labels": dict.fromkeys(item.labels, True)} if item.labels else {}
    return {"filename": item.name, "size": -1, "regions": regions, "file_attributes": attributes}


def _read_entry(
    entry: dict[str, Any], name: str, size_of_picture: Callable[[str], Size], notes: PieceNotes
) -> Item:
    labels = _labels_of_file(object_of(entry, "file_attributes", name))
    regions = entry.get("regions")
    # Version 1 numbered its regions by the keys of an object.
    regions = list(regions.values()) if isinstance(regions, dict) else list_of(entry, "regions", name)
    if not regions:
        return Item(name, tuple(labels), None if labels else (), size_of_picture(name))
    size = size_of_picture(name)
    boxes: list[tuple[str, Box]] = []
    shapes: list[Shape | None] = []
    for region in regions:
        with noting(notes, name):
            attributes = object_of(region, "shape_attributes", name)
            box = inside(_edges(attributes, name, notes), size)
            names = _labels_of_region(object_of(region, "region_attributes", name), name)
            if box is None:
                refuse(name, f"has a region of {', '.join(names)} that is not on its picture.")
            boxes += [(label, box) for label in names]
            shapes += [_shape(attributes)] * len(names)
    # Where all regions were refused, nobody said that there is nothing.
    return Item(name, tuple(labels), tuple(boxes) or None, size, shapes=tuple(shapes))


def _labels_of_region(attributes: dict[str, Any], name: str) -> list[str]:
    key = next((word for word in NAMES if word in attributes), None)
    if key is None and len(attributes) == 1:
        key = next(iter(attributes))
    if key is None:
        listed = ", ".join(map(repr, attributes)) or "none"
        refuse(name, f"has a region whose label is none of its attributes ({listed}): call it 'label'.")
    if not (labels := _options(attributes[key])):
        refuse(name, f"has a region whose {key} is empty.")
    return labels


def _labels_of_file(attributes: dict[str, Any]) -> list[str]:
    labels: list[str] = []
    for key, value in attributes.items():
        if key in NAMES or isinstance(value, dict):
            labels += _options(value)
    return list(dict.fromkeys(labels))


def _options(value: Any) -> list[str]:
    """Return the text of an attribute, or the options of a checkbox that are ticked."""
    if isinstance(value, dict):
        return [str(option) for option, is_ticked in value.items() if is_ticked is True]
    return [value] if isinstance(value, str) and value.strip() else []


def _edges(shape: dict[str, Any], name: str, notes: PieceNotes) -> Edges:
    kind = shape.get("name")
    if kind not in ("rect", "circle", "ellipse", "polygon"):
        refuse(name, f"has a region of the kind {str(kind)[:40]}, which becomes no box.")
    if kind == "rect":
        left, top, width, height = _sides(shape, ("x", "y", "width", "height"), kind, name)
        return left, top, left + width, top + height
    notes.bound(name, f"{name} has a {kind} that becomes the box around it.")
    if kind == "polygon":
        rows = [list_of(shape, key, name) for key in ("all_points_x", "all_points_y")]
        xs, ys = (numbers_of(row, len(row), kind, name) for row in rows)
        if not xs or len(xs) != len(ys):
            refuse(name, "has a polygon whose points do not match.")
        return around(list(zip(xs, ys, strict=True)))
    if kind == "circle":
        x, y, radius = _sides(shape, ("cx", "cy", "r"), kind, name)
        return x - radius, y - radius, x + radius, y + radius
    x, y, across, down = _sides(shape, ("cx", "cy", "rx", "ry"), kind, name)
    turn = shape.get("theta") or 0.0
    (angle,) = numbers_of([turn], 1, "theta", name)
    # The tool's angle is in radians.
    return around_turned((x, y), (across, down), math.degrees(angle), is_ellipse=True)


def _shape(attributes: dict[str, Any]) -> Shape | None:
    """Return a shape, whose numbers are known to be good; nothing for a box."""
    kind = attributes["name"]
    if kind == "polygon":
        return PolygonShape(list(zip(attributes["all_points_x"], attributes["all_points_y"], strict=True)))
    if kind == "rect":
        return None
    centre = (attributes["cx"], attributes["cy"])
    if kind == "circle":
        return EllipseShape(centre, (attributes["r"], attributes["r"]))
    degrees = math.degrees(attributes.get("theta") or 0.0)
    return EllipseShape(centre, (attributes["rx"], attributes["ry"]), degrees)


def _sides(shape: dict[str, Any], keys: tuple[str, ...], kind: str, name: str) -> list[float]:
    return numbers_of([shape.get(key) for key in keys], len(keys), kind, name)
