"""Boxes of a picture that EXIF turns, brought to where they lie in the upright picture.

Models see pictures upright, and the boxes they learn from have to lie as the pictures do.
"""

from pathlib import Path

from vedette.manifest import detection
from vedette.manifest.attributes import MalformedPair, read_pairs
from vedette.manifest.lines import Line
from vedette.vision.annotations import Box
from vedette.vision.files import open_head
from vedette.vision.turn import LYING, UPRIGHT, orientation_of, upright_box

Boxes = tuple[tuple[str, Box], ...]


def turn_boxes(line: Line, boxes: Boxes, picture: Path) -> Boxes:
    """Return the boxes of a line as they lie in the upright picture.

    They were drawn on the raster as it is stored, as detections are told on it (decisions/0148), unless the
    line's image_size is that of the upright picture and only that.
    """
    if not boxes:
        return boxes
    orientation, raster = _lie(picture)
    if orientation == UPRIGHT or _is_drawn_upright(line, orientation, raster):
        return boxes
    return tuple((name, upright_box(box, orientation)) for name, box in boxes)


def picture_orientation(picture: Path) -> int:
    """Return how a picture lies by its EXIF; what cannot be read is named elsewhere."""
    return _lie(picture)[0]


def _lie(picture: Path) -> tuple[int, tuple[int, int]]:
    """Return how a picture lies and its stored width and height; what cannot be read is named elsewhere."""
    try:
        # Pillow turns the other kinds by itself, or they have no orientation.
        with open_head(picture, formats=("JPEG", "PNG", "WEBP")) as image:
            return orientation_of(image), image.size
    except Exception:  # noqa: BLE001  (Pillow's decoders raise whatever they stumble over)
        return UPRIGHT, (0, 0)


def _is_drawn_upright(line: Line, orientation: int, raster: tuple[int, int]) -> bool:
    width, height = raster
    return orientation in LYING and width != height and (height, width) in labelled_sizes(line)


def labelled_sizes(line: Line) -> set[tuple[int, int]]:
    """Return the sizes that the line's box pairs say the picture has."""
    sizes = set()
    for pair in read_pairs(line):
        if pair.kind == "boxes":
            try:
                size = detection.read_size(pair)
            except MalformedPair:
                continue
            sizes.add((size.width, size.height))
    return sizes
