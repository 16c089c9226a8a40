"""One line of a manifest as a frozen value, and a manifest as a stream of lines.

A line keeps the text that it came in, so an unchanged line is written back byte for
byte, whatever its spacing, its order or its unknown keys. What a line means is said by
the format modules beside this one; here a line is only a JSON object.

Reading never trusts: a line may be megabytes long, nested a thousand deep, name a key
twice or not be text at all. Such a line becomes a `BadLine`, and the stream goes on.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any, Literal

import orjson

LONGEST = 100_000  # characters, as Custom Labels has it
DEEPEST = 64  # levels; no documented format nests more than 6

SOURCE = "source-ref"
PAIR_END = "-metadata"
# Keys that belong to the service or to an evaluation, never to a labelling job.
RESERVED = frozenset({SOURCE, f"{SOURCE}{PAIR_END}", "cl-metadata", "cl-errors", "cl-warnings"})
FINDINGS = frozenset({"errors", "warnings", "cl-errors", "cl-warnings"})

Fault = Literal["long", "json", "object"]

_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 18


class BadLine(ValueError):
    """A line that is no line: too long, not JSON, or JSON that is not an object."""

    def __init__(self, fault: Fault, sentence: str, *, number: int = 0, text: str = "") -> None:
        super().__init__(sentence)
        self.fault = fault
        self.sentence = sentence
        self.number = number
        self.text = text

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing on it; one dialect counts such a line, the other passes over it."""
        return self.fault == "json" and not self.text.strip()


class _TooDeep(Exception):
    """A value nested beyond what any format needs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One JSON object of a manifest. `values` is for reading; a change makes another line."""

    text: str
    values: Mapping[str, Any]
    number: int = 0

    @property
    def source(self) -> str:
        """The picture's address, or nothing when the line names none."""
        value = self.values.get(SOURCE)
        return value if isinstance(value, str) else ""

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


# A manifest is what opens its lines anew, so that a quarter of a million need not be held for a second pass.
Manifest = Callable[[], Iterator[Line | BadLine]]


def write_line(values: Mapping[str, Any], *, number: int = 0) -> Line:
    """Return the line that says these values, in their order, without spaces."""
    return Line(text=orjson.dumps(dict(values)).decode(), values=values, number=number)


def change_line(line: Line, changes: Mapping[str, Any], *, without: Iterable[str] = ()) -> Line:
    """Return the line with these keys set and those left out; the same line when nothing differs."""
    values = {key: value for key, value in line.values.items() if key not in set(without)}
    values.update(changes)
    return line if values == line.values else write_line(values, number=line.number)


def read_line(raw: bytes | str, *, number: int = 0, longest: int = LONGEST) -> Line:
    """Return the line, or raise BadLine saying why it is none."""
    text = _as_text(raw, number)
    if len(text) > longest:
        raise BadLine(
            "long", f"Line {number} has {len(text)} characters; {longest} are allowed.", number=number
        )
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadLine("json", f"Line {number} is not JSON: {error}.", number=number, text=text) from None
    if not isinstance(values, dict):
        raise BadLine("object", f"Line {number} is not a JSON object.", number=number, text=text)
    if not _is_plain(text, values):
        _look_closely(text, values, number)
    return Line(text=text, values=values, number=number)


def read_lines(stream: BufferedIOBase, *, longest: int = LONGEST) -> Iterator[Line | BadLine]:
    """Yield every line of a manifest, good or bad, holding one line at a time.

    A byte-order mark at the start and a carriage return at a line's end are not part of a line.
    A blank line is a bad line, since the services count it.
    """
    for number, raw in enumerate(_raw_lines(stream, longest=longest), start=1):
        if isinstance(raw, BadLine):
            raw.number = number
            yield raw
            continue
        try:
            yield read_line(raw, number=number, longest=longest)
        except BadLine as bad:
            yield bad


def _raw_lines(stream: BufferedIOBase, *, longest: int) -> Iterator[bytes | BadLine]:
    """Cut the stream at newlines; a line beyond all bounds is skipped without being held."""
    most = 4 * longest + 2  # bytes: UTF-8 needs four for a character at most
    rest, skipping = b"", False
    block = stream.read(_BLOCK).removeprefix(_BOM)
    while block:
        *whole, rest = (rest + block).split(b"\n")
        for raw in whole:
            if skipping or len(raw) > most:
                skipping = False
                yield _too_long(longest)
            else:
                yield raw.removesuffix(b"\r")
        if len(rest) > most:
            rest, skipping = b"", True
        block = stream.read(_BLOCK)
    if skipping:
        yield _too_long(longest)
    elif rest:
        yield rest.removesuffix(b"\r")


def _too_long(longest: int) -> BadLine:
    return BadLine("long", f"A line has more than {longest} characters.")


def _as_text(raw: bytes | str, number: int) -> str:
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw[:200].decode("utf-8", "replace")
        raise BadLine("json", f"Line {number} is not UTF-8.", number=number, text=text) from None


def _is_plain(text: str, values: Mapping[str, Any]) -> bool:
    """Say whether a line surely has no key twice and is not nested deep, by counting alone.

    Without a backslash no string holds a quote, so `":` stands behind each key, and where a string begins
    with a colon; what is written anew has just as many, unless a twin went lost. Anything else is looked
    at closely. Runs for each of a million lines: a walk through the values takes three times as long.
    """
    return (
        "\\" not in text
        and text.count("{") + text.count("[") <= DEEPEST
        and text.count('":') == orjson.dumps(values).count(b'":')
        and not _has_space_after_quote(text)
    )


def _has_space_after_quote(text: str) -> bool:
    # Four searches for two characters are faster than one regular expression, which stops at each quote.
    return '" ' in text or '"\t' in text or '"\r' in text or '"\n' in text


def _look_closely(text: str, values: Mapping[str, Any], number: int) -> None:
    try:
        keys = _count_keys(values)
    except _TooDeep:
        sentence = f"Line {number} is nested more than {DEEPEST} levels deep."
        raise BadLine("json", sentence, number=number, text=text) from None
    if not _has_no_twins(text, keys):
        _refuse_twins(text, number)


def _count_keys(value: Any, level: int = 1) -> int:
    """Count the keys of a value and of everything in it, refusing what is nested absurdly deep."""
    if level > DEEPEST:
        raise _TooDeep
    count, inside = (len(value), value.values()) if type(value) is dict else (0, value)
    for item in inside:
        kind = type(item)
        if kind is dict or kind is list:
            count += _count_keys(item, level + 1)
    return count


def _has_no_twins(text: str, keys: int) -> bool:
    """Say whether no key can be there twice, without parsing again.

    Every key ends in `":` unless a space comes between; other `":` in the text only raise
    the count. So an equal count proves it, and anything else is looked at closely.
    """
    return text.count('":') == keys and not _has_space_after_quote(text)


def _refuse_twins(text: str, number: int) -> None:
    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(members)
        if len(result) < len(members):
            names = [name for name, _ in members]
            twin = next(name for name in names if names.count(name) > 1)
            raise BadLine("json", f"Line {number} has the key {twin!r} twice.", number=number, text=text)
        return result

    json.loads(text, object_pairs_hook=pairs)
