"""FiftyOne's two exports of pictures: its own dataset (`samples.json`), and detections (`labels.json`).

    samples.json    FiftyOneDataset: a sample a picture, each field of it a kind of label
    labels.json     FiftyOneImageDetectionDataset: boxes by the picture's name without its ending

Boxes are shares of the picture. Of several fields `ground_truth` is taken, or the only one that holds labels.
Detections are boxes; of one with a mask, and of a polyline, the box around it is kept, which is noted, unless
masks are drawn. A mask that lies in a file of its own (`mask_path`) is not read.
Classifications are labels of the whole picture. Tags of samples say where they belong, and not what they
show: they are no labels.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from vedette.errors import Wrong
from vedette.exchange.box_masks import BoxMaskShape
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import list_of, numbers_of, object_of, open_json, refuse, size_under, text_of
from vedette.exchange.json_stream import JsonStreamReader
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.shapes import LineShape, SegmentationShape, Shape
from vedette.exchange.turned_boxes import Edges, around
from vedette.file_access import create_text, open_text
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box
from vedette.vision.files import pictures_in

SAMPLES, LABELS, PICTURES = "samples.json", "labels.json", "data"
GROUND_TRUTH = "ground_truth"
KINDS = ("Classification", "Classifications", "Detection", "Detections", "Polyline", "Polylines")
# What FiftyOne can draw on a picture, and no dialect can learn.
OTHERS = (
    "Keypoint",
    "Keypoints",
    "Segmentation",
    "Heatmap",
    "Regression",
    "GeoLocation",
    "TemporalDetections",
)

FindSize = Callable[[str], Size]


def read_fiftyone(
    folder: Path,
    size_of_picture: FindSize,
    notes: PieceNotes = STRICT,
    pictures: Iterable[str] | None = None,
) -> Iterator[Item]:
    """Yield the pictures of either export; a file stands for its folder.

    `pictures` are the names that there are, where they do not lie in the folder.
    """
    root = folder if folder.is_dir() else folder.parent
    samples, labels = root / SAMPLES, root / LABELS
    if samples.is_file():
        yield from _read_samples(samples, size_of_picture, notes)
    elif labels.is_file():
        if pictures is None:
            pictures = (path.relative_to(root).as_posix() for path in pictures_in(root))
        yield from _read_labels(labels, _by_stem(pictures), size_of_picture, notes)
    else:
        raise Wrong(f"{root} has neither {SAMPLES} nor {LABELS}; is it an export of FiftyOne?", kind="file")


def write_fiftyone(items: Iterable[Item], folder: Path) -> int:
    """Write the boxes as a FiftyOneImageDetectionDataset; return how many. The classes stand at the end."""
    numbers: dict[str, int] = {}
    owners: dict[str, str] = {}
    count = 0
    with create_text(folder / LABELS) as out:
        out.write('{"labels": {')
        for item in items:
            name = PurePosixPath(item.name).stem
            if name in owners:
                raise _taken(owners[name], item.name, name)
            boxes = [
                {
                    "label": numbers.setdefault(label, len(numbers)),
                    "bounding_box": [box.left, box.top, box.width, box.height],
                }
                for label, box in item.boxes or ()
            ]
            entry = f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(boxes, ensure_ascii=False)}"
            out.write(f"{',' if owners else ''}\n{entry}")
            owners[name] = item.name
            count += len(boxes)
        out.write(f'\n}}, "classes": {json.dumps(list(numbers), ensure_ascii=False)}}}\n')
    return count


def _taken(other: str, own: str, name: str) -> Wrong:
    if other == own:
        return Wrong(f"{own} has two lines; {LABELS} knows a picture once.", kind="file")
    return Wrong(f"{other} and {own} would both be {name} in {LABELS}; rename one.", kind="file")


def _by_stem(pictures: Iterable[str]) -> dict[str, str]:
    """Return names by their last part without its ending; one that two have is nobody's."""
    names: dict[str, str] = {}
    for name in pictures:
        stem = PurePosixPath(name).stem
        names[stem] = "" if stem in names else name
    return names


def _read_labels(
    file: Path, pictures: dict[str, str], size_of_picture: FindSize, notes: PieceNotes
) -> Iterator[Item]:
    document = open_json(file)
    classes = list_of(document, "classes", str(file))
    for key, entries in object_of(document, "labels", str(file)).items():
        with noting(notes, str(file)):
            name = pictures.get(PurePosixPath(key).name) or pictures.get(PurePosixPath(key).stem)
            if not name:
                refuse(f"{file}, {key},", "has no picture, or several, of that name in its folder.")
            boxes = [
                _box(entry, _class(entry, classes, name), name, notes)
                for entry in list_of({"boxes": entries}, "boxes", name)
            ]
            yield Item(name, (), tuple(boxes), size_of_picture(name))


