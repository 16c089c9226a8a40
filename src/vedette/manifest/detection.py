"""Boxes: pixels in the line, shares of the picture inside.

The line says how large the picture is; the picture itself is not opened for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.manifest.attributes import NUMBERS, TYPES, Attribute, MalformedPair, Stamp
from vedette.manifest.lines import PAIR_END
from vedette.vision.annotations import Box

SIDES = ("left", "top", "width", "height")
_TEXT = frozenset({str})


@dataclass(frozen=True, slots=True)
class Size:
    """A picture's width and height in pixels, and its channels."""

    width: int
    height: int
    depth: int = 3


def read_size(attribute: Attribute) -> Size:
    """Return the picture's size; a bare object is taken for the list of one that the format asks for."""
    value = attribute.value
    size = value.get("image_size") if isinstance(value, dict) else None
    if isinstance(size, list) and len(size) == 1:
        size = size[0]
    if not isinstance(size, dict) or not (_is_side(size.get("width")) and _is_side(size.get("height"))):
        raise MalformedPair(f"{attribute.name} has no image_size")
    depth = size.get("depth", 3)
    return Size(int(size["width"]), int(size["height"]), depth if isinstance(depth, int) else 3)


def are_alike(sides: tuple[int, int], others: tuple[int, int]) -> bool:
    """Say whether two sizes have the same proportions; whoever scales a picture rounds its sides."""
    (width, height), (wide, high) = sides, others
    return abs(width * high - height * wide) <= width + height


def read_class_map(attribute: Attribute) -> dict[str, str]:
    """Return the label of every class number, a number being text as in JSON."""
    names = attribute.metadata.get("class-map")
    if not isinstance(names, dict) or not {*map(type, names.values())} <= _TEXT:
        raise MalformedPair(f"{attribute.name}{PAIR_END} has no class-map")
    return names


def read_annotations(attribute: Attribute) -> list[dict[str, Any]]:
    """Return the boxes as the line says them, in pixels."""
    value = attribute.value if isinstance(attribute.value, dict) else {}
    annotations = value.get("annotations", [])
    if not isinstance(annotations, list) or not all(map(is_annotation, annotations)):
        raise MalformedPair(
            f"{attribute.name} has an annotation without class_id, left, top, width and height"
        )
    return annotations


def is_annotation(value: Any) -> bool:
    """Say whether a JSON value is a box in pixels, wherever it lies; types are compared, so true is none."""
    if type(value) is not dict:
        return False
    get = value.get
    return (
        type(get("class_id")) is int
        and type(get("left")) in NUMBERS
        and type(get("top")) in NUMBERS
        and type(get("width")) in NUMBERS
        and type(get("height")) in NUMBERS
    )


def box_of(annotation: Mapping[str, Any], size: Size) -> Box:
    """Return the box in shares; raises ValueError where it has no area."""
    return Box(
        left=annotation["left"] / size.width,
        top=annotation["top"] / size.height,
        width=annotation["width"] / size.width,
        height=annotation["height"] / size.height,
    )


def read_boxes(attribute: Attribute) -> list[tuple[str, Box]]:
    """Return the labelled boxes; a picture without objects gives an empty list."""
    size, names = read_size(attribute), read_class_map(attribute)
    annotations = read_annotations(attribute)
    try:
        return [(names[str(item["class_id"])], box_of(item, size)) for item in annotations]
    except KeyError as absent:
        raise MalformedPair(f"class {absent} of {attribute.name} is missing from the class-map") from None
    except ValueError as fault:
        raise MalformedPair(f"{attribute.name}: {fault}") from None


def write_boxes(
    boxes: Sequence[tuple[str, Box]],
    attribute: str,
    *,
    of: Size,
    names: Sequence[str] = (),
    stamp: Stamp,
) -> dict[str, Any]:
    """Return the pair that puts these boxes on a picture. `names` fixes the class numbers.

    Without it the numbers follow the order in which the labels come.
    """
    numbers = {name: number for number, name in enumerate(dict.fromkeys([*names, *(n for n, _ in boxes)]))}
    used = dict.fromkeys(name for name, _ in boxes)
    return {
        attribute: {
            "image_size": [{"width": of.width, "height": of.height, "depth": of.depth}],
            "annotations": [{"class_id": numbers[name], **_pixels(box, of)} for name, box in boxes],
        },
        f"{attribute}{PAIR_END}": {
            "objects": [{"confidence": 1} for _ in boxes],
            "class-map": {str(numbers[name]): name for name in used},
            "type": TYPES["boxes"],
            **stamp.write(),
        },
    }


def _pixels(box: Box, size: Size) -> dict[str, int | float]:
    return {
        "left": _tidy(box.left * size.width),
        "top": _tidy(box.top * size.height),
        "width": _tidy(box.width * size.width),
        "height": _tidy(box.height * size.height),
    }


def _tidy(pixels: float) -> int | float:
    """Return a whole number of pixels where the share came from one; 1e-6 is far above rounding error."""
    whole = round(pixels)
    return whole if abs(pixels - whole) < 1e-6 else pixels


def _is_side(value: Any) -> bool:
    return type(value) in NUMBERS and value >= 1 and value == int(value)
