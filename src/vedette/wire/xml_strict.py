"""Whether an XML document says anything that its shape does not know.

Documents are read leniently (xml_values.py), as S3 reads most. Where leaving an element out changes
what the rest means, as a condition of a rule that deletes, the document is held to its shape first.
"""

from collections import Counter

from botocore.model import Shape

from vedette.wire.errors import Malformed
from vedette.wire.xml_tree import Element, read_tree


def require_known(shape: Shape, data: bytes) -> None:
    """Refuse an element that the shape does not know, or that is there twice without being a list."""
    _require(shape, read_tree(data))


def _require(shape: Shape, element: Element) -> None:
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        for child in element.children:
            _require_named(shape.member, child, name)
    elif shape.type_name == "structure":
        _require_members(shape, element)
    elif element.children:
        raise Malformed(f"{element.name} has elements in it, and takes none.")


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
