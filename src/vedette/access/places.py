"""Where each statement of a policy document stands in its text: for people who look for what decided."""

import json
import re
from dataclasses import dataclass

_BLANKS = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A character of a text, both counted from 1."""

    line: int
    column: int


def statement_places(document: str) -> list[tuple[TextPlace, TextPlace]]:
    """Return the first and the last character of each statement of a document that can be parsed."""
    spans, decoder, at = [], json.JSONDecoder(), _skip(document, 0) + 1
    while (at := _skip(document, at)) < len(document) and document[at] != "}":
        key, at = decoder.raw_decode(document, at)
        at = _skip(document, _skip(document, at) + 1)  # the colon
        if key == "Statement":
            spans = _spans(document, at)
        _, at = decoder.raw_decode(document, at)
        at = _skip(document, at)
        at += document[at : at + 1] == ","
    return [(_place(document, start), _place(document, end - 1)) for start, end in spans]


def _spans(document: str, at: int) -> list[tuple[int, int]]:
    decoder = json.JSONDecoder()
    if document[at] != "[":
        return [(at, decoder.raw_decode(document, at)[1])]
    spans, at = [], _skip(document, at + 1)
    while document[at] != "]":
        _, end = decoder.raw_decode(document, at)
        spans.append((at, end))
        at = _skip(document, end)
        if document[at] == ",":
            at = _skip(document, at + 1)
    return spans


def _skip(document: str, at: int) -> int:
    match = _BLANKS.match(document, at)
    return match.end() if match else at


def _place(document: str, at: int) -> TextPlace:
    return TextPlace(document.count("\n", 0, at) + 1, at - document.rfind("\n", 0, at))
