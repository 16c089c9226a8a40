"""Masks: the address of a PNG and the colour of every anomaly label in it.

The documentation wants entry 0 to be a white BACKGROUND; the service's own console writes
no background at all, black for it, and capitals in the colours. All of it is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vedette.manifest.attributes import TYPES, Attribute, MalformedPair, Stamp
from vedette.manifest.lines import PAIR_END

ATTRIBUTE = "anomaly-mask-ref"
BACKGROUND = "BACKGROUND"

_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")


@dataclass(frozen=True, slots=True)
class MaskRef:
    """Where a mask lies, and the label of each `#rrggbb` (lower case) in it, the background aside."""

    ref: str
    colors: Mapping[str, str]


def read_colors(attribute: Attribute) -> dict[str, str]:
    """Return the label of each colour; a map of the background alone gives none."""
    color_map = attribute.metadata.get("internal-color-map")
    if not isinstance(color_map, dict) or not all(_is_entry(entry) for entry in color_map.values()):
        raise MalformedPair(f"{attribute.name}{PAIR_END} has no usable internal-color-map")
    entries = [(entry["hex-color"].lower(), entry["class-name"]) for entry in color_map.values()]
    colors = dict(entries)
    if len(colors) < len(entries):
        raise MalformedPair(f"{attribute.name}{PAIR_END} has a color twice")
    return {color: name for color, name in colors.items() if name.casefold() != BACKGROUND.casefold()}


def read_mask(attribute: Attribute) -> MaskRef | None:
    """Return the mask; None where it shows the background alone, as some tools write for normal pictures."""
    if not isinstance(attribute.value, str) or not attribute.value:
        raise MalformedPair(f"{attribute.name} is not an address")
    colors = read_colors(attribute)
    return MaskRef(attribute.value, colors) if colors else None


def write_mask(mask: MaskRef, attribute: str = ATTRIBUTE, *, stamp: Stamp) -> dict[str, Any]:
    """Return the pair that puts this mask on a picture, a white background first as documented."""
    if not attribute.endswith("-ref"):
        raise ValueError(f"the name of a mask's attribute ends in -ref: {attribute}")
    background = {} if "#ffffff" in mask.colors else {BACKGROUND: "#ffffff"}
    entries = [*background.items(), *((name, color) for color, name in mask.colors.items())]
    first = 0 if background else 1
    return {
        attribute: mask.ref,
        f"{attribute}{PAIR_END}": {
            "internal-color-map": {
                str(number): {"class-name": name, "hex-color": color, "confidence": 0.0}
                for number, (name, color) in enumerate(entries, start=first)
            },
            "type": TYPES["mask"],
            **stamp.write(),
        },
    }


def _is_entry(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("class-name"), str)
        and isinstance(value.get("hex-color"), str)
        and _HEX.match(value["hex-color"]) is not None
    )
