"""COCO: one JSON file for all pictures, boxes in pixels (rekognition.md 3.6).

A file of any length is read twice in bounded memory: pictures and categories first, since
nothing says that they come before the annotations, then the boxes, packed by picture.
"""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_stream import Reader
from vedette.manifest.attributes import Stamp, is_number
from vedette.manifest.detection import Size

JOB = "coco"


@dataclass(slots=True)
class _Picture:
    name: str
    size: Size
    when: str
    boxes: "array[float]" = field(default_factory=lambda: array("d"))  # category, left, top, width, height


def read_coco(path: Path) -> Iterator[Item]:
    """Yield the pictures in the file's order, those without boxes too; a box is cut to its picture."""
    pictures: dict[Any, _Picture] = {}
    names: dict[int, str] = {}
    for key, told in _members(path):
        if key == "images":
            pictures[_plain(_need(told, "id", path))] = _picture(told, path)
        elif key == "categories":
            names[_whole(told, "id", path)] = str(_need(told, "name", path))
    if not pictures:
        raise Wrong(f"{path} has no images; is it a COCO file of boxes?", kind="file", name=str(path))
    for key, told in _members(path):
        if key == "annotations" and isinstance(told, dict) and told.get("bbox"):
            _add_box(told, pictures, names, path)
    for picture in pictures.values():
        yield Item(picture.name, (), _boxes(picture, names), picture.size, stamp=_stamp(picture.when))


def write_coco(items: Iterable[Item], path: Path, *, when: datetime) -> int:
    """Write the items that have boxes, and those without as pictures alone; return how many boxes."""
    numbers: dict[str, int] = {}
    boxes_beside = path.with_suffix(path.suffix + ".boxes")
    count = 0
    try:
        with path.open("wb") as out, boxes_beside.open("wb") as later:
            out.write(b'{"info":{"date_created":"' + when.strftime("%Y-%m-%d").encode() + b'"},"images":[')
            for number, item in enumerate(items, start=1):
                out.write((b"," if number > 1 else b"") + orjson.dumps(_image(item, number, when)))
                for name, box in item.boxes or ():
                    count += 1
                    category = numbers.setdefault(name, len(numbers) + 1)
                    told = _annotation(box, item, (count, number, category))
                    later.write((b"," if count > 1 else b"") + orjson.dumps(told))
            categories = [{"id": number, "name": name} for name, number in numbers.items()]
            later.close()
            out.write(b'],"categories":' + orjson.dumps(categories) + b',"annotations":[')
            with boxes_beside.open("rb") as back:
                while block := back.read(1 << 20):
                    out.write(block)
            out.write(b"]}\n")
    finally:
        boxes_beside.unlink(missing_ok=True)
    return count


def _members(path: Path) -> Iterator[tuple[str, Any]]:
    with path.open(encoding="utf-8-sig") as stream:
        yield from Reader(stream, str(path)).members()


def _need(told: Any, key: str, path: Path) -> Any:
    if not isinstance(told, dict) or told.get(key) is None:
        raise Wrong(f"{path} has an entry without {key}: {str(told)[:80]}", kind="file", name=str(path))
    return told[key]


def _plain(value: Any) -> Any:
    """Return an id that can be looked up; a list or an object is none."""
    return value if isinstance(value, str | int) else None


def _whole(told: Any, key: str, path: Path) -> int:
    value = _need(told, key, path)
    # 2**31 is far above any picture's side or any category's number, and far below what floats lose.
    if isinstance(value, str | int | float) and str(value).isdecimal() and len(str(value)) < 10:
        return int(value)
    if isinstance(value, float) and value == value // 1 and 0 <= value < 2**31:
        return int(value)
    raise Wrong(
        f"{path} has an entry whose {key} is no number: {str(told)[:80]}", kind="file", name=str(path)
    )


def _picture(told: Any, path: Path) -> _Picture:
    ref = told.get("coco_url") if isinstance(told, dict) else None
    name = ref if isinstance(ref, str) and ref.startswith("s3://") else str(_need(told, "file_name", path))
    size = Size(_whole(told, "width", path), _whole(told, "height", path))
    return _Picture(name, size, str(told.get("date_captured") or ""))


def _add_box(told: dict[str, Any], pictures: dict[Any, _Picture], names: dict[int, str], path: Path) -> None:
    picture = pictures.get(_plain(told.get("image_id")))
    category = _plain(told.get("category_id"))
    box = told["bbox"]
    if picture is None or category not in names:
        raise Wrong(
            f"{path} has a box of image {told.get('image_id')} and category {category}; one is not there.",
            kind="file",
            name=str(path),
        )
    if (
        not isinstance(box, list)
        or len(box) != 4
        or not all(is_number(side) and abs(side) < 1e9 for side in box)
    ):
        raise Wrong(
            f"{path} has a bbox that is not four numbers: {str(box)[:80]}", kind="file", name=str(path)
        )
    picture.boxes.extend([float(category), *map(float, box)])


def _boxes(picture: _Picture, names: dict[int, str]) -> tuple[tuple[str, Any], ...]:
    flat = picture.boxes
    found = []
    for at in range(0, len(flat), 5):
        category, left, top, width, height = flat[at : at + 5]
        box = inside((left, top, left + width, top + height), picture.size)
        if box is not None:
            found.append((names[int(category)], box))
    return tuple(found)


def _stamp(when: str) -> Stamp | None:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y/%m/%d"):
        with suppress(ValueError):
            return Stamp(datetime.strptime(when, form).replace(tzinfo=UTC), JOB)
    return None


def _image(item: Item, number: int, when: datetime) -> dict[str, Any]:
    if item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    captured = (item.stamp.moment if item.stamp else when).strftime("%Y-%m-%d %H:%M:%S")
    told = {"id": number, "file_name": item.name, "width": item.size.width, "height": item.size.height}
    return {**told, "date_captured": captured}


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
