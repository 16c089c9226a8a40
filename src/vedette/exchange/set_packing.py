"""A dataset as the folders of MVTec AD or of VisA, as `anomaly_sets.py` reads them: labels are places.

    mvtec   SPLIT/good, test/DEFECT, and ground_truth/DEFECT/NAME_mask.png
    visa    product/Data/Images/Normal and …/Anomaly, Data/Masks/Anomaly/NAME.png, and two tables:
            product/image_anno.csv has the names of defects, split_csv/1cls.csv who learns from what

A mask is black where there is nothing and white where there is something, whatever its colours were. What its
pixels show names the defect: several together are `combined`, as MVTec calls them, and nothing is `defect`.
Anomalies lie in `test`, of whichever dataset they are. A picture that is neither normal nor an anomaly has
no place, and is left out.
"""

import csv
import io
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
from PIL import Image

from vedette.dialects.registry import LOOKOUT
from vedette.errors import Refusal, Wrong
from vedette.exchange.anomaly_sets import GOOD, MASKS, SetForm
from vedette.exchange.mask_files import MaskTable, read_codes, refuse_unknown
from vedette.exchange.packed_files import OpenPicture, PackedFile
from vedette.exchange.places import LONGEST_PART, UniqueNames, local_name, short_name_parts
from vedette.file_access import create_file, create_text, open_file
from vedette.manifest.detection import Size
from vedette.manifest.lines import Line
from vedette.manifest.segmentation import MaskRef
from vedette.vision.annotations import ANOMALY, NORMAL
from vedette.vision.files import BOMB, DAMAGE, open_head

Split = Literal["train", "test"]
COMBINED, DEFECT = "combined", "defect"
PRODUCT = "product"
ANNOTATIONS, SPLITS = f"{PRODUCT}/image_anno.csv", "split_csv/1cls.csv"
# What is enough of a picture to tell its sides; EXIF with a thumbnail stands before them.
HEAD_BYTES = 512 * 1024
# Folders that mean something else wherever they lie.
RESERVED = frozenset({GOOD, MASKS, "train", "test"})

Pixels = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class _SetEntry:
    """One picture: where it goes, where its mask goes, and which defects that shows."""

    place: str
    is_anomalous: bool
    mask_place: str
    labels: tuple[str, ...]


