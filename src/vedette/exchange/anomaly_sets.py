"""The folders of MVTec AD and of VisA: what is normal and what is an anomaly, by where pictures lie.

    mvtec   train/good, test/good: normal; test/DEFECT: an anomaly; ground_truth/ holds masks
    visa    Data/Images/Normal and Data/Images/Anomaly; Data/Masks holds masks

A mask goes with its picture as it lies there: whatever is not black in it shows the defect that the folder
names (in VisA, which names none, an anomaly). A folder of several products is read product by product.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Literal

from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.exchange.mask_files import shown_in_mask
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.manifest.segmentation import MaskRef
from vedette.vision.annotations import ANOMALY
from vedette.vision.files import pictures_in

SetForm = Literal["mvtec", "visa"]
GOOD = "good"
MASKS = "ground_truth"


def class_in_mvtec(parts: Sequence[str]) -> bool | Literal["mask"] | None:
    """Return whether a path is of an anomaly, or of a mask; None where it is of neither.

    The folders above are asked too: whoever reads `test` alone stands in it.
    """
    kinds = [part for part in parts[:-1] if part in ("train", "test", MASKS)]
    if not kinds or len(parts) < 2:
        return None
    return "mask" if kinds[-1] == MASKS else parts[-2] != GOOD


def class_in_visa(parts: Sequence[str]) -> bool | Literal["mask"] | None:
    """Return whether a path is of an anomaly, or of a mask; None where it is of neither."""
    if "Masks" in parts:
        return "mask"
    kind = parts[-2].casefold() if len(parts) > 1 else ""
    return kind == "anomaly" if kind in ("normal", "anomaly") else None


def read_mvtec(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures of one product, of its `train` or its `test` alone, or of all products."""
    count = 0
    for item in items_of_set(_names(folder, "mvtec"), "mvtec", notes, above=folder.name):
        count += 1
        yield with_mask(item, folder, "mvtec", notes)
    if not count:
        raise Wrong(f"{folder} has no train/good or test/DEFECT; is it a product of MVTec AD?", kind="folder")


def read_visa(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures of one product, or of all."""
    count = 0
    for item in items_of_set(_names(folder, "visa"), "visa", notes):
        count += 1
        yield with_mask(item, folder, "visa", notes)
    if not count:
        raise Wrong(f"{folder} has no Images/Normal or Images/Anomaly; is it of VisA?", kind="folder")


def items_of_set(
    names: Iterable[str], form: SetForm, notes: PieceNotes, *, above: str = ""
) -> Iterator[Item]:
    """Yield the pictures among names, as the folders in them say; masks are noted."""
    for name in names:
        parts = name.split("/")
        kind = class_in_mvtec([above, *parts]) if form == "mvtec" else class_in_visa(parts)
        if kind == "mask":
            notes.change(name, f"{name} is a mask, and is not brought.")
        elif kind is not None:
            yield Item(name, is_anomalous=kind)


def _names(folder: Path, form: SetForm) -> Iterator[str]:
    """Yield the names of pictures, without those of masks."""
    for picture in _pictures(folder):
        name = picture.relative_to(folder)
        kind = class_in_mvtec([folder.name, *name.parts]) if form == "mvtec" else class_in_visa(name.parts)
        if kind != "mask":
            yield name.as_posix()


def _mask_in_mvtec(name: PurePosixPath) -> tuple[str, str]:
    """Return where the mask of a picture lies, and of which defect it is."""
    parts = list(name.parts)
    places = [number for number, part in enumerate(parts[:-1]) if part == "test"]
    if not places:
        return "", ""
    parts[places[-1]], parts[-1] = MASKS, f"{name.stem}_mask.png"
    return "/".join(parts), parts[-2]


def _mask_in_visa(name: PurePosixPath) -> tuple[str, str]:
    parts = list(name.parts)
    places = [number for number, part in enumerate(parts[:-1]) if part == "Images"]
    if not places:
        return "", ""
    parts[places[-1]], parts[-1] = "Masks", f"{name.stem}.png"
    return "/".join(parts), ANOMALY


def mask_of(name: str, form: SetForm) -> tuple[str, str]:
    """Return where the mask of a picture lies, and what it shows; nothing for a picture that has none."""
    return (_mask_in_mvtec if form == "mvtec" else _mask_in_visa)(PurePosixPath(name))


def with_mask(item: Item, folder: Path, form: SetForm, notes: PieceNotes) -> Item:
    """Return an anomaly with its mask, where there is one below the folder that shows something."""
    place, label = mask_of(item.name, form)
    if not (item.is_anomalous and place and (folder / place).is_file()):
        return item
    colors: list[str] = []
    with noting(notes, place):
        colors = shown_in_mask(folder / place)
        if not colors:
            notes.change(place, f"{place} is black, so that its picture has no mask.")
    return replace(item, mask=MaskRef(place, dict.fromkeys(colors, label))) if colors else item


def _pictures(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise Wrong(f"There is no folder {folder}.", kind="folder", name=str(folder))
    return pictures_in(folder)
