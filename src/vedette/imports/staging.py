"""A folder of label files, and a list of pictures, as lines: each with its labels and what is wrong with it.

Pure: a worker process may do it. What cannot become a line has a row all the same, with its name and the
reason, so that nothing is left out without a word. Knows no database, and opens no picture but masks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from vedette.dialects.dialect import Dialect
from vedette.dialects.intake import Intake
from vedette.dialects.registry import dialect_of
from vedette.errors import Wrong
from vedette.exchange.formats import Format
from vedette.exchange.groundtruth import convert_line
from vedette.exchange.items import Item, write_item
from vedette.exchange.pieces import NoteList
from vedette.file_access import open_file
from vedette.imports.box_sizes import size_problems
from vedette.imports.mask_drawings import MaskDrawings
from vedette.imports.naming import PictureIndex, PlacedPicture
from vedette.imports.tool_files import ToolFiles, label_files, not_there
from vedette.imports.values import LINE_FORMATS, FolderLabels, MasksFrom, Severity
from vedette.manifest import anomaly, classification, segmentation
from vedette.manifest.attributes import Attribute, Stamp, read_pairs
from vedette.manifest.detection import Size
from vedette.manifest.lines import SOURCE, BadLine, Line, change_line, read_lines, write_line
from vedette.manifest.problems import Flaw
from vedette.manifest.relabel import names_of
from vedette.manifest.segmentation import MaskRef
from vedette.vision.annotations import ANOMALY, NORMAL

BLOCK = 1024
FILES, PICTURES = "files", "pictures.jsonl"


class StagedRow(NamedTuple):
    """A line, or what cannot become one: then `text` is empty.

    `problems` are code, sentence, severity, attribute, index; `labels` are names with the number of boxes,
    0 for the picture itself.
    """

    number: int
    name: str
    text: str
    problems: Sequence[Sequence[Any]] = ()
    labels: Sequence[Sequence[Any]] = ()
    # What it was before somebody mended it.
    original: str = ""
    is_left_out: bool = False
    # Whether the picture is known to be there.
    is_placed: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether something keeps it from becoming an entry."""
        return any(problem[2] == "refused" for problem in self.problems)

    @property
    def counts(self) -> bool:
        """Whether it becomes an entry."""
        return bool(self.text) and not self.is_left_out and not self.is_refused


@dataclass(frozen=True, slots=True)
class StagingOrder:
    """What is to be read, for which service; `bucket` is that of the dataset's pictures, if it has any."""

    folder: str
    format: Format
    dialect: str
    bucket: str = ""
    folder_labels: FolderLabels = "none"
    stamp_s: float = 0.0
    # Where masks were copied to, for formats that have any, or are drawn.
    masks: str = ""
    masks_from: MasksFrom = "none"


def stage(order: StagingOrder) -> Iterator[list[StagedRow]]:
    """Yield the rows, 1,024 at a time.

    Raises:
        Wrong: where the whole of it cannot be read.
    """
    return _blocks(_Staging(order).rows())


def _blocks(rows: Iterator[StagedRow]) -> Iterator[list[StagedRow]]:
    block: list[StagedRow] = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


