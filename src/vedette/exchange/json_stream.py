"""Streaming JSON: the members of a huge object's lists, one at a time.

Memory is bounded by the largest single member, whatever the file's size.
"""

import json
from collections.abc import Iterator
from io import TextIOBase
from typing import Any

from vedette.errors import Wrong

_BLOCK = 1 << 16
_MOST = 1 << 28  # characters of one member; a quarter of a gigabyte is no annotation
_SPACE = " \t\r\n"
_AFTER_NUMBERS = _SPACE + ",]}"


class JsonStreamReader:
    """A position in a stream of JSON text."""

    def __init__(self, stream: TextIOBase, name: str) -> None:
        self._stream = stream
        self._name = name
        self._text = ""
        self._at = 0
        self._decode = json.JSONDecoder(parse_constant=self._refuse_constant).raw_decode

    def members(self) -> Iterator[tuple[str, Any]]:
        """Yield (key, element) for every element of every list at the top, and (key, value) for the rest."""
        self._take("{")
        is_more = self._peek() != "}"
        while is_more:
            if self._peek() != '"':
                raise self._wrong(f"has {self._text[self._at]!r} where a name is expected")
            key = self._value()
            self._take(":")
            if self._peek() == "[":
                for element in self._elements():
                    yield key, element
            else:
                yield key, self._value()
            is_more = self._goes_on("}")
        self._take("}")
        self._end()

    def elements(self) -> Iterator[Any]:
        """Yield the elements of the list that is the whole text."""
        yield from self._elements()
        self._end()

    def _elements(self) -> Iterator[Any]:
        self._take("[")
        is_more = self._peek() != "]"
        while is_more:
            yield self._value()
            is_more = self._goes_on("]")
        self._take("]")

    def _goes_on(self, end: str) -> bool:
        """Say whether another value follows: then a comma stands before it, and nothing else."""
        if self._peek() == end:
            return False
        self._take(",")
        if self._peek() == end:
            raise self._wrong(f"has {end!r} where a value is expected")
        return True

    def _end(self) -> None:
        """Refuse what stands behind the whole, which would be lost."""
        if self._next():
            raise self._wrong(f"has {self._text[self._at]!r} behind its end")

    def _value(self) -> Any:
        """Return the next value; at the buffer's end it may be cut, so it is parsed again with more text."""
        self._peek()
        count = _BLOCK
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as fault:
                if not self._fill(count):
                    raise self._wrong(f"is no JSON near {fault.msg!r}") from None
            except ValueError:  # Python makes no integer of more than 4,300 digits
                raise self._wrong("has a number with too many digits") from None
            except RecursionError:
                raise self._wrong("is nested too deep") from None
            else:
                size = end - self._at
                if self._is_whole(value, end) or not self._fill(count):
                    self._at += size
                    return value
            count *= 2

    def _is_whole(self, value: Any, end: int) -> bool:
        """Say whether a value cannot go on: of `1.5` or `1e5` the first digit alone is a number too."""
        if end == len(self._text):
            return False
        return not isinstance(value, int | float) or self._text[end] in _AFTER_NUMBERS

    def _peek(self) -> str:
        sign = self._next()
        if not sign:
            raise self._wrong("ends too early")
        return sign

    def _next(self) -> str:
        """Return the next character that is no space; nothing at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill(_BLOCK):
                return ""

    def _take(self, expected: str) -> None:
        if self._peek() != expected:
            raise self._wrong(f"has {self._text[self._at]!r} where {expected!r} is expected")
        self._at += 1

    def _fill(self, count: int) -> bool:
        if len(self._text) - self._at > _MOST:
            raise self._wrong("has a member of more than 256 million characters")
        try:
            more = self._stream.read(count)
        except UnicodeDecodeError:
            raise self._wrong("is not UTF-8") from None
        self._text = self._text[self._at :] + more
        self._at = 0
        return bool(more)

    def _refuse_constant(self, name: str) -> Any:
        raise self._wrong(f"has {name}, which is no number")

    def _wrong(self, problem: str) -> Wrong:
        return Wrong(f"{self._name} {problem}.", kind="file", name=self._name)
