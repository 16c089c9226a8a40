"""A line with other labels: added, removed, renamed, merged. Pure; every function returns a line.

A label may stand in four kinds of pair: a class name, the class map of boxes or of a multi-label pair, the
colour map of a mask. What a function does not change stays as it was written, key by key.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vedette.errors import Wrong
from vedette.manifest.attributes import Attribute, Stamp, read_pairs
from vedette.manifest.classification import free_attribute, write_label
from vedette.manifest.lines import PAIR_END, Line, change_line, write_line

# What becomes of one pair: its new value and metadata, or None where the pair goes.
Pair = tuple[Any, dict[str, Any]] | None


def names_of(line: Line) -> set[str]:
    """Return every label that the line names, used or not."""
    return {name for pair in read_pairs(line) for name in _names_of_pair(pair)}


def add_labels(line: Line, names: Sequence[str], stamp: Stamp) -> Line:
    """Give a picture image-level labels; one that it has already stays as it is."""
    present = {pair.metadata.get("class-name") for pair in read_pairs(line) if pair.kind == "class"}
    values = dict(line.values)
    for name in dict.fromkeys(names):
        if name not in present:
            values.update(write_label(name, attribute=free_attribute(name, values), stamp=stamp))
    return change_line(line, values)


def clear_labels(line: Line) -> Line:
    """Take every label from a picture."""
    return _rewritten(line, lambda pair: None)


def remove_labels(line: Line, names: Iterable[str]) -> Line:
    """Take these labels from a picture: image-level ones, boxes, and masks that show nothing else.

    A mask that shows other types too is refused: its pixels would stay without a name.
    """
    labels = set(names)
    return _rewritten(line, lambda pair: _pair_without(pair, labels))


def rename_labels(line: Line, new_names: Mapping[str, str]) -> Line:
    """Call labels otherwise. Two that become one label are one, so this merges as well."""
    renamed = _rewritten(line, lambda pair: _renamed_pair(pair, new_names))
    return _without_twin_classes(renamed)


def _rewritten(line: Line, change: Callable[[Attribute], Pair]) -> Line:
    values = dict(line.values)
    for pair in read_pairs(line):
        rewritten = change(pair) if pair.kind else (pair.value, pair.metadata)
        if rewritten is None:
            del values[pair.name], values[pair.name + PAIR_END]
        else:
            values[pair.name], values[pair.name + PAIR_END] = rewritten
    return line if values == line.values else write_line(values, number=line.number)


def without_attributes(line: Line, attributes: Iterable[str]) -> dict[str, Any]:
    """Return the line's values without these pairs."""
    keys = {key for name in attributes for key in (name, name + PAIR_END)}
    return {key: value for key, value in line.values.items() if key not in keys}


def _without_twin_classes(line: Line) -> Line:
    """Return the line with one pair for each image-level label, the first."""
    names: set[str] = set()
    twins: set[str] = set()
    for pair in read_pairs(line):
        name = pair.metadata.get("class-name")
        if pair.kind == "class" and isinstance(name, str):
            if name in names:
                twins.add(pair.name)
            names.add(name)
    return line if not twins else write_line(without_attributes(line, twins), number=line.number)


def _names_of_pair(pair: Attribute) -> Iterable[str]:
    if pair.kind == "class":
        name = pair.metadata.get("class-name")
        return [name] if isinstance(name, str) else []
    if pair.kind == "mask":
        return [entry["class-name"] for entry in _colour_map(pair).values() if _has_name(entry)]
    return [name for name in _class_map(pair).values() if isinstance(name, str)]


def _renamed_pair(pair: Attribute, new_names: Mapping[str, str]) -> Pair:
    metadata = dict(pair.metadata)
    if pair.kind == "class":
        name = metadata.get("class-name")
        if isinstance(name, str) and name in new_names:
            metadata["class-name"] = new_names[name]
    elif pair.kind == "mask":
        metadata["internal-color-map"] = {
            number: {**entry, "class-name": new_names.get(entry["class-name"], entry["class-name"])}
            if _has_name(entry)
            else entry
            for number, entry in _colour_map(pair).items()
        }
    else:
        metadata["class-map"] = {
            number: new_names.get(name, name) if isinstance(name, str) else name
            for number, name in _class_map(pair).items()
        }
        return _joined_tags(pair, metadata) if pair.kind == "tags" else (pair.value, metadata)
    return pair.value, metadata


def _joined_tags(pair: Attribute, metadata: dict[str, Any]) -> Pair:
    """Return a multi-label pair in which no label stands twice."""
    if not isinstance(pair.value, list):
        return pair.value, metadata
    first: dict[Any, Any] = {}
    for number in pair.value:
        first.setdefault(metadata["class-map"].get(str(number), number), number)
    return _tags_of(list(first.values()), metadata)


def _pair_without(pair: Attribute, labels: set[str]) -> Pair:
    if not labels.intersection(_names_of_pair(pair)):
        return pair.value, pair.metadata
    if pair.kind == "class":
        return None
    if pair.kind == "mask":
        return _mask_without(pair, labels)
    return _boxes_without(pair, labels) if pair.kind == "boxes" else _tags_without(pair, labels)


def _mask_without(pair: Attribute, labels: set[str]) -> Pair:
    rest = [name for name in _names_of_pair(pair) if name not in labels and name.casefold() != "background"]
    if rest:
        raise Wrong(
            f"The mask {pair.value} may show {', '.join(rest)} as well; draw it again without what is to go.",
            kind="mask",
            name=str(pair.value),
        )
    return None


def _boxes_without(pair: Attribute, labels: set[str]) -> Pair:
    """Return the pair without these boxes, each confidence staying with its own box."""
    names = _class_map(pair)
    annotations = pair.value.get("annotations") if isinstance(pair.value, dict) else None
    if not isinstance(annotations, list):
        return None
    stays = [
        not (isinstance(box, dict) and names.get(str(box.get("class_id"))) in labels) for box in annotations
    ]
    if not any(stays):
        return None
    metadata = {
        **pair.metadata,
        "class-map": {id_: name for id_, name in names.items() if name not in labels},
    }
    objects = pair.metadata.get("objects")
    if isinstance(objects, list) and len(objects) == len(annotations):
        metadata["objects"] = [item for item, stay in zip(objects, stays, strict=True) if stay]
    boxes = [box for box, stay in zip(annotations, stays, strict=True) if stay]
    return {**pair.value, "annotations": boxes}, metadata


def _tags_without(pair: Attribute, labels: set[str]) -> Pair:
    names = _class_map(pair)
    if not isinstance(pair.value, list):
        return None
    return _tags_of(
        [number for number in pair.value if names.get(str(number)) not in labels], dict(pair.metadata)
    )


def _tags_of(numbers: list[Any], metadata: dict[str, Any]) -> Pair:
    if not numbers:
        return None
    keys = {str(number) for number in numbers}
    for part in ("class-map", "confidence-map"):
        if isinstance(metadata.get(part), dict):
            metadata[part] = {number: value for number, value in metadata[part].items() if number in keys}
    return numbers, metadata


def _class_map(pair: Attribute) -> Mapping[str, Any]:
    names = pair.metadata.get("class-map")
    return names if isinstance(names, dict) else {}


def _colour_map(pair: Attribute) -> Mapping[str, Any]:
    colours = pair.metadata.get("internal-color-map")
    return colours if isinstance(colours, dict) else {}


def _has_name(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("class-name"), str)
