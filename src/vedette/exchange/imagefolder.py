"""Hugging Face's imagefolder: pictures, and `metadata.jsonl` beside them with a line a picture.

`file_name` is the picture below the metadata's folder; `label` a text, or `labels` a list of texts.
`objects` is an object with the lists `bbox` (left, top, width, height in pixels) and `categories` (texts).
Without metadata the folders of pictures are their labels, after `train`, `validation` and `test`. Numbers
for labels say nothing without the dataset's own list of names, and are refused.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import list_of, numbers_of, object_of, refuse, text_of
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.file_access import create_text, open_file
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box
from vedette.vision.files import pictures_in

METADATA = "metadata.jsonl"
SPLITS = frozenset({"train", "training", "validation", "valid", "val", "dev", "test", "testing", "eval"})
MOST_LINE = 1 << 24


def read_imagefolder(
    folder: Path, size_of_picture: Callable[[str], Size], notes: PieceNotes = STRICT
) -> Iterator[Item]:
    """Yield the pictures below the folder."""
    if not folder.is_dir():
        raise Wrong(f"There is no folder {folder}.", kind="folder", name=str(folder))
    files = sorted(folder.rglob(METADATA))
    for file in files:
        with open_file(file) as lines:
            for number, line in enumerate(_bounded_lines(lines), start=1):
                place = f"{file}, line {number},"
                with noting(notes, place):
                    yield _read_line(line, file.parent.relative_to(folder), place, size_of_picture)
    if not files:
        for picture in pictures_in(folder):
            name = picture.relative_to(folder)
            parts = [part for part in name.parts[:-1] if part.casefold() not in SPLITS]
            yield Item(name.as_posix(), tuple(parts[:1]))


def _bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines; of one that is too long its beginning, which is too long as well."""
    while line := stream.readline(MOST_LINE + 1):
        yield line
        while len(line) > MOST_LINE and not line.endswith(b"\n"):
            line = stream.readline(MOST_LINE + 1)


def write_imagefolder(items: Iterable[Item], folder: Path) -> int:
    """Write the metadata; return how many boxes."""
    count = 0
    folder.mkdir(parents=True, exist_ok=True)
    with create_text(folder / METADATA) as out:
        for item in items:
            line: dict[str, Any] = {"file_name": item.name, "labels": list(item.labels)}
            if item.boxes is not None:
                line["objects"] = _objects(item)
                count += len(item.boxes)
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return count


def _objects(item: Item) -> dict[str, Any]:
    if item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    wide, high = item.size.width, item.size.height
    boxes = [
        [round(side, 4) for side in (box.left * wide, box.top * high, box.width * wide, box.height * high)]
        for _, box in item.boxes or ()
    ]
    return {"bbox": boxes, "categories": [label for label, _ in item.boxes or ()]}


def _read_line(line: bytes, below: Path, place: str, size_of_picture: Callable[[str], Size]) -> Item:
    if len(line) > MOST_LINE:
        refuse(place, f"has more than {MOST_LINE:,} bytes.")
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        refuse(place, f"is no JSON: {error}.")
    name = (below / text_of(entry, "file_name", place)).as_posix()
    label = entry.get("label")
    labels = [] if label is None else [label]
    labels += list_of(entry, "labels", place)
    if not all(isinstance(text, str) and text.strip() for text in labels):
        refuse(place, "has a label that is no text; write the names of the labels instead of their numbers.")
    if "objects" not in entry:
        return Item(name, tuple(dict.fromkeys(labels)))
    size = size_of_picture(name)
    boxes = tuple(_boxes(object_of(entry, "objects", place), size, place))
    return Item(name, tuple(dict.fromkeys(labels)), boxes, size)


def _boxes(objects: dict[str, Any], size: Size, place: str) -> Iterator[tuple[str, Box]]:
    boxes = list_of(objects, "bbox", place)
    labels = next((list_of(objects, key, place) for key in ("categories", "category") if key in objects), [])
    if len(labels) != len(boxes) or not all(isinstance(label, str) and label.strip() for label in labels):
        refuse(place, "has objects without a text in categories for each box.")
    for label, entry in zip(labels, boxes, strict=True):
        left, top, width, height = numbers_of(entry, 4, "bbox", place)
        box = inside((left, top, left + width, top + height), size)
        if box is None:
            refuse(place, f"has a box of {label} that is not on its picture.")
        yield label, box
