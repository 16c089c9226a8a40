"""Patterns of a policy, with wildcards (`*`, `?`) and variables (`${aws:username}`), matched with a value.

Matching takes time in proportion to pattern × value at the worst, never more, since customers write
the patterns: no regular expression with more than one repetition is built from them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

Value = str | tuple[str, ...]


class Context(Protocol):
    """What a request says of condition keys: one value, or several. A dict is one."""

    def get(self, key: str, /) -> Value | None:
        """Return what is said of a key, which is in lower case; None where the key is missing."""


_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULTED = re.compile(r"\s*([^,\s']+)\s*(?:,\s*'([^']*)'\s*)?")
# `${*}`, `${?}` and `${$}` stand for the characters themselves.
_ESCAPES = {"*", "?", "$"}


@dataclass(frozen=True, slots=True)
class Literal:
    """Text in which no character is a wildcard."""

    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A condition key that is replaced by its value; `default` where the request does not have it."""

    key: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Wildcards:
    """Text in which `*` is any number of characters and `?` is one."""

    text: str


Piece = Literal | Variable | Wildcards


class Glob:
    """A pattern without variables: fixed parts that must follow one another."""

    __slots__ = ("_first", "_last", "_least", "_rest")

    def __init__(self, pieces: Iterable[Literal | Wildcards]) -> None:
        first, *rest = [_part(letters) for letters in _split(pieces)]
        self._first = first
        self._last = rest.pop() if rest else None
        self._rest = tuple(rest)
        self._least = len(first) + (len(self._last) if self._last is not None else 0)

    def matches(self, value: str) -> bool:
        """Return whether the pattern matches the whole value."""
        last, size = self._last, len(value)
        if size < self._least or not self._first.is_at(value, 0):
            return False
        if last is None:
            return size == self._least
        end = size - len(last)
        if not last.is_at(value, end):
            return False
        place = len(self._first)
        for part in self._rest:  # the leftmost match of a part is enough: `*` matches what is skipped
            place = part.find(value, place, end)
            if place < 0:
                return False
            place += len(part)
        return True


class _Text:
    """A part without `?`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __len__(self) -> int:
        return len(self._text)

    def is_at(self, value: str, place: int) -> bool:
        return value.startswith(self._text, place)

    def find(self, value: str, start: int, end: int) -> int:
        return value.find(self._text, start, end)


class _TextWithGaps:
    """A part with `?`, which are None among its letters."""

    __slots__ = ("_length", "_pattern")

    def __init__(self, letters: list[str | None]) -> None:
        self._length = len(letters)
        source = "".join("." if letter is None else re.escape(letter) for letter in letters)
        self._pattern = re.compile(source, re.DOTALL)

    def __len__(self) -> int:
        return self._length

    def is_at(self, value: str, place: int) -> bool:
        return self._pattern.match(value, place) is not None

    def find(self, value: str, start: int, end: int) -> int:
        hit = self._pattern.search(value, start, end)
        return hit.start() if hit else -1


def _split(pieces: Iterable[Literal | Wildcards]) -> Iterator[list[str | None]]:
    """Yield the letters between stars."""
    part: list[str | None] = []
    for piece in pieces:
        for letter in piece.text:
            if isinstance(piece, Literal) or letter not in "*?":
                part.append(letter)
            elif letter == "?":
                part.append(None)
            else:
                yield part
                part = []
    yield part


def _part(letters: list[str | None]) -> _Text | _TextWithGaps:
    plain = [letter for letter in letters if letter is not None]
    return _Text("".join(plain)) if len(plain) == len(letters) else _TextWithGaps(letters)


class Template:
    """A pattern of a policy; what does not depend on the request is compiled once."""

    __slots__ = ("_glob", "keys", "pieces", "text")

    def __init__(self, text: str, *, variables: bool) -> None:
        self.text = text
        self.pieces: tuple[Piece, ...] = tuple(_pieces(text)) if variables else (Wildcards(text),)
        self.keys = tuple(piece.key for piece in self.pieces if isinstance(piece, Variable))
        self._glob = None if self.keys else Glob(_fixed(self.pieces))

    def __repr__(self) -> str:
        return f"Template({self.text!r})"

    def plain(self, context: Context) -> str | None:
        """Return the text for this request, wildcards as themselves; None where a variable has no value."""
        resolved = self.resolve(context)
        return None if resolved is None else "".join(piece.text for piece in resolved)

    def matches(self, value: str, context: Context) -> bool:
        """Return whether the pattern matches the value; never where a variable has no value."""
        if self._glob is not None:
            return self._glob.matches(value)
        resolved = self.resolve(context)
        return resolved is not None and Glob(resolved).matches(value)

    def is_resolved(self, context: Context) -> bool:
        """Return whether every variable has a value in this request."""
        return not self.keys or self.resolve(context) is not None

    def resolve(self, context: Context) -> list[Literal | Wildcards] | None:
        """Return the pieces with the values of this request, which are never wildcards."""
        resolved: list[Literal | Wildcards] = []
        for piece in self.pieces:
            if not isinstance(piece, Variable):
                resolved.append(piece)
                continue
            value = context.get(piece.key)
            if value is None:
                value = piece.default
            if not isinstance(value, str):  # missing, or several: a variable has one value
                return None
            resolved.append(Literal(value))
        return resolved


def _fixed(pieces: Iterable[Piece]) -> list[Literal | Wildcards]:
    return [piece for piece in pieces if not isinstance(piece, Variable)]


def _pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of a text with variables; ValueError where one cannot be read."""
    place = 0
    for hit in _VARIABLE.finditer(text):
        yield from _wild(text[place : hit.start()])
        place = hit.end()
        yield _variable(hit[1])
    yield from _wild(text[place:])


def _wild(text: str) -> Iterator[Piece]:
    if "${" in text:
        raise ValueError(f"the variable in {text!r} is not closed")
    if text:
        yield Wildcards(text)


def _variable(inside: str) -> Piece:
    if inside in _ESCAPES:
        return Literal(inside)
    hit = _DEFAULTED.fullmatch(inside)
    if hit is None:
        raise ValueError(f"${{{inside}}} is not a policy variable")
    return Variable(hit[1].lower(), hit[2])
