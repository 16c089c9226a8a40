"""Datumaro's own format, which Intel Geti exports too: `annotations/SUBSET.json`, and `images/SUBSET/`.

Boxes and labels are taken as they are. A polygon becomes the box around it, which is noted; so does a turned
box; masks, points, lines and captions have no counterpart and are refused by item.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import list_of, numbers_of, object_of, open_json, refuse, size_under, text_of
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.shapes import PolygonShape, SegmentationShape, Shape
from vedette.exchange.turned_boxes import Edges, around, around_centred, corners_centred
from vedette.file_access import create_text
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box

SUBSET = "default"
# Where a mask is, is known once it is drawn.
WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class _Subset:
    """One subset's labels by their numbers, and where its pictures are looked for."""

    root: Path
    name: str
    labels: Sequence[str]

    def label(self, number: Any, place: str) -> str:
        """Return the label of a number."""
        if type(number) is not int or not 0 <= number < len(self.labels):
            refuse(
                place, f"has the label number {str(number)[:20]}, and there are {len(self.labels)} labels."
            )
        return self.labels[number]

    def picture(self, path: str) -> str:
        """Return a picture's name below the root: where there is one, or where the format has it."""
        usual = f"images/{self.name}/{path}"
        return next((name for name in (usual, path, f"images/{path}") if (self.root / name).is_file()), usual)


