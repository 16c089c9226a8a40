"""Roboflow's exports: a file of labels in each of `train`, `valid` and `test`, beside its pictures.

    _annotations.csv         a row a box: filename,width,height,class,xmin,ymin,xmax,ymax (pixels)
    _classes.csv             a row a picture and a column a class, 1 where it has that
    _annotations.coco.json   COCO, read as such

A folder that holds one of these is read by itself as well. `_annotations.csv` has no row for a picture
without boxes, whether somebody looked at it or not: it counts as one that nobody looked at. Its other exports
(YOLO, Pascal VOC, folders of classes) are read by those formats, splits and all.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange import coco
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import FARTHEST, MOST_BYTES, refuse
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.file_access import create_text, open_text, size_of
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box
from vedette.vision.files import pictures_in

BOXES, CLASSES, COCO = "_annotations.csv", "_classes.csv", "_annotations.coco.json"
HEADER = ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"]


@dataclass(slots=True)
class _Boxed:
    """A picture of `_annotations.csv` so far."""

    size: Size
    boxes: list[tuple[str, Box]] = field(default_factory=list)


def read_roboflow(source: Path, notes: PieceNotes = STRICT, *, with_rest: bool = True) -> Iterator[Item]:
    """Yield the pictures of every file of labels; a file stands for itself.

    `with_rest` adds the pictures that lie there and have no row.
    """
    root = source if source.is_dir() else source.parent
    files = [source] if source.is_file() else sorted(
        path for name in (BOXES, CLASSES, COCO) for path in root.rglob(name) if path.is_file()
    )  # fmt: skip
    if not files:
        raise Wrong(
            f"{source} has no {BOXES}, {CLASSES} or {COCO}; is it an export of Roboflow?",
            kind="file",
            name=str(source),
        )
    for folder in sorted({file.parent for file in files}):
        way = folder.relative_to(root)
        items = _merged([file for file in files if file.parent == folder], notes)
        for item in items.values():
            yield item if "://" in item.name else replace(item, name=(way / item.name).as_posix())
        for picture in pictures_in(folder) if with_rest else ():
            if picture.parent == folder and picture.name not in items:
                yield Item((way / picture.name).as_posix())


def write_roboflow(items: Iterable[Item], folder: Path) -> int:
    """Write `_annotations.csv` where there are boxes, and `_classes.csv` where there are labels.

    Return how many boxes were written.
    """
    count, is_plain = 0, True
    classes: dict[str, None] = {}
    rows: list[tuple[str, tuple[str, ...]]] = []
    with create_text(folder / BOXES) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        for item in items:
            labels = tuple(dict.fromkeys(item.labels))
            classes |= dict.fromkeys(labels)
            rows.append((item.name, labels))
            is_plain = is_plain and item.boxes is None
            writer.writerows(_rows(item))
            count += len(item.boxes or ())
    if is_plain:
        (folder / BOXES).unlink()
    if classes or is_plain:
        _write_classes(folder / CLASSES, list(classes), rows)
    return count


def _rows(item: Item) -> Iterator[list[str]]:
    if not item.boxes:
        return
    if item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    wide, high = item.size.width, item.size.height
    for label, box in item.boxes:
        left, top = box.left * wide, box.top * high
        edges = (left, top, left + box.width * wide, top + box.height * high)
        yield [item.name, str(wide), str(high), label, *(f"{round(edge, 4):.10g}" for edge in edges)]


def _write_classes(path: Path, classes: list[str], rows: list[tuple[str, tuple[str, ...]]]) -> None:
    numbers = {name: number for number, name in enumerate(classes)}
    with create_text(path) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["filename", *classes])
        for name, labels in rows:
            cells = ["0"] * len(classes)
            for label in labels:
                cells[numbers[label]] = "1"
            writer.writerow([name, *cells])


def _merged(files: list[Path], notes: PieceNotes) -> dict[str, Item]:
    """Return the pictures of one folder by name: boxes of one file, labels of another."""
    items: dict[str, Item] = {}
    for file in files:
        for item in _items_of(file, notes):
            other = items.get(item.name)
            if other is None:
                items[item.name] = item
            elif file.name == CLASSES and not other.labels:
                items[item.name] = replace(other, labels=item.labels)
            else:
                notes.refuse(str(file), f"{file} has {item.name}, which another file there has too.")
    return items


def _items_of(file: Path, notes: PieceNotes) -> Iterator[Item]:
    if file.name.endswith(".json"):
        return coco.read_coco(file, notes)
    header = next(_cells(file), (0, list[str]()))[1]
    if header[: len(HEADER)] == HEADER:
        return _boxed(file, notes)
    if header[:1] == HEADER[:1] and (file.name == CLASSES or len(header) > 1) and file.name != BOXES:
        return _classed(file, header[1:], notes)
    return refuse(
        str(file), f"does not begin with the names of its columns: {','.join(HEADER)}, or filename,CLASS,…."
    )


def _boxed(file: Path, notes: PieceNotes) -> Iterator[Item]:
    pictures: dict[str, _Boxed] = {}
    for number, cells in _cells(file):
        place = f"{file}, row {number},"
        if number == 1:
            continue
        with noting(notes, place):
            if len(cells) < len(HEADER) or not (cells[0] and cells[3]):
                refuse(place, f"has no {', '.join(HEADER)}.")
            sides = [_number(cells[column], HEADER[column], place) for column in (1, 2)]
            if any(side < 1 or side != int(side) for side in sides):
                refuse(place, "has no width and height of its picture.")
            size = Size(int(sides[0]), int(sides[1]))
            picture = pictures.get(cells[0], _Boxed(size))
            if picture.size != size:
                first = f"{picture.size.width} x {picture.size.height}"
                refuse(
                    place, f"says that {cells[0]} is of {size.width} x {size.height} pixels, after {first}."
                )
            left, top, right, bottom = (_number(cells[at], HEADER[at], place) for at in range(4, 8))
            box = inside((left, top, right, bottom), size)
            if box is None:
                refuse(place, f"has a box of {cells[3]} that is not on its picture.")
            picture.boxes.append((cells[3], box))
            # Not before: a picture whose only row is refused is none in which nothing was found.
            pictures[cells[0]] = picture
    for name, picture in pictures.items():
        yield Item(name, (), tuple(picture.boxes), picture.size)


def _classed(file: Path, classes: list[str], notes: PieceNotes) -> Iterator[Item]:
    if "" in classes or len(set(classes)) < len(classes):
        refuse(str(file), "has a column without a name, or two of one name.")
    names: set[str] = set()
    for number, cells in _cells(file):
        place = f"{file}, row {number},"
        if number == 1:
            continue
        with noting(notes, place):
            if len(cells) != len(classes) + 1 or not cells[0] or not {*cells[1:]} <= {"0", "1"}:
                refuse(place, f"is not a picture and {len(classes)} cells that are 0 or 1.")
            if cells[0] in names:
                refuse(place, f"has {cells[0]} once more.")
            names.add(cells[0])
            yield Item(
                cells[0], tuple(name for name, cell in zip(classes, cells[1:], strict=True) if cell == "1")
            )


def _cells(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, with their numbers."""
    if size_of(file) > MOST_BYTES:
        refuse(str(file), f"has more than {MOST_BYTES:,} bytes.")
    try:
        with open_text(file, "utf-8-sig", "") as stream:
            for number, row in enumerate(csv.reader(stream), start=1):
                cells = [cell.strip() for cell in row]
                if any("\0" in cell for cell in cells):
                    refuse(str(file), f"is no CSV: row {number} has a character that no text has.")
                if any(cells):
                    yield number, cells
    except (csv.Error, UnicodeDecodeError) as fault:
        refuse(str(file), f"is no CSV in UTF-8: {fault}.")


def _number(text: str, key: str, place: str) -> float:
    try:
        value = float(text) if len(text) < 40 else FARTHEST
    except ValueError:
        value = FARTHEST
    if not abs(value) < FARTHEST:
        refuse(place, f"has no number as {key}.")
    return value
