"""`vedette export parquet`: a table of the pictures themselves with their labels."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from vedette.errors import Wrong
from vedette.exchange.items import Item, below, read_item, size_of
from vedette.exchange.move import key_of
from vedette.exchange.picture_tables import write_picture_table
from vedette.exchange.places import UniqueNames, local_name
from vedette.manifest.lines import Line

# Writes the file of a reference to a path, and returns whether there is one.
Fetch = Callable[[str, Path], bool]


@dataclass(slots=True)
class PictureTable:
    """Writes lines with their pictures; `cut` is cut off the pictures' names."""

    fetch: Fetch
    cut: str
    copied: int = 0
    _names: UniqueNames = field(default_factory=partial(UniqueNames, ignore_case=True))

    def write(self, lines: list[Line], out: Path, *, with_pictures: bool) -> tuple[int, int]:
        """Write the table; return how many boxes, and how many pictures."""
        if not with_pictures:
            raise Wrong("A table holds the pictures themselves; export it with them (--with-pictures).")
        labels = sorted({label for line in lines for label in _labels_of(read_item(line))})
        with TemporaryDirectory() as scratch:
            return write_picture_table(self._rows(lines, Path(scratch) / "picture"), out, labels), self.copied

    def _rows(self, lines: list[Line], scratch: Path) -> Iterator[tuple[Item, bytes]]:
        for line in lines:
            item = read_item(line)
            if not self.fetch(item.name, scratch):
                print(f"There is no file for {item.name}; it is left out.", file=sys.stderr)
                continue
            name = self._names.of(item.name, local_name(below(key_of(item.name), self.cut)))
            self.copied += 1
            size = item.size or (size_of(scratch) if item.boxes is not None else None)
            yield replace(item, name=name, size=size), scratch.read_bytes()


def _labels_of(item: Item) -> Iterator[str]:
    yield from item.labels
    yield from (label for label, _ in item.boxes or ())
