"""Masks of a source: pictures beside the pictures, of which copies are read.

A project of Lookout for Vision takes the mask itself, one of Custom Labels a box around each region.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.anomaly_sets import (
    SetForm,
    class_in_mvtec,
    class_in_visa,
    items_of_set,
    mask_of,
    with_mask,
)
from vedette.exchange.formats import Format
from vedette.exchange.items import Item
from vedette.exchange.mask_files import (
    IMAGES,
    MASKS,
    TABLE,
    mask_name,
    read_mask_item,
    read_table,
    refuse_nobodys,
    refuse_shared,
)
from vedette.exchange.pieces import NoteList, noting
from vedette.imports.naming import PictureIndex
from vedette.manifest.detection import Size

WITH_MASKS: frozenset[Format] = frozenset({"masks", "mvtec", "visa"})
# A mask of 4,096 pixels a side is some hundred kilobytes; of noise in colours, fifty megabytes.
MOST_MASK = 64 * 1024**2


def is_mask(form: Format, path: str) -> bool:
    """Say whether a picture of a source is a mask, by where it lies."""
    if form == "masks":
        return path.startswith(f"{MASKS}/") and path.lower().endswith(".png")
    parts = path.split("/")
    kind = class_in_mvtec(parts) if form == "mvtec" else class_in_visa(parts) if form == "visa" else None
    return kind == "mask"


@dataclass(frozen=True, slots=True)
class MaskSet:
    """The pictures of a source and the masks beside them; `masks` is where those were copied to."""

    files: Path
    masks: Path
    pictures: PictureIndex
    notes: NoteList
    size_of: Callable[[str], Size]
    anomalies: bool

    def items(self) -> Iterator[Item]:
        """Yield the pictures of `images` with what the masks of the same names in `masks` show."""
        table = read_table(self.files / TABLE)
        paths = [path for path in self.pictures.paths() if path.startswith(f"{IMAGES}/")]
        owners: dict[str, list[str]] = {}
        for path in paths:
            owners.setdefault(mask_name(path), []).append(path)
        masks = self._take_masks("masks", owners)
        for path in paths:
            place = mask_name(path)
            if place not in masks:
                yield Item(path)
                continue
            with noting(self.notes, path):
                refuse_shared(place, owners[place])
                self._require(place)
                size = self.size_of(path)
                yield read_mask_item(path, self.masks / place, place, size, table, anomalies=self.anomalies)

    def items_of_set(self, form: SetForm) -> Iterator[Item]:
        """Yield the pictures of MVTec AD or VisA; where anomalies are meant, with their masks."""
        paths = [path for path in self.pictures.paths() if not is_mask(form, path)]
        if not self.anomalies:
            for path in self.pictures.paths():
                if is_mask(form, path):
                    self.pictures.find(path)  # it is not to be brought as a picture either
                    self.notes.change(path, f"{path} is a mask, and is not brought.")
            yield from items_of_set(paths, form, self.notes)
            return
        masks = self._take_masks(form, {mask_of(path, form)[0]: [path] for path in paths})
        for item in items_of_set(paths, form, self.notes):
            place = mask_of(item.name, form)[0]
            if item.is_anomalous and place in masks:
                with noting(self.notes, place):
                    self._require(place)
                    item = with_mask(item, self.masks, form, self.notes)
            yield item

    def _require(self, place: str) -> None:
        try:
            is_there = (self.masks / place).is_file()
        except OSError:  # a name that no disk takes
            is_there = False
        if not is_there:
            raise Wrong(f"{place} is a mask that is not to be had, or has more than {MOST_MASK:,} bytes.")

    def _take_masks(self, form: Format, owners: dict[str, list[str]]) -> set[str]:
        """Return the masks, which are no pictures of their own; note those that go with no picture."""
        masks: set[str] = set()
        for path in self.pictures.paths():
            if not is_mask(form, path):
                continue
            self.pictures.find(path)
            masks.add(path)
            if path not in owners:
                with noting(self.notes, path):
                    self._refuse_nobodys(form, path)
        return masks

    def _refuse_nobodys(self, form: Format, path: str) -> None:
        if form == "masks":
            refuse_nobodys(path)
        raise Wrong(f"{path} is the mask of no picture that is here.", kind="file", name=path)
