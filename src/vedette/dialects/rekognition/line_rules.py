"""The rules of Rekognition Custom Labels for one line: the guide's "Creating a manifest file".

`strict` holds a line to every documented key and limit. Without it only what a meaning needs
is asked for, which is how a manifest from a stranger's folder is read.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from vedette.dialects.rekognition.codes import PRIORITY, flaw
from vedette.dialects.rekognition.limits import BOXES, LABEL_LENGTH, LABELS, PICTURES, TRAINING_SIDE
from vedette.manifest import classification, detection
from vedette.manifest.attributes import (
    NUMBERS,
    Attribute,
    Kind,
    MalformedPair,
    free_keys,
    is_number,
    read_pairs,
)
from vedette.manifest.detection import Size
from vedette.manifest.lines import BadLine, Line
from vedette.manifest.places import is_s3
from vedette.manifest.problems import Flaw
from vedette.manifest.unsure import set_aside
from vedette.manifest.verdicts import State, Verdict
from vedette.vision.annotations import Box


class BoxesContent(NamedTuple):
    """What a pair of boxes says, read once: `labels` are those of the boxes, in their order."""

    size: Size
    names: Collection[str]
    annotations: Sequence[dict[str, Any]]
    labels: Sequence[str]


def judge_bad(bad: BadLine) -> Verdict:
    """Return the verdict on what is no line."""
    return Verdict("invalid", (flaw("ERROR_INVALID_JSON_LINE"),))


def judge_line(line: Line, *, strict: bool = True) -> Verdict:
    """Return what is wrong with a line, and what can be learnt from it all the same."""
    return set_aside(line, _judge_content(line, strict=strict))


def _judge_content(line: Line, *, strict: bool) -> Verdict:
    if first := _source_flaw(line) if strict else None:
        return Verdict("invalid", (first,))
    pairs = [(pair, pair.kind) for pair in read_pairs(line)]
    if not pairs:
        return _without_pairs(line)
    form_flaws: list[Flaw] = []
    contents = [_read_form(pair, kind, form_flaws, strict=strict) for pair, kind in pairs]
    if form_flaws and (hits := _first_hit(form_flaws)):
        return Verdict("invalid", hits)
    return _judge_pairs(pairs, contents, strict=strict)


def _source_flaw(line: Line) -> Flaw | None:
    if "source-ref" not in line.values:
        return flaw("ERROR_MISSING_SOURCE_REF")
    return None if is_s3(line["source-ref"]) else flaw("ERROR_INVALID_SOURCE_REF_FORMAT")


def _without_pairs(line: Line) -> Verdict:
    if free_keys(line):
        return Verdict("invalid", (flaw("ERROR_NO_LABEL_ATTRIBUTES"),))
    return Verdict("ignored", (flaw("WARNING_UNANNOTATED_RECORD"),))


def _judge_pairs(
    pairs: Sequence[tuple[Attribute, Kind]], contents: Sequence[BoxesContent | None], *, strict: bool
) -> Verdict:
    """Judge what the pairs say, their form being right."""
    flaws: list[Flaw] = []
    labels: dict[str, None] = {}
    boxes: list[tuple[str, Box]] | None = None
    usable = False
    for (pair, kind), content in zip(pairs, contents, strict=True):
        if content is not None:
            passing, problems = _judge_boxes(pair, content, strict=strict)
            boxes = boxes if passing is None else [*(boxes or []), *passing]
            usable = usable or passing is not None
        elif kind == "class":
            name, problems = _judge_label(pair)
            labels.update({name: None} if name is not None else {})
            usable = usable or name is not None
        elif kind == "tags":
            names, problems = _judge_tags(pair)
            labels.update(dict.fromkeys(names))
            usable = usable or not problems
        else:
            problems = [_unsupported(pair)]
        flaws += problems
    if strict and len(labels) > LABELS:
        flaws.append(flaw("ERROR_TOO_MANY_IMAGE_LABELS"))
    if not usable:
        return Verdict("invalid", (*flaws, flaw("ERROR_NO_VALID_LABEL_ATTRIBUTES")))
    return _sum_up(flaws, tuple(labels), boxes)


def _sum_up(flaws: list[Flaw], labels: tuple[str, ...], boxes: list[tuple[str, Box]] | None) -> Verdict:
    if flaws and any(item.scope == "line" for item in flaws):
        return Verdict("invalid", tuple(flaws))
    if flaws and not boxes and any(item.code == "WARNING_NO_ATTRIBUTE_ANNOTATIONS" for item in flaws):
        flaws = [*flaws, flaw("WARNING_NO_ANNOTATIONS")]
    state: State = "valid" if labels or boxes else "ignored"
    return Verdict(state, tuple(flaws), labels, None if boxes is None else tuple(boxes))


def _judge_label(pair: Attribute) -> tuple[str | None, list[Flaw]]:
    name = classification.read_label(pair)
    if 1 <= len(name) <= LABEL_LENGTH:
        return name, []
    return None, [flaw("ERROR_INVALID_LABEL_NAME_LENGTH", spot="metadata", attribute=pair.name)]


def _judge_tags(pair: Attribute) -> tuple[list[str], list[Flaw]]:
    """Return the labels of a multi-label pair, as Ground Truth writes it."""
    names = [name for name, _ in classification.read_tags(pair)]
    if all(1 <= len(name) <= LABEL_LENGTH for name in names):
        return names, []
    return [], [flaw("ERROR_INVALID_LABEL_NAME_LENGTH", spot="metadata", attribute=pair.name)]


def _judge_boxes(
    pair: Attribute, content: BoxesContent, *, strict: bool
) -> tuple[list[tuple[str, Box]] | None, list[Flaw]]:
    """Return the boxes that pass (None when the pair as a whole is of no use) and what is wrong."""
    size, names, annotations, labels = content
    if not all(1 <= length <= LABEL_LENGTH for length in map(len, names)):
        return None, [flaw("ERROR_INVALID_LABEL_NAME_LENGTH", spot="metadata", attribute=pair.name)]
    if not annotations:
        by_hand = pair.metadata.get("human-annotated") == "yes"
        warning = flaw("WARNING_NO_ATTRIBUTE_ANNOTATIONS", spot="value", attribute=pair.name)
        return [], [warning] if by_hand else []
    if strict and len(annotations) > BOXES:
        return None, [flaw("ERROR_TOO_MANY_BOUNDING_BOXES", spot="value", attribute=pair.name)]
    flaws: list[Flaw] = []
    if strict and not PICTURES.allow_sides(size.width, size.height):
        flaws.append(flaw("ERROR_INVALID_IMAGE_DIMENSION"))
    passing: list[tuple[str, Box]] = []
    for index, item in enumerate(annotations):
        if code := box_code(item, size):
            flaws.append(flaw(code, spot="annotation", attribute=pair.name, index=index))
        else:
            passing.append((labels[index], detection.box_of(item, size)))
    if not passing:
        return None, [*flaws, flaw("ERROR_NO_VALID_ANNOTATIONS", spot="value", attribute=pair.name)]
    return passing, flaws


def box_code(item: dict[str, Any], size: Size) -> str:
    """Return what is wrong with a box, or nothing.

    A rounding error of a tool that writes fractions may put an edge a hair outside: half a pixel is forgiven.
    """
    left, top, width, height = item["left"], item["top"], item["width"], item["height"]
    if left < -0.5 or top < -0.5 or width < 0 or height < 0:
        return "ERROR_INVALID_BOUNDING_BOX"
    if left + width > size.width + 0.5 or top + height > size.height + 0.5:
        return "ERROR_INVALID_BOUNDING_BOX"
    scale = min(1.0, TRAINING_SIDE / max(size.width, size.height))
    return "ERROR_BOUNDING_BOX_TOO_SMALL" if width * scale <= 1 or height * scale <= 1 else ""


def _read_form(pair: Attribute, kind: Kind, flaws: list[Flaw], *, strict: bool) -> BoxesContent | None:
    """Add what is wrong with the form of a pair, and return its boxes where it has any to be judged.

    An unsupported type is judged later.
    """
    if strict and not isinstance(pair.metadata.get("type"), str):
        flaws.append(_bad_metadata(pair))
    elif kind == "boxes":
        return _read_boxes(pair, flaws, strict=strict)
    elif kind == "class":
        if strict and not _is_whole(pair.value):
            flaws.append(_bad_value(pair))
        if not isinstance(pair.metadata.get("class-name"), str) or (strict and not _is_label_metadata(pair)):
            flaws.append(_bad_metadata(pair))
    elif kind == "tags":
        flaws += _tags_form_flaws(pair, strict=strict)
    return None


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


def _read_boxes(pair: Attribute, flaws: list[Flaw], *, strict: bool) -> BoxesContent | None:
    """Add what is wrong with the form of boxes; return what they say, which counts only without a flaw."""
    size, annotations = None, []
    try:
        size = detection.read_size(pair)
        annotations = detection.read_annotations(pair)
        if strict and not _has_depth(pair, size):
            flaws.append(_bad_value(pair))
    except MalformedPair:
        flaws.append(_bad_value(pair))
    try:
        names = detection.read_class_map(pair)
    except MalformedPair:
        flaws.append(_bad_metadata(pair))
        return None
    if strict and not _is_box_metadata(pair):
        flaws.append(_bad_metadata(pair))
    if strict and _count_confidences(pair) < len(annotations):
        flaws.append(flaw("ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", spot="metadata", attribute=pair.name))
    labels = [names[number] for item in annotations if (number := str(item["class_id"])) in names]
    if len(labels) < len(annotations):
        flaws.append(flaw("ERROR_MISSING_CLASS_MAP_ID", spot="metadata", attribute=pair.name))
    return None if size is None else BoxesContent(size, names.values(), annotations, labels)


def _has_depth(pair: Attribute, size: Size) -> bool:
    sizes = pair.value["image_size"]
    entry = sizes[0] if isinstance(sizes, list) else sizes
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
    if not isinstance(objects, list):
        return 0
    return len([item for item in objects if type(item) is dict and type(item.get("confidence")) in NUMBERS])


def _unsupported(pair: Attribute) -> Flaw:
    return flaw("ERROR_UNSUPPORTED_USE_CASE_TYPE", pair.name, spot="metadata", attribute=pair.name)


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
