"""The formats by their names: what `vedette import` and the console offer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from vedette.errors import Wrong
from vedette.exchange import (
    anomaly_sets,
    coco,
    cvat,
    datumaro,
    fiftyone,
    folders,
    imagefolder,
    labelme,
    labelstudio,
    mask_files,
    picture_tables,
    roboflow,
    supervisely,
    tables,
    via,
    voc,
    yolo,
)
from vedette.exchange.cvat_video import frames_below
from vedette.exchange.groundtruth import convert_line
from vedette.exchange.items import Item, address, read_item, short_name, size_of, write_item
from vedette.exchange.pieces import STRICT, PieceNotes
from vedette.exchange.places import SourceFolder, TargetFolder, UnpackedPictures
from vedette.exchange.shape_masks import ShapeMasks
from vedette.exchange.unfinished import refuse_unfinished
from vedette.file_access import create_text, open_file
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.lines import BadLine, Line, change_line, read_lines

Format = Literal[
    "folder",
    "manifest",
    "coco",
    "voc",
    "yolo",
    "csv",
    "groundtruth",
    "labelstudio",
    "cvat",
    "labelme",
    "via",
    "datumaro",
    "imagefolder",
    "mvtec",
    "visa",
    "supervisely",
    "fiftyone",
    "roboflow",
    "masks",
]
IN: tuple[Format, ...] = get_args(Format)
# Formats that the command line reads and writes, and the console does not.
LocalFormat = Literal["parquet"]
LOCAL: tuple[LocalFormat, ...] = get_args(LocalFormat)
# Formats that are a folder, not a file.
IN_FOLDERS: frozenset[str] = frozenset(
    {"voc", "yolo", "labelme", "datumaro", "imagefolder", "supervisely", "fiftyone", "masks", "roboflow"}
)
OUT: tuple[Format, ...] = (
    "manifest",
    "coco",
    "voc",
    "yolo",
    "csv",
    "labelstudio",
    "cvat",
    "labelme",
    "via",
    "datumaro",
    "imagefolder",
    "supervisely",
    "fiftyone",
    "roboflow",
)


def read_format(
    name: Format | LocalFormat,
    source: Path,
    *,
    anomalies: bool = False,
    images: Path | None = None,
    notes: PieceNotes = STRICT,
) -> Iterator[Item]:
    """Yield the items of a file or folder in one of the formats that are not manifests.

    `images` is where the pictures lie, for formats that do not tell their sizes; where they go, for one that
    holds them.
    """
    if not source.exists():
        raise Wrong(f"There is no {source}.", kind="file", name=str(source))
    refuse_unfinished(source)
    sizes = _PictureSizes(images or (source if source.is_dir() else source.parent))
    readers: dict[str, Callable[[], Iterator[Item]]] = {
        "folder": lambda: folders.read_folder(source, anomalies=anomalies),
        "coco": lambda: coco.read_coco(source, notes),
        "voc": lambda: voc.read_voc(source),
        "yolo": lambda: yolo.read_yolo(source),
        "csv": lambda: tables.read_csv(source, anomalies=anomalies),
        "labelstudio": lambda: labelstudio.read_labelstudio(source, notes),
        "cvat": lambda: cvat.read_cvat(source, notes, frames_below(images or source.parent)),
        "labelme": lambda: labelme.read_labelme(source, notes),
        "via": lambda: via.read_via(source, sizes, notes),
        "datumaro": lambda: datumaro.read_datumaro(source, notes),
        "imagefolder": lambda: imagefolder.read_imagefolder(source, sizes, notes),
        "masks": lambda: mask_files.read_masks(source, notes, anomalies=anomalies),
        "parquet": lambda: picture_tables.read_picture_tables(
            source, UnpackedPictures(images) if images else None, notes, anomalies=anomalies
        ),
        "mvtec": lambda: anomaly_sets.read_mvtec(source, notes),
        "visa": lambda: anomaly_sets.read_visa(source, notes),
        "supervisely": lambda: supervisely.read_supervisely(source, notes),
        "fiftyone": lambda: fiftyone.read_fiftyone(source, sizes, notes),
        "roboflow": lambda: roboflow.read_roboflow(source, notes),
    }
    if name not in readers:
        raise Wrong(f"{name} is read line by line, not as items.")
    return readers[name]()


class _PictureSizes:
    """Looks up the sizes of pictures below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._find = folder, SourceFolder(folder)

    def __call__(self, name: str) -> Size:
        picture = self._find(name)
        if picture is None:
            raise Wrong(
                f"There is no picture {name} below {self._folder}, which would tell its size: "
                "give the folder of the pictures with --images.",
                kind="picture",
                name=name,
            )
        return size_of(picture)


def to_lines(  # noqa: PLR0913  (what the commands' options are)
    name: Format | LocalFormat,
    source: Path,
    *,
    stamp: Stamp,
    prefix: str = "",
    anomalies: bool = False,
    images: Path | None = None,
    notes: PieceNotes = STRICT,
    masks: ShapeMasks | None = None,
) -> Iterator[Line]:
    """Yield the manifest lines of any format; a manifest's own lines keep every key.

    `masks` draws the shapes of pictures, which would else be boxes.
    """
    if name in ("manifest", "groundtruth"):
        yield from _manifest_lines(source, prefix=prefix, notes=notes if name == "groundtruth" else None)
        return
    is_csv = name == "csv"
    if is_csv and anomalies:
        stamp = replace(stamp, job=tables.ANOMALY_JOB)
    items = read_format(name, source, anomalies=anomalies, images=images, notes=notes)
    for item in items if masks is None else masks.masked(items):
        yield write_item(item, prefix=prefix, stamp=stamp, job_of=tables.job_of if is_csv else None)


