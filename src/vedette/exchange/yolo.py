"""YOLO: a text file a picture with class and box in shares, and the class names in data.yaml or classes.txt.

Only `names` is taken from data.yaml, in the two forms in which tools write it, so no YAML library is needed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.items import Item, size_of
from vedette.exchange.json_files import FARTHEST
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.places import TargetFolder
from vedette.exchange.regions import Ring
from vedette.exchange.shapes import PolygonShape, Shape
from vedette.file_access import open_text, write_file
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box
from vedette.vision.files import pictures_in

_LIST = re.compile(r"^names\s*:\s*\[(.*?)\]", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^names\s*:\s*\n((?:[ \t]*(?:-|\d+\s*:).*\n?)+)", re.MULTILINE)


def read_yolo(folder: Path) -> Iterator[Item]:
    """Yield every picture below the folder; one without a label file has not been looked at.

    A label file lies beside its picture, or in `labels` where the picture is in `images`.
    """
    pictures = (picture.relative_to(folder).as_posix() for picture in pictures_in(folder))
    return read_yolo_labels(folder, pictures, lambda name: size_of(folder / name))


def read_yolo_labels(
    folder: Path,
    pictures: Iterable[str],
    find_size: Callable[[str], Size | None],
    notes: PieceNotes = STRICT,
) -> Iterator[Item]:
    """Yield pictures that lie elsewhere, by their names, with the labels that files below the folder tell."""
    names = read_names(folder)
    for name in pictures:
        label_file = _label_file(folder / name, folder)
        with noting(notes, name if label_file is None else str(label_file)):
            rows = None if label_file is None else list(_read_boxes(label_file, names))
            size = find_size(name)
            shapes = tuple(_shape(shares, size) for _, _, shares in rows or ())
            boxes = None if rows is None else tuple((label, box) for label, box, _ in rows)
            yield Item(name, (), boxes, size, shapes=shapes)


def write_yolo(items: Iterable[Item], folder: Path, *, names: list[str], as_outlines: bool = False) -> int:
    """Write labels/, data.yaml and return how many boxes; pictures belong into images/.

    As outlines, boxes are such with four corners: tools that meet both take all for boxes.
    """
    labels = folder / "labels"
    labels.mkdir(parents=True, exist_ok=True)
    target = TargetFolder(labels)
    numbers = {name: number for number, name in enumerate(names)}
    count = 0
    for item in items:
        if item.boxes is None:
            continue
        make = _outline_rows if as_outlines else _rows
        rows = make(item, numbers)
        path = target.place(item.name, ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, "".join(rows))
        count += len(rows)
    listing = "".join(f"\n  {number}: '{_escape(name)}'" for number, name in enumerate(names)) or " []"
    write_file(folder / "data.yaml", f"path: .\ntrain: images\nval: images\nnames:{listing}\n")
    return count


def read_names(folder: Path) -> list[str]:
    """Return the class names in the order of their numbers."""
    for name in ("data.yaml", "data.yml", "dataset.yaml"):
        if (folder / name).is_file():
            return _names_of(folder / name)
    for name in ("classes.txt", "obj.names"):
        if (folder / name).is_file():
            return [line.strip() for line in _text(folder / name).splitlines() if line.strip()]
    raise Wrong(f"{folder} has neither data.yaml nor classes.txt, which name the classes.", kind="folder")


def _names_of(file: Path) -> list[str]:
    text = _text(file)
    if match := _LIST.search(text):
        names = [part.strip() for part in match[1].split(",")]
    elif match := _BLOCK.search(text):
        names = [
            re.sub(r"^\s*(?:-|\d+\s*:)\s*", "", row).strip() for row in match[1].splitlines() if row.strip()
        ]
    else:
        raise Wrong(f"{file} has no names.", kind="file", name=str(file))
    return [_unquoted(name) for name in names if name]


def _unquoted(name: str) -> str:
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        return name[1:-1].replace("''", "'")
    return name


def _escape(name: str) -> str:
    return name.replace("'", "''")


def _label_file(picture: Path, folder: Path) -> Path | None:
    parts = list(picture.relative_to(folder).parts)
    swapped = ["labels" if part == "images" else part for part in parts]
    for place in (folder.joinpath(*swapped).with_suffix(".txt"), picture.with_suffix(".txt")):
        if place.is_file():
            return place
    return None


def _read_boxes(file: Path, names: list[str]) -> Iterator[tuple[str, Box, list[float]]]:
    for number, row in enumerate(_text(file).splitlines(), start=1):
        if not row.strip():
            continue
        try:
            category, *shares = map(_number, row.split())
            yield names[_index(category)], _box(shares), shares
        except (ValueError, IndexError, OverflowError):
            raise Wrong(
                f"{file}, line {number}: not a class of {len(names)} and a box in shares: {row[:60]!r}",
                kind="file",
                name=str(file),
            ) from None


def _text(file: Path) -> str:
    try:
        with open_text(file, "utf-8-sig") as stream:
            return stream.read()
    except UnicodeDecodeError:
        raise Wrong(f"{file} is not UTF-8.", kind="file", name=str(file)) from None


def _number(text: str) -> float:
    number = float(text)
    if not abs(number) < FARTHEST:
        raise ValueError(text)
    return number


def _index(category: float) -> int:
    if category < 0 or category != int(category):
        raise ValueError(category)
    return int(category)


def _box(shares: list[float]) -> Box:
    """Return the box, or the box around a polygon, cut to the picture."""
    if len(shares) == 4:
        x, y, wide, high = shares
        edges = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    elif len(shares) >= 6 and len(shares) % 2 == 0:
        edges = (min(shares[::2]), min(shares[1::2]), max(shares[::2]), max(shares[1::2]))
    else:
        raise ValueError(shares)
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in edges)
    return Box(left, top, right - left, bottom - top)


def _shape(shares: list[float], size: Size | None) -> Shape | None:
    """Return the polygon of a row; nothing for a box."""
    if len(shares) == 4 or size is None:
        return None
    xs, ys = ([share * side for share in part] for part, side in (
        (shares[::2], size.width), (shares[1::2], size.height)
    ))  # fmt: skip
    return PolygonShape(list(zip(xs, ys, strict=True)))


def _rows(item: Item, numbers: dict[str, int]) -> list[str]:
    return [_row(numbers[name], box) for name, box in item.boxes or ()]


def _outline_rows(item: Item, numbers: dict[str, int]) -> list[str]:
    rows, shapes = [], item.shapes or (None,) * len(item.boxes or ())
    for (name, box), shape in zip(item.boxes or (), shapes, strict=True):
        left, top, right, bottom = box.left, box.top, box.left + box.width, box.top + box.height
        corners: Ring = [(left, top), (right, top), (right, bottom), (left, bottom)]
        if isinstance(shape, PolygonShape) and item.size is not None:
            corners = [(x / item.size.width, y / item.size.height) for x, y in shape.outline]
        rows.append(f"{numbers[name]} {' '.join(f'{x:.9f} {y:.9f}' for x, y in corners)}\n")
    return rows


def _row(number: int, box: Box) -> str:
    x, y = box.left + box.width / 2, box.top + box.height / 2
    return f"{number} {x:.9f} {y:.9f} {box.width:.9f} {box.height:.9f}\n"