class _Staging:
    """One pass through a source."""

    def __init__(self, order: StagingOrder) -> None:
        self._order = order
        self._dialect = dialect_of(order.dialect)
        self._files = Path(order.folder) / FILES
        self._notes = NoteList(str(self._files), are_shapes_drawn=order.masks_from != "none")
        self._pictures = PictureIndex(read_pictures(Path(order.folder) / PICTURES))
        self._intake = Intake(bucket=order.bucket)
        self._number = 0
        self._stamp = Stamp(datetime.fromtimestamp(order.stamp_s, UTC), "labeling-job/import")

    def rows(self) -> Iterator[StagedRow]:
        if self._order.format in LINE_FORMATS:
            yield from self._rows_of_lines()
            return
        order = self._order
        tool = ToolFiles(
            self._files,
            order.format,
            self._pictures,
            self._notes,
            order.folder_labels,
            masks=Path(order.masks or order.folder),
            anomalies=bool(self._dialect.class_labels),
        )
        for item in self._with_masks(tool.items()):
            yield from self._noted()
            yield self._row_of_item(item)
        yield from self._noted()
        for picture in self._pictures.unused():
            yield self._row_of_picture(picture, ())

    def _with_masks(self, items: Iterator[Item]) -> Iterator[Item]:
        wish = self._order.masks_from
        if wish == "none":
            return items
        drawings = MaskDrawings(Path(self._order.masks), self._pictures)
        return drawings.masks(self._notes, with_boxes=wish == "shapes").masked(items)

    # Lines

    def _rows_of_lines(self) -> Iterator[StagedRow]:
        for file in label_files(self._files, self._order.format):
            with open_file(file) as stream:
                for line in read_lines(stream):
                    if isinstance(line, BadLine) and line.is_blank:
                        continue
                    row = self._row_of_line(line)
                    yield from self._noted()
                    if row is not None:
                        yield row

    def _row_of_line(self, line: Line | BadLine) -> StagedRow | None:
        picture: PlacedPicture | None = None
        if isinstance(line, Line):
            converted = self._converted(line)
            if converted is None:
                return None
            line, picture = self._placed(converted)
        self._number += 1
        row = judge_row(self._dialect, StagedRow(self._number, "", ""), line, self._intake)
        return self._sized(row, line, picture)

    def _sized(self, row: StagedRow, line: Line | BadLine, picture: PlacedPicture | None) -> StagedRow:
        """Return the row with what its boxes' sizes are wrong about; a service of masks has no boxes."""
        if self._dialect.class_labels or isinstance(line, BadLine):
            return row
        return row._replace(problems=[*row.problems, *size_problems(line, picture)])

    def _converted(self, line: Line) -> Line | None:
        if self._order.format != "groundtruth":
            return line
        try:
            return convert_line(line, self._notes)
        except Wrong:
            return line  # judged as it is, and so told

    def _placed(self, line: Line) -> tuple[Line, PlacedPicture | None]:
        """Return the line with its picture's address, and that picture, where it is one that came along."""
        if not len(self._pictures) or line.source.startswith(("s3://", "S3://")):
            return line, None
        picture = self._pictures.find(line.source) if line.source else None
        if picture is None or picture.problem:
            return line, None
        return change_line(line, {SOURCE: picture.ref}), picture

    def _row_of_item(self, item: Item) -> StagedRow:
        if item.name.startswith("s3://"):
            return self._row(item.name, item, item.name, is_placed=False)
        picture = self._pictures.find(item.name)
        if picture is None:
            return self._refused(item.name, *not_there(item.name, len(self._pictures)))
        if picture.problem:
            return self._refused(picture.path, "PICTURE_REFUSED", picture.problem)
        if item.boxes is not None and item.size is None:
            size = Size(picture.width, picture.height) if picture.width else None
            item = replace(item, size=size, boxes=item.boxes if size else None)
        if item.mask is not None and self._order.masks_from == "none":
            mask = self._pictures.get(item.mask.ref)
            item = replace(item, mask=MaskRef(mask.ref, item.mask.colors) if mask else None)
        return self._row(picture.path, item, picture.ref, is_placed=True)

    def _row_of_picture(self, picture: PlacedPicture, labels: Sequence[str]) -> StagedRow:
        if picture.problem:
            return self._refused(picture.path, "PICTURE_REFUSED", picture.problem)
        return self._row(picture.path, Item(picture.path, tuple(labels)), picture.ref, is_placed=True)

    def _row(self, name: str, item: Item, ref: str, *, is_placed: bool) -> StagedRow:
        self._number += 1
        line = _line_of(self._dialect, replace(item, name=ref), self._stamp)
        row = StagedRow(self._number, name, "", is_placed=is_placed)
        row = self._sized(judge_row(self._dialect, row, line, self._intake), line, self._pictures.get(name))
        if self._dialect.class_labels and item.boxes:
            note = ("BOXES_LEFT_OUT", f"{len(item.boxes)} boxes make it an anomaly; they are not kept.")
            row = row._replace(problems=[*row.problems, (*note, "warning", "", -1)])
        return row

    def _refused(self, name: str, code: str, sentence: str) -> StagedRow:
        self._number += 1
        return StagedRow(self._number, name, "", [(code, sentence, "refused", "", -1)])

    def _noted(self) -> Iterator[StagedRow]:
        """Yield rows for what the reader noted since the last."""
        for note in self._notes.take():
            if note.is_refused:
                yield self._refused(note.name, "PIECE_REFUSED", note.sentence)
            else:
                self._number += 1
                problem = ("PIECE_CHANGED", note.sentence, "warning", "", -1)
                yield StagedRow(self._number, note.name, "", [problem])