def _manifest_lines(source: Path, *, prefix: str, notes: PieceNotes | None) -> Iterator[Line]:
    if not source.is_file():
        raise Wrong(f"There is no {source}.", kind="file", name=str(source))
    refuse_unfinished(source)
    with open_file(source) as stream:
        for line in read_lines(stream):
            if isinstance(line, BadLine):
                raise Wrong(f"{source}: {line.sentence}", kind="file", name=str(source))
            converted = line if notes is None else convert_line(line, notes)
            if converted is not None:
                yield with_prefix(converted, prefix)


def with_prefix(line: Line, prefix: str) -> Line:
    """Return the line with its relative addresses put below the prefix, as customers' scripts do."""
    refs = {
        key: address(value, prefix)
        for key, value in line.values.items()
        if key.endswith("-ref") and isinstance(value, str)
    }
    return change_line(line, refs)


def write_manifest(lines: Iterable[Line], path: Path) -> int:
    """Write the lines; return how many."""
    count = 0
    with create_text(path) as stream:
        for line in lines:
            stream.write(line.text + "\n")
            count += 1
    return count


def from_lines(
    name: Format,
    lines: Iterable[Line],
    out: Path,
    *,
    written_at: datetime,
    prefix: str | None = "",
    images: Path | Mapping[str, Size] | None = None,
) -> int:
    """Write a manifest's lines in another format; return how many boxes, or rows, were written.

    `images` is the folder of the pictures, or their sizes by name, for sizes that the lines do not tell.
    Without a `prefix` (None) names stay whole. The lines are gone through several times.
    """
    if name == "manifest":
        return write_manifest(lines, out)
    find = SourceFolder(images) if isinstance(images, Path) else None
    sizes = images if isinstance(images, Mapping) else {}
    # Once for what is refused before anything is written, and once to write it.
    for _ in _named_apart(_sized(map(read_item, lines), sizes), prefix, find):
        pass
    items = _named_apart(_sized(map(read_item, lines), sizes), prefix, find)
    writers: dict[str, Callable[[], int]] = {
        "csv": lambda: tables.write_csv(items, out),
        "coco": lambda: coco.write_coco(items, out, written_at=written_at),
        "via": lambda: via.write_via(items, out),
        "labelstudio": lambda: labelstudio.write_labelstudio(items, out),
        "cvat": lambda: cvat.write_cvat(items, out),
        "yolo": lambda: yolo.write_yolo(items, out, names=_labels_of_boxes(lines)),
        "datumaro": lambda: datumaro.write_datumaro(items, out),
        "imagefolder": lambda: imagefolder.write_imagefolder(items, out),
        "supervisely": lambda: supervisely.write_supervisely(items, out),
        "fiftyone": lambda: fiftyone.write_fiftyone(items, out),
        "roboflow": lambda: roboflow.write_roboflow(items, out),
        "voc": lambda: _write_each(voc.write_voc, items, out),
        "labelme": lambda: _write_each(labelme.write_labelme, items, out),
    }
    if name in IN_FOLDERS:
        out.mkdir(parents=True, exist_ok=True)
    return writers[name]()


def _labels_of_boxes(lines: Iterable[Line]) -> list[str]:
    return sorted({label for item in map(read_item, lines) for label, _ in item.boxes or ()})


def _write_each(write: Callable[[Item, TargetFolder], Path], items: Iterable[Item], out: Path) -> int:
    """Write a file a picture; return how many boxes."""
    target, count = TargetFolder(out), 0
    for item in items:
        write(item, target)
        count += len(item.boxes or ())
    return count


def _sized(items: Iterable[Item], sizes: Mapping[str, Size]) -> Iterator[Item]:
    for item in items:
        yield item if item.size is not None else replace(item, size=sizes.get(item.name))


def _named_apart(items: Iterable[Item], prefix: str | None, find: SourceFolder | None) -> Iterator[Item]:
    """Yield items under their short names, which must be unique."""
    refs: dict[str, str] = {}
    for item in items:
        renamed = _named(item, prefix, find)
        other = refs.setdefault(renamed.name, item.name)
        if other != item.name:
            raise Wrong(
                f"{other} and {item.name} would both be called {renamed.name}; cut off only what both have "
                "in common (--cut), or write them with their pictures (--with-pictures).",
                kind="file",
            )
        yield renamed


def _named(item: Item, prefix: str | None, find: SourceFolder | None) -> Item:
    renamed = item if prefix is None else replace(item, name=short_name(item.name, prefix))
    classes = {label.casefold() for label in item.labels}
    if classes in ({"normal"}, {"anomaly"}):
        renamed = replace(renamed, is_anomalous=classes == {"anomaly"})
    if renamed.size is None and find is not None:
        picture = find(renamed.name)
        if picture is None:
            raise Wrong(f"There is no picture {renamed.name}, which would tell its size.", kind="picture")
        return replace(renamed, size=size_of(picture))
    return renamed
