"""The rules of Rekognition Custom Labels for one line (rekognition.md 3 and 4.5).

`strict` holds a line to every documented key and limit. Without it only what a meaning needs
is asked for, which is how a manifest from a stranger's folder is read.
"""

from collections.abc import Iterator
from typing import Any

from vedette.dialects.rekognition.codes import PRIORITY, flaw
from vedette.dialects.rekognition.limits import BOXES, LABEL_LENGTH, LABELS, PICTURES, TRAINING_SIDE
from vedette.manifest import classification, detection
from vedette.manifest.attributes import Attribute, Unfit, free_keys, is_number, read_pairs
from vedette.manifest.detection import Size
from vedette.manifest.lines import BadLine, Line
from vedette.manifest.places import is_s3
from vedette.manifest.problems import Flaw
from vedette.manifest.verdicts import Verdict
from vedette.vision.annotations import Box


def judge_bad(bad: BadLine) -> Verdict:
    """Return the verdict on what is no line."""
    return Verdict("invalid", (flaw("ERROR_INVALID_JSON_LINE"),))


def judge_line(line: Line, *, strict: bool = True) -> Verdict:
    """Return what is wrong with a line, and what can be learnt from it all the same."""
    if first := _source_flaw(line) if strict else None:
        return Verdict("invalid", (first,))
    pairs = list(read_pairs(line))
    if not pairs:
        return _without_pairs(line)
    if hits := _first_hit([found for pair in pairs for found in _form_flaws(pair, strict=strict)]):
        return Verdict("invalid", hits)
    return _judge_pairs(pairs, strict=strict)


def _source_flaw(line: Line) -> Flaw | None:
    if "source-ref" not in line.values:
        return flaw("ERROR_MISSING_SOURCE_REF")
    return None if is_s3(line["source-ref"]) else flaw("ERROR_INVALID_SOURCE_REF_FORMAT")


def _without_pairs(line: Line) -> Verdict:
    if free_keys(line):
        return Verdict("invalid", (flaw("ERROR_NO_LABEL_ATTRIBUTES"),))
    return Verdict("ignored", (flaw("WARNING_UNANNOTATED_RECORD"),))


def _judge_pairs(pairs: list[Attribute], *, strict: bool) -> Verdict:
    """Judge what the pairs say, their form being right."""
    flaws: list[Flaw] = []
    labels: dict[str, None] = {}
    boxes: list[tuple[str, Box]] | None = None
    usable = False
    for pair in pairs:
        if pair.kind == "class":
            name, found = _judge_label(pair)
            labels.update({name: None} if name is not None else {})
            usable = usable or name is not None
        elif pair.kind == "boxes":
            kept, found = _judge_boxes(pair, strict=strict)
            boxes = boxes if kept is None else [*(boxes or []), *kept]
            usable = usable or kept is not None
        elif pair.kind == "tags":
            names, found = _judge_tags(pair)
            labels.update(dict.fromkeys(names))
            usable = usable or not found
        else:
            found = [flaw("ERROR_UNSUPPORTED_USE_CASE_TYPE", pair.name, spot="metadata", attribute=pair.name)]
        flaws += found
    if strict and len(labels) > LABELS:
        flaws.append(flaw("ERROR_TOO_MANY_IMAGE_LABELS"))
    if not usable:
        return Verdict("invalid", (*flaws, flaw("ERROR_NO_VALID_LABEL_ATTRIBUTES")))
    return _sum_up(flaws, tuple(labels), boxes)


def _sum_up(flaws: list[Flaw], labels: tuple[str, ...], boxes: list[tuple[str, Box]] | None) -> Verdict:
    if any(found.scope == "line" for found in flaws):
        return Verdict("invalid", tuple(flaws))
    if not boxes and any(found.code == "WARNING_NO_ATTRIBUTE_ANNOTATIONS" for found in flaws):
        flaws = [*flaws, flaw("WARNING_NO_ANNOTATIONS")]
    said = None if boxes is None else tuple(boxes)
    return Verdict("valid" if labels or boxes else "ignored", tuple(flaws), labels, said)


def _judge_label(pair: Attribute) -> tuple[str | None, list[Flaw]]:
    name = classification.read_label(pair)
    if 1 <= len(name) <= LABEL_LENGTH:
        return name, []
    return None, [flaw("ERROR_INVALID_LABEL_NAME_LENGTH", spot="metadata", attribute=pair.name)]


def _judge_tags(pair: Attribute) -> tuple[list[str], list[Flaw]]:
    """Return the labels of a multi-label pair, as Ground Truth writes it (rekognition.md 3.5)."""
    names = [name for name, _ in classification.read_tags(pair)]
    if all(1 <= len(name) <= LABEL_LENGTH for name in names):
        return names, []
    return [], [flaw("ERROR_INVALID_LABEL_NAME_LENGTH", spot="metadata", attribute=pair.name)]


