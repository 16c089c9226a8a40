"""What a format cannot hold of a dataset, counted before it is written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from vedette.dialects.registry import LOOKOUT
from vedette.exchange.items import Item, read_item
from vedette.manifest.attributes import Attribute, read_pairs
from vedette.manifest.classification import read_tags
from vedette.manifest.lines import Line
from vedette.manifest.unsure import is_unsure
from vedette.vision.annotations import ANOMALY, NORMAL

# Of labels of whole pictures, boxes, and masks; whatever is not here is lost.
HOLDS: Mapping[str, frozenset[str]] = {
    "manifest": frozenset({"labels", "boxes", "masks"}),
    "coco": frozenset({"boxes"}),
    "coco with regions": frozenset({"boxes", "masks"}),
    "yolo with regions": frozenset({"boxes", "masks"}),
    "labelme with regions": frozenset({"labels", "boxes", "masks"}),
    "via with regions": frozenset({"labels", "boxes", "masks"}),
    **dict.fromkeys(
        (f"{form} with regions" for form in ("cvat", "datumaro", "labelstudio", "supervisely")),
        frozenset({"labels", "boxes", "masks"}),
    ),
    "voc": frozenset({"boxes"}),
    "yolo": frozenset({"boxes"}),
    "csv": frozenset({"labels"}),
    "labelstudio": frozenset({"labels", "boxes"}),
    "cvat": frozenset({"labels", "boxes"}),
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
    # Of labels normal and anomaly alone.
    "mvtec": frozenset({"masks"}),
    "visa": frozenset({"masks"}),
}
SETS = frozenset({"mvtec", "visa"})

# Formats in which a picture without objects is one that nobody looked at.
WITHOUT_EMPTY = frozenset({"roboflow", "csv", "folder", "labelstudio", "labelstudio with regions"})


# Formats in which a picture that nobody looked at is one without objects.
WITHOUT_UNSEEN = frozenset(
    {"coco", "coco with regions", "voc", "cvat", "labelme", "labelme with regions", "via", "via with regions",
     "supervisely", "fiftyone", "cvat with regions", "supervisely with regions"}
)  # fmt: skip


def find_losses(form: str, lines: Iterable[Line], *, split: str = "train") -> list[str]:
    """Return a sentence for each kind of thing that would be lost, with how many pictures have it."""
    name, beyond = form.removesuffix(" with regions"), "are not written"
    sentences = {
        "empty": f"looked at and nothing was found, which {name} does not tell from what nobody saw",
        "unseen": f"not looked at for objects, which {name} does not tell from pictures without any",
        "unsure": f"marked as unsure, and labels of such {beyond}",
        "unread": f"given labels that cannot be used, or boxes that are not on the picture; those {beyond}",
        "unclassed": f"neither normal nor an anomaly, and {beyond}",
        "moved": "an anomaly of the training dataset, which goes among the test pictures",
        "defects": "given a mask whose color map names defects that are not read back, or several, which are "
        "one where it shows them",
    }
    return [
        f"{'1 picture was' if count == 1 else f'{count} pictures were'} {sentences[part]}."
        if part in sentences
        else f"{count} {'picture has' if count == 1 else 'pictures have'} {part}, which {form} does not hold."
        for part, count in count_losses(form, lines, split=split).items()
    ]


def count_losses(form: str, lines: Iterable[Line], *, split: str = "train") -> dict[str, int]:
    """Return of how many pictures something would be lost, by what it is: nothing that is held is named."""
    counts: Counter[str] = Counter()
    for line in lines:
        item = read_item(line)
        if form in SETS:
            counts.update(_losses_of_set(form, line, item, split))
            continue
        has_mask = any(key.endswith("-ref") and key != "source-ref" for key in line.values)
        is_told = has_mask or (bool(item.labels) and "labels" in HOLDS[form])
        counts["labels"] += bool(item.labels)
        counts["boxes"] += bool(item.boxes)
        counts["masks"] += has_mask
        counts["empty"] += item.boxes == () and not item.labels
        counts["unseen"] += item.boxes is None and not is_told
        has_more = _has_more(line, item)
        counts["unsure"] += has_more and is_unsure(line)
        counts["unread"] += has_more and not is_unsure(line)
    tells = {
        "empty": form not in WITHOUT_EMPTY,
        "unseen": form not in WITHOUT_UNSEEN,
        "unsure": form == "manifest",
        "unread": form == "manifest",
    }
    parts_held = HOLDS[form] | {part for part, is_told in tells.items() if is_told}
    return {part: count for part, count in counts.items() if count and part not in parts_held}


def _losses_of_set(form: str, line: Line, item: Item, split: str) -> Iterator[str]:
    """Yield what the folders of MVTec AD or VisA do not hold of a picture."""
    verdict = LOOKOUT.judge_line(line, strict=False)
    defects = {*verdict.mask.colors.values()} if verdict.mask else set[str]()
    if {label.casefold() for label in item.labels} - {NORMAL, ANOMALY}:
        yield "labels"
    if item.boxes:
        yield "boxes"
    if verdict.is_anomalous is None:
        yield "unsure" if is_unsure(line) else "unclassed"
    if verdict.is_anomalous and split == "train":
        yield "moved"
    if len(defects) > 1 or (form == "visa" and defects - {ANOMALY}):
        yield "defects"


def _has_more(line: Line, item: Item) -> bool:
    """Say whether a line has labels or boxes that its item has not."""
    boxes, names = 0, set[str]()
    for pair in read_pairs(line):
        if pair.kind == "boxes":
            entries = pair.value.get("annotations") if isinstance(pair.value, dict) else None
            boxes += len(entries) if isinstance(entries, list) else 1
        elif pair.kind in ("class", "tags"):
            names |= _labels_of(pair)
    return boxes > len(item.boxes or ()) or not names <= {*item.labels}


def _labels_of(pair: Attribute) -> set[str]:
    """Return the labels of a pair; the empty one, which no item has, where it cannot be read."""
    try:
        tags = {name for name, _ in read_tags(pair)} if pair.kind == "tags" else {pair.metadata["class-name"]}
    except (ValueError, KeyError):
        return {""}
    return {name if isinstance(name, str) else "" for name in tags}
