"""The folders of MVTec AD and of VisA: what is normal and what is an anomaly, by where pictures lie.

    mvtec   train/good, test/good: normal; test/DEFECT: an anomaly; ground_truth/ holds masks
    visa    Data/Images/Normal and Data/Images/Anomaly; Data/Masks holds masks

Masks of both say where, and not of which of a line's colours: they are not brought, which is noted. A folder
of several products is read product by product.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.exchange.pieces import STRICT, PieceNotes
from vedette.vision.files import pictures_in

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
    names = (picture.relative_to(folder) for picture in _pictures(folder))
    count = 0
    for item in items_of_set((name.as_posix() for name in names), "mvtec", notes, above=folder.name):
        count += 1
        yield item
    if not count:
        raise Wrong(f"{folder} has no train/good or test/DEFECT; is it a product of MVTec AD?", kind="folder")


def read_visa(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures of one product, or of all."""
    names = (picture.relative_to(folder) for picture in _pictures(folder))
    count = 0
    for item in items_of_set((name.as_posix() for name in names), "visa", notes):
        count += 1
        yield item
    if not count:
        raise Wrong(f"{folder} has no Images/Normal or Images/Anomaly; is it of VisA?", kind="folder")


def items_of_set(
    names: Iterable[str], form: Literal["mvtec", "visa"], notes: PieceNotes, *, above: str = ""
) -> Iterator[Item]:
    """Yield the pictures among names, as the folders in them say; masks are noted."""
    for name in names:
        parts = name.split("/")
        kind = class_in_mvtec([above, *parts]) if form == "mvtec" else class_in_visa(parts)
        if kind == "mask":
            notes.change(name, f"{name} is a mask, and is not brought.")
        elif kind is not None:
            yield Item(name, is_anomalous=kind)


def _pictures(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise Wrong(f"There is no folder {folder}.", kind="folder", name=str(folder))
    return pictures_in(folder)
