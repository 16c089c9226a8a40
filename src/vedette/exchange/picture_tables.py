"""Parquet files of pictures with their labels, as Hugging Face's datasets writes them: a row a picture.

    image     a struct of `bytes` and `path`, or the bytes alone
    label     `label` or `labels`: a text, a number of a ClassLabel, or a list of them; -1 is no label
    objects   `bbox` (left, top, width, height in pixels), `category`: a struct of lists, or a list of structs

What numbers mean stands in the file's metadata under `huggingface`; without it they say nothing and are
refused. A file is read by its row groups, some rows at a time, whatever its size; pictures are put into a
folder as they come. Pictures that only a path names are not in the file, and are refused.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.json_files import numbers_of, refuse
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.places import UniqueNames, local_name
from vedette.manifest.detection import Size
from vedette.vision.annotations import ANOMALY, NORMAL, Box
from vedette.vision.files import BOMB, DAMAGE, open_head

ENDING = ".parquet"
IMAGE, LABEL, OBJECTS = ("image", "img", "picture"), ("labels", "label"), "objects"
CATEGORIES = ("category", "categories", "label", "labels")
# Rows that are in memory at once; each holds a picture.
ROWS = 16
# A row group is read by its pages, and a writer that is told nothing puts 1,024 pictures into one of them.
MOST_GROUP = 8 * 1024**3
MOST_PICTURE = 256 * 1024**2
MOST_METADATA, MOST_PARTS = 256 * 1024**2, 10_000_000
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "BMP": ".bmp", "TIFF": ".tif", "GIF": ".gif"}

# Takes a picture's name and its bytes.
PutPicture = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Which columns say what, and the names of numbers by column and by category of objects."""

    image: str
    labels: str
    has_objects: bool
    label_names: Sequence[str]
    categories: Sequence[str]
    others: tuple[str, ...]


def read_picture_tables(
    source: Path, put: PutPicture | None, notes: PieceNotes = STRICT, *, anomalies: bool = False
) -> Iterator[Item]:
    """Yield the rows of a file, or of all below a folder, and put each picture where it belongs."""
    files = sorted(source.rglob(f"*{ENDING}")) if source.is_dir() else [source]
    if not files:
        raise Wrong(f"There is no {ENDING} file below {source}.", kind="folder", name=str(source))
    names = UniqueNames(ignore_case=True)
    for file in files:
        way = f"{local_name(file.stem)}/" if len(files) > 1 else ""
        for number, row, columns in _rows(file, notes):
            place = f"{file}, row {number},"
            with noting(notes, place):
                body, path = _picture(row.get(columns.image), place)
                size, suffix = _head(body, place)
                preferred = local_name(path) if path else f"{number:06}{suffix}"
                name = names.of(place, f"{way}{preferred}")
                item = _item(row, columns, name, size, place)
                if put is not None:
                    put(name, body)
                yield _as_class(item, place, notes) if anomalies else item


