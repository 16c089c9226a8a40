"""Values to XML and back, by shape: what REST-XML and Query have in common."""

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import Shape

from vedette.wire.errors import Malformed
from vedette.wire.text_values import text_of, value_of
from vedette.wire.xml_tree import Element, read_tree

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'

# Control characters have no place in XML 1.0 even as references, but S3 sends them so, and
# a key may hold them; the rest would end an element early or be normalised away by a reader.
_SPECIAL = re.compile('[&<>"\x00-\x08\x0b-\x1f\x7f\x85\u2028\ufffe\uffff]')
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escape(text: str) -> str:
    """Return text that may stand in an element or in a quoted attribute."""
    return _SPECIAL.sub(lambda match: _NAMED.get(match[0]) or f"&#x{ord(match[0]):x};", text)


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def legal(text: str) -> str:
    """Return text for an error, without characters that XML forbids."""
    return escape(_ILLEGAL.sub("?", text))


def to_xml(shape: Shape, value: Any, root: str, namespace: str = "") -> bytes:
    """Return a document whose root element has that name; members that are None are left out.

    Members bound to headers, the path or the query are not part of a document.
    """
    attribute = f' xmlns="{escape(namespace)}"' if namespace else ""
    inside = _attributes(shape, value) if shape.type_name == "structure" else ""
    body = "".join(_content(shape, value))
    return DECLARATION + f"<{root}{attribute}{inside}>{body}</{root}>".encode("utf-8", "replace")


def write(shape: Shape, value: Any, name: str) -> Iterator[str]:
    """Yield the text of one element."""
    attributes = _attributes(shape, value) if shape.type_name == "structure" else ""
    yield f"<{name}{_namespace(shape)}{attributes}>"
    yield from _content(shape, value)
    yield f"</{name}>"


def _namespace(shape: Shape) -> str:
    facts = shape.serialization.get("xmlNamespace")
    if not isinstance(facts, dict):
        return ""
    prefix = f":{facts['prefix']}" if "prefix" in facts else ""
    return f' xmlns{prefix}="{escape(facts["uri"])}"'


def _attributes(shape: Shape, value: dict[str, Any]) -> str:
    parts = [
        f' {member.serialization["name"]}="{escape(str(value[name]))}"'
        for name, member in shape.members.items()
        if member.serialization.get("xmlAttribute") and value.get(name) is not None
    ]
    return "".join(parts)


def _content(shape: Shape, value: Any) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _members(shape, value)
    elif shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        for item in value:
            yield from write(shape.member, item, name)
    elif shape.type_name == "map":
        yield from _entries(shape, value, "entry")
    else:
        yield escape(text_of(shape, value))


def _members(shape: Shape, value: dict[str, Any]) -> Iterator[str]:
    unknown = value.keys() - shape.members.keys()
    if unknown:
        raise ValueError(f"{shape.name} has no {sorted(unknown)}")
    for name, member in shape.members.items():
        item = value.get(name)
        facts = member.serialization
        if item is None or "location" in facts or facts.get("xmlAttribute"):
            continue
        tag = facts.get("name", name)
        if not facts.get("flattened"):
            yield from write(member, item, tag)
        elif member.type_name == "list":
            # In a flattened list the item's own name wins over the member's.
            for entry in item:
                yield from write(member.member, entry, member.member.serialization.get("name", tag))
        else:
            yield from _entries(member, item, tag)


def _entries(shape: Shape, value: dict[str, Any], tag: str) -> Iterator[str]:
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    for key, item in value.items():
        yield f"<{tag}>"
        yield from write(shape.key, key, key_name)
        yield from write(shape.value, item, value_name)
        yield f"</{tag}>"


def from_xml(shape: Shape, data: bytes) -> Any:
    """Return a document's value by shape; elements that the shape does not know are ignored.

    The root element's name is not looked at: S3's clients send several.
    """
    return read(shape, read_tree(data))


def read(shape: Shape, element: Element) -> Any:
    """Return the value of one element."""
    if shape.type_name == "structure":
        return _read_members(shape, element)
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        return [read(shape.member, child) for child in element.children if child.name == name]
    if shape.type_name == "map":
        return dict(_read_entry(shape, child) for child in element.children)
    return value_of(shape, element.text, element.name)


def _read_members(shape: Shape, element: Element) -> dict[str, Any]:
    by_name: dict[str, list[Element]] = {}
    for child in element.children:
        by_name.setdefault(child.name, []).append(child)
    value: dict[str, Any] = {}
    for name, member in shape.members.items():
        facts = member.serialization
        tag = facts.get("name", name)
        if facts.get("xmlAttribute"):
            text = element.attributes.get(tag.rpartition(":")[2])
            if text is not None:
                value[name] = text
        elif "location" not in facts:
            flat = member.type_name == "list" and facts.get("flattened")
            elements = by_name.get(member.member.serialization.get("name", tag) if flat else tag)
            if elements:
                value[name] = _read_member(member, elements)
    return value


def _read_member(member: Shape, elements: list[Element]) -> Any:
    if not member.serialization.get("flattened"):
        return read(member, elements[0])
    if member.type_name == "list":
        return [read(member.member, element) for element in elements]
    return dict(_read_entry(member, element) for element in elements)


def _read_entry(shape: Shape, element: Element) -> tuple[str, Any]:
    key = element.first(shape.key.serialization.get("name", "key"))
    value = element.first(shape.value.serialization.get("name", "value"))
    if key is None or value is None:
        raise Malformed(f"An entry of {element.name} lacks its key or its value.")
    return key.text, read(shape.value, value)
