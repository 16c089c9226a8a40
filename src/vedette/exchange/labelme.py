"""LabelMe: a JSON file a picture, its shapes in pixels and its flags.

A rectangle is a box. A polygon, a circle and a mask become the box around them, which is noted; points and
lines have no area and are refused. Flags that are set are labels of the whole picture. A file with flags set
and without shapes says nothing of objects; one with neither says that there are none.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import (
    around_pairs,
    list_of,
    numbers_of,
    object_of,
    open_json,
    refuse,
    size_under,
    text_of,
)
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.places import TargetFolder
from vedette.exchange.shapes import BitmapShape, EllipseShape, PolygonShape, Shape
from vedette.exchange.turned_boxes import Edges, around
from vedette.file_access import write_file
from vedette.vision.annotations import Box

FLAT = ("point", "points", "line", "linestrip")


def read_labelme(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures in the order of their files' names."""
    if not folder.is_dir():
        raise Wrong(
            f"{folder} is no folder of LabelMe's files, one a picture.", kind="file", name=str(folder)
        )
    for file in sorted(folder.rglob("*.json")):
        with noting(notes, str(file)):
            yield _read_file(file, folder, notes)


def write_labelme(item: Item, target: TargetFolder) -> Path:
    """Write a picture's file."""
    if item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    path = target.place(item.name, ".json")
    path.parent.mkdir(parents=True, exist_ok=True)
    wide, high = item.size.width, item.size.height
    forms = item.shapes or (None,) * len(item.boxes or ())
    shapes: list[dict[str, Any]] = [
        {
            "label": label,
            "points": [
                [round(x, 4), round(y, 4)]
                for x, y in (
                    form.outline
                    if isinstance(form, PolygonShape)
                    else (
                        (box.left * wide, box.top * high),
                        ((box.left + box.width) * wide, (box.top + box.height) * high),
                    )
                )
            ],
            "group_id": None,
            "shape_type": "polygon" if isinstance(form, PolygonShape) else "rectangle",
            "flags": {},
        }
        for (label, box), form in zip(item.boxes or (), forms, strict=True)
    ]
    document = {
        "version": "5.4.1",
        "flags": dict.fromkeys(item.labels, True),
        "shapes": shapes,
        "imagePath": PurePosixPath(item.name).name,
        "imageData": None,
        "imageHeight": high,
        "imageWidth": wide,
    }
    write_file(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return path


def _read_file(file: Path, folder: Path, notes: PieceNotes) -> Item:
    place = str(file)
    document = open_json(file)
    if "shapes" not in document and "imagePath" not in document:
        refuse(place, "is no file of LabelMe: it has neither shapes nor imagePath.")
    size = size_under(document, "imageWidth", "imageHeight", place)
    labels = [label for label, is_set in object_of(document, "flags", place).items() if is_set is True]
    shapes = list_of(document, "shapes", place)
    boxes: list[tuple[str, Box]] = []
    forms: list[Shape | None] = []
    for shape in shapes:
        with noting(notes, place):
            label = text_of(shape, "label", place)
            box = inside(_edges(shape, place, notes), size)
            if box is None:
                refuse(place, f"has a shape of {label} that is not on its picture.")
            boxes.append((label, box))
            forms.append(_shape(shape))
    name = _name(text_of(document, "imagePath", place), file, folder)
    # Where all shapes were refused, nobody said that there is nothing.
    objects = tuple(boxes) if boxes or not (shapes or labels) else None
    return Item(name, tuple(labels), objects, size, shapes=tuple(forms))


def _name(image: str, file: Path, folder: Path) -> str:
    """Return the picture's name below the folder; one that lies elsewhere goes by its last part."""
    image = image.replace("\\", "/")
    root = folder.resolve()
    place = (root / file.relative_to(folder).parent / image).resolve()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else PurePosixPath(image).name


def _edges(shape: Any, place: str, notes: PieceNotes) -> Edges:
    kind = shape.get("shape_type") or "polygon"
    points = list_of(shape, "points", place)
    if kind in FLAT:
        refuse(place, f"has a {kind}, which has no area and becomes no box.")
    if kind not in ("rectangle", "polygon", "circle", "mask"):
        refuse(place, f"has a shape of the type {str(kind)[:40]}, which becomes no box.")
    if kind != "rectangle":
        notes.bound(place, f"{place} has a {kind} that becomes the box around it.")
    if kind == "circle":
        (x, y), (to_x, to_y) = (numbers_of(pair, 2, kind, place) for pair in _two(points, place))
        radius = math.hypot(to_x - x, to_y - y)
        return x - radius, y - radius, x + radius, y + radius
    return around_pairs(points, kind, place)


def _shape(shape: dict[str, Any]) -> Shape | None:
    """Return a shape, whose points are known to be good; nothing for a box."""
    kind, points = shape.get("shape_type") or "polygon", [(x, y) for x, y in shape["points"]]
    if kind == "circle":
        (x, y), (to_x, to_y) = points
        radius = math.hypot(to_x - x, to_y - y)
        return EllipseShape((x, y), (radius, radius))
    if kind == "mask":
        corner = around(points)[:2]
        return BitmapShape(corner, str(shape.get("mask") or ""))
    return PolygonShape(points) if kind == "polygon" else None


def _two(points: list[Any], place: str) -> list[Any]:
    if len(points) != 2:
        refuse(place, "has a circle that is not a centre and a point.")
    return points
