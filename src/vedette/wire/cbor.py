"""CBOR (RFC 8949) as far as services speak it: numbers, texts, bytes, lists, maps, times.

Bounded on the way in: a head may claim any length, and what it claims is compared with what is there.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from vedette.wire.errors import Malformed

DEEPEST = 64
# The most values of one body: a thousand metrics with 150 values, their counts and 30 dimensions each are
# 400,000. An empty list is one byte here and 60 in memory.
MOST_VALUES = 500_000
# Lists and maps among them, which cost most: those thousand metrics have 34,000.
MOST_HOLDERS = 100_000
UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP, TAG, SIMPLE = range(8)
ENDLESS, BREAK = 31, 0xFF
EPOCH = 1
_WIDTHS = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE = {20: False, 21: True, 22: None, 23: None}


class Epoch(float):
    """Seconds since 1970, as the tag for times has them."""

    __slots__ = ()


def load(body: bytes) -> Any:
    """Return the value that a body holds.

    Raises:
        Malformed: when it holds no value, or more than one.
    """
    reader = _CborReader(body)
    value = reader.value(0)
    if reader.place != len(body):
        raise Malformed("The request body has something after its value.")
    return value


class _CborReader:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.place = 0
        self.values = 0
        self.holders = 0

    def value(self, depth: int) -> Any:
        """Read a value."""
        if depth > DEEPEST:
            raise Malformed("The request body is nested too deeply.", "too-deep")
        self.values += 1
        if self.values > MOST_VALUES:
            raise Malformed(f"The request body has more than {MOST_VALUES} values.")
        kind, more = divmod(self._take(1)[0], 32)
        self.holders += kind in (LIST, MAP)
        if self.holders > MOST_HOLDERS:
            raise Malformed(f"The request body has more than {MOST_HOLDERS} lists and maps.")
        if kind == SIMPLE:
            return self._simple(more)
        if more == ENDLESS:
            return self._endless(kind, depth)
        return _COUNTED[kind](self, self._number(more), depth)

    def _list(self, count: int, depth: int) -> list[Any]:
        self._refuse_beyond(count)
        return [self.value(depth + 1) for _ in range(count)]

    def _members(self, count: int, depth: int) -> dict[str, Any]:
        self._refuse_beyond(count)
        return self._map(depth, count)

    def _refuse_beyond(self, count: int) -> None:
        """Refuse a claim of more members than there are bytes left."""
        if count > len(self.body) - self.place:
            raise _cut_off()

    def _map(self, depth: int, count: int | None) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while count is None or len(members) < count:
            if count is None and self._is_break():
                break
            name = self.value(depth + 1)
            if not isinstance(name, str):
                raise Malformed("The request body names a member by something else than a text.")
            if name in members:
                raise Malformed("The request body names a member twice.")
            members[name] = self.value(depth + 1)
        return members

    def _endless(self, kind: int, depth: int) -> Any:
        if kind == MAP:
            return self._map(depth, None)
        if kind == BYTES:
            return b"".join(self._chunks(BYTES))
        if kind == TEXT:
            # Each of its chunks is a text by itself: no sign is divided among two.
            return "".join(map(_text, self._chunks(TEXT)))
        if kind != LIST:
            raise Malformed("The request body is not valid CBOR.")
        items = []
        while not self._is_break():
            items.append(self.value(depth + 1))
        return items

    def _chunks(self, kind: int) -> Iterator[bytes]:
        """Read the parts of a text or of bytes without a length: each is of the same kind, and has one."""
        while not self._is_break():
            self.values += 1
            if self.values > MOST_VALUES:
                raise Malformed(f"The request body has more than {MOST_VALUES} values.")
            chunk, more = divmod(self._take(1)[0], 32)
            if chunk != kind or more == ENDLESS:
                raise Malformed("The request body is not valid CBOR.")
            yield self._take(self._number(more))

    def _is_break(self) -> bool:
        if self.place < len(self.body) and self.body[self.place] == BREAK:
            self.place += 1
            return True
        return False

    def _bytes(self, count: int, _depth: int) -> bytes:
        return self._take(count)

    def _string(self, count: int, _depth: int) -> str:
        return _text(self._take(count))

    def _tagged(self, tag: int, depth: int) -> Any:
        value = self.value(depth + 1)
        if tag != EPOCH:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Malformed("A time in the request body is no number of seconds.", "type")
        try:
            return Epoch(value)
        except OverflowError:
            raise Malformed("A time in the request body is no time.", "type") from None

    def _simple(self, more: int) -> Any:
        if more in _FLOATS:
            form = _FLOATS[more]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if more in _SIMPLE:
            return _SIMPLE[more]
        raise Malformed("The request body is not valid CBOR.")

    def _number(self, more: int) -> int:
        if more < 24:
            return more
        form = _WIDTHS.get(more)
        if form is None:
            raise Malformed("The request body is not valid CBOR.")
        return int(struct.unpack(form, self._take(struct.calcsize(form)))[0])

    def _take(self, count: int) -> bytes:
        piece = self.body[self.place : self.place + count]
        if len(piece) < count:
            raise _cut_off()
        self.place += count
        return piece


_COUNTED: dict[int, Callable[[_CborReader, int, int], Any]] = {
    UNSIGNED: lambda _, number, __: number,
    NEGATIVE: lambda _, number, __: -1 - number,
    BYTES: _CborReader._bytes,
    TEXT: _CborReader._string,
    LIST: _CborReader._list,
    MAP: _CborReader._members,
    TAG: _CborReader._tagged,
}


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Malformed("A text in the request body is not UTF-8.") from None


def _cut_off() -> Malformed:
    return Malformed("The request body is cut off.")


def dump(value: Any) -> bytes:
    """Return a value as CBOR."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def _write(out: bytearray, value: Any) -> None:
    if isinstance(value, bytes | str):
        raw = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
        _head(out, BYTES if isinstance(value, bytes) else TEXT, len(raw))
        out += raw
    elif isinstance(value, Mapping):
        _head(out, MAP, len(value))
        for name, item in value.items():
            _write(out, name)
            _write(out, item)
    elif isinstance(value, list | tuple):
        _head(out, LIST, len(value))
        for item in value:
            _write(out, item)
    else:
        _write_one(out, value)


def _write_one(out: bytearray, value: Any) -> None:
    if value is None or isinstance(value, bool):
        out.append({None: 0xF6, True: 0xF5, False: 0xF4}[value])
    elif isinstance(value, int):
        _head(out, UNSIGNED if value >= 0 else NEGATIVE, value if value >= 0 else -1 - value)
    elif isinstance(value, datetime):
        _head(out, TAG, EPOCH)
        _write_one(out, value.timestamp())
    else:
        out.append(0xFB)
        out += struct.pack(">d", value)


def _head(out: bytearray, kind: int, number: int) -> None:
    if number < 24:
        out.append(kind << 5 | number)
        return
    more = next(more for more, form in _WIDTHS.items() if number < 256 ** struct.calcsize(form))
    out.append(kind << 5 | more)
    out += struct.pack(_WIDTHS[more], number)