def judge_row(dialect: Dialect, row: StagedRow, line: Line | BadLine, intake: Intake) -> StagedRow:
    """Return the row with this line in it, with its labels and what is wrong with it."""
    review = dialect.review(line, intake)
    problems = [_problem(flaw, "refused") for flaw in review.refusals]
    problems += [_problem(flaw, "warning" if flaw.scope == "mark" else "error") for flaw in review.flaws]
    text = line.text if isinstance(line, BadLine) else (review.line or line).text.strip()
    labels = [] if review.line is None else count_labels(review.line)
    name = row.name or (line.source if isinstance(line, Line) else "")
    return row._replace(name=name, text=text, problems=problems, labels=labels)


def _problem(flaw: Flaw, severity: Severity) -> tuple[Any, ...]:
    return (flaw.code, flaw.message, severity, flaw.attribute, flaw.index)


def count_labels(line: Line) -> list[tuple[str, int]]:
    """Return every label that the line names in use, with how many boxes bear it; 0 is the picture itself."""
    counts: dict[str, int] = {}
    for pair in read_pairs(line):
        if pair.kind == "boxes" and isinstance(pair.value, dict):
            for name in _names_of_boxes(pair):
                counts[name] = counts.get(name, 0) + 1
        else:
            single = write_line({pair.name: pair.value, f"{pair.name}-metadata": pair.metadata})
            for name in names_of(single):
                counts.setdefault(name, 0)
    return sorted((name, count) for name, count in counts.items() if name.casefold() != "background")


def _names_of_boxes(pair: Attribute) -> Iterator[str]:
    """Yield the label of each box that has one, whatever else the pair holds."""
    names, boxes = pair.metadata.get("class-map"), pair.value.get("annotations")
    if not isinstance(names, dict) or not isinstance(boxes, list):
        return
    for box in boxes:
        name = names.get(str(box.get("class_id"))) if isinstance(box, dict) else None
        if isinstance(name, str):
            yield name


def _line_of(dialect: Dialect, item: Item, stamp: Stamp) -> Line:
    if not dialect.class_labels:
        return write_item(item, stamp=stamp)
    signed = item.stamp or stamp
    label = item.labels[0] if item.labels else None
    if item.is_anomalous is not None:
        label = ANOMALY if item.is_anomalous else NORMAL
    if label is None and item.boxes is not None:
        label = ANOMALY if item.boxes else NORMAL
    values: dict[str, Any] = {SOURCE: item.name}
    if label is not None and label.casefold() in dialect.class_labels:
        values |= anomaly.write_class(is_anomalous=label.casefold() == ANOMALY, stamp=signed)
    elif label is not None:
        values |= classification.write_label(label, attribute=anomaly.ATTRIBUTE, stamp=signed)
    if item.mask is not None:
        values |= segmentation.write_mask(item.mask, stamp=signed)
    return write_line(values)


def read_pictures(file: Path) -> Iterator[PlacedPicture]:
    """Yield the pictures of a list."""
    if file.exists():
        with open_file(file) as stream:
            for line in stream:
                yield PlacedPicture(*orjson.loads(line))


def block_file(folder: Path, number: int) -> Path:
    """Return the file of a block that another process writes, from 1 on; it is whole once it is told."""
    return folder / f"{number}.block"


def write_rows(rows: Sequence[StagedRow]) -> bytes:
    """Return a block as one line of JSON."""
    return orjson.dumps([tuple(row) for row in rows], option=orjson.OPT_APPEND_NEWLINE)


def read_rows(line: bytes) -> list[StagedRow]:
    """Return the block that a line of JSON holds."""
    return [StagedRow(*values) for values in orjson.loads(line)]
