"""A folder of pictures: labels from the folders directly below it, as both consoles offer.

Custom Labels: the first folder below the top names the label, deeper ones mean nothing, and a picture at the
top has no label. Lookout for Vision: the same with `normal` and `anomaly`; any other folder is unlabelled.
"""

from collections.abc import Iterator
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.vision.annotations import ANOMALY, NORMAL
from vedette.vision.files import pictures_in


def read_folder(folder: Path, *, anomalies: bool = False) -> Iterator[Item]:
    """Yield the pictures below the folder, in the order of their names."""
    if not folder.is_dir():
        raise Wrong(f"There is no folder {folder}.", kind="folder", name=str(folder))
    for picture in pictures_in(folder):
        name = picture.relative_to(folder)
        label = name.parts[0] if len(name.parts) > 1 else ""
        if anomalies:
            folded = label.casefold()
            is_class = folded in (NORMAL, ANOMALY)
            yield Item(name.as_posix(), is_anomalous=folded == ANOMALY if is_class else None)
        else:
            yield Item(name.as_posix(), (label,) if label else ())