def write_picture_table(rows: Iterable[tuple[Item, bytes]], path: Path, names: Sequence[str]) -> int:
    """Write a row a picture, which appear whole or not at all; return how many boxes.

    `names` are all labels, of pictures and of boxes.
    """
    import pyarrow as pa
    from pyarrow import parquet

    numbers, count = {name: number for number, name in enumerate(names)}, 0
    schema = _schema(names)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file, parquet.ParquetWriter(file, schema, compression="snappy") as writer:
            group: list[dict[str, Any]] = []
            for item, body in rows:
                group.append(_row(item, body, numbers))
                count += len(item.boxes or ())
                if len(group) == ROWS:
                    writer.write_batch(pa.RecordBatch.from_pylist(group, schema=schema))
                    group = []
            writer.write_batch(pa.RecordBatch.from_pylist(group, schema=schema))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _row(item: Item, body: bytes, numbers: Mapping[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "image": {"bytes": body, "path": item.name},
        "labels": [numbers[label] for label in dict.fromkeys(item.labels)],
        "objects": None,
    }
    if item.boxes is not None:
        assert item.size is not None
        wide, high = item.size.width, item.size.height
        sides = [
            (box.left * wide, box.top * high, box.width * wide, box.height * high) for _, box in item.boxes
        ]
        boxes = [[round(side, 4) for side in four] for four in sides]
        row["objects"] = {"bbox": boxes, "category": [numbers[label] for label, _ in item.boxes]}
    return row


def _schema(names: Sequence[str]) -> Any:
    import pyarrow as pa

    of_names = {"names": list(names), "_type": "ClassLabel"}
    box = {"feature": {"dtype": "float64", "_type": "Value"}, "length": 4, "_type": "Sequence"}
    features = {
        "image": {"_type": "Image"},
        "labels": {"feature": of_names, "_type": "Sequence"},
        "objects": {
            "bbox": {"feature": box, "_type": "Sequence"},
            "category": {"feature": of_names, "_type": "Sequence"},
        },
    }
    objects = [("bbox", pa.list_(pa.list_(pa.float64(), 4))), ("category", pa.list_(pa.int64()))]
    columns = [
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("labels", pa.list_(pa.int64())),
        ("objects", pa.struct(objects)),
    ]
    return pa.schema(columns, metadata={"huggingface": json.dumps({"info": {"features": features}})})


def _rows(file: Path, notes: PieceNotes) -> Iterator[tuple[int, dict[str, Any], TableColumns]]:
    """Yield the rows with their numbers, from 1 on, a few at a time."""
    import pyarrow as pa
    from pyarrow import parquet

    count = 0
    try:
        with parquet.ParquetFile(
            file, pre_buffer=False, buffer_size=1 << 20, page_checksum_verification=True,
            thrift_string_size_limit=MOST_METADATA, thrift_container_size_limit=MOST_PARTS,
        ) as table:  # fmt: skip
            columns = _columns(table, str(file))
            if columns.others:
                listed = ", ".join(columns.others)
                notes.change(str(file), f"{file} has columns that become no label: {listed}.")
            needed_columns = [
                name for name in (columns.image, columns.labels, OBJECTS * columns.has_objects) if name
            ]
            for batch in table.iter_batches(batch_size=ROWS, columns=needed_columns):
                for row in batch.to_pylist():
                    count += 1
                    yield count, row, columns
            total = table.metadata.num_rows
    # Whatever Arrow raises for a file that is damaged, or packed in a way that it does not know.
    except (pa.ArrowException, OSError, OverflowError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        refuse(
            str(file),
            f"cannot be read as Parquet: {str(error).splitlines()[0][:200] if str(error) else error!r}.",
        )
    if count != total:
        refuse(str(file), f"says that it has {total:,} rows, and has {count:,}.")


def _columns(table: Any, place: str) -> TableColumns:
    schema, metadata = table.schema_arrow, table.metadata
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if group.total_byte_size > MOST_GROUP:
            refuse(
                place,
                f"has a row group of {group.total_byte_size:,} bytes, and at most {MOST_GROUP:,} are read; "
                "write it in groups of some hundred rows.",
            )
    features = _features(schema.metadata)
    pictures = [name for name in schema.names if _is_picture(schema.field(name).type, features.get(name))]
    image = next((name for name in IMAGE if name in pictures), pictures[0] if pictures else "")
    if not image:
        refuse(place, "has no column of pictures (a struct of bytes and path).")
    classes = [name for name in schema.names if _names(features.get(name))]
    labels = next((name for name in (*LABEL, *classes) if name in schema.names), "")
    has_objects = OBJECTS in schema.names
    others = tuple(name for name in schema.names if name not in (image, labels, OBJECTS))
    return TableColumns(
        image, labels, has_objects, _names(features.get(labels)), _categories(features), others
    )


def _features(metadata: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    try:
        described = json.loads((metadata or {}).get(b"huggingface", b"{}"))
    except (ValueError, RecursionError):
        return {}
    info = described.get("info") if isinstance(described, dict) else None
    features = info.get("features") if isinstance(info, dict) else None
    return features if isinstance(features, dict) else {}


def _is_picture(kind: Any, feature: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return bool(kind.get_field_index("bytes") >= 0 and kind.get_field_index("path") >= 0)
    is_bytes = bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
    return is_bytes or (isinstance(feature, dict) and feature.get("_type") == "Image")


def _names(feature: Any, level: int = 0) -> Sequence[str]:
    """Return the names of a ClassLabel, or of a list of them."""
    if isinstance(feature, list) and feature:
        return _names({"feature": feature[0]}, level)
    if not isinstance(feature, dict) or level > 2:
        return ()
    names = feature.get("names")
    if feature.get("_type") == "ClassLabel" and isinstance(names, list):
        return tuple(map(str, names))
    return _names(feature.get("feature"), level + 1)


def _categories(features: dict[str, Any]) -> Sequence[str]:
    objects = features.get(OBJECTS)
    if isinstance(objects, list) and objects:
        objects = objects[0]
    while isinstance(objects, dict) and isinstance(objects.get("feature"), dict):
        objects = objects["feature"]
    parts = objects if isinstance(objects, dict) else {}
    return next((names for key in CATEGORIES if (names := _names(parts.get(key)))), ())


def _picture(value: Any, place: str) -> tuple[bytes, str]:
    body, path = (value.get("bytes"), value.get("path")) if isinstance(value, dict) else (value, None)
    if not isinstance(body, bytes) or not body:
        origin = f", and names {str(path)[:100]}" if path else ""
        refuse(place, f"has no bytes of its picture{origin}; write the table with its pictures in it.")
    if len(body) > MOST_PICTURE:
        refuse(place, f"has a picture of {len(body):,} bytes.")
    return body, path if isinstance(path, str) else ""


def _head(body: bytes, place: str) -> tuple[Size, str]:
    try:
        with open_head(body) as image:
            size = Size(image.width, image.height, len(image.getbands()))
            return size, SUFFIXES[str(image.format)]
    except (*DAMAGE, *BOMB) as fault:
        refuse(place, f"has a picture that cannot be read: {fault}.")


def _item(row: dict[str, Any], columns: TableColumns, name: str, size: Size, place: str) -> Item:
    value = row.get(columns.labels) if columns.labels else None
    values = value if isinstance(value, list) else [value]
    labels = [
        _label(number, columns.label_names, place) for number in values if number is not None and number != -1
    ]
    objects = row.get(OBJECTS) if columns.has_objects else None
    boxes = None if objects is None else tuple(_boxes(objects, columns.categories, size, place))
    return Item(name, tuple(dict.fromkeys(labels)), boxes, size)


def _label(value: Any, names: Sequence[str], place: str) -> str:
    if isinstance(value, str) and value.strip() and "\0" not in value:
        return value
    if type(value) is int and 0 <= value < len(names) and names[value].strip():
        return names[value]
    if type(value) is int and not names:
        refuse(place, f"has the label number {value}, and the file does not say what its numbers mean.")
    return refuse(place, f"has the label {str(value)[:40]!r}, no text and none of its {len(names)} names.")


def _boxes(objects: Any, names: Sequence[str], size: Size, place: str) -> Iterator[tuple[str, Box]]:
    pairs: list[tuple[Any, Any]] = []
    if isinstance(objects, list):
        pairs = [(entry.get("bbox"), _category(entry)) for entry in objects if isinstance(entry, dict)]
    elif isinstance(objects, dict):
        boxes, categories = objects.get("bbox") or [], _category(objects) or []
        if not isinstance(categories, list) or len(boxes) != len(categories):
            refuse(place, "has objects without a category for each bbox.")
        pairs = list(zip(boxes, categories, strict=True))
    for entry, category in pairs:
        left, top, width, height = numbers_of(entry, 4, "bbox", place)
        label = _label(category, names, place)
        box = inside((left, top, left + width, top + height), size)
        if box is None:
            refuse(place, f"has a box of {label} that is not on its picture.")
        yield label, box


def _category(objects: dict[str, Any]) -> Any:
    return next((objects[key] for key in CATEGORIES if key in objects), None)


def _as_class(item: Item, place: str, notes: PieceNotes) -> Item:
    """Return the picture as normal or as an anomaly, by its label; a class has no boxes."""
    names = {label.casefold() for label in item.labels}
    if names - {NORMAL, ANOMALY} or len(names) > 1:
        refuse(place, f"has the labels {', '.join(item.labels)}, and not {NORMAL} or {ANOMALY}.")
    if item.boxes:
        notes.change(place, f"{place} has boxes, which are left out: pictures become normal or anomalies.")
    return Item(item.name, is_anomalous=ANOMALY in names if names else None)
