"""What a format cannot hold of a dataset, counted before it is written."""

from collections import Counter
from collections.abc import Iterable, Mapping

from vedette.exchange.items import read_item
from vedette.manifest.lines import Line

# Of labels of whole pictures, boxes, and masks; whatever is not here is lost.
HOLDS: Mapping[str, frozenset[str]] = {
    "manifest": frozenset({"labels", "boxes", "masks"}),
    "coco": frozenset({"boxes"}),
    "coco with regions": frozenset({"boxes", "masks"}),
    "voc": frozenset({"boxes"}),
    "yolo": frozenset({"boxes"}),
    "csv": frozenset({"labels"}),
    "labelme": frozenset({"labels", "boxes"}),
    "via": frozenset({"labels", "boxes"}),
    "datumaro": frozenset({"labels", "boxes"}),
    "imagefolder": frozenset({"labels", "boxes"}),
    "supervisely": frozenset({"labels", "boxes"}),
    "fiftyone": frozenset({"boxes"}),
    "parquet": frozenset({"labels", "boxes"}),
    # A picture without boxes has no row.
    "roboflow": frozenset({"labels", "boxes"}),
    "folder": frozenset({"labels"}),
    # Boxes that touch run together, and the larger lies under the smaller.
    "masks": frozenset({"masks"}),
}

# Formats in which a picture without objects is one that nobody looked at.
WITHOUT_EMPTY = frozenset({"roboflow", "csv", "folder"})


def find_losses(form: str, lines: Iterable[Line]) -> list[str]:
    """Return a sentence for each kind of thing that would be lost, with how many pictures have it."""
    counts: Counter[str] = Counter()
    for line in lines:
        item = read_item(line)
        counts["labels"] += bool(item.labels)
        counts["boxes"] += bool(item.boxes)
        counts["empty"] += item.boxes == () and not item.labels
        counts["masks"] += any(key.endswith("-ref") and key != "source-ref" for key in line.values)
    sentences = [
        f"{count} {'picture has' if count == 1 else 'pictures have'} {part}, which {form} does not hold."
        for part, count in counts.items()
        if count and part != "empty" and part not in HOLDS[form]
    ]
    if (count := counts["empty"]) and form in WITHOUT_EMPTY:
        pictures = "1 picture was" if count == 1 else f"{count} pictures were"
        sentences.append(
            f"{pictures} looked at and nothing was found, which {form} does not tell from what nobody saw."
        )
    return sentences
