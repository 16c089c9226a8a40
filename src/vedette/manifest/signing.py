"""A line signed anew: who labelled what differs from an earlier line, when, and how sure that is.

For labels that somebody else writes down than gave them. What both lines say alike stays as it was signed.
"""

from typing import Any

from vedette.manifest.attributes import Attribute, Stamp, read_pairs
from vedette.manifest.lines import PAIR_END, Line, change_line


def sign(line: Line, before: Line, stamp: Stamp, confidence: float) -> Line:
    """Return the line with every pair that is new or changed signed with this stamp and confidence."""
    changes: dict[str, Any] = {}
    for pair in read_pairs(line):
        name = pair.name + PAIR_END
        is_same = before.values.get(pair.name) == pair.value and before.values.get(name) == pair.metadata
        if pair.kind and not is_same:
            changes[name] = {**pair.metadata, **_confidence(pair, confidence), **stamp.write()}
    return change_line(line, changes)


def _confidence(pair: Attribute, confidence: float) -> dict[str, Any]:
    """Return the confidence where the pair's kind has it; a whole one without a dot, as Ground Truth does."""
    value = 1 if confidence == 1 else confidence
    if pair.kind == "class":
        return {"confidence": value}
    objects = pair.metadata.get("objects")
    if pair.kind == "boxes" and isinstance(objects, list):
        return {"objects": [{"confidence": value} for _ in objects]}
    if pair.kind == "tags" and isinstance(pair.metadata.get("confidence-map"), dict):
        return {"confidence-map": dict.fromkeys(pair.metadata["confidence-map"], value)}
    return {}
