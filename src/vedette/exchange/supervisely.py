"""Supervisely's project folder: `DATASET/ann/PICTURE.json` beside `DATASET/img/PICTURE`, and `meta.json`.

Corners in whole numbers are pixels that belong to the box, as its SDK writes them: the last one counts too.
Corners with decimals are edges, as its labelling tool draws them. A polygon and a bitmap become the box
around them, which is noted; a bitmap is trimmed to its pixels, so its own sides are the box. Points, lines
and graphs become no box. Tags of a picture are labels of it: the text of their value, or their name where
there is none.
"""

import base64
import binascii
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import list_of, numbers_of, object_of, open_json, refuse, size_under, text_of
from vedette.exchange.outlines import fill_patch
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.places import TargetFolder
from vedette.exchange.regions import Ring
from vedette.exchange.shapes import BitmapShape, PolygonShape, Shape
from vedette.exchange.turned_boxes import Edges, around
from vedette.file_access import write_file
from vedette.vision.annotations import Box
from vedette.vision.files import BOMB, DAMAGE, open_head

DATASET = "ds0"
# A picture's worth of bits; what unpacks to more is no trimmed mask.
MOST_BITMAP = 64 * 1024**2
COLOR = "#1D8FE1"


def read_supervisely(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures of all datasets below the folder, or of the one that it is."""
    files = sorted(
        file for file in folder.rglob("*.json") if "ann" in file.relative_to(folder).parts[:-1]
    ) if folder.is_dir() else []  # fmt: skip
    if not files:
        raise Wrong(f"{folder} has no ann/*.json; is it Supervisely's folder?", kind="file", name=str(folder))
    for file in files:
        with noting(notes, str(file)):
            yield _read_file(file, folder, notes)


def write_supervisely(items: Iterable[Item], folder: Path) -> int:
    """Write the items as one dataset of a project; return how many boxes."""
    classes: dict[str, str] = {}
    tags: set[str] = set()
    target, count = TargetFolder(folder / DATASET / "ann"), 0
    for item in items:
        if item.size is None:
            raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
        name = PurePosixPath(item.name).name
        place = target.place(f"{name}.json", ".json")
        place.parent.mkdir(parents=True, exist_ok=True)
        boxes = item.boxes or ()
        document: dict[str, Any] = {
            "description": "",
            "tags": [{"name": label, "value": None} for label in item.labels],
            "size": {"height": item.size.height, "width": item.size.width},
            # The format has no way to say that objects were not annotated.
            "objects": [
                _bitmap_object(label, shape, item)
                if isinstance(shape, PolygonShape)
                else _object(label, box, item)
                for (label, box), shape in zip_longest(boxes, item.shapes)
            ],
        }
        write_file(place, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        for entry in document["objects"]:
            kind = classes.setdefault(entry["classTitle"], entry["geometryType"])
            if kind != entry["geometryType"]:
                classes[entry["classTitle"]] = "any"
        tags |= set(item.labels)
        count += len(boxes)
    meta = {
        "classes": [
            {"title": name, "shape": shape, "color": COLOR} for name, shape in sorted(classes.items())
        ],
        "tags": [{"name": name, "value_type": "none", "color": COLOR} for name in sorted(tags)],
        "projectType": "images",
    }
    write_file(folder / "meta.json", json.dumps(meta, ensure_ascii=False, indent=1) + "\n")
    return count


def _object(label: str, box: Box, item: Item) -> dict[str, Any]:
    assert item.size is not None
    wide, high = item.size.width, item.size.height
    edges = [
        round(edge, 4)
        for edge in (
            box.left * wide,
            box.top * high,
            (box.left + box.width) * wide,
            (box.top + box.height) * high,
        )
    ]
    if all(edge == int(edge) for edge in edges):
        whole = [int(edge) for edge in edges]
        corners: list[list[float]] = [[whole[0], whole[1]], [whole[2] - 1, whole[3] - 1]]
    else:
        corners = [edges[:2], edges[2:]]
    return {
        "description": "",
        "geometryType": "rectangle",
        "classTitle": label,
        "tags": [],
        "points": {"exterior": corners, "interior": []},
    }


def _bitmap_object(label: str, shape: PolygonShape, item: Item) -> dict[str, Any]:
    """Return a region as pixels: its tools take whole corners of a polygon for pixels, and it would grow."""
    assert item.size is not None
    patch = fill_patch([shape.ring, *shape.holes], item.size)
    assert patch is not None
    image = Image.fromarray(patch.pixels.astype(np.uint8))
    image.putpalette([0, 0, 0, 255, 255, 255])
    file = io.BytesIO()
    image.save(file, "PNG", transparency=0, bits=1)
    data = base64.b64encode(zlib.compress(file.getvalue())).decode()
    return {
        "description": "",
        "geometryType": "bitmap",
        "classTitle": label,
        "tags": [],
        "bitmap": {"data": data, "origin": [patch.left, patch.top]},
    }


def _read_file(file: Path, folder: Path, notes: PieceNotes) -> Item:
    place = str(file)
    document = open_json(file)
    size = size_under(object_of(document, "size", place), "width", "height", place)
    labels = [label for tag in list_of(document, "tags", place) for label in _label(tag, place, notes)]
    boxes: list[tuple[str, Box]] = []
    shapes: list[Shape | None] = []
    objects = list_of(document, "objects", place)
    for entry in objects:
        with noting(notes, place):
            label = text_of(entry, "classTitle", place)
            box = inside(_edges(entry, label, place, notes), size)
            if box is None:
                refuse(place, f"has an object of {label} that is not on its picture.")
            shape = _shape(entry, place)
            boxes.append((label, box))
            shapes.append(shape)
    # Where all objects were refused, nobody said that there are none.
    is_known = bool(boxes) or not (objects or labels)
    name, kept_boxes = _name(file.relative_to(folder)), tuple(boxes) if is_known else None
    return Item(name, tuple(dict.fromkeys(labels)), kept_boxes, size, shapes=tuple(shapes))


def _name(file: Path) -> str:
    """Return the picture's name: in `img` beside `ann`, without the file's own ending."""
    parts = list(file.with_suffix("").parts)
    at = len(parts) - 2 - parts[-2::-1].index("ann")
    return "/".join([*parts[:at], "img", *parts[at + 1 :]])


def _label(tag: Any, place: str, notes: PieceNotes) -> list[str]:
    name = text_of(tag, "name", place)
    value = tag.get("value")
    if value is None:
        return [name]
    if isinstance(value, str) and value.strip():
        return [value]
    notes.change(place, f"{place} has the tag {name} with a number, which becomes no label.")
    return []


def _edges(entry: dict[str, Any], label: str, place: str, notes: PieceNotes) -> Edges:
    kind = entry.get("geometryType")
    if kind not in ("rectangle", "polygon", "bitmap"):
        refuse(place, f"has a {str(kind)[:40]} of {label}, which becomes no box.")
    if kind != "rectangle":
        notes.bound(place, f"{place} has a {kind} of {label} that becomes the box around it.")
    if kind == "bitmap":
        return _around_bitmap(object_of(entry, "bitmap", place), place)
    points = list_of(object_of(entry, "points", place), "exterior", place)
    if len(points) < (2 if kind == "rectangle" else 3):
        refuse(place, f"has a {kind} of {label} with {len(points)} points.")
    pairs = [numbers_of(point, 2, kind, place) for point in points]
    left, top, right, bottom = around([(x, y) for x, y in pairs])
    # Whole numbers are pixels, the last of which belongs to the object.
    last = 1 if all(isinstance(side, int) for point in points for side in point) else 0
    return left, top, right + last, bottom + last


def _shape(entry: dict[str, Any], place: str) -> Shape | None:
    """Return a shape, whose outer points are known to be good; nothing for a box."""
    kind = entry["geometryType"]
    if kind == "bitmap":
        left, top = entry["bitmap"]["origin"]
        return BitmapShape((left, top), entry["bitmap"]["data"], "supervisely")
    if kind == "rectangle":
        return None
    rings = [entry["points"]["exterior"], *list_of(entry["points"], "interior", place)]
    if not all(isinstance(ring, list) for ring in rings):
        refuse(place, f"has a {kind} with a hole that is no list of points.")
    outer, *holes = ([numbers_of(point, 2, kind, place) for point in ring] for ring in rings)
    return PolygonShape(_pairs(outer), [_pairs(hole) for hole in holes])


def _pairs(points: list[list[float]]) -> Ring:
    return [(x, y) for x, y in points]


def _around_bitmap(bitmap: dict[str, Any], place: str) -> Edges:
    left, top = numbers_of(bitmap.get("origin"), 2, "bitmap's origin", place)
    try:
        packed = base64.b64decode(text_of(bitmap, "data", place), validate=True)
        unpacking = zlib.decompressobj()
        try:
            png = unpacking.decompress(packed, MOST_BITMAP)
        except zlib.error:  # older ones are the PNG itself
            png = packed
        with open_head(png) as image:
            return left, top, left + image.width, top + image.height
    except (*DAMAGE, *BOMB, binascii.Error) as fault:
        refuse(place, f"has a bitmap that cannot be read: {fault}.")
