"""The folders of MVTec AD and of VisA: what is normal and what is an anomaly, by where pictures lie.

    mvtec   train/good, test/good: normal; test/DEFECT: an anomaly; ground_truth/ holds masks
    visa    Data/Images/Normal and Data/Images/Anomaly; Data/Masks holds masks

Masks of both say where, and not of which of a line's colours: they are not brought, which is noted. A folder
of several products is read product by product.
"""

from collections.abc import Iterator
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.exchange.pieces import STRICT, PieceNotes
from vedette.vision.files import pictures_in

GOOD = "good"
MASKS = "ground_truth"


def read_mvtec(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures of one product, of its `train` or its `test` alone, or of all products."""
    count = 0
    for picture in _pictures(folder):
        name = picture.relative_to(folder)
        # The folders above are asked too: whoever reads test/ alone stands in it.
        kinds = [part for part in (folder.name, *name.parts[:-1]) if part in ("train", "test", MASKS)]
        if not kinds or len(name.parts) < 2:
            continue
        if kinds[-1] == MASKS:
            notes.change(str(folder), f"{name.as_posix()} is a mask, and is not brought.")
            continue
        count += 1
        yield Item(name.as_posix(), is_anomalous=name.parts[-2] != GOOD)
    if not count:
        raise Wrong(f"{folder} has no train/good or test/DEFECT; is it a product of MVTec AD?", kind="folder")


def read_visa(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield the pictures of one product, or of all."""
    count = 0
    for picture in _pictures(folder):
        name = picture.relative_to(folder)
        kind = name.parts[-2].casefold() if len(name.parts) > 1 else ""
        if "Masks" in name.parts:
            notes.change(str(folder), f"{name.as_posix()} is a mask, and is not brought.")
        elif kind in ("normal", "anomaly"):
            count += 1
            yield Item(name.as_posix(), is_anomalous=kind == "anomaly")
    if not count:
        raise Wrong(f"{folder} has no Images/Normal or Images/Anomaly; is it of VisA?", kind="folder")


def _pictures(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise Wrong(f"There is no folder {folder}.", kind="folder", name=str(folder))
    return pictures_in(folder)
