"""`--masks-from` of `vedette import`: where the masks go that are drawn of a source's shapes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from vedette.dialects.registry import dialect_of
from vedette.errors import Wrong
from vedette.exchange.items import address, size_of
from vedette.exchange.move import key_of
from vedette.exchange.pieces import PieceNotes
from vedette.exchange.places import SourceFolder, UniqueNames
from vedette.exchange.shape_masks import ShapeMasks, require_form
from vedette.manifest.detection import Size
from vedette.manifest.lines import Line, change_line
from vedette.manifest.places import Resolver
from vedette.manifest.segmentation import ATTRIBUTE

# Below the folder of a bucket, for a dataset of a server.
MASKS = "masks"


@dataclass(slots=True)
class MaskFolder:
    """Takes masks into a folder that is nobody's yet; without one they are drawn, and not kept."""

    folder: Path | None = None
    place: Path | None = None
    # What goes before a mask's name in a line.
    prefix: str = MASKS
    _names: UniqueNames = field(default_factory=partial(UniqueNames, ignore_case=True))

    def keep(self, name: str, png: bytes) -> str:
        """Write a mask; return its name below the folder."""
        key = self._names.of(name, str(Path(key_of(name)).with_suffix(".png")))
        if self.folder is not None:
            target = self.folder / key
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(png)
        return key

    def placed(self, line: Line, bare: Line) -> Line:
        """Return a line with the address of its mask, whose name the bare one has."""
        name = bare.values.get(ATTRIBUTE)
        return change_line(line, {ATTRIBUTE: address(name, self.prefix)}) if isinstance(name, str) else line

    def finder(self, pictures: SourceFolder) -> Resolver:
        """Return what finds masks here, and pictures where they lie."""
        masks = SourceFolder(self.folder) if self.folder is not None else None

        def find(ref: str) -> Path | None:
            is_mask = masks is not None and ref.startswith(f"{self.prefix}/")
            return masks(ref[len(self.prefix) + 1 :]) if is_mask and masks is not None else pictures(ref)

        return find

    def settle(self) -> None:
        """Put the masks where they are to be found."""
        if self.folder is not None and self.place is not None and self.folder.exists():
            self.folder.rename(self.place)


def drawn_masks(
    folder: MaskFolder, pictures: Path | None, notes: PieceNotes, *, with_boxes: bool
) -> ShapeMasks:
    """Return what draws the masks of pictures below a folder."""
    find = SourceFolder(pictures) if pictures is not None else None

    def find_size(name: str) -> Size | None:
        picture = find(name) if find is not None else None
        return None if picture is None else size_of(picture)

    return ShapeMasks(folder.keep, find_size, notes, with_boxes)


def require_shapes(form: str, service: str, *, has_boxes_from: bool) -> None:
    """Refuse masks where a format has no shapes, or a service no masks."""
    require_form(form)
    if has_boxes_from:
        raise Wrong("Say --masks-from or --boxes-from: masks of shapes, or boxes of masks.")
    if service and not dialect_of(service).class_labels:
        raise Wrong("Custom Labels has no masks; for Lookout for Vision say --service lookoutvision.")


@contextmanager
def mask_folder(is_wanted: str, out: Path | None, to: str) -> Iterator[MaskFolder]:
    """Yield a folder for masks: beside the manifest, there whole or not at all, or for a while."""
    if not is_wanted:
        yield MaskFolder()
        return
    if out is None:
        with TemporaryDirectory() as scratch:
            yield MaskFolder(Path(scratch))
        return
    place = out.with_name(f"{out.stem}-masks")
    if place.exists():
        raise Wrong(f"{place}, where the masks would go, is there already; move it, or say another --out.")
    part = place.with_name(f".{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        yield MaskFolder(part, place, address(place.name, to))
    finally:
        shutil.rmtree(part, ignore_errors=True)