@dataclass(slots=True)
class SetFiles:
    """The files of a set, one after the other. `left_out` takes what could not be written."""

    form: SetForm
    split: Split
    folder: Path
    open_picture: OpenPicture
    left_out: list[str]
    _names: UniqueNames = field(default_factory=partial(UniqueNames, ignore_case=True))
    _packed: set[str] = field(default_factory=set)

    def files(self, lines: Iterable[Line]) -> Iterator[PackedFile]:
        """Yield every picture followed by its mask, and the tables last."""
        tables = [self.folder / "annotations.csv", self.folder / "splits.csv"]
        with create_text(tables[0], "") as first, create_text(tables[1], "") as second:
            annotations, splits = (csv.writer(out, lineterminator="\n") for out in (first, second))
            annotations.writerow(["image", "label", "mask"])
            splits.writerow(["object", "split", "label", "image", "mask"])
            for line in lines:
                entry, files = self._files_of(line)
                yield from files
                if entry is not None:
                    kind, split, names = NORMAL, self.split, NORMAL
                    if entry.is_anomalous:
                        kind, split, names = ANOMALY, "test", ",".join(entry.labels) or DEFECT
                    annotations.writerow([entry.place, names, entry.mask_place])
                    splits.writerow([PRODUCT, split, kind, entry.place, entry.mask_place])
        for name, table in zip((ANNOTATIONS, SPLITS), tables, strict=True):
            if self.form == "visa":
                yield PackedFile(name, open_file(table), partial(open_file, table))
            table.unlink()

    def _files_of(self, line: Line) -> tuple[_SetEntry | None, list[PackedFile]]:
        """Return where a line's picture goes, and its files; nothing where it has no place."""
        verdict, ref = LOOKOUT.judge_line(line, strict=False), line.source
        if ref in self._packed:
            self.left_out.append(f"{ref}: it has two lines, and the first counts.")
            return None, []
        if verdict.is_anomalous is None:
            self.left_out.append(f"{ref}: it is neither normal nor an anomaly.")
            return None, []
        labels, pixels = self._read_mask(verdict.mask, ref) if verdict.mask else ((), None)
        again = partial(self.open_picture, ref)
        try:
            picture = again()
        except Refusal as refusal:
            self.left_out.append(f"{ref}: {refusal.sentence}")
            return None, []
        self._packed.add(ref)
        entry = self._entry(ref, labels, is_anomalous=verdict.is_anomalous, has_mask=pixels is not None)
        files = [PackedFile(entry.place, picture, again, is_picture=True)]
        if pixels is not None:
            mask = partial(io.BytesIO, _png(pixels))
            files.append(PackedFile(entry.mask_place, mask(), mask, is_picture=True))
        return entry, files

    def _entry(self, ref: str, labels: tuple[str, ...], *, is_anomalous: bool, has_mask: bool) -> _SetEntry:
        """Return where a picture goes: under its own name, or one beside it where that is taken."""
        name = PurePosixPath(short_name_parts(local_name(ref).rpartition("/")[2]))
        if self.form == "mvtec":
            kind = COMBINED if len(labels) > 1 else labels[0] if labels else DEFECT
            place = f"test/{kind}" if is_anomalous else f"{self.split}/{GOOD}"
            mask_place, ending = f"{MASKS}/{kind}", "_mask.png"
        else:
            place = f"{PRODUCT}/Data/Images/{'Anomaly' if is_anomalous else 'Normal'}"
            mask_place, ending = f"{PRODUCT}/Data/Masks/Anomaly", ".png"
        # A mask is found by its picture's name without the ending: two may not differ by that alone.
        stem = self._names.of(ref, f"{place}/{name.stem}").rpartition("/")[2]
        mask = f"{mask_place}/{stem}{ending}" if has_mask else ""
        return _SetEntry(f"{place}/{stem}{name.suffix}", is_anomalous, mask, labels)

    def _size_of(self, ref: str) -> Size | None:
        """Return the sides of a picture; nothing where it does not tell them."""
        try:
            with self.open_picture(ref) as stream, open_head(stream.read(HEAD_BYTES)) as image:
                return Size(image.width, image.height)
        except (Refusal, *DAMAGE, *BOMB):
            return None

    def _read_mask(self, mask: MaskRef, picture: str) -> tuple[tuple[str, ...], Pixels | None]:
        """Return the labels that a mask shows, and where it shows anything."""
        scratch = self.folder / "mask.png"
        table = MaskTable({int(color[1:], 16): label for color, label in mask.colors.items()}, True)
        try:
            with self.open_picture(mask.ref) as stream, create_file(scratch) as out:
                shutil.copyfileobj(stream, out, 1 << 20)
            codes = read_codes(scratch, table, self._size_of(picture), mask.ref)
            refuse_unknown(codes, table, mask.ref, "its color map")
        except Refusal as refusal:
            sentence = refusal.sentence.replace(str(scratch), mask.ref)
            place = "" if mask.ref in sentence else f"{mask.ref}: "
            self.left_out.append(f"{place}{sentence} Its picture goes without.")
            return (), None
        finally:
            scratch.unlink(missing_ok=True)
        present = set(np.unique(codes).tolist())
        labels = {value: label for value, label in table.labels.items() if value in present}
        return tuple(dict.fromkeys(labels.values())), np.isin(codes, list(labels)) if labels else None


def check_set(has_defects: bool, lines: Iterable[Line]) -> bool:
    """Say whether a picture has a place; refuse defects that no folder can be called after."""
    has_place = False
    for line in lines:
        verdict = LOOKOUT.judge_line(line, strict=False)
        has_place = has_place or verdict.is_anomalous is not None
        for label in verdict.mask.colors.values() if verdict.mask and has_defects else ():
            if not _is_folder(label):
                raise Wrong(f"The label {label!r} cannot be the name of a folder; choose another format.")
    return has_place


def _is_folder(label: str) -> bool:
    is_name = label == local_name(label).replace("/", "_").strip() and len(label.encode()) <= LONGEST_PART
    return is_name and label.casefold() not in RESERVED


def _png(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8) * np.uint8(255)).save(file, "PNG")
    return file.getvalue()
