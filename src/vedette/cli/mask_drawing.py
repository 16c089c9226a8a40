"""`vedette export masks`: a mask of numbers for each picture that somebody looked at."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from vedette.dialects.registry import LOOKOUT
from vedette.exchange.items import below, read_item, size_of
from vedette.exchange.mask_files import IMAGES, DrawnItem, write_masks
from vedette.exchange.move import key_of
from vedette.exchange.places import UniqueNames, local_name
from vedette.manifest.lines import Line

# Writes the file of a reference to a path, and returns whether there is one.
Fetch = Callable[[str, Path], bool]


@dataclass(slots=True)
class MaskDrawing:
    """Draws the masks of lines; `cut` is cut off the pictures' names."""

    fetch: Fetch
    out: Path
    cut: str
    with_pictures: bool
    copied: int = 0
    _names: UniqueNames = field(default_factory=partial(UniqueNames, ignore_case=True))

    def draw(self, lines: list[Line]) -> tuple[int, int]:
        """Write masks of the lines' boxes and masks; return how many, and how many pictures were copied."""
        labels = {label for line in lines for label in _labels_of(line)}
        with TemporaryDirectory() as scratch:
            items = (item for line in lines if (item := self._item(line, Path(scratch))) is not None)
            return write_masks(items, self.out, labels), self.copied

    def _item(self, line: Line, scratch: Path) -> DrawnItem | None:
        """Return what to draw; nothing where nobody looked, or a file is missing, which is said."""
        item, verdict = read_item(line), LOOKOUT.judge_line(line, strict=False)
        name = self._names.of(item.name, local_name(below(key_of(item.name), self.cut)))
        is_looked_at = item.boxes is not None or verdict.mask is not None or verdict.is_anomalous is False
        picture = self.out / IMAGES / name if self.with_pictures else scratch / "picture"
        needs_picture = self.with_pictures or (is_looked_at and item.size is None)
        if needs_picture and not self.fetch(item.name, picture):
            print(f"There is no file for {item.name}; it is left out.", file=sys.stderr)
            return None
        self.copied += self.with_pictures
        if not is_looked_at:
            return None  # an empty mask would say that there is nothing
        size = item.size or size_of(picture)
        if verdict.mask is None:
            return DrawnItem(name, size, item.boxes or ())
        file = scratch / "mask.png"
        if not self.fetch(verdict.mask.ref, file):
            print(f"There is no file for {verdict.mask.ref}; its picture gets no mask.", file=sys.stderr)
            return None
        return DrawnItem(name, size, item.boxes or (), file, verdict.mask.colors)


def _labels_of(line: Line) -> Iterator[str]:
    yield from (label for label, _ in read_item(line).boxes or ())
    if (mask := LOOKOUT.judge_line(line, strict=False).mask) is not None:
        yield from mask.colors.values()
