"""Masks drawn of the shapes of labelled pictures: one PNG a picture, white where there is nothing.

    order     boxes lie below everything else, the larger below the smaller; shapes lie in their tool's order
              (CVAT's and Datumaro's z_order), and of equal ones the later of the file lies above
    boxes     are filled only where that is asked for; otherwise their pictures are anomalies, and they go
    labels    have one colour each in all of an import, whatever is on a picture

A picture on which somebody looked is an anomaly where there is a shape, and normal where there is none; one
at which nobody looked stays as it is. What would be lost is noted.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

import numpy as np
from PIL import Image

from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.exchange.json_files import refuse
from vedette.exchange.mask_files import MOST_COLORS
from vedette.exchange.outlines import Patch
from vedette.exchange.pieces import PieceNotes, noting
from vedette.exchange.shapes import PolygonShape, Shape
from vedette.manifest.detection import Size
from vedette.manifest.segmentation import BACKGROUND, MaskRef
from vedette.vision.annotations import Box
from vedette.vision.images import MOST_PIXELS

WHITE = 0xFFFFFF
# What is counted at once: numpy counts in numbers of eight bytes.
AT_ONCE = 1_000_000
# Of all shapes of a picture together, those below others too: a minute or two of work.
MOST_DRAWN = 10_000_000_000
# Formats whose readers tell shapes, or boxes that can be filled.
WITH_SHAPES = (
    "coco", "voc", "yolo", "labelstudio", "cvat", "labelme", "via", "datumaro", "imagefolder", "supervisely",
    "fiftyone", "roboflow",
)  # fmt: skip
Canvas = np.ndarray[Any, np.dtype[np.uint8]]

# Takes a picture's name and its mask, and returns where the mask lies.
KeepMask = Callable[[str, bytes], str]
# Returns the size of a picture, where that is to be had.
FindSize = Callable[[str], Size | None]


def require_form(form: str) -> None:
    """Refuse a format that has no shapes."""
    if form not in WITH_SHAPES:
        forms = ", ".join(WITH_SHAPES)
        raise Wrong(f"{form} has no shapes that masks could be drawn of; these have: {forms}.", kind="file")


@dataclass(slots=True)
class ShapeMasks:
    """Draws the shapes of pictures."""

    keep: KeepMask
    find_size: FindSize
    notes: PieceNotes
    with_boxes: bool = False
    _numbers: dict[str, int] = field(default_factory=dict)

    def masked(self, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the pictures as anomalies with masks, and as normal ones."""
        for item in items:
            with noting(self.notes, item.name):
                yield self._masked(item)

    def _masked(self, item: Item) -> Item:
        if not item.boxes:
            # What was said of the whole picture counts, also where shapes were looked for and none is there.
            classes = {label.casefold() for label in item.labels}
            is_class = classes in ({"normal"}, {"anomaly"})
            if is_class or item.boxes is not None:
                is_anomalous = classes == {"anomaly"}
                return replace(item, boxes=None, shapes=(), is_anomalous=is_anomalous, labels=())
            return item
        bare = replace(item, boxes=None, shapes=(), is_anomalous=True, labels=())
        drawing = _Drawing(item.name, self._size(item), self.notes)
        for (label, box), shape in zip_longest(item.boxes, item.shapes):
            if shape is None or (isinstance(shape, PolygonShape) and shape.is_box):
                drawing.add_box(label, box, shape)
            else:
                drawing.shapes.append((label, shape))
        if not self.with_boxes:
            drawing.leave_boxes()
        labels = drawing.draw()
        if not labels:
            return bare
        colors = {label: self._color(label) for label in labels}
        ref = self.keep(item.name, drawing.png(list(colors.values())))
        return replace(bare, mask=MaskRef(ref, {f"#{color:06x}": label for label, color in colors.items()}))

    def _size(self, item: Item) -> Size:
        """Return the size of the mask, that of the picture; a file that says another one is refused."""
        size, real = item.size, self.find_size(item.name)
        if size is None:
            refuse(item.name, "is a picture of no known size.")
        if real is not None and (real.width, real.height) != (size.width, size.height):
            refuse(
                item.name,
                f"should have {size.width} x {size.height} pixels, and has {real.width} x {real.height}.",
            )
        if size.width * size.height > MOST_PIXELS:
            sides = f"{size.width} x {size.height}"
            refuse(item.name, f"would have a mask of {sides} pixels, more than {MOST_PIXELS:,}.")
        return size

    def _color(self, label: str) -> int:
        """Return a label's colour: bits of its number, from the top of each channel down."""
        number = self._numbers.setdefault(label, len(self._numbers) + 1)
        color = 0
        for bit in range(24):
            color |= ((number >> bit) & 1) << (8 * (2 - bit % 3) + 7 - bit // 3)
        return color


@dataclass(slots=True)
class _Drawing:
    """The mask of one picture while it is drawn: 0 is nothing, the others are labels."""

    name: str
    size: Size
    notes: PieceNotes
    shapes: list[tuple[str, Shape]] = field(default_factory=list)
    _boxes: list[tuple[str, Box, Shape | None]] = field(default_factory=list)
    _labels: list[str] = field(default_factory=list)
    _covered: dict[tuple[int, int], int] = field(default_factory=dict)
    _pixel_count: int = 0
    _canvas: Canvas = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    def add_box(self, label: str, box: Box, shape: Shape | None) -> None:
        self._boxes.append((label, box, shape))

    def leave_boxes(self) -> None:
        """Draw no boxes."""
        if self._boxes:
            names = ", ".join(sorted({label for label, _, _ in self._boxes})[:5])
            count = len(self._boxes)
            self.notes.change(self.name, f"{self.name} has boxes that are not drawn: {count} ({names}).")
        self._boxes = []

    def draw(self) -> list[str]:
        """Draw everything; return the labels that the mask shows, in the order of their numbers."""
        if not (self._boxes or self.shapes):
            return []
        self._canvas = np.zeros((self.size.height, self.size.width), np.uint8)
        for label, box, shape in sorted(self._boxes, key=lambda part: -part[1].width * part[1].height):
            self._put(label, _box_patch(box, self.size) if shape is None else self._patch(label, shape))
        for label, shape in sorted(self.shapes, key=lambda part: part[1].order):
            self._put(label, self._patch(label, shape))
        self._note_covered()
        return self._settled()

    def png(self, colors: list[int]) -> bytes:
        """Return the mask as a PNG with a palette."""
        image = Image.fromarray(self._canvas)
        image.putpalette([color >> shift & 0xFF for color in (WHITE, *colors) for shift in (16, 8, 0)])
        file = io.BytesIO()
        image.save(file, "PNG")
        return file.getvalue()

    def _patch(self, label: str, shape: Shape) -> Patch | None:
        """Return the pixels of a shape; one that cannot be drawn is left out, and said."""
        with noting(self.notes, self.name):
            patch = shape.draw(self.size, self.name)
            if patch is not None and patch.pixels.any():
                return patch
            sentence = f"{self.name} has a shape of {label} that covers the centre of no pixel, and is lost."
            self.notes.change(self.name, sentence)
        return None

    def _put(self, label: str, patch: Patch | None) -> None:
        if patch is None:
            return
        number = self._number(label)
        self._pixel_count += patch.pixels.size
        if self._pixel_count > MOST_DRAWN:
            refuse(self.name, f"has shapes of more than {MOST_DRAWN:,} pixels together, and is not drawn.")
        high, wide = patch.pixels.shape
        part = self._canvas[patch.top : patch.top + high, patch.left : patch.left + wide]
        for other, count in enumerate(_counts(part[patch.pixels])):
            if count and other not in (0, number):
                pair = (other, number)
                self._covered[pair] = self._covered.get(pair, 0) + count
        part[patch.pixels] = number

    def _number(self, label: str) -> int:
        if label.casefold() == BACKGROUND.casefold():
            refuse(self.name, f'has the label "{label}", which in a mask is what shows nothing.')
        if label not in self._labels:
            self._labels.append(label)
        if len(self._labels) > MOST_COLORS:
            refuse(self.name, f"has more than {MOST_COLORS} labels, and a mask shows no more.")
        return self._labels.index(label) + 1

    def _note_covered(self) -> None:
        for (below, above), count in self._covered.items():
            names = self._labels[below - 1], self._labels[above - 1]
            self.notes.change(
                self.name, f"{self.name} has {count:,} pixels of {names[0]} below {names[1]}, which are lost."
            )

    def _settled(self) -> list[str]:
        """Return the labels of which something is left, numbered without gaps."""
        counts = _counts(self._canvas.reshape(-1))
        numbers = np.zeros(len(counts), np.uint8)
        left = [number for number, count in enumerate(counts) if number and count]
        numbers[left] = np.arange(1, len(left) + 1)
        if len(left) < len(self._labels):
            self._canvas = numbers[self._canvas]
        return [self._labels[number - 1] for number in left]


def _counts(values: Canvas) -> list[int]:
    """Return how often there is each number."""
    counts = np.zeros(MOST_COLORS + 1, np.int64)
    for start in range(0, len(values), AT_ONCE):
        counts += np.bincount(values[start : start + AT_ONCE], minlength=len(counts))
    numbers: list[int] = counts.tolist()
    return numbers


def _box_patch(box: Box, size: Size) -> Patch:
    """Return a box filled: at least a pixel, of a narrow one at the far side the last one."""
    left = min(round(box.left * size.width), size.width - 1)
    top = min(round(box.top * size.height), size.height - 1)
    right = max(left + 1, round((box.left + box.width) * size.width))
    bottom = max(top + 1, round((box.top + box.height) * size.height))
    return Patch(left, top, np.ones((bottom - top, right - left), np.bool_))
