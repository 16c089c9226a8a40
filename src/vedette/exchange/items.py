"""One labelled picture between two formats, and its conversion to and from a manifest line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.dialects.registry import REKOGNITION
from vedette.errors import Wrong
from vedette.exchange.shapes import Shape
from vedette.manifest import anomaly, classification, detection, segmentation
from vedette.manifest.attributes import Attribute, Stamp, read_pairs
from vedette.manifest.detection import Size
from vedette.manifest.lines import Line, write_line
from vedette.manifest.segmentation import MaskRef
from vedette.manifest.unsure import is_unsure
from vedette.manifest.verdicts import Verdict
from vedette.vision.annotations import Box
from vedette.vision.files import BOMB, DAMAGE, open_head

ATTRIBUTE = "bounding-box"  # the name that the guide's COCO script gives


@dataclass(frozen=True, slots=True)
class Item:
    """A picture by its name, and its labels. `boxes` is None where objects were not annotated.

    `name` is a path below the pictures' folder, or a whole address. `stamp` is None where the
    format does not say who labelled.
    """

    name: str
    labels: tuple[str, ...] = ()
    boxes: tuple[tuple[str, Box], ...] | None = None
    size: Size | None = None
    is_anomalous: bool | None = None
    stamp: Stamp | None = None
    # Where its anomalies lie, in a file of its own.
    mask: MaskRef | None = None
    # Of each box, what COCO says of its region: segmentation and area.
    regions: tuple[Mapping[str, Any], ...] = ()
    # Of each box, the shape that it is around; None where it was drawn as a box.
    shapes: tuple[Shape | None, ...] = ()


def write_item(
    item: Item,
    *,
    prefix: str = "",
    stamp: Stamp,
    names: Sequence[str] = (),
    job_of: Callable[[str], str] | None = None,
) -> Line:
    """Return the manifest line of an item. `prefix` goes before names that are no whole address.

    `names` fixes the class numbers of boxes, so that a label has one number in a whole file. `job_of` names
    the job of each label, where a format has one of its own for each.
    """
    signed = item.stamp or stamp
    values: dict[str, Any] = {"source-ref": address(item.name, prefix)}
    if item.is_anomalous is not None:
        values.update(anomaly.write_class(is_anomalous=item.is_anomalous, stamp=signed))
    if item.mask is not None:
        mask = MaskRef(address(item.mask.ref, prefix), item.mask.colors)
        values.update(segmentation.write_mask(mask, stamp=signed))
    values.update(classification.write_labels(item.labels, stamp=signed, job_of=job_of))
    if item.boxes is not None:
        if item.size is None:
            raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
        values.update(detection.write_boxes(item.boxes, ATTRIBUTE, of=item.size, names=names, stamp=signed))
    return write_line(values)


def read_item(line: Line) -> Item:
    """Return the labels of a line, without its masks; an invalid attribute is ignored alone.

    A box is kept as far as it lies on its picture, also one that the service is not trained with.
    """
    verdict = REKOGNITION.judge_line(line, strict=False)
    size = next((detection.read_size(pair) for pair in read_pairs(line) if _is_sized(pair)), None)
    return Item(line.source, verdict.labels, _boxes(line, verdict), size)


def _boxes(line: Line, verdict: Verdict) -> tuple[tuple[str, Box], ...] | None:
    """Return the boxes that passed, and those that did not for their size or their place."""
    if is_unsure(line) or not any(flaw.spot == "annotation" for flaw in verdict.flaws):
        return verdict.boxes
    unfit = {flaw.attribute for flaw in verdict.flaws if flaw.spot == "metadata"}
    boxes: list[tuple[str, Box]] = []
    for pair in read_pairs(line):
        if pair.kind == "boxes" and pair.name not in unfit:
            size, names = detection.read_size(pair), detection.read_class_map(pair)
            for entry in detection.read_annotations(pair):
                left, top = entry["left"], entry["top"]
                box = inside((left, top, left + entry["width"], top + entry["height"]), size)
                boxes += [] if box is None else [(names[str(entry["class_id"])], box)]
    return tuple(boxes) or verdict.boxes


def _is_sized(pair: Attribute) -> bool:
    try:
        detection.read_size(pair)
    except ValueError:
        return False
    return pair.kind == "boxes"


def address(name: str, prefix: str) -> str:
    """Return the whole address of a picture."""
    if not prefix or "://" in name:
        return name
    return f"{prefix.rstrip('/')}/{name}"


def below(ref: str, prefix: str) -> str:
    """Return a picture's name below the prefix, or the whole reference when it lies elsewhere."""
    whole = prefix.rstrip("/") + "/" if prefix else ""
    return ref[len(whole) :] if whole and ref.startswith(whole) else ref


def short_name(ref: str, prefix: str = "") -> str:
    """Return a picture's name below the prefix, or its last part when it lies elsewhere."""
    name = below(ref, prefix)
    return name if name != ref else ref.rsplit("/", 1)[-1]


def size_of(path: Path) -> Size:
    """Return a picture's size from its header, as it is stored: annotation tools draw on that."""
    try:
        with open_head(path) as image:
            return Size(image.width, image.height, len(image.getbands()))
    except (*DAMAGE, *BOMB) as fault:
        raise Wrong(f"{path} cannot be read as a picture: {fault}.", kind="picture", name=str(path)) from None


def inside(box: tuple[float, float, float, float], size: Size) -> Box | None:
    """Return a box of pixels (left, top, right, bottom) cut to the picture, in shares; None without area."""
    left, right = (min(max(side, 0.0), size.width) for side in (box[0], box[2]))
    top, bottom = (min(max(side, 0.0), size.height) for side in (box[1], box[3]))
    if right <= left or bottom <= top:
        return None
    return Box(
        left / size.width, top / size.height, (right - left) / size.width, (bottom - top) / size.height
    )