def read_datumaro(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures of every subset."""
    files = sorted((folder / "annotations").glob("*.json")) if folder.is_dir() else []
    if not files:
        raise Wrong(f"{folder} has no annotations/*.json; is it Datumaro's folder?", kind="file")
    for file in files:
        document = open_json(file)
        categories = object_of(object_of(document, "categories", str(file)), "label", str(file))
        labels = [text_of(label, "name", str(file)) for label in list_of(categories, "labels", str(file))]
        subset = _Subset(folder, file.stem, labels)
        for entry in list_of(document, "items", str(file)):
            with noting(notes, str(file)):
                yield _read_entry(entry, subset, file, notes)


def write_datumaro(items: Iterable[Item], folder: Path) -> int:
    """Write the items as one subset, and the labels behind them; return how many boxes."""
    numbers: dict[str, int] = {}
    count = 0
    place = folder / "annotations" / f"{SUBSET}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    with create_text(place) as out:
        out.write('{"info": {}, "items": [')
        for number, item in enumerate(items):
            out.write(f"{',' if number else ''}\n{json.dumps(_entry(item, numbers), ensure_ascii=False)}")
            count += len(item.boxes or ())
        labels = [{"name": label, "parent": "", "attributes": []} for label in numbers]
        categories = {"label": {"labels": labels, "attributes": []}}
        out.write(f'\n], "categories": {json.dumps(categories, ensure_ascii=False)}}}\n')
    return count


def _entry(item: Item, numbers: dict[str, int]) -> dict[str, Any]:
    """Return an item as the format has it; labels that are new get the next numbers."""
    annotations: list[dict[str, Any]] = [
        {"id": 0, "type": "label", "label_id": numbers.setdefault(label, len(numbers))}
        for label in item.labels
    ]
    annotations += [
        _polygon_entry(shape, numbers.setdefault(label, len(numbers)))
        if isinstance(shape, PolygonShape)
        else _box_entry(item, box, numbers.setdefault(label, len(numbers)))
        for (label, box), shape in zip_longest(item.boxes or (), item.shapes)
    ]
    common = {"attributes": {}, "group": 0}
    size = {"size": [item.size.height, item.size.width]} if item.size else {}
    return {
        "id": PurePosixPath(item.name).with_suffix("").as_posix(),
        "annotations": [{**annotation, **common} for annotation in annotations],
        "attr": {"objects": item.boxes is not None},
        "image": {"path": item.name, **size},
    }


def _box_entry(item: Item, box: Box, number: int) -> dict[str, Any]:
    if item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    wide, high = item.size.width, item.size.height
    sides = (box.left * wide, box.top * high, box.width * wide, box.height * high)
    bbox = [round(side, 4) for side in sides]
    return {"id": 0, "type": "bbox", "label_id": number, "bbox": bbox, "z_order": 0}


def _polygon_entry(shape: PolygonShape, number: int) -> dict[str, Any]:
    points = [side for corner in shape.outline for side in corner]
    return {"id": 0, "type": "polygon", "label_id": number, "points": points, "z_order": 0}


def _read_entry(entry: Any, subset: _Subset, file: Path, notes: PieceNotes) -> Item:
    if not isinstance(entry, dict):
        refuse(str(file), "has an item that is no object.")
    image = object_of(entry, "image", str(file)) or object_of(entry, "media", str(file))
    path = image.get("path") or f"{text_of(entry, 'id', str(file))}.jpg"
    name = subset.picture(str(path))
    labels: list[str] = []
    boxes: list[tuple[str, Box]] = []
    shapes: list[Shape | None] = []
    count = 0
    annotations = list_of(entry, "annotations", name)
    for annotation in annotations:
        with noting(notes, name):
            kind = annotation.get("type") if isinstance(annotation, dict) else None
            label = subset.label(annotation.get("label_id") if kind else None, name)
            if kind == "label":
                labels.append(label)
                continue
            count += 1
            box = _box(annotation, str(kind), label, _size(image, name), name, notes)
            shape = _shape(annotation, str(kind), name)
            boxes.append((label, box))
            shapes.append(shape)
    objects = object_of(entry, "attr", name).get("objects")
    # Where all annotations were refused, nobody said that there are no objects.
    is_refused = not boxes and (bool(count) or bool(annotations and not labels))
    is_of_objects = bool(boxes) or (objects if isinstance(objects, bool) else not labels)
    size = _size(image, name) if "size" in image else None
    objects = tuple(boxes) if is_of_objects and size and not is_refused else None
    return Item(name, tuple(dict.fromkeys(labels)), objects, size, shapes=tuple(shapes))


def _size(image: dict[str, Any], name: str) -> Size:
    high, wide = numbers_of(image.get("size"), 2, "size", name)
    return size_under({"width": wide, "height": high}, "width", "height", name)


def _box(annotation: dict[str, Any], kind: str, label: str, size: Size, name: str, notes: PieceNotes) -> Box:
    if kind == "mask" and notes.are_shapes_drawn:
        return WHOLE
    box = inside(_edges(annotation, kind, name, notes), size)
    if box is None:
        refuse(name, f"has a {kind} of {label} that is not on its picture.")
    return box


def _edges(annotation: dict[str, Any], kind: str, name: str, notes: PieceNotes) -> Edges:
    if kind == "bbox":
        left, top, width, height = numbers_of(annotation.get("bbox"), 4, kind, name)
        return left, top, left + width, top + height
    if kind not in ("polygon", "rotated_bbox"):
        refuse(name, f"has a {kind[:40]}, which becomes no box.")
    notes.bound(name, f"{name} has a {kind} that becomes the box around it.")
    if kind == "polygon":
        flat = list_of(annotation, "points", name)
        points = numbers_of(flat, len(flat), kind, name)
        if not points or len(points) % 2:
            refuse(name, "has a polygon whose points are no pairs.")
        return around(list(zip(points[::2], points[1::2], strict=True)))
    edges, turn = _turned(annotation, kind, name)
    return around_centred(edges, turn) if math.fmod(turn, 180) else edges


def _turned(annotation: dict[str, Any], kind: str, name: str) -> tuple[Edges, float]:
    x, y, wide, high = (numbers_of([annotation.get(key)], 1, kind, name)[0] for key in ("cx", "cy", "w", "h"))
    turn = numbers_of([annotation.get("r", 0)], 1, kind, name)[0]
    return (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), turn


def _shape(annotation: dict[str, Any], kind: str, name: str) -> Shape | None:
    """Return a shape, whose numbers are known to be good; nothing for an upright box."""
    order = int(numbers_of([annotation.get("z_order") or 0], 1, "z_order", name)[0])
    if kind == "mask":
        return SegmentationShape(object_of(annotation, "rle", name), order)
    if kind == "polygon":
        points = annotation["points"]
        return PolygonShape(list(zip(points[::2], points[1::2], strict=True)), order=order)
    if kind == "bbox":
        return None
    return PolygonShape(corners_centred(*_turned(annotation, kind, name)), is_box=True)
