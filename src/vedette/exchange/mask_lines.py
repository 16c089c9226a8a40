"""What the masks of lines show, as boxes or as the class of an anomaly; the mask's own pixels say it.

A colour map names what a mask may show, and often all that its job knew: only the pixels tell what is there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from filecmp import cmp
from pathlib import Path
from typing import Any

import numpy as np

from vedette.errors import Wrong
from vedette.exchange.items import ATTRIBUTE, Item, read_item, size_of
from vedette.exchange.json_files import refuse
from vedette.exchange.mask_files import Codes, MaskTable, boxes_in_mask, read_codes, refuse_unknown
from vedette.exchange.mask_regions import TooManyRegions
from vedette.exchange.outlines import area_of, outlines, runs_of_rings
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.regions import Ring
from vedette.exchange.shapes import PolygonShape
from vedette.exchange.turned_boxes import around
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

    def regions(self, lines: Iterable[Line]) -> Iterator[Item]:
        """Yield the pictures with the regions of their masks, as COCO has them; other boxes stay."""
        for line in lines:
            item, pairs = read_item(line), list(_masks(line))
            if not pairs:
                picture = self.find(item.name) if item.size is None else None
                yield item if picture is None else replace(item, size=size_of(picture))
                continue
            with noting(self.notes, line.source):
                shapes: list[tuple[str, Box]] = list(item.boxes or ())
                regions: list[dict[str, Any]] = [{} for _ in shapes]
                polygons: list[PolygonShape | None] = [None for _ in shapes]
                sizes = {Size(item.size.width, item.size.height)} if item.size else set()
                for codes, table, ref in self._codes(pairs, line.source):
                    size = Size(codes.shape[1], codes.shape[0])
                    sizes.add(size)
                    for label, rings in _outlined(codes, table, ref):
                        box, region = region_of(rings, size)
                        shapes.append((label, box))
                        regions.append(region)
                        polygons.append(PolygonShape(rings[0], rings[1:]))
                _require_size(line.source, self.find(line.source), sizes)
                yield replace(
                    item,
                    boxes=tuple(shapes),
                    size=sizes.pop(),
                    regions=tuple(regions),
                    shapes=tuple(polygons),
                )

    def labels(self, lines: Iterable[Line]) -> list[str]:
        """Return the labels of boxes and of what masks may show, without a look at a mask."""
        labels = {label for line in lines for label, _ in read_item(line).boxes or ()}
        for line in lines:
            with noting(self.notes, line.source):
                labels |= {name for pair in _masks(line) for name in _table_of(pair).labels.values() if name}
        return sorted(labels)

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
        for codes, table, ref in self._codes(pairs, source):
            size = Size(codes.shape[1], codes.shape[0])
            boxes += boxes_in_mask(codes, table, size, ref)
            sizes.add(size)
        _require_size(source, self.find(source), sizes)
        return boxes, sizes.pop()

    def _codes(self, pairs: list[Attribute], source: str) -> Iterator[tuple[Codes, MaskTable, str]]:
        """Yield the pixels of each mask with what they mean."""
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
            yield codes, table, ref


def _outlined(codes: Codes, table: MaskTable, place: str) -> Iterator[tuple[str, list[Ring]]]:
    for label in dict.fromkeys(filter(None, table.labels.values())):
        values = [value for value, name in table.labels.items() if name == label]
        try:
            regions = outlines(np.isin(codes, values))
        except TooManyRegions:
            refuse(place, f"has more regions of {label} than anybody draws.")
        yield from ((label, rings) for rings in regions)


def region_of(rings: Sequence[Ring], size: Size) -> tuple[Box, dict[str, Any]]:
    """Return the box around a region, and what COCO says of it: a polygon, or runs where it has holes."""
    left, top, right, bottom = around(rings[0])
    wide, high = size.width, size.height
    box = Box(left / wide, top / high, (right - left) / wide, (bottom - top) / high)
    segmentation: Any = [[int(side) for corner in rings[0] for side in corner]]
    if len(rings) > 1:
        segmentation = {"size": [high, wide], "counts": runs_of_rings(rings, size)}
    return box, {"segmentation": segmentation, "area": int(area_of(rings))}


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
