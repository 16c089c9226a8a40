"""A dataset as the files that go out: its labels in one of the formats, with or without its pictures.

Files come one after the other, for an archive or a bucket; none is held in memory, and of pictures only names
and sizes. Pictures come first, so that labels name those alone which could be read.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Literal, TextIO, get_args

from vedette.errors import Refusal, Wrong
from vedette.exchange import datumaro, supervisely
from vedette.exchange.formats import Format, from_lines
from vedette.exchange.items import Item, read_item
from vedette.exchange.move import key_of
from vedette.exchange.packed_files import OpenPicture, PackedFile
from vedette.exchange.places import LONGEST_NAME, UniqueNames, local_name, short_name_parts
from vedette.exchange.set_packing import HEAD_BYTES, SetFiles, Split, check_set
from vedette.exchange.xml_texts import require_xml
from vedette.file_access import create_text, open_file
from vedette.manifest.detection import Size
from vedette.manifest.lines import SOURCE, BadLine, Line, change_line, read_lines
from vedette.manifest.marks import strip_marks
from vedette.vision.files import BOMB, DAMAGE, open_head

PackedFormat = Literal[
    "manifest",
    "coco",
    "voc",
    "yolo",
    "csv",
    "folder",
    "labelme",
    "via",
    "datumaro",
    "imagefolder",
    "supervisely",
    "fiftyone",
    "roboflow",
    "labelstudio",
    "cvat",
    "mvtec",
    "visa",
]
PACKED: tuple[PackedFormat, ...] = get_args(PackedFormat)
# Where the labels are one file, it needs no archive.
LABEL_FILES = {
    "manifest": "dataset.manifest",
    "coco": "annotations.json",
    "csv": "labels.csv",
    "via": "via.json",
    "labelstudio": "tasks.json",
    "cvat": "annotations.xml",
}
PICTURES = "images"
# Where these formats have their pictures; the others are told where they are.
PLACES = {
    "datumaro": f"images/{datumaro.SUBSET}",
    "supervisely": f"{supervisely.DATASET}/img",
    "fiftyone": "data",
    "roboflow": "",
}
# Labels are where pictures lie, so that there is no export without those.
BY_PLACE = frozenset({"folder", "mvtec", "visa"})
FLAT = frozenset({"supervisely", "fiftyone", "roboflow"})
# These name a picture by the way to it from their own file, the others from the pictures' folder.
WHOLE_NAMES = frozenset({"labelme", "via", "imagefolder"})
LEFT_OUT = "left-out.txt"
# Formats that write a picture's sides, so that they must be known; and those that write boxes in pixels.
WITH_SIDES = frozenset({"coco", "voc", "labelme", "supervisely", "cvat"})
BOXES_IN_PIXELS = frozenset({"via", "datumaro", "imagefolder", "roboflow", "labelstudio"})
# Formats that know a picture by its name without the ending: two may not differ by that alone.
BY_STEM = frozenset({"voc", "yolo", "labelme", "datumaro", "fiftyone"})
# Formats whose labels are XML.
WITH_XML = frozenset({"voc", "cvat"})

# Uploads of the console lie below the hash of what was sent.
UPLOAD = re.compile(r"(?:^|/)uploads/[0-9a-f]{64}/")


@dataclass(slots=True)
class Packing:
    """What is exported, and where labels are written before they go out."""

    form: PackedFormat
    manifest: Path
    folder: Path
    written_at: datetime
    open_picture: OpenPicture
    with_pictures: bool
    # Where the export will lie: a manifest whose pictures go along names them there, so that it can be
    # used as it is. Without it, and in other formats, they are named from the labels' own folder.
    address: str = ""
    # Which of a project's two datasets it is: some formats keep them apart.
    split: Split = "train"
    # Sentences about what could not be read, and is left out.
    left_out: list[str] = field(default_factory=list)
    # How many entries are through.
    through: int = 0

    def check(self) -> int:
        """Return how many entries there are; refuse what the format cannot hold."""
        count = 0
        for line in lines_in(self.manifest):
            count += 1
            if self.form == "folder":
                _folder_of(read_item(line))
            if self.form in WITH_XML:
                self._require_xml(line)
        require_pictures(self.form, with_pictures=self.with_pictures)
        is_set = self.form == "mvtec" or self.form == "visa"
        if is_set and not check_set(self.form == "mvtec", lines_in(self.manifest)):
            raise Wrong("No picture is normal or an anomaly, and these folders say nothing else.")
        return count

    def files(self) -> Iterator[PackedFile]:
        """Yield every file of the export."""
        if self.form == "mvtec" or self.form == "visa":
            yield from SetFiles(self.form, self.split, self.folder, self.open_picture, self.left_out).files(
                self._counted_lines()
            )
        else:
            yield from self._labelled_files()
        if self.left_out:
            text = "".join(f"{sentence}\n" for sentence in self.left_out)
            yield PackedFile(LEFT_OUT, io.BytesIO(text.encode()), lambda: io.BytesIO(text.encode()))

    def _require_xml(self, line: Line) -> None:
        """Refuse what XML cannot hold before a picture is on its way."""
        item = read_item(line)
        is_renamed = self.with_pictures or self.form not in LABEL_FILES
        require_xml(local_name(item.name) if is_renamed else item.name)
        for label in (*item.labels, *(name for name, _ in item.boxes or ())):
            require_xml(label)

    def _counted_lines(self) -> Iterator[Line]:
        for line in lines_in(self.manifest):
            yield line
            self.through += 1

    def _labelled_files(self) -> Iterator[PackedFile]:
        lines, sizes = self.folder / "packed.lines", dict[str, Size]()
        with create_text(lines) as stream:
            yield from self._pictures(stream, sizes)
        if self.form != "folder":
            yield from self._labels(self.form, PackedLines(lines), sizes)
        lines.unlink()

    def _pictures(self, out: TextIO, sizes: dict[str, Size]) -> Iterator[PackedFile]:
        """Yield pictures and masks, and write the lines that name them by their new names."""
        # Files that are named after pictures need names of their own, also where no picture goes along.
        is_renamed = self.with_pictures or self.form not in LABEL_FILES
        names, packed = UniqueNames(ignore_case=True), set[str]()
        base = self.address if self.with_pictures and self.form == "manifest" else ""
        for line in lines_in(self.manifest):
            places: dict[str, str] = {}
            for key, ref in _refs(line):
                places[key] = (
                    unique_name(names, self.form, ref, self._name(line, key, ref)) if is_renamed else ref
                )
                if not self.with_pictures or ref in packed:
                    continue
                file = self._open(places[key], ref)
                if file is None:
                    del places[key]
                    continue
                packed.add(ref)
                yield file
            if SOURCE in places and self._has_size(line, places[SOURCE], sizes):
                refs = {key: f"{base}{place}" for key, place in places.items()}
                out.write(f"{change_line(line, refs).text}\n")
            self.through += 1

    def _open(self, name: str, ref: str) -> PackedFile | None:
        try:
            again = partial(self.open_picture, ref)
            return PackedFile(name, again(), again, is_picture=True)
        except Refusal as refusal:
            self.left_out.append(f"{ref}: {refusal.sentence}")
            return None

    def _has_size(self, line: Line, name: str, sizes: dict[str, Size]) -> bool:
        """Look up the sides of a picture, where the format needs them and the line does not tell them."""
        item = read_item(line)
        is_needed = self.form in WITH_SIDES or (self.form in BOXES_IN_PIXELS and bool(item.boxes))
        if not is_needed or item.size is not None:
            return True
        try:
            with self.open_picture(line.source) as stream, open_head(stream.read(HEAD_BYTES)) as image:
                sizes[name] = Size(image.width, image.height, len(image.getbands()))
        except Refusal as refusal:
            self.left_out.append(f"{line.source}: {refusal.sentence}")
        except (*DAMAGE, *BOMB) as fault:
            self.left_out.append(f"{line.source}: its sides are not known, since it cannot be read: {fault}.")
        return name in sizes

    def _name(self, line: Line, key: str, ref: str) -> str:
        own = _short(ref)
        own = short_name_parts(own.replace("/", "_") if self.form in FLAT and key == SOURCE else own)
        if key != SOURCE:
            return f"masks/{own}"
        if self.form != "folder":
            return "/".join(filter(None, (PLACES.get(self.form, PICTURES), own)))
        label = _folder_of(read_item(line))
        return f"{local_name(label)}/{own}" if label else own

    def _labels(self, form: Format, lines: "PackedLines", sizes: dict[str, Size]) -> Iterator[PackedFile]:
        single = LABEL_FILES.get(form)
        base = self.folder / "packed"
        out = base / (single or ("Annotations" if form == "voc" else ""))
        out.parent.mkdir(parents=True, exist_ok=True)
        is_renamed = self.with_pictures or not single
        prefix = PLACES.get(form, PICTURES) if is_renamed and form not in WHOLE_NAMES else None
        from_lines(form, lines, out, written_at=self.written_at, prefix=prefix, images=sizes)
        for path in sorted(path for path in base.rglob("*") if path.is_file()):
            again = partial(open_file, path)
            yield PackedFile(path.relative_to(base).as_posix(), again(), again)
            path.unlink()


@dataclass(frozen=True, slots=True)
class PackedLines:
    """The lines of a file, as often as they are wanted."""

    path: Path

    def __iter__(self) -> Iterator[Line]:
        return lines_in(self.path)


def lines_in(manifest: Path) -> Iterator[Line]:
    """Yield the lines of a manifest that was written from a dataset, without findings of its validation."""
    with open_file(manifest) as stream:
        for line in read_lines(stream):
            if not isinstance(line, BadLine):
                yield strip_marks(line)


def require_pictures(form: str, *, with_pictures: bool) -> None:
    """Refuse labels alone in a format that has none but where pictures lie."""
    if form in BY_PLACE and not with_pictures:
        raise Wrong("Folders hold labels by where pictures lie; export them with their pictures.")


def unique_name(names: UniqueNames, form: str, ref: str, name: str) -> str:
    """Return a name that no other file has, nor one with another ending where the format needs that."""
    if form not in BY_STEM:
        return names.of(ref, name)
    ending = PurePosixPath(name).suffix
    if form == "labelme" and ending.casefold() == ".json":  # the labels of a picture lie in such a file
        return names.of(ref, f"{name.removesuffix(ending)}_json")
    return f"{names.of(ref, name.removesuffix(ending))}{ending}"


def _refs(line: Line) -> Iterator[tuple[str, str]]:
    """Yield the line's addresses, the picture's first."""
    if line.source:
        yield SOURCE, line.source
    for key, value in line.values.items():
        if key != SOURCE and key.endswith("-ref") and isinstance(value, str) and value:
            yield key, value


def _short(ref: str) -> str:
    """Return a file's name as it is exported: its key, or what stands behind the hash of an upload."""
    key = key_of(ref)
    upload = UPLOAD.search(key)
    return local_name(key[upload.end() :] if upload else key)


def _folder_of(item: Item) -> str:
    """Return the folder that says a picture's label, nothing for one without."""
    if item.boxes:
        raise Wrong(f"{item.name} has boxes, which folders cannot hold; choose COCO, VOC or YOLO.")
    if len(set(item.labels)) > 1:
        raise Wrong(f"{item.name} has several labels, which folders cannot hold; choose another format.")
    label = item.labels[0] if item.labels else ""
    is_name = label == local_name(label).replace("/", "_") and len(label.encode()) <= LONGEST_NAME
    if label and not is_name:
        raise Wrong(f"The label {label!r} cannot be the name of a folder; choose another format.")
    return label
