"""The rules of Lookout for Vision for one line: the guide's "Creating a manifest file".

Real manifests, the service's own console among their writers, break the documented rules in
ways that must be accepted; what is asked for here is what every one of them keeps.
"""

from collections.abc import Iterator
from typing import Any

from vedette.dialects.lookout.codes import flaw
from vedette.dialects.lookout.limits import LABEL_LENGTH, LINE_LENGTH
from vedette.manifest import anomaly, segmentation
from vedette.manifest.attributes import Attribute, MalformedPair, is_reserved, read_pairs
from vedette.manifest.lines import PAIR_END, Line
from vedette.manifest.places import is_s3
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.manifest.unsure import set_aside
from vedette.manifest.verdicts import State, Verdict


def judge_line(line: Line, *, strict: bool = True) -> Verdict:
    """Return what is wrong with a line, and what can be learnt from it."""
    return set_aside(line, _judge_content(line, strict=strict))


def _judge_content(line: Line, *, strict: bool) -> Verdict:
    flaws: list[Flaw] = []
    if strict:
        flaws += _outer_flaws(line)
    is_anomalous: bool | None = None
    mask: MaskRef | None = None
    for pair in read_pairs(line):
        if pair.name.endswith("-ref"):
            problems, mask_of_pair = _judge_mask(pair, strict=strict)
            flaws += problems
            mask = mask or mask_of_pair
        elif pair.kind == "class":
            flaws += _label_flaws(pair) if strict else []
            is_anomalous = anomaly.read_class(pair) if is_anomalous is None else is_anomalous
    if any(item.scope == "line" for item in flaws):
        return Verdict("invalid", tuple(flaws))
    labels = tuple(dict.fromkeys(mask.colors.values())) if mask and is_anomalous else ()
    state: State = "ignored" if is_anomalous is None else "valid"
    return Verdict(
        state, tuple(flaws), labels, is_anomalous=is_anomalous, mask=mask if is_anomalous else None
    )


def _outer_flaws(line: Line) -> Iterator[Flaw]:
    if len(line.text) > LINE_LENGTH:
        yield flaw("LOOKOUT_LONG_LINE", LINE_LENGTH)
    if not is_s3(line.values.get("source-ref")):
        yield flaw("LOOKOUT_SOURCE_REF")
    for key, value in line.values.items():
        if is_reserved(key) or key == "cl-metadata":
            continue
        twin = key.removesuffix(PAIR_END) if key.endswith(PAIR_END) else key + PAIR_END
        if twin not in line.values and _is_half(key, value):
            yield flaw("LOOKOUT_PAIR", key, twin)


def _is_half(key: str, value: Any) -> bool:
    """Say whether a key without its twin was meant for a label or a mask; customers' own keys are theirs.

    Of metadata its type says so; a value has only its name, and those that write manifests call it
    `anomaly-label`, `auto-label`, `anomaly-mask-ref`.
    """
    if key.endswith(PAIR_END):
        return isinstance(value, dict) and Attribute(key, None, value).kind in ("class", "mask")
    name = key.casefold()
    return name.endswith("label") or (name.endswith("-ref") and "mask" in name)


def _label_flaws(pair: Attribute) -> Iterator[Flaw]:
    name = pair.metadata.get("class-name")
    is_typed = isinstance(pair.metadata.get("type"), str)
    if not isinstance(name, str) or not is_typed or pair.metadata.get("human-annotated") not in ("yes", "no"):
        yield flaw("LOOKOUT_METADATA", pair.name + PAIR_END, "class-name, type and human-annotated")


def _judge_mask(pair: Attribute, *, strict: bool) -> tuple[list[Flaw], MaskRef | None]:
    if strict and not (is_s3(pair.value) and pair.value.lower().endswith(".png")):
        return [flaw("LOOKOUT_MASK_REF", pair.name)], None
    if strict and pair.kind != "mask":
        return [
            flaw("LOOKOUT_METADATA", pair.name + PAIR_END, "the type groundtruth/semantic-segmentation")
        ], None
    try:
        mask = segmentation.read_mask(pair)
    except MalformedPair:
        return [flaw("LOOKOUT_COLOR_MAP", pair.name)], None
    names = set(mask.colors.values()) if mask else set()
    if wrong := [name for name in sorted(names) if not 1 <= len(name) <= LABEL_LENGTH]:
        return [flaw("LOOKOUT_LABEL_LENGTH", wrong[0][:40])], None
    return [], mask
