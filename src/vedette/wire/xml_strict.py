"""Whether an XML document has anything that its shape does not know.

Documents are parsed leniently (xml_values.py), as S3 parses most. Where ignoring an element would change
the meaning of the rest, as a condition of a rule that deletes, the document is checked strictly first.
"""

import re
from collections import Counter

from botocore.model import Shape

from vedette.wire.errors import Malformed
from vedette.wire.xml_tree import Element, read_tree

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(T|$)", re.ASCII)
"""Times are read in every form that some client writes, whole numbers among them."""


def require_known(shape: Shape, data: bytes) -> None:
    """Refuse what lenient parsing would ignore or guess.

    That is an element that the shape does not know, or that is repeated without being a list,
    text between elements, attributes, and dates that are not written as dates.
    """
    _require(shape, read_tree(data))


def _require(shape: Shape, element: Element) -> None:
    if element.attributes:
        raise Malformed(f"{element.name} has attributes, and takes none.")
    if shape.type_name in ("list", "structure") and element.text.strip():
        raise Malformed(f"{element.name} has text in it, and takes elements.")
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        for child in element.children:
            _require_named(shape.member, child, name)
    elif shape.type_name == "structure":
        _require_members(shape, element)
    elif element.children:
        raise Malformed(f"{element.name} has elements in it, and takes none.")
    elif shape.type_name == "timestamp" and not _ISO_DAY.match(element.text.strip()):
        raise Malformed(f"{element.name} is no date in the form of ISO 8601.")


def _require_members(shape: Shape, element: Element) -> None:
    members: dict[str, Shape] = {}
    lists: set[str] = set()
    for name, member in shape.members.items():
        tag = member.serialization.get("name", name)
        if member.type_name == "list" and member.serialization.get("flattened"):
            tag = member.member.serialization.get("name", tag)
            lists.add(tag)
            members[tag] = member.member
        else:
            members[tag] = member
    for tag, count in Counter(child.name for child in element.children).items():
        if tag not in members:
            raise Malformed(f"{element.name} has an element {tag} that is not known.")
        if count > 1 and tag not in lists:
            raise Malformed(f"{element.name} has more than one {tag}.")
    for child in element.children:
        _require(members[child.name], child)


def _require_named(shape: Shape, child: Element, name: str) -> None:
    if child.name != name:
        raise Malformed(f"A list of {name} has an element {child.name}.")
    _require(shape, child)
