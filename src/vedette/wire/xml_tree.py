"""Parsing untrusted XML into a small tree.

No document type, no entities, no processing instructions, no depth without end: what those
make possible (files read, memory filled, stacks broken) is refused while reading. Prefixes
are dropped, since S3's own clients disagree about them.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from vedette.wire.errors import Malformed

# The deepest S3 request (lifecycle rules) has eight levels.
DEEPEST = 32
# 10,000 parts with ten children each is the largest request that S3 allows.
MOST_ELEMENTS = 250_000


@dataclass(slots=True)
class Element:
    """An element without its namespaces; `text` is directly inside it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def first(self, name: str) -> "Element | None":
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)


class _TreeBuilder:
    """Builds the tree while expat reads."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._text: list[list[str]] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise Malformed("The XML is nested too deeply or has too many elements.", "too-deep")
        element = Element(_local(name), {_local(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._text.append([])

    def end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._text.pop())

    def data(self, text: str) -> None:
        self._text[-1].append(text)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse(*_: object) -> None:
    raise Malformed("The XML has a document type, an entity or a processing instruction.")


def read_tree(data: bytes) -> Element:
    """Return the root element of a document."""
    reader = _TreeBuilder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise Malformed("The XML is not well-formed.") from None
    if reader.root is None:
        raise Malformed("The XML is empty.")
    return reader.root
