"""Image-level labels: one pair a label, the name in the metadata.

The pair's number means nothing to either service and is never read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from vedette.manifest.attributes import TYPES, Attribute, MalformedPair, Stamp
from vedette.manifest.lines import PAIR_END


def read_label(attribute: Attribute) -> str:
    """Return the label's name."""
    name = attribute.metadata.get("class-name")
    if not isinstance(name, str):
        raise MalformedPair(f"{attribute.name}{PAIR_END} has no class-name")
    return name


def write_label(name: str, *, attribute: str, stamp: Stamp, number: int = 1) -> dict[str, Any]:
    """Return the pair that gives a picture this label."""
    return {
        attribute: number,
        f"{attribute}{PAIR_END}": {
            "class-name": name,
            "confidence": 1,
            "type": TYPES["class"],
            **stamp.write(),
        },
    }


def read_labels(attributes: Iterable[Attribute]) -> tuple[str, ...]:
    """Return the labels of a picture, each once, in the line's order."""
    return tuple(dict.fromkeys(read_label(pair) for pair in attributes if pair.kind == "class"))


def write_labels(
    names: Sequence[str], *, stamp: Stamp, job_of: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """Return one pair a label, its attribute named after it as the console and the guide's script do.

    `job_of` names the job of each label, where that is not the stamp's.
    """
    part: dict[str, Any] = {}
    for name in names:
        signed = replace(stamp, job=job_of(name)) if job_of else stamp
        part.update(write_label(name, attribute=free_attribute(name, part), stamp=signed))
    return part


def free_attribute(name: str, values: dict[str, Any]) -> str:
    """Return an attribute name for a label that collides with no key of the line."""
    attribute = name
    while (
        attribute in values
        or f"{attribute}{PAIR_END}" in values
        or attribute.endswith(PAIR_END)
        or attribute in {"", "source-ref", "cl", "errors", "warnings", "cl-errors", "cl-warnings"}
    ):
        attribute = f"{attribute}-label" if attribute.endswith(PAIR_END) else f"label-{attribute}"
    return attribute


def read_tags(attribute: Attribute) -> tuple[tuple[str, float], ...]:
    """Return the labels and confidences of a multi-label Ground Truth pair."""
    names = attribute.metadata.get("class-map")
    sure = attribute.metadata.get("confidence-map", {})
    if not isinstance(names, dict) or not isinstance(sure, dict) or not isinstance(attribute.value, list):
        raise MalformedPair(f"{attribute.name} is no multi-label pair")
    if missing := [number for number in attribute.value if str(number) not in names]:
        raise MalformedPair(f"class {missing[0]} of {attribute.name} is missing from the class-map")
    return tuple((str(names[str(c)]), float(sure.get(str(c), 1))) for c in attribute.value)
