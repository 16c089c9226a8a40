"""COCO: one JSON file for all pictures, boxes in pixels, converted as the Custom Labels guide does it.

A file of any length is read twice in bounded memory: first pictures and categories, since
nothing says that they come before the annotations, then the boxes, packed by picture. An annotation without
a box has the box around its polygons or its mask; a crowd is one box; both are noted.
"""

import zlib
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import TooMuch, Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import refuse
from vedette.exchange.json_stream import JsonStreamReader
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.regions import edges_of_region
from vedette.exchange.shapes import SegmentationShape, Shape
from vedette.file_access import create_file, open_file, open_text
from vedette.manifest.attributes import Stamp, is_number
from vedette.manifest.detection import Size

JOB = "coco"
# Outlines of a million objects, packed.
MOST_KEPT = 512 * 1024**2


@dataclass(slots=True)
class _Picture:
    name: str
    size: Size
    captured: str
    boxes: "array[float]" = field(default_factory=lambda: array("d"))  # category, left, top, width, height
    # Whether a box of it was refused: without another it is no picture in which nothing was found.
    has_refused: bool = False
    # Of each box what the file says of its region, packed, where regions are wanted; nothing of none.
    regions: list[bytes] = field(default_factory=list)


def read_coco(path: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures in the file's order, those without boxes too; a box is cut to its picture."""
    file = CocoFile(path, notes)
    file.read()
    for picture in file.pictures.values():
        boxes = _boxes(picture, file.names) or (None if picture.has_refused else ())
        shapes = tuple(_shape(region) for region in picture.regions)
        picture.regions.clear()
        yield Item(picture.name, (), boxes, picture.size, stamp=_stamp(picture.captured), shapes=shapes)


@dataclass(slots=True)
class CocoFile:
    """A file's pictures and categories by their numbers."""

    path: Path
    notes: PieceNotes
    pictures: dict[Any, _Picture] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    _kept_bytes: int = 0

    def read(self) -> None:
        """Read the pictures and categories, and then the annotations."""
        path = self.path
        for key, member in _members(path):
            if key == "images":
                with noting(self.notes, str(path)):
                    self.pictures[_plain(_need(member, "id", path))] = _picture(member, path)
            elif key == "categories":
                self.names[_whole(member, "id", path)] = str(_need(member, "name", path))
        if not self.pictures:
            raise Wrong(f"{path} has no images; is it a COCO file of boxes?", kind="file", name=str(path))
        for key, member in _members(path):
            if key == "annotations":
                try:
                    self.add(member)
                except Wrong as fault:
                    self.notes.refuse(str(path), fault.sentence)
                    self._mark(member)

    def _mark(self, annotation: Any) -> None:
        number = _plain(annotation.get("image_id")) if isinstance(annotation, dict) else None
        if number in self.pictures:
            self.pictures[number].has_refused = True

    def add(self, annotation: Any) -> None:
        """Add an annotation's box to its picture."""
        # Whatever it is, it is looked at, so that nothing is lost without a word.
        annotation = annotation if isinstance(annotation, dict) else {"": annotation}
        picture = self.pictures.get(_plain(annotation.get("image_id")))
        category = _plain(annotation.get("category_id"))
        if picture is None or category not in self.names:
            raise Wrong(
                f"{self.path} has a box of image {annotation.get('image_id')} "
                f"and category {category}; one is missing.",
                kind="file",
                name=str(self.path),
            )
        label, place = self.names[category], f"{self.path}, annotation {annotation.get('id', '?')},"
        left, top, width, height = self._sides(annotation, picture.size, place)
        if annotation.get("iscrowd"):
            self.notes.bound(place, f"{place} is a crowd of {label}, which becomes one box around all.")
        if inside((left, top, left + width, top + height), picture.size) is None:
            self.notes.change(place, f"{place} has no area on {picture.name}, and is left out.")
            return
        picture.boxes.extend([float(category), left, top, width, height])
        if self.notes.are_shapes_drawn:
            picture.regions.append(self._packed(annotation.get("segmentation")))

    def _packed(self, segmentation: Any) -> bytes:
        """Return what a file says of a region in few bytes; all that are kept together have a bound."""
        packed = zlib.compress(orjson.dumps(segmentation), 1) if segmentation else b""
        self._kept_bytes += len(packed)
        if self._kept_bytes > MOST_KEPT:
            raise TooMuch(
                f"{self.path} has more outlines than can be drawn at once; split it.",
                kind="file",
                name=str(self.path),
            )
        return packed

    def _sides(self, annotation: dict[str, Any], size: Size, place: str) -> list[float]:
        """Return left, top, width and height of the box, or of that around the region."""
        box = annotation.get("bbox")
        if box:
            if not isinstance(box, list) or len(box) != 4 or not all(map(_is_side, box)):
                raise Wrong(
                    f"{self.path} has a bbox that is not four numbers: {str(box)[:80]}",
                    kind="file",
                    name=str(self.path),
                )
            return [float(side) for side in box]
        edges = edges_of_region(annotation.get("segmentation"), size, place)
        if edges is None:
            refuse(place, "has neither a bbox nor a segmentation with an area.")
        self.notes.bound(place, f"{place} has a region that becomes the box around it.")
        left, top, right, bottom = edges
        return [left, top, right - left, bottom - top]


def write_coco(items: Iterable[Item], path: Path, *, written_at: datetime) -> int:
    """Write the items with their boxes, and pictures without boxes too; return how many boxes."""
    numbers: dict[str, int] = {}
    boxes_beside = path.with_suffix(path.suffix + ".boxes")
    count = 0
    try:
        with create_file(path) as out, create_file(boxes_beside) as later:
            out.write(
                b'{"info":{"date_created":"' + written_at.strftime("%Y-%m-%d").encode() + b'"},"images":['
            )
            for number, item in enumerate(items, start=1):
                out.write((b"," if number > 1 else b"") + orjson.dumps(_image(item, number, written_at)))
                for place, (name, box) in enumerate(item.boxes or ()):
                    count += 1
                    category = numbers.setdefault(name, len(numbers) + 1)
                    annotation = _annotation(box, item, (count, number, category))
                    if item.regions:
                        annotation |= item.regions[place]
                    later.write((b"," if count > 1 else b"") + orjson.dumps(annotation))
            categories = [{"id": number, "name": name} for name, number in numbers.items()]
            later.close()
            out.write(b'],"categories":' + orjson.dumps(categories) + b',"annotations":[')
            with open_file(boxes_beside) as back:
                while block := back.read(1 << 20):
                    out.write(block)
            out.write(b"]}\n")
    finally:
        boxes_beside.unlink(missing_ok=True)
    return count


def _members(path: Path) -> Iterator[tuple[str, Any]]:
    with open_text(path, "utf-8-sig") as stream:
        yield from JsonStreamReader(stream, str(path)).members()


def _need(member: Any, key: str, path: Path) -> Any:
    if not isinstance(member, dict) or member.get(key) is None:
        raise Wrong(f"{path} has an entry without {key}: {str(member)[:80]}", kind="file", name=str(path))
    return member[key]


def _plain(value: Any) -> Any:
    """Return an id that can be looked up; None for a list or an object."""
    return value if isinstance(value, str | int) else None


def _whole(member: Any, key: str, path: Path) -> int:
    value = _need(member, key, path)
    # 2**31 is far above any picture's side or any category's number, and far below what floats lose.
    if isinstance(value, str | int | float) and str(value).isdecimal() and len(str(value)) < 10:
        return int(value)
    if isinstance(value, float) and value == value // 1 and 0 <= value < 2**31:
        return int(value)
    raise Wrong(
        f"{path} has an entry whose {key} is no number: {str(member)[:80]}", kind="file", name=str(path)
    )


def _picture(member: Any, path: Path) -> _Picture:
    ref = member.get("coco_url") if isinstance(member, dict) else None
    name = ref if isinstance(ref, str) and ref.startswith("s3://") else str(_need(member, "file_name", path))
    size = Size(_whole(member, "width", path), _whole(member, "height", path))
    if not (size.width and size.height):
        raise Wrong(f"{path} has a picture without an area: {name}.", kind="file", name=str(path))
    return _Picture(name, size, str(member.get("date_captured") or ""))


def _is_side(value: Any) -> bool:
    return is_number(value) and abs(value) < 1e9


def _boxes(picture: _Picture, names: dict[int, str]) -> tuple[tuple[str, Any], ...]:
    flat = picture.boxes
    boxes = []
    for at in range(0, len(flat), 5):
        category, left, top, width, height = flat[at : at + 5]
        box = inside((left, top, left + width, top + height), picture.size)
        if box is not None:
            boxes.append((names[int(category)], box))
    return tuple(boxes)


def _shape(region: bytes) -> Shape | None:
    return SegmentationShape(orjson.loads(zlib.decompress(region))) if region else None


def _stamp(text: str) -> Stamp | None:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y/%m/%d"):
        with suppress(ValueError):
            return Stamp(datetime.strptime(text, form).replace(tzinfo=UTC), JOB)
    return None


def _image(item: Item, number: int, written_at: datetime) -> dict[str, Any]:
    if item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    captured = (item.stamp.moment if item.stamp else written_at).strftime("%Y-%m-%d %H:%M:%S")
    image = {"id": number, "file_name": item.name, "width": item.size.width, "height": item.size.height}
    if item.name.startswith("s3://"):
        # What other tools look for is a file; this one's reader takes the address.
        image |= {"file_name": item.name.rpartition("/")[2], "coco_url": item.name}
    return {**image, "date_captured": captured}


def _annotation(box: Any, item: Item, ids: tuple[int, int, int]) -> dict[str, Any]:
    assert item.size is not None
    wide, high = item.size.width, item.size.height
    sides = [box.left * wide, box.top * high, box.width * wide, box.height * high]
    tidy = [round(side, 4) for side in sides]
    return {
        "id": ids[0],
        "image_id": ids[1],
        "category_id": ids[2],
        "bbox": tidy,
        "area": round(tidy[2] * tidy[3], 4),
        "iscrowd": 0,
    }