def _class(entry: Any, classes: list[Any], place: str) -> str:
    label = entry.get("label") if isinstance(entry, dict) else None
    if type(label) is int:
        if not 0 <= label < len(classes):
            refuse(place, f"has the label number {label}, and there are {len(classes)} classes.")
        label = classes[label]
    return text_of({"label": label}, "label", place)


def _read_samples(file: Path, size_of_picture: FindSize, notes: PieceNotes) -> Iterator[Item]:
    field = ""
    with open_text(file, "utf-8-sig") as stream:
        for key, sample in JsonStreamReader(stream, str(file)).members():
            if key != "samples":
                continue
            with noting(notes, str(file)):
                field = _field(sample, field, str(file))
                yield _read_sample(sample, field, size_of_picture, notes)


def _field(sample: Any, previous: str, place: str) -> str:
    """Return the field that holds the labels; all samples have the same."""
    fields: dict[str, Any] = {
        key: value["_cls"]
        for key, value in (dict[str, Any](sample).items() if isinstance(sample, dict) else ())
        if isinstance(value, dict) and value.get("_cls") in (*KINDS, *OTHERS)
    }
    if previous in fields or not fields:
        return previous
    if GROUND_TRUTH in fields:
        return GROUND_TRUTH
    if len(fields) > 1 or previous:
        names = ", ".join(sorted({*fields, *([previous] if previous else [])}))
        refuse(place, f"has labels in several fields ({names}); export it with the one that counts.")
    return next(iter(fields))


def _read_sample(sample: Any, field: str, size_of_picture: FindSize, notes: PieceNotes) -> Item:
    name = text_of(sample, "filepath", "a sample")
    value = object_of(sample, field, name)
    metadata = object_of(sample, "metadata", name)
    size = size_under(metadata, "width", "height", name) if "width" in metadata else size_of_picture(name)
    kind = str(value.get("_cls", ""))
    if kind in OTHERS:
        refuse(name, f"has {kind} as {field}, which becomes no label.")
    entries = [value] if value and not kind.endswith("s") else list_of(value, kind.lower(), name)
    if kind.startswith("Classification"):
        labels = [text_of(entry, "label", name) for entry in entries]
        return Item(name, tuple(dict.fromkeys(labels)), None, size)
    boxes: list[tuple[str, Box]] = []
    shapes: list[Shape | None] = []
    for entry in entries:
        with noting(notes, name):
            boxes.append(_box(entry, text_of(entry, "label", name), name, notes))
            shapes.append(_shape(entry, size))
    # Without a value nobody has looked at the picture; where all was refused, nobody said that it is empty.
    is_known = bool(boxes) or bool(value and not entries)
    return Item(name, (), tuple(boxes) if is_known else None, size, shapes=tuple(shapes))


def _shape(entry: dict[str, Any], size: Size) -> Shape | None:
    """Return what an entry is beside its box, whose numbers are known to be good."""
    if "bounding_box" not in entry:
        return _outline(entry, size)
    if not entry.get("mask"):
        return None
    left, top, width, height = entry["bounding_box"]
    edges = (left * size.width, top * size.height, (left + width) * size.width, (top + height) * size.height)
    return BoxMaskShape(edges, entry["mask"])


def _outline(entry: dict[str, Any], size: Size) -> Shape:
    """Return what lies in the lines of an entry, whose points are known to be good."""
    if not (entry.get("closed") or entry.get("filled")):
        return LineShape()
    rings = [[pair for point in ring for pair in (point[0] * size.width, point[1] * size.height)]
             for ring in entry["points"]]  # fmt: skip
    return SegmentationShape(rings)


def _box(entry: dict[str, Any], label: str, name: str, notes: PieceNotes) -> tuple[str, Box]:
    left, top, right, bottom = _edges(entry, label, name, notes)
    box = inside((left, top, right, bottom), Size(1, 1))
    if box is None:
        refuse(name, f"has a box of {label} that is not on its picture.")
    return label, box


def _edges(entry: dict[str, Any], label: str, name: str, notes: PieceNotes) -> Edges:
    if "bounding_box" in entry:
        left, top, width, height = numbers_of(entry["bounding_box"], 4, "bounding_box", name)
        if entry.get("mask"):
            notes.bound(name, f"{name} has a mask of {label} of which the box is kept.")
        elif entry.get("mask_path"):
            notes.change(name, f"{name} has the mask of {label} in a file of its own: the box is kept.")
        return left, top, left + width, top + height
    rings = list_of(entry, "points", name)
    points = [
        numbers_of(pair, 2, "polyline", name) for ring in rings for pair in list_of({"r": ring}, "r", name)
    ]
    if not points:
        refuse(name, f"has an object of {label} without a box or points.")
    notes.bound(name, f"{name} has a polyline of {label} that becomes the box around it.")
    return around([(x, y) for x, y in points])
