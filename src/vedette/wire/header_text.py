"""Values of header fields as text that can be stored, without losing a byte.

A value is UTF-8 more often than the Latin-1 that HTTP reads it as; but what is neither ASCII nor
UTF-8 is legal too, and its sender expects the same bytes back. Bytes that are no UTF-8 are kept
as U+EF80 to U+EFFF, in the private use area (the mapping is MirBSD's OPTU-8), and so are the
bytes of characters of that area, so that each text stands for one value only.
"""

_FIRST, _LAST = 0xEF80, 0xEFFF
_SHIFT = 0xEF00
_ESCAPED = 0xDC00
"""Python's `surrogateescape` writes a byte as this and its value; such text cannot be stored as UTF-8."""


def read_header_text(value: str) -> str:
    """Return the text of a value that was read as Latin-1."""
    if value.isascii():
        return value
    text = value.encode("latin-1").decode("utf-8", "surrogateescape")
    if text.isprintable() and all(not _FIRST <= ord(char) <= _LAST for char in text):
        return text
    return "".join(map(_escape, text))


def write_header_text(text: str) -> str:
    """Return a stored text as UTF-8 with `surrogateescape` writes the value's bytes."""
    if text.isascii():
        return text
    return "".join(
        chr(ord(char) - _SHIFT + _ESCAPED) if _FIRST <= ord(char) <= _LAST else char for char in text
    )


def as_read(text: str) -> str:
    """Return a text as a header with its UTF-8 would have been read."""
    return text if text.isascii() else text.encode("utf-8").decode("latin-1")


def _escape(char: str) -> str:
    point = ord(char)
    if _ESCAPED < point <= _ESCAPED + 0xFF:
        return chr(point - _ESCAPED + _SHIFT)
    if _FIRST <= point <= _LAST:
        return "".join(chr(byte + _SHIFT) for byte in char.encode("utf-8"))
    return char
