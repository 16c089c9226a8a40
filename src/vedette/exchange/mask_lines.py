"""What the masks of lines show, as boxes or as the class of an anomaly; the mask's own pixels say it.

A colour map names what a mask may show, and often all that its job knew: only the pixels tell what is there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.items import ATTRIBUTE, size_of
from vedette.exchange.mask_files import MaskTable, boxes_in_mask, read_codes, refuse_unknown
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.manifest import anomaly, detection, segmentation
from vedette.manifest.attributes import Attribute, Stamp, read_pairs
from vedette.manifest.detection import Size
from vedette.manifest.lines import PAIR_END, Line, change_line
from vedette.manifest.places import Resolver
from vedette.vision.annotations import Box


@dataclass(frozen=True, slots=True)
class MaskLines:
    """Reads the masks of lines, which lie where `find` finds them."""

    find: Resolver
    stamp: Stamp
    notes: PieceNotes = STRICT

    def boxes(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the lines with a box around each region of their masks, which go; other lines as they are.

        A line that has boxes already keeps those, and its masks go with a note.
        """
        for line in lines:
            pairs = list(_masks(line))
            if not pairs:
                yield line
                continue
            with noting(self.notes, line.source):
                without = [key for pair in pairs for key in (pair.name, f"{pair.name}{PAIR_END}")]
                if any(pair.kind == "boxes" for pair in read_pairs(line)):
                    self.notes.change(line.source, f"{line.source} has boxes, and its mask is dropped.")
                    yield change_line(line, {}, without=without)
                    continue
                boxes, size = self._boxes(pairs, line.source)
                changes = detection.write_boxes(boxes, ATTRIBUTE, of=size, stamp=self.stamp)
                yield change_line(line, changes, without=without)

    def classes(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the lines as normal or as anomalies, by whether their masks show something.

        A line that has its class, and one without a mask, stay as they are.
        """
        for line in lines:
            pairs = list(_masks(line))
            if not pairs or any(pair.kind == "class" for pair in read_pairs(line)):
                yield line
                continue
            with noting(self.notes, line.source):
                boxes, _ = self._boxes(pairs, line.source)
                without = [key for pair in pairs for key in (pair.name, f"{pair.name}{PAIR_END}")]
                # A picture without an anomaly has no mask.
                changes = anomaly.write_class(is_anomalous=bool(boxes), stamp=self.stamp)
                yield change_line(line, changes, without=() if boxes else without)

    def _boxes(self, pairs: list[Attribute], source: str) -> tuple[list[tuple[str, Box]], Size]:
        """Return the boxes around the regions of all masks of a picture, which have one size."""
        boxes: list[tuple[str, Box]] = []
        sizes: set[Size] = set()
        picture = self.find(source)
        for pair in pairs:
            table, ref = _table_of(pair), str(pair.value)
            path = self.find(ref)
            # By their last parts alone, a mask in a bucket may be found where its picture lies.
            if path is None or (picture is not None and cmp(path, picture, shallow=False)):
                raise Wrong(
                    f"There is no mask {ref}, which would tell what {source} shows; give the folder of "
                    "pictures and masks with --images.",
                    kind="mask",
                    name=ref,
                )
            codes = read_codes(path, table)
            refuse_unknown(codes, table, ref, "its color map")
            size = Size(codes.shape[1], codes.shape[0])
            boxes += boxes_in_mask(codes, table, size, ref)
            sizes.add(size)
        _require_size(source, picture, sizes)
        return boxes, sizes.pop()


def _require_size(source: str, picture: Path | None, sizes: set[Size]) -> None:
    if picture is not None:
        real = size_of(picture)
        sizes = sizes | {Size(real.width, real.height)}
    if len(sizes) > 1:
        sides = " and ".join(sorted(f"{size.width} x {size.height}" for size in sizes))
        raise Wrong(f"{source} and its masks are of several sizes: {sides}.", kind="mask", name=source)


def _masks(line: Line) -> Iterator[Attribute]:
    for pair in read_pairs(line):
        if pair.kind == "mask":
            yield pair


def _table_of(pair: Attribute) -> MaskTable:
    """Return what the colours of a mask mean; its background means nothing."""
    try:
        labels = segmentation.read_colors(pair)
    except ValueError as fault:
        raise Wrong(f"{fault}.", kind="mask") from None
    colors = [entry["hex-color"].lower() for entry in pair.metadata["internal-color-map"].values()]
    return MaskTable({int(color[1:], 16): labels.get(color, "") for color in colors}, is_of_colors=True)
