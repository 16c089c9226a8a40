"""Boxes that were drawn for another size of a picture than it has.

A picture that was scaled since keeps its boxes, which are shares of it. On one of other proportions they
would lie elsewhere: it is refused until somebody has looked. Which way a picture is turned is not known here,
so both ways are right.
"""

from typing import Any

from vedette.imports.naming import PlacedPicture
from vedette.manifest.attributes import MalformedPair, read_pairs
from vedette.manifest.detection import are_alike, read_size
from vedette.manifest.lines import Line

ELSEWHERE, SCALED = "BOXES_ELSEWHERE", "BOXES_SCALED"


def size_problems(line: Line, picture: PlacedPicture | None) -> list[tuple[Any, ...]]:
    """Return what is wrong with the sizes that a line says its picture has, one thing at most."""
    if picture is None or not picture.width:
        return []
    real = (picture.width, picture.height)
    for pair in read_pairs(line):
        if pair.kind != "boxes" or not isinstance(pair.value, dict) or not pair.value.get("annotations"):
            continue
        try:
            size = read_size(pair)
        except MalformedPair:
            continue  # told of the line itself
        sides = (size.width, size.height)
        if sides in (real, real[::-1]):
            continue
        words = f"{sides[0]} x {sides[1]}", f"{real[0]} x {real[1]}"
        if any(are_alike(sides, way) for way in (real, real[::-1])):
            sentence = (
                f"{picture.path} should have {words[0]} pixels, and has {words[1]}; its boxes are scaled."
            )
            return [(SCALED, sentence, "warning", pair.name, -1)]
        sentence = (
            f"{picture.path} should have {words[0]} pixels, and has {words[1]}, which are other proportions: "
            "its boxes would lie elsewhere."
        )
        return [(ELSEWHERE, sentence, "refused", pair.name, -1)]
    return []
