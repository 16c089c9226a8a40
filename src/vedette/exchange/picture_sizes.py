"""Whether pictures have the sizes that their lines say, by which boxes of pixels become shares.

A picture that was scaled since keeps its boxes. One of other proportions was cut or turned, and they would
lie elsewhere on it.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.items import size_of
from vedette.exchange.json_files import refuse
from vedette.exchange.pieces import PieceNotes, noting
from vedette.manifest import detection
from vedette.manifest.attributes import MalformedPair, read_pairs
from vedette.manifest.detection import Size, are_alike
from vedette.manifest.lines import Line
from vedette.manifest.turned import picture_orientation
from vedette.vision.turn import LYING

FindPicture = Callable[[str], Path | None]


def with_their_sizes(lines: Iterable[Line], find: FindPicture, notes: PieceNotes) -> Iterator[Line]:
    """Yield the lines whose boxes lie on their pictures, as far as those are at hand."""
    for line in lines:
        with noting(notes, line.source):
            for size in _sizes_of_boxes(line):
                _require_size(line.source, size, find, notes)
            yield line


def _sizes_of_boxes(line: Line) -> Iterator[Size]:
    """Yield the sizes by which there are boxes; what is wrong with a line is told where it is judged."""
    for pair in read_pairs(line):
        if pair.kind == "boxes":
            try:
                size = detection.read_size(pair)
            except MalformedPair:
                continue
            if pair.value.get("annotations"):
                yield size


def _require_size(name: str, size: Size, find: FindPicture, notes: PieceNotes) -> None:
    try:
        picture = find(name)
        real = None if picture is None else size_of(picture)
    except Wrong:  # outside the folder, or damaged: told to whoever wants the picture itself
        return
    if picture is None or real is None or (size.width, size.height) == (real.width, real.height):
        return
    is_swapped = (size.width, size.height) == (real.height, real.width)
    if is_swapped and picture_orientation(picture) in LYING:
        return  # drawn on the picture as it is shown
    sides = f"should have {size.width} x {size.height} pixels, and has {real.width} x {real.height}"
    if not are_alike((size.width, size.height), (real.width, real.height)):
        refuse(name, f"{sides}, which are other proportions: its boxes would lie elsewhere.")
    notes.change(name, f"{name} {sides}; its boxes are scaled.")