def _judge_boxes(pair: Attribute, *, strict: bool) -> tuple[list[tuple[str, Box]] | None, list[Flaw]]:
    """Return the boxes that pass (None when the pair as a whole is of no use) and what is wrong."""
    size, names = detection.read_size(pair), detection.read_class_map(pair)
    told = pair.value.get("annotations", [])
    if any(not 1 <= len(name) <= LABEL_LENGTH for name in names.values()):
        return None, [flaw("ERROR_INVALID_LABEL_NAME_LENGTH", spot="metadata", attribute=pair.name)]
    if not told:
        by_hand = pair.metadata.get("human-annotated") == "yes"
        warning = flaw("WARNING_NO_ATTRIBUTE_ANNOTATIONS", spot="value", attribute=pair.name)
        return [], [warning] if by_hand else []
    if strict and len(told) > BOXES:
        return None, [flaw("ERROR_TOO_MANY_BOUNDING_BOXES", spot="value", attribute=pair.name)]
    flaws: list[Flaw] = []
    if strict and not PICTURES.allow_sides(size.width, size.height):
        flaws.append(flaw("ERROR_INVALID_IMAGE_DIMENSION"))
    kept: list[tuple[str, Box]] = []
    for index, item in enumerate(told):
        if code := box_code(item, size):
            flaws.append(flaw(code, spot="annotation", attribute=pair.name, index=index))
        else:
            kept.append((names[str(item["class_id"])], detection.box_of(item, size)))
    if not kept:
        return None, [*flaws, flaw("ERROR_NO_VALID_ANNOTATIONS", spot="value", attribute=pair.name)]
    return kept, flaws


def box_code(item: dict[str, Any], size: Size) -> str:
    """Return what is wrong with a box, or nothing.

    A rounding error of a tool that writes fractions may put an edge a hair outside: half a pixel is forgiven.
    """
    left, top, width, height = item["left"], item["top"], item["width"], item["height"]
    outside = left + width > size.width + 0.5 or top + height > size.height + 0.5
    if min(left, top) < -0.5 or min(width, height) < 0 or outside:
        return "ERROR_INVALID_BOUNDING_BOX"
    scale = min(1.0, TRAINING_SIDE / max(size.width, size.height))
    return "ERROR_BOUNDING_BOX_TOO_SMALL" if min(width, height) * scale <= 1 else ""


def _form_flaws(pair: Attribute, *, strict: bool) -> Iterator[Flaw]:
    """Yield what is wrong with the form of a pair; an unsupported type is judged later."""
    if strict and not isinstance(pair.metadata.get("type"), str):
        yield _bad_metadata(pair)
    elif pair.kind == "class":
        if strict and not _is_whole(pair.value):
            yield _bad_value(pair)
        if not isinstance(pair.metadata.get("class-name"), str) or (strict and not _is_label_metadata(pair)):
            yield _bad_metadata(pair)
    elif pair.kind == "tags":
        yield from _tags_form_flaws(pair, strict=strict)
    elif pair.kind == "boxes":
        yield from _box_form_flaws(pair, strict=strict)


def _tags_form_flaws(pair: Attribute, *, strict: bool) -> Iterator[Flaw]:
    numbers = pair.value if isinstance(pair.value, list) else None
    names, sure = pair.metadata.get("class-map"), pair.metadata.get("confidence-map", {})
    if numbers is None or not all(is_number(number) for number in numbers):
        yield _bad_value(pair)
    is_sure = isinstance(sure, dict) and all(is_number(share) for share in sure.values())
    if (
        not isinstance(names, dict)
        or not is_sure
        or (strict and not _is_signed(pair))
        or not all(isinstance(name, str) for name in names.values())
    ):
        yield _bad_metadata(pair)
    elif any(str(number) not in names for number in numbers or ()):
        yield flaw("ERROR_MISSING_CLASS_MAP_ID", spot="metadata", attribute=pair.name)


def _box_form_flaws(pair: Attribute, *, strict: bool) -> Iterator[Flaw]:
    told: list[dict[str, Any]] = []
    try:
        size = detection.read_size(pair)
        told = detection.read_annotations(pair)
        if strict and not _has_depth(pair, size):
            yield _bad_value(pair)
    except Unfit:
        yield _bad_value(pair)
    try:
        names = detection.read_class_map(pair)
    except Unfit:
        yield _bad_metadata(pair)
        return
    if strict and not _is_box_metadata(pair):
        yield _bad_metadata(pair)
    if strict and _count_confidences(pair) < len(told):
        yield flaw("ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", spot="metadata", attribute=pair.name)
    if any(str(item["class_id"]) not in names for item in told):
        yield flaw("ERROR_MISSING_CLASS_MAP_ID", spot="metadata", attribute=pair.name)


def _has_depth(pair: Attribute, size: Size) -> bool:
    told = pair.value["image_size"]
    entry = told[0] if isinstance(told, list) else told
    return is_number(entry.get("depth")) and size.depth >= 0


def _is_whole(value: Any) -> bool:
    return is_number(value) and value == int(value)


def _is_label_metadata(pair: Attribute) -> bool:
    sure = pair.metadata.get("confidence")
    return isinstance(sure, int | float) and 0 <= sure <= 1 and _is_signed(pair)


def _is_box_metadata(pair: Attribute) -> bool:
    return isinstance(pair.metadata.get("objects"), list) and _is_signed(pair)


def _is_signed(pair: Attribute) -> bool:
    """Say whether the keys that every type must have are there; any text is a date."""
    return pair.metadata.get("human-annotated") in ("yes", "no") and isinstance(
        pair.metadata.get("creation-date"), str
    )


def _count_confidences(pair: Attribute) -> int:
    objects = pair.metadata.get("objects")
    told = objects if isinstance(objects, list) else []
    return sum(isinstance(item, dict) and is_number(item.get("confidence")) for item in told)


def _bad_value(pair: Attribute) -> Flaw:
    return flaw("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", pair.name, spot="value", attribute=pair.name)


def _bad_metadata(pair: Attribute) -> Flaw:
    return flaw("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", spot="metadata", attribute=pair.name)


def _first_hit(flaws: list[Flaw]) -> tuple[Flaw, ...]:
    """Return the flaws of the first code in the order of priority, and nothing when none of them has one."""
    for code in PRIORITY:
        if hits := tuple(flaw for flaw in flaws if flaw.code == code):
            return hits
    return ()
